"""Laws that an observable follows in temperature: exponents, logarithmic slopes, the constant-µ fit of Fig. 3.

Every function takes sample sets (1 + g, t), one column per temperature, and returns sample sets. Points are weighted
equally. ASSUME: the paper does not name the weights of its fits; the errors of neighbouring temperatures are strongly
correlated, since they come from the same realizations, and equal weights need no estimate of that correlation.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar

from tlsglass.physics import functionals

MU_RANGE = (-0.5, 1.0)


class Slopes(NamedTuple):
    """d(δv/v)/d ln T below and above the maximum, in units of γ²/(L0 ρv²), the ratio above/below, and the maximum."""

    below: np.ndarray
    above: np.ndarray
    ratio: np.ndarray
    maximum_K: np.ndarray


class ConstantMu(NamedTuple):
    """The fit of δv/v by Eqs. (7) + (8) with Eq. (3): amplitude · (shape of µ) + offset."""

    mu: np.ndarray
    amplitude: np.ndarray
    offset: np.ndarray


def select(T_K, low_K, high_K):
    """Return the mask of the temperatures in low <= T <= high. Raises ValueError when fewer than two are left."""
    mask = (np.asarray(T_K) >= low_K * (1 - 1e-9)) & (np.asarray(T_K) <= high_K * (1 + 1e-9))
    if mask.sum() < 2:
        raise ValueError(f"fewer than two temperatures are measured in {low_K:g} <= T <= {high_K:g} K")
    return mask


def line(x, samples):
    """Return the sample sets (slope, value at x = 0) of straight lines through ``samples`` (1 + g, t) at ``x`` (t,)."""
    centred = x - np.mean(x)
    slope = samples @ centred / np.sum(centred**2)
    return slope, samples.mean(axis=1) - slope * np.mean(x)


def exponent(T_K, samples, low_K, high_K):
    """Return (p, prefactor) of samples = prefactor · T^p on a window: 2 - β for κ, 1 + α for C."""
    mask = select(T_K, low_K, high_K)
    slope, intercept = line(np.log(T_K[mask]), np.log(samples[:, mask]))
    return slope, np.exp(intercept)


def slopes(T_K, samples, below_K, above_K):
    """Return the logarithmic slopes of δv/v on the windows ``below_K`` and ``above_K``, and where it is largest.

    The maximum is that of the parabola in ln T through the highest point and its neighbours.
    """
    ln_T = np.log(T_K)
    below, above = (line(ln_T[mask], samples[:, mask])[0] for mask in (select(T_K, *below_K), select(T_K, *above_K)))
    top = int(np.clip(np.argmax(samples[0]), 1, len(T_K) - 2))
    curve = np.polynomial.polynomial.polyfit(ln_T[top - 1 : top + 2], samples[:, top - 1 : top + 2].T, 2)
    return Slopes(below, above, above / below, np.exp(-curve[1] / (2 * curve[2])))


def constant_mu(T_K, samples, omega, A):
    """Fit δv/v in each row by a K-fold Eqs. (7) + (8) with n = (T² + E²)^(µ/2), constant µ, plus an offset: Fig. 3."""

    def project(mu, values):
        shape = functionals.sound_velocity_eq3(T_K, mu, omega, A)
        design = np.column_stack([shape, np.ones_like(shape)])
        coefficients, *_ = np.linalg.lstsq(design, values, rcond=None)
        return coefficients, float(np.sum((values - design @ coefficients) ** 2))

    fits = []
    for values in samples:
        best = minimize_scalar(lambda mu, values=values: project(mu, values)[1], bounds=MU_RANGE, options={"xatol": 1e-7})
        fits.append((best.x, *project(best.x, values)[0]))
    return ConstantMu(*np.array(fits).T)
