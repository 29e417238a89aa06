"""Is the atlas right? What it predicts beside what was simulated, where the simulation was not part of it.

* "leave_one_out": each coupling of the grid, predicted from all others. Both come of the same disorder: errors are those of the
  difference, group by group. A gap of two steps is spanned: what that adds to the error between couplings is not part of it.
* "test": couplings between those of the grid, simulated with another seed; with the errors of the atlas and of the simulation.
* "size": a larger lattice over the atlas, minus one: no prediction, but how far L = 12 is from it.
"""

import math

import numpy as np
import pandas as pd

from tlsglass.base.samples import Samples
from tlsglass.density import atlas as rooms
from tlsglass.density import surface

LEAST = 30  # counts in a bin for its pull
TOLERANCE = 0.01  # a mean density is right to this, or to two of its errors


def zones(T_K, h0_K):
    """Return the ranges of E in which mean densities are compared: [(name, lowest, highest)] in kelvin."""
    ends = [0.0, T_K, 4 * T_K, min(20 * T_K, h0_K), h0_K]
    names = ("E < T", "T to 4T", "4T to 20T", "20T to h0")
    return [(name, low, high) for name, low, high in zip(names, ends, ends[1:], strict=False) if high > low * (1 + 1e-9)]


def validate(atlas, report=print):
    """Return the table of all mean densities, and that of the pulls bin by bin: one row for each set and rung."""
    means, pulls = [], []
    for kind, index, predicted in _predictions(atlas, report):
        for T_K in atlas.rungs_K[1:]:
            counts = atlas.counts(index, T_K)
            expected = predicted(counts)
            of = {"kind": kind, "L": counts.L, "J0_over_h0": counts.J0_K / atlas.h0_K, "T_over_h0": T_K / atlas.h0_K}
            means += [of | _mean(counts, expected, kind, *zone) for zone in zones(T_K, atlas.h0_K)]
            pulls.append(of | _pulls(counts, expected, kind, atlas.h0_K))
    return pd.DataFrame(means), pd.DataFrame(pulls)


def _predictions(atlas, report):
    """Yield (kind, index of a set, what predicts its density): a function of Counts that returns Samples of their bins."""
    every = rooms.slices(atlas)
    start = atlas.arrays["spline"][0].astype(float)
    for index in atlas.of_kind("grid"):
        coupling = atlas.sets[index]["J0_K"] / atlas.h0_K
        if coupling in rooms.couplings(atlas):
            spline = rooms.without(every, coupling, start)
            report(f"J0/h0 = {coupling:g} predicted from the others")
            yield "leave_one_out", index, lambda counts, spline=spline: _in_bins(atlas, counts, spline)
    for kind, name in (("test", "test"), ("large", "size")):
        for index in atlas.of_kind(kind):
            yield name, index, lambda counts: _in_bins(atlas, counts, atlas.arrays["spline"])


def _in_bins(atlas, counts, spline):
    """Return the mean density of a spline in each bin of counts, Samples (m,)."""
    one = surface.slice_of(counts, atlas.h0_K, atlas.told["spread"])
    tau, s = surface.place(one.T, one.g)
    in_bins = np.exp(spline @ s @ tau @ one.v.T) * (one.expected[0] / (counts.n_realizations * counts.exposure)[: len(one.v)])
    return Samples(np.pad(in_bins, ((0, 0), (0, len(counts.widths_K) - in_bins.shape[1]))))


def _difference(simulated, expected, kind):
    """Return the relative difference, expected over simulated minus one (...), and its standard error."""
    if kind == "leave_one_out":
        ratio = expected / simulated - 1
        return ratio.value, ratio.error
    value = expected.value / simulated.value
    return value - 1, value * np.hypot(expected.error / expected.value, simulated.error / simulated.value)


def _mean(counts, expected, kind, zone, low_K, high_K):
    inside = (counts.middle_K > low_K) & (counts.middle_K < high_K)
    weights = counts.widths_K[inside] / counts.widths_K[inside].sum()
    simulated, predicted = counts.n[inside] @ weights, expected[inside] @ weights
    difference, error = _difference(simulated, predicted, kind)
    return {
        "E": zone,
        "n_simulated_h0": simulated.value,
        "n_atlas_h0": predicted.value,
        "difference": difference,
        "difference_err": error,
        "z": difference / error,
        "right": abs(difference) <= max(TOLERANCE, 2 * error),
    }


def _pulls(counts, expected, kind, h0_K):
    """Return number, mean and width of the pulls of bins below 2 h0, merged until each holds ``LEAST`` counts or is T wide."""
    inside = counts.middle_K < 2 * h0_K
    observed = counts.total[inside]
    from tlsglass.density.grid import rebin

    kept = rebin(observed, LEAST)[:-1]
    widths = np.add.reduceat(counts.widths_K[inside], kept)
    simulated, predicted = (
        Samples(np.add.reduceat((n * counts.widths_K)[inside].rows, kept, axis=1)) / widths for n in (counts.n, expected)
    )
    difference, error = _difference(simulated, predicted, kind)
    z = difference / error
    return {"bins": len(z), "mean": z.mean(), "mean_err": 1 / math.sqrt(len(z)), "width": z.std(), "chi2_per_bin": np.mean(z**2)}
