"""Do the quoted errors mean what they say? Pulls (estimate - truth)/σ of parts of the realizations and of synthetic samples.

With the right σ they have mean 0 and width 1 (1.02 with σ jackknifed from 50 groups: its own scatter widens the tails).
An estimator turns Densities, or one density, into Samples ().
"""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from tlsglass.analysis.quantities import entries

LEAST_BLOCKS = 10  # an error from fewer blocks of realizations scatters too much for a pull
COLUMNS = ["sample", "quantity", "L", "J0_K", "pull"]


def pulls_of_splits(densities, parts, estimate):
    """Return the pulls (k,) of ``k`` disjoint parts about the estimate from all realizations, which contains them."""
    whole = estimate(densities).value
    found = [estimate(part) for part in parts]
    return np.array([(samples.value - whole) / (samples.error * np.sqrt(1 - 1 / len(parts))) for samples in found])


def pulls_of_halves(first, second, estimate):
    """Return the pull of the difference between two disjoint halves of the realizations."""
    one, two = estimate(first), estimate(second)
    return (one.value - two.value) / np.hypot(one.error, two.error)


def pulls_of_synthetic(counts, density, truth, estimate, n, rng):
    """Return the pulls (n,) of samples drawn with n(T, E) = ``density``(E) and as many realizations as ``counts``.

    The counts of a row are Poisson about what ``density`` lets expect at the middle of each bin.
    """
    expected = density(counts.middle_K) * (counts.realizations[:, None] * counts.exposure)
    found = [estimate(replace(counts, counts=rng.poisson(expected))) for _ in range(n)]
    return np.array([(samples.value - truth) / samples.error for samples in found])


def pulls_of_set(densities, settings, n_splits, synthetic, seed, report):
    """Return the pulls of every tested quantity of one set as a pandas table: parts, halves, synthetic samples.

    ``n_splits`` is the number of disjoint parts, ``synthetic`` that of samples drawn from each fit.
    What would rest on fewer than LEAST_BLOCKS blocks is left out, and ``report`` gets a line that says so.
    """
    rng = np.random.default_rng(seed)
    rows = []

    def enough(sample, n_parts):
        blocks = densities.n_blocks // n_parts
        if blocks < LEAST_BLOCKS:
            report(f"{sample}: not shown: {blocks} blocks of realizations each, fewer than {LEAST_BLOCKS}")
        return blocks >= LEAST_BLOCKS

    def add(sample, quantity, found):
        head = {"sample": sample, "quantity": quantity.name, "L": densities.L, "J0_K": densities.J0_K}
        rows.extend(head | {"pull": pull} for pull in found)

    several = densities.split(n_splits) if enough("parts", n_splits) else None
    halves = densities.split(2) if enough("halves", 2) else None
    for quantity in entries("pull_place"):
        estimate = partial(quantity.at, quantity.pull_place, settings=settings)
        if several:
            add("parts", quantity, pulls_of_splits(densities, several, estimate))
        if halves:
            add("halves", quantity, [pulls_of_halves(*halves, estimate)])
        report(quantity.name)
    if enough("synthetic", 1):
        for quantity in (q for q in entries("pull_place") if q.toy_density):
            counts = quantity.pull_place.select(densities, settings)
            quoted = partial(quantity.quoted, settings=settings)
            add(
                "synthetic",
                quantity,
                pulls_of_synthetic(counts, *quantity.toy_density(counts, settings), quoted, synthetic, rng),
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def table(found):
    """Return mean and width of the pulls (tables of ``of_set``, one below the other) for each sample and quantity."""
    rows = [
        {"sample": sample, "quantity": quantity} | summary(group["pull"].to_numpy())
        for (sample, quantity), group in found.groupby(["sample", "quantity"], sort=False)
    ]
    return pd.DataFrame(rows, columns=["sample", "quantity", "n", "mean", "mean_err", "width", "width_err"])


def summary(pulls):
    """Return mean and width of ``pulls`` with their standard errors if they were n independent normal numbers."""
    n = len(pulls)
    width = np.sqrt(np.sum((pulls - pulls.mean()) ** 2) / (n - 1))
    return {"n": n, "mean": pulls.mean(), "mean_err": 1 / np.sqrt(n), "width": width, "width_err": 1 / np.sqrt(2 * (n - 1))}
