"""Tables: read as pandas does; and to be read by people, numbers as 0.127(8), Markdown."""

import pandas as pd

from tlsglass.base import files
from tlsglass.base.samples import shorthand as shorthand


def read(path):
    """Return a table of the study as pandas reads it."""
    return pd.read_csv(path)


def write_markdown(path, title, table, note=""):
    """Write a pandas table of strings and numbers as a Markdown page."""
    table = table.map(lambda cell: cell.replace("|", r"\|") if isinstance(cell, str) else cell)  # P0⟨|J|⟩ ends no cell
    body = table.to_markdown(index=False, disable_numparse=True)
    files.write_text(path, f"# {title}\n\n{body}\n" + (f"\n{note}\n" if note else ""))
