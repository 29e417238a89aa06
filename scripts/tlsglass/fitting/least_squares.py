"""Least squares within bounds: linear for the amplitudes of a model, and nonlinear for its other parameters."""

from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np

from tlsglass.base.types import BoolArray, FloatArray

FIRST_DAMPING, MIN_DAMPING, MAX_DAMPING = 1e-4, 1e-9, 1e9  # of a step, relative to the diagonal of the normal equations
DAMPING_FACTOR = 10.0  # between two steps
GOOD_RATIO, POOR_RATIO = 0.75, 0.25  # of the decrease of χ² to that of a quadratic, which decide about the damping
MIN_CONTRACTION = 0.1  # of the distance from the minimum in one step, as assumed where no derivatives confirm the end
SMALLEST_FRACTION = 0.03  # of a step at whose end an amplitude is on a bound
SMALL_DECREASE, MAX_SMALL_DECREASES = 1e-7, 3  # of χ² in one step, relative, and how many such steps end a search
RELATIVE_CHANGE = 1e-11  # of χ² or of all parameters, at which rounding errors end a search
MIN_RANK_RATIO = 1e-12  # of singular values, below which columns count as linearly dependent
MAX_COMPRESSED = 1e4  # sum of squares of a column, above which rounding errors matter in the sum of products of two columns
MIN_DIAGONAL_RATIO = 1e-6  # of the triangular factor, below which the singular values are computed


class Point(Protocol):
    """A point of a search, where the amplitudes have their best values."""

    @property
    def residuals(self) -> FloatArray:
        """Residuals (n,)."""

    @property
    def chi2(self) -> float:
        """Sum of their squares."""

    @property
    def basis(self) -> FloatArray:
        """Basis (n, r) of what amplitudes that are not on a bound can remove from the residuals."""


AnyPoint = TypeVar("AnyPoint", bound=Point)


def minimize(
    evaluate: Callable[[FloatArray], AnyPoint],
    jacobian: Callable[[FloatArray, AnyPoint], FloatArray],
    start: FloatArray,
    bounds: tuple[FloatArray, FloatArray],
    max_steps: int,
    tolerance: float,
    confirm: bool = True,
) -> tuple[FloatArray, AnyPoint, bool]:
    """Minimize χ² within ``bounds`` by the Levenberg-Marquardt algorithm with projection onto the bounds.

    A search ends where a full step would lower χ² by less than ``tolerance`` times χ², so that no step is spent to confirm
    that it has ended. Parameters on a bound that χ² pushes against are left there.

    Parameters
    ----------
    evaluate
        Function that returns the point at the parameters (k,).
    jacobian
        Function of parameters and point that returns the derivatives (n, k) of the residuals.
    start
        Parameters (k,) within the bounds.
    max_steps
        Number of derivatives after which the search ends without convergence.
    confirm
        Whether derivatives must confirm that the end is a minimum. Otherwise the search also ends after a step that has lowered
        χ² as predicted, if the estimated rest is below the tolerance.

    Returns
    -------
    parameters, point, converged
    """
    low, high = bounds
    x, point, damping, n_small = start, evaluate(start), FIRST_DAMPING, 0
    curvature, previous = np.zeros((len(x), len(x))), None
    curved = False  # whether the curvature has predicted the last step better than the normal equations alone
    for _ in range(max_steps):
        derivatives = jacobian(x, point)
        gradient = point.residuals @ derivatives
        if previous is not None:
            curvature = _updated_curvature(curvature, *previous, gradient, point.residuals)
        gauss_newton = _projected_normal(derivatives, point.basis)
        full_normal = gauss_newton + curvature if curved and _is_positive(gauss_newton + curvature) else gauss_newton
        size = np.sqrt(np.maximum(np.diagonal(full_normal), 0.0))
        movable = (size > 0) & np.isfinite(size) & ~(((x <= low) & (gradient > 0)) | ((x >= high) & (gradient < 0)))
        if not movable.any():
            return x, point, True
        size = size[movable]
        unit = np.outer(size, size)
        normal, slope = full_normal[np.ix_(movable, movable)] / unit, gradient[movable] / size
        attainable = -slope @ _damped_step(normal, slope, MIN_DAMPING)
        if attainable <= tolerance * point.chi2:
            return x, point, True
        rank, fraction = point.basis.shape[1], 1.0
        while True:
            trial = x.copy()
            step = fraction * _damped_step(normal, slope, damping) / size
            trial[movable] = np.clip(x[movable] + step, low[movable], high[movable])
            change = (trial - x)[movable]
            if np.all(np.abs(change) <= RELATIVE_CHANGE * np.abs(x[movable])):
                return x, point, True
            new = evaluate(trial)
            if new.chi2 < point.chi2:
                break
            if new.basis.shape[1] < rank:  # an amplitude meets its bound, beyond which χ² is steeper
                fraction /= 2
                if fraction < SMALLEST_FRACTION:
                    rank, fraction = new.basis.shape[1], 1.0
                    normal = _projected_normal(derivatives[:, movable], new.basis) / unit
                continue
            damping = max(damping, FIRST_DAMPING) * DAMPING_FACTOR
            if damping > MAX_DAMPING:
                return x, point, True
        taken = change * size
        predicted = -(2 * slope @ taken + taken @ normal @ taken)
        decrease = point.chi2 - new.chi2
        moved = trial - x
        linear = 2 * gradient @ moved
        without, with_curvature = (-(linear + moved @ matrix @ moved) for matrix in (gauss_newton, gauss_newton + curvature))
        curved = bool(abs(decrease - with_curvature) <= abs(decrease - without))
        rest = attainable - predicted + _rest_after(predicted, decrease)
        same_amplitudes = new.basis.shape == point.basis.shape  # as many inside their bounds
        stays_on_bounds = not np.any(_is_inward(trial, gradient + full_normal @ moved, bounds))
        is_minimum = not confirm and same_amplitudes and stays_on_bounds and rest <= tolerance * new.chi2
        previous = moved, gradient, derivatives - point.basis @ (point.basis.T @ derivatives)
        x, point = trial, new
        if is_minimum:
            return x, point, True
        n_small = n_small + 1 if decrease <= SMALL_DECREASE * point.chi2 else 0
        if n_small == MAX_SMALL_DECREASES or decrease <= RELATIVE_CHANGE * point.chi2:
            return x, point, True
        if decrease > GOOD_RATIO * predicted:
            damping = max(damping / DAMPING_FACTOR, MIN_DAMPING)
        elif decrease < POOR_RATIO * predicted:
            damping *= DAMPING_FACTOR
    return x, point, False


def _is_inward(x: FloatArray, gradient: FloatArray, bounds: tuple[FloatArray, FloatArray]) -> BoolArray:
    """Return which parameters (k,) are on a bound from which χ² decreases inwards."""
    low, high = bounds
    return ((x <= low) & (gradient < 0)) | ((x >= high) & (gradient > 0))


def _rest_after(predicted: float, decrease: float) -> float:
    """Return the estimate of the further decrease of χ² after a step that has lowered it by ``decrease``.

    Where each step reduces the distance from the minimum by a factor c, a step decreases χ² by 1 ± c of what was ``predicted``,
    and c² of that is left.
    """
    contraction = max(MIN_CONTRACTION, abs(1 - decrease / predicted)) if predicted > 0 else 1.0
    return contraction**2 * predicted


def _projected_normal(derivatives: FloatArray, basis: FloatArray) -> FloatArray:
    """Return the matrix (k, k) of the normal equations while the amplitudes follow, as of Kaufman, BIT 15, 49 (1975)."""
    removed = basis.T @ derivatives
    normal: FloatArray = derivatives.T @ derivatives - removed.T @ removed
    return normal


def _updated_curvature(
    curvature: FloatArray,
    moved: FloatArray,
    gradient: FloatArray,
    derivatives: FloatArray,
    new_gradient: FloatArray,
    new_residuals: FloatArray,
) -> FloatArray:
    """Return an estimate (k, k) of what the second derivatives of the residuals add to the normal equations.

    It matters where a model does not describe the points. The update is that of NL2SOL (Dennis, Gay and Welsch, ACM Trans.
    Math. Softw. 7, 348 (1981)).
    """
    change, wanted = new_gradient - gradient, new_gradient - new_residuals @ derivatives
    product, here = float(change @ moved), float(moved @ curvature @ moved)
    if not product > 0:
        return curvature
    size = min(1.0, abs(float(wanted @ moved) / here)) if here != 0 else 1.0
    missing = wanted - size * curvature @ moved
    updated = (
        size * curvature
        + (np.outer(missing, change) + np.outer(change, missing)) / product
        - float(missing @ moved) * np.outer(change, change) / product**2
    )
    return np.asarray(updated, dtype=float) if np.all(np.isfinite(updated)) else curvature


def _is_positive(matrix: FloatArray) -> bool:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def _damped_step(normal: FloatArray, slope: FloatArray, damping: float) -> FloatArray:
    """Return the step of damped normal equations, whose diagonal is about 1."""
    damped = normal.copy()
    damped.flat[:: len(slope) + 1] += damping * (1 + np.diagonal(normal))
    return np.asarray(np.linalg.solve(damped, -slope), dtype=float)


def compress_rows(rows: FloatArray, rest: float) -> FloatArray:
    """Return fewer rows (k, n) whose products of columns are those of ``rows`` (r, n), except for ``rest`` of a square.

    They are the pivoted Cholesky factor of ``rows``.T @ ``rows``, which is much faster than singular values of all rows.
    """
    squares = np.einsum("rn,rn->n", rows, rows)
    if not 0 < squares.max(initial=0.0) < MAX_COMPRESSED:
        return rows
    factor = np.zeros(rows.shape)
    for k, row in enumerate(factor):
        pivot = int(np.argmax(squares))
        if squares[pivot] <= rest:
            return factor[:k]
        row[:] = (rows[:, pivot] @ rows - factor[:k, pivot] @ factor[:k]) / np.sqrt(squares[pivot])
        squares -= row**2
    return rows


def solve_linear(design: FloatArray, target: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the shortest least-squares solution of ``design`` (n, k) x = ``target``, and a basis (n, r) of its range.

    The columns of ``design`` have norms of the order of 1.
    """
    try:
        if len(target) >= design.shape[1] > 0:
            basis, triangle = np.linalg.qr(design)
            diagonal = np.abs(np.diagonal(triangle))
            if diagonal.min() > MIN_DIAGONAL_RATIO * diagonal.max():
                return np.linalg.solve(triangle, basis.T @ target), basis
        left, singular, right = np.linalg.svd(design, full_matrices=False)
    except np.linalg.LinAlgError:
        return np.zeros(design.shape[1]), np.zeros((len(target), 0))
    rank = int(np.sum(singular > MIN_RANK_RATIO * max(singular.max(initial=0.0), 1e-300)))
    left = left[:, :rank]
    return right[:rank].T @ ((left.T @ target) / singular[:rank]), left


def solve_bounded(
    design: FloatArray, target: FloatArray, low: FloatArray, high: FloatArray, start: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Return the least-squares solution within bounds, and which parameters lie inside them.

    ``start`` is the solution without bounds, which violates one of them.
    """
    solution, inside = np.clip(start, low, high), (start > low) & (start < high)
    for _ in range(2 * len(start)):  # parameters that violate a bound are fixed there, and released if χ² falls inwards
        free, _ = solve_linear(design[:, inside], target - design[:, ~inside] @ solution[~inside])
        solution[inside] = free
        violates = inside & ((solution < low) | (solution > high))
        if violates.any():
            inside &= ~violates
            solution = np.clip(solution, low, high)
            continue
        slope = (design @ solution - target) @ design
        released = ~inside & np.where(solution <= low, slope < 0, slope > 0) & (low < high)
        if not released.any():
            return solution, inside
        inside = inside | (released & (np.abs(slope) == np.abs(slope[released]).max()))
    return _solve_bounded_by_scipy(design, target, low, high, start)


def _solve_bounded_by_scipy(
    design: FloatArray, target: FloatArray, low: FloatArray, high: FloatArray, start: FloatArray
) -> tuple[FloatArray, BoolArray]:
    from scipy import optimize  # here, because few fits need it

    try:
        solution = optimize.lsq_linear(design, target, (low, high), method="bvls", max_iter=50).x
    except (np.linalg.LinAlgError, ValueError, IndexError):
        solution = np.clip(start, low, high)
    return solution, (solution > low) & (solution < high)
