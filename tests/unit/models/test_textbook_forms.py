"""Every observable of the registry against its textbook form at µ = 0 and against a double integral, both to 1e-6.

The integral is over the energy E of a TLS and over u, where Δ0/E = 1/cosh(u): the distribution of Δ0/E is uniform in u, and the
rate of relaxation is A E^d coth(E/2T) / cosh²(u).
"""

import numpy as np
import pytest
from scipy import constants, optimize, special
from scipy.integrate import quad

from tlsglass.models import registry
from tlsglass.models.resonator import DrivenProbe

HF_K = constants.h / constants.k  # of 1 Hz
FREQUENCY_Hz = 6e9
A = 9.4e6
SEEDS = range(4)


def nodes(low, high, pieces, order=16):
    """Return nodes and weights of Gauss and Legendre's rule on ``pieces`` of an interval."""
    x, weights = np.polynomial.legendre.leggauss(order)
    half = 0.5 * (high - low) / pieces
    starts = low + 2 * half * np.arange(pieces)[:, None]
    return (starts + half * (1 + x)).ravel(), np.tile(half * weights, pieces)


U, DU = nodes(0.0, 40.0, 60)
DELTA0_OVER_E = 1 / np.cosh(U)
X, DX = nodes(np.log(1e-8), np.log(80.0), 60)  # ln(E/T)
X, DX = np.exp(X), DX * np.exp(X)


def n(E, T, mu):
    """Return Eq. (3) with B = 1."""
    return (T**2 + E**2) ** (mu / 2)


def rates(E, T, prefactor, dimension):
    """Return the rates (energies, u)."""
    return (prefactor * E**dimension / np.tanh(E / (2 * T)))[:, None] * DELTA0_OVER_E**2


def shape(name, amplitude, T, p, probe=None):
    return registry.get_observable(name).shapes(np.asarray(T, dtype=float), p, probe)[amplitude]


def per_T(function, T, *arguments):
    return np.array([function(x, *arguments) for x in T])


# ---- integrals over E and u ------------------------------------------------------------------------------------------


def conductivity(T, mu, boundary):
    """Return κ: a phonon is absorbed by TLSs at a rate ∝ (Δ0/E)² E n tanh(E/2T), or by a wall."""
    E = X * T
    absorption = E * n(E, T, mu) * np.tanh(X / 2) * np.sum(DU * DELTA0_OVER_E**2)
    return np.sum(T * DX * E**4 / T**2 / np.sinh(X / 2) ** 2 / (absorption + boundary))


def heat_capacity(T, mu, t, prefactor, dimension):
    """Return C of all TLSs that relax within t, over ln E from the lowest energy E0 on: E = E0 exp(v²) is smooth there."""

    def excess(ln_E):
        E = np.exp(ln_E)
        return np.log(t * prefactor * E**dimension / np.tanh(E / (2 * T)))

    everything = np.log(1e-9 * T)  # phonons of one dimension relax all TLSs in a long time
    lowest = np.exp(everything if excess(everything) > 0 else optimize.brentq(excess, -80, 80, xtol=1e-15))
    v, dv = nodes(0.0, np.sqrt(np.log((80 * T + lowest) / lowest)), 40)
    E = lowest * np.exp(v**2)
    x = np.minimum(E / T, 700.0)
    within = np.arccosh(np.sqrt(np.maximum(t * prefactor * E**dimension / np.tanh(x / 2), 1)))  # the largest u
    return np.sum(dv * 2 * v * E * n(E, T, mu) * (x / 2) ** 2 / np.cosh(x / 2) ** 2 * within)


def released_power(T1, mu, T0, t, prefactor, dimension):
    """Return the energy of the upper levels that relax, with the rates at T0."""
    E = X * T1
    r = rates(E, T0, prefactor, dimension)
    surplus = special.expit(-E / T1) - special.expit(-E / T0)
    return np.sum(T1 * DX * n(E, T0, mu) * E * surplus * ((r * np.exp(-np.minimum(r * t, 700))) @ DU))


def relaxing(T, mu, omega, prefactor, dimension):
    """Return the real and the imaginary part of Eq. (8): the response of populations to a modulation of the asymmetry."""
    E = X * T
    r = rates(E, T, prefactor, dimension)
    modulated = (1 - DELTA0_OVER_E**2) * DU
    thermal = T * DX * n(E, T, mu) / (2 * T * np.cosh(X / 2) ** 2)
    return [np.sum(thermal * (part @ modulated)) for part in (-(r**2) / (omega**2 + r**2), 2 * omega * r / (omega**2 + r**2))]


def resonant_difference(T, mu, quantum_K=0.0):
    """Return -PV ∫ dE n tanh(E/2T) E/(E² - (hf)²) at ``T`` minus that at 1 K."""

    def smooth(E):
        return sum(s * n(E, x, mu) * np.tanh(E / (2 * x)) for s, x in ((1, T), (-1, 1.0))) * E / (E + quantum_K)

    def integrand(ln_E):
        E = np.exp(ln_E)
        return E * smooth(E) / (E - quantum_K)

    edges = (0.5 * quantum_K, 1.5 * quantum_K) if quantum_K else (1.0, 1.0)
    pole = 0.0
    if quantum_K:
        pole = quad(smooth, *edges, weight="cauchy", wvar=quantum_K, epsabs=1e-13, epsrel=1e-12)[0]
    ends = ((-30, np.log(edges[0])), (np.log(edges[1]), np.log(1e6)))
    return -pole - sum(quad(integrand, *pair, epsabs=1e-13, epsrel=1e-12, limit=600)[0] for pair in ends)


def active(T, mu):
    """Return N_th: four times the variance of the occupation of the upper levels."""
    upper = special.expit(-X)
    return np.sum(T * DX * n(X * T, T, mu) * 4 * upper * (1 - upper))


# ---- µ = 0 -----------------------------------------------------------------------------------------------------------

T = np.array([0.03, 0.2, 1.0])
SLOW, FAST = {"A_Hz_per_K3": 1.0}, {"A_Hz_per_K3": 1e13}  # relaxation with respect to the frequencies below
SLOW_OMEGA, FAST_OMEGA = 1e12, 1e-4


def textbook_specific_heat():
    """Return C after a long time, T ½ ln(4t/τ_min) averaged over thermal energies; in units of another at 1 K."""
    heat = DX * (X / 2) ** 2 / np.cosh(X / 2) ** 2

    def C(T, t):
        return T * np.sum(heat * 0.5 * np.log(4 * t * A * T**3 * X**3 / np.tanh(X / 2)))

    ratio = shape("specific_heat", "C_tls_1K", T, {"mu": 0.0}, 1e9) / shape(
        "specific_heat", "C_tls_1K", [1.0], {"mu": 0.0}, 1e8
    )
    yield ratio, per_T(C, T, 1e9) / C(1.0, 1e8)
    yield shape("specific_heat", "C_tls_1K", T, {"mu": 0.0}), T


def textbook_conductivity():
    yield shape("thermal_conductivity", "kappa_1K", T, {"mu": 0.0}), T**2


def textbook_mean_free_path():
    yield shape("mean_free_path", "path_1K", T, {"mu": 0.0}), 1 / T


def textbook_heat_release():
    p = {"mu": 0.0, "final_temperature_K": 0.02}
    yield shape("heat_release", "release_1K", T, p, 3600.0), (T**2 - 0.02**2) / 3600.0


def textbook_sound_velocity(name="sound_velocity", factor=1.0):
    """Return ln T far below the maximum and -½ ln T far above it, counted from 1 K."""
    for rate, omega, slope in ((SLOW, SLOW_OMEGA, 1.0), (FAST, FAST_OMEGA, -0.5)):
        values = shape(name, "tls_strength", T, {"mu": 0.0} | rate, omega)
        yield (values - values[-1])[:2], factor * slope * np.log(T)[:2]


def textbook_dielectric_constant():
    return textbook_sound_velocity("dielectric_constant", -2.0)


def textbook_internal_friction():
    yield shape("internal_friction", "tls_strength", T, {"mu": 0.0} | FAST, FAST_OMEGA), np.full(3, np.pi / 2)


def textbook_resonator_frequency():
    x = HF_K * FREQUENCY_Hz / T
    digamma = np.real(special.digamma(0.5 + x / (2j * np.pi))) - np.log(x / (2 * np.pi))
    values = shape("resonator_frequency", "F_tan_delta", T, {"mu": 0.0, "gap_K": 2.0}, FREQUENCY_Hz)
    yield (values - values[-1])[:2], (digamma - digamma[-1])[:2] / np.pi


def textbook_resonator_loss():
    p = {"mu": 0.0, "gap_K": 2.0, "A_Hz_per_K3": 0.0, "calibration": 0.0, "log10_nc": 2.0, "beta1": 0.0, "beta2": 1.0}
    tanh = np.tanh(HF_K * FREQUENCY_Hz / (2 * T))
    yield shape("resonator_loss", "F_tan_delta", T, p, FREQUENCY_Hz), tanh
    photons = np.full(3, 50.0)
    yield shape("resonator_loss", "F_tan_delta", T, p, DrivenProbe(FREQUENCY_Hz, photons)), tanh / np.sqrt(1 + 0.5 * tanh)


def textbook_line_width():
    yield shape("line_width", "width_1K", T, {"mu": 0.0}), T


def textbook_frequency_noise():
    yield shape("frequency_noise", "noise_1K", T, {"mu": 0.0}), 1 / T


def textbook_qubit_relaxation():
    values = shape("qubit_relaxation", "F_tan_delta", T, {"mu": 0.0, "gap_K": 2.0}, FREQUENCY_Hz)
    yield values, np.full(3, 2 * np.pi * FREQUENCY_Hz)


TEXTBOOK = {
    "thermal_conductivity": textbook_conductivity,
    "specific_heat": textbook_specific_heat,
    "mean_free_path": textbook_mean_free_path,
    "heat_release": textbook_heat_release,
    "sound_velocity": textbook_sound_velocity,
    "dielectric_constant": textbook_dielectric_constant,
    "internal_friction": textbook_internal_friction,
    "resonator_frequency": textbook_resonator_frequency,
    "resonator_loss": textbook_resonator_loss,
    "line_width": textbook_line_width,
    "frequency_noise": textbook_frequency_noise,
    "qubit_relaxation": textbook_qubit_relaxation,
}


@pytest.mark.parametrize("name", registry.observable_names())
def test_at_mu_0_it_has_the_form_of_the_textbooks(name):
    for values, expected in TEXTBOOK[name]():
        np.testing.assert_allclose(values, expected, rtol=1e-6)


# ---- random parameters ------------------------------------------------------------------------------------------------


def draw(seed):
    """Return temperatures (2,), µ, A, d and a random generator for further parameters."""
    rng = np.random.default_rng(seed)
    T, mu = np.sort(10 ** rng.uniform(-2, 0.5, 2)), rng.uniform(-0.3, 0.6)
    return T, mu, 10 ** rng.uniform(5, 9), float((3, 1, 2, 3)[seed % 4]), rng


def direct_conductivity(seed, name="thermal_conductivity", amplitude="kappa_1K", power=0):
    T, mu, _, _, rng = draw(seed)
    boundary = 10 ** rng.uniform(-3, 1) if seed % 2 else 0.0
    expected = per_T(conductivity, T, mu, boundary) / conductivity(1.0, mu, 0.0) / T**power
    return shape(name, amplitude, T, {"mu": mu, "boundary": boundary}), expected


def direct_mean_free_path(seed):
    return direct_conductivity(seed, "mean_free_path", "path_1K", 3)


def direct_specific_heat(seed):
    T, mu, A, d, rng = draw(seed)
    t = 10 ** rng.uniform(-4, 4)
    p = {"mu": mu, "A_Hz_per_K3": A, "phonon_dimension": d}
    expected = per_T(heat_capacity, T, mu, t, A, d) / heat_capacity(1.0, mu, 1.0, A, d)
    return shape("specific_heat", "C_tls_1K", T, p, t), expected


def direct_heat_release(seed):
    T, mu, A, d, rng = draw(seed)
    T0, t = T[0] * rng.uniform(0.1, 0.8), 10 ** rng.uniform(-4, 4)
    p = {"mu": mu, "A_Hz_per_K3": A, "phonon_dimension": d, "final_temperature_K": T0}
    return shape("heat_release", "release_1K", T, p, t), 24 / np.pi**2 * per_T(released_power, T, mu, T0, t, A, d)


def direct_sound_velocity(seed, name="sound_velocity", factor=1.0):
    T, mu, A, d, rng = draw(seed)
    omega = 10 ** rng.uniform(2, 7)
    values = shape(name, "tls_strength", [*T, 1.0], {"mu": mu, "A_Hz_per_K3": A, "phonon_dimension": d}, omega)
    at_1K = relaxing(1.0, mu, omega, A, d)[0]
    expected = [resonant_difference(x, mu) + relaxing(x, mu, omega, A, d)[0] - at_1K for x in T]
    return (values - values[-1])[:2], factor * np.array(expected)


def direct_dielectric_constant(seed):
    return direct_sound_velocity(seed, "dielectric_constant", -2.0)


def direct_internal_friction(seed):
    T, mu, A, d, rng = draw(seed)
    omega = 10 ** rng.uniform(2, 7)
    values = shape("internal_friction", "tls_strength", T, {"mu": mu, "A_Hz_per_K3": A, "phonon_dimension": d}, omega)
    return values, [relaxing(x, mu, omega, A, d)[1] for x in T]


def direct_resonator_frequency(seed):
    T, mu, _, _, rng = draw(seed)
    frequency = 10 ** rng.uniform(8.5, 10.5)
    values = shape("resonator_frequency", "F_tan_delta", [*T, 1.0], {"mu": mu, "gap_K": 2.0}, frequency)
    return (values - values[-1])[:2], per_T(resonant_difference, T, mu, HF_K * frequency) / np.pi


def direct_resonator_loss(seed):
    """Return absorption at E = hf, weighted with (Δ0/E)², and relaxation, per F tan δ = π P0γ²/ρv²."""
    T, mu, A, d, rng = draw(seed)
    frequency = 10 ** rng.uniform(8.5, 10.5)
    p = {"mu": mu, "gap_K": 2.0, "A_Hz_per_K3": A, "phonon_dimension": d, "calibration": 0.0}
    p |= {"log10_nc": 2.0, "beta1": 1.0, "beta2": 0.8}
    quantum = HF_K * frequency
    absorption = n(quantum, T, mu) * np.tanh(quantum / (2 * T)) * np.sum(DU * DELTA0_OVER_E**2)
    relaxation = np.array([relaxing(x, mu, frequency, A, d)[1] for x in T]) / np.pi
    return shape("resonator_loss", "F_tan_delta", T, p, frequency), absorption + relaxation


def direct_line_width(seed):
    T, mu, *_ = draw(seed)
    return shape("line_width", "width_1K", T, {"mu": mu}), per_T(active, T, mu) / active(1.0, mu)


def direct_frequency_noise(seed):
    T, mu, *_ = draw(seed)
    return shape("frequency_noise", "noise_1K", T, {"mu": mu}), active(1.0, mu) / per_T(active, T, mu)


def direct_qubit_relaxation(seed):
    """Return the golden rule: TLSs in the lower level take the energy of the qubit, those in the upper one give theirs."""
    T, mu, _, _, rng = draw(seed)
    frequency = 10 ** rng.uniform(8.5, 10.5)
    quantum = HF_K * frequency
    coupled = 2 * np.pi * frequency * n(quantum, T, mu) * np.sum(DU * DELTA0_OVER_E**2)
    values = shape("qubit_relaxation", "F_tan_delta", T, {"mu": mu, "gap_K": 2.0}, frequency)
    return values, coupled * special.expit(quantum / T) + coupled * special.expit(-quantum / T)


DIRECT = {
    "thermal_conductivity": direct_conductivity,
    "specific_heat": direct_specific_heat,
    "mean_free_path": direct_mean_free_path,
    "heat_release": direct_heat_release,
    "sound_velocity": direct_sound_velocity,
    "dielectric_constant": direct_dielectric_constant,
    "internal_friction": direct_internal_friction,
    "resonator_frequency": direct_resonator_frequency,
    "resonator_loss": direct_resonator_loss,
    "line_width": direct_line_width,
    "frequency_noise": direct_frequency_noise,
    "qubit_relaxation": direct_qubit_relaxation,
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", registry.observable_names())
def test_at_random_parameters_it_is_the_double_integral(name, seed):
    values, expected = DIRECT[name](seed)
    np.testing.assert_allclose(values, expected, rtol=1e-6)
