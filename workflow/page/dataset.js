// A measured dataset from a table and its settings, and its three fits: STM, Eq. (3) and the atlas, as in
// scripts/tlsglass/data/dataset.py and scripts/tlsglass/fitting. Throws an Error of one line if the settings or the points are invalid.
"use strict";

function measuredOf(physics, atlas, entries) {
  const models = observablesOf(physics, atlas);
  const { Likelihood, maximise } = createFitter();
  const SHARES_TRIED = [0, 0.03, 0.08, 0.15, 0.25, 0.4, 0.6, 0.85], NEGLIGIBLE = 1e-4, FOUND_AGAIN = 3; // fitting/atlas_model.py
  const TEMPERATURES_K = [5e-4, 20]; // data/validate.py
  const MOST_POINTS = 600;
  const J0 = "J0_over_h0";

  // {T, value, error or null, T_error or null, weight or null}, sorted, and which are fitted. `settings`: observable, probe, temperature and value
  // {column, factor, probed}, error {column | relative | absolute | same: from the residuals, for all points alike}, T_error {absolute, relative}, window, parameters, h0_K
  function load(text, settings) {
    const entry = entries[settings.observable];
    const table = tableOf(text);
    if (entry.probe && !(settings.probe > 0 && Number.isFinite(settings.probe))) throw new Error(`${entry.title} needs the frequency of the measurement, in Hz, above 0.`);
    if (!(settings.h0_K > 0 && Number.isFinite(settings.h0_K))) throw new Error("h₀ must be a temperature above 0 K.");
    const { temperature, value, error } = settings;
    if (temperature.column === value.column) throw new Error("Temperature and value are the same column.");
    const T = table.column(temperature.column, true).map((x) => x * temperature.factor);
    const relative = value.probed ? value.factor / settings.probe : value.factor;
    const measured = table.column(value.column, entry.positive).map((x) => x * relative - (value.probed ? 1 : 0));
    let errors = null;
    if (error.column) errors = table.column(error.column, true).map((x) => x * relative);
    else if (error.relative) errors = measured.map((x) => error.relative * Math.abs(x));
    else if (error.absolute) errors = measured.map(() => error.absolute * relative);
    if (errors && !errors.every((x) => x > 0)) throw new Error("An error of 0 cannot be: a relative error of a value that is 0?");
    const spread = settings.T_error;
    if (spread && errors === null) throw new Error("Errors of the temperature need errors of the value to be weighed against.");
    const order = T.map((_, k) => k).sort((a, b) => T[a] - T[b]);
    const at = (values) => values && order.map((k) => values[k]);
    const sorted = at(T);
    const weight = errors === null && entry.positive && !error.same ? measured.map(Math.abs) : null; // as data/infer_dataset.py
    const points = { T: sorted, value: at(measured), error: at(errors), weight: at(weight), T_error: spread ? sorted.map((t) => Math.hypot(spread.absolute, spread.relative * t)) : null };
    const [low, high] = settings.window ?? [0, Infinity];
    if (!(low < high)) throw new Error("The window must ascend.");
    const dataset = { entry, settings, whole: points, points: within(points, low, high) };
    hold(dataset, low, high);
    return dataset;
  }

  function within(points, low, high) {
    const kept = (values) => values && values.filter((_, k) => points.T[k] >= low && points.T[k] <= high);
    return { T: kept(points.T), value: kept(points.value), error: kept(points.error), weight: kept(points.weight), T_error: kept(points.T_error) };
  }

  function hold({ entry, settings, points }, low, high) {
    const n = points.T.length;
    const free = Object.keys(termsOf(entry, settings)).length;
    const range = high === Infinity && low === 0 ? "" : ` from ${low} to ${high} K`;
    if (n < free + 2) throw new Error(`${n} points${range} are too few for ${free} free parameters: need ${free + 2}.`);
    if (n > MOST_POINTS) throw new Error(`${n} points are too many for this page (${MOST_POINTS}): use tlsglass fit, or a window.`);
    for (const T of [points.T[0], points.T.at(-1)]) {
      if (T < TEMPERATURES_K[0] || T > TEMPERATURES_K[1]) throw new Error(`T = ${T} K cannot be: must be ${TEMPERATURES_K.join(" to ")} K. Is the unit right? Else give a window.`);
    }
    const change = Math.max(...points.value) - Math.min(...points.value);
    if (entry.max_change !== null && change > entry.max_change) {
      throw new Error(`The value changes by ${change.toPrecision(3)} in all: a relative change must stay below ${entry.max_change}. Is the unit right?`);
    }
    if (change === 0) throw new Error("All values are the same: there is nothing to fit.");
  }

  // {name: term} of the parameters, those that are no amplitude first; `settings.parameters` go before the defaults
  function termsOf(entry, settings) {
    const names = Object.keys(entry.parameters);
    const order = [...names.filter((name) => entry.parameters[name].starts.length), ...names.filter((name) => !entry.parameters[name].starts.length)];
    return Object.fromEntries(order.map((name) => {
      const own = entry.parameters[name];
      const told = settings.parameters?.[name] ? { start: own.start, ...settings.parameters[name] } : own;
      const [low, high] = [told.low ?? -Infinity, told.high ?? Infinity];
      return [name, { start: Math.min(Math.max(told.start, low), high), low, high, fixed: told.fixed ?? false, tried: own.starts, natural: !own.starts.length }];
    }));
  }

  function onEq3(dataset, { mu = null, error = dataset.points.error, ...how } = {}) {
    const { points, entry, settings } = dataset;
    const terms = termsOf(entry, settings);
    if (mu !== null) terms.mu = { ...terms.mu, start: mu, fixed: true, tried: [] };
    const shapes = models.shapesOf(settings.observable, points.T, settings.probe);
    return maximise(new Likelihood(shapes, { value: points.value, error, weight: points.weight }, terms), how);
  }

  // Errors of the temperature in those of the values, by the slope of the fit: effective variance
  function withTemperatureErrors(dataset) {
    const { points, settings } = dataset;
    if (!points.T_error) return dataset;
    let slope = gradient(points.T, points.value);
    let [error, start] = [null, null];
    for (let k = 0; k < 4; k++) {
      error = points.error.map((sigma, i) => Math.hypot(sigma, slope[i] * points.T_error[i]));
      start = onEq3(dataset, { error, start }).values;
      const at = (sign) => {
        const T = points.T.map((t) => t * (1 + sign * 1e-5));
        return models.curve(models.shapesOf(settings.observable, T, settings.probe), start, T.length);
      };
      const [up, down] = [at(1), at(-1)];
      slope = points.T.map((t, i) => (up[i] - down[i]) / (2e-5 * t));
    }
    return { ...dataset, points: { ...points, error } };
  }

  // numpy.gradient: of a parabola through each point and its neighbours
  function gradient(x, y) {
    const n = x.length;
    return x.map((_, k) => {
      if (k === 0) return (y[1] - y[0]) / (x[1] - x[0]);
      if (k === n - 1) return (y[n - 1] - y[n - 2]) / (x[n - 1] - x[n - 2]);
      const [a, b] = [x[k] - x[k - 1], x[k + 1] - x[k]];
      return (a * a * y[k + 1] + (b * b - a * a) * y[k] - b * b * y[k - 1]) / (a * b * (a + b));
    });
  }

  // ---- the atlas ----

  function inAtlas(points, h0_K) {
    const [low, high] = atlas.limits.T;
    return within(points, low * h0_K, high * h0_K);
  }

  // The covariance of the model at `values`, from the rows of the atlas
  function covarianceOf(shapes, values, n) {
    const plain = shapes(values, 0);
    const rows = Array.from({ length: atlas.rows - 1 }, (_, row) => {
      const found = shapes(values, row + 1);
      return Array.from({ length: n }, (_, k) => Object.keys(found).reduce((total, name) => total + values[name] * (found[name][k] - plain[name][k]), 0));
    });
    const mean = Array.from({ length: n }, (_, k) => rows.reduce((total, row) => total + row[k], 0) / rows.length);
    return mean.map((_, i) => mean.map((_, j) => atlas.jackknife * rows.reduce((total, row) => total + (row[i] - mean[i]) * (row[j] - mean[j]), 0)));
  }

  // The fit with J0/h0 in the place of µ, with the errors of the atlas, sought about that with Eq. (3); null where too few points lie
  // in it
  function onAtlas(dataset, eq3) {
    const { entry, settings } = dataset;
    const points = inAtlas(dataset.points, settings.h0_K);
    const { mu, ...others } = termsOf(entry, settings);
    for (const name of Object.keys(others)) {
      const near = [0.1, 0.4, 1, 2.5, 10].map((factor) => factor * eq3.values[name]);
      if (others[name].tried.length) others[name] = { ...others[name], start: eq3.values[name], tried: near };
    }
    const high = atlas.limits.J0[1];
    const terms = { [J0]: { start: 0.1, low: 0, high, fixed: false, tried: SHARES_TRIED.map((share) => share * high), natural: true }, ...others };
    if (points.T.length < Object.values(terms).filter((term) => !term.fixed).length + 2) return null;
    const shapes = models.shapesOf(settings.observable, points.T, settings.probe, settings.h0_K);
    const fit = (covariance, how) => maximise(new Likelihood((p) => shapes(p, 0), { ...points, covariance }, terms), how);
    const spread = (x) => x.reduce((total, v) => total + (v - x.reduce((a, b) => a + b, 0) / x.length) ** 2, 0) / x.length;
    const plain = fit(null);
    let [found, known] = [plain, null];
    for (let k = 0; k < FOUND_AGAIN; k++) {
      const own = points.error ? points.error.map((sigma) => sigma ** 2) : points.T.map((_, i) => Math.max(found.misfit ** 2, 1e-300) * (points.weight?.[i] ?? 1) ** 2);
      known = covarianceOf(shapes, found.values, points.T.length);
      if (Math.max(...own.map((variance, i) => known[i][i] / variance)) < NEGLIGIBLE) {
        known = null;
        break;
      }
      if (!points.error) known = known.map((row) => row.map((value) => (value * (points.weight ? points.weight[0] ** 2 : spread(points.value))) / own[0]));
      const before = found;
      found = fit(known, { start: before.values });
      if (Math.abs(found.values[J0] - before.values[J0]) < 1e-3 * (before.errors[J0] || Infinity)) break;
    }
    return { ...fit(known, { start: found.values, also: plain.values, interest: J0 }), n: points.T.length };
  }

  // All three fits of a dataset of `load`
  function fit(dataset) {
    const weighed = withTemperatureErrors(dataset);
    const stm = onEq3(weighed, { mu: 0 });
    const eq3 = onEq3(weighed, { also: stm.values, interest: "mu" });
    const whole = onAtlas(weighed, eq3);
    const same = whole && whole.n < weighed.points.T.length ? onEq3({ ...weighed, points: inAtlas(weighed.points, dataset.settings.h0_K) }, { mu: 0 }) : stm;
    return { stm, eq3, atlas: whole, stmInAtlas: same, points: weighed.points };
  }

  // The three curves at temperatures T; of the atlas, null outside of it
  function curves(dataset, found, T) {
    const { observable, probe, h0_K } = dataset.settings;
    const of = (p) => models.curve(models.shapesOf(observable, T, probe), p, T.length);
    const inside = inAtlas({ T, value: null, error: null, T_error: null }, h0_K).T;
    const whole = found.atlas && models.curve(models.shapesOf(observable, inside, probe, h0_K), found.atlas.values, inside.length);
    return { stm: of(found.stm.values), eq3: of(found.eq3.values), atlas: T.map((t) => (found.atlas && inside.includes(t) ? whole[inside.indexOf(t)] : null)) };
  }

  return { load, fit, curves, names: models.names };
}
