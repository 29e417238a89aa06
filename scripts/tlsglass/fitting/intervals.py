"""Errors and intervals of a fit: from the covariance, and from the profile likelihood; and what a parameter's interval says.

One convention everywhere. *Statistical* errors and intervals take the errors of the points at their word. *Scaled* ones are
what is left of them when the model does not describe the points: all errors times sqrt(χ²/dof), where that is above 1. Where
the points have no errors, those come from the residuals, and both are the same.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from tlsglass.base import stats

CONFIDENCE_LEVELS = {68: math.erf(math.sqrt(0.5)), 95: 0.95}  # of a normal error within 1 σ, and nearly 2
INTERVAL, UPPER, LOWER = "interval", "upper limit", "lower limit"
AT_BOUND, NOT_CONSTRAINED = "at its bound", "not constrained"
STATES = (INTERVAL, UPPER, LOWER, AT_BOUND, NOT_CONSTRAINED)
PARABOLIC = 0.05  # a parabola is good enough when its ends are where they should be within this share of σ
MAX_PROFILE_POINTS = 14  # points of the profile for one end
MAX_EVALUATIONS = 6000  # of the model, for all intervals of one fit: later ends are not found


class Covariance:
    """The covariance of the free parameters where a likelihood is greatest, from the derivatives of its residuals.

    A parameter on which the points do not depend, alone or together with others, has no error.
    """

    def __init__(self, best):
        self.names = best.free
        jacobian = best.jacobian
        size = np.linalg.norm(jacobian, axis=0)
        size = np.where((size > 0) & np.isfinite(size), size, 1.0)
        try:
            _, singular, vectors = np.linalg.svd(jacobian / size, full_matrices=False)
        except np.linalg.LinAlgError:
            singular, vectors = np.zeros(len(size)), np.eye(len(size))
        full = np.zeros(len(size))
        full[: len(singular)] = singular
        unknown = full < 1e-8 * max(full.max(initial=0.0), 1e-300)
        inverse = np.where(unknown[: len(singular)], 0.0, 1 / np.where(singular > 0, singular, 1.0))
        half = (vectors.T * inverse) / size[:, None]
        self.matrix = half @ half.T
        lost = np.sum(vectors[unknown[: len(vectors)]] ** 2, axis=0) if len(vectors) else np.zeros(len(size))
        self.known = (lost < 1e-6) & (len(jacobian) >= len(size)) & (np.diag(self.matrix) > 0)

    def error(self, name):
        """Return the standard error of a free parameter, or None."""
        k = self.names.index(name)
        error = float(np.sqrt(self.matrix[k, k]))
        return error if self.known[k] and np.isfinite(error) else None

    def correlations(self):
        """Return {name: {other: coefficient}} of the parameters that have errors."""
        known = [k for k in range(len(self.names)) if self.known[k]]
        sigma = np.sqrt(np.diag(self.matrix))
        return {
            self.names[k]: {self.names[m]: float(self.matrix[k, m] / sigma[k] / sigma[m]) for m in known if m != k}
            for k in known
        }

    def following(self, name):
        """Return {other: change per unit of ``name``} of what fits best when ``name`` is moved."""
        k = self.names.index(name)
        column = self.matrix[:, k] / self.matrix[k, k] if self.matrix[k, k] > 0 else np.zeros(len(self.names))
        return {other: float(column[m]) for m, other in enumerate(self.names) if m != k and np.isfinite(column[m])}


@dataclass
class ProfileLikelihood:
    """The profile likelihood about ``best``: χ² of a likelihood with one parameter held and the others fitted anew.

    ``lower`` is a better fit than ``best`` when the profile has met one.
    """

    likelihood: object
    best: object
    covariance: Covariance
    lower: object = None
    tried: dict = field(default_factory=dict)  # name -> {value: Best}
    found: dict = field(default_factory=dict)  # name -> {value: rise} of the minima

    def rise(self, name, value):
        """Return how much χ² rises when ``name`` is held at ``value``."""
        tried = self.tried.setdefault(name, {self.best.values[name]: self.best})
        if value not in tried:
            near = tried[min(tried, key=lambda x: abs(x - value))]
            step = value - near.values[name]
            start = {other: near.values[other] + rate * step for other, rate in self.covariance.following(name).items()}
            held = self.likelihood.with_fixed(**{name: value})
            tried[value] = held.best(near.values | start)
            self.likelihood.evaluations += held.evaluations
            if tried[value].chi2 < min(self.best.chi2, self.lower.chi2 if self.lower else np.inf) - self.margin:
                self.lower = tried[value]
        return max(tried[value].chi2 - self.best.chi2, 0.0)

    def minima(self, name):
        """Return {value: rise of χ²} of the minima that the likelihood has, sought from the starts of a parameter.

        The same exponent may come of a weak and of a strong coupling: an interval must hold both.
        """
        if name not in self.found:
            self.found[name] = {self.best.values[name]: 0.0}
            for start in self.likelihood.terms[name].start_grid:
                if self.likelihood.evaluations > MAX_EVALUATIONS / 2:
                    break
                here = self.likelihood.best(self.best.values | {name: start}, most=30)
                if here.chi2 < self.best.chi2 - self.margin and (self.lower is None or here.chi2 < self.lower.chi2):
                    self.lower = here
                if np.isfinite(here.chi2):
                    self.found[name][here.values[name]] = max(here.chi2 - self.best.chi2, 0.0)
        return self.found[name]

    @property
    def margin(self):
        """A χ² that is lower by more than this is another minimum."""
        return (
            1e-3 * max(1.0, self.best.chi2 / max(self.likelihood.dof, 1))
            if self.likelihood.errors_given
            else 1e-6 * self.best.chi2
        )

    def end(self, name, level, sign, of_all=False):
        """Return where χ² has risen by ``level`` on the side ``sign``, and whether the parabola says the same.

        The end is the bound where that is met before, and None where no end was found. ``of_all`` minima it is the outermost.
        """
        term, value, risen = self.likelihood.terms[name], self.best.values[name], 0.0
        if of_all:
            below = {x: rise for x, rise in self.minima(name).items() if rise < level}
            value = max(below, key=lambda x: sign * x)
            risen = float(np.sqrt(below[value] / level))
        bound = term.high if sign > 0 else term.low
        if value == bound:
            return float(bound), True
        step = self.covariance.error(name)
        parabola = step is not None and value == self.best.values[name]
        step = np.sqrt(level) * step if step is not None else _some_step(value, term)
        inside, outside = (value, risen), None  # (x, sqrt(rise / level)) on either side of the end
        x, first = value + sign * step, True
        for _ in range(MAX_PROFILE_POINTS):
            if self.likelihood.evaluations > MAX_EVALUATIONS:
                return None, False
            x = float(min(x, bound) if sign > 0 else max(x, bound))
            ratio = float(np.sqrt(self.rise(name, x) / level))
            if abs(ratio - 1) < PARABOLIC and x != bound:
                if ratio > risen:  # the parabola about a minimum that lies higher
                    x = value + (x - value) * np.sqrt((1 - risen**2) / (ratio**2 - risen**2))
                return float(np.clip(x, term.low, term.high)), first and parabola
            if ratio < 1 and x == bound:
                return float(bound), False
            inside, outside = ((x, ratio), outside) if ratio < 1 else (inside, (x, ratio))
            if outside is None:
                x = value + (x - value) * np.clip(1.1 / max(ratio, 1e-9), 1.2, 4)
            else:
                share = np.clip((1 - inside[1]) / (outside[1] - inside[1]), 0.1, 0.9)
                x = inside[0] + share * (outside[0] - inside[0])
            first = False
        return (float(x) if outside else None), False


def _some_step(value, term):
    """Return a first step where the covariance knows none."""
    width = term.high - term.low
    return 0.1 * width if np.isfinite(width) else 0.1 * max(abs(value), 1.0)


def profile_level(share, likelihood):
    """Return the rise of χ² that bounds an interval of ``share``, in units of the variance: of χ²(1), or F(1, dof)."""
    if likelihood.errors_given:
        return stats.chi2_ppf(share, 1)
    return stats.f_ppf(share, 1, likelihood.dof)


def parameter_state(value, ends_68, ends_95, term):
    """Return which of STATES a parameter is in. To end on a natural bound (``Term``) gives a limit; another bound is somebody's
    choice, and a fit that ends on it is "at its bound"."""

    def open_ends(ends):
        return (ends[0] is None or ends[0] <= term.low, ends[1] is None or ends[1] >= term.high)

    at_68, at_95 = open_ends(ends_68), open_ends(ends_95)
    if not any(at_68):
        return INTERVAL
    if all(at_68) or all(at_95):
        return NOT_CONSTRAINED
    if not term.physical_bounds and value in (term.low, term.high):
        return AT_BOUND
    return UPPER if at_68[0] else LOWER
