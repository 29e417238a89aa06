"""1/Q_i on the atlas against n(T, E) of the public face, put into the textbook's formulas here."""

import numpy as np
import pytest
from scipy import constants, integrate

from tlsglass import atlas
from tlsglass.fitting.problem import AtlasModel
from tlsglass.models import registry
from tlsglass.models.resonator import DrivenProbe

FREQUENCY_Hz, J0_K = 6e9, 2.7
QUANTUM_K = constants.h * FREQUENCY_Hz / constants.k
T_K = np.array([0.05, 0.2, 0.9, 2.0])
PARAMETERS = {"J0_over_h0": 0.1 * J0_K, "log10_nc": 3.0, "beta1": 1.2, "beta2": 0.9, "gap_K": 15.0, "calibration": 0.0}


def shape(A, driven):
    model = AtlasModel(registry.get_observable("resonator_loss"))
    return model.shapes(T_K, PARAMETERS | {"A_Hz_per_K3": A}, driven)["F_tan_delta"]


def n(E, T):
    return atlas.density(E, T, J0_K)[0]


def reference():
    """Return the n that F tan δ belongs to, where Eq. (3) has n = B: at T = E = 1 K/√2."""
    return n(1 / np.sqrt(2), 1 / np.sqrt(2))


def test_resonant_absorption_takes_n_at_the_frequency():
    expected = np.array([n(QUANTUM_K, T) for T in T_K]) * np.tanh(0.5 * QUANTUM_K / T_K) / reference()
    assert shape(0.0, DrivenProbe(FREQUENCY_Hz)) == pytest.approx(expected, rel=1e-6)


def test_a_drive_leaves_what_crowley_says():
    photons = np.full_like(T_K, 1e5)
    remaining = shape(0.0, DrivenProbe(FREQUENCY_Hz, photons)) / shape(0.0, DrivenProbe(FREQUENCY_Hz))
    drive = (1e5 / 10**3.0) ** 0.9 * T_K**-1.2
    assert remaining == pytest.approx(1 / np.sqrt(1 + drive * np.tanh(0.5 * QUANTUM_K / T_K)), rel=1e-12)


def test_relaxation_is_the_double_integral_of_the_tunneling_model():
    """Over energies and over barriers, whose rates are A E³ coth(E/2T) u with weight du/(2u sqrt(1 - u)); u = 1/cosh² t."""
    A = 1e8

    def absorbed(E, T):
        fastest = A * E**3 / np.tanh(0.5 * E / T)

        def of_barrier(t):
            rate = fastest / np.cosh(t) ** 2
            return 2 * np.tanh(t) ** 2 * FREQUENCY_Hz * rate / (FREQUENCY_Hz**2 + rate**2)

        return n(E, T) / (2 * T * np.cosh(0.5 * E / T) ** 2) * integrate.quad(of_barrier, 0, 40)[0]

    expected = [integrate.quad(absorbed, 1e-4 * T, 60 * T, args=(T,), epsrel=1e-5)[0] for T in T_K]
    added = shape(A, DrivenProbe(FREQUENCY_Hz)) - shape(0.0, DrivenProbe(FREQUENCY_Hz))
    assert added == pytest.approx(np.array(expected) / reference() / np.pi, rel=2e-5)
