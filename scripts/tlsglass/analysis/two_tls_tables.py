"""Closed forms of the two-TLS model and of the standard tunneling model: Table I, Appendix C, dipolar gap, slopes of δv/v."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.physics import eq3, two_tls

PER_INVERSE_Q = 2 / np.pi  # Q⁻¹ = (π/2) C_el and tan δ = (π/2) C_dip


def tabulate_closed_forms(
    paper: pd.DataFrame, two_tls: Mapping[str, Any], model: Mapping[str, float], window_J0: tuple[float, float]
) -> dict[str, pd.DataFrame]:
    """Return Table I, the interaction constants of Appendix C, and the dipolar gap with the slopes of the STM."""
    printed_ratio = paper.set_index("id")["paper"]["appendix_C_elastic_over_C_el"]
    J0_K = two_tls["J0_over_h0_elastic"] * model["h0_K"]
    return {
        "table_1": table_1(two_tls["material"]),
        "appendix_c": appendix_c(two_tls["appendix_c_materials"], printed_ratio),
        "closed_forms": closed_forms(J0_K, model["h0_K"], model["concentration"], window_J0),
    }


def table_1(material: Mapping[str, float]) -> pd.DataFrame:
    """Return Table I, energies in K, for the parameters of ``two_tls.Material``."""
    scales = two_tls.energy_scales(two_tls.Material(**material))
    return pd.DataFrame(
        [
            {"model": model, "defects_K": scales["defects_K"], "h0_K": scales["h0_K"], "J0_K": scales[f"J0_{interaction}_K"]}
            for model, interaction in (
                ("two-TLS model", "elastic"),
                ("two-TLS model with strong electric dipolar interactions", "dipolar"),
            )
        ]
    )


def appendix_c(glasses: Sequence[Mapping[str, Any]], printed: float) -> pd.DataFrame:
    """Return the constants of both interactions, and their ratio r in each glass.

    Parameters
    ----------
    glasses
        Each with its material, C_dip, and C_el or inverse_Q.
    printed
        P0⟨abs(J_el)⟩/C_el of the paper. A Monte Carlo average over "samples_that_scatter_so_far" samples has a standard error
        as large as the difference from our constant.
    """
    dipolar, elastic = two_tls.dipolar_constant(), two_tls.elastic_constant()
    rows = [
        ("dipolar_over_C_dip", dipolar),
        ("dipolar_over_tan_delta", dipolar * PER_INVERSE_Q),
        ("elastic_over_C_el", elastic),
        ("elastic_over_inverse_Q", elastic * PER_INVERSE_Q),
        ("elastic_over_C_el_equal_variances", two_tls.elastic_constant(diagonal_variance=1.0)),
        ("samples_that_scatter_so_far", round(two_tls.elastic_samples(printed))),
    ]
    for glass in glasses:
        C_el = glass.get("C_el") or glass["inverse_Q"] * PER_INVERSE_Q
        rows.append((f"r {glass['material']}", dipolar * glass["C_dip"] / (elastic * C_el)))
    return pd.DataFrame(rows, columns=["quantity", "value"])


def closed_forms(J0_K: float, h0_K: float, concentration: float, window_J0: tuple[float, float]) -> pd.DataFrame:
    """Return c n0 h0 and µ of the dipolar gap as printed and from pair stability, and the slope ratio of δv/v in the STM.

    µ is that of a power law through both ends of ``window_J0``, energies in units of J0.
    """
    T0 = 1.0  # crossover temperature (ω/A)^(1/3); the STM's slopes are taken far from it
    far_below, far_above = np.array([1e-4, 1e-3]) * T0, np.array([1e3, 1e4]) * T0
    below, above = (np.diff(eq3.sound_velocity(T, 0.0, T0**3, 1.0)) / np.diff(np.log(T)) for T in (far_below, far_above))
    rows = [("stm_slope_ratio", (above / below)[0])]
    strengths = {"printed": two_tls.PRINTED_STRENGTH, "pair_stability": two_tls.pair_stability_strength(concentration)}
    for name, strength in strengths.items():
        rows.append((f"eq9_strength_{name}", strength))
        low_K, high_K = (J0_K * edge for edge in window_J0)
        rows.append((f"eq9_mu_{name}", two_tls.dipolar_gap_exponent(low_K, high_K, h0_K, J0_K, strength)))
    return pd.DataFrame(rows, columns=["quantity", "value"])
