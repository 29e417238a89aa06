"""Captions of figures and tables: templates in ``workflow/report`` that take their numbers from the scorecard.

A template is reStructuredText with Jinja2: ``{{ ours("ID") }}``, ``{{ paper("ID") }}`` and ``{{ verdict("ID") }}`` of a claim
in ``config/paper_values.csv``, ``{{ tally("PREFIX") }}`` of all claims whose id starts so.
"""

import re

import jinja2
import pandas as pd
from docutils.core import publish_parts

from tlsglass.paper import scorecard
from tlsglass.show import tables


def read_card(scorecard_csv, paper_values_csv):
    """Return the scorecard with where, claim and unit of each row, and the paper's numbers with their printed digits."""
    card = tables.read(scorecard_csv)
    claims = pd.read_csv(paper_values_csv, dtype={"paper": str})[["id", "where", "claim", "unit", "paper"]]
    merged = card.drop(columns="paper").merge(claims, on="id", validate="one_to_one")
    return merged.assign(paper=merged["paper"].fillna(card["paper"].astype(str)), unit=merged["unit"].fillna(""))


def typeset(number):
    """Return a number as text with a true minus sign and power of ten: 9.4(1)e+06 becomes 9.4(1) × 10⁶."""
    superscript = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    text = re.sub(r"e([+-]\d+)", lambda found: " × 10" + str(int(found[1])).translate(superscript), number)
    return text.replace("-", "−")


class Numbers:
    """What a caption may say of a claim, by its id, from the scorecard as ``read_card`` returns it."""

    def __init__(self, card):
        self.card = card.set_index("id")

    def ours(self, claim):
        """Return our value with its error, and with its systematic error where there is one."""
        row = self.card.loc[claim]
        if pd.isna(row["ours"]):
            return f"({row['verdict']})"
        systematic = f" ± {row['ours_sys']:.1g} (choice of window)" if row["ours_sys"] > 0 else ""
        return typeset(tables.shorthand(row["ours"], row["ours_err"])) + systematic

    def paper(self, claim):
        """Return the paper's value with its printed digits, or its range."""
        return typeset(self.card.loc[claim, "paper"])

    def verdict(self, claim):
        return self.card.loc[claim, "verdict"]

    def tally(self, prefix):
        """Return how the claims whose id starts with ``prefix`` fare: 3 agrees, 1 differs."""
        counts = scorecard.summary(self.card[self.card.index.str.startswith(prefix)])
        return ", ".join(f"{number} {verdict}" for verdict, number in counts.items() if number)


def render(template, card):
    """Return the caption as reStructuredText. Raises jinja2.UndefinedError or KeyError for what the scorecard does not hold."""
    numbers = Numbers(card)
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    names = {name: getattr(numbers, name) for name in ("ours", "paper", "verdict", "tally")}
    return environment.from_string(template).render(names)


def html(caption):
    """Return reStructuredText as HTML paragraphs."""
    return publish_parts(caption, writer="html5", settings_overrides={"report_level": 3, "halt_level": 3})["body"]
