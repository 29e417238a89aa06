"""Laws that an observable follows in temperature: exponents, logarithmic slopes, the constant-µ fit of Fig. 3.

Every function takes Samples (t,), one value per temperature, and returns Samples. Points are weighted equally.
ASSUME: the paper does not name the weights of its fits; the errors of neighbouring temperatures are strongly
correlated, since they come from the same realizations, and equal weights need no estimate of that correlation.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar

from tlsglass.base.samples import Samples
from tlsglass.physics import eq3

MU_RANGE = (-0.5, 1.0)


class PowerLaw(NamedTuple):
    """value = prefactor · T^power, T in kelvin."""

    power: Samples
    prefactor: Samples


class Slopes(NamedTuple):
    """d(δv/v)/d ln T below and above the maximum, in units of γ²/(L0 ρv²), the ratio above/below, and the maximum."""

    below: Samples
    above: Samples
    ratio: Samples
    maximum_K: Samples


class ConstantMu(NamedTuple):
    """The fit of δv/v by Eqs. (7) + (8) with Eq. (3): amplitude · (shape of µ) + offset."""

    mu: Samples
    amplitude: Samples
    offset: Samples


def select(T_K, low_K, high_K):
    """Return the mask of the temperatures in low <= T <= high. Raises ValueError when fewer than two are left."""
    mask = (np.asarray(T_K) >= low_K * (1 - 1e-9)) & (np.asarray(T_K) <= high_K * (1 + 1e-9))
    if mask.sum() < 2:
        raise ValueError(f"fewer than two temperatures are measured in {low_K:g} <= T <= {high_K:g} K")
    return mask


def line(x, samples):
    """Return (slope, value at x = 0) of straight lines through ``samples`` (t,) at ``x`` (t,)."""
    centred = x - np.mean(x)
    slope = samples @ centred / np.sum(centred**2)
    return slope, samples.reduce(np.mean) - slope * np.mean(x)


def exponent(T_K, samples, low_K, high_K):
    """Return the PowerLaw of ``samples`` on a window, its power 2 - β for κ, 1 + α for C. Raises ValueError as ``select``."""
    mask = select(T_K, low_K, high_K)
    slope, intercept = line(np.log(T_K[mask]), np.log(samples[mask]))
    return PowerLaw(slope, np.exp(intercept))


def slopes(T_K, samples, below_K, above_K):
    """Return the logarithmic Slopes of δv/v on the windows ``below_K`` and ``above_K``, and where it is largest.

    The maximum is that of the parabola in ln T through the highest point and its neighbours. Raises ValueError as
    ``select``, and for fewer than three temperatures.
    """
    if len(T_K) < 3:
        raise ValueError(f"{len(T_K)} temperatures are too few for a maximum")
    ln_T = np.log(T_K)
    below, above = (line(ln_T[mask], samples[mask])[0] for mask in (select(T_K, *below_K), select(T_K, *above_K)))
    top = int(np.clip(np.argmax(samples.value), 1, len(T_K) - 2))
    near = slice(top - 1, top + 2)
    curve = np.polynomial.polynomial.polyfit(ln_T[near], samples.rows[:, near].T, 2)
    return Slopes(below, above, above / below, Samples(np.exp(-curve[1] / (2 * curve[2]))))


def constant_mu(T_K, samples, omega, A):
    """Fit δv/v by a K-fold Eqs. (7) + (8) with n = (T² + E²)^(µ/2), constant µ, plus an offset: Fig. 3."""

    def project(mu, values):
        shape = eq3.sound_velocity(T_K, mu, omega, A)
        design = np.column_stack([shape, np.ones_like(shape)])
        coefficients, *_ = np.linalg.lstsq(design, values, rcond=None)
        return coefficients, float(np.sum((values - design @ coefficients) ** 2))

    fits = []
    for values in samples.rows:
        best = minimize_scalar(lambda mu, values=values: project(mu, values)[1], bounds=MU_RANGE, options={"xatol": 1e-7})
        fits.append((best.x, *project(best.x, values)[0]))
    return ConstantMu(*map(Samples, np.array(fits).T))
