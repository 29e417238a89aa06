"""Formatted tables as Markdown and HTML, and the environment of the HTML templates."""

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import jinja2
from markupsafe import Markup
from tabulate import tabulate

from tlsglass.base import escape
from tlsglass.base.types import StrPath
from tlsglass.report import prose
from tlsglass.report.tables import FormattedTable


def to_markdown(table: FormattedTable) -> str:
    """Return a table as a Markdown page."""
    rows = [list(map(escape.to_markdown_cell, row)) for row in table.rows]
    headings = list(map(escape.to_markdown_cell, table.headings))
    body = tabulate(rows, headers=headings, tablefmt="pipe", disable_numparse=True)
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
    """Return the environment of the templates in ``folder``.

    ``source("NAME")`` in a template inserts the file NAME, and ``"NAME" | csp_hash`` the hash of a script for the
    Content-Security-Policy of a page: of the file, so that no script that is inserted otherwise would be allowed.
    """
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=True, **prose.TEMPLATE_OPTIONS)
    environment.globals["source"] = lambda name: Markup((folder / name).read_text(encoding="utf-8"))
    environment.filters["csp_hash"] = lambda name: Markup(_csp_hash((folder / name).read_text(encoding="utf-8")))
    return environment


def _csp_hash(script: str) -> str:
    """Return the source expression of a Content-Security-Policy that allows this text of a script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
