"""Words with numbers: templates of captions (``workflow/report``) and pages that take their numbers from the tables.

Jinja2: ``{{ ours("ID") }}``, ``{{ paper("ID") }}`` and ``{{ verdict("ID", ...) }}`` of claims in ``config/paper_values.csv``,
``{{ tally("PREFIX") }}`` of all claims whose id starts so, ``{{ cell("TABLE", "COLUMN", L=12, ...) }}`` of the one row of
``tables/TABLE.csv`` that is picked, ``{{ found("TABLE", "COLUMN", ...) }}`` of one that may be missing, text or number,
``{{ span("TABLE", "COLUMN", ...) }}`` of several, ``{{ largest("TABLE", "COLUMN") }}`` of the quantity that is furthest from 0,
``{{ rms("TABLE", "COLUMN") }}`` of all. A caption is reStructuredText.
"""

import math
import re
from pathlib import Path

import jinja2
import pandas as pd
from docutils.core import publish_parts

import tlsglass
from tlsglass.analysis import quantities, scorecard
from tlsglass.base.jackknife import format_with_error
from tlsglass.report import tables

# how several claims of a verdict are told
PLURAL = {"agrees": "agree", "differs": "differ", "open choice": "open choices", "no power": "without power"}


def read_card(scorecard_csv, paper_values_csv):
    """Return the scorecard with the words of each claim, and the paper's numbers with their printed digits."""
    card = tables.read_table_file(scorecard_csv)
    claims = pd.read_csv(paper_values_csv, dtype={"paper": str})
    claims = claims[["id", "where", "claim", "unit", "paper", "reason", "null", "null_model"]]
    merged = card.drop(columns="paper").merge(claims, on="id", validate="one_to_one")
    words = {name: merged[name].fillna("") for name in ("unit", "reason", "note")}
    return merged.assign(paper=merged["paper"].fillna(card["paper"].astype(str)), **words)


def typeset(number):
    """Return a number as text with a true minus sign and power of ten: 9.4(1)e+06 becomes 9.4(1) × 10⁶."""
    superscript = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    text = re.sub(r"e([+-]\d+)", lambda found: " × 10" + str(int(found[1])).translate(superscript), number)
    return text.replace("-", "−")


class Numbers:
    """What a text may say: of a claim, by its id, from the scorecard of ``read_card``, and of the tables in a folder."""

    def __init__(self, card, folder):
        self.card = card.set_index("id")
        self.folder = Path(folder)

    def ours(self, claim):
        """Return our value with its error, and with its systematic error where there is one."""
        row = self.card.loc[claim]
        if pd.isna(row["ours"]):
            return f"({row['verdict']})"
        systematic = f" ± {row['ours_sys']:.1g} (choices)" if row["ours_sys"] > 0 else ""
        return typeset(format_with_error(row["ours"], row["ours_err"])) + systematic

    def paper(self, claim):
        """Return the paper's value with its printed digits, or its range."""
        return typeset(self.card.loc[claim, "paper"])

    def verdict(self, *claims):
        """Return the verdict, or those of several claims: "both agree", "agrees and differs"."""
        found = list(self.card.loc[list(claims), "verdict"])
        if len(set(found)) > 1 or len(found) == 1:
            return " and ".join(found)
        return f"{'both' if len(found) == 2 else f'all {len(found)}'} {PLURAL.get(found[0], found[0])}"

    def tally(self, prefix):
        """Return how the claims whose id starts with ``prefix`` fare: "3 agree, 1 differs", "all 14 agree"."""
        counts = scorecard.summary(self.card[self.card.index.str.startswith(prefix)])
        told = [(number, verdict) for verdict, number in counts.items() if number]
        said = ", ".join(f"{number} {verdict if number == 1 else PLURAL.get(verdict, verdict)}" for number, verdict in told)
        return f"all {said}" if len(told) == 1 and told[0][0] > 1 else said

    def cell(self, table, column, percent=False, **where):
        """Return a number of the one row of ``table``.csv that ``where`` picks, with its error. Raises KeyError if not one."""
        rows = self._rows(table, where)
        if len(rows) != 1:
            raise KeyError(f"{table}.csv: {len(rows)} rows with {where}")
        value, error = (rows[name].iloc[0] if name in rows else 0.0 for name in (column, f"{column}_err"))
        return typeset(format_with_error(100 * value, 100 * error) + " %" if percent else format_with_error(value, error))

    def found(self, table, column, **where):
        """Return the text, or the number with its error, of the row of ``table``.csv that ``where`` picks, if there is one."""
        rows = self._rows(table, where)
        if len(rows) == 1 and isinstance(rows[column].iloc[0], str):
            text = rows[column].iloc[0].replace(" -", " \N{MINUS SIGN}")
            return text[0].upper() + text[1:] if text[0].isascii() and text.endswith(".") else text
        return self.cell(table, column, **where) if len(rows) else "(not fitted)"

    def span(self, table, column, **where):
        """Return the least and the largest number of a column of ``table``.csv, of the rows that ``where`` picks."""
        found = self._rows(table, where)[column]
        return typeset(f"{found.min():.2f} to {found.max():.2f}")

    def range(self, table, column, **where):
        """Return the least and the largest count of a column of ``table``.csv, or the one that all rows have."""
        found = self._rows(table, where)[column]
        low, high = (f"{int(end):,}" for end in (found.min(), found.max()))
        return low if low == high else f"{low} to {high}"

    def largest(self, table, column, **where):
        """Return the quantity whose ``column`` is most standard errors from 0 in ``table``.csv, as ``where`` picks."""
        found = self._rows(table, where)
        if found.empty:
            return "(not simulated)"
        z = (found[column] / found[f"{column}_err"]).abs()
        row = found.loc[z.idxmax()]
        label = quantities.find(row["quantity"]).text_at("label", row["T_K"])
        number = typeset(format_with_error(row[column], row[f"{column}_err"]))
        return f"{label} at J0 = {row['J0_K']:g} K, by {number}, {z.max():.1f} standard errors"

    def rms(self, table, column, **where):
        """Return the root mean square of a column in standard errors, and of how many rows it is."""
        found = self._rows(table, where)
        z = found[column] / found[f"{column}_err"]
        return f"{math.sqrt((z**2).mean()):.2f} standard errors in {len(z)} numbers" if len(z) else "(not simulated)"

    def _rows(self, table, where):
        rows = tables.read_table_file(self.folder / f"{table}.csv")
        for name, wanted in where.items():
            rows = rows[rows[name] == wanted]
        return rows


def render_text(template, card, folder, **more):
    """Return a text from its template, the scorecard, the ``folder`` of tables, and ``more`` names that it may use.

    Raises jinja2.UndefinedError or KeyError for what these do not hold.
    """
    numbers = Numbers(card, folder)
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    said = ("ours", "paper", "verdict", "tally", "cell", "found", "span", "largest", "rms")
    names = {name: getattr(numbers, name) for name in said}
    return environment.from_string(template).render({"made": f"tlsglass {tlsglass.__version__}"} | names | more)


def made_by(provenance):
    """Return what made a run, from its provenance: tlsglass 0.2.0, commit 1a2b3c4, with changes that are not committed."""
    commit = provenance.get("commit", "unknown")
    changed = ", with changes that are not committed" if commit.endswith("-dirty") else ""
    known = commit != "unknown"
    return f"tlsglass {provenance['tlsglass']}" + (f", commit {commit.removesuffix('-dirty')[:12]}{changed}" if known else "")


def html(caption):
    """Return reStructuredText as HTML paragraphs."""
    return publish_parts(caption, writer="html5", settings_overrides={"report_level": 3, "halt_level": 3})["body"]
