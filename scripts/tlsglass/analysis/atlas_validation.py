"""Validation of the atlas: its predictions compared with simulations that it was not made from.

All of these simulations but the last are annealed, and compared with the atlas of annealed lattices of their size.

* "leave_one_out": each coupling of the grid, predicted from all others. Both come from the same disorder, so the error is that
  of the difference, group by group. A gap of two steps is interpolated, whose interpolation error is not included.
* "test": couplings between those of the grid, simulated with another seed; with the errors of the atlas and of the simulation.
* "test_size": the same for larger lattices.
* "published": the densities of the study, annealed down its whole ladder. The grid has the same disorder, so a part of the
  errors is that of the atlas.
* "size": larger lattices, to which the size term was fitted: not a prediction, but a test of its form.
* "equilibrium": exchange Monte Carlo that the excess of annealing was not fitted to, simulated with another seed, compared with
  the atlas of lattices of its size in equilibrium.

Pulls are not independent. All temperatures and couplings of one seed share their realizations, all predictions share the errors
of the atlas, and where many states of each realization are counted, one TLS contributes to many bins. How far the mean and the
width of pulls scatter if all errors are correct is therefore found by resampling (``_resample_pulls``).
"""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from tlsglass.atlas import api, spline, table
from tlsglass.atlas.annealing_excess import AnnealingExcess
from tlsglass.atlas.table import SIZE_EXPONENT, Atlas
from tlsglass.base import labels
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray
from tlsglass.dos import grid
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.fits import fit_eq3
from tlsglass.models.observable import J0_OVER_H0

MIN_COUNTS = 30  # in a bin for its pull, as a mean over the states of a realization
RESAMPLES, RESAMPLING_SEED = 1000, 20210211
TOLERANCE, RIGHT_SIGMAS = 0.01, 2.0  # a mean density is right within this, or within so many of its errors ...
TOLERANCE_B, TOLERANCE_MU = 0.02, 0.02  # ... and B and µ within these

Prediction: TypeAlias = Callable[[DensityOfStates], JackknifeEstimate]


def energy_zones(T_K: float, h0_K: float) -> list[tuple[str, float, float]]:
    """Return the ranges of E in which mean densities are compared, [(name, lowest, highest)] in kelvin."""
    ends = [0.0, *(min(factor * T_K, h0_K) for factor in (1, 4, 20)), h0_K]
    names = ("E < T", "T to 4T", "4T to 20T", "20T to h0")
    return [(name, low, high) for name, low, high in zip(names, ends, ends[1:], strict=False) if high > low * (1 + 1e-9)]


class Validation(NamedTuple):
    """The tables of the validation.

    Attributes
    ----------
    means
        Mean densities in the ``energy_zones``.
    pulls
        Pulls bin by bin: one row for each set and temperature; one for all sets of a kind at each temperature, which has no L
        and no J0/h0; and one for all sets of a kind, which has no temperature, either.
    fits
        B and µ of Eq. (3), of the atlas compared with those of the counts.
    """

    means: pd.DataFrame
    pulls: pd.DataFrame
    fits: pd.DataFrame


def validate(
    atlas: Atlas,
    excess: AnnealingExcess,
    published: Sequence[DensityOfStates],
    window_T: float,
) -> Validation:
    """Return the validation of an atlas and of the annealing excess.

    ``published`` are densities with jackknife groups; Eq. (3) is fitted on 0 < E < ``window_T``·T.
    """
    means, fits = [], []
    pulls: dict[tuple[Any, ...], list[PullStatistics]] = defaultdict(list)  # of (kind, L, J0/h0, T/h0), as in the table
    resampling = Resampling()
    for kind, counts, predict in _predictions(atlas, excess, published):
        g, T = (labels.round_to_label(x / atlas.h0_K) for x in (counts.J0_K, counts.T_K))
        head = {"kind": kind, "L": counts.L, J0_OVER_H0: g, "T_over_h0": T}
        expected = predict(counts)
        means += [head | compare_means(counts, expected, kind, *zone) for zone in energy_zones(counts.T_K, atlas.h0_K)]
        statistics = pull_statistics(counts, expected, kind, atlas.h0_K, resampling)
        for key in ((kind, counts.L, g, T), (kind, None, None, T), (kind, None, None, None)):
            pulls[key].append(statistics)
        if kind in ("test", "test_size", "published"):
            fits.append(head | _compare_fits(atlas, counts, window_T))
    names = ("kind", "L", J0_OVER_H0, "T_over_h0")
    rows = [dict(zip(names, key, strict=True)) | combine_pulls(statistics) for key, statistics in pulls.items()]
    table_of_pulls = pd.DataFrame(rows).astype({"L": "Int64"})
    return Validation(pd.DataFrame(means), table_of_pulls, pd.DataFrame(fits))


def _predictions(
    atlas: Atlas, excess: AnnealingExcess, published: Iterable[DensityOfStates]
) -> Iterator[tuple[str, DensityOfStates, Prediction]]:
    """Yield (kind, simulated density, function that returns the predicted density in its bins)."""

    def from_atlas(counts: DensityOfStates) -> JackknifeEstimate:
        return _density_in_bins(atlas.annealed(counts.L), counts)

    data = table.spline_data_sets(atlas)
    start = atlas.arrays["spline"][0].astype(float)
    for index in atlas.set_indices("grid"):
        coupling = atlas.sets[index]["J0_K"] / atlas.h0_K
        if coupling in table.inner_couplings(atlas):
            coefficients = spline.fit_without(data, coupling, start)
            print(f"J0/h0 = {coupling:g} predicted from the others")

            without = Atlas(atlas.metadata, atlas.arrays | {"spline": coefficients}, L=atlas.sets[index]["L"])
            from_others = partial(_density_in_bins, without)
            for T_K in atlas.rungs_K[1:]:
                yield "leave_one_out", atlas.simulated_density(index, T_K), from_others
    for kind, name, name_of_other_size in (("test", "test", "test_size"), ("large", "size", "size")):
        for index in atlas.set_indices(kind):
            if atlas.sets[index]["J0_K"] > atlas.limits["J0"][1] * atlas.h0_K:
                continue  # it bounds the size term, as the highest coupling of the grid bounds the spline
            same_size = atlas.sets[index]["L"] == atlas.sets[0]["L"]
            for T_K in atlas.rungs_K[1:]:
                yield name if same_size else name_of_other_size, atlas.simulated_density(index, T_K), from_atlas
    for counts in published:
        if counts.L == atlas.sets[0]["L"]:
            yield "published", table.compact(counts), from_atlas
    for counts, predict in predictions_in_equilibrium(atlas, excess):
        yield "equilibrium", counts, predict


def predictions_in_equilibrium(atlas: Atlas, excess: AnnealingExcess) -> Iterator[tuple[DensityOfStates, Prediction]]:
    """Yield each density of exchange Monte Carlo in the file of the excess, and the function that predicts it."""
    for index, entry in enumerate(excess.sets):
        equilibrium = Atlas(atlas.metadata, atlas.arrays, excess, L=entry["L"])
        for T_K in excess.rungs_K:
            yield excess.simulated_density(index, T_K), partial(_density_in_bins, equilibrium)


def _density_in_bins(atlas: Atlas, counts: DensityOfStates) -> JackknifeEstimate:
    """Return the mean density (m,) of an atlas in each bin of ``counts``."""
    x, weights = np.polynomial.legendre.leggauss(3)
    E = counts.centers_K[:, None] + 0.5 * counts.widths_K[:, None] * x
    return atlas.density(E, counts.T_K, counts.J0_K, atlas.h0_K) @ (0.5 * weights)


def _relative_difference(simulated: JackknifeEstimate, expected: JackknifeEstimate, kind: str) -> tuple[FloatArray, FloatArray]:
    """Return expected over simulated minus one (...), and its standard error."""
    if kind == "leave_one_out":
        ratio = expected / simulated - 1
        return ratio.value, ratio.error
    value = expected.value / simulated.value
    return value - 1, value * np.hypot(expected.error / expected.value, simulated.error / simulated.value)


def compare_means(
    counts: DensityOfStates, expected: JackknifeEstimate, kind: str, zone: str, low_K: float, high_K: float
) -> dict[str, Any]:
    """Return the mean densities in a zone, and their difference."""
    inside = (counts.centers_K > low_K) & (counts.centers_K < high_K)
    weights = counts.widths_K[inside] / counts.widths_K[inside].sum()
    simulated, predicted = counts.n[inside] @ weights, expected[inside] @ weights
    means = {"E": zone, "n_simulated_h0": simulated.value, "n_atlas_h0": predicted.value}
    return means | judge_difference(*_relative_difference(simulated, predicted, kind))


def judge_difference(difference: float, error: float) -> dict[str, Any]:
    """Return the columns of a comparison of mean densities, atlas over simulation minus 1."""
    right = abs(difference) <= max(TOLERANCE, RIGHT_SIGMAS * error)
    return {"difference": difference, "difference_err": error, "z": difference / error, "right": right}


class Resampling:
    """Random signs (resamples, rows) of the rows of jackknife estimates, common to estimates from the same realizations."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(RESAMPLING_SEED)
        self._signs: dict[tuple[Any, ...], FloatArray] = {}

    def signs(self, rows: int, *source: Any) -> FloatArray:
        """Return the signs for an estimate from a ``source`` that has this number of rows."""
        key = (rows, *source)
        if key not in self._signs:
            self._signs[key] = self._rng.choice(np.array([-1.0, 1.0]), (RESAMPLES, rows))
        return self._signs[key]

    def signs_of_counts(self, counts: DensityOfStates) -> FloatArray:
        """Return the signs for simulated counts; the realizations of a seed and a lattice are the same at every J0."""
        assert counts.groups is not None
        return self.signs(counts.groups, json.loads(counts.fingerprint)["seed"], counts.L, counts.n_realizations)


class PullStatistics(NamedTuple):
    """The pulls of one simulated density: the number of bins, and mean and variance, simulated and resampled."""

    bins: int
    mean: FloatArray  # (1 + resamples,)
    variance: FloatArray  # (1 + resamples,)


def pull_statistics(
    counts: DensityOfStates, expected: JackknifeEstimate, kind: str, h0_K: float, resampling: Resampling
) -> PullStatistics:
    """Return the PullStatistics of ln n in bins below 2 h0, which are merged until each has ``MIN_COUNTS`` counts."""
    inside = counts.centers_K < 2 * h0_K
    kept = grid.rebin(counts.total[inside], MIN_COUNTS * counts.snapshots)[:-1]
    widths = np.add.reduceat(counts.widths_K[inside], kept)
    simulated, predicted = (
        JackknifeEstimate(np.add.reduceat((n * counts.widths_K)[inside].rows, kept, axis=1)) / widths
        for n in (counts.n, expected)
    )
    signs = resampling.signs_of_counts(counts)
    if kind == "leave_one_out":
        ratio = predicted / simulated
        error, resampled = ratio.error / ratio.value, _resample_pulls(ratio, signs)
    else:
        of_atlas = _contributions(predicted)
        error = np.hypot(predicted.error / predicted.value, simulated.error / simulated.value)
        resampled = _resample_pulls(
            simulated, signs, resampling.signs(predicted.groups, "atlas") @ of_atlas, np.sum(of_atlas**2, axis=0)
        )
    # of ln n, whose mean is closest to 0: where few counts make n too small, they also make its relative error too large
    pulls = np.log(predicted.value / simulated.value) / error
    z = np.concatenate([pulls[None], resampled])
    return PullStatistics(z.shape[1], z.mean(axis=1), z.var(axis=1))


def _contributions(estimate: JackknifeEstimate) -> FloatArray:
    """Return the contribution of each group (groups, m) to the relative error: the sum of squares is the squared error."""
    deviations: FloatArray = estimate.rows[1:] - estimate.rows[1:].mean(axis=0)
    return math.sqrt((estimate.groups - 1) / estimate.groups) * deviations / estimate.value


def _resample_pulls(
    simulated: JackknifeEstimate,
    signs: FloatArray,
    independent: FloatArray | float = 0.0,
    independent_variance: FloatArray | float = 0.0,
) -> FloatArray:
    """Return pulls (resamples, m) that occur if all errors are correct.

    The contribution of each jackknife group gets a random sign. The error of ``simulated`` is estimated again from these
    contributions, as it is in a simulation, so that pulls have the distribution of Student's t. ``independent`` are deviations
    (resamples, m) from an independent source, with their variance.
    """
    contributions = _contributions(simulated)
    total = signs @ contributions
    G = simulated.groups
    variance = G / (G - 1) * (np.sum(contributions**2, axis=0) - total**2 / G)
    pulls: FloatArray = (total + independent) / np.sqrt(variance + independent_variance)
    return pulls


def combine_pulls(statistics: Sequence[PullStatistics]) -> dict[str, Any]:
    """Return the number, mean and width of all pulls together.

    The width is that about the mean of each density. The errors of mean and width are the scatter of resampled ones;
    ``width_expected`` is the mean of resampled widths.
    """
    weights = [of_density.bins for of_density in statistics]
    mean, variance, square = (
        np.average(values, axis=0, weights=weights)
        for values in (
            [of_density.mean for of_density in statistics],
            [of_density.variance for of_density in statistics],
            [of_density.variance + of_density.mean**2 for of_density in statistics],
        )
    )
    width = np.sqrt(variance)
    return {
        "bins": sum(weights),
        "mean": mean[0],
        "mean_err": mean[1:].std(),
        "width": width[0],
        "width_err": width[1:].std(),
        "width_expected": width[1:].mean(),
        "chi2_per_bin": square[0],
    }


def _compare_fits(atlas: Atlas, counts: DensityOfStates, window_T: float) -> dict[str, Any]:
    """Return B and µ of Eq. (3), as in Table II, of the atlas relative to those of ``counts``."""
    predicted = api.eq3(counts.T_K, counts.J0_K, atlas.h0_K, window_T, atlas.annealed(counts.L))
    simulated = fit_eq3(counts, window_T)
    return {
        "B_ratio": predicted.B.value / simulated.B.value,
        "B_ratio_err": np.hypot(predicted.B.error / predicted.B.value, simulated.B.error / simulated.B.value),
        "mu_difference": predicted.mu.value - simulated.mu.value,
        "mu_difference_err": np.hypot(predicted.mu.error, simulated.mu.error),
    }


def summarize(validation: Validation, excess: AnnealingExcess, size: Mapping[str, Any]) -> pd.DataFrame:
    """Return the summary of each kind of validation, of the excess of annealing and of the size term.

    The columns are kind, quantity, value and value_err, the latter of the mean and width of the pulls only.
    ``size`` is the summary of the size term in the metadata of the atlas.
    """
    numbers = {"ratios": excess.metadata["bins"], "chi2_per_ratio": excess.metadata["chi2"] / excess.metadata["bins"]}
    rows = [{"kind": "excess", "quantity": name, "value": float(value)} for name, value in numbers.items()]
    by_exponent = size["chi2_by_exponent"]
    numbers = {"ratios": size["ratios"], "chi2_per_ratio": by_exponent[str(SIZE_EXPONENT)] / size["ratios"]}
    numbers |= {f"chi2_exponent_{exponent}": chi2 for exponent, chi2 in by_exponent.items()}
    rows += [{"kind": "size", "quantity": name, "value": float(value)} for name, value in numbers.items()]
    for kind, means in validation.means.groupby("kind", sort=False):
        pulls = validation.pulls[(validation.pulls["kind"] == kind) & validation.pulls["T_over_h0"].isna()].iloc[0]
        numbers = {
            "densities": len(means),
            "couplings": means[J0_OVER_H0].nunique(),
            "share_right": means["right"].mean(),
            "rms_difference": math.sqrt(np.mean(means["difference"] ** 2)),
            "mean_z": means["z"].mean(),
            "chi2_per_dof": np.mean(means["z"] ** 2),
            "mean_pull": pulls["mean"],
            "pull_width": pulls["width"],
            "pull_width_expected": pulls["width_expected"],
        }
        errors = {"mean_pull": pulls["mean_err"], "pull_width": pulls["width_err"]}
        fits = validation.fits[validation.fits["kind"] == kind] if len(validation.fits) else validation.fits
        if len(fits):
            for name, difference, error, tolerance in (
                ("B", fits["B_ratio"] - 1, fits["B_ratio_err"], TOLERANCE_B),
                ("mu", fits["mu_difference"], fits["mu_difference_err"], TOLERANCE_MU),
            ):
                numbers[f"{name}_share_right"] = (np.abs(difference) <= np.maximum(tolerance, RIGHT_SIGMAS * error)).mean()
                numbers[f"{name}_chi2_per_dof"] = np.mean((difference / error) ** 2)
        rows += [
            {"kind": kind, "quantity": name, "value": float(value), "value_err": float(errors.get(name, math.nan))}
            for name, value in numbers.items()
        ]
    return pd.DataFrame(rows)
