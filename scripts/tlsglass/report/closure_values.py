"""Values of the page on closure: tables of all rows, and the rows outside of the ranges that correct errors should reach."""

from typing import Any

import numpy as np
import pandas as pd

from tlsglass.fitting.closure import AMBIGUOUS, OF_ATLAS, PAIR
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.report.prose import typeset

RANGES = {"pull_mean": (-0.1, 0.1), "pull_width": (0.9, 1.1), "coverage": (0.64, 0.72), "coverage_95": (0.93, 0.97)}
HEADINGS = {
    "pull_mean": "mean of the pulls",
    "pull_width": "width of the pulls",
    "coverage": "68.3 % intervals contain the truth",
    "coverage_95": "95 % intervals",
}
FIRST_HEADINGS = "| observable | parameter | datasets |"


def closure_values(measured: pd.DataFrame) -> dict[str, Any]:
    """Return the names that the template of the page uses, from ``benchmarks/measured/closure.csv``."""
    is_ambiguous = measured["observable"].str.endswith(AMBIGUOUS)
    clear, ambiguous = measured[~is_ambiguous], measured[is_ambiguous]
    return {
        "closure_table": lambda: _table(clear, mark_outside=True),
        "closure_ambiguous": lambda: _table(ambiguous, mark_outside=False),
        "closure_outside": lambda: _list_outside(clear),
        "closure_average": lambda column, on_atlas: _average(clear[(clear["errors"] == OF_ATLAS) == on_atlas], column),
        "closure_extended": lambda on_atlas: _list_extended(clear[(clear["errors"] == OF_ATLAS) == on_atlas]),
        "closure_datasets": clear["n_datasets"].min(),
    }


def _average(rows: pd.DataFrame, column: str) -> str:
    """Return the mean of a coverage over µ, or over J0/h0, of all studies, with its standard error."""
    chosen = rows[rows["parameter"].isin(["mu", J0_OVER_H0])]
    error = np.sqrt((chosen[column] * (1 - chosen[column]) / chosen["n_datasets"]).sum()) / len(chosen)
    return f"{100 * chosen[column].mean():.1f} ± {100 * error:.1f} %"


def _cell(row: Any, column: str) -> str:
    """Return a measured value with one standard error in parentheses; coverages are in percent."""
    value, n = getattr(row, column), row.n_datasets
    if column.startswith("coverage"):
        return f"{100 * value:.1f}({1000 * np.sqrt(value * (1 - value) / n):.0f}) %"
    error = row.pull_width / np.sqrt(n if column == "pull_mean" else 2 * n)
    return typeset(f"{round(value, 2) + 0.0:.2f}({100 * error:.0f})")  # + 0.0: without the sign of -0


def _is_outside(row: Any, column: str) -> bool:
    low, high = RANGES[column]
    return not low <= getattr(row, column) <= high


def _name(row: Any) -> str:
    if row.observable == PAIR:
        return "f and 1/Q_i together"
    name, _, rest = row.observable.partition(" ")
    return f"`{name}` at 3 times" if rest == "with time_s" else f"`{name}`"


def _table(rows: pd.DataFrame, mark_outside: bool) -> str:
    """Return rows as Markdown, with the values outside of their range in bold."""
    lines = [f"{FIRST_HEADINGS} {' | '.join(HEADINGS.values())} | commit |", "|---" * (4 + len(HEADINGS)) + "|"]
    for row in rows.itertuples():
        marks = ("**" if mark_outside and _is_outside(row, column) else "" for column in HEADINGS)
        cells = (f"{mark}{_cell(row, column)}{mark}" for mark, column in zip(marks, HEADINGS, strict=True))
        lines.append(f"| {_name(row)} | `{row.parameter}` | {row.n_datasets} | {' | '.join(cells)} | `{row.commit}` |")
    return "\n".join(lines)


def _list_extended(rows: pd.DataFrame) -> str:
    """Return the observables with more datasets than others: "`a`, `b` and `c`"."""
    extended = rows[rows["n_datasets"] > rows["n_datasets"].min()]
    names = list(dict.fromkeys(_name(row) for row in extended.itertuples()))
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _list_outside(rows: pd.DataFrame) -> str:
    """Return the values outside of their range as a list in Markdown, empty if there are none."""
    lines = []
    for column, heading in HEADINGS.items():
        values = [
            f"`{row.parameter}` of {_name(row)}: {_cell(row, column)}" for row in rows.itertuples() if _is_outside(row, column)
        ]
        lines += [f"- {heading}: {'; '.join(values)}"] if values else []
    return "\n".join(lines)
