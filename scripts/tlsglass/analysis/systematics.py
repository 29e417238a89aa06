"""Choices of the analysis that the paper leaves open: how far each moves a number, and the systematic error that follows.

A choice is estimated from the same realizations as the quoted value, so the error of their difference is jackknifed.
"""

import math


def rows(quantity, choices):
    """Return a list of table rows, one for each of ``choices`` (name -> Samples ()), of which the first is quoted.

    A row holds the value, its error, the difference from the quoted value and the error of that difference.
    """
    quoted, *_ = choices.values()
    return [
        {
            "quantity": quantity,
            "choice": name if k else "quoted",
            "value": samples.value,
            "value_err": samples.error,
            "difference": (samples - quoted).value,
            "difference_err": (samples - quoted).error,
        }
        for k, (name, samples) in enumerate(choices.items())
    ]


def systematic(table_rows):
    """Return the systematic error: the largest difference between a choice and the quoted value, the first of the rows.

    0 where no choice moves the number by more than its statistical error; choices without a value do not count.
    """
    quoted, *others = table_rows
    largest = max((abs(row["difference"]) for row in others if math.isfinite(row["difference"])), default=0.0)
    return largest if largest > quoted["value_err"] else 0.0
