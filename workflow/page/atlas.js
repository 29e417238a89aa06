// n(T, E; J0/h0) of the atlas, as scripts/tlsglass/atlas/table.py evaluates it: a Gaussian, that of random spins, times the exponential of
// splines in ½ ln(T² + E²), ln T and ln(1 + (J0/(h0 scale))^power) (spline.py, ratio_spline.py). Row 0 is the estimate; the others, stored as differences from it, give errors as base/jackknife.py does.
"use strict";

function atlasOf(held) {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  const parts = held.parts.map((part) => ({
    ...part,
    sizes: part.knots.map((knots) => knots[2] + 3),
    estimate: new Float32Array(bytes(part.spline)),
    steps: new Int16Array(bytes(part.rows)), // in units of the scale of their row and place in v
    scales: new Float32Array(bytes(part.scales)),
  }));
  const rows = held.rows;

  // The four uniform cubic B-splines that are not 0 at x, and the first of them
  function splines(x, [first, last, intervals]) {
    const position = Math.min(Math.max(((x - first) / (last - first)) * intervals, 0), intervals);
    const start = Math.min(Math.floor(position), intervals - 1);
    const t = position - start;
    return [start, [(1 - t) ** 3 / 6, (3 * t ** 3 - 6 * t ** 2 + 4) / 6, (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) / 6, t ** 3 / 6]];
  }

  // All from here to `density` in units of h0. For each part, the splines of the energies at one temperature: the first, and four
  // weights, of each
  function energyBasis(energies, T) {
    return parts.map(({ knots }) => {
      const starts = new Int32Array(energies.length);
      const weights = new Float64Array(4 * energies.length);
      energies.forEach((E, k) => {
        const [start, four] = splines(-0.5 * Math.log(1 / (T * T + E * E) + 1 / held.end ** 2), knots[0]);
        starts[k] = start;
        weights.set(four, 4 * k);
      });
      return { starts, weights };
    });
  }

  // For each part, the coefficients in v of one row at one temperature and coupling
  function profile(T, g, row = 0) {
    return parts.map(({ knots, sizes: [nv, nt, ns], scale, power, estimate, steps, scales, first }) => {
      const [t0, t] = splines(Math.log(T), knots[1]);
      const [s0, s] = splines(Math.log1p((g / scale) ** power), knots[2]);
      const own = row - first;
      const varies = row > 0 && own >= 0 && own < scales.length / nv;
      return Float64Array.from({ length: nv }, (_, v) => {
        let sum = 0;
        for (let a = 0; a < 4; a++) {
          for (let b = 0; b < 4; b++) {
            const at = (v * nt + t0 + a) * ns + s0 + b;
            const moved = varies ? steps[own * nv * nt * ns + at] * scales[own * nv + v] : 0;
            sum += t[a] * s[b] * (estimate[at] + moved);
          }
        }
        return sum;
      });
    });
  }

  function spline(coefficients, basis, k) {
    let sum = 0;
    for (let p = 0; p < basis.length; p++) {
      const start = basis[p].starts[k];
      for (let a = 0; a < 4; a++) sum += basis[p].weights[4 * k + a] * coefficients[p][start + a];
    }
    return sum;
  }

  // ln n · h0 of random spins
  function lnGaussian(E, g) {
    const variance = 4 * (1 + held.spread * g * g);
    return Math.log(held.concentration * Math.sqrt(2 / Math.PI / variance)) - (E * E) / (2 * variance);
  }

  // n per kelvin and lattice site at energies of one temperature, all in kelvin, of one row
  function density(E_K, T_K, J0_K, h0_K, row = 0) {
    const [T, g] = [T_K / h0_K, J0_K / h0_K];
    const energies = E_K.map((E) => E / h0_K);
    const [basis, coefficients] = [energyBasis(energies, T), profile(T, g, row)];
    return energies.map((E, k) => Math.exp(spline(coefficients, basis, k) + lnGaussian(E, g)) / h0_K);
  }

  // Its standard error, by the jackknife
  function error(E_K, T_K, J0_K, h0_K) {
    const every = Array.from({ length: rows - 1 }, (_, k) => density(E_K, T_K, J0_K, h0_K, k + 1));
    return E_K.map((_, k) => {
      const mean = every.reduce((sum, n) => sum + n[k], 0) / (rows - 1);
      return Math.sqrt(((rows - 2) / (rows - 1)) * every.reduce((sum, n) => sum + (n[k] - mean) ** 2, 0));
    });
  }

  return { density, error };
}
