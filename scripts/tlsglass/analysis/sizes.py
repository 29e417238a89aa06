"""How far the quoted numbers depend on the size of the lattice: differences, the limit L → ∞, and what a short ladder changes.

ASSUME: x(L) = x(∞) + c/L³. The minimal image leaves out the couplings beyond L/2, whose variances add up to a part 1/L³ of all,
and the dipolar gap is cut off at an energy ∝ J0/L³. Other powers, and the fit without the smallest lattice, are the systematic
error.
"""

import numpy as np
import pandas as pd

from tlsglass.analysis import quantity_tables
from tlsglass.analysis.quantities import QUANTITIES
from tlsglass.base import jackknife

POWER, OTHER_POWERS = 3, (1, 2, 4)
KEY = ["J0_K", "quantity", "T_K"]  # of a number that is quoted at several sizes; T_K is missing where it is of all rungs
VALUES = ["L", *KEY, "value", "value_err", "n_realizations"]
PAIRS = ["L_small", "L_large", *KEY, "difference", "difference_err", "relative", "relative_err"]
LIMITS = [*KEY, "L", "value", "value_err", "limit", "limit_err", "limit_sys"]
LIMITS += ["shift", "shift_err", "shift_sys", "relative_shift", "relative_shift_err", "slope", "chi2", "dof"]
LADDERS = [*VALUES, "difference", "difference_err", "relative", "relative_err"]


def quoted_values(densities, settings):
    """Return all that is quoted of one set as a pandas table, a row for each number (VALUES)."""
    return pd.DataFrame([_row(densities, *one) for one in quantity_tables.all_quantities(densities, settings)], columns=VALUES)


def _row(densities, quantity, T_K, samples):
    head = {"L": densities.L, "J0_K": densities.J0_K, "quantity": quantity.name, "T_K": T_K}
    return head | {"value": samples.value, "value_err": samples.error, "n_realizations": densities.n_realizations}


def ladder_differences(short, whole, settings):
    """Return how far the ladder of ``short`` moves each number from that of ``whole``, Densities of the same realizations.

    A pandas table (LADDERS). Its differences are jackknifed as pairs.
    """
    both = zip(quantity_tables.all_quantities(short, settings), quantity_tables.all_quantities(whole, settings), strict=True)
    rows = [_row(short, *one) | jackknife.paired_difference(one[2], other[2]) for one, other in both]
    return pd.DataFrame(rows, columns=LADDERS)


def pairs(values):
    """Return how far each number moves from each size to each larger one (PAIRS), whose realizations are independent.

    ``values`` are the tables of ``of_set`` of all sets, one below the other.
    """
    both = values.merge(values, on=KEY, suffixes=("_small", "_large")).query("L_small < L_large")
    columns = ("value_large", "value_err_large", "value_small", "value_err_small")
    return both.assign(**jackknife.independent_difference(*(both[name] for name in columns)))[PAIRS]


def limits(values, L):
    """Return the limit L → ∞ of each number that is quoted at ``L`` and at another size (LIMITS), of ``values`` as ``pairs``.

    A number without a value or an error at some size is left out.
    """
    rows = []
    for key, group in values.groupby(KEY, dropna=False, sort=False):
        x, err = group["value"].to_numpy(), group["value_err"].to_numpy()
        if len(group) > 1 and L in set(group["L"]) and np.all(np.isfinite(x) & (err > 0)):
            rows.append(dict(zip(KEY, key, strict=True)) | limit(group["L"].to_numpy(), x, err, L))
    return pd.DataFrame(rows, columns=LIMITS)


def limit(sizes, x, err, L):
    """Return the limit of ``x`` (n,), independent with the standard errors ``err``, of lattices ``sizes``, as a dict.

    ``shift`` is how far it lies from the value at ``L``, one of the sizes, and ``slope`` the c of x(∞) + c/L³. Of other powers
    and the fit without the smallest size, the systematic error is the largest change that exceeds its own statistical error.
    χ² is 0 for two sizes, which leave no degree of freedom.
    """
    order = np.argsort(sizes)
    sizes, x, err = np.asarray(sizes, float)[order], np.asarray(x, float)[order], np.asarray(err, float)[order]
    weights, slope, chi2 = _line(sizes, x, err, POWER)
    here = sizes == L
    others = [_line(sizes, x, err, power)[0] for power in OTHER_POWERS]
    if len(sizes) > 2:
        others.append(np.append(0, _line(sizes[1:], x[1:], err[1:], POWER)[0]))
    changes = [(abs((other - weights) @ x), np.hypot.reduce((other - weights) * err)) for other in others]
    systematic = max((change for change, error in changes if change > error), default=0.0)
    value, shift = x[here][0], (weights - here) @ x
    shift_err = np.hypot.reduce((weights - here) * err)
    return {
        "L": L,
        "value": value,
        "value_err": err[here][0],
        "limit": weights @ x,
        "limit_err": np.hypot.reduce(weights * err),
        "limit_sys": systematic,
        "shift": shift,
        "shift_err": shift_err,
        "shift_sys": systematic,
        "relative_shift": shift / abs(value),
        "relative_shift_err": shift_err / abs(value),
        "slope": slope,
        "chi2": chi2,
        "dof": len(sizes) - 2,
    }


def _line(sizes, x, err, power):
    """Return of the weighted fit x(∞) + c/L^power the weights (n,) with which values enter its limit, c, and χ²."""
    design = np.column_stack([np.ones(len(sizes)), sizes**-power]) / err[:, None]
    solve = np.linalg.pinv(design) / err
    return solve[0], solve[1] @ x, float(np.sum((x / err - design @ (solve @ x)) ** 2))


TABLES = {"table_2": "eq3", "zero_temperature": "exponents", "gaussian_limit": "gaussian", "laws": "laws"}  # of claims


def shift_of(claim, found):
    """Return the row of ``limits`` that tells the shift of what a claim is held against, or None; ``found`` is their table."""
    names = [q.name for q in QUANTITIES if (q.table, q.column) == (TABLES.get(claim["table"]), claim["column"])]
    rows = found[found["quantity"].isin(names)]
    if rows.empty:
        return None
    rows = rows.query(claim["select"], local_dict={"L": rows["L"].iloc[0]})
    return rows.iloc[0] if len(rows) == 1 else None
