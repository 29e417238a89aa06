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
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from tlsglass.atlas import api, table
from tlsglass.atlas.annealing_excess import AnnealingExcess
from tlsglass.atlas.table import SIZE_EXPONENT, Atlas
from tlsglass.base import labels
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray
from tlsglass.dos import grid
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.fits import EQ3_WINDOW_T, fit_eq3

MIN_COUNTS = 30  # in a bin for its pull
TOLERANCE = 0.01  # a mean density is right within this, or within two of its errors ...
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
        Pulls bin by bin, one row for each set and temperature.
    fits
        B and µ of Eq. (3), of the atlas compared with those of the counts.
    """

    means: pd.DataFrame
    pulls: pd.DataFrame
    fits: pd.DataFrame


def validate(
    atlas: Atlas,
    excess: AnnealingExcess,
    published: Sequence[DensityOfStates] = (),
    report: Callable[[str], object] = print,
) -> Validation:
    """Return the validation of an atlas and of the annealing excess; ``published`` are densities with jackknife groups."""
    means, pulls, fits = [], [], []
    for kind, counts, predict in _predictions(atlas, excess, published, report):
        g, T = (labels.round_to_label(x / atlas.h0_K) for x in (counts.J0_K, counts.T_K))
        head = {"kind": kind, "L": counts.L, "J0_over_h0": g, "T_over_h0": T}
        expected = predict(counts)
        means += [head | compare_means(counts, expected, kind, *zone) for zone in energy_zones(counts.T_K, atlas.h0_K)]
        pulls.append(head | _pull_statistics(counts, expected, kind, atlas.h0_K))
        if kind in ("test", "test_size", "published"):
            fits.append(head | _compare_fits(atlas, counts))
    return Validation(*map(pd.DataFrame, (means, pulls, fits)))


def _predictions(
    atlas: Atlas, excess: AnnealingExcess, published: Iterable[DensityOfStates], report: Callable[[str], object]
) -> Iterator[tuple[str, DensityOfStates, Prediction]]:
    """Yield (kind, simulated density, function that returns the predicted density in its bins)."""

    def from_atlas(counts: DensityOfStates) -> JackknifeEstimate:
        return _density_in_bins(atlas.annealed(counts.L), counts)

    data = table.spline_data_sets(atlas)
    start = atlas.arrays["spline"][0].astype(float)
    for index in atlas.set_indices("grid"):
        coupling = atlas.sets[index]["J0_K"] / atlas.h0_K
        if coupling in table.inner_couplings(atlas):
            coefficients = table.fit_without(data, coupling, start)
            report(f"J0/h0 = {coupling:g} predicted from the others")

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
    difference, error = _relative_difference(simulated, predicted, kind)
    return {
        "E": zone,
        "n_simulated_h0": simulated.value,
        "n_atlas_h0": predicted.value,
        "difference": difference,
        "difference_err": error,
        "z": difference / error,
        "right": abs(difference) <= max(TOLERANCE, 2 * error),
    }


def _pull_statistics(counts: DensityOfStates, expected: JackknifeEstimate, kind: str, h0_K: float) -> dict[str, Any]:
    """Return number, mean and width of the pulls of bins below 2 h0.

    Bins are merged until each has ``MIN_COUNTS`` counts or is T wide.
    """
    inside = counts.centers_K < 2 * h0_K
    kept = grid.rebin(counts.total[inside], MIN_COUNTS)[:-1]
    widths = np.add.reduceat(counts.widths_K[inside], kept)
    simulated, predicted = (
        JackknifeEstimate(np.add.reduceat((n * counts.widths_K)[inside].rows, kept, axis=1)) / widths
        for n in (counts.n, expected)
    )
    difference, error = _relative_difference(simulated, predicted, kind)
    z = difference / error
    mean = {"bins": len(z), "mean": z.mean(), "mean_err": 1 / math.sqrt(len(z))}
    return mean | {"width": z.std(), "chi2_per_bin": np.mean(z**2)}


def _compare_fits(atlas: Atlas, counts: DensityOfStates) -> dict[str, Any]:
    """Return B and µ of Eq. (3), as in Table II, of the atlas relative to those of ``counts``."""
    predicted = api.eq3(counts.T_K, counts.J0_K, atlas.h0_K, EQ3_WINDOW_T, atlas.annealed(counts.L))
    simulated = fit_eq3(counts, EQ3_WINDOW_T)
    return {
        "B_ratio": predicted.B.value / simulated.B.value,
        "B_ratio_err": np.hypot(predicted.B.error / predicted.B.value, simulated.B.error / simulated.B.value),
        "mu_difference": predicted.mu.value - simulated.mu.value,
        "mu_difference_err": np.hypot(predicted.mu.error, simulated.mu.error),
    }


def summarize(validation: Validation, excess: AnnealingExcess, size: Mapping[str, Any]) -> pd.DataFrame:
    """Return the summary of each kind of validation, of the excess of annealing and of the size term: kind, quantity, value.

    ``size`` is the summary of the size term in the metadata of the atlas.
    """
    numbers = {"ratios": excess.metadata["bins"], "chi2_per_ratio": excess.metadata["chi2"] / excess.metadata["bins"]}
    rows = [{"kind": "excess", "quantity": name, "value": float(value)} for name, value in numbers.items()]
    by_exponent = size["chi2_by_exponent"]
    numbers = {"ratios": size["ratios"], "chi2_per_ratio": by_exponent[str(SIZE_EXPONENT)] / size["ratios"]}
    numbers |= {f"chi2_exponent_{exponent}": chi2 for exponent, chi2 in by_exponent.items()}
    rows += [{"kind": "size", "quantity": name, "value": float(value)} for name, value in numbers.items()]
    for kind, means in validation.means.groupby("kind", sort=False):
        pulls = validation.pulls[validation.pulls["kind"] == kind]
        numbers = {
            "densities": len(means),
            "couplings": means["J0_over_h0"].nunique(),
            "share_right": means["right"].mean(),
            "rms_difference": math.sqrt(np.mean(means["difference"] ** 2)),
            "mean_z": means["z"].mean(),
            "chi2_per_dof": np.mean(means["z"] ** 2),
            "mean_pull": np.average(pulls["mean"], weights=pulls["bins"]),
            "pull_width": math.sqrt(np.average(pulls["width"] ** 2, weights=pulls["bins"])),
        }
        fits = validation.fits[validation.fits["kind"] == kind] if len(validation.fits) else validation.fits
        if len(fits):
            for name, difference, error, tolerance in (
                ("B", fits["B_ratio"] - 1, fits["B_ratio_err"], TOLERANCE_B),
                ("mu", fits["mu_difference"], fits["mu_difference_err"], TOLERANCE_MU),
            ):
                numbers[f"{name}_share_right"] = (np.abs(difference) <= np.maximum(tolerance, 2 * error)).mean()
                numbers[f"{name}_chi2_per_dof"] = np.mean((difference / error) ** 2)
        rows += [{"kind": kind, "quantity": name, "value": float(value)} for name, value in numbers.items()]
    return pd.DataFrame(rows)
