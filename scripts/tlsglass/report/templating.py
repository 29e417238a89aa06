"""Formatted tables as Markdown and HTML, and the environment of the HTML templates."""

import re
from dataclasses import replace
from pathlib import Path

import jinja2
from markupsafe import Markup
from tabulate import tabulate

from tlsglass.base.types import StrPath
from tlsglass.report import prose
from tlsglass.report.tables import FormattedTable


def to_markdown(table: FormattedTable) -> str:
    """Return a table as a Markdown page."""
    rows = [[cell.replace("|", r"\|") for cell in row] for row in table.rows]  # P0⟨|J|⟩ would end a cell
    body = tabulate(rows, headers=table.headings, tablefmt="pipe", disable_numparse=True)
    return f"# {table.title}\n\n{body}\n" + (f"\n{table.note}\n" if table.note else "")


def typeset_table(table: FormattedTable) -> FormattedTable:
    """Return a table with true minus signs and powers of ten in the cells that begin with a number."""
    rows = [[prose.typeset(cell) if re.match(r"-?[\d(]", cell) else cell for cell in row] for row in table.rows]
    return replace(table, rows=rows)


def to_html(table: FormattedTable, template: StrPath) -> str:
    """Return a table as an HTML page, from the Jinja2 template at that path."""
    template = Path(template)
    return html_environment(template.parent).get_template(template.name).render(table=typeset_table(table))


def html_environment(folder: Path) -> jinja2.Environment:
    """Return the environment of the templates in ``folder``; ``source("NAME")`` in a template inserts the file NAME."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.globals["source"] = lambda name: Markup((folder / name).read_text(encoding="utf-8"))
    return environment
