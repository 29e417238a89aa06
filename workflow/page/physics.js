// Eqs. (3) and (5)-(8) and their kernels as scripts/tlsglass/physics has them (eq3.py, kernels.py, loss.py): k_B = 1, energies and
// temperatures in kelvin, ω in Hz, A in Hz/K³. tests/browser holds every function against the library.
"use strict";

function physicsOf(gauss, bcs) {
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
      const p = Math.sqrt(0.5 * (1 + Math.sqrt(1 + a * a)));
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

  // Eq. (7) at the quantum hf of a resonator, 1/E -> E/(E² - (hf)²), principal value: a function of µ at temperatures T
  const HERTZ_K = 6.62607015e-34 / 1.380649e-23;
  const PRINCIPAL = Array.from({ length: 120 }, (_, k) => 0.3 * (k + 0.5));
  function resonantAtFrequency(T, frequency) {
    const nodes = T.map((t) => PRINCIPAL.flatMap((u) => [1, -1].map((sign) => {
      const x = ((HERTZ_K * frequency) / t) * Math.exp(sign * u);
      return [0.5 * Math.log1p(x * x), ((sign * 0.15 * HERTZ_K * frequency) / t / Math.sinh(u)) * (Math.tanh(0.5 * x) / x)];
    })));
    return (mu) => T.map((t, k) => resonant(t, mu) - t ** mu * nodes[k].reduce((sum, [ln, w]) => sum + w * Math.exp(mu * ln), 0));
  }

  // Δ(T) of BCS: the cubics of `bcs` give ln(Δ(T)/T) from ln(Δ(0)/T), which is held between their ends
  function gapAt(T, gap) {
    if (gap / T >= 30) return gap;
    const x = Math.max(Math.log(gap / T), bcs.x[0]);
    const next = bcs.x.findIndex((knot) => knot > x);
    const away = x - bcs.x[next - 1];
    return T * Math.exp(bcs.c[next - 1].reduce((sum, one) => sum * away + one, 0));
  }

  // δf/f of thermal quasiparticles for a kinetic fraction of 1, (σ2(T)/σ2(0) - 1)/2 (Mattis and Bardeen): a function of the gap
  // Δ(0) at temperatures T
  const SIN2 = Array.from({ length: 8 }, (_, k) => Math.sin((Math.PI * (k + 0.5)) / 16) ** 2);
  function quasiparticles(T, frequency) {
    const quantum = HERTZ_K * frequency;
    const sigma2 = (t, bare) => {
      const gap = Math.max(bare, 0.51 * quantum);
      return SIN2.reduce((sum, s) => {
        const E = gap - quantum * s;
        return sum + (Math.tanh((0.5 * (E + quantum)) / t) * (E * E + gap * gap + quantum * E)) / Math.sqrt((E + gap) * (E + quantum + gap));
      }, 0);
    };
    return (gap) => {
      const cold = sigma2(1e-9, gap);
      return T.map((t) => 0.5 * (sigma2(t, gapAt(t, gap)) / cold - 1));
    };
  }

  // The inner integrals at ω/A times `base`
  function relaxing(base, omega, A, integral = relaxationIntegral) {
    return base.map((row) => {
      const found = new Float64Array(row.length);
      for (let k = 0; k < row.length; k++) found[k] = integral((omega / A) * row[k]);
      return found;
    });
  }

  // tanh(E/2T)/E³ at the nodes in x = E/T
  const bases = (T) => T.map((t) => Float64Array.from(THERMAL, ([x]) => Math.tanh(x / 2) / (x * t) ** 3));

  // ∫ dx (1 + x²)^(µ/2) / cosh²(x/2) · (inner integral) at every temperature, times T^µ
  const LN = Float64Array.from(THERMAL, ([x]) => 0.5 * Math.log1p(x * x));
  const NEAR = Float64Array.from(THERMAL, ([x, w]) => w * sech2(x));
  function overEnergies(T, mu, inside) {
    const weights = NEAR.map((w, j) => w * Math.exp(mu * LN[j]));
    return T.map((t, k) => {
      let sum = 0;
      for (let j = 0; j < weights.length; j++) sum += weights[j] * inside[k][j];
      return t ** mu * sum;
    });
  }

  // Eq. (8) in units of P0γ²/ρv²
  const relaxation = (T, mu, omega, A) => -overEnergies([T], mu, relaxing(bases([T]), omega, A))[0] / 2;

  // Q⁻¹ of relaxing TLSs in units of P0γ²/ρv²
  const internalFriction = (T, mu, omega, A) => overEnergies([T], mu, relaxing(bases([T]), omega, A, frictionIntegral))[0];

  // Eqs. (7) + (8) in units of P0γ²/ρv², but for a constant
  const soundVelocity = (T, mu, omega, A) => resonant(T, mu) + relaxation(T, mu, omega, A);

  return {
    composite, densityOfStates, bases, relaxing, overEnergies, sech2, phonon, relaxationIntegral, frictionIntegral, relaxationRatio, resonant, relaxation,
    soundVelocity, internalFriction, resonantAtFrequency, quasiparticles, HERTZ_K,
  };
}
