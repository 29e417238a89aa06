// Least-squares fits with errors, intervals and conclusions, as in likelihood.py, fit.py and problem.py of
// scripts/tlsglass/fitting: model Σ_a p[a] · shape_a(p), amplitudes p[a] and shapes that depend on the other parameters.
"use strict";

function createFitter() {
  const MOST_STEPS = 60, GAUSS = 6, MOST_TRIED = 600, NEAR = 0.05, STEP = 1e-7; // likelihood.py
  const PARABOLIC = 0.05, MOST_PROFILED = 14, MOST_EVALUATIONS = 6000; // fit.py
  const FAR_ABOVE_ONE = 2, BY_CHANCE = 1e-4, MOST_MINIMA = 3; // problem.py
  const HUGE = 1e75;

  const sum2 = (x) => x.reduce((total, value) => total + value * value, 0);
  const clip = (x, low, high) => Math.min(Math.max(x, low), high);
  const finite = (x) => (Number.isFinite(x) ? clip(x, -HUGE, HUGE) : Number.isNaN(x) ? HUGE : Math.sign(x) * HUGE);

  // The lower factor of a positive matrix, or null
  function cholesky(matrix) {
    const n = matrix.length;
    const L = matrix.map(() => new Float64Array(n));
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let value = matrix[i][j];
        for (let k = 0; k < j; k++) value -= L[i][k] * L[j][k];
        if (i === j && !(value > 0)) return null;
        L[i][j] = i === j ? Math.sqrt(value) : value / L[j][j];
      }
    }
    return L;
  }

  function forward(L, x) {
    const y = Float64Array.from(x);
    for (let i = 0; i < y.length; i++) {
      for (let k = 0; k < i; k++) y[i] -= L[i][k] * y[k];
      y[i] /= L[i][i];
    }
    return y;
  }

  const dot = (a, b) => a.reduce((total, value, i) => total + value * b[i], 0);

  // Orthogonal columns Q and the triangle R (R[k][j] for j <= k) with J[k] = Σ_j R[k][j] Q[j], each column cleared twice
  function orthogonal(J) {
    const [Q, R] = [[], []];
    J.forEach((column, k) => {
      const v = Float64Array.from(column);
      R.push(new Float64Array(k + 1));
      for (let pass = 0; pass < 2; pass++) {
        for (let j = 0; j < k; j++) {
          const share = dot(Q[j], v);
          R[k][j] += share;
          for (let i = 0; i < v.length; i++) v[i] -= share * Q[j][i];
        }
      }
      R[k][k] = Math.sqrt(sum2(v));
      Q.push(v.map((value) => (R[k][k] > 0 ? value / R[k][k] : 0)));
    });
    return { Q, R };
  }

  // The least-squares solution of Σ_k J[k] x[k] = r, columns scaled, with a damping
  function solve(J, r, damping = 0) {
    const size = J.map((column) => Math.sqrt(sum2(column)) || 1);
    const rows = J.map((column, k) => [...column.map((value) => value / size[k]), ...J.map((_, m) => (m === k ? Math.sqrt(damping) : 0))]);
    const { Q, R } = orthogonal(rows);
    const x = Q.map((column) => r.reduce((total, value, i) => total + value * column[i], 0));
    for (let k = x.length - 1; k >= 0; k--) {
      for (let m = k + 1; m < x.length; m++) x[k] -= R[m][k] * x[m];
      x[k] = R[k][k] > 1e-13 ? x[k] / R[k][k] : 0;
    }
    return x.map((value, k) => value / size[k]);
  }

  // points: {value, error or null, weight or null (what errors from the residuals are in proportion to), covariance or null}; terms: {name: {start, low, high, fixed, tried, natural}}
  class Likelihood {
    constructor(shapes, points, terms) {
      Object.assign(this, { shapes, points, terms });
      const spread = Math.sqrt(sum2(points.value.map((x) => x - points.value.reduce((a, b) => a + b, 0) / points.value.length)) / points.value.length);
      this.errorsGiven = points.error !== null;
      this.scale = points.error ?? points.weight ?? points.value.map(() => spread || Math.max(...points.value.map(Math.abs)) || 1);
      if (points.covariance) {
        const whole = points.covariance.map((row, i) => row.map((c, j) => c / this.scale[i] / this.scale[j] + (i === j ? 1 : 0)));
        this.factor = cholesky(whole);
      }
      this.lnDeterminant = this.factor ? 2 * this.factor.reduce((total, row, i) => total + Math.log(row[i]), 0) : 0;
      this.free = Object.keys(terms).filter((name) => !terms[name].fixed);
      this.dof = points.value.length - this.free.length;
      this.evaluations = 0;
      this.amplitudes = Object.keys(shapes(Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, term.start]))));
    }

    holding(name, value) {
      const held = { ...this.terms[name], start: value, fixed: true, tried: [] };
      return new Likelihood(this.shapes, this.points, { ...this.terms, [name]: held });
    }

    whiten(x) {
      const scaled = x.map((value, i) => finite(value / this.scale[i]));
      return this.factor ? forward(this.factor, scaled) : scaled;
    }

    shapesAt(p) {
      const key = Object.keys(this.terms).filter((name) => !this.amplitudes.includes(name)).map((name) => p[name]).join();
      if (this.lastKey !== key) {
        this.evaluations += 1;
        Object.assign(this, { lastKey: key, lastShapes: this.shapes(p) });
      }
      return this.lastShapes;
    }

    residuals(p) {
      const shapes = Object.entries(this.shapesAt(p));
      return this.whiten(Array.from(this.points.value, (value, i) => shapes.reduce((sum, [name, shape]) => sum + p[name] * shape[i], -value)));
    }

    // Columns: derivatives of the residuals by the parameters `names`
    jacobian(p, names) {
      const [shapes, here] = [this.shapesAt(p), this.residuals(p)];
      return names.map((name) => {
        if (this.amplitudes.includes(name)) return Array.from(this.whiten(Array.from(shapes[name])));
        let step = STEP * Math.max(Math.abs(p[name]), 1);
        if (p[name] + step > this.terms[name].high) step = -step;
        return Array.from(this.residuals({ ...p, [name]: p[name] + step }), (value, i) => (value - here[i]) / step);
      });
    }

    withAmplitudes(p) {
      let names = this.amplitudes.filter((name) => !this.terms[name].fixed);
      for (let round = 0; round < 2 && names.length; round++) {
        const bare = { ...p, ...Object.fromEntries(names.map((name) => [name, 0])) };
        const rest = this.residuals(bare);
        const solved = solve(names.map((name) => Array.from(this.whiten(Array.from(this.shapesAt(p)[name])))), rest.map((x) => -x));
        const left = [];
        names.forEach((name, k) => {
          const clipped = Number.isFinite(solved[k]) ? clip(solved[k], this.terms[name].low, this.terms[name].high) : p[name];
          p = { ...p, [name]: clipped };
          if (clipped === solved[k]) left.push(name);
        });
        names = left;
      }
      return { chi2: sum2(this.residuals(p)), p };
    }

    // The best start of a grid in the parameters that have values to try
    bestOfGrid() {
      const start = Object.fromEntries(Object.entries(this.terms).map(([name, term]) => [name, term.start]));
      const axes = this.free
        .filter((name) => !this.amplitudes.includes(name))
        .map((name) => [name, [this.terms[name].start, ...this.terms[name].tried.filter((x) => x >= this.terms[name].low && x <= this.terms[name].high)]]);
      const better = (one, two) => (two.chi2 < one.chi2 ? two : one);
      if (axes.reduce((count, [, values]) => count * values.length, 1) <= MOST_TRIED) {
        const grid = axes.reduce((all, [name, values]) => all.flatMap((p) => values.map((x) => ({ ...p, [name]: x }))), [start]);
        return grid.map((p) => this.withAmplitudes(p)).reduce(better).p;
      }
      let best = this.withAmplitudes(start);
      for (const [name, values] of [...axes, ...axes]) best = values.map((x) => this.withAmplitudes({ ...best.p, [name]: x })).reduce(better, best);
      return best.p;
    }

    // Where χ² is least, within the bounds: Levenberg and Marquardt's steps in the parameters that are not held by a bound
    best(start = null, most = MOST_STEPS) {
      const names = this.free;
      const first = Object.fromEntries(Object.entries(this.terms).map(([name, term]) => [name, term.start]));
      let p = { ...first, ...(start ? Object.fromEntries(names.map((name) => [name, start[name] ?? first[name]])) : this.bestOfGrid()) };
      for (const name of names) p[name] = clip(p[name], this.terms[name].low, this.terms[name].high);
      let chi2 = sum2(this.residuals(p));
      let [damping, arrived] = [1e-3, names.length === 0];
      for (let k = 0; k < most && !arrived; k++) {
        const J = this.jacobian(p, names);
        const r = this.residuals(p);
        const gradient = J.map((column) => column.reduce((total, value, i) => total + value * r[i], 0));
        const open = names.map((name, m) => !((p[name] <= this.terms[name].low && gradient[m] > 0) || (p[name] >= this.terms[name].high && gradient[m] < 0)));
        const moving = names.filter((_, m) => open[m]);
        let moved = false;
        for (let tries = 0; tries < 30 && moving.length && !moved; tries++) {
          const step = (k >= GAUSS && this.newton(p, moving, damping)) || solve(J.filter((_, m) => open[m]), r.map((x) => -x), damping);
          const sigmas = sum2(r.map((_, i) => moving.reduce((total, name, m) => total + step[m] * J[names.indexOf(name)][i], 0)));
          if (sigmas < 1e-9 * Math.max(chi2 / Math.max(this.dof, 1), 1e-300)) break; // no step worth a model
          const next = { ...p };
          moving.forEach((name, m) => { next[name] = clip(p[name] + step[m], this.terms[name].low, this.terms[name].high); });
          const there = sum2(this.residuals(next));
          if (there <= chi2) {
            moved = true;
            const small = moving.every((name) => Math.abs(next[name] - p[name]) <= 1e-9 * Math.max(Math.abs(p[name]), 1e-12));
            arrived = small || chi2 - there <= 1e-11 * chi2;
            [p, chi2, damping] = [next, there, damping / 10];
          } else damping = Math.max(damping, 1e-12) * 10;
        }
        if (!moved) arrived = true;
      }
      p = this.ontoBounds(p, chi2);
      return { values: p, chi2: sum2(this.residuals(p)), arrived, free: names, jacobian: this.jacobian(p, names) };
    }

    // Newton's step, with the curvature of the residuals themselves, which counts where they are large; null where χ² is not convex
    newton(p, names, damping) {
      const gradient = (at) => {
        const r = this.residuals(at);
        return { J: this.jacobian(at, names), r };
      };
      const here = gradient(p);
      const size = here.J.map((column) => Math.sqrt(sum2(column)) || 1);
      const slope = ({ J, r }) => J.map((column, m) => dot(column, r) / size[m]);
      const width = 0.05 * Math.sqrt(Math.max(sum2(here.r) / Math.max(this.dof, 1), 1e-300)); // in standard errors, scaled
      const H = names.map((name, m) => {
        const [up, down] = [1, -1].map((sign) => clip(p[name] + (sign * width) / size[m], this.terms[name].low, this.terms[name].high));
        const [above, below] = [up, down].map((x) => slope(gradient({ ...p, [name]: x })));
        return above.map((value, j) => (value - below[j]) / ((up - down) * size[m]));
      });
      const L = cholesky(H.map((row, m) => row.map((value, j) => 0.5 * (value + H[j][m]) + (j === m ? damping : 0))));
      if (L === null) return null;
      const x = forward(L, slope(here).map((value) => -value));
      for (let m = x.length - 1; m >= 0; m--) {
        for (let j = m + 1; j < x.length; j++) x[m] -= L[j][m] * x[j];
        x[m] /= L[m][m];
      }
      return x.map((value, m) => value / size[m]);
    }

    // What lies a hair away from a bound ends on it
    ontoBounds(p, chi2) {
      const size = this.jacobian(p, this.free).map((column) => Math.sqrt(sum2(column)));
      this.free.forEach((name, k) => {
        const { low, high } = this.terms[name];
        const bound = p[name] - low < high - p[name] ? low : high;
        if (Number.isFinite(bound) && p[name] !== bound && Math.abs(p[name] - bound) * size[k] < NEAR) {
          const there = sum2(this.residuals({ ...p, [name]: bound }));
          if (there <= chi2 * (1 + 1e-9)) [p, chi2] = [{ ...p, [name]: bound }, there];
        }
      });
      return p;
    }
  }

  // The covariance of the free parameters: {error: name -> number or null, following: name -> {other: change}}
  function covariance(best) {
    const size = best.jacobian.map((column) => Math.sqrt(sum2(column)) || 1);
    const { R } = orthogonal(best.jacobian.map((column, k) => column.map((value) => value / size[k])));
    const known = R.every((row, k) => row[k] > 1e-8) && best.jacobian.every((column) => sum2(column) > 0);
    const half = R.map((_, k) => { // the column k of the inverse of R
      const x = new Float64Array(R.length);
      for (let i = k; i >= 0; i--) {
        x[i] = i === k ? 1 : 0;
        for (let m = i + 1; m <= k; m++) x[i] -= R[m][i] * x[m];
        x[i] /= R[i][i];
      }
      return x;
    });
    const inverse = best.free.map((_, k) => best.free.map((__, m) => (known ? half.reduce((total, x) => total + x[k] * x[m], 0) / size[k] / size[m] : 0)));
    const error = (name) => (known ? Math.sqrt(inverse[best.free.indexOf(name)][best.free.indexOf(name)]) : null);
    const following = (name) => {
      const k = best.free.indexOf(name);
      return Object.fromEntries(best.free.filter((other) => other !== name).map((other) => [other, known ? inverse[best.free.indexOf(other)][k] / inverse[k][k] : 0]));
    };
    return { error, following };
  }

  // χ² with one parameter held and the others fitted anew
  class Profile {
    constructor(likelihood, best, about) {
      Object.assign(this, { likelihood, best, about, lower: null, tried: {}, found: {} });
      const given = likelihood.errorsGiven;
      this.margin = given ? 1e-3 * Math.max(1, best.chi2 / Math.max(likelihood.dof, 1)) : 1e-6 * best.chi2;
    }

    rise(name, value) {
      const tried = (this.tried[name] ??= new Map([[this.best.values[name], this.best]]));
      if (!tried.has(value)) {
        const near = [...tried.values()].reduce((one, two) => (Math.abs(two.values[name] - value) < Math.abs(one.values[name] - value) ? two : one));
        const step = value - near.values[name];
        const start = { ...near.values };
        for (const [other, rate] of Object.entries(this.about.following(name))) start[other] += rate * step;
        const held = this.likelihood.holding(name, value);
        const found = held.best(start);
        this.likelihood.evaluations += held.evaluations;
        tried.set(value, found);
        if (found.chi2 < Math.min(this.best.chi2, this.lower?.chi2 ?? Infinity) - this.margin) this.lower = found;
      }
      return Math.max(tried.get(value).chi2 - this.best.chi2, 0);
    }

    // The minima that the likelihood has, sought from the starts of a parameter: a map from its value to the rise of χ²
    minima(name) {
      if (!this.found[name]) {
        const found = (this.found[name] = new Map([[this.best.values[name], 0]]));
        for (const start of this.likelihood.terms[name].tried) {
          if (this.likelihood.evaluations > MOST_EVALUATIONS / 2) break;
          const here = this.likelihood.best({ ...this.best.values, [name]: start }, 30);
          if (here.chi2 < Math.min(this.best.chi2 - this.margin, this.lower?.chi2 ?? Infinity)) this.lower = here;
          if (Number.isFinite(here.chi2)) found.set(here.values[name], Math.max(here.chi2 - this.best.chi2, 0));
        }
      }
      return this.found[name];
    }

    // Where χ² has risen by `level` on the side `sign` of the outermost minimum: the bound where that is met before, null where no
    // end was found
    end(name, level, sign) {
      const term = this.likelihood.terms[name];
      const below = [...this.minima(name)].filter(([, rise]) => rise < level);
      const [value, rise] = below.reduce((one, two) => (sign * two[0] > sign * one[0] ? two : one));
      const risen = Math.sqrt(rise / level);
      const bound = sign > 0 ? term.high : term.low;
      if (value === bound) return bound;
      const error = this.about.error(name);
      const width = term.high - term.low;
      const step = error !== null ? Math.sqrt(level) * error : Number.isFinite(width) ? 0.1 * width : 0.1 * Math.max(Math.abs(value), 1);
      let [inside, outside, x] = [[value, risen], null, value + sign * step];
      for (let k = 0; k < MOST_PROFILED; k++) {
        if (this.likelihood.evaluations > MOST_EVALUATIONS) return null;
        x = sign > 0 ? Math.min(x, bound) : Math.max(x, bound);
        const ratio = Math.sqrt(this.rise(name, x) / level);
        if (Math.abs(ratio - 1) < PARABOLIC && x !== bound) return clip(ratio > risen ? value + (x - value) * Math.sqrt((1 - risen ** 2) / (ratio ** 2 - risen ** 2)) : x, term.low, term.high);
        if (ratio < 1 && x === bound) return bound;
        if (ratio < 1) inside = [x, ratio];
        else outside = [x, ratio];
        if (outside === null) x = value + (x - value) * clip(1.1 / Math.max(ratio, 1e-9), 1.2, 4);
        else x = inside[0] + clip((1 - inside[1]) / (outside[1] - inside[1]), 0.1, 0.9) * (outside[0] - inside[0]);
      }
      return outside ? x : null;
    }
  }

  // ---- distributions ----

  // ln Γ (Lanczos)
  function lnGamma(x) {
    const c = [76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 1.208650973866179e-3, -5.395239384953e-6];
    const series = c.reduce((total, value, k) => total + value / (x + 1 + k), 1.000000000190015);
    return (x + 0.5) * Math.log(x + 5.5) - (x + 5.5) + Math.log((2.5066282746310005 * series) / x);
  }

  // The chance that a χ² of `dof` degrees of freedom exceeds x, by the series of the incomplete Γ function or its fraction
  function chi2Tail(x, dof) {
    const [a, z] = [dof / 2, x / 2];
    const front = Math.exp(a * Math.log(z) - z - lnGamma(a));
    if (z < a + 1) {
      let [term, total] = [1 / a, 1 / a];
      for (let k = 1; k < 1000; k++) total += term *= z / (a + k);
      return 1 - front * total;
    }
    let fraction = 0;
    for (let k = 1000; k > 0; k--) fraction = (k * (a - k)) / (z + 1 + 2 * k - a + fraction);
    return front / (z + 1 - a + fraction);
  }

  // The two-sided quantile of Student's t: of |t|, with `dof` degrees of freedom, squared
  function tSquared(share, dof) {
    const inside = (t) => { // the share within ± t is a finite sum for whole `dof`
      const angle = Math.atan(t / Math.sqrt(dof));
      const c2 = Math.cos(angle) ** 2;
      let [term, total] = dof % 2 ? [Math.cos(angle), 0] : [1, 0];
      for (let k = dof % 2 ? 3 : 2; k <= dof; k += 2) {
        total += term;
        term *= (c2 * (k - 1)) / k;
      }
      return dof % 2 ? (2 / Math.PI) * (angle + Math.sin(angle) * total) : Math.sin(angle) * total;
    };
    let [low, high] = [0, 1e4];
    for (let k = 0; k < 200; k++) {
      const middle = 0.5 * (low + high);
      if (inside(middle) < share) low = middle;
      else high = middle;
    }
    return low ** 2;
  }

  const SHARES = { 68: 0.6826894921370859, 95: 0.95 };
  const QUANTILES = { 68: 1, 95: 3.841458820694124 }; // of χ² with one degree of freedom

  // What the interval of a parameter says
  function state(value, ends68, ends95, term) {
    const open = (ends) => [ends[0] === null || ends[0] <= term.low, ends[1] === null || ends[1] >= term.high];
    const [at68, at95] = [open(ends68), open(ends95)];
    if (!at68[0] && !at68[1]) return "interval";
    if ((at68[0] && at68[1]) || (at95[0] && at95[1])) return "not constrained";
    if (!term.natural && (value === term.low || value === term.high)) return "at its bound";
    return at68[0] ? "upper limit" : "lower limit";
  }

  // The fit where the likelihood is greatest, with 68 and 95 % intervals of the parameter of interest. `also` is a further start.
  function maximise(likelihood, { start = null, also = null, interest = null } = {}) {
    const lesser = (one, two) => (two.chi2 < one.chi2 ? two : one);
    let best = likelihood.best(start);
    if (also) best = lesser(best, likelihood.best(also));
    let about, statistical, scaled;
    for (let k = 0; k < MOST_MINIMA; k++) {
      likelihood.evaluations = 0;
      about = covariance(best);
      const profile = new Profile(likelihood, best, about);
      [statistical, scaled] = [{}, {}];
      if (interest && best.free.includes(interest) && likelihood.dof > 0) {
        const variance = best.chi2 / likelihood.dof;
        for (const share of [68, 95]) {
          const level = likelihood.errorsGiven ? QUANTILES[share] : variance * tSquared(SHARES[share], likelihood.dof);
          const wider = likelihood.errorsGiven ? level * Math.max(1, variance) : level;
          const ends = (height) => [-1, 1].map((sign) => profile.end(interest, height, sign));
          statistical[share] = ends(level);
          scaled[share] = wider === level ? statistical[share] : ends(wider);
        }
      }
      if (!profile.lower) break;
      best = likelihood.best(lesser(profile.lower, best).values);
    }
    const given = likelihood.errorsGiven;
    const weight = given ? null : likelihood.points.weight ?? null;
    const unit = given || weight ? 1 : likelihood.scale[0];
    const variance = best.chi2 / Math.max(likelihood.dof, 1);
    const n = likelihood.points.value.length;
    const deviance = (given ? best.chi2 : n * (Math.log(best.chi2 / n) + 2 * Math.log(unit))) + likelihood.lnDeterminant
      + 2 * (weight ?? []).reduce((total, w) => total + Math.log(w), 0);
    const errors = {};
    for (const name of Object.keys(best.values)) {
      const error = best.free.includes(name) ? about.error(name) : 0;
      errors[name] = error === null ? null : error * (given ? 1 : Math.sqrt(variance));
    }
    return {
      values: best.values, errors, statistical, scaled, dof: likelihood.dof, chi2: best.chi2 * unit ** 2, errorsGiven: given, relative: weight !== null,
      state: interest && scaled[68] ? state(best.values[interest], scaled[68], scaled[95], likelihood.terms[interest]) : null,
      misfit: Math.sqrt(variance) * unit, aic: deviance + 2 * best.free.length, converged: best.arrived,
      describes: !given || variance < FAR_ABOVE_ONE || chi2Tail(best.chi2, likelihood.dof) > BY_CHANCE,
    };
  }

  return { Likelihood, maximise, tSquared, chi2Tail };
}
