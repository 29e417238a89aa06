"""A table to read as Markdown or as an HTML page by itself; what renders the templates of HTML."""

import re
from dataclasses import replace
from pathlib import Path

import jinja2
from markupsafe import Markup
from tabulate import tabulate

from tlsglass.report import prose


def markdown(table):
    """Return a table as a Markdown page."""
    rows = [[cell.replace("|", r"\|") for cell in row] for row in table.rows]  # P0⟨|J|⟩ ends no cell
    body = tabulate(rows, headers=table.headings, tablefmt="pipe", disable_numparse=True)
    return f"# {table.title}\n\n{body}\n" + (f"\n{table.note}\n" if table.note else "")


def typeset(table):
    """Return a table with true minus signs and powers of ten in the cells that begin with a number."""
    rows = [[prose.typeset(cell) if re.match(r"-?[\d(]", cell) else cell for cell in row] for row in table.rows]
    return replace(table, rows=rows)


def html(table, template):
    """Return a table as an HTML page, from the Jinja2 template at that path."""
    template = Path(template)
    return environment(template.parent).get_template(template.name).render(table=typeset(table))


def environment(folder):
    """Return what renders the templates of ``folder``; ``source("NAME")`` in one puts in the file NAME as it is."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    found.globals["source"] = lambda name: Markup((folder / name).read_text(encoding="utf-8"))
    return found
