"""Is the atlas right? What it predicts beside what was simulated, where the simulation was not part of it.

* "leave_one_out": each coupling of the grid, predicted from all others. Both come of the same disorder: errors are those of the
  difference, group by group. A gap of two steps is spanned: what that adds to the error between couplings is not part of it.
* "test": couplings between those of the grid, simulated with another seed; with the errors of the atlas and of the simulation.
* "published": the densities of the study, annealed down its whole ladder. The grid holds the same disorder: errors are in part
  those of the atlas.
* "size": a larger lattice over the atlas, minus one: no prediction, but how far L = 12 is from it.
"""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from tlsglass.atlas import api, spline, table
from tlsglass.base import labels
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.dos import grid
from tlsglass.dos.fits import fit_eq3

TABLE_II_T = 2.0  # B and µ of Eq. (3) are fitted on 0 < E < 2T
LEAST = 30  # counts in a bin for its pull
TOLERANCE = 0.01  # a mean density is right to this, or to two of its errors ...
TOLERANCE_B, TOLERANCE_MU = 0.02, 0.02  # ... and B and µ to these


def zones(T_K, h0_K):
    """Return the ranges of E in which mean densities are compared: [(name, lowest, highest)] in kelvin."""
    ends = [0.0, *(min(factor * T_K, h0_K) for factor in (1, 4, 20)), h0_K]
    names = ("E < T", "T to 4T", "4T to 20T", "20T to h0")
    return [(name, low, high) for name, low, high in zip(names, ends, ends[1:], strict=False) if high > low * (1 + 1e-9)]


class Validation(NamedTuple):
    means: pd.DataFrame  # mean densities in ``zones``
    pulls: pd.DataFrame  # pulls bin by bin, a row for each set and rung
    fits: pd.DataFrame  # B and µ of Eq. (3), of the atlas beside those of the counts


def validate(atlas, published=(), report=print):
    """Return the Validation of an Atlas; ``published`` are Counts with jackknife groups."""
    means, pulls, fits = [], [], []
    for kind, counts, predicted in _predictions(atlas, published, report):
        g, T = (labels.round_to_label(x / atlas.h0_K) for x in (counts.J0_K, counts.T_K))
        of = {"kind": kind, "L": counts.L, "J0_over_h0": g, "T_over_h0": T}
        expected = predicted(counts)
        means += [of | _mean(counts, expected, kind, *zone) for zone in zones(counts.T_K, atlas.h0_K)]
        pulls.append(of | _pulls(counts, expected, kind, atlas.h0_K))
        if kind in ("test", "published"):
            fits.append(of | _fits(atlas, counts))
    return Validation(*map(pd.DataFrame, (means, pulls, fits)))


def _predictions(atlas, published, report):
    """Yield (kind, Counts, what predicts their density): a function of Counts that returns Samples of their bins."""

    def surface_itself(counts):
        return _in_bins(atlas, counts, atlas.arrays["spline"])

    every = table.spline_data_sets(atlas)
    start = atlas.arrays["spline"][0].astype(float)
    for index in atlas.set_indices("grid"):
        coupling = atlas.sets[index]["J0_K"] / atlas.h0_K
        if coupling in table.inner_couplings(atlas):
            spline = table.fit_without(every, coupling, start)
            report(f"J0/h0 = {coupling:g} predicted from the others")
            for T_K in atlas.rungs_K[1:]:
                yield (
                    "leave_one_out",
                    atlas.simulated_density(index, T_K),
                    lambda counts, spline=spline: _in_bins(atlas, counts, spline),
                )
    for kind, name in (("test", "test"), ("large", "size")):
        for index in atlas.set_indices(kind):
            for T_K in atlas.rungs_K[1:]:
                yield name, atlas.simulated_density(index, T_K), surface_itself
    for counts in (one for one in published if one.L == atlas.sets[0]["L"]):
        yield "published", table.compact(counts), surface_itself


def _in_bins(atlas, counts, coefficients):
    """Return the mean density of a spline in each bin of counts, Samples (m,)."""
    data = spline.spline_data(counts, atlas.h0_K, atlas.metadata["spread"])
    tau, s = spline.basis_T_and_g(data.T, data.g)
    gaussian = data.expected[0] / (counts.n_realizations * counts.exposure)[: len(data.v)]
    in_bins = np.exp(coefficients @ s @ tau @ data.v.T) * gaussian
    return JackknifeEstimate(np.pad(in_bins, ((0, 0), (0, len(counts.widths_K) - in_bins.shape[1]))))


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
    kept = grid.rebin(observed, LEAST)[:-1]
    widths = np.add.reduceat(counts.widths_K[inside], kept)
    simulated, predicted = (
        JackknifeEstimate(np.add.reduceat((n * counts.widths_K)[inside].rows, kept, axis=1)) / widths
        for n in (counts.n, expected)
    )
    difference, error = _difference(simulated, predicted, kind)
    z = difference / error
    told = {"bins": len(z), "mean": z.mean(), "mean_err": 1 / math.sqrt(len(z))}
    return told | {"width": z.std(), "chi2_per_bin": np.mean(z**2)}


def _fits(atlas, counts):
    """Return B and µ of Eq. (3), of the atlas and of counts: what Table II holds."""
    ours = api.eq3(counts.T_K, counts.J0_K, atlas.h0_K, TABLE_II_T, atlas)
    theirs = fit_eq3(counts, TABLE_II_T)
    return {
        "B_ratio": ours.B.value / theirs.B.value,
        "B_ratio_err": np.hypot(ours.B.error / ours.B.value, theirs.B.error / theirs.B.value),
        "mu_difference": ours.mu.value - theirs.mu.value,
        "mu_difference_err": np.hypot(ours.mu.error, theirs.mu.error),
    }


def summary(found, excess):
    """Return the table of each kind in few numbers: quantity, value. ``excess`` is the density.annealing.Excess."""
    told = {"ratios": excess.metadata["bins"], "chi2_per_ratio": excess.metadata["chi2"] / excess.metadata["bins"]}
    rows = [{"kind": "excess", "quantity": name, "value": float(value)} for name, value in told.items()]
    for kind, means in found.means.groupby("kind", sort=False):
        pulls = found.pulls[found.pulls["kind"] == kind]
        told = {
            "densities": len(means),
            "share_right": means["right"].mean(),
            "rms_difference": math.sqrt(np.mean(means["difference"] ** 2)),
            "mean_z": means["z"].mean(),
            "chi2_per_dof": np.mean(means["z"] ** 2),
            "mean_pull": np.average(pulls["mean"], weights=pulls["bins"]),
            "pull_width": math.sqrt(np.average(pulls["width"] ** 2, weights=pulls["bins"])),
        }
        fits = found.fits[found.fits["kind"] == kind] if len(found.fits) else found.fits
        if len(fits):
            for name, off, error, tolerance in (
                ("B", fits["B_ratio"] - 1, fits["B_ratio_err"], TOLERANCE_B),
                ("mu", fits["mu_difference"], fits["mu_difference_err"], TOLERANCE_MU),
            ):
                told[f"{name}_share_right"] = (np.abs(off) <= np.maximum(tolerance, 2 * error)).mean()
                told[f"{name}_chi2_per_dof"] = np.mean((off / error) ** 2)
        rows += [{"kind": kind, "quantity": name, "value": float(value)} for name, value in told.items()]
    return pd.DataFrame(rows)
