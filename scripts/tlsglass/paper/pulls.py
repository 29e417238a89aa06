"""Do the quoted errors mean what they say? Pulls (estimate - truth)/σ of parts of the realizations and of synthetic samples.

With the right σ they have mean 0 and width 1 (1.02 with σ jackknifed from 50 groups: its own scatter widens the tails).
Densities are dicts from temperature (K) to dos.Counts; an estimator turns them into a sample set (1 + g,).
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from tlsglass.base import samples as statistics
from tlsglass.base.blocks import boundaries
from tlsglass.density import dos


def parts(densities, k):
    """Return the densities of ``k`` disjoint sets of consecutive realizations, as equal as blocks allow."""
    one = next(iter(densities.values()))
    cuts = [one.block * block for block in boundaries(one.n_realizations // one.block, k)]
    return [{T: dos.between(c, begin, end) for T, c in densities.items()} for begin, end in pairwise(cuts)]


def of_parts(densities, estimate, k):
    """Return the pulls (k,) of ``k`` disjoint parts about the estimate from all realizations, which contains them."""
    whole = estimate(densities)[0]
    found = [estimate(part) for part in parts(densities, k)]
    return np.array([(samples[0] - whole) / (statistics.error(samples) * np.sqrt(1 - 1 / k)) for samples in found])


def of_halves(densities, estimate):
    """Return the pull of the difference between the first and the second half of the realizations."""
    first, second = (estimate(part) for part in parts(densities, 2))
    return (first[0] - second[0]) / np.hypot(statistics.error(first), statistics.error(second))


def of_synthetic(counts, density, truth, estimate, n, rng):
    """Return the pulls (n,) of samples drawn with n(T, E) = ``density``(E) and as many realizations as ``counts``.

    The counts of a row are Poisson about what ``density`` lets expect at the middle of each bin.
    """
    middle = 0.5 * (counts.edges_K[:-1] + counts.edges_K[1:])
    expected = density(middle) * dos.exposure(counts, counts.realizations)
    found = [estimate({counts.T_K: replace(counts, counts=rng.poisson(expected))}) for _ in range(n)]
    return np.array([(samples[0] - truth) / statistics.error(samples) for samples in found])


def summary(pulls):
    """Return mean and width of ``pulls`` with their standard errors if they were n independent normal numbers."""
    n = len(pulls)
    width = np.sqrt(np.sum((pulls - pulls.mean()) ** 2) / (n - 1))
    return {"n": n, "mean": pulls.mean(), "mean_err": 1 / np.sqrt(n), "width": width, "width_err": 1 / np.sqrt(2 * (n - 1))}
