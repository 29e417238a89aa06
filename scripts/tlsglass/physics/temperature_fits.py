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
from tlsglass.base.types import BoolArray, FloatArray
from tlsglass.physics import eq3

MU_RANGE = (-0.5, 1.0)
MIN_P = 0.01  # a law with a smaller p-value is rejected


class PowerLaw(NamedTuple):
    """value = prefactor * T^power, T in kelvin."""

    power: JackknifeEstimate
    prefactor: JackknifeEstimate


class Goodness(NamedTuple):
    """χ² of a straight line with the covariance of the temperatures, and the probability of a χ² at least as large."""

    chi2: float
    dof: int
    p_value: float

    @property
    def rejected(self) -> bool:
        """Whether the line is rejected; False for an unknown p-value."""
        return self.p_value < MIN_P


class Slopes(NamedTuple):
    """d(δv/v)/d ln T below and above the maximum, in units of γ²/(L0 ρv²), the ratio above/below, and where the maximum is."""

    below: JackknifeEstimate
    above: JackknifeEstimate
    ratio: JackknifeEstimate
    maximum_K: JackknifeEstimate


class ConstantMu(NamedTuple):
    """The fit of δv/v by amplitude * ``eq3.sound_velocity`` (µ) + offset."""

    mu: JackknifeEstimate
    amplitude: JackknifeEstimate
    offset: JackknifeEstimate


def select_window(T_K: FloatArray, low_K: float, high_K: float) -> BoolArray:
    """Return the mask of the temperatures in low <= T <= high. Raise ValueError if there are fewer than two."""
    mask: BoolArray = (np.asarray(T_K) >= low_K * (1 - 1e-9)) & (np.asarray(T_K) <= high_K * (1 + 1e-9))
    if mask.sum() < 2:
        raise ValueError(f"fewer than two temperatures are measured in {low_K:g} <= T <= {high_K:g} K")
    return mask


def fit_line(x: FloatArray, y: JackknifeEstimate) -> tuple[JackknifeEstimate, JackknifeEstimate]:
    """Return the slope, and the value at x = 0, of the straight lines through ``y`` (t,) at ``x`` (t,)."""
    centered = x - np.mean(x)
    slope = y @ centered / np.sum(centered**2)
    return slope, y.reduce(np.mean) - slope * np.mean(x)


def goodness_of_line(x: FloatArray, y: JackknifeEstimate) -> Goodness:
    """Test whether ``y`` (t,) is a straight line in ``x`` (t,).

    The t - 2 linear combinations that vanish for every line are compared with their own covariance, which the g jackknife rows
    estimate with g - 1 degrees of freedom. The inverse of that estimate is too large on average: χ² contains the correction of
    Hartlap, Simon and Schneider (2007), and p is that of Hotelling's T², which is exact for normally distributed groups. Both
    are NaN if there are too few groups.
    """
    from scipy import linalg  # slow to import

    contrasts = linalg.null_space(np.vstack([np.ones_like(x), x]))
    dof, free = contrasts.shape[1], y.groups - 1
    if not 0 < dof < free - 1 or not np.all(np.isfinite(y.rows)):
        return Goodness(np.nan, dof, np.nan)
    rows = y.rows @ contrasts
    covariance = free * np.atleast_2d(np.cov(rows[1:].T, bias=True))
    T2 = float(rows[0] @ np.linalg.pinv(covariance, hermitian=True) @ rows[0])
    p_value = stats.f_sf(T2 * (free - dof + 1) / (free * dof), dof, free - dof + 1)
    return Goodness(T2 * (free - dof - 1) / free, dof, float(p_value))


def generalized_slope(x: FloatArray, y: JackknifeEstimate) -> JackknifeEstimate:
    """Return the slope of a straight line as ``fit_line`` does, by least squares with the covariance of the temperatures."""
    centered = y.rows[1:] - np.mean(y.rows[1:], axis=0)
    inverse = np.linalg.pinv(centered.T @ centered, hermitian=True)
    design = np.column_stack([x, np.ones_like(x)])
    weights: FloatArray = np.linalg.solve(design.T @ inverse @ design, design.T @ inverse)[0]
    return y @ weights


def local_exponents(T_K: FloatArray, values: JackknifeEstimate) -> JackknifeEstimate:
    """Return d ln ``values`` / d ln T (t,) at every temperature, from a parabola through it and its neighbors."""
    return JackknifeEstimate(np.gradient(np.log(values.rows), np.log(T_K), axis=1))


def fit_power_law(T_K: FloatArray, values: JackknifeEstimate, low_K: float, high_K: float) -> PowerLaw:
    """Fit a power law of T to ``values`` in a window: its power is 2 - β for κ and 1 + α for C."""
    mask = select_window(T_K, low_K, high_K)
    slope, intercept = fit_line(np.log(T_K[mask]), np.log(values[mask]))
    return PowerLaw(slope, np.exp(intercept))


def logarithmic_slopes(
    T_K: FloatArray, shift: JackknifeEstimate, below_K: tuple[float, float], above_K: tuple[float, float]
) -> Slopes:
    """Return the logarithmic slopes of δv/v in the windows ``below_K`` and ``above_K``, and the position of the maximum.

    The maximum is that of the parabola in ln T through the highest point and its neighbors. All are NaN if the highest point is
    the first or the last, so that there is no window on one of its sides.
    """
    ln_T = np.log(T_K)
    below, above = (
        fit_line(ln_T[mask], shift[mask])[0] for mask in (select_window(T_K, *below_K), select_window(T_K, *above_K))
    )
    if not _has_maximum(shift):
        return Slopes(*[shift.nan()] * 4)
    top = int(np.argmax(shift.value))
    near = slice(top - 1, top + 2)
    curve = np.polynomial.polynomial.polyfit(ln_T[near], shift.rows[:, near].T, 2)
    return Slopes(below, above, above / below, JackknifeEstimate(np.exp(-curve[1] / (2 * curve[2]))))


def fit_constant_mu(T_K: FloatArray, shift: JackknifeEstimate, T0_K: float) -> ConstantMu:
    """Fit δv/v by amplitude * ``eq3.sound_velocity`` + offset with one µ for all temperatures, as in Fig. 3.

    ``T0_K`` = (ω/A)^(1/3) is the crossover temperature, the only combination of ω and A that matters. All are NaN if the
    highest point is the first or the last, so that the fit would use one side of the maximum only.
    """
    if not _has_maximum(shift):
        return ConstantMu(*[shift.nan()] * 3)

    def project(mu: float) -> tuple[JackknifeEstimate, JackknifeEstimate, FloatArray]:
        """Return the best amplitude and offset for µ, and the residuals (1 + g, t)."""
        shape = eq3.sound_velocity(T_K, mu, T0_K**3, 1.0)
        amplitude, offset = fit_line(shape, shift)
        return amplitude, offset, shift.rows - np.outer(amplitude.rows, shape) - offset.rows[:, None]

    mu = minimize_scalar(lambda mu: np.sum(project(mu)[2] ** 2, axis=1), *MU_RANGE)
    if not np.isfinite(mu.value):
        return ConstantMu(*[shift.nan()] * 3)
    # the rows of µ lie close together: amplitude and offset follow µ linearly
    step = 1e-3
    center, lower, upper = (project(float(mu.value) + k * step)[:2] for k in (0, -1, 1))
    change = (mu - mu.value) / (2 * step)
    return ConstantMu(mu, *(at_mu + (high - low) * change for at_mu, low, high in zip(center, lower, upper, strict=True)))


def _has_maximum(values: JackknifeEstimate) -> bool:
    """Return whether the highest of ``values`` (t,) has neighbors on both sides."""
    return 0 < int(np.argmax(values.value)) < len(values) - 1
