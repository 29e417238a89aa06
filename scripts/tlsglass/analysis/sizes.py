"""Dependence of the quoted numbers on the lattice size: differences, the limit L → ∞, and the effect of a short ladder.

ASSUME: x(L) = x(∞) + c/L³. The minimal image leaves out the couplings beyond L/2, whose variances add up to a part 1/L³ of all,
and the dipolar gap is cut off at an energy ∝ J0/L³. Other powers, and the fit without the smallest lattice, are the systematic
error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.analysis import quantity_tables
from tlsglass.analysis.quantity import Quantity, Settings
from tlsglass.base import jackknife, labels
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries

POWER, OTHER_POWERS = 3, (1, 2, 4)
KEY = ["J0_K", "quantity", "T_K"]  # of a number that is quoted at several sizes; T_K is NaN if it is of all rungs
VALUES = ["L", *KEY, "value", "value_err", "n_realizations"]
PAIRS = ["L_small", "L_large", *KEY, "difference", "difference_err", "relative", "relative_err"]
LIMITS = [*KEY, "L", "value", "value_err", "limit", "limit_err", "limit_sys"]
LIMITS += ["shift", "shift_err", "shift_sys", "relative_shift", "relative_shift_err", "slope", "chi2", "dof"]
LADDERS = [*VALUES, "difference", "difference_err", "relative", "relative_err"]


def tabulate_quantities(
    rungs: Sequence[DensityOfStates], quench: DensityOfStates, settings: Mapping[str, Any]
) -> dict[str, pd.DataFrame]:
    """Return the tables of one set (L, J0): every quoted number with its systematic error and choices, and all curves."""
    densities, choices = TemperatureSeries(rungs, quench), Settings(**settings)
    tables = {"quoted": quoted_values(densities, choices), "observables": quantity_tables.tabulate_curves(densities, choices)}
    return quantity_tables.tabulate_set(densities, choices) | tables


def tabulate_quoted_values(rungs: Sequence[DensityOfStates], settings: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Return every quoted number of each set (L, J0), by the name of the set."""
    choices = Settings(**settings)
    return {
        str(labels.ParameterSet(L, J0_K)): quoted_values(TemperatureSeries(densities), choices)
        for (L, J0_K), densities in _by_set(rungs, None).items()
    }


def tabulate_sizes(quoted: Sequence[pd.DataFrame], L: int) -> dict[str, pd.DataFrame]:
    """Return every quoted number at every size, the differences of sizes, and the limits L → ∞."""
    values = pd.concat(quoted, ignore_index=True)
    return {"sizes": values, "pairs": size_differences(values), "limits": limits(values, L)}


def tabulate_short_schedule(
    short: Sequence[DensityOfStates], full: Sequence[DensityOfStates], settings: Mapping[str, Any], groups: int | None
) -> pd.DataFrame:
    """Return the differences of every quoted number with the short schedule from the full one, as pairs of realizations."""
    tables = [pd.DataFrame(columns=LADDERS)]
    references = _by_set(full, groups)
    for name, rungs in _by_set(short, groups).items():
        densities = TemperatureSeries(rungs)
        reference = TemperatureSeries(references[name]).between(0, densities.n_realizations)
        tables.append(ladder_differences(densities, reference, Settings(**settings)))
    return pd.concat(tables[1:] or tables)


def _by_set(densities: Sequence[DensityOfStates], groups: int | None) -> dict[tuple[int, float], list[DensityOfStates]]:
    """Return the densities of each set (L, J0), with that number of jackknife groups."""
    sets: dict[tuple[int, float], list[DensityOfStates]] = {}
    for counts in densities:
        sets.setdefault((counts.L, counts.J0_K), []).append(counts if groups is None else replace(counts, groups=groups))
    return sets


def quoted_values(densities: TemperatureSeries, settings: Settings) -> pd.DataFrame:
    """Return all quoted numbers of one set, one row for each (VALUES)."""
    quantities = quantity_tables.all_quantities(densities, settings)
    return pd.DataFrame([_value_row(densities, *entry) for entry in quantities], columns=VALUES)


def _value_row(densities: TemperatureSeries, quantity: Quantity, T_K: float, estimate: JackknifeEstimate) -> dict[str, Any]:
    """Return the row of one number (VALUES)."""
    head = {"L": densities.L, "J0_K": densities.J0_K, "quantity": quantity.name, "T_K": T_K}
    return head | estimate.columns("value") | {"n_realizations": densities.n_realizations}


def ladder_differences(short: TemperatureSeries, full: TemperatureSeries, settings: Settings) -> pd.DataFrame:
    """Return how far a short ladder moves each number from that of the full ladder, on the same realizations (LADDERS).

    Differences are jackknifed as pairs.
    """
    pairs = zip(quantity_tables.all_quantities(short, settings), quantity_tables.all_quantities(full, settings), strict=True)
    rows = [
        _value_row(short, quantity, T_K, estimate) | jackknife.paired_difference(estimate, reference)
        for (quantity, T_K, estimate), (*_, reference) in pairs
    ]
    return pd.DataFrame(rows, columns=LADDERS)


def size_differences(values: pd.DataFrame) -> pd.DataFrame:
    """Return how far each number moves from each size to each larger one (PAIRS), with independent realizations.

    ``values`` are the concatenated tables of ``quoted_values`` of all sets.
    """
    pairs = values.merge(values, on=KEY, suffixes=("_small", "_large")).query("L_small < L_large")
    columns = ("value_large", "value_err_large", "value_small", "value_err_small")
    return pairs.assign(**jackknife.independent_difference(*(pairs[name] for name in columns)))[PAIRS]


def limits(values: pd.DataFrame, L: int) -> pd.DataFrame:
    """Return the limit L → ∞ of each number that is quoted at ``L`` and at another size (LIMITS).

    ``values`` are those of ``size_differences``. A number without a value or an error at any size is left out.
    """
    rows = []
    for key, group in values.groupby(KEY, dropna=False, sort=False):
        x, err = group["value"].to_numpy(), group["value_err"].to_numpy()
        if len(group) > 1 and L in set(group["L"]) and np.all(np.isfinite(x) & (err > 0)):
            rows.append(dict(zip(KEY, key, strict=True)) | extrapolate(group["L"].to_numpy(), x, err, L))
    return pd.DataFrame(rows, columns=LIMITS)


def extrapolate(sizes: FloatArray, x: FloatArray, err: FloatArray, L: int) -> dict[str, Any]:
    """Return the limit L → ∞ of independent values.

    Parameters
    ----------
    sizes, x, err
        The sizes of the lattices, and the values with their standard errors (n,).
    L
        The size that the shift is measured from.

    Returns
    -------
    dict
        The columns of LIMITS. ``slope`` is the c of x(∞) + c/L³. Of other powers and of the fit without the smallest size, the
        systematic error is the largest change that exceeds its own statistical error. χ² is 0 for two sizes, which leave no
        degree of freedom.
    """
    order = np.argsort(sizes)
    sizes, x, err = np.asarray(sizes, float)[order], np.asarray(x, float)[order], np.asarray(err, float)[order]
    weights, slope, chi2 = _fit_line(sizes, x, err, POWER)
    at_L = sizes == L
    alternatives = [_fit_line(sizes, x, err, power)[0] for power in OTHER_POWERS]
    if len(sizes) > 2:
        alternatives.append(np.append(0, _fit_line(sizes[1:], x[1:], err[1:], POWER)[0]))
    changes = [(abs((w - weights) @ x), np.hypot.reduce((w - weights) * err)) for w in alternatives]
    systematic = max((change for change, error in changes if change > error), default=0.0)
    value, shift = x[at_L][0], (weights - at_L) @ x
    shift_err = np.hypot.reduce((weights - at_L) * err)
    return {
        "L": L,
        "value": value,
        "value_err": err[at_L][0],
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


def _fit_line(sizes: FloatArray, x: FloatArray, err: FloatArray, power: int) -> tuple[FloatArray, float, float]:
    """Fit x(∞) + c/L^power. Return the weights (n,) of the values in the limit x(∞), c, and χ²."""
    design = np.column_stack([np.ones(len(sizes)), sizes**-power]) / err[:, None]
    solve = np.linalg.pinv(design) / err
    return solve[0], solve[1] @ x, float(np.sum((x / err - design @ (solve @ x)) ** 2))


def claim_shift(claim: Mapping[str, Any], limits: pd.DataFrame) -> pd.Series | None:
    """Return the row of the table of ``limits`` for the number that a claim is compared with, or None."""
    names = [q.name for q in quantity_tables.QUANTITIES if (q.table, q.column) == (claim["table"], claim["column"])]
    rows = limits[limits["quantity"].isin(names)]
    if rows.empty:
        return None
    rows = rows.query(claim["select"], local_dict={"L": rows["L"].iloc[0]})
    return rows.iloc[0] if len(rows) == 1 else None
