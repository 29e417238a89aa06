// Eqs. (3) and (5)-(8) and their kernels as scripts/tlsglass/physics has them (eq3.py, kernels.py, loss.py): k_B = 1, energies and
// temperatures in kelvin, ω in Hz, A in Hz/K³. tests/browser holds every function against the library.
"use strict";

function physicsOf(gauss) {
  // Gauss-Legendre nodes and weights on the intervals between `breaks`; `gauss` holds those of [-1, 1] of several orders
  function composite(breaks, order = 12) {
    const nodes = [];
    for (let k = 0; k + 1 < breaks.length; k++) {
      const half = 0.5 * (breaks[k + 1] - breaks[k]);
      gauss[order].x.forEach((x, j) => nodes.push([breaks[k] + half * (1 + x), half * gauss[order].w[j]]));
    }
    return nodes;
  }

  const steps = (low, high, count) => Array.from({ length: count + 1 }, (_, k) => low + ((high - low) * k) / count);
  const LN = Math.log(10);
  const TAIL = [2, 4, 8, 14, 22, 36, 60, 100];
  const THERMAL = composite([0, ...steps(-5 * LN, 0, 10).map(Math.exp), ...TAIL]); // x = E/T
  const BELOW = composite(steps(-7 * LN, 0, 12)); // ln x below x = 1 ...
  const ABOVE = composite(steps(0, 9 * LN, 16)); // ... and above it

  // Eq. (3)
  function densityOfStates(E, T, B, mu) {
    return B * (T * T + E * E) ** (mu / 2);
  }

  // 1 / cosh²(x/2) without overflow
  function sech2(x) {
    const decay = Math.exp(-Math.abs(x));
    return (4 * decay) / (1 + decay) ** 2;
  }

  // The kernel of Eq. (5): 8 at x = 0
  function phonon(x) {
    const near = Math.max(x, 1e-8);
    const decay = Math.exp(-x);
    return (4 * near ** 3 * decay * (1 + decay)) / (-Math.expm1(-near)) ** 3;
  }

  // Both parts of c artanh(1/c) with c = sqrt(1 + ia) = p + iq, for large a by its series in 1/c²: the inner integral of Eq. (8),
  // and that of the internal friction
  function inner(a, out) {
    if (a < 1e2) {
      const p = Math.sqrt(0.5 * (1 + Math.hypot(1, a)));
      const q = (0.5 * a) / p;
      const ln = 0.5 * Math.log(((1 + p) ** 2 + q * q) / a);
      const angle = Math.PI / 4 - Math.atan2(q, 1 + p);
      out[0] = p * ln + q * angle - 1;
      out[1] = p * angle - q * ln;
      return out;
    }
    const large = Math.min(a, 1e100);
    const u = 1 / (1 + large * large);
    const v = -large / (1 + large * large);
    let [re, im] = [1 / 13, 0];
    for (const odd of [11, 9, 7, 5, 3]) [re, im] = [1 / odd + u * re - v * im, u * im + v * re];
    out[0] = u * re - v * im;
    out[1] = -(u * im + v * re);
    return out;
  }

  const pair = [0, 0];
  const relaxationIntegral = (a) => inner(a, pair)[0];
  const frictionIntegral = (a) => inner(a, pair)[1];
  const relaxationRatio = (E, T, omega, A) => ((omega / A) * Math.tanh(E / (2 * T))) / E ** 3;

  // The part of Eq. (7) that converges: of µ alone
  let last = [NaN, NaN];
  function resonantSum(mu) {
    if (last[0] !== mu) {
      let sum = 0;
      for (const [t, w] of BELOW) sum += w * (1 + Math.exp(2 * t)) ** (mu / 2) * Math.tanh(Math.exp(t) / 2);
      for (const [t, w] of ABOVE) {
        const x = Math.exp(t);
        sum += w * x ** mu * (Math.exp(0.5 * mu * Math.log1p(x ** -2)) * Math.tanh(x / 2) - 1);
      }
      last = [mu, sum];
    }
    return last[1];
  }

  // Eq. (7) in units of P0γ²/ρv², but for a constant: T^µ R(µ) + (Λ^µ - T^µ)/µ with Λ = 1 K
  function resonant(T, mu) {
    const lnT = Math.log(T);
    return -(Math.exp(mu * lnT) * resonantSum(mu) + (mu === 0 ? -lnT : -Math.expm1(mu * lnT) / mu));
  }

  // Eq. (7) at the quantum hf of a resonator: 1/E -> E/(E² - (hf)²), principal value
  const HERTZ_K = 6.62607015e-34 / 1.380649e-23;
  const PRINCIPAL = Array.from({ length: 150 }, (_, k) => 0.3 * (k + 0.5));
  function resonantAtFrequency(T, mu, frequency) {
    const y = (HERTZ_K * frequency) / T;
    const h = (x) => (Math.exp(0.5 * mu * Math.log1p(x * x)) * Math.tanh(0.5 * x)) / x;
    let sum = 0;
    for (const t of PRINCIPAL) sum += ((h(y * Math.exp(t)) - h(y * Math.exp(-t))) * 0.3) / Math.sinh(t);
    return resonant(T, mu) - T ** mu * 0.5 * y * sum;
  }

  // δf/f of thermal quasiparticles for a kinetic fraction of 1 (Mattis and Bardeen)
  function quasiparticles(T, frequency, gap) {
    const xi = (0.5 * HERTZ_K * frequency) / T;
    let bessel = 0; // exp(-ξ) I0(ξ)
    for (let k = 0; k < 200; k++) bessel += Math.exp(xi * (Math.cos((Math.PI * (k + 0.5)) / 200) - 1)) / 200;
    return -0.5 * (Math.sqrt((2 * Math.PI * T) / gap) + 2 * bessel) * Math.exp(-gap / T);
  }

  // Eq. (8) in units of P0γ²/ρv²
  function relaxation(T, mu, omega, A) {
    let sum = 0;
    for (const [x, w] of THERMAL) {
      const a = relaxationRatio(x * T, T, omega, A);
      sum += ((w * sech2(x)) / 2) * (1 + x * x) ** (mu / 2) * relaxationIntegral(a);
    }
    return -(T ** mu) * sum;
  }

  // Q⁻¹ of relaxing TLSs in units of P0γ²/ρv²
  function internalFriction(T, mu, omega, A) {
    let sum = 0;
    for (const [x, w] of THERMAL) sum += w * sech2(x) * (1 + x * x) ** (mu / 2) * frictionIntegral(relaxationRatio(x * T, T, omega, A));
    return T ** mu * sum;
  }

  // Eqs. (7) + (8) in units of P0γ²/ρv², but for a constant
  const soundVelocity = (T, mu, omega, A) => resonant(T, mu) + relaxation(T, mu, omega, A);

  return {
    composite, densityOfStates, sech2, phonon, relaxationIntegral, frictionIntegral, relaxationRatio, resonant, relaxation,
    soundVelocity, internalFriction, resonantAtFrequency, quasiparticles, HERTZ_K,
  };
}
