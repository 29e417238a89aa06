"""Validation of the atlas of an interaction, and what a fit with normal factors makes of its curves.

* "leave_one_out": each coupling predicted from all others, as for the atlas of normal factors. Both come from the same
  realizations, so that the error is that of the difference, group by group.
* "L = 8" and others: n at the lowest temperature of lattices that were simulated for docs/interactions.md, also for normal
  factors. Those of the size of the atlas, L = 12, have couplings between its own; those of another size test that the effect
  of the size is that of normal factors. Couplings of one size share realizations.
* "apparent": J0/h0 of a fit with normal factors to curves of the interaction.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.analysis.atlas_validation import energy_zones, judge_difference
from tlsglass.atlas import fit_interaction
from tlsglass.atlas.interaction_ratio import InteractionRatio
from tlsglass.atlas.observables import AtlasObservables
from tlsglass.atlas.table import Atlas, inner_couplings
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.data.infer_dataset import dataset_from_arrays
from tlsglass.fitting.problem import FitProblem
from tlsglass.model.interaction import GAUSSIAN
from tlsglass.models.observable import J0_OVER_H0

APPARENT_J0_OVER_H0 = (0.05, 0.1, 0.2, 0.3, 0.6)
APPARENT_T_K = (0.05, 0.5)  # temperatures of the curves ...
APPARENT_POINTS, APPARENT_ERROR = 25, 0.01  # ... their number, and the relative error of κ and C
APPARENT_OBSERVABLES = ("thermal_conductivity", "specific_heat")


def validate(atlas: Atlas, ratio: InteractionRatio, densities: pd.DataFrame) -> pd.DataFrame:
    """Return the summary of the validation of one interaction: interaction, kind, quantity, value.

    ``atlas`` is that of normal factors, of the infinite system in equilibrium. ``densities`` is that table of
    ``interaction_tables.tabulate_set``, of all interactions.
    """
    name, n_sets = ratio.metadata["interaction"], len(ratio.sets)
    numbers = {"realizations": ratio.sets[0]["realizations"], "couplings": n_sets, "L": ratio.sets[0]["L"]}
    rows = [{"kind": "sets", "quantity": key, "value": value} for key, value in numbers.items()]
    rows += _summary("leave_one_out", pd.DataFrame(_leave_one_out(atlas, ratio)))
    rows += _lattice_summaries(atlas.with_interaction(ratio), densities[densities["model"] == name])
    for observable in APPARENT_OBSERVABLES:
        for true in APPARENT_J0_OVER_H0:
            apparent = apparent_J0_over_h0(atlas, atlas.with_interaction(ratio), observable, true)
            rows.append({"kind": f"apparent {observable}", "quantity": f"{true:g}", "value": apparent})
    return pd.DataFrame([{"interaction": name} | row for row in rows])


def _summary(kind: str, table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows (kind, quantity, value) of one kind of comparison."""
    numbers = {
        "densities": len(table),
        "share_right": table["right"].mean(),
        "rms_difference": math.sqrt(np.mean(table["difference"] ** 2)),
        "rms_error": math.sqrt(np.mean(table["difference_err"] ** 2)),
        "mean_z": table["z"].mean(),
        "chi2_per_dof": np.mean(table["z"] ** 2),
    }
    return [{"kind": kind, "quantity": name, "value": float(value)} for name, value in numbers.items()]


def _lattice_summaries(atlas: Atlas, densities: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows (kind, quantity, value) of ``compare_lattices`` for each size."""
    table = compare_lattices(atlas, densities)
    return [row for L, of_size in table.groupby("L") for row in _summary(f"L = {L}", of_size)]


def _leave_one_out(atlas: Atlas, ratio: InteractionRatio) -> Iterator[dict[str, Any]]:
    """Yield the comparison of each coupling inside the domain with the prediction from all others."""
    data = fit_interaction.ratio_data(ratio, atlas)
    densities = [ratio.simulated_density(index, T) for index in range(len(ratio.sets)) for T in ratio.rungs_K[1:]]
    for g in inner_couplings(ratio):
        coefficients = fit_interaction.fit_without(data, g, ratio.coefficients[0].astype(float), jackknife=True)
        print(f"J0/h0 = {g:g} predicted from the others")
        at_coupling = coefficients @ ratio.coordinates.coupling_basis(g)
        for spline_data, density in zip(data, densities, strict=True):
            if not math.isclose(spline_data.g, g):
                continue
            ln_ratio = at_coupling @ ratio.coordinates.temperature_basis(spline_data.T) @ spline_data.v.T
            expected, centers = spline_data.expected * np.exp(ln_ratio), density.centers_K[: spline_data.v.shape[0]]
            for zone, low, high in energy_zones(density.T_K, ratio.h0_K):
                inside = (centers > low) & (centers < high)
                if not spline_data.observed[:, inside].sum(axis=1).all():
                    continue  # bins of coarse densities can be wider than a zone
                predicted, observed = (
                    JackknifeEstimate(rows[:, inside].sum(axis=1)) for rows in (expected, spline_data.observed)
                )
                difference = predicted / observed - 1
                head = {J0_OVER_H0: g, "T_K": density.T_K, "E": zone}
                yield head | judge_difference(float(difference.value), float(difference.error))


def compare_lattices(atlas: Atlas, densities: pd.DataFrame) -> pd.DataFrame:
    """Return the comparison with densities that the atlas was not fitted to, bin by bin up to h0."""
    rows = []
    kinds = ("grid",) if atlas.interaction else ("grid", "large")  # the size term is fitted to large lattices of normal factors
    fitted = {(entry["L"], f"{entry['J0_K'] / atlas.h0_K:g}") for entry in atlas.sets if entry["kind"] in kinds}
    sets = list(zip(densities["L"], densities[J0_OVER_H0].map("{:g}".format), strict=True))
    highest = atlas.limits["J0"][1]
    outside = ~pd.Series([key in fitted for key in sets], index=densities.index, dtype=bool)
    outside &= (densities["E_high_K"] <= atlas.h0_K) & (densities["n"] > 0)
    for row in densities[outside & (densities[J0_OVER_H0] <= highest)].to_dict("records"):
        x, weights = np.polynomial.legendre.leggauss(8)
        E = 0.5 * (row["E_low_K"] + row["E_high_K"]) + 0.5 * (row["E_high_K"] - row["E_low_K"]) * x
        n = atlas.annealed(row["L"]).density(E, row["T_K"], row["J0_K"], atlas.h0_K) @ (0.5 * weights)
        difference = float(n.value) / row["n"] - 1
        error = float(n.value) / row["n"] * math.hypot(float(n.error / n.value), row["n_err"] / row["n"])
        head = {key: row[key] for key in ("L", J0_OVER_H0, "E_low_K", "E_high_K")}
        rows.append(head | judge_difference(difference, error))
    return pd.DataFrame(rows)


def apparent_J0_over_h0(atlas: Atlas, of_interaction: Atlas, observable: str, J0_over_h0: float) -> float:
    """Return J0/h0 of a fit with the ``atlas`` of normal factors to a curve of another interaction, without noise."""
    T_K = np.geomspace(*APPARENT_T_K, APPARENT_POINTS)
    curve = getattr(AtlasObservables(T_K, atlas=of_interaction), observable)(J0_over_h0)
    dataset = dataset_from_arrays(T_K, curve, observable, relative_error=APPARENT_ERROR)
    likelihood = FitProblem.from_dataset(dataset).on_atlas(atlas=atlas).likelihood(atlas_errors=False)
    return likelihood.maximize().values[J0_OVER_H0]


def tabulate(atlas: Atlas, ratios: Sequence[InteractionRatio], densities: pd.DataFrame) -> pd.DataFrame:
    """Return the table interaction_atlas: ``validate`` of all interactions, and other lattices with normal factors."""
    normal = _lattice_summaries(atlas, densities[densities["model"] == GAUSSIAN])
    of_normal = pd.DataFrame([{"interaction": GAUSSIAN} | row for row in normal])
    return pd.concat([of_normal, *(validate(atlas, ratio, densities) for ratio in ratios)], ignore_index=True)
