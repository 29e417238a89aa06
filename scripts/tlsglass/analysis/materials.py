"""The table of J0/h0 of all materials, and the differences of pairs that the paper compares."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tlsglass.fitting.result import J0_over_h0_record, fit_table
from tlsglass.models.observable import J0_OVER_H0

# (name, first, second): with the same observable, and thus the same systematic errors; the paper argues that ...
PAIRS = (
    ("coverglass_minus_silica", "fig5c_coverglass_sound_velocity", "fig5a_silica_sound_velocity"),  # ... glasses differ,
    ("SrF2_x017_minus_x032", "fig6a_x017_sound_velocity", "fig6a_x032_sound_velocity"),  # it falls with x in SrF2:LaF3,
    ("mixed_x004_minus_x007", "fig6b_x004_sound_velocity", "fig6b_x007_sound_velocity"),  # and not in the mixed lattice
)


def tabulate_fits(fits: Sequence[Mapping[str, Any]]) -> dict[str, pd.DataFrame]:
    """Return the fitted parameters of all datasets (each fit.json), J0/h0 of all materials, and the differences of pairs."""
    materials = pd.DataFrame(map(_material_row, fits))
    return {"table": fit_table(fits), "materials": materials, "differences": differences(materials)}


def _material_row(fit: Mapping[str, Any]) -> dict[str, Any]:
    """Return material, µ and J0/h0 of one dataset with their limits, and the state of µ."""
    free = fit["mu_free"]
    row = {key: fit[key] for key in ("dataset", "material", "label", "observable", "provenance")}
    row |= {"is_control": bool(fit["is_control"]), "independent_measurement": fit["independent_measurement"]}
    row |= {"mu": free["values"]["mu"], "mu_err": free["errors_scaled"]["mu"], "mu_state": free["states"].get("mu")}
    row |= {"mu_rejected": fit["rejected"], "verdict": fit["conclusion"]["mu"]}
    return row | J0_over_h0_record(fit) | {"conclusion": fit["conclusion"]["text"]}


def differences(materials: pd.DataFrame) -> pd.DataFrame:
    """Return the difference of µ and of J0/h0 for each of PAIRS, and for each pair of laboratories.

    ``materials`` has a row for each dataset. The errors of both are added in quadrature; h0 is taken as exact.
    """
    by_dataset = materials.set_index("dataset")
    rows = []
    for name, first, second in [*PAIRS, *_laboratory_pairs(materials)]:
        if first in by_dataset.index and second in by_dataset.index:
            minuend, subtrahend = by_dataset.loc[first], by_dataset.loc[second]
            row = {"pair": name, "first": first, "second": second, "scatter": name.startswith("laboratories")}
            for key in (J0_OVER_H0, "mu"):
                error = math.hypot(*(_to_float(material[f"{key}_err"]) for material in (minuend, subtrahend)))
                row |= {key: minuend[key] - subtrahend[key], f"{key}_err": error}
            rows.append(row)
    names = ["pair", "first", "second", "scatter", J0_OVER_H0, f"{J0_OVER_H0}_err", "mu", "mu_err"]
    return pd.DataFrame(rows, columns=names)


def _laboratory_pairs(materials: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return each pair of datasets that name each other, once."""
    pairs = {
        tuple(sorted((row.dataset, row.independent_measurement)))
        for row in materials.itertuples()
        if isinstance(row.independent_measurement, str)
    }
    return [(f"laboratories: {first}, {second}", first, second) for first, second in sorted(pairs)]


def _to_float(value: float | None) -> float:
    """Return a number, NaN for None."""
    return math.nan if value is None else float(value)
