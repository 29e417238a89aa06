"""Tables: read as pandas does; numbers as 0.127(8); what a table to read consists of."""

from dataclasses import dataclass

import pandas as pd

from tlsglass.base.samples import shorthand as shorthand


@dataclass(frozen=True)
class Table:
    """A table to read: all cells are text. ``show.templates`` writes it as Markdown and as HTML."""

    title: str
    headings: list[str]
    rows: list[list[str]]
    note: str = ""


def read(path):
    """Return a table of the study as pandas reads it."""
    return pd.read_csv(path)
