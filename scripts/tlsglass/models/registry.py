"""The observables: one entry each. Amplitudes times shapes, with Eq. (3) or on the atlas.

To add one, write its formula in ``physics/`` and an entry here: dataset schema, fits, tables, figures and the closure study
find it. Formulas are imported when a shape is computed, since the Snakefile reads this module. Temperatures in kelvin.
"""

from math import pi

from tlsglass.models.observable import (
    CALIBRATION,
    MU,
    Geometric,
    Observable,
    Parameter,
    PlotOptions,
    SyntheticRecipe,
    named,
    names,
    probes,
    register,
    tabulated,
)

__all__ = [
    "CALIBRATION",
    "Geometric",
    "Observable",
    "Parameter",
    "PlotOptions",
    "SyntheticRecipe",
    "named",
    "names",
    "probes",
    "register",
    "tabulated",
]

OFFSET = Parameter("offset", default=0.0, tabulated=False)  # the zero of δv/v, δε/ε and δf/f is arbitrary
LARGEST_CHANGE = 0.05  # of a velocity, a frequency or ε, relative
RATE = Parameter("A", "Hz/K³", starts=Geometric(1e3, 1e11, 33))  # of Eq. (8)

# ASSUME: the recipes have parameters of the order of silica's (Figs. 4 and 5) and of a microwave resonator's, and the noise
# of a good experiment.

# ---- thermal conductivity -------------------------------------------------------------------------------------------


def _thermal_conductivity(T, p, _):
    """Eq. (5) with Eq. (3): exactly κ(1 K) T^(2-µ)."""
    return {"kappa_1K": T ** (2 - p["mu"])}


def _thermal_conductivity_on_atlas(curves, T, p, _, jackknife=False):
    return {"kappa_1K": curves.thermal_conductivity(p["J0_over_h0"], jackknife)}


register(
    Observable(
        "thermal_conductivity",
        symbol="κ",
        units=("W/(m K)",),
        parameters={"mu": MU, "kappa_1K": Parameter("κ(1 K)", "W/(m K)")},
        shapes=_thermal_conductivity,
        on_atlas=_thermal_conductivity_on_atlas,
        positive=True,
        recipe=SyntheticRecipe({"mu": 0.1, "kappa_1K": 0.03}, (0.03, 1), 25, 0.01, stream=0),
        drawing=PlotOptions("log", reduced=(2, "κ/T² ({}/K²)"), legend="upper left"),  # flat in the STM
    )
)

# ---- specific heat --------------------------------------------------------------------------------------------------


def _specific_heat(T, p, _):
    """Eq. (6) with Eq. (3): exactly C(1 K) T^(1+µ); and phonons."""
    return {"tls_1K": T ** (1 + p["mu"]), "phonons_1K": T**3}


def _specific_heat_on_atlas(curves, T, p, _, jackknife=False):
    return {"tls_1K": curves.specific_heat(p["J0_over_h0"], jackknife), "phonons_1K": T**3}


register(
    Observable(
        "specific_heat",
        symbol="C",
        units=("J/(kg K)", "J/(mol K)", "J/(m^3 K)"),
        parameters={
            "mu": MU,
            "tls_1K": Parameter("C of TLSs at 1 K"),
            "phonons_1K": Parameter("C of phonons at 1 K", held=True),
        },
        shapes=_specific_heat,
        on_atlas=_specific_heat_on_atlas,
        positive=True,
        recipe=SyntheticRecipe({"mu": 0.1, "tls_1K": 1e-3, "phonons_1K": 2e-3}, (0.03, 1), 25, 0.02, stream=1),
        drawing=PlotOptions("log", reduced=(1, "C/T ({}/K)"), legend="upper left"),
    )
)

# ---- sound velocity and dielectric constant -------------------------------------------------------------------------


def _sound_velocity(T, p, omega_Hz):
    """Eqs. (7) + (8) with Eq. (3): δv/v = P0γ²/ρv² · shape + offset."""
    from tlsglass.physics import eq3

    return {"coupling": eq3.sound_velocity(T, p["mu"], omega_Hz, p["A_Hz_per_K3"]), "offset": T**0}


def _sound_velocity_on_atlas(curves, T, p, omega_Hz, jackknife=False):
    return {"coupling": curves.sound_velocity(p["J0_over_h0"], omega_Hz, p["A_Hz_per_K3"], jackknife), "offset": T**0}


register(
    Observable(
        "sound_velocity",
        symbol="δv/v",
        units=("dimensionless",),
        parameters={"mu": MU, "coupling": Parameter("P$_0$γ²/ρv²"), "A_Hz_per_K3": RATE, "offset": OFFSET},
        shapes=_sound_velocity,
        on_atlas=_sound_velocity_on_atlas,
        probe="omega_Hz",
        largest_change=LARGEST_CHANGE,
        noise_of="coupling",
        recipe=SyntheticRecipe(
            {"mu": 0.1, "A_Hz_per_K3": 9.4e6, "coupling": 3.2e-4, "offset": 0.0}, (0.02, 2), 30, 0.01, probe=90e3, stream=2
        ),
        drawing=PlotOptions(from_lowest=True, legend="below"),  # the curve has a maximum
    )
)


def _dielectric(shapes):
    """δε/ε = -2 δv/v with γ²/ρv² -> p²/4πε0. ASSUME: the factor and the sign are the field's; the paper prints neither."""
    return shapes | {"coupling": -2 * shapes["coupling"]}


def _dielectric_constant(T, p, omega_Hz):
    return _dielectric(_sound_velocity(T, p, omega_Hz))


def _dielectric_constant_on_atlas(*arguments, **options):
    return _dielectric(_sound_velocity_on_atlas(*arguments, **options))


register(
    Observable(
        "dielectric_constant",
        symbol="δε/ε",
        units=("dimensionless",),
        parameters={"mu": MU, "coupling": Parameter("P$_0$p²/4πε$_0$"), "A_Hz_per_K3": RATE, "offset": OFFSET},
        shapes=_dielectric_constant,
        on_atlas=_dielectric_constant_on_atlas,
        probe="omega_Hz",
        largest_change=LARGEST_CHANGE,
        noise_of="coupling",
        recipe=SyntheticRecipe(
            {"mu": 0.1, "A_Hz_per_K3": 7.9e6, "coupling": 8e-4, "offset": 0.0}, (0.005, 1), 30, 0.01, probe=1e3, stream=3
        ),
        drawing=PlotOptions(from_lowest=True, legend="above"),  # the curve has a minimum
    )
)

# ---- internal friction ----------------------------------------------------------------------------------------------


def _internal_friction(T, p, omega_Hz):
    """Q⁻¹ of relaxing TLSs with Eq. (3), P0γ²/ρv² · shape, and a loss of the oscillator that does not depend on T."""
    from tlsglass.physics import eq3

    return {"coupling": eq3.internal_friction(T, p["mu"], omega_Hz, p["A_Hz_per_K3"]), "background": T**0}


def _internal_friction_on_atlas(curves, T, p, omega_Hz, jackknife=False):
    return {"coupling": curves.internal_friction(p["J0_over_h0"], omega_Hz, p["A_Hz_per_K3"], jackknife), "background": T**0}


register(
    Observable(
        "internal_friction",
        symbol="Q⁻¹",
        units=("dimensionless",),
        parameters={
            "mu": MU,
            "coupling": Parameter("P$_0$γ²/ρv²"),
            "A_Hz_per_K3": RATE,
            "background": Parameter("background", default=0.0, tabulated=False),
        },
        shapes=_internal_friction,
        on_atlas=_internal_friction_on_atlas,
        positive=True,
        probe="omega_Hz",
        recipe=SyntheticRecipe(
            {"mu": 0.1, "A_Hz_per_K3": 9.4e6, "coupling": 3.2e-4, "background": 2e-5}, (0.01, 2), 40, 0.005, probe=90e3
        ),
        drawing=PlotOptions("log", legend="lower right"),  # a steep rise, then a plateau
    )
)

# ---- resonator frequency --------------------------------------------------------------------------------------------


def _resonator_frequency(T, p, frequency_Hz):
    """δf/f = F tan δ / π · shape + kinetic fraction · quasiparticles + offset.

    ``loss`` = F tan δ = 1/Q_TLS is that of n at sqrt(T² + E²) = 1 K, where Eq. (3) has n = B. ASSUME: δf/f = -F/2 δε/ε, and
    relaxation is too slow to count at microwave frequencies.
    """
    from tlsglass.physics import microwave, quasiparticles

    return {
        "loss": microwave.resonant_at_frequency_eq3(T, p["mu"], frequency_Hz) / pi,
        "kinetic_fraction": quasiparticles.frequency_shift(T, frequency_Hz, p["gap_K"]),
        "offset": T**0,
    }


def _resonator_frequency_on_atlas(curves, T, p, frequency_Hz, jackknife=False):
    from tlsglass.physics import quasiparticles

    return {
        "loss": curves.resonant_at_frequency(p["J0_over_h0"], frequency_Hz, jackknife) / pi,
        "kinetic_fraction": quasiparticles.frequency_shift(T, frequency_Hz, p["gap_K"]),
        "offset": T**0,
    }


register(
    Observable(
        "resonator_frequency",
        symbol="δf/f",
        units=("dimensionless",),
        unit_of_probe="Hz",
        parameters={
            "mu": MU,
            "loss": Parameter("F tan δ"),
            "gap_K": Parameter("Δ/k", "K", starts=Geometric(1, 40, 25), held=True),
            "kinetic_fraction": Parameter("kinetic fraction", held=True),
            "offset": OFFSET,
        },
        shapes=_resonator_frequency,
        on_atlas=_resonator_frequency_on_atlas,
        probe="frequency_Hz",
        largest_change=LARGEST_CHANGE,
        noise_of="loss",
        recipe=SyntheticRecipe(
            {"mu": 0.1, "gap_K": 15.0, "loss": 6e-4, "kinetic_fraction": 0.1, "offset": 0.0},
            (0.08, 2.4),
            50,
            0.001,
            probe=8e9,
            stream=4,
        ),
        drawing=PlotOptions(from_lowest=True, legend="below"),
    )
)

# ---- resonator loss: registered by resonators, the last -----------------------------------------------------------------

from tlsglass.models import resonator  # noqa: E402, F401
