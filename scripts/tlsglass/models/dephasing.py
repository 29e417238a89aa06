"""What thermally active TLSs do by their number: the width of lines, the decay of echoes, and the noise of a frequency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tlsglass.models.observable import J0_OVER_H0, MU, Geometric, Observable, Parameter, PlotOptions, SyntheticRecipe, option

if TYPE_CHECKING:
    from tlsglass.base.types import FloatArray

# ASSUME: the recipes have parameters of the order of an organic glass and of a microwave resonator, and the noise of a good
# experiment.


ACTIVATION = Parameter(
    "E$_a$", "K", start_grid=Geometric(5, 100, 6), default=20.0, low=0.5, high=1e3, is_option=True, in_table=False
)


def _widths(T_K: FloatArray, p: Mapping[str, float], active: FloatArray) -> dict[str, FloatArray]:
    """Return the shapes of the width Γ = a N_th(T)/N_th(1 K) + constant + b / (exp(E_a/T) - 1)."""
    shapes = {"width_1K": active, "constant": T_K**0}
    if "activated" not in p:
        return shapes
    import numpy as np

    return shapes | {"activated": 1 / np.expm1(np.minimum(option(p, "activation_K", ACTIVATION) / T_K, 700.0))}


LINE_WIDTH = Observable(
    "line_width",
    symbol="Γ",
    units=("Hz",),
    parameters={
        "mu": MU,
        "activation_K": ACTIVATION,
        "width_1K": Parameter("Γ of TLSs at 1 K", "Hz", low=0.0, in_table=False, physical_bounds=True),
        "constant": Parameter("constant", "Hz", default=0.0, low=0.0, in_table=False, physical_bounds=True),
        "activated": Parameter("activated", "Hz", default=0.0, low=0.0, is_option=True, in_table=False, physical_bounds=True),
    },
    shapes=lambda T_K, p, _: _widths(T_K, p, T_K ** (1 + p["mu"])),  # exact with Eq. (3)
    atlas_shapes=lambda observables, T_K, p, _, jackknife=False: _widths(
        T_K, p, observables.active_tls(p[J0_OVER_H0], jackknife)
    ),
    positive=True,
    column_pattern="(homogeneous|optical|hole)?(line)?width|fwhm|hwhm|dephasing(rate)?|echodecay(rate)?|gamma(2|phi|hom|h)?",
    recipe=SyntheticRecipe(
        {"mu": 0.1, "activation_K": 20.0, "width_1K": 1e8, "constant": 1e6, "activated": 0.0}, (0.05, 3), 25, 0.01
    ),
    plot_options=PlotOptions("log", legend="upper left"),
)


# S = S(1 K) T^-(1+µ) + background, at a power too low to saturate TLSs. With Eq. (3), T^-(1+µ) is the inverse density of
# thermally active TLSs.
FREQUENCY_NOISE = Observable(
    "frequency_noise",
    symbol="S",
    units=("dimensionless", "1/Hz"),
    parameters={
        "mu": MU,
        "noise_1K": Parameter("S at 1 K", low=0.0, in_table=False, physical_bounds=True),
        "background": Parameter("background", default=0.0, low=0.0, in_table=False, physical_bounds=True),
    },
    shapes=lambda T_K, p, _: {"noise_1K": T_K ** -(1 + p["mu"]), "background": T_K**0},
    atlas_shapes=lambda observables, T_K, p, _, jackknife=False: {
        "noise_1K": 1 / observables.active_tls(p[J0_OVER_H0], jackknife),
        "background": T_K**0,
    },
    positive=True,
    possible_range=(1e-40, 1e-3),  # ASSUME: fluctuations of the frequency are far smaller than the frequency
    column_pattern="(frequency)?noise(amplitude|power)?|s(y|f|eps|nu)\\d?|psd",
    recipe=SyntheticRecipe({"mu": 0.2, "noise_1K": 1e-17, "background": 1e-17}, (0.03, 1), 25, 0.05),
    atlas_recipe=SyntheticRecipe({"mu": 0.2, "noise_1K": 1e-17, "background": 1e-18}, (0.02, 3), 40, 0.01),
    plot_options=PlotOptions("log", legend="lower left"),
)

OBSERVABLES = (LINE_WIDTH, FREQUENCY_NOISE)
