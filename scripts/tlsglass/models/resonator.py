"""Frequency and loss of a superconducting resonator, which share F tan δ, the gap and the kinetic inductance fraction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from math import pi
from typing import TYPE_CHECKING, NamedTuple

from tlsglass.models.observable import (
    CALIBRATION,
    F_TAN_DELTA,
    GAP,
    J0_OVER_H0,
    KINETIC_INDUCTANCE_FRACTION,
    MAX_RELATIVE_CHANGE,
    MU,
    OFFSET,
    PHONON_DIMENSION,
    QP_EXPONENT,
    QP_SATURATION,
    RELAXATION_RATE,
    Geometric,
    Observable,
    Parameter,
    PlotOptions,
    SyntheticRecipe,
    option,
    phonon_dimension,
)

if TYPE_CHECKING:
    from tlsglass.atlas.observables import AtlasObservables
    from tlsglass.base.types import FloatArray, IntArray

# ASSUME: the recipes have parameters of the order of a microwave resonator's, and the noise of a good experiment.


# A fit combines each value of one parameter with many of another: the parts of the models are cached.


QUASIPARTICLES = {  # parameters that f, the loss and the relaxation of a qubit share
    "gap_K": GAP,
    "qp_saturation_K": QP_SATURATION,
    "qp_exponent": QP_EXPONENT,
    "kinetic_inductance_fraction": KINETIC_INDUCTANCE_FRACTION,
}


def quasiparticle_temperature(T_K: FloatArray, p: Mapping[str, float]) -> FloatArray:
    """Return the temperature of the quasiparticles, which may not cool below ``qp_saturation_K``."""
    saturation_K = option(p, "qp_saturation_K", QP_SATURATION)
    if saturation_K == 0:
        return T_K
    from tlsglass.physics import quasiparticles

    return quasiparticles.effective_temperature(T_K, saturation_K, option(p, "qp_exponent", QP_EXPONENT))


@lru_cache(maxsize=256)
def _quasiparticle_shift(T_K: bytes, frequency_Hz: float, gap_K: float) -> FloatArray:
    """Return δσ2/2σ2 (n,)."""
    import numpy as np

    from tlsglass.physics import quasiparticles

    return quasiparticles.frequency_shift(np.frombuffer(T_K), frequency_Hz, gap_K)


@lru_cache(maxsize=256)
def _resonant_shift(T_K: bytes, frequency_Hz: float, mu: float) -> FloatArray:
    """Return δf/f of resonant TLSs with Eq. (3), (n,)."""
    import numpy as np

    from tlsglass.physics import microwave

    return microwave.resonant_at_frequency_eq3(np.frombuffer(T_K), mu, frequency_Hz)


def _frequency_shapes(
    T_K: FloatArray, p: Mapping[str, float], frequency_Hz: float, resonant: FloatArray
) -> dict[str, FloatArray]:
    """Return the shapes of δf/f = F tan δ / π · resonant + kinetic inductance fraction · quasiparticles + offset.

    ASSUME: δf/f = -F/2 δε/ε, and relaxation is too slow to count at microwave frequencies.
    """
    return {
        "F_tan_delta": resonant / pi,
        "kinetic_inductance_fraction": _quasiparticle_shift(
            quasiparticle_temperature(T_K, p).tobytes(), frequency_Hz, p["gap_K"]
        ),
        "offset": T_K**0,
    }


def _resonator_frequency(T_K: FloatArray, p: Mapping[str, float], frequency_Hz: float) -> dict[str, FloatArray]:
    return _frequency_shapes(T_K, p, frequency_Hz, _resonant_shift(T_K.tobytes(), frequency_Hz, p["mu"]))


def _resonator_frequency_on_atlas(
    observables: AtlasObservables, T_K: FloatArray, p: Mapping[str, float], frequency_Hz: float, jackknife: bool = False
) -> dict[str, FloatArray]:
    resonant = observables.resonant_at_frequency(p[J0_OVER_H0], frequency_Hz, jackknife)
    return _frequency_shapes(T_K, p, frequency_Hz, resonant)


RESONATOR_FREQUENCY = Observable(
    "resonator_frequency",
    symbol="δf/f",
    units=("dimensionless",),
    probe_unit="Hz",
    parameters={"mu": MU, "F_tan_delta": F_TAN_DELTA, **QUASIPARTICLES, "offset": OFFSET},
    shapes=_resonator_frequency,
    atlas_shapes=_resonator_frequency_on_atlas,
    probe="frequency_Hz",
    max_change=MAX_RELATIVE_CHANGE,
    noise_amplitude="F_tan_delta",
    recipe=SyntheticRecipe(
        {"mu": 0.1, "gap_K": 15.0, "F_tan_delta": 6e-4, "kinetic_inductance_fraction": 0.1, "offset": 0.0},
        (0.08, 2.4),
        50,
        0.001,
        probe=8e9,
        stream=4,
    ),
    plot_options=PlotOptions(subtract_minimum=True, legend="below"),
)


class DrivenProbe(NamedTuple):
    """The probe of a resonator's loss: its frequency and the photon number n̄ of each point, (n,).

    A frequency alone is a drive too weak to saturate any TLS.
    """

    frequency_Hz: float
    photons: FloatArray | float = 0.0


@lru_cache(maxsize=16)
def _distinct(T_K: bytes) -> tuple[FloatArray, IntArray]:
    """Return the distinct temperatures, and the index of each temperature among them: sweeps of the power repeat them."""
    import numpy as np

    return np.unique(np.frombuffer(T_K), return_inverse=True)


@lru_cache(maxsize=256)
def _quasiparticle_loss(T_K: bytes, frequency_Hz: float, gap_K: float) -> FloatArray:
    """Return σ1/σ2 (n,), cached since most steps of a fit leave the gap unchanged."""
    from tlsglass.physics import quasiparticles

    distinct_K, index = _distinct(T_K)
    return quasiparticles.loss(distinct_K, frequency_Hz, gap_K)[index]


@lru_cache(maxsize=64)
def _resonant_loss(T_K: bytes, frequency_Hz: float, mu: float) -> FloatArray:
    """Return the resonant loss per F tan δ (n,) with Eq. (3) at weak drive, cached since most steps leave µ unchanged."""
    import numpy as np

    from tlsglass.physics import microwave

    return microwave.resonant_loss_eq3(np.frombuffer(T_K), mu, frequency_Hz)


@lru_cache(maxsize=256)
def _relaxation_loss(T_K: bytes, frequency_Hz: float, mu: float, A_Hz_per_K3: float, dimension: float) -> FloatArray:
    """Return the relaxation loss per F tan δ (n,) with Eq. (3), cached since most steps of a fit leave µ and A unchanged."""
    import numpy as np

    from tlsglass.physics import microwave

    return microwave.relaxation_loss_eq3(np.frombuffer(T_K), mu, frequency_Hz, A_Hz_per_K3, dimension)


@lru_cache(maxsize=64)
def _saturation_factor(
    T_K: bytes, frequency_Hz: float, photons: bytes, critical_photons: float, beta1: float, beta2: float
) -> FloatArray:
    """Return the factor (n,) of the resonant loss by the drive, cached since most steps of a fit leave it unchanged."""
    import numpy as np

    from tlsglass.physics import microwave

    arrays = np.frombuffer(T_K), frequency_Hz, np.frombuffer(photons)
    return microwave.saturation(*arrays, critical_photons, beta1, beta2)


def _loss_shapes(
    T_K: FloatArray, p: Mapping[str, float], probe: DrivenProbe, resonant: FloatArray, relaxation: FloatArray
) -> dict[str, FloatArray]:
    """Return the shapes of 1/Q_i from two losses per F tan δ, each (n,): ``resonant`` without a drive, and ``relaxation``.

    1/Q_i = F tan δ · (resonant / sqrt(1 + (n̄/n_c)^β2 tanh / T^β1) + relaxation)
            + kinetic inductance fraction · σ1/σ2 + background,

    multiplied by 1 + calibration, a relative error that all values of one dataset have in common.
    """
    import numpy as np

    drive = np.asarray(probe.photons, dtype=float).tobytes(), 10 ** p["log10_nc"], p["beta1"], p["beta2"]
    shapes = {
        "F_tan_delta": resonant * _saturation_factor(T_K.tobytes(), probe.frequency_Hz, *drive) + relaxation,
        "kinetic_inductance_fraction": _quasiparticle_loss(
            quasiparticle_temperature(T_K, p).tobytes(), probe.frequency_Hz, p["gap_K"]
        ),
        "background": np.ones_like(T_K),
    }
    return {name: (1 + p[CALIBRATION]) * shape for name, shape in shapes.items()}


def _as_driven(probe: DrivenProbe | float) -> DrivenProbe:
    return probe if isinstance(probe, DrivenProbe) else DrivenProbe(probe)


def _resonator_loss(T_K: FloatArray, p: Mapping[str, float], probe: DrivenProbe | float) -> dict[str, FloatArray]:
    """Return the shapes of 1/Q_i with Eq. (3).

    ASSUME: the drive saturates TLSs at E = hf, and not the relaxing TLSs at E of order T.
    """
    probe = _as_driven(probe)
    of_mu = T_K.tobytes(), probe.frequency_Hz, p["mu"]
    resonant = _resonant_loss(*of_mu)
    relaxation = _relaxation_loss(*of_mu, p["A_Hz_per_K3"], phonon_dimension(p))
    return _loss_shapes(T_K, p, probe, resonant, relaxation)


def _resonator_loss_on_atlas(
    observables: AtlasObservables, T_K: FloatArray, p: Mapping[str, float], probe: DrivenProbe | float, jackknife: bool = False
) -> dict[str, FloatArray]:
    from tlsglass.physics import microwave

    probe = _as_driven(probe)
    g, A, dimension = p[J0_OVER_H0], p["A_Hz_per_K3"], phonon_dimension(p)
    resonant = observables.resonant_loss(g, probe.frequency_Hz, jackknife)
    relaxation = 0.0 * T_K
    if A > 0 and len(T_K) <= microwave.N_NODES:
        relaxation = observables.internal_friction(g, probe.frequency_Hz, A, jackknife, dimension) / pi
    elif A > 0:
        friction = _at_nodes(observables).internal_friction(g, probe.frequency_Hz, A, jackknife, dimension)
        relaxation = microwave.interpolate_smooth(T_K, lambda _: friction / pi)
    return _loss_shapes(T_K, p, probe, resonant, relaxation)


@lru_cache(maxsize=8)
def _at_nodes(observables: AtlasObservables) -> AtlasObservables:
    """Return the observables at the few temperatures from which a smooth function of T is interpolated."""
    from tlsglass.physics import microwave

    return type(observables)(microwave.interpolation_nodes(observables.T_K[:-1]), observables.h0_K, observables.atlas)


def _saturation(symbol: str, start_grid: tuple[float, ...], default: float, low: float, high: float) -> Parameter:
    """Return a parameter of the saturation by the drive."""
    return Parameter(symbol, start_grid=start_grid, default=default, low=low, high=high, needs_drive=True)


RESONATOR_LOSS = Observable(
    "resonator_loss",
    symbol="1/Q$_i$",
    units=("dimensionless",),
    parameters={
        "mu": MU,
        "F_tan_delta": F_TAN_DELTA,
        "log10_nc": _saturation("log$_{10}$ n$_c$", tuple(range(-2, 13, 2)), 3.0, -10.0, 30.0),
        "beta1": _saturation("β$_1$", (0.0, 1.0, 2.0), 1.0, -2.0, 6.0),
        "beta2": _saturation("β$_2$", (0.4, 0.7, 1.0), 0.8, 0.0, 2.0),
        **QUASIPARTICLES,
        "A_Hz_per_K3": replace(
            RELAXATION_RATE, start_grid=Geometric(1e3, 1e9, 13), default=0.0, low=0.0, off_by_default=True, physical_bounds=True
        ),
        "phonon_dimension": PHONON_DIMENSION,
        "background": Parameter("background 1/Q", default=0.0, low=0.0, physical_bounds=True),
        CALIBRATION: Parameter(
            "calibration",
            start_grid=(0.0,),
            default=0.0,
            low=-0.5,
            high=0.5,
            off_by_default=True,
            physical_bounds=True,
            in_table=False,
        ),
    },
    shapes=_resonator_loss,
    atlas_shapes=_resonator_loss_on_atlas,
    positive=True,
    possible_range=(1e-12, 1.0),
    probe="frequency_Hz",
    driven=True,
    recipe=SyntheticRecipe(
        {
            "mu": 0.1,
            "log10_nc": 5.0,
            "beta1": 1.2,
            "beta2": 0.9,
            "gap_K": 15.0,
            "A_Hz_per_K3": 0.0,
            "F_tan_delta": 6e-4,
            "kinetic_inductance_fraction": 0.1,
            "background": 3e-6,
            CALIBRATION: 0.0,
        },
        (0.08, 2.4),
        30,
        0.01,
        probe=8e9,
        photons=(1e3, 1e5, 1e7, 1e9, 1e11),
    ),
    plot_options=PlotOptions("log", legend="lower right"),
)

OBSERVABLES = (RESONATOR_FREQUENCY, RESONATOR_LOSS)
SHARED_PARAMETERS = ("mu", "F_tan_delta", "gap_K", "kinetic_inductance_fraction")  # that joint fits of both have in common
