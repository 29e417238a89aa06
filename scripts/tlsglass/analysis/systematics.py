"""Systematic errors: how far the choices of the analysis that the paper leaves open move a number.

All choices are estimated from the same realizations, so the error of their difference is jackknifed.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tlsglass.base.jackknife import JackknifeEstimate


def alternative_rows(quantity: str, estimates: Mapping[str, JackknifeEstimate]) -> list[dict[str, Any]]:
    """Return one table row for each choice, with its value and its difference from the quoted value, both with errors.

    ``estimates`` are {choice: estimate ()}; the first is quoted.
    """
    quoted, *_ = estimates.values()
    return [
        {
            "quantity": quantity,
            "choice": name if position else "quoted",
            "value": estimate.value,
            "value_err": estimate.error,
            "difference": (estimate - quoted).value,
            "difference_err": (estimate - quoted).error,
        }
        for position, (name, estimate) in enumerate(estimates.items())
    ]


def systematic_error(rows: Sequence[Mapping[str, Any]]) -> float:
    """Return the largest difference of a choice from the quoted value, the first of ``rows``.

    It is 0 if no choice moves the number by more than its statistical error. Choices without a value do not count.
    """
    quoted, *alternatives = rows
    largest = max((abs(row["difference"]) for row in alternatives if math.isfinite(row["difference"])), default=0.0)
    return largest if largest > quoted["value_err"] else 0.0
