"""The referee: every number that the paper states beside the one found here, with a verdict.

Each row of ``config/paper_values.csv`` says where the paper states a value (``paper`` with ``paper_err``, the rounding of
its last digit, or a range ``low`` to ``high``), where ours stands (``table``, the rows that ``select`` picks, ``column``),
and ``resolve``, the smallest difference that the claim is about: three of our standard errors must be smaller for a verdict.
The paper gives no errors. Where its number comes of a simulation, it has the statistical error of its ``REALIZATIONS``
realizations, which is ours scaled by the root of the ratio of the numbers.
"""

import math

import numpy as np
import pandas as pd

SIGMAS = 3.0  # a deviation beyond this many standard errors counts as a difference
REALIZATIONS = 10_000  # of the paper, for each (L, J0)
VERDICTS = ("agrees", "open choice", "differs", "not enough statistics", "reconstructed", "not reproduced")


def judge(claim, table):
    """Return the scorecard row of ``claim`` (a mapping), ours taken from ``table`` (None: there is no such table)."""
    value, error, systematic, realizations = _ours(claim, table)
    low, high = (claim["low"], claim["high"]) if pd.isna(claim["paper"]) else (claim["paper"], claim["paper"])
    rounding = 0.0 if pd.isna(claim["paper_err"]) else claim["paper_err"]
    statistical = error * math.sqrt(realizations / REALIZATIONS) if claim["kind"] == "simulated" else 0.0
    paper_err = math.hypot(rounding, statistical)
    outside = min(value - low, 0.0) if value < low else max(value - high, 0.0)
    sigma = math.hypot(error, paper_err)
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
        "verdict": _verdict(claim, value, error, abs(outside), sigma, systematic),
        "note": "" if pd.isna(claim["note"]) else claim["note"],
    }


def _ours(claim, table):
    """Return our value, its statistical and its systematic error, and the number of realizations behind it."""
    unknown = math.nan, math.nan, 0.0, REALIZATIONS
    if table is None:
        return unknown
    rows = table.query(claim["select"]) if isinstance(claim["select"], str) else table
    if len(rows) != 1:
        return unknown
    row, column = rows.iloc[0], claim["column"]
    error = row.get(f"{column}_err", 0.0)
    error = 0.0 if pd.isna(error) and pd.notna(row[column]) else float(error)
    return float(row[column]), error, float(row.get(f"{column}_sys", 0.0)), float(row.get("n_realizations", REALIZATIONS))


def _verdict(claim, value, error, outside, sigma, systematic):
    if claim["table"] == "none":
        return "not reproduced"
    if not math.isfinite(value) or SIGMAS * error > claim["resolve"]:
        return "not enough statistics"
    if outside > SIGMAS * sigma + systematic:
        return "differs"
    if outside > SIGMAS * sigma:
        return "open choice"
    return "reconstructed" if claim["kind"] == "reconstructed" else "agrees"


def summary(card):
    """Return the number of claims with each verdict, in the order of ``VERDICTS``."""
    counts = card["verdict"].value_counts()
    return {verdict: int(counts.get(verdict, 0)) for verdict in VERDICTS}


def table_2_line(card):
    """Return one sentence on Table II: how many B and µ lie within ``SIGMAS`` standard errors of the paper's."""
    said = []
    for name, prefix in (("B", "table2_B"), ("µ", "table2_mu")):
        z = card.loc[card["id"].str.startswith(prefix), "z"].to_numpy(float)
        said.append(f"{np.sum(np.abs(z) <= SIGMAS)} of {np.sum(np.isfinite(z))} simulated values of {name}")
    return f"Table II: {' and '.join(said)} lie within {SIGMAS:g} σ of the paper's."


def table_2_chi2(card):
    """Return χ² of Table II, paper against ours with both errors, and its number of terms, for B and for µ.

    Values at neighbouring temperatures and at both couplings come from the same realizations: terms are correlated.
    """
    found = {}
    for name, prefix in (("B", "table2_B"), ("µ", "table2_mu")):
        z = card.loc[card["id"].str.startswith(prefix), "z"].to_numpy(float)
        z = z[np.isfinite(z)]
        found[name] = float(np.sum(z**2)), len(z)
    return found
