"""Rule two_tls: Table I, the interaction constants of Appendix C, Eq. (9) and the STM's slopes, in closed form."""

import numpy as np
import pandas as pd

from tlsglass.base import files
from tlsglass.physics import eq3, two_tls
from tlsglass.show import tables

files.log_to(snakemake.log[0])
settings = snakemake.params.two_tls
h0_K = snakemake.params.h0_K

scales = two_tls.energy_scales(two_tls.Material(**settings["material"]))
table_1 = pd.DataFrame(
    [
        {"model": "two-TLS model", "defects_K": scales["defects_K"], "h0_K": scales["h0_K"], "J0_K": scales["J0_elastic_K"]},
        {
            "model": "two-TLS model with strong electric dipolar interactions",
            "defects_K": scales["defects_K"],
            "h0_K": scales["h0_K"],
            "J0_K": scales["J0_dipolar_K"],
        },
    ]
)
files.write_csv(snakemake.output.table_1, table_1)
assumed = ", ".join(f"{name} = {value:g}" for name, value in settings["material"].items())
tables.write_markdown(
    snakemake.output.table_1_markdown,
    "Table I: typical energy scales (K)",
    table_1.map(lambda x: x if isinstance(x, str) else f"{float(f'{x:.2g}'):g}").set_axis(
        ["", "NN defects (K)", "TLS disorder energy h0 (K)", "NN TLSs J0 (K)"], axis=1
    ),
    f"From {assumed}. γ_w, g and the dipole moment lie in the paper's ranges; density, velocity and R0 are assumed, of the"
    " order of alumina.",
)

dipolar, elastic = two_tls.dipolar_constant(), two_tls.elastic_constant()
per_inverse_Q = 2 / np.pi  # Q⁻¹ = (π/2) C_el and tan δ = (π/2) C_dip
rows = [
    ("dipolar_over_C_dip", dipolar),
    ("dipolar_over_tan_delta", dipolar * per_inverse_Q),
    ("elastic_over_C_el", elastic),
    ("elastic_over_inverse_Q", elastic * per_inverse_Q),
    ("elastic_over_C_el_equal_variances", two_tls.elastic_constant(diagonal_variance=1.0)),
]
for glass in settings["interaction_ratio"]:
    C_el = glass.get("C_el") or glass["inverse_Q"] * per_inverse_Q
    rows.append((f"r {glass['material']}", dipolar * glass["C_dip"] / (elastic * C_el)))
appendix_c = pd.DataFrame(rows, columns=["quantity", "value"])
files.write_csv(snakemake.output.appendix_c, appendix_c)
tables.write_markdown(
    snakemake.output.appendix_c_markdown,
    "Appendix C: interaction constants",
    appendix_c.assign(value=appendix_c["value"].map("{:.3f}".format)),
    "P0⟨|J|⟩ of electric dipolar and of elastic interactions, and their ratio r, from the measured C_dip and C_el or Q⁻¹.",
)

J0_K = settings["elastic_ratio"] * h0_K
T0 = 1.0  # crossover temperature (ω/A)^(1/3); the STM's slopes are taken far from it
far_below, far_above = np.array([1e-4, 1e-3]) * T0, np.array([1e3, 1e4]) * T0
below, above = (np.diff(eq3.sound_velocity(T, 0.0, T0**3, 1.0)) / np.diff(np.log(T)) for T in (far_below, far_above))
closed = [
    ("eq9_mu_at_J0", two_tls.dipolar_gap_exponent(J0_K, h0_K, J0_K)),
    ("eq9_mu_at_J0_over_100", two_tls.dipolar_gap_exponent(J0_K / 100, h0_K, J0_K)),
    ("stm_slope_ratio", (above / below)[0]),
]
files.write_csv(snakemake.output.closed_forms, pd.DataFrame(closed, columns=["quantity", "value"]))
