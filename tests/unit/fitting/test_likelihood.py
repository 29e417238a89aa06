"""Likelihoods of parts that share parameters, against closed forms of linear least squares; and their profiles."""

import numpy as np
import pytest
from scipy import stats

from tlsglass.fitting.fit import ParameterState, chi2_rejects, fit_likelihood, parameter_state
from tlsglass.fitting.likelihood import FitData, FitParameter, Likelihood, ModelErrors, Prior

X = np.linspace(1, 3, 12)
FREE = {"slope": FitParameter(0.0), "one": FitParameter(0.0), "two": FitParameter(0.0)}


def line(offset):
    return lambda p: {"slope": X, offset: X**0}


def two_lines(rng, covariance=None, priors=()):
    """Two lines of one slope, 2, with errors 0.1 and 0.3."""
    values = [2 * X + offset + sigma * rng.standard_normal(12) for offset, sigma in ((1, 0.1), (-1, 0.3))]
    errors = np.full(12, 0.1), np.full(12, 0.3)
    parts = [FitData(line("one"), values[0], errors[0]), FitData(line("two"), values[1], errors[1])]
    likelihood = Likelihood(parts, FREE, priors)
    if covariance is not None:
        likelihood.deviations = np.pad(np.linalg.cholesky(covariance + 1e-14 * np.eye(12)).T, ((0, 0), (0, 12)))
    return likelihood, np.concatenate(values), np.concatenate(errors)


def linear(y, covariance):
    """Generalised least squares of both lines: the values and their covariance."""
    zeros, ones = np.zeros(12), np.ones(12)
    design = np.column_stack([np.tile(X, 2), np.concatenate([ones, zeros]), np.concatenate([zeros, ones])])
    inverse = np.linalg.inv(covariance)
    parameter_covariance = np.linalg.inv(design.T @ inverse @ design)
    return parameter_covariance @ design.T @ inverse @ y, parameter_covariance


def test_two_sets_share_a_parameter_as_generalised_least_squares_does():
    likelihood, y, errors = two_lines(np.random.default_rng(1))
    fit = fit_likelihood(likelihood, of_interest=("slope",))
    values, covariance = linear(y, np.diag(errors**2))
    np.testing.assert_allclose(list(fit.values.values()), values, rtol=1e-8)
    np.testing.assert_allclose(list(fit.errors.values()), np.sqrt(np.diag(covariance)), rtol=1e-6)
    assert fit.dof == 24 - 3
    sigma = np.sqrt(covariance[0, 0])
    np.testing.assert_allclose(fit.intervals_scaled["slope"], values[0] + sigma * np.array([-1, 1]), rtol=1e-4)
    np.testing.assert_allclose(fit.intervals_95_scaled["slope"], values[0] + 1.959964 * sigma * np.array([-1, 1]), rtol=1e-4)
    assert fit.profiled == []
    assert fit.deviance == pytest.approx(fit.chi2 + 24 * np.log(0.1 * 0.3))
    assert fit.aicc == pytest.approx(fit.deviance + 6 + 2 * 3 * 4 / (24 - 3 - 1))


def test_a_covariance_of_the_points_is_that_of_generalised_least_squares():
    common = 0.2**2 * np.ones((12, 12)) + 0.1**2 * np.outer(X, X)
    likelihood, y, errors = two_lines(np.random.default_rng(2), common)
    whole = np.diag(errors**2)
    whole[:12, :12] += common
    values, covariance = linear(y, whole)
    fit = fit_likelihood(likelihood)
    np.testing.assert_allclose(list(fit.values.values()), values, rtol=1e-7)
    np.testing.assert_allclose(list(fit.errors.values()), np.sqrt(np.diag(covariance)), rtol=1e-6)


def test_a_prior_is_one_more_point():
    free, _, _ = two_lines(np.random.default_rng(3))
    constrained = fit_likelihood(Likelihood(free.data, FREE, [Prior("slope", 2.2, 0.01)]))
    unconstrained = fit_likelihood(free)
    weights = 1 / np.array([unconstrained.errors["slope"], 0.01]) ** 2
    assert constrained.values["slope"] == pytest.approx(weights @ [unconstrained.values["slope"], 2.2] / weights.sum())
    assert constrained.errors["slope"] == pytest.approx(weights.sum() ** -0.5)
    assert constrained.dof == unconstrained.dof + 1


def test_names_of_the_parts_decide_what_is_shared():
    """The same parameter under two names is two parameters."""
    likelihood, y, _ = two_lines(np.random.default_rng(4))
    first, second = likelihood.data
    renamed = FitData(second.shapes, second.value, second.error, names={"slope": "other slope"})
    fit = fit_likelihood(Likelihood([first, renamed], FREE | {"other slope": FitParameter(0.0)}))
    for values, names in ((y[:12], ("slope", "one")), (y[12:], ("other slope", "two"))):
        np.testing.assert_allclose([fit.values[name] for name in names], np.polyfit(X, values, 1), rtol=1e-7)


def test_several_sets_need_errors_all_of_them():
    likelihood, _, _ = two_lines(np.random.default_rng(5))
    part = likelihood.data[0]
    with pytest.raises(ValueError, match="all need errors"):
        Likelihood([part, FitData(part.shapes, part.value, None)], FREE)


def power(p):
    return {"a": X ** p["k"]}


def test_scaled_errors_and_intervals_are_those_of_errors_that_are_as_large_as_the_misfit():
    """A line through points of a parabola: errors times sqrt(χ²/dof) give the scaled ones."""
    y = X**2 + 0.05 * np.sin(40 * X)
    fit = fit_likelihood(
        Likelihood([FitData(lambda p: {"a": X}, y, np.full(12, 0.1))], {"a": FitParameter(1.0)}), of_interest=("a",)
    )
    assert fit.scale > 3
    assert chi2_rejects(fit.misfit, fit.dof)
    larger = Likelihood([FitData(lambda p: {"a": X}, y, np.full(12, 0.1 * fit.scale))], {"a": FitParameter(1.0)})
    honest = fit_likelihood(larger, of_interest=("a",))
    assert fit.errors_scaled["a"] == pytest.approx(honest.errors["a"])
    np.testing.assert_allclose(fit.intervals_scaled["a"], honest.intervals_scaled["a"], rtol=1e-6)
    np.testing.assert_allclose(fit.intervals_95_scaled["a"], honest.intervals_95_scaled["a"], rtol=1e-6)
    assert fit.errors["a"] == pytest.approx(0.1 / np.linalg.norm(X))


@pytest.mark.parametrize(
    ("ends", "state"),
    [
        (((0.1, 0.3), (0.05, 0.4)), ParameterState.INTERVAL),
        (((0.1, 0.3), (0.0, 0.4)), ParameterState.UPPER_LIMIT),
        (((0.0, 0.3), (0.0, 0.4)), ParameterState.UPPER_LIMIT),
        (((0.3, 1.0), (0.2, 1.0)), ParameterState.LOWER_LIMIT),
        (((0.0, 1.0), (0.0, 1.0)), ParameterState.NOT_CONSTRAINED),
        (((0.0, 0.8), (0.0, 1.0)), ParameterState.NOT_CONSTRAINED),
        (((None, 0.8), (None, 0.9)), ParameterState.UPPER_LIMIT),
    ],
)
def test_states_of_a_parameter_with_natural_bounds(ends, state):
    assert parameter_state(0.0, *ends, FitParameter(0.2, 0.0, 1.0, physical_bounds=True)) == state


def test_a_bound_that_somebody_chose_is_told():
    ends = (0.5, 0.7), (0.5, 0.8)
    assert parameter_state(0.5, *ends, FitParameter(0.6, 0.5, 1.5)) == ParameterState.AT_BOUND
    assert parameter_state(0.55, *ends, FitParameter(0.6, 0.5, 1.5)) == ParameterState.UPPER_LIMIT
    assert parameter_state(0.5, *ends, FitParameter(0.6, 0.5, 1.5, physical_bounds=True)) == ParameterState.UPPER_LIMIT


def test_what_the_points_do_not_hold_is_not_constrained():
    """An exponent of an amplitude that is zero, and two shapes that are the same."""
    noise = np.random.default_rng(6).standard_normal(12)
    terms = {"k": FitParameter(0.5, 0.0, 1.0, start_grid=(0.2, 0.8)), "a": FitParameter(1.0, low=0.0)}
    none = fit_likelihood(Likelihood([FitData(power, -5 + 0.1 * noise, np.full(12, 0.1))], terms), of_interest=("k",))
    assert none.states["k"] == ParameterState.NOT_CONSTRAINED
    assert none.errors["k"] is None
    same = {"a": FitParameter(1.0), "b": FitParameter(1.0)}
    twice = fit_likelihood(
        Likelihood([FitData(lambda p: {"a": X, "b": X}, X + noise, np.full(12, 1.0))], same), of_interest=("a",)
    )
    assert twice.errors == {"a": None, "b": None}
    assert twice.states["a"] == ParameterState.NOT_CONSTRAINED


def test_the_end_of_a_profile_is_where_the_likelihood_says():
    """k of a x^k with few and noisy points: χ² at the ends, minimised over a in closed form."""
    rng = np.random.default_rng(8)
    y = 2 * X**0.4 + 0.8 * rng.standard_normal(12)
    terms = {"k": FitParameter(0.5, start_grid=(0.0, 1.0)), "a": FitParameter(1.0)}
    fit = fit_likelihood(Likelihood([FitData(power, y, np.full(12, 0.8))], terms), of_interest=("k",))

    def chi2(k):
        shape = X**k
        return np.sum((y - shape * (shape @ y) / (shape @ shape)) ** 2) / 0.8**2

    for ends, level in ((fit.intervals_scaled["k"], 1.0), (fit.intervals_95_scaled["k"], stats.chi2.ppf(0.95, 1))):
        for end in ends:
            assert chi2(end) - chi2(fit.values["k"]) == pytest.approx(level, rel=0.03)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300, 0.0, -1e-300])
def test_no_number_stops_a_search(bad):
    """Shapes that are no number, infinite, or vanish: the fit ends, and says what it could not find."""
    parts = [FitData(lambda p: {"a": X * bad, "b": X ** (1e3 * p["k"])}, X, np.full(12, 0.1))]
    fit = fit_likelihood(
        Likelihood(parts, {"k": FitParameter(1.0, start_grid=(0.0,)), "a": FitParameter(1.0), "b": FitParameter(1.0)}),
        of_interest=("k",),
    )
    assert all(np.isfinite(x) for x in fit.values.values())
    assert np.isfinite(fit.aicc)


def test_errors_of_the_model_that_do_not_converge_are_those_between():
    """Errors 100 a of one point with value 1, and a prior 0 ± 1 of a: with the errors at a = 0, a is 1/2, and with those, 0."""
    data = FitData(lambda p: {"a": np.ones(1)}, np.ones(1), np.ones(1), amplitudes=("a",))
    parameters = {"a": FitParameter(0.5), "x": FitParameter(0.5, start_grid=(0.5,))}
    errors = ModelErrors("x", lambda values: np.array([[100 * values["a"]]]))
    likelihood = Likelihood([data], parameters, [Prior("a", 0.0, 1.0)]).with_model_errors(errors)
    a = likelihood.nested("x", 0.5).values["a"]
    assert a == pytest.approx(0.04498, rel=0.02)  # the real root of 10⁴ a³ + 2 a = 1


def test_a_search_that_ends_early_near_the_best_maximum_counts_more_than_a_bound(monkeypatch):
    """Near x = 0.02 the errors of the model are still approached when the search ends; at the bound x = 1, χ² is about 360."""
    monkeypatch.setattr("tlsglass.fitting.likelihood.MAX_ERROR_UPDATES", 3)
    curve = FitData(
        lambda p: {"a": np.array([100 * (p["x"] - 0.02) * (1.3 - p["x"]), 2 * np.tanh(20 * p["x"])])},
        np.zeros(2),
        np.ones(2),
        amplitudes=("a",),
    )
    parameters = {"x": FitParameter(0.1, 0.0, 1.0, start_grid=(0.0, 0.1, 0.5, 0.9)), "a": FitParameter(1.0, fixed=True)}
    errors = ModelErrors("x", lambda values: np.array([[1.2 * np.tanh(50 * values["x"]), 0.0]]))
    best = Likelihood([curve], parameters).with_model_errors(errors).maximize()
    assert best.values["x"] == pytest.approx(0.0175, abs=1e-4)
    assert not best.converged


def test_where_the_best_parameters_move_is_predicted_within_their_bounds():
    """Exact for lines: with the slope fixed, the offsets follow it, up to a bound of one of them."""
    likelihood, *_ = two_lines(np.random.default_rng(5))
    best = likelihood.maximize()
    for slope in (1.9, 2.3):
        nested = likelihood.nested("slope", slope)
        for optimum in (best, likelihood.nested("slope", 2.1)):
            predicted = likelihood.predict("slope", slope, optimum)
            assert predicted == pytest.approx(nested.values, rel=1e-6)
    bounded = Likelihood(likelihood.data, FREE | {"one": FitParameter(0.0, low=best.values["one"] - 0.1)})
    predicted = bounded.predict("slope", 2.3, bounded.maximize())
    assert predicted["one"] == pytest.approx(best.values["one"] - 0.1, rel=1e-9)
    assert predicted["two"] == pytest.approx(nested.values["two"], rel=1e-6)


def test_a_rough_search_ends_as_close_to_the_minimum_as_its_tolerance():
    """a x^k + b cos(m x): not further above the minimum than the tolerance, with fewer evaluations."""
    rng = np.random.default_rng(9)
    y = X**0.5 + 0.3 * np.cos(2 * X) + 0.05 * rng.standard_normal(12)
    parts = [FitData(lambda p: {"a": X ** p["k"], "b": np.cos(p["m"] * X)}, y, np.full(12, 0.05))]
    terms = {"k": FitParameter(0.5, start_grid=(0.0,)), "m": FitParameter(2.0, start_grid=(2.0,))}
    likelihood = Likelihood(parts, terms | {"a": FitParameter(1.0), "b": FitParameter(1.0)})
    best, tolerance = likelihood.maximize({"k": 0.5, "m": 2.0}), likelihood.profile_tolerance
    exact_evaluations = rough_evaluations = 0
    for k, m in ((0.49, 2.0), (0.45, 1.9), (0.3, 2.2), (0.9, 1.8)):
        before = likelihood.evaluations
        assert likelihood.maximize({"k": k, "m": m}).chi2 == pytest.approx(best.chi2, rel=1e-8)
        exact_evaluations += likelihood.evaluations - before
        before = likelihood.evaluations
        rough = likelihood.maximize({"k": k, "m": m}, tolerance)
        rough_evaluations += likelihood.evaluations - before
        assert rough.chi2 - best.chi2 < tolerance * best.chi2
    assert rough_evaluations < exact_evaluations
