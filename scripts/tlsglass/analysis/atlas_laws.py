"""Laws of the atlas: how µ, B, exponents, slopes and the gap of n depend on J0/h0, from its counts and from its surface.

Every table is long: quantity, J0_over_h0, and value with its standard error. Energies and temperatures in units of h0, unless
they are named otherwise. Counts are annealed, as the paper's are; the surface is that of equilibrium, but for what is named
"..._annealed".
"""

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from tlsglass.atlas import api
from tlsglass.atlas.spline import G0
from tlsglass.atlas.table import Atlas
from tlsglass.base import labels
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.dos.fits import fit_exponent, fit_gaussian
from tlsglass.physics import two_tls

WINDOW_J0 = (0.05, 1.0)  # of n ∝ E^µ after the quench
DECADE_J0 = (0.1, 1.0)  # where Eq. (9) and a power law are held against each other
NEAR = 0.3  # "approximately" is read as within 30 %
GAP_BINS = 8
REDUCTION = (0.05, 0.3)  # J0/h0 between which the power of the reduction of n is told
CURVE_POINTS = 40
COLD_POINTS = 40
COLLAPSE_BINS = 12


def row(quantity, J0_over_h0, value, **more):
    """Return one row of a table, ``value`` a number or Samples ()."""
    error = value.error if isinstance(value, JackknifeEstimate) else np.nan
    return {
        "quantity": quantity,
        "J0_over_h0": J0_over_h0,
        "value": float(value.value if isinstance(value, JackknifeEstimate) else value),
        "value_err": float(error),
        **more,
    }


# ---- from the counts of the grid -------------------------------------------------------------------------------------


def laws_from_counts(atlas, gaussian_bin_K):
    """Return the table of what single couplings say: µ(T → 0) with Eq. (9), power law or gap, width of the Gaussian."""
    found, powers = [], []
    for index in atlas.set_indices("grid"):
        one = atlas.sets[index]
        J0_K, h0_K, about = one["J0_K"], atlas.h0_K, {"n_realizations": one["realizations"]}
        g = labels.round_to_label(J0_K / h0_K)
        quenched, coldest = (atlas.simulated_density(index, T) for T in atlas.rungs_K[:2])
        mu = fit_exponent(quenched, *(w * J0_K for w in WINDOW_J0)).mu
        powers.append((g, mu))
        found += [row("mu", g, mu, **about), row("mu_over_ratio", g, mu / g, **about)]
        for name, strength in (
            ("mu_eq9_printed", two_tls.PRINTED_STRENGTH),
            ("mu_eq9_pair_stability", two_tls.pair_stability_strength(one["concentration"])),
        ):
            ends = [w * J0_K for w in WINDOW_J0]
            found.append(row(name, g, two_tls.dipolar_gap_exponent(*ends, h0_K, J0_K, strength)))
        delta, strength = gap_against_power(quenched, J0_K)
        found += [row("aic_gap_minus_power", g, delta, **about), row("gap_strength", g, strength / g, **about)]
        E0 = fit_gaussian(coldest, J0_K, gaussian_bin_K).E0_K
        found += [
            row("E0_over_h0", g, E0 / h0_K, **about),
            row("E0_random_spins_over_h0", g, 2 * np.sqrt(1 + atlas.metadata["spread"] * g**2)),
        ]
    found.append(row("ratio_holds_to", np.nan, holds_to(powers)))
    return pd.DataFrame(found)


def holds_to(powers):
    """Return the J0/h0 up to which no µ, of pairs (J0/h0, µ) that grow, is off the ratio by more than ``NEAR`` and two of its
    errors: between the last coupling that holds and the first that does not, on a line. NaN where the first does not."""
    last = np.nan, np.nan
    for g, mu in sorted(powers, key=lambda pair: pair[0]):
        off = abs(mu.value / g - 1)
        if off > NEAR + 2 * mu.error / g:
            low, off_low = last
            return low + (g - low) * (NEAR - min(off_low, NEAR)) / (off - min(off_low, NEAR))
        last = g, off
    return last[0]


def gap_against_power(counts, J0_K):
    """Fit n = a / (1 + s ln(J0/E)), Eq. (9) with any strength, and n = a E^µ on a decade below J0.

    Returns AIC of Eq. (9) minus that of the power law (both have two parameters), and s, Samples (). χ² has the covariance
    of the jackknife with the factor of Hartlap, Simon and Schneider (2007).
    """
    E, ln_n = _decade(counts, J0_K)
    rows, groups = ln_n.rows, ln_n.groups
    covariance = (groups - 1) * np.cov(rows[1:].T, bias=True)
    inverse = np.linalg.inv(covariance) * (groups - len(E) - 2) / (groups - 1)
    x = np.log(E / J0_K)

    def off(values, shape):
        """χ² of ``values`` less a shape and the best constant."""
        rest = values - shape
        rest = rest - np.sum(inverse @ rest) / np.sum(inverse)
        return rest @ inverse @ rest

    mu = (x @ inverse @ rows[0] - np.sum(inverse @ x) * np.sum(inverse @ rows[0]) / np.sum(inverse)) / off(x, 0 * x)
    fits = [
        minimize_scalar(lambda s, values=values: off(values, -np.log(1 - s * x)), bounds=(0.0, 100.0), method="bounded")
        for values in rows
    ]
    return fits[0].fun - off(rows[0], mu * x), JackknifeEstimate([fit.x for fit in fits])


def _decade(counts, J0_K):
    """Return the mean energies of up to ``GAP_BINS`` even bins in ln E of the decade, and ln n in them, Samples."""
    low, high = (w * J0_K for w in DECADE_J0)
    edges = counts.edges_K
    kept = np.unique([np.argmin(np.abs(edges - E)) for E in np.geomspace(low, high, GAP_BINS + 1)])
    coarse = counts.coarsen(np.append(kept, len(edges) - 1))
    return np.sqrt(edges[kept[:-1]] * edges[kept[1:]]), np.log(coarse.n[:-1])


# ---- from the surface, between the couplings as well ------------------------------------------------------------------


def laws_from_spline(atlas, observables, T_over_h0):
    """Return the table of what the surface says: B(T), µ(T), the reduction of n, α, β, and the slopes of δv/v.

    ``observables`` is that section of the configuration, whose first windows and T0 ("matched_to_fig_3") are taken.
    """
    T0_K = observables["crossover_K"]["matched_to_fig_3"]
    window, below, above = (observables[name][0] for name in ("exponent_windows_K", "slope_below_T0", "slope_above_T0"))
    coldest, hottest = observables["sound_velocity_windows_K"][0]
    found, h0_K = [], atlas.h0_K
    annealed = Atlas(atlas.metadata, atlas.arrays)
    for g in G0 * np.expm1(np.linspace(0, np.log1p(atlas.limits["J0"][1] / G0), CURVE_POINTS)):
        J0_K = g * h0_K
        fit = api.eq3(np.array(T_over_h0) * h0_K, J0_K, h0_K, atlas=atlas)
        for k, T in enumerate(T_over_h0):
            found += [
                row("B", g, fit.B[k], T_over_h0=T),
                row("mu", g, fit.mu[k], T_over_h0=T),
                row("reduction", g, reduction(atlas, T, g), T_over_h0=T),
            ]
        for of, tail in ((atlas, ""), (annealed, "_annealed")):
            slopes = api.slopes(J0_K, T0_K, (coldest, below * T0_K), (above * T0_K, hottest), h0_K, of)
            found += [
                row(f"alpha{tail}", g, api.alpha(J0_K, *window, h0_K, of)),
                row(f"beta{tail}", g, api.beta(J0_K, *window, h0_K, of)),
                row(f"slope_ratio{tail}", g, slopes.ratio),
                row(f"maximum_over_T0{tail}", g, slopes.maximum_K / T0_K),
            ]
            if g > 0:
                found.append(row(f"mu_cold{tail}", g, cold_power(of, g)))
    for T in T_over_h0:
        found.append(row("reduction_power", np.nan, reduction_power(atlas, T), T_over_h0=T))
    return pd.DataFrame(found)


def cold_power(atlas, J0_over_h0):
    """Return µ of n ∝ E^µ on ``WINDOW_J0`` at the lowest temperature of the atlas, with the weights of counts, Samples ()."""
    h0_K = atlas.h0_K
    E = J0_over_h0 * h0_K * np.geomspace(*WINDOW_J0, COLD_POINTS)
    n = atlas.density(E, atlas.limits["T"][0] * h0_K, J0_over_h0 * h0_K, h0_K)
    x, weight = np.log(E), n.value * E / np.sum(n.value * E)
    x = x - x @ weight
    return np.log(n) @ (weight * x) / (weight @ x**2)


def reduction(atlas, T_over_h0, J0_over_h0):
    """Return by which share interactions reduce n(T, E) at E = T, Samples ()."""
    T, h0_K = T_over_h0 * atlas.h0_K, atlas.h0_K
    interacting, free = (atlas.density(T, T, g * h0_K, h0_K) for g in (J0_over_h0, 0.0))
    return 1 - interacting / free


def reduction_power(atlas, T_over_h0):
    """Return the power of J0/h0 with which ``reduction`` grows between ``REDUCTION``: 1 where it scales with the ratio."""
    low, high = (reduction(atlas, T_over_h0, g) for g in REDUCTION)
    return np.log(high / low) / np.log(REDUCTION[1] / REDUCTION[0])


# ---- scaling collapse --------------------------------------------------------------------------------------------------


def collapse(atlas, couplings, highest_T_J0=0.1, highest_E_J0=0.5):
    """Return the table of n T^-µ against E/T of some couplings at the rungs below a share of J0.

    µ and the prefactor p are those of n = p E^µ after the quench; what is told is n / (p T^µ): (1 + (E/T)²)^(µ/2) by Eq. (3).
    """
    found = []
    for index in atlas.set_indices("grid"):
        J0_K = atlas.sets[index]["J0_K"]
        g = labels.round_to_label(J0_K / atlas.h0_K)
        if g not in map(labels.round_to_label, couplings):
            continue
        law = fit_exponent(atlas.simulated_density(index, atlas.rungs_K[0]), *(w * J0_K for w in WINDOW_J0))
        mu, prefactor = law.mu.value, law.prefactor.value
        for T in atlas.rungs_K[1:][atlas.rungs_K[1:] < highest_T_J0 * J0_K * (1 + 1e-9)]:
            counts = atlas.simulated_density(index, T)
            edges = np.concatenate([[0.0], T * np.geomspace(0.4, highest_E_J0 * J0_K / T, COLLAPSE_BINS)])
            kept = np.unique([np.argmin(np.abs(counts.edges_K - E)) for E in edges])
            counts = counts.coarsen(np.append(kept, len(counts.widths_K)))
            n, E = counts.n / (prefactor * T**mu), counts.middle_K
            found += [
                row("collapse", g, n[k], T_over_h0=T / atlas.h0_K, E_over_T=E[k] / T, mu=mu) for k in range(len(kept) - 1)
            ]
    return pd.DataFrame(found)
