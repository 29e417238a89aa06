// "Your data": from a CSV to µ and J0/h0, in this page alone. What was fitted is also in `window.tlsglass.yours`.
"use strict";

function yours(data, physics, atlas, draw) {
  const get = (id) => document.getElementById(id);
  const study = measuredOf(physics, atlas, data.observables);
  const MOST_BYTES = 2e6;
  let example = null;
  let plotted = null;

  // ---- the form ----

  const SCALES = { Hz: 1, kHz: 1e3, MHz: 1e6, GHz: 1e9 };
  const POWERS = [["", 1], ["10⁻³ ", 1e-3], ["10⁻⁶ ", 1e-6]];
  const KELVIN = { K: 1, mK: 1e-3, µK: 1e-6 };
  const entry = () => data.observables[get("your-observable").value];

  function options(select, pairs, chosen) {
    const before = select.value;
    select.replaceChildren(...pairs.map(([value, text]) => new Option(text, value)));
    const wanted = [chosen, before].find((value) => pairs.some(([one]) => one === value));
    if (wanted !== undefined) select.value = wanted;
  }

  // [unit, factor to what is fitted, whether it is the probed quantity itself]
  function units() {
    const own = entry().units.flatMap((unit) => POWERS.map(([prefix, factor]) => [unit === "dimensionless" ? prefix.trim() || "1" : prefix + unit, factor, false]));
    if (entry().units[0] === "W/(m K)") own.push(["W/(cm K)", 100, false]);
    const probed = entry().probe_unit ? Object.entries(SCALES).map(([unit, factor]) => [unit, factor, true]) : [];
    return [...own, ...probed];
  }

  function header() {
    try {
      return tableOf(get("your-text").value).header;
    } catch {
      return [];
    }
  }

  // What the names of the columns tell: temperature, value, error, and the unit in brackets or after the last underscore
  function guess(columns) {
    const isError = (name) => /(err|sigma|σ|unc|std)/i.test(name);
    const T = columns.find((name) => /^(t|temp\w*)([\s_([/]|$)/i.test(name) && !isError(name)) ?? columns[0];
    const others = columns.filter((name) => name !== T && !/^(t|temp\w*)([\s_([/]|$)/i.test(name));
    const value = others.find((name) => !isError(name)) ?? columns[1];
    return { T, value, error: others.find((name) => isError(name)), unit: /(mK|µK|uK)\b/.exec(T ?? "")?.[1].replace("u", "µ") ?? "K" };
  }

  function columns(chosen = {}) {
    const names = header();
    const guessed = guess(names);
    const every = names.map((name) => [name, name]);
    options(get("your-T"), every, chosen.T ?? guessed.T);
    options(get("your-value"), every, chosen.value ?? guessed.value);
    const errors = [["", "from the residuals"], ["%", "a share of the value"], ...names.map((name) => [`=${name}`, `column ${name}`])];
    options(get("your-error"), errors, chosen.error ?? (guessed.error ? `=${guessed.error}` : ""));
    get("your-T-unit").value = chosen.T_unit ?? guessed.unit;
    shown();
  }

  function shown(unit) {
    options(get("your-unit"), units().map(([name]) => [name, name]), unit);
    get("your-probe-row").hidden = !entry().probe;
    get("your-share-row").hidden = get("your-error").value !== "%";
  }

  function number(id, what, empty) {
    const text = get(id).value.trim().replace(",", ".");
    if (text === "" && empty !== undefined) return empty;
    const value = Number(text);
    if (text === "" || !Number.isFinite(value)) throw new Error(`${what}: ${text || "nothing"} is no number.`);
    return value;
  }

  function frequency() {
    const text = get("your-probe").value.trim();
    const found = /^([-+.\d]+(?:e[-+]?\d+)?)\s*(Hz|kHz|MHz|GHz)?$/i.exec(text);
    if (!found) throw new Error(`Frequency: ${text || "nothing"} is no frequency: write 90 kHz or 5.62 GHz.`);
    const unit = Object.keys(SCALES).find((name) => name.toLowerCase() === (found[2] ?? "Hz").toLowerCase());
    return Number(found[1]) * SCALES[unit];
  }

  function settings() {
    const [, factor, probed] = units().find(([name]) => name === get("your-unit").value);
    const error = get("your-error").value;
    const share = error === "%" ? number("your-share", "Error in %") / 100 : null;
    if (share !== null && !(share > 0)) throw new Error("Error in %: must be above 0.");
    const absolute = number("your-T-absolute", "Error of T in K", 0);
    const relative = number("your-T-relative", "Error of T in %", 0) / 100;
    if (absolute < 0 || relative < 0) throw new Error("Errors of T must not be negative.");
    return {
      observable: get("your-observable").value,
      probe: entry().probe ? frequency() : null,
      temperature: { column: get("your-T").value, factor: KELVIN[get("your-T-unit").value] },
      value: { column: get("your-value").value, factor, probed },
      error: error.startsWith("=") ? { column: error.slice(1) } : { relative: share, absolute: error === "absolute" ? example.error.absolute : null, same: example?.error.same ?? false },
      T_error: absolute || relative ? { absolute, relative } : null,
      window: [number("your-low", "Window from", 0), number("your-high", "Window to", Infinity)],
      h0_K: number("your-h0", "h₀"),
      parameters: example?.parameters,
    };
  }

  // ---- what is said ----

  const signed = (text) => text.replace("-", "−").replace("e+", "e");
  const plain = (value) => (value === null ? "?" : signed(Number(value.toPrecision(3)).toString()));

  // 0.056(5)
  function withError(value, error) {
    if (!(error > 0) || !Number.isFinite(error)) return signed(value.toPrecision(4));
    const power = Math.floor(Math.log10(Math.max(Math.abs(value), error)));
    const far = power < -3 || power > 4;
    const scale = far ? 10 ** power : 1;
    let digits = Math.max(0, -Math.floor(Math.log10(error / scale)));
    let last = Math.round((error / scale) * 10 ** digits);
    if (last === 10 && digits > 0) [last, digits] = [1, digits - 1];
    return signed(`${(value / scale).toFixed(digits)}(${last})`) + (far ? ` × 10${power.toString().replace(/./g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]))}` : "");
  }

  function answer(fit, name, symbol) {
    const value = fit.values[name];
    const factor = fit.errorsGiven ? Math.max(1, fit.misfit) : 1;
    const ends = (share) => fit.scaled[share];
    if (fit.state === "not constrained") return [`${symbol}: not constrained by these points`, ""];
    if (fit.state === "at its bound") return [`${symbol} at its bound, ${plain(value)}`, ""];
    if (fit.state === "upper limit") return [`${symbol} < ${plain(ends(95)[1])} (95 %)`, `below ${plain(ends(68)[1])}`];
    if (fit.state === "lower limit") return [`${symbol} > ${plain(ends(95)[0])} (95 %)`, `above ${plain(ends(68)[0])}`];
    return [`${symbol} = ${withError(value, fit.errors[name] === null ? 0 : fit.errors[name] * factor)}`, ends(68).map((end) => withError(end, (ends(68)[1] - ends(68)[0]) / 20).replace(/\(\d+\)/, "")).join(" to ")];
  }

  function rows(found) {
    const scatter = (fit) => (fit.errorsGiven ? (fit.chi2 / fit.dof).toPrecision(3) : fit.relative ? `σ = ${plain(100 * fit.misfit)} %` : `σ = ${fit.misfit.toExponential(1)}`);
    const made = [["STM", "µ = 0", "", scatter(found.stm), ""]];
    made.push(["Eq. (3)", ...answer(found.eq3, "mu", "µ"), scatter(found.eq3), signed((found.stm.aic - found.eq3.aic).toFixed(1))]);
    if (found.atlas) made.push(["atlas", ...answer(found.atlas, "J0_over_h0", "J₀/h₀"), scatter(found.atlas), signed((found.stmInAtlas.aic - found.atlas.aic).toFixed(1))]);
    return made;
  }

  function notes(found, dataset) {
    const said = [];
    const { settings: given, points } = dataset;
    for (const [name, fit] of [["STM", found.stm], ["Eq. (3)", found.eq3], ["the atlas", found.atlas]]) {
      if (fit && !fit.converged) said.push(`The search with ${name} did not end: take its numbers with care.`);
    }
    if (!found.eq3.describes) {
      said.push(`Eq. (3) misses the points by more than their errors (χ²/dof = ${(found.eq3.chi2 / found.eq3.dof).toPrecision(3)}): ΔAIC says nothing here. Intervals are ` +
        `√(χ²/dof) wider than the errors of the points alone make them (µ: ${found.eq3.statistical[68].map(plain).join(" to ")}).`);
    }
    const [low, high] = atlas.limits.T.map((t) => t * given.h0_K);
    if (!found.atlas) said.push(`Too few points lie in the atlas, T = ${plain(low)} to ${plain(high)} K at h₀ = ${given.h0_K} K.`);
    else if (found.atlas.n < points.T.length) said.push(`${points.T.length - found.atlas.n} points lie outside of the atlas, T = ${plain(low)} to ${plain(high)} K at h₀ = ${given.h0_K} K, and not in its fit.`);
    if (given.error.relative) said.push(`Errors are taken as ${100 * given.error.relative} % of the value: an assumption.`);
    else if (found.eq3.relative) said.push("No errors are given: all points get the same share of their value, which the residuals tell.");
    else if (!found.eq3.errorsGiven) said.push("No errors are given: all points get the same, which the residuals tell.");
    const spelled = (fit, skip) => Object.entries(fit.values).filter(([name]) => name !== skip && name !== "offset").map(([name, value]) => {
      const own = entry().parameters[name];
      return `${own.symbol} = ${withError(value, fit.errors[name])}${own.unit ? ` ${own.unit}` : ""}`;
    });
    said.push(`Also fitted, with Eq. (3): ${spelled(found.eq3, "mu").join(", ")}` + (found.atlas ? `; on the atlas: ${spelled(found.atlas, "J0_over_h0").join(", ")}.` : "."));
    said.push(`J₀/h₀ rests on h₀ = ${given.h0_K} K. 68 % intervals are of the profile likelihood${found.atlas ? ", with the errors of the atlas" : ""}. Positive ΔAIC speaks against the STM.`);
    return said;
  }

  // A word for the shell, as Python's shlex.quote writes it
  const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, `'"'"'`)}'`);

  function command(given) {
    const options = [
      ["observable", given.observable],
      ...(given.probe ? [["frequency", `${given.probe}Hz`]] : []),
      ["temperature", given.temperature.column],
      ["value", given.value.column],
      ...told(given),
    ];
    // with a sign of equality where a name would be read as an option
    const spelled = ([name, ...words]) => (words[0].startsWith("-") ? `--${name}=${quoted(words[0])}` : [`--${name}`, ...words.map(quoted)].join(" "));
    return ["tlsglass fit data.csv", ...options.map(spelled)].join(" ");
  }

  // [option, its words] of units, errors, window and h₀; what the command has no option for is left out
  function told(given) {
    const unit = get("your-unit").value;
    const [low, high] = given.window;
    const { column, relative } = given.error;
    return [
      ["temperature-unit", get("your-T-unit").value.replace("µ", "u")],
      unit.startsWith("10") ? null : ["value-unit", unit === "1" ? "dimensionless" : unit],
      column ? ["error", column] : relative ? ["relative-error", `${Number((100 * relative).toPrecision(6))}%`] : null,
      low > 0 || high < Infinity ? ["window", `${low}`, `${high < Infinity ? high : 1000}`] : null,
      given.h0_K !== data.h0_K ? ["h0", `${given.h0_K}`] : null,
    ].filter((one) => one);
  }

  // ---- fit and picture ----

  function picture(dataset, found) {
    const { whole, points } = dataset;
    const [first, last] = [whole.T[0], whole.T.at(-1)];
    const grid = Array.from({ length: 158 }, (_, k) => first * (last / first) ** ((k + 1) / 159));
    const T = [...new Set([...grid.filter((t) => whole.T.every((own) => Math.abs(t / own - 1) > 1e-9)), ...whole.T])].sort((a, b) => a - b);
    const power = entry().power;
    const base = power || entry().positive ? 0 : Math.min(...whole.value);
    const curves = study.curves(dataset, found, T);
    const reduce = (value, t) => (value === null ? null : (value - base) / t ** power);
    const errors = whole.error ?? whole.T.map((_, k) => found.eq3.misfit * (whole.weight?.[k] ?? 1));
    const at = (inside) => T.map((t) => {
      const k = whole.T.indexOf(t);
      return k >= 0 && points.T.includes(t) === inside ? reduce(whole.value[k], t) : null;
    });
    const largest = Math.max(...whole.value.map((value, k) => Math.abs(reduce(value, whole.T[k]))));
    const tens = Math.floor(Math.log10(largest));
    const scaled = (values) => values.map((value) => value && value / 10 ** tens);
    const series = [at(true), at(false), curves.stm.map((v, k) => reduce(v, T[k])), curves.eq3.map((v, k) => reduce(v, T[k])), curves.atlas.map((v, k) => reduce(v, T[k]))];
    const raised = tens.toString().replace(/./g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));
    const unit = entry().units[0] === "dimensionless" ? "" : ` ${entry().units[0]}${power ? `/K${power > 1 ? "²" : ""}` : ""}`;
    const label = `${entry().symbol}${power ? `/T${power > 1 ? "²" : ""}` : base ? " + constant" : ""} (10${raised}${unit})`;
    const bars = T.map((t) => (whole.T.includes(t) ? errors[whole.T.indexOf(t)] / t ** power / 10 ** tens : 0));
    plotted?.destroy();
    get("your-plot").replaceChildren();
    plotted = draw("your-plot", T, series.map(scaled), label, bars);
    get("your-plot").setAttribute("aria-label", `${entry().symbol} against temperature with its three fits. ${rows(found).map((row) => row.slice(0, 2).join(": ")).join("; ")}`);
  }

  function row(cells) {
    const labels = ["", "", "68 %", "χ²/dof", "ΔAIC"];
    const made = document.createElement("tr");
    made.setAttribute("role", "row");
    made.append(...cells.map((text, k) => {
      const cell = Object.assign(document.createElement(k === 0 ? "th" : "td"), { textContent: text });
      cell.setAttribute("role", k === 0 ? "rowheader" : "cell");
      if (k === 0) cell.scope = "row";
      if (labels[k]) cell.dataset.label = labels[k];
      else if (k) cell.className = "wide";
      return cell;
    }));
    return made;
  }

  function done(state, wrong = "") {
    get("your-form").dataset.state = state;
    get("your-wrong").textContent = wrong;
    get("your-result").hidden = state !== "done";
  }

  function fit() {
    delete window.tlsglass.yours;
    try {
      if (!get("your-text").value.trim()) throw new Error("Paste a table, drop a file, or choose an example first.");
      const dataset = study.load(get("your-text").value, settings());
      done("fitting");
      get("your-wait").hidden = false;
      setTimeout(() => show(dataset), 30); // once the page has said so
    } catch (error) {
      done("wrong", error.message);
    }
  }

  function show(dataset) {
    const began = performance.now();
    try {
      const found = study.fit(dataset);
      window.tlsglass.yours = { dataset, found, milliseconds: performance.now() - began };
      done("done"); // the plot takes the width that it then has
      get("your-rows").replaceChildren(...rows(found).map(row));
      get("your-notes").replaceChildren(...notes(found, dataset).map((text) => Object.assign(document.createElement("li"), { textContent: text })));
      get("your-command").textContent = command(dataset.settings);
      picture(dataset, found);
    } catch (error) {
      done("wrong", `These points could not be fitted: ${error.message}`);
    }
    get("your-wait").hidden = true;
  }

  // ---- what a visitor does ----

  function choose() {
    example = data.examples[get("your-example").value] ?? null;
    if (!example) return;
    get("your-text").value = example.csv;
    get("your-observable").value = example.observable;
    get("your-probe").value = example.probe ? `${example.probe} Hz` : "";
    get("your-share").value = example.error.relative ? 100 * example.error.relative : 1;
    const error = example.error.column ? `=${example.error.column}` : example.error.relative ? "%" : "";
    columns({ T: example.temperature.column, T_unit: example.temperature.unit, value: example.value.column, error });
    shown(example.value.unit === "dimensionless" ? "1" : example.value.unit);
    [get("your-low").value, get("your-high").value] = example.window ?? ["", ""];
    const [absolute, relative] = example.T_error ?? ["", ""];
    get("your-T-absolute").value = absolute;
    get("your-T-relative").value = relative === "" ? "" : 100 * relative;
    get("your-h0").value = example.h0_K ?? data.h0_K;
    fit();
  }

  function own() {
    example = null;
    get("your-example").value = "";
    columns();
  }

  async function read(file) {
    if (!file) return;
    if (file.size > MOST_BYTES) {
      done("wrong", `${file.name} has more than ${MOST_BYTES / 1e6} MB: too large for this page.`);
      return;
    }
    try {
      get("your-text").value = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
      done("");
      own();
    } catch {
      done("wrong", `${file.name} is no UTF-8 text: export the table as CSV.`);
    }
  }

  options(get("your-observable"), study.names.filter((name) => data.observables[name]).map((name) => [name, `${data.observables[name].title}, ${data.observables[name].symbol}`]));
  options(get("your-T-unit"), Object.keys(KELVIN).map((name) => [name, name]));
  get("your-h0").value = data.h0_K;
  get("your-example").addEventListener("input", choose);
  get("your-text").addEventListener("input", own);
  get("your-observable").addEventListener("input", () => { example = null; shown(); });
  get("your-error").addEventListener("input", () => shown());
  get("your-file").addEventListener("change", (event) => read(event.target.files[0]));
  get("your-form").addEventListener("submit", (event) => { event.preventDefault(); fit(); });
  const area = get("your-form");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    area.addEventListener(kind, (event) => {
      event.preventDefault();
      area.classList.toggle("over", kind === "dragover");
      if (kind === "drop") read(event.dataTransfer.files[0]);
    });
  }
  columns();
  return { ...study, quoted };
}
