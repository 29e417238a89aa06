"""The entry of a resonator's loss. Its frequency, in ``observables``, has the same F tan δ, gap and kinetic fraction.

Like ``observables`` it is read by the Snakefile, and imports no formula before a shape is computed. Temperatures in kelvin.
"""

from functools import lru_cache
from typing import NamedTuple

from tlsglass.models.observable import CALIBRATION, MU, Geometric, Observable, Parameter, PlotOptions, SyntheticRecipe, register

LOSS = Parameter("F tan δ")
GAP = Parameter("Δ/k", "K", starts=Geometric(1, 40, 25), held=True)
KINETIC_FRACTION = Parameter("kinetic fraction", held=True)


class DrivenProbe(NamedTuple):
    """The probe of a resonator's loss: its frequency, and the photon number n̄ of each point, (n,). A frequency alone is a
    drive that saturates nothing."""

    frequency_Hz: float
    photons: object = 0.0


@lru_cache(maxsize=64)
def _remembered(what, T, frequency_Hz, *parameters):
    """Return a part of the loss (n,) that depends on few of the parameters: most steps of a fit leave these as they are."""
    import numpy as np

    from tlsglass.physics import microwave, quasiparticles

    T = np.frombuffer(T)
    if what == "quasiparticles":
        return quasiparticles.loss(T, frequency_Hz, *parameters)
    mu, A = parameters
    return microwave.relaxation_loss_eq3(T, mu, frequency_Hz, A)


def losses(T, p, driven, resonant, relaxation):
    """Return the shapes of 1/Q_i for two losses per F tan δ, each (n,): ``resonant`` without a drive, and ``relaxation``.

    1/Q_i = F tan δ · (resonant / sqrt(1 + (n̄/n_c)^β2 tanh / T^β1) + relaxation) + kinetic fraction · σ1/σ2 + rest, all of it
    times 1 + calibration: a fraction by which all values of one dataset are wrong together.
    """
    from tlsglass.physics import microwave

    left = microwave.saturation(T, driven.frequency_Hz, driven.photons, 10 ** p["log10_nc"], p["beta1"], p["beta2"])
    shapes = {
        "loss": resonant * left + relaxation,
        "kinetic_fraction": _remembered("quasiparticles", T.tobytes(), driven.frequency_Hz, p["gap_K"]),
        "rest": T**0,
    }
    return {name: (1 + p[CALIBRATION]) * shape for name, shape in shapes.items()}


def _resonator_loss(T, p, driven):
    """1/Q_i with Eq. (3). ASSUME: what the drive saturates is n at E = hf; TLSs that relax, at E of order T, it does not."""
    from tlsglass.physics import microwave

    driven = driven if isinstance(driven, DrivenProbe) else DrivenProbe(driven)
    resonant = microwave.resonant_loss_eq3(T, p["mu"], driven.frequency_Hz)
    relaxation = _remembered("relaxation", T.tobytes(), driven.frequency_Hz, p["mu"], p["A_Hz_per_K3"])
    return losses(T, p, driven, resonant, relaxation)


def _resonator_loss_on_atlas(curves, T, p, driven, jackknife=False):
    from numpy import pi, tanh

    from tlsglass.physics import microwave

    driven = driven if isinstance(driven, DrivenProbe) else DrivenProbe(driven)
    g, quantum_K, A = p["J0_over_h0"], microwave.HERTZ_K * driven.frequency_Hz, p["A_Hz_per_K3"]
    resonant = curves.density_at_energy(g, quantum_K, jackknife) * tanh(0.5 * quantum_K / T)
    relaxation = 0.0 * T
    if A > 0 and len(T) <= microwave.N_NODES:
        relaxation = curves.internal_friction(g, driven.frequency_Hz, A, jackknife) / pi
    elif A > 0:
        relaxation = microwave.interpolate_smooth(
            T, lambda _: _at_nodes(curves).internal_friction(g, driven.frequency_Hz, A, jackknife) / pi
        )
    return losses(T, p, driven, resonant, relaxation)


@lru_cache(maxsize=8)
def _at_nodes(curves):
    """Return the Curves at the few temperatures that a smooth function of T is known from."""
    from tlsglass.physics import microwave

    return type(curves)(microwave.interpolation_nodes(curves.T_K[:-1]), curves.h0_K, curves.atlas)


register(
    Observable(
        "resonator_loss",
        symbol="1/Q$_i$",
        units=("dimensionless",),
        parameters={
            "mu": MU,
            "loss": LOSS,
            "log10_nc": Parameter(
                "log$_{10}$ n$_c$", starts=tuple(range(-2, 13, 2)), default=3.0, low=-10.0, high=30.0, of_drive=True
            ),
            "beta1": Parameter("β$_1$", starts=(0.0, 1.0, 2.0), default=1.0, low=-2.0, high=6.0, of_drive=True),
            "beta2": Parameter("β$_2$", starts=(0.4, 0.7, 1.0), default=0.8, low=0.0, high=2.0, of_drive=True),
            "gap_K": GAP,
            "kinetic_fraction": KINETIC_FRACTION,
            "A_Hz_per_K3": Parameter(
                "A", "Hz/K³", starts=Geometric(1e3, 1e9, 13), default=0.0, low=0.0, absent=True, natural=True
            ),
            "rest": Parameter("1/Q of the rest", default=0.0, low=0.0),
            CALIBRATION: Parameter(
                "calibration", starts=(0.0,), default=0.0, low=-0.5, high=0.5, absent=True, natural=True, tabulated=False
            ),
        },
        shapes=_resonator_loss,
        on_atlas=_resonator_loss_on_atlas,
        positive=True,
        probe="frequency_Hz",
        driven=True,
        invertible=True,
        recipe=SyntheticRecipe(
            {
                "mu": 0.1,
                "log10_nc": 5.0,
                "beta1": 1.2,
                "beta2": 0.9,
                "gap_K": 15.0,
                "A_Hz_per_K3": 0.0,
                "loss": 6e-4,
                "kinetic_fraction": 0.1,
                "rest": 3e-6,
                CALIBRATION: 0.0,
            },
            (0.08, 2.4),
            30,
            0.01,
            probe=8e9,
            photons=(1e3, 1e5, 1e7, 1e9, 1e11),
        ),
        drawing=PlotOptions("log", legend="lower right"),
    )
)
