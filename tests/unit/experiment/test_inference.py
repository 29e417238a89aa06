"""Models on a density of states: where n is exactly that of Eq. (3), they are the closed forms."""

import numpy as np
import pytest

from tlsglass.experiment import inference, observables
from tlsglass.physics import eq3

RUNGS = [0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0]
B, MU = 0.0135, 0.13


@pytest.fixture
def densities(counts_of):
    return [counts_of(lambda E, T=T: B * (T**2 + E**2) ** (MU / 2) * np.exp(-((E / 60) ** 4)), T, 100) for T in RUNGS]


@pytest.mark.parametrize(
    ("name", "probe", "within"),
    [
        ("thermal_conductivity", None, 1e-3),
        ("specific_heat", None, 1e-3),
        ("sound_velocity", 90e3, 0.01),
        ("dielectric_constant", 1e3, 0.01),
    ],
)
def test_counts_of_eq_3_give_the_model_of_eq_3(densities, name, probe, within):
    """The amplitude's shape, but for a factor and a constant: within 0.1 % of a power law, within 1 % of its range else.

    n ends at 60 K, which adds a constant to Eq. (7). The factor is that of the unit of n.
    """
    T = np.geomspace(0.021, 0.95, 40)
    p = {"mu": MU, "A_Hz_per_K3": 9.4e6}
    amplitude = observables.named(name).amplitudes[0]
    exact = observables.named(name).shapes(T, p, probe)[amplitude]
    found = inference.observable(name, densities, 1e-9).shapes(T, p, probe)[amplitude]
    if probe is None:
        np.testing.assert_allclose(found / exact / np.mean(found / exact), 1, atol=within)
        return
    design = np.column_stack([exact, np.ones_like(T)])
    (factor, constant), *_ = np.linalg.lstsq(design, found, rcond=None)
    assert np.max(np.abs(found - factor * exact - constant)) < within * np.ptp(found)
    unit = eq3.specific_heat(1.0, 0.0) / eq3.specific_heat(1.0, MU)
    assert factor == pytest.approx(unit, rel=0.01)


def test_a_resonator_is_refused(densities):
    with pytest.raises(ValueError, match="resonator_frequency has no model"):
        inference.observable("resonator_frequency", densities, 1e-9)
