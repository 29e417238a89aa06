"""Test of the quoted errors by pulls (estimate - truth)/σ, of splits of the realizations and of synthetic samples.

With the correct σ, pulls have mean 0 and width 1 (1.02 with σ jackknifed from 50 groups, whose own scatter widens the tails).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.analysis.quantities import entries
from tlsglass.analysis.quantity import Density, Estimator, Quantity, Settings
from tlsglass.base.types import FloatArray
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries

MIN_BLOCKS = 10  # an error from fewer blocks of realizations scatters too much for a pull
COLUMNS = ["sample", "quantity", "L", "J0_K", "pull"]


def pulls_of_splits(density: Density, splits: Sequence[Density], estimator: Estimator) -> FloatArray:
    """Return the pulls (k,) of ``k`` disjoint splits about the estimate from all realizations, which contains them."""
    full = estimator(density).value
    estimates = [estimator(split) for split in splits]
    return np.array([(e.value - full) / (e.error * np.sqrt(1 - 1 / len(splits))) for e in estimates])


def pulls_of_halves(first: Density, second: Density, estimator: Estimator) -> float:
    """Return the pull of the difference between two disjoint halves of the realizations."""
    estimates = estimator(first), estimator(second)
    return (estimates[0].value - estimates[1].value) / np.hypot(estimates[0].error, estimates[1].error)


def pulls_of_synthetic(
    counts: DensityOfStates,
    density: Callable[[FloatArray], FloatArray],
    truth: float,
    estimator: Estimator,
    n: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return the pulls (n,) of samples drawn with n(T, E) = ``density``(E) and as many realizations as ``counts``.

    The counts of a row are Poisson about the expectation from ``density`` at the middle of each bin.
    """
    expected = density(counts.centers_K) * (counts.realizations[:, None] * counts.exposure)
    estimates = [estimator(replace(counts, counts=rng.poisson(expected))) for _ in range(n)]
    return np.array([(e.value - truth) / e.error for e in estimates])


def pulls_of_set(
    densities: TemperatureSeries, settings: Settings, n_splits: int, synthetic: int, seed: int, report: Callable[[str], object]
) -> pd.DataFrame:
    """Return the pulls of every tested quantity of one set: of splits, of halves, and of ``synthetic`` samples of each fit.

    ``report`` is called with a line for each quantity, and for each kind of sample that is left out because it has fewer than
    MIN_BLOCKS blocks of realizations.
    """
    rng = np.random.default_rng(seed)
    rows = []

    def has_enough_blocks(sample: str, n: int) -> bool:
        blocks = densities.n_blocks // n
        if blocks < MIN_BLOCKS:
            report(f"{sample}: not shown: {blocks} blocks of realizations each, fewer than {MIN_BLOCKS}")
        return blocks >= MIN_BLOCKS

    def add(sample: str, quantity: Quantity, pulls: Sequence[float] | FloatArray) -> None:
        head = {"sample": sample, "quantity": quantity.name, "L": densities.L, "J0_K": densities.J0_K}
        rows.extend(head | {"pull": pull} for pull in pulls)

    splits = densities.split(n_splits) if has_enough_blocks("parts", n_splits) else None
    halves = densities.split(2) if has_enough_blocks("halves", 2) else None
    for quantity in entries("pull_place"):
        estimator = partial(quantity.at, quantity.pull_place, settings=settings)
        if splits:
            add("parts", quantity, pulls_of_splits(densities, splits, estimator))
        if halves:
            add("halves", quantity, [pulls_of_halves(*halves, estimator)])
        report(quantity.name)
    if has_enough_blocks("synthetic", 1):
        for quantity in (q for q in entries("pull_place") if q.toy_density):
            counts = quantity.pull_place.select(densities, settings)
            quoted = partial(quantity.quoted, settings=settings)
            toy = quantity.toy_density(counts, settings)
            add("synthetic", quantity, pulls_of_synthetic(counts, *toy, quoted, synthetic, rng))
    return pd.DataFrame(rows, columns=COLUMNS)


def tabulate_pulls_of_set(
    rungs: Sequence[DensityOfStates], settings: Mapping[str, Any], n_splits: int, synthetic: int, seed: int
) -> pd.DataFrame:
    """Return the pulls of one set (L, J0), of splits of its realizations and of synthetic samples, and print progress."""
    return pulls_of_set(TemperatureSeries(rungs), Settings(**settings), n_splits, synthetic, seed, report=print)


def tabulate_pulls(pulls_of_sets: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return mean and width of the pulls of each sample and quantity, over all sets."""
    rows = [
        {"sample": sample, "quantity": quantity} | mean_and_width(group["pull"].to_numpy())
        for (sample, quantity), group in pd.concat(pulls_of_sets).groupby(["sample", "quantity"], sort=False)
    ]
    return pd.DataFrame(rows, columns=["sample", "quantity", "n", "mean", "mean_err", "width", "width_err"])


def mean_and_width(pulls: FloatArray) -> dict[str, Any]:
    """Return mean and width of pulls (n,), with their standard errors for n independent normal numbers."""
    n = len(pulls)
    width = np.sqrt(np.sum((pulls - pulls.mean()) ** 2) / (n - 1))
    return {"n": n, "mean": pulls.mean(), "mean_err": 1 / np.sqrt(n), "width": width, "width_err": 1 / np.sqrt(2 * (n - 1))}
