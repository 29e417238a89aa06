// Unpacks the figures and their numbers, draws two plots from tables of curves, and opens what a link leads to.
// All numbers come from the library: scripts/tlsglass/report/page_data.py. Tests read `window.tlsglass`.
"use strict";

(async function () {
  const get = (id) => document.getElementById(id);
  const all = (query) => [...document.querySelectorAll(query)];
  const shown = (window.tlsglass = {});

  // ---- a link into a folded section opens it ----

  function unfold() {
    const target = location.hash && get(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let place = target; place; place = place.parentElement) if (place.tagName === "DETAILS") place.open = true;
    const own = target.querySelector(":scope > details");
    if (own) own.open = true;
    target.scrollIntoView();
  }
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", () => all("details").forEach((fold) => (fold.open = true)));
  for (const button of all("[data-unfold]")) {
    button.addEventListener("click", () => all("details.section").forEach((fold) => (fold.open = button.dataset.unfold === "all")));
  }
  for (const box of all("[data-filter]")) {
    box.addEventListener("change", () => {
      for (const row of all(`#scorecard-rows [data-verdict="${box.dataset.filter}"]`)) row.hidden = !box.checked;
    });
  }

  // ---- figures and tables of numbers ----

  async function unpack(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  }

  const { files, plots: data } = await unpack(get("packed").textContent);
  const urls = new Map();
  const url = (name, type) => urls.get(name) ?? urls.set(name, URL.createObjectURL(new Blob([files[name]], { type }))).get(name);
  const narrow = matchMedia("(max-width: 47.9rem)");

  function showFigures() {
    for (const image of all("img[data-file]")) {
      const small = narrow.matches && image.dataset.narrow;
      [image.width, image.height] = (small ? image.dataset.narrowSize : image.dataset.size).split(" ");
      image.src = url(small ? image.dataset.narrow : image.dataset.file, "image/svg+xml");
    }
  }
  narrow.addEventListener("change", showFigures);
  showFigures();
  for (const link of all("a[data-file]")) link.href = url(link.dataset.file, "text/csv");

  // ---- how both plots look ----

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const plots = [];

  function axis(label, more) {
    const font = "13px system-ui, sans-serif";
    const style = { stroke: () => color("--ink"), grid: { stroke: () => color("--grid"), width: 1 } };
    return { label, font, labelFont: font, labelSize: 22, ticks: { stroke: () => color("--grid"), width: 1 }, ...style, ...more };
  }

  function plot(id, options, values) {
    const place = get(id);
    const size = () => ({ width: Math.max(240, place.clientWidth), height: 320 });
    const u = new uPlot({ ...size(), legend: { show: false }, cursor: { show: false }, padding: [12, 16, 0, 0], ...options }, values, place);
    new ResizeObserver(() => size().width !== u.width && u.setSize(size())).observe(place);
    plots.push(u);
    return u;
  }

  const line = (name, dash) => ({ stroke: () => color(name), width: 2.5, dash, pxAlign: 0, spanGaps: true, points: { show: false } });
  const dots = { stroke: () => color("--points"), width: 0, paths: () => null, points: { show: true, size: 6, fill: () => color("--points") } };

  function bars(u, x, low, high) {
    const { ctx } = u;
    ctx.save();
    ctx.strokeStyle = color("--points");
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    x.forEach((at, k) => {
      ctx.moveTo(u.valToPos(at, "x", true), u.valToPos(low[k], "y", true));
      ctx.lineTo(u.valToPos(at, "x", true), u.valToPos(high[k], "y", true));
    });
    ctx.stroke();
    ctx.restore();
  }

  function band(u, x, low, high) {
    const { ctx } = u;
    const corner = (values) => (at, k) => [u.valToPos(at, "x", true), u.valToPos(values[k], "y", true)];
    ctx.save();
    ctx.globalAlpha = 0.25;
    ctx.fillStyle = color("--atlas");
    ctx.beginPath();
    [...x.map(corner(low)), ...x.map(corner(high)).reverse()].forEach(([left, top], k) => (k ? ctx.lineTo(left, top) : ctx.moveTo(left, top)));
    ctx.fill();
    ctx.restore();
  }

  // [x of all curves, y of the first, ...], null where a curve has no value
  function merge(...curves) {
    const x = [...new Set(curves.flatMap(([at]) => at))].sort((a, b) => a - b);
    const columns = curves.map(([at, y]) => new Map(at.map((value, k) => [value, y[k]])));
    return [x, ...columns.map((values) => x.map((at) => values.get(at) ?? null))];
  }

  // ---- n(T, E): simulated, Eq. (3), atlas ----

  const temperatures = Object.keys(Object.values(data.densities)[0]).sort((a, b) => a - b);
  get("dos-T").max = temperatures.length - 1;
  get("dos-T").value = Math.max(0, temperatures.indexOf("0.5"));
  let densityPlot = null;

  function drawDensity() {
    const T = temperatures[get("dos-T").value];
    const set = `L${get("dos-L").value}_J${get("dos-J0").value}`;
    const points = data.densities[set][T];
    const atlas = data.atlas[T];
    const ratio = data.ratios[get("ratio").value];
    const row = atlas ? atlas.ratios.indexOf(ratio) : -1;
    const curve = row < 0 ? null : { E_K: atlas.E_K, n: atlas.n[row], n_err: atlas.n_err[row], free: atlas.n[0] };
    Object.assign(shown, { density: { set, T: Number(T), ratio, points, atlas: curve } });
    const none = [[], []];
    const values = merge([points.E_K, points.n], [points.fitted_K, points.fit], curve ? [curve.E_K, curve.n] : none, curve ? [curve.E_K, curve.free] : none);
    shown.top = 1.1 * Math.max(...points.n, ...(curve ? [...curve.n, ...curve.free] : []));
    if (densityPlot === null) {
      const options = {
        scales: { x: { time: false }, y: { range: () => [0, shown.top] } },
        series: [{}, dots, line("--fit"), line("--atlas"), line("--stm", [8, 6])],
        axes: [axis("E (K)"), axis("n(T, E) (10⁻³ per kelvin and site)")],
        hooks: {
          drawAxes: [(u) => {
            const { atlas: a } = shown.density;
            if (a) band(u, a.E_K, a.n.map((n, k) => n - a.n_err[k]), a.n.map((n, k) => n + a.n_err[k]));
          }],
          draw: [(u) => {
            const { points: p } = shown.density;
            bars(u, p.E_K, p.n.map((n, k) => n - p.n_err[k]), p.n.map((n, k) => n + p.n_err[k]));
          }],
        },
      };
      densityPlot = plot("dos-plot", options, values);
    } else {
      densityPlot.setData(values);
    }
    get("dos-T-value").textContent = `${T} K`;
    get("dos-T").setAttribute("aria-valuetext", `${T} kelvin`);
    get("ratio-value").textContent = ratio.toFixed(3);
    get("ratio").setAttribute("aria-valuetext", ratio.toFixed(3));
    get("dos-result").textContent = `${points.text} ` + (curve
      ? `Atlas at J₀/h₀ = ${ratio.toFixed(3)}: n(T, 0) = ${curve.n[0].toFixed(2)} ± ${curve.n_err[0].toFixed(2)} × 10⁻³.`
      : "The atlas does not have this temperature.");
    get("dos-plot").setAttribute("aria-label", `Density of states at T = ${T} K for ${set.replace("_J", ", J0 = ").replace("L", "L = ")} K: ` +
      get("dos-result").textContent);
  }

  function matchRatio() {
    get("ratio").value = data.ratios.indexOf(data.ratio_of_J0[get("dos-J0").value]);
    drawDensity();
  }

  // ---- δv/v(T) with µ, and of the standard tunneling model ----

  let velocityPlot = null;

  function drawVelocity() {
    const material = data.velocity[get("preset").value];
    const index = Number(get("mu").value);
    const mu = data.mu[index];
    shown.velocity = { mu, title: material.title, T_K: data.velocity_K, model: material.curves[index], stm: material.curves[0] };
    const values = [data.velocity_K, material.curves[index], material.curves[0]];
    if (velocityPlot === null) {
      const plain = (u, splits) => splits.map((T) => (T === null ? null : `${Number(T.toPrecision(2))}`));
      const options = {
        scales: { x: { time: false, distr: 3, range: () => [data.velocity_K[0], data.velocity_K.at(-1)] } },
        series: [{}, line("--fit"), line("--stm", [8, 6])],
        axes: [axis("T (K)", { values: plain }), axis("δv/v − δv/v(10 mK)  (10⁻⁶)", { size: 60 })],
      };
      velocityPlot = plot("velocity-plot", options, values);
    } else {
      velocityPlot.setData(values);
    }
    const signed = (value) => value.toFixed(2).replace("-", "−");
    get("mu-value").textContent = mu.toFixed(2);
    get("mu").setAttribute("aria-valuetext", mu.toFixed(2));
    get("velocity-result").textContent = `µ = ${mu.toFixed(2)}: maximum at ${material.maximum_K[index]} K; slopes at ${data.slopes_at} are ` +
      `1 : ${signed(material.slope_ratio[index])}, of the STM 1 : ${signed(material.slope_ratio[0])} (1 : −0.5 far from the maximum), ` +
      `T0 = (ω/A)^(1/3) = ${material.T0_K} K.`;
    get("velocity-plot").setAttribute("aria-label", `Sound velocity against temperature. ${get("velocity-result").textContent}`);
  }

  function choosePreset() {
    get("mu").value = data.velocity[get("preset").value].mu;
    drawVelocity();
  }

  get("ratio").max = data.ratios.length - 1;
  get("mu").max = data.mu.length - 1;
  for (const id of ["dos-L", "dos-T", "ratio"]) get(id).addEventListener("input", drawDensity);
  get("dos-J0").addEventListener("input", matchRatio);
  get("mu").addEventListener("input", drawVelocity);
  get("preset").addEventListener("input", choosePreset);
  matchRatio();
  choosePreset();
  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    matchMedia(query).addEventListener("change", () => plots.forEach((u) => u.redraw(false)));
  }
  unfold();
  shown.ready = true;
})();
