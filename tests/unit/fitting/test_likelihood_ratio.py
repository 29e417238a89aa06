"""The test of common values of parameters against closed forms: Cochran's Q, and a quadratic form of linear least squares."""

import numpy as np
import pytest

from tlsglass.base import stats
from tlsglass.data.dataset import Dataset, Points
from tlsglass.fitting import likelihood
from tlsglass.fitting.likelihood_ratio import heterogeneity
from tlsglass.fitting.problem import FitProblem
from tlsglass.fitting.synthetic import dataset_info
from tlsglass.models.registry import get_observable

T_K = np.geomspace(0.05, 0.8, 40)
WHITE = (-1.0) ** np.arange(40)  # neighboring residuals differ in sign
BLOCKS = np.repeat([1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0], 5)  # most of them have the same
ERROR = 0.02  # of the points, relative to a curve with the amplitude 0.03
AMPLITUDES = {"A": 0.030, "B": 0.031, "C": 0.028}


def kappa(name, amplitude, residuals, error=ERROR):
    """Return κ ∝ T², with µ fixed at 0 and residuals that are orthogonal to the curve, in units of its errors."""
    observable = get_observable("thermal_conductivity")
    info = dataset_info(observable)
    info["parameters"] |= {"mu": {"start": 0.0, "fixed": True}}
    curve = T_K**2
    sigma = 0.03 * error * curve
    points = Points(T_K, amplitude * curve + sigma * (residuals - residuals.mean()), sigma, None)
    return Dataset(name, info, observable.units[0], points, points)


def compare(datasets, tested=("kappa_1K",)):
    """Return the test, and the fits of each dataset."""
    problem = FitProblem(tuple(datasets))
    alone = [FitProblem.from_dataset(dataset).fit(intervals=False) for dataset in datasets]
    return heterogeneity(problem, [fit.values for fit in alone], alone, tested), alone


def cochran(alone):
    """Return the sum of the squared deviations of the amplitudes from their weighted mean, in units of their errors."""
    values, errors = (np.array([getattr(fit, key)["kappa_1K"] for fit in alone]) for key in ("values", "errors"))
    return float(np.sum(((values - np.average(values, weights=errors**-2.0)) / errors) ** 2))


def test_one_amplitude_of_three_devices_is_that_of_cochran():
    test, alone = compare([kappa(name, x, WHITE) for name, x in AMPLITUDES.items()])
    values = list(AMPLITUDES.values())
    error = 0.03 * ERROR / np.sqrt(len(T_K))
    expected = np.sum((np.array(values) - np.mean(values)) ** 2) / error**2
    assert cochran(alone) == pytest.approx(expected, rel=1e-6)
    assert test.chi2 == pytest.approx(expected, rel=1e-6)
    assert test.dof == 2
    assert test.p_value == pytest.approx(np.exp(-expected / 2), rel=1e-3)  # of χ² with two degrees of freedom


def test_two_devices_differ_by_a_normal_number():
    pair = [kappa("A", 0.03, WHITE), kappa("B", 0.0302, WHITE, error=1.5 * ERROR)]
    test, alone = compare(pair)
    first, second = ((fit.values["kappa_1K"], fit.errors["kappa_1K"]) for fit in alone)
    z = (first[0] - second[0]) / np.hypot(first[1], second[1])
    assert 1 < abs(z) < 3
    assert test == pytest.approx((z**2, 1, 2 * stats.normal_sf(abs(z))), rel=1e-6)


@pytest.mark.parametrize("scale", [1.0, 3.0])
@pytest.mark.parametrize("residuals", [WHITE, BLOCKS])
def test_correlated_and_large_residuals_weaken_the_test_as_they_widen_intervals(residuals, scale):
    """χ² is multiplied by (1 - ρ)/(1 + ρ), and divided by χ²/dof where that is too large."""
    datasets = [kappa(name, x, scale * residuals) for name, x in AMPLITUDES.items()]
    test, alone = compare(datasets)
    products = residuals[1:] @ residuals[:-1] / (residuals @ residuals) * 40 / 39
    fraction = (1 - products) / (1 + products) if products > 0 else 1.0
    variance = scale**2 * 120 / 117 if scale > 1 else 1.0
    assert test.chi2 == pytest.approx(cochran(alone) * fraction / variance, rel=1e-6)
    widened = [fit.errors_scaled["kappa_1K"] / fit.errors["kappa_1K"] for fit in alone]
    assert np.square(widened) == pytest.approx(variance / fraction, rel=0.01)  # the scale of each alone is that of 39 dof


def test_the_fraction_is_that_of_all_points_together():
    """Two devices with white residuals and one with correlated residuals, which has half as many points."""
    datasets = [kappa("A", 0.030, WHITE), kappa("B", 0.031, WHITE), kappa("C", 0.028, BLOCKS)]
    few = datasets[2].points.select(np.arange(20))
    datasets[2] = Dataset("C", datasets[2].info, datasets[2].unit, few, few)
    test, alone = compare(datasets)
    fraction = alone[2].independent_fraction
    assert fraction < 0.6
    assert test.chi2 == pytest.approx(cochran(alone) * (40 + 40 + 20 * fraction) / 100, rel=1e-6)


def test_several_parameters_are_tested_together():
    """f is linear in F tan δ, the kinetic inductance fraction and the offset at µ = 0 and a fixed gap."""
    observable, rng = get_observable("resonator_frequency"), np.random.default_rng(3)
    T, datasets, estimates, covariances = np.geomspace(0.05, 1.2, 30), [], [], []
    tested = ("F_tan_delta", "kinetic_inductance_fraction")
    for k, strength in enumerate((1.00e-5, 1.02e-5)):
        values = {"mu": 0.0, "gap_K": 8.0, "F_tan_delta": strength, "kinetic_inductance_fraction": 0.1, "offset": 1e-7 * k}
        info = dataset_info(observable) | {"frequency_Hz": 5e9}
        info["parameters"] = {
            name: {"start": values[name], "fixed": name in ("mu", "gap_K")} for name in (*tested, "mu", "gap_K")
        }
        curve = observable.curve(T, values, 5e9)
        error = np.full(len(T), 2e-8)
        points = Points(T, curve + error * rng.standard_normal(len(T)), error, None)
        datasets.append(Dataset(f"power {k}", info, observable.units[0], points, points))
        shapes = observable.shapes(T, values, 5e9)
        design = np.column_stack([shapes[name] for name in (*tested, "offset")]) / error[:, None]
        covariance = np.linalg.inv(design.T @ design)
        estimates.append((covariance @ design.T @ (points.value / error))[:2])
        covariances.append(covariance[:2, :2])
    difference = estimates[0] - estimates[1]
    expected = difference @ np.linalg.solve(sum(covariances), difference)
    test, alone = compare(datasets, tested)
    assert [fit.independent_fraction for fit in alone] == [1.0, 1.0]
    assert test == pytest.approx((expected, 2, np.exp(-expected / 2)), rel=1e-4)


def test_parameters_that_are_fixed_are_not_tested(monkeypatch):
    """The numbers of parameters show it before any search."""
    datasets = [kappa(name, x, WHITE) for name, x in AMPLITUDES.items()]
    alone = [FitProblem.from_dataset(dataset).fit(intervals=False) for dataset in datasets]
    monkeypatch.delattr(likelihood.Likelihood, "maximize")
    assert heterogeneity(FitProblem(tuple(datasets)), [fit.values for fit in alone], alone, ("mu",)) is None
