"""Fits of observables as functions of temperature: power laws, logarithmic slopes, and the constant-µ fit of Fig. 3.

Every function takes a JackknifeEstimate (t,), one value per temperature, and returns one. Points have equal weights.

ASSUME: the paper does not state the weights of its fits. The errors of neighboring temperatures are strongly correlated,
because they come from the same realizations; the jackknife propagates this to the error of every fit. Weights from the
covariance are optimal if the law is exact. Otherwise they favor the few most precise differences, and the exponent of C then
lies at the edge of its own local values. The covariance is therefore used to test a law (``goodness_of_line``), and equal
weights to estimate it.
"""

from typing import NamedTuple

import numpy as np

from tlsglass.base import stats
from tlsglass.base.jackknife import JackknifeEstimate, minimize_scalar
from tlsglass.physics import eq3

MU_RANGE = (-0.5, 1.0)
LEAST_P = 0.01  # a law whose p lies below does not hold


class PowerLaw(NamedTuple):
    """value = prefactor · T^power, T in kelvin."""

    power: JackknifeEstimate
    prefactor: JackknifeEstimate


class Goodness(NamedTuple):
    """χ² of a straight line with the covariance of the temperatures, and the p of such a χ² or a larger one."""

    chi2: float
    dof: int
    p_value: float

    @property
    def rejected(self):
        """True where the line is refuted."""
        return self.p_value < LEAST_P


class Slopes(NamedTuple):
    """d(δv/v)/d ln T below and above the maximum, in units of γ²/(L0 ρv²), the ratio above/below, and the maximum."""

    below: JackknifeEstimate
    above: JackknifeEstimate
    ratio: JackknifeEstimate
    maximum_K: JackknifeEstimate


class ConstantMu(NamedTuple):
    """The fit of δv/v by Eqs. (7) + (8) with Eq. (3): amplitude · (shape of µ) + offset."""

    mu: JackknifeEstimate
    amplitude: JackknifeEstimate
    offset: JackknifeEstimate


def select_window(T_K, low_K, high_K):
    """Return the mask of the temperatures in low <= T <= high. Raises ValueError when fewer than two are left."""
    mask = (np.asarray(T_K) >= low_K * (1 - 1e-9)) & (np.asarray(T_K) <= high_K * (1 + 1e-9))
    if mask.sum() < 2:
        raise ValueError(f"fewer than two temperatures are measured in {low_K:g} <= T <= {high_K:g} K")
    return mask


def fit_line(x, samples):
    """Return (slope, value at x = 0) of straight lines through ``samples`` (t,) at ``x`` (t,)."""
    centred = x - np.mean(x)
    slope = samples @ centred / np.sum(centred**2)
    return slope, samples.reduce(np.mean) - slope * np.mean(x)


def goodness_of_line(x, samples):
    """Return the Goodness of a straight line through ``samples`` (t,) at ``x`` (t,).

    The t - 2 combinations that vanish on every line are held against their own covariance, which the g jackknife rows
    estimate with g - 1 degrees of freedom. Its inverse is too large on average: χ² holds the factor of Hartlap, Simon and
    Schneider (2007), and p is that of Hotelling's T², which is exact for normal groups. NaN for too few groups.
    """
    from scipy import linalg  # not by jobs that only word or draw

    contrasts = linalg.null_space(np.vstack([np.ones_like(x), x]))
    dof, free = contrasts.shape[1], samples.groups - 1
    if not 0 < dof < free - 1 or not np.all(np.isfinite(samples.rows)):
        return Goodness(np.nan, dof, np.nan)
    rows = samples.rows @ contrasts
    covariance = free * np.atleast_2d(np.cov(rows[1:].T, bias=True))
    T2 = float(rows[0] @ np.linalg.pinv(covariance, hermitian=True) @ rows[0])
    p_value = stats.f_sf(T2 * (free - dof + 1) / (free * dof), dof, free - dof + 1)
    return Goodness(T2 * (free - dof - 1) / free, dof, float(p_value))


def generalized_slope(x, samples):
    """Return the slope of a straight line as ``line`` does, by least squares with the covariance of the temperatures."""
    centred = samples.rows[1:] - np.mean(samples.rows[1:], axis=0)
    inverse = np.linalg.pinv(centred.T @ centred, hermitian=True)
    design = np.column_stack([x, np.ones_like(x)])
    return samples @ np.linalg.solve(design.T @ inverse @ design, design.T @ inverse)[0]


def local_exponents(T_K, samples):
    """Return d ln ``samples`` / d ln T at every temperature, (t,): of a parabola through it and its neighbours."""
    return JackknifeEstimate(np.gradient(np.log(samples.rows), np.log(T_K), axis=1))


def fit_power_law(T_K, samples, low_K, high_K):
    """Return the PowerLaw of ``samples`` on a window: its power is 2 - β for κ and 1 + α for C."""
    mask = select_window(T_K, low_K, high_K)
    slope, intercept = fit_line(np.log(T_K[mask]), np.log(samples[mask]))
    return PowerLaw(slope, np.exp(intercept))


def logarithmic_slopes(T_K, samples, below_K, above_K):
    """Return the logarithmic Slopes of δv/v on the windows ``below_K`` and ``above_K``, and where it is largest.

    The maximum is that of the parabola in ln T through the highest point and its neighbours. NaN where the highest point is
    the first or the last: no window lies below and above it. Raises ValueError as ``select_window``.
    """
    ln_T = np.log(T_K)
    below, above = (
        fit_line(ln_T[mask], samples[mask])[0] for mask in (select_window(T_K, *below_K), select_window(T_K, *above_K))
    )
    if not _has_maximum(samples):
        return Slopes(*[_unknown(samples)] * 4)
    top = int(np.argmax(samples.value))
    near = slice(top - 1, top + 2)
    curve = np.polynomial.polynomial.polyfit(ln_T[near], samples.rows[:, near].T, 2)
    return Slopes(below, above, above / below, JackknifeEstimate(np.exp(-curve[1] / (2 * curve[2]))))


def fit_constant_mu(T_K, samples, T0_K):
    """Fit δv/v by a K-fold Eqs. (7) + (8) with n = (T² + E²)^(µ/2), constant µ, plus an offset: Fig. 3.

    ``T0_K`` = (ω/A)^(1/3) is the crossover temperature of Eq. (8), which depends on ω and A in no other way. NaN where the
    highest point is the first or the last: the fit would rest on one side of the maximum.
    """
    if not _has_maximum(samples):
        return ConstantMu(*[_unknown(samples)] * 3)

    def project(mu):
        shape = eq3.sound_velocity(T_K, mu, T0_K**3, 1.0)
        amplitude, offset = fit_line(shape, samples)
        return amplitude, offset, samples.rows - np.outer(amplitude.rows, shape) - offset.rows[:, None]

    mu = minimize_scalar(lambda mu: np.sum(project(mu)[2] ** 2, axis=1), *MU_RANGE)
    if not np.isfinite(mu.value):
        return ConstantMu(*[_unknown(samples)] * 3)
    # the rows of µ lie close together: amplitude and offset move with µ as their derivatives say
    step = 1e-3
    at, lower, upper = (project(mu.value + k * step)[:2] for k in (0, -1, 1))
    moved = (mu - mu.value) / (2 * step)
    return ConstantMu(mu, *(here + (high - low) * moved for here, low, high in zip(at, lower, upper, strict=True)))


def _has_maximum(samples):
    """Whether the highest of ``samples`` (t,) has neighbours on both sides."""
    return 0 < np.argmax(samples.value) < len(samples) - 1


def _unknown(like):
    """Return NaN as Samples () with the groups of ``like``."""
    return JackknifeEstimate(np.full(1 + like.groups, np.nan))
