"""Relaxation of a qubit by TLSs and quasiparticles."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import pi
from typing import TYPE_CHECKING

from tlsglass.models.observable import F_TAN_DELTA, J0_OVER_H0, MU, Observable, Parameter, PlotOptions, SyntheticRecipe
from tlsglass.models.resonator import QUASIPARTICLES, quasiparticle_temperature

if TYPE_CHECKING:
    from tlsglass.atlas.observables import AtlasObservables
    from tlsglass.base.types import FloatArray

# ASSUME: the recipe has parameters of the order of an aluminum transmon's, and the noise of a good experiment. J0/h0 is
# recovered from a qubit of niobium, whose quasiparticles leave a wider range of temperatures to the TLSs.
RECIPE_PARAMETERS = {"mu": 0.3, "gap_K": 2.1, "F_tan_delta": 3e-6, "kinetic_inductance_fraction": 0.5, "constant_rate": 0.0}
NIOBIUM_GAP_K = 15.0


# Points near hf/k hardly distinguish it from F tan δ, and in the STM not at all.
CONSTANT_RATE = Parameter("constant", "1/s", default=0.0, low=0.0, is_option=True, in_table=False, physical_bounds=True)


@lru_cache(maxsize=256)
def _quasiparticle_relaxation(T_K: bytes, frequency_Hz: float, gap_K: float) -> FloatArray:
    """Return 1/T1 (n,) per kinetic inductance fraction, cached since most steps of a fit leave the gap unchanged."""
    import numpy as np

    from tlsglass.physics import quasiparticles

    return quasiparticles.qubit_relaxation(np.frombuffer(T_K), frequency_Hz, gap_K)


def _rates(T_K: FloatArray, p: Mapping[str, float], frequency_Hz: float, tls: FloatArray) -> dict[str, FloatArray]:
    """Return the shapes of 1/T1 = F tan δ · TLSs + kinetic inductance fraction · quasiparticles + constant."""
    T_qp = quasiparticle_temperature(T_K, p)
    shapes = {
        "F_tan_delta": tls,
        "kinetic_inductance_fraction": _quasiparticle_relaxation(T_qp.tobytes(), frequency_Hz, p["gap_K"]),
    }
    return shapes | ({"constant_rate": T_K**0} if "constant_rate" in p else {})


def _qubit_relaxation(T_K: FloatArray, p: Mapping[str, float], frequency_Hz: float) -> dict[str, FloatArray]:
    from tlsglass.physics import microwave

    return _rates(T_K, p, frequency_Hz, microwave.qubit_relaxation_eq3(T_K, p["mu"], frequency_Hz))


def _qubit_relaxation_on_atlas(
    observables: AtlasObservables, T_K: FloatArray, p: Mapping[str, float], frequency_Hz: float, jackknife: bool = False
) -> dict[str, FloatArray]:
    tls = 2 * pi * frequency_Hz * observables.density_at_frequency(p[J0_OVER_H0], frequency_Hz, jackknife)
    return _rates(T_K, p, frequency_Hz, tls)


QUBIT_RELAXATION = Observable(
    "qubit_relaxation",
    symbol="1/T$_1$",
    units=("1/s",),
    parameters={"mu": MU, "F_tan_delta": F_TAN_DELTA, **QUASIPARTICLES, "constant_rate": CONSTANT_RATE},
    shapes=_qubit_relaxation,
    atlas_shapes=_qubit_relaxation_on_atlas,
    positive=True,
    probe="frequency_Hz",
    possible_range=(0.1, 1e11),
    column_pattern="(relaxation|decay|qubit)rate|gamma1|rate",
    recipe=SyntheticRecipe(RECIPE_PARAMETERS, (0.02, 0.25), 30, 0.01, probe=5e9),
    atlas_recipe=SyntheticRecipe(RECIPE_PARAMETERS | {"gap_K": NIOBIUM_GAP_K}, (0.02, 2), 60, 0.005, probe=5e9),
    plot_options=PlotOptions("log", legend="upper left"),
)

OBSERVABLES = (QUBIT_RELAXATION,)
