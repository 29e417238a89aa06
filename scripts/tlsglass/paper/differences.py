"""How far a number moves when one thing changes: its difference and its ratio, with their errors."""

import numpy as np


def paired(one, other):
    """Return the moves of Samples () ``one`` from ``other`` of the same realizations: jackknifed as one.

    {difference, difference_err, relative, relative_err} with relative = one/other - 1. Raises ValueError when they do not
    have the same jackknife groups.
    """
    return {
        "difference": (one - other).value,
        "difference_err": (one - other).error,
        "relative": one.value / other.value - 1,
        "relative_err": (one / other).error,
    }


def independent(one, one_err, other, other_err):
    """Return the moves as ``paired``, of numbers or arrays (n,) with errors, from other realizations: errors add in squares."""
    ratio = one / other
    return {
        "difference": one - other,
        "difference_err": np.hypot(one_err, other_err),
        "relative": ratio - 1,
        "relative_err": np.abs(ratio) * np.hypot(one_err / one, other_err / other),
    }
