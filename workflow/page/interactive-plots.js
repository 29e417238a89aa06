// The two interactive panels. What they draw is also found in `window.tlsglass`, where the tests read it.
"use strict";

(function () {
  const data = JSON.parse(document.getElementById("panel-data").textContent);
  const physics = physicsOf(data.gauss);
  const atlas = atlasOf(data.atlas);
  const shown = (window.tlsglass = { physics, atlas });
  const get = (id) => document.getElementById(id);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const plots = [];

  // ---- how both panels look ----

  function errorBars(errors) {
    return (u) => {
      const { ctx } = u;
      ctx.save();
      ctx.strokeStyle = colour("--points");
      ctx.lineWidth = devicePixelRatio;
      ctx.beginPath();
      u.data[0].forEach((x, k) => {
        const y = u.data[1][k];
        if (y == null) return;
        const at = u.valToPos(x, "x", true);
        ctx.moveTo(at, u.valToPos(y - errors()[k], "y", true));
        ctx.lineTo(at, u.valToPos(y + errors()[k], "y", true));
      });
      ctx.stroke();
      ctx.restore();
    };
  }

  function axis(label, more) {
    const font = "13px system-ui, sans-serif";
    const style = { stroke: () => colour("--ink"), grid: { stroke: () => colour("--grid"), width: 1 } };
    return { label, font, labelFont: font, labelSize: 22, ticks: { stroke: () => colour("--grid"), width: 1 }, ...style, ...more };
  }

  function plot(id, options, values) {
    const place = get(id);
    const size = () => ({ width: Math.max(240, place.clientWidth), height: 320 });
    const u = new uPlot({ ...size(), legend: { show: false }, cursor: { show: false }, padding: [12, 16, 0, 0], ...options }, values, place);
    new ResizeObserver(() => size().width !== u.width && u.setSize(size())).observe(place);
    plots.push(u);
    return u;
  }

  const line = (name, dash) => ({ stroke: () => colour(name), width: 2.5, dash, pxAlign: 0, points: { show: false } });
  const dots = { stroke: () => colour("--points"), width: 0, paths: () => null, points: { show: true, size: 6, fill: () => colour("--points") } };

  // ---- n(T, E) with its fit by Eq. (3) ----

  const labels = Object.keys(Object.values(data.dos)[0]).sort((a, b) => a - b);
  get("dos-T").max = labels.length - 1;
  get("dos-T").value = Math.max(0, labels.indexOf("0.5"));
  let dosPlot = null;

  function band(low, high, name) {
    return (u) => {
      const { ctx } = u;
      const x = u.data[0];
      const place = (values) => x.flatMap((at, k) => (values()[k] == null ? [] : [[u.valToPos(at, "x", true), u.valToPos(values()[k], "y", true)]]));
      ctx.save();
      ctx.globalAlpha = 0.25;
      ctx.fillStyle = colour(name);
      ctx.beginPath();
      [...place(low), ...place(high).reverse()].forEach(([left, top], k) => (k ? ctx.lineTo(left, top) : ctx.moveTo(left, top)));
      ctx.fill();
      ctx.restore();
    };
  }

  // n and its error of the atlas, null where the temperature is not in it
  function atlasAt(E, T, ratio) {
    const [low, high] = data.atlas.limits.T.map((t) => t * data.h0_K);
    if (!(T >= low * (1 - 1e-9) && T <= high * (1 + 1e-9))) return null;
    const at = [E, T, ratio * data.h0_K, data.h0_K];
    return { n: atlas.density(...at), error: atlas.error(...at) };
  }

  function drawDos() {
    const T = labels[get("dos-T").value];
    const set = `L${get("dos-L").value}_J${get("dos-J0").value}`;
    const ratio = Number(get("ratio").value);
    const found = data.dos[set][T];
    const E = [...found.E_K];
    const end = data.window_T * Number(T);
    const fit = Array.from({ length: 61 }, (_, k) => (end * k) / 60);
    const x = [...new Set([...E, ...fit])].sort((a, b) => a - b);
    const index = new Map(E.map((e, k) => [e, k]));
    const at = (values) => x.map((e) => (index.has(e) ? values[index.get(e)] : null));
    const model = x.map((e) => (e <= end ? physics.densityOfStates(e, Number(T), found.B, found.mu) : null));
    const whole = atlasAt(x, Number(T), ratio);
    shown.dos = { set, T: Number(T), E_K: x, n: at(found.n), n_err: at(found.n_err), model, ratio, atlas: whole?.n, atlas_err: whole?.error };
    const times = (values) => (values ?? x.map(() => null)).map((n) => n && 1e3 * n);
    const edge = (sign) => () => x.map((_, k) => whole && 1e3 * (whole.n[k] + sign * whole.error[k]));
    const free = atlasAt(x, Number(T), 0)?.n; // without interactions
    const values = [x, times(shown.dos.n), times(model), times(whole?.n), times(free)];
    const top = 1.1e3 * Math.max(...found.n.map((n, k) => n + found.n_err[k]), ...(whole?.n ?? []), ...(free ?? []));
    shown.edges = [edge(-1), edge(1)];
    if (dosPlot === null) {
      const options = {
        scales: { x: { time: false }, y: { range: (u) => [0, u.top ?? top] } },
        series: [{}, dots, line("--fit"), line("--atlas"), line("--stm", [8, 6])],
        axes: [axis("E (K)"), axis("n(T, E) (10⁻³ per kelvin and site)")],
        hooks: {
          drawAxes: [(u) => band(...shown.edges, "--atlas")(u)],
          draw: [errorBars(() => shown.dos.n_err.map((error) => 1e3 * error))],
        },
      };
      dosPlot = plot("dos-plot", options, values);
    } else {
      dosPlot.top = top;
      dosPlot.setData(values);
    }
    get("dos-T-value").textContent = `${T} K`;
    get("dos-T").setAttribute("aria-valuetext", `${T} kelvin`);
    get("ratio-value").textContent = ratio.toFixed(3);
    const [low, high] = data.atlas.limits.T.map((t) => t * data.h0_K);
    get("dos-result").textContent = `Eq. (3): B = ${found.B_text} per kelvin and site, µ = ${found.mu_text} on 0 < E < ${data.window_T} T, ` +
      `χ²/dof = ${found.chi2_per_dof.toFixed(2)}; ${found.realizations.toLocaleString("en")} realizations. ` +
      (whole ? `Atlas at J₀/h₀ = ${ratio.toFixed(3)}: n(T, 0) = ${(1e3 * whole.n[0]).toFixed(2)} ± ${(1e3 * whole.error[0]).toFixed(2)} × 10⁻³.`
        : `The atlas holds T = ${low} to ${high} K.`);
    get("dos-plot").setAttribute("aria-label", `Density of states at T = ${T} K for ${set.replace("_J", ", J0 = ").replace("L", "L = ")} K: ` +
      `${get("dos-result").textContent}`);
  }

  function coupling() {
    get("ratio").value = Number(get("dos-J0").value) / data.h0_K;
    drawDos();
  }

  // ---- δv/v(T) beside the standard tunneling model ----

  const temperatures = Array.from({ length: 121 }, (_, k) => 0.01 * 200 ** (k / 120));
  let velocityPlot = null;

  const BELOW_T0 = [0.1, 0.4], ABOVE_T0 = [2, 5]; // where the slopes are taken, in units of T0 = (ω/A)^(1/3)

  function slope(mu, omega, A, [low, high]) {
    const at = (x) => physics.soundVelocity(x * Math.cbrt(omega / A), mu, omega, A);
    return (at(high) - at(low)) / Math.log(high / low);
  }

  function curve(mu, omega, A, coupling) {
    const series = temperatures.map((T) => coupling * physics.soundVelocity(T, mu, omega, A));
    return series.map((value) => value - series[0]);
  }

  function slopeRatio(mu, omega, A) {
    return slope(mu, omega, A, ABOVE_T0) / slope(mu, omega, A, BELOW_T0);
  }

  const signed = (value, digits) => value.toFixed(digits).replace("-", "−");
  const scientific = (value, digits) => {
    const [mantissa, power] = value.toExponential(digits).split("e");
    const raised = [...String(Number(power))].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");
    return `${mantissa} × 10${raised}`;
  };

  function drawVelocity() {
    const mu = Number(get("mu").value);
    const A = 10 ** Number(get("A").value);
    const coupling = 10 ** Number(get("coupling").value);
    const omega = data.presets[get("preset").value].omega_Hz;
    const [model, stm] = [curve(mu, omega, A, coupling), curve(0, omega, A, coupling)];
    shown.velocity = { mu, A, coupling, omega_Hz: omega, T_K: temperatures, model, stm };
    shown.velocity.ratio = slopeRatio(mu, omega, A);
    shown.velocity.stm_ratio = slopeRatio(0, omega, A);
    const values = [temperatures, model.map((v) => 1e6 * v), stm.map((v) => 1e6 * v)];
    if (velocityPlot === null) {
      const plain = (u, splits) => splits.map((T) => (T === null ? null : `${Number(T.toPrecision(2))}`));
      const options = {
        scales: { x: { time: false, distr: 3, range: () => [temperatures[0], temperatures.at(-1)] } },
        series: [{}, line("--fit"), line("--stm", [8, 6])],
        axes: [axis("T (K)", { values: plain }), axis("δv/v − δv/v(10 mK)  (10⁻⁶)", { size: 60 })],
      };
      velocityPlot = plot("velocity-plot", options, values);
    } else {
      velocityPlot.setData(values);
    }
    get("mu-value").textContent = signed(mu, 2);
    get("A-value").textContent = `${scientific(A, 1)} Hz/K³`;
    get("coupling-value").textContent = scientific(coupling, 1);
    for (const id of ["mu", "A", "coupling"]) get(id).setAttribute("aria-valuetext", get(`${id}-value`).textContent);
    const maximum = temperatures[model.indexOf(Math.max(...model))];
    const windows = [BELOW_T0, ABOVE_T0].map((window) => `${window.join("–")} T0`).join(" and ");
    get("velocity-result").textContent = `µ = ${signed(mu, 2)}: maximum at ${maximum.toPrecision(2)} K; slopes at ${windows} are 1 : ` +
      `${signed(shown.velocity.ratio, 2)}, of the STM 1 : ${signed(shown.velocity.stm_ratio, 2)} (1 : −0.5 far from the maximum), T0 = (ω/A)^(1/3).`;
    get("velocity-plot").setAttribute("aria-label", `Sound velocity against temperature. ${get("velocity-result").textContent}`);
  }

  function preset() {
    const chosen = data.presets[get("preset").value];
    get("mu").value = chosen.mu;
    get("A").value = Math.log10(chosen.A_Hz_per_K3);
    get("coupling").value = Math.log10(chosen.tls_strength);
    drawVelocity();
  }

  get("ratio").max = data.atlas.limits.J0[1];
  for (const id of ["dos-L", "dos-T", "ratio"]) get(id).addEventListener("input", drawDos);
  get("dos-J0").addEventListener("input", coupling);
  for (const id of ["mu", "A", "coupling"]) get(id).addEventListener("input", drawVelocity);
  get("preset").addEventListener("input", preset);
  coupling();
  preset();

  // ---- the rest of the page ----

  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    window.matchMedia(query).addEventListener("change", () => plots.forEach((u) => u.redraw(false)));
  }
  for (const box of document.querySelectorAll("[data-filter]")) {
    box.addEventListener("change", () => {
      for (const row of document.querySelectorAll(`#scorecard-rows [data-verdict="${box.dataset.filter}"]`)) row.hidden = !box.checked;
    });
  }
})();
