// The models of the observables, as in scripts/tlsglass/models: shapes of the amplitudes, with Eq. (3) and on
// the atlas. `row` is that of the atlas: 0 is the estimate.
"use strict";

function observablesOf(physics, atlas) {
  const ones = (T) => T.map(() => 1);
  const times = (factor, shape) => shape.map((value) => factor * value);

  // The last value of a function of few arguments, by their names: grids and derivatives ask for the same again and again
  function kept(make, most = 40) {
    const found = new Map();
    return (...key) => {
      const name = key.join();
      if (!found.has(name)) {
        if (found.size >= most) found.delete(found.keys().next().value);
        found.set(name, make(...key));
      }
      return found.get(name);
    };
  }

  function sound(sign) {
    return {
      eq3: (T, omega) => {
        const base = physics.bases(T);
        const inside = kept((A) => physics.relaxing(base, omega, A));
        const shape = kept((mu, A) => physics.overEnergies(T, mu, inside(A)).map((part, k) => sign * (physics.resonant(T[k], mu) - part / 2)));
        return (p) => ({ tls_strength: shape(p.mu, p.A_Hz_per_K3), offset: ones(T) });
      },
      atlas: (curves, T, omega) => (p, row) => ({ tls_strength: times(sign, curves.soundVelocity(p.J0_over_h0, omega, p.A_Hz_per_K3, row)), offset: ones(T) }),
    };
  }

  const models = {
    thermal_conductivity: {
      eq3: (T) => (p) => ({ kappa_1K: T.map((t) => t ** (2 - p.mu)) }),
      atlas: (curves) => (p, row) => ({ kappa_1K: curves.thermalConductivity(p.J0_over_h0, row) }),
    },
    specific_heat: {
      eq3: (T) => (p) => ({ C_tls_1K: T.map((t) => t ** (1 + p.mu)), phonons_1K: T.map((t) => t ** 3) }),
      atlas: (curves, T) => (p, row) => ({ C_tls_1K: curves.specificHeat(p.J0_over_h0, row), phonons_1K: T.map((t) => t ** 3) }),
    },
    sound_velocity: sound(1),
    dielectric_constant: sound(-2),
    internal_friction: {
      eq3: (T, omega) => {
        const base = physics.bases(T);
        const inside = kept((A) => physics.relaxing(base, omega, A, physics.frictionIntegral));
        const shape = kept((mu, A) => physics.overEnergies(T, mu, inside(A)));
        return (p) => ({ tls_strength: shape(p.mu, p.A_Hz_per_K3), background: ones(T) });
      },
      atlas: (curves, T, omega) => (p, row) => ({ tls_strength: curves.internalFriction(p.J0_over_h0, omega, p.A_Hz_per_K3, row), background: ones(T) }),
    },
    resonator_frequency: {
      eq3: (T, frequency) => {
        const resonant = physics.resonantAtFrequency(T, frequency);
        const loss = kept((mu) => times(1 / Math.PI, resonant(mu)));
        const quasiparticles = kept(physics.quasiparticles(T, frequency));
        return (p) => ({ F_tan_delta: loss(p.mu), kinetic_inductance_fraction: quasiparticles(p.gap_K), offset: ones(T) });
      },
      atlas: (curves, T, frequency) => {
        const loss = kept((g, row) => times(1 / Math.PI, curves.resonantAtFrequency(g, frequency, row)));
        const quasiparticles = kept(physics.quasiparticles(T, frequency));
        return (p, row = 0) => ({ F_tan_delta: loss(p.J0_over_h0, row), kinetic_inductance_fraction: quasiparticles(p.gap_K), offset: ones(T) });
      },
    },
  };

  const sum = (p, shapes, n) => Array.from({ length: n }, (_, k) => Object.entries(shapes).reduce((total, [name, shape]) => total + p[name] * shape[k], 0));

  // The shapes of observable `name` at temperatures T as a function of the parameters, with Eq. (3) or, with h0, on the atlas
  function shapesOf(name, T, probe, h0_K = null) {
    const own = models[name];
    return h0_K === null ? own.eq3(T, probe) : own.atlas(curvesOf(physics, atlas, T, h0_K), T, probe);
  }

  return { names: Object.keys(models), shapesOf, curve: (shapes, p, n) => sum(p, shapes(p), n) };
}
