"""Tables: read as they were written or not at all; numbers as 0.127(8); what a table to read consists of."""

import math
from dataclasses import dataclass

import pandas as pd
from uncertainties import ufloat

from tlsglass.base import files


@dataclass(frozen=True)
class Table:
    """A table to read: all cells are text. ``show.templates`` writes it as Markdown and as HTML."""

    title: str
    headings: list[str]
    rows: list[list[str]]
    note: str = ""


def read(path):
    """Return a table of the study as pandas reads it. Raises files.DamagedFile when it is not what was written."""
    files.verify(path)
    return pd.read_csv(path)


def shorthand(value, error):
    """Write a number with its standard error in the last digits: 0.127(8). Without a known error: four digits."""
    if value is None or not math.isfinite(value):
        return "-"
    if error is None or not math.isfinite(error) or error == 0:
        return f"{value:.4g}"
    return f"{ufloat(value, error):.1uS}"
