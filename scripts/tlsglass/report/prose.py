"""Text with numbers: templates of captions (``workflow/report``) and pages that take their numbers from tables.

A template is Jinja2 and may use the methods of ``Numbers`` by name: ``{{ ours("ID") }}`` of a claim in
``config/paper_values.csv``, ``{{ cell("TABLE", "COLUMN", L=12) }}`` of the row of ``tables/TABLE.csv`` that has L = 12.
Captions are reStructuredText. ``config`` is the configuration: ``{{ config.fits.jackknife_groups }}``.
"""

import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from docutils.core import publish_parts

import tlsglass
from tlsglass.analysis import atlas_validation, quantities, scorecard
from tlsglass.analysis.verdicts import Verdict
from tlsglass.base import escape
from tlsglass.base.jackknife import format_with_error
from tlsglass.base.types import StrPath

NOT_SIMULATED = "(not simulated)"
WORDS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}
TEMPLATE_OPTIONS = {  # of all templates
    "undefined": jinja2.StrictUndefined,
    **dict.fromkeys(("trim_blocks", "lstrip_blocks", "keep_trailing_newline"), True),
}


def read_card(scorecard_csv: StrPath, paper_values_csv: StrPath) -> pd.DataFrame:
    """Return the scorecard with the text of each claim, and the numbers of the paper with their printed digits."""
    card = pd.read_csv(scorecard_csv)
    claims = pd.read_csv(paper_values_csv, dtype={"paper": str})
    claims = claims[["id", "where", "claim", "unit", "paper", "reason", "null", "null_model"]]
    merged = card.drop(columns="paper").merge(claims, on="id", validate="one_to_one")
    texts = {name: merged[name].fillna("") for name in ("unit", "reason", "note")}
    return merged.assign(paper=merged["paper"].fillna(card["paper"].astype(str)), **texts)


def typeset(number: str) -> str:
    """Return a number as text with a true minus sign and power of ten: 9.4(1)e+06 becomes 9.4(1) × 10⁶."""
    superscript = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    text = re.sub(r"e([+-]\d+)", lambda match: " × 10" + str(int(match[1])).translate(superscript), number)
    return text.replace("-", "−")


def format_number(value: float, error: float) -> str:
    """Return a value with its error as typeset text."""
    return typeset(format_with_error(value, error))


class Numbers:
    """Numbers for a text: claims of the scorecard of ``read_card``, by their id, and cells of the tables in a folder."""

    def __init__(self, card: pd.DataFrame, folder: StrPath) -> None:
        self.card = card.set_index("id")
        self.folder = Path(folder)

    def ours(self, claim: str) -> str:
        """Return our value with its error, and with its systematic error if it has one."""
        row = self.card.loc[claim]
        if pd.isna(row["ours"]):
            return f"({row['verdict']})"
        systematic = f" ± {row['ours_sys']:.1g} (choices)" if row["ours_sys"] > 0 else ""
        return format_number(row["ours"], row["ours_err"]) + systematic

    def paper(self, claim: str) -> str:
        """Return the value of the paper with its printed digits, or its interval."""
        return typeset(self.card.loc[claim, "paper"])

    def verdict(self, *claims: str) -> str:
        """Return the verdict on one or several claims: "open choice", "both agree", "agrees and differs"."""
        verdicts = list(self.card.loc[list(claims), "verdict"])
        if len(set(verdicts)) > 1 or len(verdicts) == 1:
            return " and ".join(verdicts)
        return f"{'both' if len(verdicts) == 2 else f'all {len(verdicts)}'} {Verdict(verdicts[0]).plural}"

    def tally(self, prefix: str) -> str:
        """Return how many of the claims whose id starts with ``prefix`` agree, differ, ...: "3 agree, 1 differs"."""
        counts = scorecard.summary(self.card[self.card.index.str.startswith(prefix)])
        present = {verdict: number for verdict, number in counts.items() if number}
        parts = [f"{number} {verdict.predicate(number)}" for verdict, number in present.items()]
        if len(present) > 1 or list(present.values()) == [1]:
            return ", ".join(parts)
        return ", ".join(f"both {verdict.plural}" if n == 2 else f"all {n} {verdict.plural}" for verdict, n in present.items())

    def cell(self, table: str, column: str, percent: bool = False, **where: Any) -> str:
        """Return a number, with its error, of the one row of ``table``.csv with these values. Raises KeyError if not one."""
        rows = self._rows(table, where)
        if len(rows) != 1:
            raise KeyError(f"{table}.csv: {len(rows)} rows with {where}")
        value, error = (rows[name].iloc[0] if name in rows else 0.0 for name in (column, f"{column}_err"))
        return typeset(format_with_error(100 * value, 100 * error) + " %" if percent else format_with_error(value, error))

    def optional_cell(self, table: str, column: str, **where: Any) -> str:
        """Return the text, or the number with its error, of the row of ``table``.csv with these values, if there is one."""
        rows = self._rows(table, where)
        if len(rows) == 1 and isinstance(rows[column].iloc[0], str):
            text = rows[column].iloc[0].replace(" -", " \N{MINUS SIGN}")
            return text[0].upper() + text[1:] if text[0].isascii() and text.endswith(".") else text
        return self.cell(table, column, **where) if len(rows) else "(not fitted)"

    def value_range(self, table: str, column: str, **where: Any) -> str:
        """Return the smallest and the largest number of a column of ``table``.csv, of the rows with these values."""
        values = self._rows(table, where)[column]
        return typeset(f"{values.min():.2f} to {values.max():.2f}")

    def count_range(self, table: str, column: str, **where: Any) -> str:
        """Return the smallest and the largest count of a column of ``table``.csv, or the one count of all rows."""
        counts = self._rows(table, where)[column]
        low, high = (f"{int(end):,}" for end in (counts.min(), counts.max()))
        return low if low == high else f"{low} to {high}"

    def largest(self, table: str, column: str, **where: Any) -> str:
        """Return the quantity whose ``column`` is most standard errors from 0 in ``table``.csv."""
        rows = self._rows(table, where)
        if rows.empty:
            return NOT_SIMULATED
        z = (rows[column] / rows[f"{column}_err"]).abs()
        row = rows.loc[z.idxmax()]
        label = quantities.get_quantity(row["quantity"]).text_at("label", row["T_K"])
        number = format_number(row[column], row[f"{column}_err"])
        return f"{label} at J0 = {row['J0_K']:g} K, by {number}, {z.max():.1f} standard errors"

    def rms(self, table: str, column: str, **where: Any) -> str:
        """Return the root mean square of a column in standard errors, and the number of rows."""
        rows = self._rows(table, where)
        z = rows[column] / rows[f"{column}_err"]
        return f"{math.sqrt((z**2).mean()):.2f} standard errors in {len(z)} numbers" if len(z) else NOT_SIMULATED

    def _rows(self, table: str, where: Mapping[str, Any]) -> pd.DataFrame:
        """Return the rows of ``table``.csv with these values."""
        rows = pd.read_csv(self.folder / f"{table}.csv")
        for name, value in where.items():
            rows = rows[rows[name] == value]
        return rows


def in_words(number: float) -> str:
    """Return a small whole number in words, any other in digits."""
    return WORDS.get(number, f"{number:g}")  # type: ignore[call-overload, no-any-return]


def right_within() -> str:
    """Return by how much a mean density of the atlas may deviate from a simulation."""
    percent = f"{100 * atlas_validation.TOLERANCE:g} %"
    return f"{percent} or {in_words(atlas_validation.RIGHT_SIGMAS)} standard errors"


IN_TEMPLATES = ("ours", "paper", "verdict", "tally", "cell", "optional_cell", "value_range", "largest", "rms")


def render_text(
    template: str, card: pd.DataFrame, folder: StrPath, escape_value: Callable[[str], str] = str, **names: Any
) -> str:
    """Return the text of a template, from the scorecard, the ``folder`` of tables, and further ``names`` for the template.

    The template may also use ``made``, the version, ``sigmas``, the number of standard errors beyond which a claim differs, in
    words, and ``right_within``.

    ``escape_value`` is applied to each value that the template inserts. Values are never templates themselves.

    Raises jinja2.UndefinedError or KeyError for a name or a row that does not exist.
    """
    numbers = Numbers(card, folder)
    environment = jinja2.Environment(**TEMPLATE_OPTIONS, finalize=lambda value: escape_value(str(value)))
    methods = {name: getattr(numbers, name) for name in IN_TEMPLATES}
    texts = {"made": f"tlsglass {tlsglass.__version__}", "sigmas": in_words(scorecard.SIGMAS), "right_within": right_within()}
    return environment.from_string(template).render(texts | methods | names)


def render_caption(template: str, card: pd.DataFrame, folder: StrPath, **names: Any) -> str:
    """Return the reStructuredText of a caption, in which each value is escaped."""
    return render_text(template, card, folder, escape.to_rst, **names)


def format_provenance(provenance: Mapping[str, Any]) -> str:
    """Return the version that made a run: tlsglass 0.2.0, commit 1a2b3c4, with changes that are not committed."""
    commit = provenance.get("commit", "unknown")
    changed = ", with changes that are not committed" if commit.endswith("-dirty") else ""
    known = commit != "unknown"
    return f"tlsglass {provenance['tlsglass']}" + (f", commit {commit.removesuffix('-dirty')[:12]}{changed}" if known else "")


def caption_to_html(caption: str) -> str:
    """Return reStructuredText as HTML paragraphs. It cannot include files or raw HTML."""
    settings = {"report_level": 3, "halt_level": 3, "file_insertion_enabled": False, "raw_enabled": False}
    return publish_parts(caption, writer="html5", settings_overrides=settings | {"_disable_config": True})["body"]
