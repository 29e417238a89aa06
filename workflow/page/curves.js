// Observables at fixed temperatures as functions of g = J0/h0 on the atlas, as in scripts/tlsglass/atlas/observables.py: for
// P0γ²/ρv² = 1 of n at T = E = 1 K/√2, κ and C in units of what they are at 1 K.
"use strict";

function curvesOf(physics, atlas, T_K, h0_K) {
  const FAR = 25, PHONONS_T = 30, PHONONS_H0 = 6; // atlas/api.py
  const NEAR_T = 45; // 1/cosh²(E/2T) is below 1e-18 beyond
  const reference_K = Math.min(1, atlas.limits.T[1] * h0_K);
  const temperatures = [...T_K, reference_K]; // the last is the reference
  const meshes = new Map();
  const found = new Map();
  const kernels = new Map();

  function kept(map, most, key, make) {
    if (!map.has(key)) {
      if (map.size >= most) map.delete(map.keys().next().value);
      map.set(key, make());
    }
    return map.get(key);
  }

  function dot(x, y) {
    let sum = 0;
    for (let k = 0; k < x.length; k++) sum += x[k] * y[k];
    return sum;
  }

  // ---- n on the meshes: for each temperature energies, their weights, and the splines there ----

  function meshAt(T, pairs) {
    const E = pairs.map(([e]) => e);
    return { T, E, w: pairs.map(([, w]) => w), basis: atlas.energyBasis(E.map((e) => e / h0_K), T / h0_K) };
  }

  function gauss(ends) {
    const steps = Math.ceil(2 * Math.max(...temperatures.map((T, k) => Math.log(ends[k] / (1e-3 * T)))));
    return temperatures.map((T, k) => {
      const breaks = Array.from({ length: steps }, (_, j) => 1e-3 * T * (ends[k] / (1e-3 * T)) ** (j / (steps - 1)));
      return meshAt(T, physics.composite([0, ...breaks], 6));
    });
  }

  // "all" energies, "phonons" of Eq. (5), one energy as a number, or [a quantum hf] for its principal value
  function mesh(kind) {
    return kept(meshes, 8, String(kind), () => {
      if (kind === "all") return gauss(temperatures.map(() => FAR * h0_K));
      if (kind === "phonons") return gauss(temperatures.map((T) => Math.min(PHONONS_T * T, PHONONS_H0 * h0_K)));
      if (kind === "reference") return [meshAt(reference_K / Math.SQRT2, [[reference_K / Math.SQRT2, 1]])];
      const pairs = [];
      for (let k = 0; k < 56; k++) {
        const t = 0.3 * (k + 0.5);
        pairs.push([kind * Math.exp(t), 0.3 / Math.sinh(t)], [kind * Math.exp(-t), -0.3 / Math.sinh(t)]);
      }
      return temperatures.map((T) => meshAt(T, pairs));
    });
  }

  function n(kind, g, row) {
    return kept(found, 24, `${kind} ${g} ${row}`, () =>
      mesh(kind).map(({ T, E, basis }) => {
        const coefficients = atlas.profile(T / h0_K, g, row);
        const [top, per] = [atlas.lnGaussian(0, g) - Math.log(h0_K), atlas.lnGaussian(h0_K ** -1, g) - atlas.lnGaussian(0, g)]; // quadratic in E
        const density = new Float64Array(E.length);
        for (let k = 0; k < E.length; k++) density[k] = Math.exp(atlas.spline(coefficients, basis, k) + top + per * E[k] * E[k]);
        return density;
      })
    );
  }

  // Σ_e n · kernel(E, T) · weight at every temperature
  function sum(kind, g, row, name, kernel) {
    const weighed = kept(kernels, 80, `${kind} ${name}`, () => mesh(kind).map(({ T, E, w }) => Float64Array.from(E, (e, k) => w[k] * kernel(e, T))));
    return n(kind, g, row).map((density, k) => dot(density, weighed[k]));
  }

  const reference = (g, row) => n("reference", g, row)[0][0];
  const measured = (values) => values.slice(0, -1);

  // ---- observables: arrays over the temperatures ----

  function specificHeat(g, row = 0) {
    const C = sum("all", g, row, "heat", (E, T) => ((E / T) ** 2 * physics.sech2(E / T)) / 4);
    return measured(C).map((value) => (value / C.at(-1)) * reference_K);
  }

  function thermalConductivity(g, row = 0) {
    const weighed = kept(kernels, 80, "phonons", () =>
      mesh("phonons").map(({ T, E, w }) => Float64Array.from(E, (e, k) => w[k] * T * physics.phonon(e / T)))
    );
    const kappa = n("phonons", g, row).map((density, k) => density.reduce((total, value, e) => total + weighed[k][e] / value, 0));
    return measured(kappa).map((value) => (value / kappa.at(-1)) * reference_K ** 2);
  }

  function resonant(g, row = 0) {
    const per = reference(g, row);
    return measured(sum("all", g, row, "resonant", (E, T) => Math.tanh(E / (2 * T)) / E)).map((value) => -value / per);
  }

  // What does not depend on A, where it is weighted with 1/cosh²(E/2T)
  const thermal = () => kept(kernels, 80, "thermal", () =>
    mesh("all").map(({ T, E, w }) => {
      const low = E.map((e, k) => [e, w[k]]).filter(([e]) => e < NEAR_T * T);
      return { base: low.map(([e]) => Math.tanh(e / (2 * T)) / e ** 3), weight: low.map(([e, weight]) => (weight * physics.sech2(e / T)) / (2 * T)) };
    })
  );

  function near(g, row, name, omega, A, inner, factor) {
    const per = reference(g, row) / factor;
    const weighed = kept(kernels, 80, `${name} ${omega} ${A}`, () =>
      thermal().map(({ base, weight }) => physics.relaxing([base], omega, A, inner)[0].map((value, k) => value * weight[k]))
    );
    return measured(n("all", g, row).map((density, k) => dot(weighed[k], density))).map((value) => value / per);
  }

  function soundVelocity(g, omega, A, row = 0) {
    const relaxing = near(g, row, "relaxing", omega, A, physics.relaxationIntegral, 1);
    return resonant(g, row).map((value, k) => value - relaxing[k]);
  }

  const internalFriction = (g, omega, A, row = 0) => near(g, row, "friction", omega, A, physics.frictionIntegral, 2);

  function resonantAtFrequency(g, frequency, row = 0) {
    const quantum = physics.HERTZ_K * frequency;
    const per = reference(g, row);
    const added = sum(quantum, g, row, "principal", (E, T) => (0.5 * quantum * Math.tanh(E / (2 * T))) / E);
    return resonant(g, row).map((value, k) => value - added[k] / per);
  }

  return { specificHeat, thermalConductivity, resonant, soundVelocity, internalFriction, resonantAtFrequency };
}
