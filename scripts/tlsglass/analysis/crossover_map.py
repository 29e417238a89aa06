"""Where all that is printed about Fig. 3 holds: over T0 = (ω/A)^(1/3) and the upper end of the window, which are not."""

import math

import numpy as np
import pandas as pd

from tlsglass.analysis import estimators

T0_K = np.arange(0.1, 0.801, 0.02)  # from below what Fig. 5(a) gives to where a window up to 1 K has lost its upper slope
LEAST_END_K = 1.0  # windows end at the rungs from here on
CLAIMS = {"mu": "fig3_mu_J", "slope_ratio": "fig3_slope_J"}  # and how the ids of their claims begin
COLUMNS = ["L", "J0_K", "T_max_K", "T0_K"]
COLUMNS += [f"{name}{end}" for name in CLAIMS for end in ("", "_err", "_low", "_high", "_holds")]


def interval(claim):
    """Return (low, high) of a claim, a row of config/paper_values.csv: its range, or its value ± two errors of its rounding."""
    if math.isnan(claim["paper"]):
        return claim["low"], claim["high"]
    return claim["paper"] - 2 * claim["paper_err"], claim["paper"] + 2 * claim["paper_err"]


def map_crossover(densities, s, claims):
    """Return the constant µ and the slope ratio of one set at every (T0, upper end) as a pandas table of COLUMNS.

    ``claims`` (pandas table, by id) hold what the paper prints: a number holds where it lies in its ``interval``, NaN where
    the paper prints none of this J0. Numbers are NaN where the maximum of δv/v or one of the slopes lies outside the window.
    """
    low_K = s["sound_velocity_windows_K"][0][0]
    ends = [T for T in densities.T_K if T >= LEAST_END_K] or [max(densities.T_K)]
    stated = {}
    for name, begin in CLAIMS.items():
        id = f"{begin}{densities.J0_K:g}"
        stated[name] = interval(claims.loc[id]) if id in claims.index else (math.nan, math.nan)
    rows = []
    for T_max in ends:
        for T0 in T0_K:
            row = {"L": densities.L, "J0_K": densities.J0_K, "T_max_K": T_max, "T0_K": T0}
            for name, samples in _numbers(densities, s, T0, (low_K, T_max)).items():
                low, high = stated[name]
                row |= {name: samples.value, f"{name}_err": samples.error, f"{name}_low": low, f"{name}_high": high}
                row[f"{name}_holds"] = math.nan if math.isnan(low) else int(low <= samples.value <= high)
            rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def _numbers(densities, s, T0, window):
    mu = estimators.constant_mu(densities, s, T0, window).mu
    try:
        return {"mu": mu, "slope_ratio": estimators.slopes(densities, s, T0, window=window).ratio}
    except ValueError:  # a slope has fewer than two temperatures
        return {"mu": mu, "slope_ratio": mu * np.nan}
