"""The referee: every number that the paper states beside the one found here, with a verdict.

Each row of ``config/paper_values.csv`` says where the paper states a value (``paper`` with ``paper_err``, or a range
``low`` to ``high``), where ours stands (``table``, the rows that ``select`` picks, ``column``), and ``resolve``, the
smallest difference that the claim is about: three of our standard errors must be smaller for a verdict.
"""

import math

import numpy as np
import pandas as pd

SIGMAS = 3.0  # a deviation beyond this many standard errors counts as a difference
VERDICTS = ("agrees", "differs", "not enough statistics", "reconstructed", "not reproduced")


def judge(claim, table):
    """Return the scorecard row of ``claim`` (a mapping), ours taken from ``table`` (None: there is no such table)."""
    value, error = _ours(claim, table)
    low, high = (claim["low"], claim["high"]) if pd.isna(claim["paper"]) else (claim["paper"], claim["paper"])
    paper_err = 0.0 if pd.isna(claim["paper_err"]) else claim["paper_err"]
    outside = min(value - low, 0.0) if value < low else max(value - high, 0.0)
    sigma = math.hypot(error, paper_err)
    z = outside / sigma if sigma > 0 else math.copysign(math.inf, outside) if outside else 0.0
    return {
        "id": claim["id"],
        "where": claim["where"],
        "claim": claim["claim"],
        "paper": claim["paper"] if not pd.isna(claim["paper"]) else f"{claim['low']:g} to {claim['high']:g}",
        "paper_err": claim["paper_err"],
        "ours": value,
        "ours_err": error,
        "unit": claim["unit"],
        "z": z if math.isfinite(value) else math.nan,
        "verdict": _verdict(claim, value, error, z),
        "note": "" if pd.isna(claim["note"]) else claim["note"],
    }


def _ours(claim, table):
    if table is None:
        return math.nan, math.nan
    rows = table.query(claim["select"]) if isinstance(claim["select"], str) else table
    if len(rows) != 1:
        return math.nan, math.nan
    row = rows.iloc[0]
    error = row.get(f"{claim['column']}_err", 0.0)
    return float(row[claim["column"]]), 0.0 if pd.isna(error) and pd.notna(row[claim["column"]]) else float(error)


def _verdict(claim, value, error, z):
    if claim["table"] == "none":
        return "not reproduced"
    if not math.isfinite(value) or SIGMAS * error > claim["resolve"]:
        return "not enough statistics"
    if abs(z) > SIGMAS:
        return "differs"
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
