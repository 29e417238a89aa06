"""Closure: points of known parameters are fitted back with the errors that the fits state."""

import numpy as np
import pandas as pd
import pytest

from tlsglass.fitting import closure
from tlsglass.models import registry


@pytest.mark.parametrize("errors_given", [True, False])
@pytest.mark.parametrize("name", ["thermal_conductivity", "specific_heat"])
def test_pulls_and_coverage_of_few_datasets(name, errors_given):
    """80 datasets: mean, width and coverage within 4 of their standard errors of 0, 1 and 68.3 %.

    Without errors every point has the same weight, which the recipe's relative noise does not deserve: the pulls are then
    those of a fit that weighs wrongly, and only the mean is held.
    """
    table = closure.eq3_study(name, errors_given).table(80, 3)
    assert (abs(table["pull_mean"]) < 4 * table["pull_width"] / np.sqrt(80)).all()
    if errors_given:
        assert (abs(table["pull_width"] - 1) < 4 / np.sqrt(160)).all()
        assert (abs(table["coverage"] - 0.683) < 4 * np.sqrt(0.683 * 0.317 / 80)).all()


def test_coverage_with_errors_from_the_residuals():
    table = closure.eq3_study("sound_velocity", errors_given=False).table(60, 8)
    assert (abs(table["pull_mean"]) < 4 / np.sqrt(60)).all()
    assert (abs(table["pull_width"] - 1) < 4 / np.sqrt(120)).all()
    assert (abs(table["coverage"] - 0.683) < 4 * np.sqrt(0.683 * 0.317 / 60)).all()


def test_the_numbers_of_the_study_stay_when_observables_are_added():
    """Each has its own random stream: those of the first five are pinned, and so is what comes of one."""
    pinned = ["thermal_conductivity", "specific_heat", "sound_velocity", "dielectric_constant", "resonator_frequency"]
    assert [registry.get_observable(name).stream for name in pinned] == [0, 1, 2, 3, 4]
    table = closure.eq3_study("specific_heat").table(6, 20210203)
    np.testing.assert_allclose(table["pull_mean"], [0.55233531, 0.63955860, -0.91571324], rtol=1e-4)


def test_a_study_is_continued_where_it_ended():
    """Dataset k is the same whichever datasets precede it."""
    study = closure.eq3_study("thermal_conductivity")
    whole, parts = study.rows(range(4), 5), [study.rows(range(2), 5), study.rows(range(2, 4), 5)]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


def test_the_pull_of_J0_over_h0_is_that_of_the_profile():
    """For a nearly linear dependence it is (fitted - true)/σ; at the fitted value it is 0."""
    study = closure.atlas_study("thermal_conductivity")
    (dataset,), _ = study.sample(np.random.default_rng(11))
    problem, fit = closure.fit_as_command((dataset,), on_atlas=True)
    best, error = fit.values["J0_over_h0"], fit.errors["J0_over_h0"]
    assert closure.pull(problem, fit, "J0_over_h0", best) == pytest.approx(0, abs=0.02)
    for sigmas in (-0.3, 0.3):
        assert closure.pull(problem, fit, "J0_over_h0", best + sigmas * error) == pytest.approx(-sigmas, rel=0.1)
