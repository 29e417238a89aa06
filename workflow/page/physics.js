// Eqs. (3), (7) and (8) as in scripts/tlsglass/physics (eq3.py, kernels.py): k_B = 1, energies and temperatures in kelvin,
// ω in Hz, A in Hz/K³. tests/browser compares every function with the library.
"use strict";

function physicsOf(gauss) {
  // Gauss-Legendre nodes and weights on the intervals between `breaks`; `gauss` has those of [-1, 1]
  function composite(breaks) {
    const nodes = [];
    for (let k = 0; k + 1 < breaks.length; k++) {
      const half = 0.5 * (breaks[k + 1] - breaks[k]);
      gauss.x.forEach((x, j) => nodes.push([breaks[k] + half * (1 + x), half * gauss.w[j]]));
    }
    return nodes;
  }

  const steps = (low, high, count) => Array.from({ length: count + 1 }, (_, k) => low + ((high - low) * k) / count);
  const DECADE = Math.log(10);
  const TAIL = [2, 4, 8, 14, 22, 36, 60, 100];
  const THERMAL = composite([0, ...steps(-5 * DECADE, 0, 10).map(Math.exp), ...TAIL]); // x = E/T
  const BELOW = composite(steps(-7 * DECADE, 0, 12)); // ln x below x = 1 ...
  const ABOVE = composite(steps(0, 9 * DECADE, 16)); // ... and above it

  // Eq. (3)
  function densityOfStates(E, T, B, mu) {
    return B * (T * T + E * E) ** (mu / 2);
  }

  // 1 / cosh²(x/2) without overflow
  function sech2(x) {
    const decay = Math.exp(-Math.abs(x));
    return (4 * decay) / (1 + decay) ** 2;
  }

  // The inner integral of Eq. (8): the real part of c artanh(1/c) with c = sqrt(1 + ia) = p + iq, minus 1; for large a its series in 1/c²
  function relaxationIntegral(a) {
    if (a < 1e2) {
      const p = Math.sqrt(0.5 * (1 + Math.sqrt(1 + a * a)));
      const q = (0.5 * a) / p;
      const ln = 0.5 * Math.log(((1 + p) ** 2 + q * q) / a);
      return p * ln + q * (Math.PI / 4 - Math.atan2(q, 1 + p)) - 1;
    }
    const large = Math.min(a, 1e100);
    const u = 1 / (1 + large * large);
    const v = -large / (1 + large * large);
    let [re, im] = [1 / 13, 0];
    for (const odd of [11, 9, 7, 5, 3]) [re, im] = [1 / odd + u * re - v * im, u * im + v * re];
    return u * re - v * im;
  }

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

  // Eq. (8) in units of P0γ²/ρv²: -½ T^µ ∫ dx (1 + x²)^(µ/2) / cosh²(x/2) · (inner integral) with x = E/T
  function relaxation(T, mu, omega, A) {
    let sum = 0;
    for (const [x, w] of THERMAL) {
      sum += w * sech2(x) * (1 + x * x) ** (mu / 2) * relaxationIntegral((omega / A) * Math.tanh(x / 2) / (x * T) ** 3);
    }
    return -0.5 * T ** mu * sum;
  }

  // Eqs. (7) + (8) in units of P0γ²/ρv², but for a constant
  const soundVelocity = (T, mu, omega, A) => resonant(T, mu) + relaxation(T, mu, omega, A);

  return { densityOfStates, relaxationIntegral, resonant, relaxation, soundVelocity };
}
