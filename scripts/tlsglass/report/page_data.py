"""What the page shows by script: tables of curves between which sliders choose, all by the library, and the packed files."""

import base64
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.atlas import api
from tlsglass.base import labels
from tlsglass.base.jackknife import format_with_error
from tlsglass.base.types import FloatArray
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.physics import eq3

BIN_T, MAX_T = 0.2, 8.0  # n is shown in bins of at least 0.2 T, up to E = 8 T
RATIOS = np.linspace(0, 1, 41)  # J0/h0 at which the atlas is drawn
MU = np.linspace(0, 0.4, 41)
VELOCITY_K = np.geomspace(0.01, 2, 61)
BELOW_T0, ABOVE_T0 = (0.1, 0.4), (2.0, 5.0)  # where the slopes of δv/v are taken, in units of T0 = (ω/A)^(1/3)


def round_values(values: FloatArray, digits: int = 5) -> list[float]:
    """Return values rounded to significant digits."""
    return [float(f"{value:.{digits}g}") for value in np.ravel(values)]


def nearest_ratio(ratio: float) -> float:
    """Return the J0/h0 nearest to ``ratio`` at which the atlas is drawn."""
    return round_values(RATIOS)[int(np.argmin(np.abs(RATIOS - ratio)))]


def densities(published: Path, table_2: pd.DataFrame, groups: int, window_T: float) -> dict[str, dict[str, Any]]:
    """Return n(T, E) of every set and temperature with its fit by Eq. (3), {set: {T: ...}}, in 10^-3 per kelvin and site."""
    by_set: dict[str, dict[str, Any]] = {}
    for fit in table_2.sort_values(["L", "J0_K", "T_K"]).itertuples():
        if not np.isfinite(fit.B):
            continue
        name, T = str(labels.ParameterSet(fit.L, fit.J0_K)), labels.format_number(fit.T_K)
        counts = DensityOfStates.load(published / f"dos/{name}/T{T}.npz", groups).coarsen_to_width(BIN_T * fit.T_K)
        inside = counts.edges_K[1:] <= MAX_T * fit.T_K * (1 + 1e-9)
        fitted_K = np.linspace(0, window_T * fit.T_K, 31)
        by_set.setdefault(name, {})[T] = {
            "E_K": round_values(counts.centers_K[inside], 9),
            "n": round_values(1e3 * counts.n.value[inside], 6),
            "n_err": round_values(1e3 * counts.n.error[inside], 3),
            "fitted_K": round_values(fitted_K),
            "fit": round_values(1e3 * eq3.density(fitted_K, fit.T_K, fit.B, fit.mu)),
            "text": f"Eq. (3): B = {format_with_error(fit.B, fit.B_err)} per kelvin and site, "
            f"µ = {format_with_error(fit.mu, fit.mu_err)} on 0 < E < {window_T:g} T, χ²/dof = {fit.chi2_per_dof:.2f}; "
            f"{fit.n_realizations:,} realizations.".replace("-", "−"),
        }
    return by_set


def atlas_curves(temperatures_K: Iterable[float], h0_K: float) -> dict[str, dict[str, Any]]:
    """Return n(T, E) of the atlas and its error at ``RATIOS``, {T: ...}, in 10^-3 per kelvin and site, where it has T."""
    (coldest, warmest), (_, strongest) = api.limits(h0_K).values()
    ratios = RATIOS[RATIOS * h0_K <= strongest]
    curves = {}
    for T_K in temperatures_K:
        if coldest <= T_K <= warmest:
            E_K = np.linspace(0, MAX_T * T_K, 33)
            n, error = api.density(E_K, T_K, ratios[:, None] * h0_K, h0_K)
            rows = {"n": [round_values(1e3 * row) for row in n], "n_err": [round_values(1e3 * row, 3) for row in error]}
            curves[labels.format_number(T_K)] = {"E_K": round_values(E_K), "ratios": round_values(ratios)} | rows
    return curves


def velocity_curves(materials: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return δv/v in 10^-6 relative to the lowest temperature, for ``MU``; the first, µ = 0, is that of the STM.

    Each of ``materials`` has title, omega_Hz, A_Hz_per_K3, tls_strength and mu, as the paper prints them.
    """
    shown = []
    for material in materials:
        omega, A = material["omega_Hz"], material["A_Hz_per_K3"]
        T0 = (omega / A) ** (1 / 3)
        curves, ratios = [], []
        for mu in MU:
            curve = 1e6 * material["tls_strength"] * eq3.sound_velocity(VELOCITY_K, mu, omega, A)
            curves.append(curve - curve[0])
            below, above = (np.diff(eq3.sound_velocity(T0 * np.array(ends), mu, omega, A))[0] for ends in (BELOW_T0, ABOVE_T0))
            ratios.append(above / np.log(ABOVE_T0[1] / ABOVE_T0[0]) / (below / np.log(BELOW_T0[1] / BELOW_T0[0])))
        shown.append(
            {
                "title": material["title"],
                "mu": int(np.argmin(np.abs(MU - material["mu"]))),
                "T0_K": float(f"{T0:.2g}"),
                "curves": [round_values(curve) for curve in curves],
                "slope_ratio": round_values(np.array(ratios), 3),
                "maximum_K": round_values(VELOCITY_K[np.argmax(curves, axis=1)], 2),
            }
        )
    return shown


def pack(content: Mapping[str, Any]) -> str:
    """Return a mapping as JSON, compressed by zlib, in base64."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()
