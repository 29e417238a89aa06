"""J0/h0 of all materials side by side, and what the paper says of pairs of them."""

import math

import pandas as pd

from tlsglass.fitting import report_text
from tlsglass.fitting.result import J0_over_h0_record
from tlsglass.models.observable import J0_OVER_H0

# (what it is called, first, second): the same observable, and so the same systematic errors; the paper argues that ...
PAIRS = (
    ("coverglass_minus_silica", "fig5c_coverglass_sound_velocity", "fig5a_silica_sound_velocity"),  # ... glasses differ,
    ("SrF2_x017_minus_x032", "fig6a_x017_sound_velocity", "fig6a_x032_sound_velocity"),  # it falls with x in SrF2:LaF3,
    ("mixed_x004_minus_x007", "fig6b_x004_sound_velocity", "fig6b_x007_sound_velocity"),  # and not in the mixed lattice
)


def table(fits):
    """Return a row for each of ``fits`` (``Outcome.fit``): material, µ and J0/h0 with what limits them, and the verdict."""
    return pd.DataFrame([_row(fit) for fit in fits])


def _row(fit):
    free = fit["mu_free"]
    row = {key: fit[key] for key in ("dataset", "material", "label", "observable", "provenance")}
    row |= {"is_control": bool(fit["is_control"]), "independent_measurement": fit["independent_measurement"]}
    row |= {"mu": free["values"]["mu"], "mu_err": free["errors_scaled"]["mu"], "mu_state": free["states"].get("mu")}
    row |= {"mu_rejected": fit["rejected"], "verdict": report_text.verdict(fit)}
    return row | J0_over_h0_record(fit) | {"conclusion": fit["conclusion"]}


def differences(materials):
    """Return a row for each of PAIRS, and for each pair of laboratories: the difference of µ and of J0/h0 in their errors.

    The first comes of ``PAIRS``; both errors are added in squares, and h0 is the same for both.
    """
    by = materials.set_index("dataset")
    pairs = [*PAIRS, *_of_laboratories(materials)]
    rows = []
    for name, first, second in pairs:
        if first in by.index and second in by.index:
            one, two = by.loc[first], by.loc[second]
            row = {"pair": name, "first": first, "second": second, "scatter": name.startswith("laboratories")}
            for key in (J0_OVER_H0, "mu"):
                error = math.hypot(_number(one[f"{key}_err"]), _number(two[f"{key}_err"]))
                row |= {key: one[key] - two[key], f"{key}_err": error}
            rows.append(row)
    names = ["pair", "first", "second", "scatter", J0_OVER_H0, f"{J0_OVER_H0}_err", "mu", "mu_err"]
    return pd.DataFrame(rows, columns=names)


def _of_laboratories(materials):
    """Return each pair of datasets that name each other, once."""
    found = {
        tuple(sorted((row.dataset, row.independent_measurement)))
        for row in materials.itertuples()
        if isinstance(row.independent_measurement, str)
    }
    return [(f"laboratories: {one}, {two}", one, two) for one, two in sorted(found)]


def _number(value):
    return math.nan if value is None else float(value)
