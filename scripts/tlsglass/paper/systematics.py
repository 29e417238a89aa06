"""Choices of the analysis that the paper leaves open: how far each moves a number, and the systematic error that follows.

A choice is estimated from the same realizations as the quoted value, so the error of their difference is jackknifed.
"""

import math

from tlsglass.base import samples as statistics


def rows(quantity, quoted, alternatives):
    """Return a list of table rows: the quoted sample set (1 + g,) first, then each of ``alternatives`` (name -> sample set).

    A row holds the value, its error, the difference from the quoted value and the error of that difference.
    """
    return [
        {
            "quantity": quantity,
            "choice": name,
            "value": samples[0],
            "value_err": statistics.error(samples),
            "difference": samples[0] - quoted[0],
            "difference_err": statistics.error(samples - quoted),
        }
        for name, samples in {"quoted": quoted, **alternatives}.items()
    ]


def systematic(table_rows):
    """Return the systematic error: the largest difference between a choice and the quoted value, the first of the rows.

    0 where no choice moves the number by more than its statistical error; choices without a value do not count.
    """
    quoted, *others = table_rows
    largest = max((abs(row["difference"]) for row in others if math.isfinite(row["difference"])), default=0.0)
    return largest if largest > quoted["value_err"] else 0.0
