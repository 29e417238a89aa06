"""Jackknife over blocks of realizations: a value with its error, ``Samples``, and where every error bar comes from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np


class JackknifeEstimate(np.lib.mixins.NDArrayOperatorsMixin):
    """An estimate and what it is without each jackknife group, so that errors follow through any arithmetic.

    ``rows`` is (1 + g, ...): row 0 is the estimate from all blocks of realizations, row k the one without group k.
    Arithmetic and numpy's ufuncs act row by row; a plain number or array is the same for every row and is broadcast
    against the trailing axes, which alone are indexed. Raises ValueError for fewer than two groups, and where two
    operands have different numbers of groups.
    """

    def __init__(self, rows):
        self.rows = np.asarray(rows)
        if self.rows.ndim == 0 or len(self.rows) < 3:
            raise ValueError(f"a jackknife error needs an estimate and at least 2 groups, not rows of shape {self.rows.shape}")

    @property
    def shape(self):
        """Shape of the estimate: that of the trailing axes."""
        return self.rows.shape[1:]

    @property
    def groups(self):
        """Number of jackknife groups, g."""
        return len(self.rows) - 1

    @property
    def value(self):
        """The estimate (...)."""
        return self.rows[0]

    @property
    def error(self):
        """The jackknife standard error (...)."""
        return np.sqrt((self.groups - 1) * np.var(self.rows[1:], axis=0))

    @property
    def bias(self):
        """The jackknife bias (...): the leading error of an estimator that is not linear in the counts."""
        return (self.groups - 1) * (np.mean(self.rows[1:], axis=0) - self.rows[0])

    def without_bias(self):
        """Return the samples shifted by their bias: the estimate is corrected, its spread is kept."""
        return self - self.bias

    def reduce(self, function):
        """Return ``function`` over the last axis, of every row: ``np.mean``, ``np.ptp`` or the like."""
        return JackknifeEstimate(function(self.rows, axis=-1))

    def nan(self):
        """Return NaN, as a JackknifeEstimate () with the same number of groups."""
        return JackknifeEstimate(np.full(1 + self.groups, np.nan))

    def __len__(self):
        if not self.shape:
            raise TypeError("one value with its error has no length")
        return self.shape[0]

    def __getitem__(self, index):
        return JackknifeEstimate(self.rows[(slice(None), *index) if isinstance(index, tuple) else (slice(None), index)])

    def __str__(self):
        if not self.shape:
            return format_with_error(float(self.value), float(self.error))
        return "[" + ", ".join(map(str, self)) + "]"

    def __repr__(self):
        return f"Samples({self}, groups={self.groups})"

    if TYPE_CHECKING:  # numpy's mixin declares Any

        def _operator(self, operand: Any, /) -> JackknifeEstimate: ...

        __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _operator
        __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __matmul__ = _operator

        def __neg__(self) -> JackknifeEstimate: ...

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if method != "__call__" or "out" in options or (ufunc.signature and not isinstance(inputs[0], JackknifeEstimate)):
            return NotImplemented
        groups = sorted({x.groups for x in inputs if isinstance(x, JackknifeEstimate)})
        if len(groups) > 1:
            raise ValueError(f"values with {groups[0]} and with {groups[1]} jackknife groups do not go together")
        if ufunc.signature:  # samples @ weights: the sum over the last axis
            if any(isinstance(x, JackknifeEstimate) for x in inputs[1:]):
                return NotImplemented
            return JackknifeEstimate(ufunc(self.rows, *inputs[1:], **options))
        depth = max(len(x.shape) if isinstance(x, JackknifeEstimate) else np.ndim(x) for x in inputs)
        results = ufunc(*(_deepened(x, depth) if isinstance(x, JackknifeEstimate) else x for x in inputs), **options)
        return tuple(map(JackknifeEstimate, results)) if isinstance(results, tuple) else JackknifeEstimate(results)


def _deepened(samples, depth):
    """Return the rows of ``samples`` with ``depth`` trailing axes, the new ones in front."""
    missing = (1,) * (depth - len(samples.shape))
    return samples.rows.reshape(len(samples.rows), *missing, *samples.shape) if missing else samples.rows


def stack(many):
    """Return several Samples of one shape (...), one per temperature say, as one (t, ...). Raises ValueError for none."""
    many = list(many)
    if not many:
        raise ValueError("no values to stack")
    if len({(s.groups, s.shape) for s in many}) > 1:
        raise ValueError(f"values of different groups or shapes do not go together: {[(s.groups, s.shape) for s in many]}")
    return JackknifeEstimate(np.moveaxis(np.stack([s.rows for s in many]), 0, 1))


def format_with_error(value, error):
    """Write a number with its standard error in the last digits: 0.127(8). Without a known error: four digits."""
    if value is None or not math.isfinite(value):
        return "-"
    if error is None or not math.isfinite(error) or error == 0:
        return f"{value:.4g}"
    last, digit = map(int, f"{abs(error):.0e}".split("e"))  # the error's only digit, and its power of ten
    leading = max(_power(value, digit), digit)
    if digit <= 0 and leading > -5:
        return f"{value:.{-digit}f}({last})"
    mantissa = f"{value / 10.0**leading:.{leading - digit}f}({last})"
    return f"{mantissa}e{leading:+03d}"


def _power(value, digit):
    """Return the power of ten of a number's first digit once it is rounded to that of ``digit``."""
    rounded = round(value, -digit)
    return int(f"{rounded:e}".split("e")[1]) if rounded else digit


def group_starts(n_blocks, groups):
    """Return the first block of each of g = min(groups, n_blocks) groups of (nearly) equal size, (g,)."""
    g = min(groups, n_blocks)
    return np.linspace(0, n_blocks, g + 1).astype(int)[:-1]


def leave_one_out(blocks, groups, sizes=None):
    """Return Samples (...) of the sum over the first axis of ``blocks`` (b, ...).

    Neighbouring blocks are gathered into groups (``group_starts``). Where a row stands for several blocks, ``sizes``
    (b,) tells of how many. Raises ValueError for fewer than two groups, and for a row that lies in two of them.
    """
    blocks = np.asarray(blocks)
    ends = np.cumsum(np.ones(len(blocks), dtype=int) if sizes is None else sizes)
    starts = group_starts(ends[-1] if len(ends) else 0, groups)
    if len(starts) < 2:
        raise ValueError(f"a jackknife error needs at least 2 blocks of realizations, not {len(starts)}")
    rows = np.searchsorted(np.concatenate([[0], ends]), starts)
    if not np.array_equal(np.concatenate([[0], ends])[rows], starts):
        raise ValueError("blocks were gathered for other jackknife groups")
    sums = np.add.reduceat(blocks, rows, axis=0, dtype=float)
    total = sums.sum(axis=0, keepdims=True)
    return JackknifeEstimate(np.concatenate([total, total - sums]))


class RunningMoments(NamedTuple):
    """Number, mean and summed squared deviations of rows that come in portions."""

    n: int
    mean: np.ndarray
    squares: np.ndarray

    def add(self, rows):
        """Return the moments with ``rows`` (k, ...) among them."""
        k, n = len(rows), self.n + len(rows)
        mean = np.mean(rows, axis=0)
        shift = mean - self.mean
        squares = self.squares + np.sum((rows - mean) ** 2, axis=0) + shift**2 * (self.n * k / n)
        return RunningMoments(n, self.mean + shift * (k / n), squares)

    @property
    def error(self):
        """Standard error of the mean."""
        return np.sqrt(self.squares / (self.n - 1) / self.n)


NO_MOMENTS = RunningMoments(0, np.float64(0), np.float64(0))


STEP = 1e-4  # of the parabola about the minimum, in units of the range


def minimize_scalar(objective, low, high):
    """Return the x in low < x < high that minimises ``objective``(x) -> (1 + g,), one value for each row, as Samples ().

    Row 0 is found by Brent's method. The other rows hold nearly the same data: each is moved from there by as much as the
    vertices of their parabolas, through three points about that minimum, lie apart. NaN where the least value lies at an end.
    """
    from scipy import optimize  # slow to import

    best = optimize.minimize_scalar(lambda x: objective(x)[0], bounds=(low, high), options={"xatol": 1e-7 * (high - low)}).x
    step = STEP * (high - low)
    below, here, above = (objective(best + k * step) for k in (-1, 0, 1))
    if not low + step < best < high - step:
        return JackknifeEstimate(np.full(len(here), np.nan))
    vertex = 0.5 * step * (below - above) / (below - 2 * here + above)
    return JackknifeEstimate(np.clip(best + vertex - vertex[0], low, high))


def paired_difference(one, other):
    """Return the moves of Samples () ``one`` from ``other`` of the same realizations: jackknifed as one.

    {difference, difference_err, relative, relative_err} with relative = one/other - 1. Raises ValueError when they do not
    have the same jackknife groups.
    """
    return {
        "difference": (one - other).value,
        "difference_err": (one - other).error,
        "relative": one.value / other.value - 1,
        "relative_err": (one / other).error,
    }


def independent_difference(one, one_err, other, other_err):
    """Return the moves as ``paired``, of numbers or arrays (n,) with errors, from other realizations: errors add in squares."""
    ratio = one / other
    return {
        "difference": one - other,
        "difference_err": np.hypot(one_err, other_err),
        "relative": ratio - 1,
        "relative_err": np.abs(ratio) * np.hypot(one_err / one, other_err / other),
    }
