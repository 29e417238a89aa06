"""Jackknife over blocks of realizations, the source of all error bars: a value with its error is a JackknifeEstimate."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from tlsglass.base.types import AnyArray, FloatArray, IntArray


class JackknifeEstimate(np.lib.mixins.NDArrayOperatorsMixin):
    """An estimate together with its leave-one-group-out estimates, from which the error of any expression follows.

    Arithmetic and numpy's ufuncs act row by row; a plain number or array is the same for all rows and is broadcast
    against the trailing axes. Indices refer to the trailing axes only.

    Parameters
    ----------
    rows
        Array (1 + g, ...). Row 0 is the estimate from all blocks of realizations, row k the estimate without group k.

    Raises
    ------
    ValueError
        For fewer than two groups, and for operands with different numbers of groups.
    """

    def __init__(self, rows: ArrayLike) -> None:
        self.rows: FloatArray = np.asarray(rows)
        if self.rows.ndim == 0 or len(self.rows) < 3:
            raise ValueError(f"a jackknife error needs an estimate and at least 2 groups, not rows of shape {self.rows.shape}")

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the estimate, the trailing axes of ``rows``."""
        return self.rows.shape[1:]

    @property
    def groups(self) -> int:
        """Number of jackknife groups, g."""
        return len(self.rows) - 1

    @property
    def value(self) -> Any:
        """The estimate, (...)."""
        return self.rows[0]

    @property
    def error(self) -> Any:
        """The jackknife standard error, (...)."""
        return np.sqrt((self.groups - 1) * np.var(self.rows[1:], axis=0))

    @property
    def bias(self) -> Any:
        """The jackknife estimate of the bias, (...), of an estimator that is not linear in the counts."""
        return (self.groups - 1) * (np.mean(self.rows[1:], axis=0) - self.rows[0])

    def without_bias(self) -> JackknifeEstimate:
        """Return all rows minus the bias; the error is unchanged."""
        corrected: JackknifeEstimate = self - self.bias
        return corrected

    def reduce(self, function: Callable[..., AnyArray]) -> JackknifeEstimate:
        """Apply a reduction like ``np.mean`` or ``np.ptp`` to the last axis of every row."""
        return JackknifeEstimate(function(self.rows, axis=-1))

    def columns(self, name: str) -> dict[str, Any]:
        """Return the columns of a table, {name: value, name_err: error}."""
        return {name: self.value, f"{name}_err": self.error}

    def nan(self) -> JackknifeEstimate:
        """Return a scalar NaN with the same number of groups."""
        return JackknifeEstimate(np.full(1 + self.groups, np.nan))

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a scalar JackknifeEstimate has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[JackknifeEstimate]:
        return (self[k] for k in range(len(self)))

    def __getitem__(self, index: Any) -> JackknifeEstimate:
        return JackknifeEstimate(self.rows[(slice(None), *index) if isinstance(index, tuple) else (slice(None), index)])

    def __str__(self) -> str:
        if not self.shape:
            return format_with_error(float(self.value), float(self.error))
        return "[" + ", ".join(map(str, self)) + "]"

    def __repr__(self) -> str:
        return f"JackknifeEstimate({self}, groups={self.groups})"

    if TYPE_CHECKING:  # numpy's mixin declares Any

        def _operator(self, operand: Any, /) -> JackknifeEstimate: ...

        __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _operator
        __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __matmul__ = _operator

        def __neg__(self) -> JackknifeEstimate: ...

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or "out" in options or (ufunc.signature and not isinstance(inputs[0], JackknifeEstimate)):
            return NotImplemented
        groups = sorted({x.groups for x in inputs if isinstance(x, JackknifeEstimate)})
        if len(groups) > 1:
            raise ValueError(f"values with {groups[0]} and with {groups[1]} jackknife groups cannot be combined")
        if ufunc.signature:  # estimate @ weights: the sum over the last axis
            if any(isinstance(x, JackknifeEstimate) for x in inputs[1:]):
                return NotImplemented
            return JackknifeEstimate(ufunc(self.rows, *inputs[1:], **options))
        ndim = max(len(x.shape) if isinstance(x, JackknifeEstimate) else np.ndim(x) for x in inputs)
        results = ufunc(*(_with_ndim(x, ndim) if isinstance(x, JackknifeEstimate) else x for x in inputs), **options)
        return tuple(map(JackknifeEstimate, results)) if isinstance(results, tuple) else JackknifeEstimate(results)


def _with_ndim(estimate: JackknifeEstimate, ndim: int) -> FloatArray:
    """Return the rows with ``ndim`` trailing axes; new axes come first."""
    new_axes = (1,) * (ndim - len(estimate.shape))
    return estimate.rows.reshape(len(estimate.rows), *new_axes, *estimate.shape) if new_axes else estimate.rows


def stack(estimates: Iterable[JackknifeEstimate]) -> JackknifeEstimate:
    """Stack estimates of one shape (...), for example one per temperature, along a new first axis, (t, ...).

    Raises ValueError for no estimates, and for different shapes or numbers of groups.
    """
    estimates = list(estimates)
    if not estimates:
        raise ValueError("no values to stack")
    shapes = [(estimate.groups, estimate.shape) for estimate in estimates]
    if len(set(shapes)) > 1:
        raise ValueError(f"values with different groups or shapes cannot be combined: {shapes}")
    return JackknifeEstimate(np.moveaxis(np.stack([estimate.rows for estimate in estimates]), 0, 1))


def format_with_error(value: float | None, error: float | None) -> str:
    """Format a number with its standard error in the last digits, 0.127(8), or with four digits if no error is known."""
    if value is None or not math.isfinite(value):
        return "-"
    if error is None or not math.isfinite(error) or error == 0:
        return f"{value:.4g}"
    last, digit = map(int, f"{abs(error):.0e}".split("e"))  # the first digit of the error, and its power of ten
    leading = max(_exponent(value, digit), digit)
    if digit <= 0 and leading > -5:
        return f"{value:z.{-digit}f}({last})"
    mantissa = f"{value / 10.0**leading:z.{leading - digit}f}({last})"
    return f"{mantissa}e{leading:+03d}"


def format_with_two_errors(value: float, up: float, down: float) -> str:
    """Format a number with the distances > 0 to the two ends of its interval, 0.09 +0.03 -0.02 or 1.1(+3 -2)e-06.

    Where both have the same digits, they are one error.
    """
    last, digit = map(int, f"{min(up, down):.0e}".split("e"))
    up_last, down_last = (round(error / 10.0**digit) for error in (up, down))
    if up_last == down_last:
        return format_with_error(value, last * 10.0**digit)
    leading = max(_exponent(value, digit), digit)
    if max(up, down) > 200 * min(up, down):  # the digits of one error would not mean anything beside those of the other
        return f"{value:.{leading - digit + 1}g} +{up:.2g} -{down:.2g}"
    if digit <= 0 and leading > -5:
        return f"{value:.{-digit}f} +{up:.{-digit}f} -{down:.{-digit}f}"
    return f"{value / 10.0**leading:.{leading - digit}f}(+{up_last} -{down_last})e{leading:+03d}"


def _exponent(value: float, digit: int) -> int:
    """Return the power of ten of the first digit of a number after rounding to the power ``digit``."""
    rounded = round(value, -digit)
    return int(f"{rounded:e}".split("e")[1]) if rounded else digit


def group_starts(n_blocks: int, groups: int) -> IntArray:
    """Return the first block of each of g = min(groups, n_blocks) groups of nearly equal size, (g,)."""
    g = min(groups, n_blocks)
    return np.linspace(0, n_blocks, g + 1).astype(int)[:-1]


def leave_one_out(blocks: ArrayLike, groups: int, sizes: IntArray | None = None) -> JackknifeEstimate:
    """Return the jackknife estimate (...) of the sum over the first axis.

    Parameters
    ----------
    blocks
        Array (b, ...), one row per block of realizations.
    groups
        Number of jackknife groups of neighboring blocks; see ``group_starts``.
    sizes
        Blocks in each row, (b,), if rows are sums over several blocks.

    Raises
    ------
    ValueError
        For fewer than two groups, and for a row that belongs to two groups.
    """
    blocks = np.asarray(blocks)
    ends = np.cumsum(np.ones(len(blocks), dtype=int) if sizes is None else sizes)
    starts = group_starts(ends[-1] if len(ends) else 0, groups)
    if len(starts) < 2:
        raise ValueError(f"a jackknife error needs at least 2 blocks of realizations, not {len(starts)}")
    rows = np.searchsorted(np.concatenate([[0], ends]), starts)
    if not np.array_equal(np.concatenate([[0], ends])[rows], starts):
        raise ValueError("rows of blocks do not match these jackknife groups")
    sums = np.add.reduceat(blocks, rows, axis=0, dtype=float)
    total = sums.sum(axis=0, keepdims=True)
    return JackknifeEstimate(np.concatenate([total, total - sums]))


class RunningMoments(NamedTuple):
    """Number, mean and sum of squared deviations of rows that arrive in portions."""

    n: int
    mean: Any  # (...)
    squares: Any  # (...)

    def add(self, rows: FloatArray) -> RunningMoments:
        """Return the moments including ``rows`` (k, ...)."""
        k, n = len(rows), self.n + len(rows)
        mean = np.mean(rows, axis=0)
        shift = mean - self.mean
        squares = self.squares + np.sum((rows - mean) ** 2, axis=0) + shift**2 * (self.n * k / n)
        return RunningMoments(n, self.mean + shift * (k / n), squares)

    @property
    def error(self) -> Any:
        """Standard error of the mean, (...)."""
        return np.sqrt(self.squares / (self.n - 1) / self.n)


NO_MOMENTS = RunningMoments(0, np.float64(0), np.float64(0))


PARABOLA_STEP = 1e-4  # distance between the three points of a parabola, relative to the range


def minimize_scalar(objective: Callable[[float], FloatArray], low: float, high: float) -> JackknifeEstimate:
    """Return the x between ``low`` and ``high`` that minimizes each row of an objective.

    Row 0 is minimized by Brent's method. The other rows come from nearly the same data; their minima are shifted from it by
    the difference of the vertices of the parabolas through three points about the minimum of row 0.

    Parameters
    ----------
    objective
        Function of x that returns one value per jackknife row, (1 + g,).
    low, high
        The range of x.

    Returns
    -------
    JackknifeEstimate
        The scalar minimum; NaN if the minimum is at an end of the range.
    """
    from scipy import optimize  # slow to import

    best = optimize.minimize_scalar(lambda x: objective(x)[0], bounds=(low, high), options={"xatol": 1e-7 * (high - low)}).x
    step = PARABOLA_STEP * (high - low)
    below, center, above = (objective(best + k * step) for k in (-1, 0, 1))
    if not low + step < best < high - step:
        return JackknifeEstimate(np.full(len(center), np.nan))
    vertex = 0.5 * step * (below - above) / (below - 2 * center + above)
    return JackknifeEstimate(np.clip(best + vertex - vertex[0], low, high))


def paired_difference(value: JackknifeEstimate, reference: JackknifeEstimate) -> dict[str, Any]:
    """Return the difference of two scalars from the same realizations; its errors account for their correlation.

    The keys are difference, difference_err, relative = value/reference - 1, and relative_err. Raises ValueError for different
    jackknife groups.
    """
    return {
        "difference": (value - reference).value,
        "difference_err": (value - reference).error,
        "relative": value.value / reference.value - 1,
        "relative_err": (value / reference).error,
    }


def independent_difference(value: Any, value_err: Any, reference: Any, reference_err: Any) -> dict[str, Any]:
    """Return the dict of ``paired_difference`` for numbers or arrays (n,) from independent realizations."""
    ratio = value / reference
    return {
        "difference": value - reference,
        "difference_err": np.hypot(value_err, reference_err),
        "relative": ratio - 1,
        "relative_err": np.abs(ratio) * np.hypot(value_err / value, reference_err / reference),
    }
