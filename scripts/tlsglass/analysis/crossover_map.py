"""The region in which all printed statements about Fig. 3 are true, over T0 = (ω/A)^(1/3) and the upper end of the window.

The paper prints neither.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.analysis import estimators
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries

T0_K = np.arange(0.1, 0.801, 0.02)  # from below that of Fig. 5(a) to where a window up to 1 K has lost its upper slope
MIN_END_K = 1.0  # windows end at the temperatures from this one on
CLAIMS = {"mu": "fig3_mu_J", "slope_ratio": "fig3_slope_J"}  # {number: beginning of the ids of its claims}
COLUMNS = ["L", "J0_K", "T_max_K", "T0_K"]
COLUMNS += [f"{name}{end}" for name in CLAIMS for end in ("", "_err", "_low", "_high", "_holds")]


def claim_interval(claim: pd.Series | Mapping[str, Any]) -> tuple[float, float]:
    """Return the interval of a claim, a row of config/paper_values.csv, or its value ± two errors of its rounding."""
    if math.isnan(claim["paper"]):
        return claim["low"], claim["high"]
    return claim["paper"] - 2 * claim["paper_err"], claim["paper"] + 2 * claim["paper_err"]


def tabulate_crossover(rungs: Sequence[DensityOfStates], paper: pd.DataFrame, observables: Mapping[str, Any]) -> pd.DataFrame:
    """Return the region in which all printed statements about Fig. 3 are true, for each coupling."""
    couplings = sorted({counts.J0_K for counts in rungs})
    sets = [TemperatureSeries(counts for counts in rungs if counts.J0_K == J0_K) for J0_K in couplings]
    claims = paper.set_index("id")
    return pd.concat([map_crossover(densities, observables, claims) for densities in sets], ignore_index=True)


def map_crossover(densities: TemperatureSeries, s: estimators.Section, claims: pd.DataFrame) -> pd.DataFrame:
    """Return the constant µ and the slope ratio of one set at every (T0, upper end), the table with COLUMNS.

    Each number has the ``claim_interval`` of the paper, from the ``claims`` by id, and whether it is inside (NaN if the paper
    prints none for this J0). Numbers are NaN if the maximum of δv/v or one of the slopes lies outside the window.
    """
    low_K = s["sound_velocity_windows_K"][0][0]
    ends = [T for T in densities.T_K if T >= MIN_END_K] or [max(densities.T_K)]
    intervals = {}
    for name, prefix in CLAIMS.items():
        id = f"{prefix}{densities.J0_K:g}"
        intervals[name] = claim_interval(claims.loc[id]) if id in claims.index else (math.nan, math.nan)
    rows = []
    for T_max in ends:
        for T0 in T0_K:
            row = {"L": densities.L, "J0_K": densities.J0_K, "T_max_K": T_max, "T0_K": T0}
            for name, estimate in _fit_numbers(densities, s, T0, (low_K, T_max)).items():
                low, high = intervals[name]
                row |= estimate.columns(name) | {f"{name}_low": low, f"{name}_high": high}
                row[f"{name}_holds"] = math.nan if math.isnan(low) else int(low <= estimate.value <= high)
            rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def _fit_numbers(
    densities: TemperatureSeries, s: estimators.Section, T0: float, window: estimators.Window
) -> dict[str, JackknifeEstimate]:
    """Return the constant µ and the slope ratio on a window."""
    mu = estimators.constant_mu(densities, s, T0, window).mu
    try:
        return {"mu": mu, "slope_ratio": estimators.slopes(densities, s, T0, window=window).ratio}
    except ValueError:  # a slope has fewer than two temperatures
        return {"mu": mu, "slope_ratio": mu * np.nan}
