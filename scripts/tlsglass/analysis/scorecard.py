"""The referee: every number that the paper states beside the one found here, with a verdict.

Each row of ``config/paper_values.csv`` says where the paper states a value: ``paper`` with ``paper_err``, the rounding of
its last digit, or an interval ``low`` to ``high`` with the ``reason`` for it, which carries no error. Ours stands in ``table``,
the row that ``select`` picks, ``column``. ``null`` is the value of ``null_model``, in which what the paper says is not so (STM,
no interactions, no such effect): a claim that it would pass as well, within our errors, has no power, whatever ours is.
In ``select``, ``@L`` is the lattice that claims without an L of their own are held against (``paper.L`` of the configuration).
The paper gives no errors. Where its number comes of a simulation, it has the statistical error of its ``REALIZATIONS``
realizations, which is ours scaled by the root of the ratio of the numbers.
"""

import math

import numpy as np
import pandas as pd

SIGMAS = 3.0  # a deviation beyond this many standard errors counts as a difference
REALIZATIONS = 10_000  # of the paper, for each (L, J0)
VERDICTS = ("agrees", "open choice", "differs", "no power", "not simulated", "reconstructed", "not reproduced")
NOT_LISTED = "not on the card"


def judge(claim, table, L):
    """Return the scorecard row of ``claim`` (a mapping), ours taken from ``table`` (None: there is none) with ``@L`` = ``L``.

    Raises ValueError when more than one row of the table is picked.
    """
    row = _row(claim, table, L)
    value, error, statistical, systematic, realizations = _ours(row, claim["column"])
    rounding = 0.0 if pd.isna(claim["paper_err"]) else claim["paper_err"]
    simulated = statistical * math.sqrt(realizations / REALIZATIONS) if claim["kind"] == "simulated" else 0.0
    paper_err = math.hypot(rounding, simulated)
    sigma = math.hypot(statistical, paper_err)
    outside = _outside(claim, value)
    z = outside / sigma if sigma > 0 else math.copysign(math.inf, outside) if outside else 0.0
    return {
        "id": claim["id"],
        "where": claim["where"],
        "claim": claim["claim"],
        "paper": claim["paper"] if not pd.isna(claim["paper"]) else f"{claim['low']:g} to {claim['high']:g}",
        "paper_err": paper_err,
        "ours": value,
        "ours_err": error,
        "ours_sys": systematic,
        "unit": claim["unit"],
        "z": z if math.isfinite(value) else math.nan,
        "verdict": _verdict(claim, row, value, sigma, systematic),
        "note": "" if pd.isna(claim["note"]) else claim["note"],
    }


def _outside(claim, value):
    """Return how far ``value`` lies above (+) or below (-) what the paper states: its number, or its interval."""
    low, high = (claim["low"], claim["high"]) if pd.isna(claim["paper"]) else (claim["paper"], claim["paper"])
    return min(value - low, 0.0) if value < low else max(value - high, 0.0)


def _row(claim, table, L):
    """Return the row of ``table`` that the claim is held against, or None where this run has no such row."""
    if table is None:
        return None
    rows = table.query(claim["select"], local_dict={"L": L}) if isinstance(claim["select"], str) else table
    if len(rows) > 1:
        raise ValueError(f"{claim['id']}: {len(rows)} rows of {claim['table']} are picked by {claim['select']}")
    return rows.iloc[0] if len(rows) else None


def _ours(row, column):
    """Return our value, its quoted, statistical and systematic error, and the number of realizations behind it.

    The quoted error of a law that does not hold is no statistical one ("statistical_err" stands beside it), but systematic.
    """
    if row is None:
        return math.nan, math.nan, math.nan, 0.0, REALIZATIONS
    error = row.get(f"{column}_err", 0.0)
    error = 0.0 if pd.isna(error) and pd.notna(row[column]) else float(error)
    statistical, systematic = float(row.get("statistical_err", error)), float(row.get(f"{column}_sys", 0.0))
    if error > statistical:
        systematic = max(systematic, error)
    return float(row[column]), error, statistical, systematic, float(row.get("n_realizations", REALIZATIONS))


def _verdict(claim, row, value, sigma, systematic):
    if claim["table"] == "none":
        return "not reproduced"
    if row is None:
        return "not simulated"
    if not math.isfinite(value) or _outcome(claim, claim["null"], sigma, systematic) == "agrees":
        return "no power"
    outcome = _outcome(claim, value, sigma, systematic)
    return "reconstructed" if outcome == "agrees" and claim["kind"] == "reconstructed" else outcome


def _outcome(claim, value, sigma, systematic):
    """Return how ``value``, ours or that of the null model, fares beside what the paper states."""
    outside = abs(_outside(claim, value))
    if outside > SIGMAS * sigma + systematic:
        return "differs"
    return "open choice" if outside > SIGMAS * sigma else "agrees"


def summary(card):
    """Return the number of claims with each verdict in the order of ``VERDICTS``; "not simulated" only where there are any."""
    counts = {verdict: int((card["verdict"] == verdict).sum()) for verdict in VERDICTS}
    return {verdict: number for verdict, number in counts.items() if number or verdict != "not simulated"}


def changes(before, card):
    """Return the verdicts that changed, as rows (group, before, after, reason), the counts of each group as text.

    ``before`` holds the earlier verdict of each claim (none: it was not on the card), its group and the reason for the change.
    Raises KeyError for a changed verdict, or a claim of the card, that ``before`` has no reason for.
    """
    after = card.set_index("id")["verdict"]
    if unknown := set(after.index) - set(before["id"]):
        raise KeyError(f"not among the earlier verdicts: {', '.join(sorted(unknown))}")
    pairs = before.assign(before=before["verdict"].fillna(NOT_LISTED), after=before["id"].map(after).fillna(NOT_LISTED))
    changed = pairs[pairs["before"] != pairs["after"]]
    if (silent := changed.loc[changed["reason"].isna(), "id"]).any():
        raise KeyError(f"verdicts that changed without a reason: {', '.join(silent)}")

    def counted(verdicts):
        return ", ".join(f"{number} {verdict}" for verdict, number in verdicts.value_counts(sort=False).items())

    return [
        (group, counted(rows["before"]), counted(rows["after"]), reason)
        for (group, reason), rows in changed.groupby(["group", "reason"], sort=False)
    ]


def _table_2_z(card):
    """Return the deviations z of the simulated values of Table II: name -> array."""
    found = {}
    for name, prefix in (("B", "table2_B"), ("µ", "table2_mu")):
        z = card.loc[card["id"].str.startswith(prefix), "z"].to_numpy(float)
        found[name] = z[np.isfinite(z)]
    return found


def table_2_line(card):
    """Return one sentence on Table II: how many B and µ lie within ``SIGMAS`` standard errors of the paper's."""
    said = [f"{np.sum(np.abs(z) <= SIGMAS)} of {len(z)} simulated values of {name}" for name, z in _table_2_z(card).items()]
    return f"Table II: {' and '.join(said)} lie within {SIGMAS:g} σ of the paper's."


def table_2_chi2(card):
    """Return χ² of Table II, paper against ours with both errors, and its number of terms, for B and for µ.

    Values at neighbouring temperatures and at both couplings come from the same realizations: terms are correlated.
    """
    return {name: (float(np.sum(z**2)), len(z)) for name, z in _table_2_z(card).items()}
