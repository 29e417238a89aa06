"""What a likelihood is made of: parts (points with their model), parameters, and what is known of these beforehand."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

HUGE = 1e75  # a residual that is larger, or no number, counts as this: its square is still a number


def finite(x):
    """Return ``x`` with what is no number, or larger, as HUGE."""
    return np.clip(np.nan_to_num(x, nan=HUGE, posinf=HUGE, neginf=-HUGE), -HUGE, HUGE)


@dataclass(frozen=True)
class Term:
    """A parameter of a likelihood: where the search begins, and its bounds. ``tried`` are further starts (no amplitude).

    Bounds are ``natural`` where nature or knowledge ends there, as at J0/h0 >= 0: a fit that ends on one gives a limit.
    """

    start: float
    low: float = -np.inf
    high: float = np.inf
    fixed: bool = False
    tried: tuple = ()
    natural: bool = False

    def held_at(self, value):
        return replace(self, start=float(value), fixed=True, tried=())


@dataclass(frozen=True)
class Part:
    """Points ``value`` (n,) and the shapes of their model, ``shapes(p)`` -> {amplitude: (n,)} for a dict ``p`` of parameters.

    ``error`` is their standard error (n,), or None: then the residuals tell it, which is the same for all, or in proportion
    to ``weight`` (n,). ``covariance`` (n, n) is added to the squared errors: what errors of the model, or of all points
    together, come to. ``names`` {own: shared} gives parameters another name in the likelihood, so that two parts do or do not
    share them.
    """

    shapes: Callable
    value: np.ndarray
    error: np.ndarray | None
    covariance: np.ndarray | None = None
    names: dict | None = None
    weight: np.ndarray | None = None

    def named(self, p):
        """Return {amplitude as the likelihood calls it: shape (n,)} for its parameters ``p``."""
        names = self.names or {}
        shapes = self.shapes(p | {own: p[shared] for own, shared in names.items()})
        return {names.get(key, key): shape for key, shape in shapes.items()}

    def curve(self, p):
        """Return the model (n,) for the parameters ``p`` of the likelihood."""
        return sum(p[name] * shape for name, shape in self.named(p).items())

    @cached_property
    def scale(self):
        """Errors (n,): as given, else as ``weight`` has them, else all the same, of the order of the scatter of the points."""
        if self.error is not None or self.weight is not None:
            return np.asarray(self.weight if self.error is None else self.error, dtype=float)
        spread = float(np.std(self.value))
        return np.full(len(self.value), spread or float(np.max(np.abs(self.value))) or 1.0)

    @cached_property
    def _factor(self):
        """The Cholesky factor of the covariance of all points in units of their errors."""
        whole = finite(self.covariance / self.scale / self.scale[:, None]) + np.eye(len(self.scale))
        try:
            return np.linalg.cholesky(whole)
        except np.linalg.LinAlgError:  # beyond floating point: then each point by itself
            return np.diag(np.sqrt(np.diag(whole)))

    @cached_property
    def _whitening(self):
        """What makes residuals independent, of variance 1: (n,) to multiply, or (n, n)."""
        return 1 / self.scale if self.covariance is None else np.linalg.inv(self._factor) / self.scale

    @property
    def ln_determinant(self):
        """ln of the determinant of the covariance of all points, by that of their errors alone."""
        return 0.0 if self.covariance is None else 2 * float(np.sum(np.log(np.diag(self._factor))))

    def whiten(self, difference):
        """Return a difference (n, ...) of points and model in units of the errors."""
        w = self._whitening
        return w @ difference if w.ndim == 2 else (difference.T * w).T


@dataclass(frozen=True)
class Prior:
    """What is known of the parameter ``name`` beforehand: a Gaussian."""

    name: str
    mean: float
    sigma: float
