"""The scorecard: every number that the paper states, compared with ours, and a verdict.

A claim is a row of ``config/paper_values.csv``. The paper states either ``paper`` with ``paper_err``, the rounding of its last
digit, or an interval from ``low`` to ``high``, read into its words for a ``reason``, which has no error. Our value is in
``column`` of the row of ``table`` that ``select`` picks; "none" is the table of a claim that is not reproduced. In ``select``,
``@L`` is the lattice of all claims that name no L (``paper.L`` of the configuration). ``null`` is the value of ``null_model``,
in which the claim is false (STM, no interactions, no such effect): a claim with which the null model would agree as well,
within our errors, has no power, whatever our value is.

The paper gives no errors. A number that it simulated has the statistical error of its ``REALIZATIONS`` realizations, which is
ours scaled by the square root of the ratio of the numbers of realizations.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tlsglass.analysis.verdicts import Verdict
from tlsglass.base.types import FloatArray

SIGMAS = 3.0  # a deviation beyond this many standard errors is a difference
REALIZATIONS = 10_000  # of the paper, for each (L, J0)
NOT_LISTED = "not on the scorecard"

Claim = Mapping[str, Any]


class _Ours(NamedTuple):
    """Our value with its quoted, statistical and systematic error, and the number of realizations behind it."""

    value: float
    error: float
    statistical: float
    systematic: float
    realizations: float


def tabulate_scorecard(paper: pd.DataFrame, tables: Sequence[pd.DataFrame], names: Sequence[str], L: int) -> pd.DataFrame:
    """Return every number that the paper states, compared with ours, with a verdict.

    ``names`` are those of ``tables``.
    """
    named = dict(zip(names, tables, strict=True))
    return pd.DataFrame([judge(claim, named.get(claim["table"]), L) for claim in paper.to_dict("records")])


def judge(claim: Claim, table: pd.DataFrame | None, L: int) -> dict[str, Any]:
    """Return the row of the scorecard for one claim.

    ``claim`` is a row of ``config/paper_values.csv`` and ``table`` the table that it names, None if this run has none. ``L`` is
    the size of the lattice, which replaces ``@L`` in ``select``. Raises ValueError if more than one row of the table is picked.
    """
    row = _select_row(claim, table, L)
    ours = _our_value(row, claim["column"])
    rounding = 0.0 if pd.isna(claim["paper_err"]) else claim["paper_err"]
    simulated = ours.statistical * math.sqrt(ours.realizations / REALIZATIONS) if claim["kind"] == "simulated" else 0.0
    paper_err = math.hypot(rounding, simulated)
    sigma = math.hypot(ours.statistical, paper_err)
    deviation = _deviation(claim, ours.value)
    z = deviation / sigma if sigma > 0 else math.copysign(math.inf, deviation) if deviation else 0.0
    return {
        "id": claim["id"],
        "paper": claim["paper"] if not pd.isna(claim["paper"]) else f"{claim['low']:g} to {claim['high']:g}",
        "paper_err": paper_err,
        "ours": ours.value,
        "ours_err": ours.error,
        "ours_sys": ours.systematic,
        "z": z if math.isfinite(ours.value) else math.nan,
        "verdict": _verdict(claim, row, ours.value, sigma, ours.systematic),
        "note": "" if pd.isna(claim["note"]) else claim["note"],
    }


def _deviation(claim: Claim, value: float) -> float:
    """Return how far ``value`` lies above (+) or below (-) the number or the interval of the paper."""
    low, high = (claim["low"], claim["high"]) if pd.isna(claim["paper"]) else (claim["paper"], claim["paper"])
    return min(value - low, 0.0) if value < low else max(value - high, 0.0)


def _select_row(claim: Claim, table: pd.DataFrame | None, L: int) -> pd.Series | None:
    """Return the row of ``table`` that the claim selects, or None if this run has no such row."""
    if table is None:
        return None
    rows = table.query(claim["select"], local_dict={"L": L}) if isinstance(claim["select"], str) else table
    if len(rows) > 1:
        raise ValueError(f"{claim['id']}: {len(rows)} rows of {claim['table']} are picked by {claim['select']}")
    return rows.iloc[0] if len(rows) else None


def _our_value(row: pd.Series | None, column: str) -> _Ours:
    """Return our value with its errors.

    The quoted error of a power law that does not hold is not statistical but systematic; such a row has "statistical_err".
    """
    if row is None:
        return _Ours(math.nan, math.nan, math.nan, 0.0, REALIZATIONS)
    error = row.get(f"{column}_err", 0.0)
    error = 0.0 if pd.isna(error) and pd.notna(row[column]) else float(error)
    statistical, systematic = float(row.get("statistical_err", error)), float(row.get(f"{column}_sys", 0.0))
    if error > statistical:
        systematic = max(systematic, error)
    return _Ours(float(row[column]), error, statistical, systematic, float(row.get("n_realizations", REALIZATIONS)))


def _verdict(claim: Claim, row: pd.Series | None, value: float, sigma: float, systematic: float) -> Verdict:
    """Return the verdict on a claim, the null model considered."""
    if claim["table"] == "none":
        return Verdict.NOT_REPRODUCED
    if row is None:
        return Verdict.NOT_SIMULATED
    if not math.isfinite(value) or _compare(claim, claim["null"], sigma, systematic) == Verdict.AGREES:
        return Verdict.NO_POWER
    verdict = _compare(claim, value, sigma, systematic)
    return Verdict.RECONSTRUCTED if verdict == Verdict.AGREES and claim["kind"] == "reconstructed" else verdict


def _compare(claim: Claim, value: float, sigma: float, systematic: float) -> Verdict:
    """Return whether ``value``, ours or that of the null model, agrees with the paper within the errors."""
    deviation = abs(_deviation(claim, value))
    if deviation > SIGMAS * sigma + systematic:
        return Verdict.DIFFERS
    return Verdict.OPEN_CHOICE if deviation > SIGMAS * sigma else Verdict.AGREES


def summary(card: pd.DataFrame) -> dict[Verdict, int]:
    """Return the number of claims with each verdict, in the order of ``Verdict``; "not simulated" only if there are any."""
    counts = {verdict: int((card["verdict"] == verdict).sum()) for verdict in Verdict}
    return {verdict: number for verdict, number in counts.items() if number or verdict != Verdict.NOT_SIMULATED}


def changes(previous: pd.DataFrame, card: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    """Return the verdicts that changed, as (group, previous verdicts, present verdicts, reason) with verdicts as counts.

    Parameters
    ----------
    previous
        The table ``config/previous_verdicts.csv``: the earlier verdict of each claim (none: it was not on the scorecard),
        its group and the reason for the change.
    card
        The present scorecard.

    Raises
    ------
    KeyError
        If ``previous`` lacks a claim of the card, or the reason for a changed verdict.
    """
    present = card.set_index("id")["verdict"]
    if unknown := set(present.index) - set(previous["id"]):
        raise KeyError(f"not among the earlier verdicts: {', '.join(sorted(unknown))}")
    pairs = previous.assign(before=previous["verdict"].fillna(NOT_LISTED), after=previous["id"].map(present).fillna(NOT_LISTED))
    changed = pairs[pairs["before"] != pairs["after"]]
    if (unexplained := changed.loc[changed["reason"].isna(), "id"]).any():
        raise KeyError(f"verdicts that changed without a reason: {', '.join(unexplained)}")

    def format_counts(verdicts: pd.Series) -> str:
        return ", ".join(f"{number} {verdict}" for verdict, number in verdicts.value_counts(sort=False).items())

    return [
        (group, format_counts(rows["before"]), format_counts(rows["after"]), reason)
        for (group, reason), rows in changed.groupby(["group", "reason"], sort=False)
    ]


def _table_2_z(card: pd.DataFrame) -> dict[str, FloatArray]:
    """Return the deviations z of the simulated values of Table II, {name: array}."""
    z = {
        name: card.loc[card["id"].str.startswith(prefix), "z"].to_numpy(float)
        for name, prefix in (("B", "table2_B"), ("µ", "table2_mu"))
    }
    return {name: values[np.isfinite(values)] for name, values in z.items()}


def table_2_line(card: pd.DataFrame) -> str:
    """Return one sentence on how many B and µ of Table II lie within ``SIGMAS`` standard errors of the paper's."""
    counts = [f"{np.sum(np.abs(z) <= SIGMAS)} of {len(z)} simulated values of {name}" for name, z in _table_2_z(card).items()]
    return f"Table II: {' and '.join(counts)} lie within {SIGMAS:g} σ of the paper's."


def table_2_chi2(card: pd.DataFrame) -> dict[str, tuple[float, int]]:
    """Return χ² of Table II, paper minus ours with both errors, and its number of terms, for B and for µ.

    Values at neighboring temperatures and at both couplings come from the same realizations, so the terms are correlated.
    """
    return {name: (float(np.sum(z**2)), len(z)) for name, z in _table_2_z(card).items()}
