"""Closure: points of known parameters are fitted back with the errors that the fits state."""

import numpy as np
import pytest

from tlsglass.fitting import synthetic
from tlsglass.models import registry


@pytest.mark.parametrize("errors_given", [True, False])
@pytest.mark.parametrize("name", ["thermal_conductivity", "specific_heat"])
def test_pulls_and_coverage_of_few_datasets(name, errors_given):
    """80 datasets: mean, width and coverage within 4 of their standard errors of 0, 1 and 68.3 %.

    Without errors every point has the same weight, which the recipe's relative noise does not deserve: the pulls are then
    those of a fit that weighs wrongly, and only the mean is held.
    """
    table = synthetic.closure(name, 80, 3, errors_given)
    assert (abs(table["pull_mean"]) < 4 * table["pull_width"] / np.sqrt(80)).all()
    if errors_given:
        assert (abs(table["pull_width"] - 1) < 4 / np.sqrt(160)).all()
        assert (abs(table["coverage"] - 0.683) < 4 * np.sqrt(0.683 * 0.317 / 80)).all()


def test_coverage_with_errors_from_the_residuals():
    table = synthetic.closure("sound_velocity", 60, 8, errors_given=False)
    assert (abs(table["pull_mean"]) < 4 / np.sqrt(60)).all()
    assert (abs(table["pull_width"] - 1) < 4 / np.sqrt(120)).all()
    assert (abs(table["coverage"] - 0.683) < 4 * np.sqrt(0.683 * 0.317 / 60)).all()


def test_the_numbers_of_the_study_stay_when_observables_are_added():
    """Each has its own random stream: those of the first five are pinned, and so is what comes of one."""
    pinned = ["thermal_conductivity", "specific_heat", "sound_velocity", "dielectric_constant", "resonator_frequency"]
    assert [registry.get_observable(name).stream for name in pinned] == [0, 1, 2, 3, 4]
    table = synthetic.closure("specific_heat", 6, 20210203)
    np.testing.assert_allclose(table["pull_mean"], [0.55233531, 0.63955860, -0.91571324], rtol=1e-4)
