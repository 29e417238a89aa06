"""What is measured, and its model: a sum of amplitudes, each times a shape that depends on T and a few other parameters.

The shapes are those of Eq. (3) with constant µ; µ = 0 is the standard tunneling model (STM). Temperatures in kelvin.
"""

from dataclasses import dataclass, field

import numpy as np

from tlsglass.physics import eq3, loss


@dataclass(frozen=True)
class Observable:
    """One measured quantity and its model Σ_a p[a] · shape_a(T; µ, ...).

    ``shapes(T_K, p, probe_Hz)`` returns {amplitude: shape (n,)}; ``starts`` are tried for a parameter that is no amplitude.
    """

    units: tuple  # a dataset's unit must convert to one of them: to the first that fits
    symbol: str
    amplitudes: tuple
    shapes: object
    starts: dict  # {parameter that is no amplitude: values (k,)}
    positive: bool = False  # whether a value <= 0 cannot be measured
    probe: str | None = None  # the key of the dataset that holds the probing frequency
    defaults: dict = field(default_factory=dict)  # parameters that a dataset may leave out: free, with this start
    held: tuple = ()  # parameters that a scan over the upper end of the window keeps: low temperatures do not hold them

    @property
    def parameters(self):
        return (*self.starts, *self.amplitudes)

    def curve(self, T_K, p, probe_Hz):
        """Return the model (n,) at ``T_K`` (n,) for the parameters ``p``."""
        return sum(p[name] * shape for name, shape in self.shapes(T_K, p, probe_Hz).items())


def _thermal_conductivity(T, p, _):
    """Eq. (5) with Eq. (3): exactly κ(1 K) T^(2-µ)."""
    return {"kappa_1K": T ** (2 - p["mu"])}


def _specific_heat(T, p, _):
    """Eq. (6) with Eq. (3): exactly C(1 K) T^(1+µ); and phonons."""
    return {"tls_1K": T ** (1 + p["mu"]), "phonons_1K": T**3}


def _sound_velocity(T, p, omega_Hz):
    """Eqs. (7) + (8) with Eq. (3): δv/v = P0γ²/ρv² · shape + offset."""
    shape = eq3.sound_velocity(T, p["mu"], omega_Hz, p["A_Hz_per_K3"])
    return {"coupling": shape, "offset": np.ones_like(T)}


def _dielectric_constant(T, p, omega_Hz):
    """δε/ε = -2 δv/v with γ²/ρv² -> p²/4πε0. ASSUME: the factor and the sign are the field's; the paper prints neither."""
    shapes = _sound_velocity(T, p, omega_Hz)
    return shapes | {"coupling": -2 * shapes["coupling"]}


def _resonator_frequency(T, p, frequency_Hz):
    """δf/f = F tan δ / π · shape + kinetic fraction · quasiparticles + offset.

    ``loss`` = F tan δ = 1/Q_TLS is that of n at sqrt(T² + E²) = 1 K, where Eq. (3) has n = B. ASSUME: δf/f = -F/2 δε/ε, and
    relaxation is too slow to count at microwave frequencies.
    """
    return {
        "loss": loss.resonant_at_frequency_eq3(T, p["mu"], frequency_Hz) / np.pi,
        "kinetic_fraction": loss.quasiparticle_shift(T, frequency_Hz, p["gap_K"]),
        "offset": np.ones_like(T),
    }


_MU = np.array([-0.1, 0.0, 0.1, 0.2, 0.4])
_A = np.geomspace(1e3, 1e11, 33)
_ANY_OFFSET = {"offset": 0.0}

OBSERVABLES = {
    "thermal_conductivity": Observable(("W/(m K)",), "κ", ("kappa_1K",), _thermal_conductivity, {"mu": _MU}, positive=True),
    "specific_heat": Observable(
        ("J/(kg K)", "J/(mol K)", "J/(m^3 K)"),
        "C",
        ("tls_1K", "phonons_1K"),
        _specific_heat,
        {"mu": _MU},
        positive=True,
        held=("phonons_1K",),
    ),
    "sound_velocity": Observable(
        ("dimensionless",),
        "δv/v",
        ("coupling", "offset"),
        _sound_velocity,
        {"mu": _MU, "A_Hz_per_K3": _A},
        probe="omega_Hz",
        defaults=_ANY_OFFSET,
    ),
    "dielectric_constant": Observable(
        ("dimensionless",),
        "δε/ε",
        ("coupling", "offset"),
        _dielectric_constant,
        {"mu": _MU, "A_Hz_per_K3": _A},
        probe="omega_Hz",
        defaults=_ANY_OFFSET,
    ),
    "resonator_frequency": Observable(
        ("dimensionless", "Hz"),  # in Hz it is the frequency itself
        "δf/f",
        ("loss", "kinetic_fraction", "offset"),
        _resonator_frequency,
        {"mu": _MU, "gap_K": np.geomspace(1, 40, 25)},
        probe="frequency_Hz",
        defaults=_ANY_OFFSET,
        held=("gap_K", "kinetic_fraction"),
    ),
}
