"""Dependence of µ, B, exponents, slopes and the gap of n on J0/h0, from the counts of the atlas and from its spline.

Every table is long: quantity, J0_over_h0, and value with its standard error. Energies and temperatures are in units of h0,
unless their names say otherwise. Counts are annealed, as those of the paper; the spline is that of equilibrium, except for
quantities named "..._annealed".
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from tlsglass.atlas import api
from tlsglass.atlas.spline import G0
from tlsglass.atlas.table import Atlas
from tlsglass.base import labels, stats
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.fits import Exponent, fit_exponent, fit_gaussian
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.physics import two_tls

DECADE_J0 = (0.1, 1.0)  # energies in units of J0 at which the dipolar gap and a power law are compared
RATIO_TOLERANCE = 0.3  # "approximately" is read as within 30 % ...
RATIO_SIGMAS = 2.0  # ... and so many errors of µ
GAP_BINS = 8
REDUCTION_J0_OVER_H0 = (0.05, 0.3)  # between which the power of the reduction of n is determined
CURVE_POINTS = 40
COLD_POINTS = 40
COLLAPSE_BINS = 12
COLLAPSE_MAX_T_J0, COLLAPSE_MAX_E_J0 = 0.1, 0.5  # highest T and E of the collapse, in units of J0

Window = tuple[float, float]


def table_row(quantity: str, J0_over_h0: float, value: float | JackknifeEstimate, **columns: Any) -> dict[str, Any]:
    """Return one row of a table, with the error of ``value`` if it is an estimate ()."""
    error = value.error if isinstance(value, JackknifeEstimate) else np.nan
    return {
        "quantity": quantity,
        J0_OVER_H0: J0_over_h0,
        "value": float(value.value if isinstance(value, JackknifeEstimate) else value),
        "value_err": float(error),
        **columns,
    }


# ---- from the counts of the grid -------------------------------------------------------------------------------------


def _fit_quenched(atlas: Atlas, index: int, window_J0: Window) -> Exponent:
    """Fit n ∝ E^µ of a set after the quench, on a window in units of J0."""
    J0_K = atlas.sets[index]["J0_K"]
    return fit_exponent(atlas.simulated_density(index, atlas.rungs_K[0]), *(end * J0_K for end in window_J0))


def laws_from_counts(atlas: Atlas, gaussian_bin_K: float, window_J0: Window) -> pd.DataFrame:
    """Return the table of single couplings: µ(T → 0) with that of the dipolar gap, power law or gap, width of the Gaussian.

    The Gaussian is fitted to bins of ``gaussian_bin_K``, and n ∝ E^µ at the energies ``window_J0``, in units of J0.
    """
    rows, powers = [], []
    for index in atlas.set_indices("grid"):
        metadata = atlas.sets[index]
        J0_K, h0_K, realizations = metadata["J0_K"], atlas.h0_K, {"n_realizations": metadata["realizations"]}
        g = labels.round_to_label(J0_K / h0_K)
        quenched, coldest = (atlas.simulated_density(index, T) for T in atlas.rungs_K[:2])
        mu = _fit_quenched(atlas, index, window_J0).mu
        powers.append((g, mu))
        rows += [table_row("mu", g, mu, **realizations), table_row("mu_over_ratio", g, mu / g, **realizations)]
        for name, strength in (
            ("mu_eq9_printed", two_tls.PRINTED_STRENGTH),
            ("mu_eq9_pair_stability", two_tls.pair_stability_strength(metadata["concentration"])),
        ):
            ends = [end * J0_K for end in window_J0]
            rows.append(table_row(name, g, two_tls.dipolar_gap_exponent(*ends, h0_K, J0_K, strength)))
        comparison = gap_against_power(quenched, J0_K)
        rows += [
            table_row("aic_gap_minus_power", g, comparison.chi2_gap - comparison.chi2_power, **realizations),
            table_row("p_gap", g, stats.chi2_sf(comparison.chi2_gap, comparison.dof), **realizations),
            table_row("p_power", g, stats.chi2_sf(comparison.chi2_power, comparison.dof), **realizations),
            table_row("gap_strength", g, comparison.strength / g, **realizations),
        ]
        E0 = fit_gaussian(coldest, J0_K, gaussian_bin_K).E0_K
        rows += [
            table_row("E0_over_h0", g, E0 / h0_K, **realizations),
            table_row("E0_random_spins_over_h0", g, 2 * np.sqrt(1 + atlas.metadata["spread"] * g**2)),
        ]
    rows.append(table_row("ratio_holds_to", np.nan, ratio_valid_up_to(powers)))
    return pd.DataFrame(rows)


def ratio_valid_up_to(powers: Iterable[tuple[float, JackknifeEstimate]]) -> float:
    """Return the J0/h0 up to which no µ differs from J0/h0 by more than ``RATIO_TOLERANCE`` plus ``RATIO_SIGMAS`` errors.

    ``powers`` are pairs (J0/h0, µ). The result is interpolated linearly between the last coupling within the tolerance and the
    first beyond it, and NaN if the first coupling is beyond it.
    """
    previous = np.nan, np.nan
    for g, mu in sorted(powers, key=lambda pair: pair[0]):
        deviation = abs(mu.value / g - 1)
        if deviation > RATIO_TOLERANCE + RATIO_SIGMAS * mu.error / g:
            low, low_deviation = previous
            low_deviation = min(low_deviation, RATIO_TOLERANCE)
            return low + (g - low) * (RATIO_TOLERANCE - low_deviation) / (deviation - low_deviation)
        previous = g, deviation
    return previous[0]


class GapComparison(NamedTuple):
    """Fits of a logarithmic gap and of a power law to n below J0, each with two parameters."""

    chi2_gap: float
    chi2_power: float
    dof: int
    strength: JackknifeEstimate  # s of the gap, ()


def gap_against_power(counts: DensityOfStates, J0_K: float) -> GapComparison:
    """Compare n = a / (1 + s ln(J0/E)), ``two_tls.dipolar_gap`` with any strength, with n = a E^µ on a decade below J0.

    The errors of the bins are those of counting: low-energy excitations of a realization are so few that their counts in
    different bins are independent. A jackknife covariance of as many bins from 25 groups is too noisy for a comparison.
    """
    E, ln_n, error = _decade_bins(counts, J0_K)
    x, weights = np.log(E / J0_K), 1 / error**2

    def chi2(values: FloatArray, shape: FloatArray) -> float:
        """Return χ² of ``values`` minus a shape and the best constant."""
        residual = values - shape
        return float(weights @ (residual - np.average(residual, weights=weights)) ** 2)

    rows = ln_n.rows
    centered = x - np.average(x, weights=weights)
    mu = (weights * centered) @ rows[0] / (weights @ centered**2)
    fits = [
        minimize_scalar(lambda s, values=values: chi2(values, -np.log(1 - s * x)), bounds=(0.0, 100.0), method="bounded")
        for values in rows
    ]
    return GapComparison(fits[0].fun, chi2(rows[0], mu * x), len(E) - 2, JackknifeEstimate([fit.x for fit in fits]))


def _decade_bins(counts: DensityOfStates, J0_K: float) -> tuple[FloatArray, JackknifeEstimate, FloatArray]:
    """Return mean energies (k,) of up to ``GAP_BINS`` even bins in ln E of the decade, ln n (k,), and its counting errors."""
    low, high = (end * J0_K for end in DECADE_J0)
    edges = counts.edges_K
    kept = np.unique([np.argmin(np.abs(edges - E)) for E in np.geomspace(low, high, GAP_BINS + 1)])
    coarse = counts.coarsen(np.append(kept, len(edges) - 1))
    return np.sqrt(edges[kept[:-1]] * edges[kept[1:]]), np.log(coarse.n[:-1]), coarse.total[:-1] ** -0.5


# ---- from the spline, between the couplings as well ------------------------------------------------------------------


def laws_from_spline(
    atlas: Atlas, observables: Mapping[str, Any], T_over_h0: Sequence[float], window_J0: Window
) -> pd.DataFrame:
    """Return the table of B(T), µ(T), the reduction of n, α, β, and the slopes of δv/v from the spline.

    B, µ and the reduction are those at ``T_over_h0``. Of the section ``observables`` of the configuration, the first windows
    and the T0 "matched_to_fig_3" are used. At the lowest temperature n ∝ E^µ is fitted on ``window_J0``, in units of J0.
    """
    T0_K = observables["crossover_K"]["matched_to_fig_3"]
    window, below, above = (observables[name][0] for name in ("exponent_windows_K", "slope_below_T0", "slope_above_T0"))
    coldest, hottest = observables["sound_velocity_windows_K"][0]
    rows, h0_K = [], atlas.h0_K
    annealed = atlas.annealed()
    for g in G0 * np.expm1(np.linspace(0, np.log1p(atlas.limits["J0"][1] / G0), CURVE_POINTS)):
        J0_K = g * h0_K
        fit = api.eq3(np.array(T_over_h0) * h0_K, J0_K, h0_K, atlas=atlas)
        for k, T in enumerate(T_over_h0):
            rows += [
                table_row("B", g, fit.B[k], T_over_h0=T),
                table_row("mu", g, fit.mu[k], T_over_h0=T),
                table_row("reduction", g, reduction(atlas, T, g), T_over_h0=T),
            ]
        for state, suffix in ((atlas, ""), (annealed, "_annealed")):
            slopes = api.slopes(J0_K, T0_K, (coldest, below * T0_K), (above * T0_K, hottest), h0_K, state)
            rows += [
                table_row(f"alpha{suffix}", g, api.alpha(J0_K, *window, h0_K, state)),
                table_row(f"beta{suffix}", g, api.beta(J0_K, *window, h0_K, state)),
                table_row(f"slope_ratio{suffix}", g, slopes.ratio),
                table_row(f"maximum_over_T0{suffix}", g, slopes.maximum_K / T0_K),
            ]
            if g > 0:
                rows.append(table_row(f"mu_cold{suffix}", g, cold_power(state, g, window_J0)))
    for T in T_over_h0:
        rows.append(table_row("reduction_power", np.nan, reduction_power(atlas, T), T_over_h0=T))
    return pd.DataFrame(rows)


def cold_power(atlas: Atlas, J0_over_h0: float, window_J0: Window) -> JackknifeEstimate:
    """Return µ () of n ∝ E^µ at the lowest temperature of the atlas, weighted as counts are."""
    h0_K = atlas.h0_K
    E = J0_over_h0 * h0_K * np.geomspace(*window_J0, COLD_POINTS)
    n = atlas.density(E, atlas.limits["T"][0] * h0_K, J0_over_h0 * h0_K, h0_K)
    x, weight = np.log(E), n.value * E / np.sum(n.value * E)
    x = x - x @ weight
    return np.log(n) @ (weight * x) / (weight @ x**2)


def reduction(atlas: Atlas, T_over_h0: float, J0_over_h0: float) -> JackknifeEstimate:
    """Return the relative reduction () of n(T, E) at E = T by interactions."""
    T, h0_K = T_over_h0 * atlas.h0_K, atlas.h0_K
    interacting, free = (atlas.density(T, T, g * h0_K, h0_K) for g in (J0_over_h0, 0.0))
    return 1 - interacting / free


def reduction_power(atlas: Atlas, T_over_h0: float) -> JackknifeEstimate:
    """Return the power () of J0/h0 with which ``reduction`` grows; 1 if it is proportional to the ratio."""
    low, high = (reduction(atlas, T_over_h0, g) for g in REDUCTION_J0_OVER_H0)
    return np.log(high / low) / np.log(REDUCTION_J0_OVER_H0[1] / REDUCTION_J0_OVER_H0[0])


# ---- scaling collapse ------------------------------------------------------------------------------------------------


def collapse(atlas: Atlas, J0_over_h0: Sequence[float], window_J0: Window) -> pd.DataFrame:
    """Return the table of n / (p T^µ) against E/T of some couplings, at the temperatures below a fraction of J0.

    p and µ are those of n = p E^µ after the quench. By Eq. (3) the values are (1 + (E/T)²)^(µ/2).
    """
    rows = []
    for index in atlas.set_indices("grid"):
        J0_K = atlas.sets[index]["J0_K"]
        g = labels.round_to_label(J0_K / atlas.h0_K)
        if g not in map(labels.round_to_label, J0_over_h0):
            continue
        law = _fit_quenched(atlas, index, window_J0)
        mu, prefactor = law.mu.value, law.prefactor.value
        for T in atlas.rungs_K[1:][atlas.rungs_K[1:] < COLLAPSE_MAX_T_J0 * J0_K * (1 + 1e-9)]:
            counts = atlas.simulated_density(index, T)
            edges = np.concatenate([[0.0], T * np.geomspace(0.4, COLLAPSE_MAX_E_J0 * J0_K / T, COLLAPSE_BINS)])
            kept = np.unique([np.argmin(np.abs(counts.edges_K - E)) for E in edges])
            counts = counts.coarsen(np.append(kept, len(counts.widths_K)))
            n, E = counts.n / (prefactor * T**mu), counts.centers_K
            rows += [
                table_row("collapse", g, n[k], T_over_h0=T / atlas.h0_K, E_over_T=E[k] / T, mu=mu) for k in range(len(kept) - 1)
            ]
    return pd.DataFrame(rows)
