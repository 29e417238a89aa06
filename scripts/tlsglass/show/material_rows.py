"""Rows of the table of materials."""

import pandas as pd

from tlsglass.experiment import words
from tlsglass.show.tables import shorthand


def cells(row):
    """Return the cells of one material, a row of tables/materials.csv: what limits J0/h0, and what the points decide."""

    def known(value, text):
        return "-" if pd.isna(value) else text.replace("-", words.MINUS)

    state = row.J0_over_h0_state
    value = shorthand(row.J0_over_h0, row.J0_over_h0_err) if state == "interval" else state
    if state == "upper limit":
        value = f"< {row.J0_over_h0_high_95:.2g}"
    elif state == "lower limit":
        value = f"> {row.J0_over_h0_low_95:.2g}"
    void = row.atlas_void is True or row.atlas_void == "True"
    ends = f"{row.J0_over_h0_low_95:.3f} to {row.J0_over_h0_high_95:.3f}"
    return [
        row.dataset,
        row.provenance + (", control" if row.control else ""),
        known(row.J0_over_h0, f"{value}" + (", void" if void else "")) if isinstance(state, str) else "-",
        known(row.J0_over_h0_low_95, ends),
        known(row.J0_over_h0_h0_up, f"+{row.J0_over_h0_h0_up:.2g} {row.J0_over_h0_h0_down:.2g}"),
        row.says,
    ]


def r_of(material, r):
    """Return r of Appendix C of a material, from {material: r}, or nothing."""
    return next((f"{value:.2f}" for name, value in r.items() if name in material), "")
