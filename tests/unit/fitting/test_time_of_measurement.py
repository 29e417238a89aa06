"""Specific heat measured after a time: what a fit without the time mistakes for µ, and that one with it does not."""

import numpy as np
import pytest

import tlsglass
from tlsglass.base.validation import InputError
from tlsglass.fitting import closure, synthetic
from tlsglass.fitting.problem import FitProblem
from tlsglass.models import registry
from tlsglass.models.observable import SyntheticRecipe
from tlsglass.physics import eq3

A = 9.4e6
T_K = np.geomspace(0.1, 1, 25)


def stm_after_one_second(seed=0):
    """Return C of the STM after 1 s, with phonons and noise of 1 %."""
    C = eq3.dynamic_specific_heat(T_K, 0.0, 1.0, A) / eq3.dynamic_specific_heat(1.0, 0.0, 1.0, A)
    exact = 1e-3 * C + 2e-3 * T_K**3
    return exact * (1 + 0.01 * np.random.default_rng(seed).standard_normal(len(T_K)))


@pytest.mark.parametrize("time", [1.0, np.full(len(T_K), 1.0)])
def test_with_the_time_mu_of_the_stm_is_zero(time):
    report = tlsglass.fit(T_K, stm_after_one_second(), "specific_heat", relative_error=0.01, time=time, scan=False)
    model = report.fit["mu_free"]
    assert abs(model["values"]["mu"]) < 3 * model["errors"]["mu"] < 0.05
    assert report.fit["time"] is None


def test_without_the_time_mu_is_that_of_the_slow_relaxation_and_the_report_says_by_how_much():
    report = tlsglass.fit(T_K, stm_after_one_second(), "specific_heat", relative_error=0.01, scan=False)
    mu, error = report.fit["mu_free"]["values"]["mu"], report.fit["mu_free"]["errors"]["mu"]
    assert mu == pytest.approx(0.19, abs=0.03)
    assert mu > 10 * error
    systematic = report.fit["time"]
    assert systematic["alpha_stm"] == pytest.approx(0.175, abs=0.002)
    assert abs(systematic["mu"]) < 3 * error
    assert any(line.startswith("time: ") for line in report.fit["lines"])
    assert "time_unknown" in {warning["code"] for warning in report.fit["warnings"]}


def test_a_time_is_refused_where_it_does_not_belong_or_is_not_possible():
    kappa = 0.03 * T_K**1.9
    with pytest.raises(InputError, match="time: thermal_conductivity has no use for it"):
        tlsglass.fit(T_K, kappa, "thermal_conductivity", time=1.0)
    with pytest.raises(InputError, match="column time_s"):
        tlsglass.fit(T_K, kappa, "specific_heat", time=np.append(np.full(24, 1.0), -1.0))


def test_points_of_several_times_determine_the_rate_as_well():
    """A is free if a dataset names it; C at several times determines it with µ. Pulls of 12 datasets, within 4 σ."""
    entry = registry.get_observable("specific_heat")
    recipe = SyntheticRecipe(dict(entry.recipe.parameters), (0.05, 1), 15, 0.002, times_s=(1e-4, 1e-2, 1.0))
    problems, fits = [], []
    for seed in range(12):
        dataset = synthetic.sample("specific_heat", np.random.default_rng(seed), recipe=recipe)
        dataset.info["parameters"]["A_Hz_per_K3"] = {"start": 1e8}
        problems.append(FitProblem.from_dataset(dataset))
        fits.append(problems[-1].fit(intervals=False))
    for name, truth in (("mu", 0.1), ("A_Hz_per_K3", A)):
        pulls = [closure.pull(problem, fit, name, truth) for problem, fit in zip(problems, fits, strict=True)]
        assert abs(np.mean(pulls)) < 4 / np.sqrt(12), name
        assert 0.3 < np.std(pulls) < 1.9, name
    assert all(fit.errors["A_Hz_per_K3"] < 0.3 * A for fit in fits)
