"""What is fitted: datasets, their models and parameters, and what the datasets share.

``FitProblem.from_dataset(dataset).fit()`` fits one dataset with Eq. (3), and ``FitProblem.joint`` builds the problem of several
datasets that share parameters, such as f and Q of a resonator. ``problem.on_atlas()`` is the same problem with J0/h0 in place
of µ, and ``problem.with_fixed(mu=0)`` that of the standard tunneling model (STM).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tlsglass.atlas.table import Atlas
from tlsglass.base import stats
from tlsglass.base.types import FloatArray
from tlsglass.data.dataset import Dataset, Points
from tlsglass.fitting import atlas_model
from tlsglass.fitting.fit import Fit, ParameterState, WhichIntervals, fit_likelihood
from tlsglass.fitting.likelihood import FitData, FitParameter, Likelihood, Prior, Shapes, Values
from tlsglass.models.observable import CALIBRATION, J0_OVER_H0

DECISIVE_DELTA_AIC = 6.0  # ASSUME: from here on ΔAIC favors a model, with odds of 20 to 1
TEMPERATURE_ERROR_UPDATES = 5  # each changes the errors by less than a tenth of the change before
NEGLIGIBLE_VARIANCE = 1e-4  # errors of the atlas are neglected below this fraction of the variance of the points
MAX_COVARIANCE_UPDATES = 3  # the errors of the atlas are those at the fit, which is then repeated
JOINT_STARTS = (0.02, 0.1, 0.3)  # J0/h0


@dataclass(frozen=True)
class FitProblem:
    """One dataset, or several that share parameters.

    Parameters
    ----------
    datasets
        The datasets. Each brings its model, its parameters with starts and bounds, and the prior on its calibration.
    shared
        For each dataset but the first, the parameters that it shares with the first. Others have names of their own in the fit,
        such as ``offset [NAME]``.
    error_scales
        Factors of the errors of each dataset; empty for 1. A dataset that its own model does not describe would otherwise have
        too much weight.
    fixed
        {name: value} of parameters that are fixed.
    """

    datasets: tuple[Dataset, ...]
    shared: tuple[tuple[str, ...], ...] = ()
    error_scales: tuple[float, ...] = ()
    fixed: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_dataset(cls, dataset: Dataset) -> "FitProblem":
        """Return the problem of one dataset."""
        return cls((dataset,))

    @classmethod
    def joint(cls, datasets: Sequence[Dataset], shared: Sequence[Sequence[str]], separate: Sequence[Fit]) -> "FitProblem":
        """Return the problem of several datasets, whose ``separate`` fits scale the errors if these are not acceptable."""
        scales = tuple(1.0 if fit.acceptable else fit.scale for fit in separate)
        return cls(tuple(datasets), tuple(map(tuple, shared)), scales)

    def with_fixed(self, **values: float) -> "FitProblem":
        """Return the problem with parameters fixed at ``values``, in all datasets."""
        fixed = {name: values[base_name(name)] for name in self.members() if base_name(name) in values}
        return replace(self, fixed={**self.fixed, **fixed})

    def on_atlas(self, h0_K: float | None = None, atlas: Atlas | None = None) -> "FitProblem":
        """Return the problem with J0/h0 in place of µ, without points at temperatures outside of the atlas.

        Requires ``has_atlas_model``. ``h0_K`` replaces the h0 of the datasets.
        """
        datasets = tuple(atlas_model.with_atlas_model(dataset, h0_K, atlas) for dataset in self.datasets)
        shared = tuple(tuple(J0_OVER_H0 if name == "mu" else name for name in names) for names in self.shared)
        fixed = {name: value for name, value in self.fixed.items() if base_name(name) != "mu"}
        return replace(self, datasets=datasets, shared=shared, fixed=fixed)

    def with_temperature_errors(self, start: Values | None = None) -> "FitProblem":
        """Return the problem with the errors of the temperatures included in those of the values (effective variance).

        σ² + (dy/dT)² σ_T² has the slope of the fit with µ free, found by iteration. All models are then fitted with it.
        """
        return replace(self, datasets=tuple(_with_temperature_errors(dataset, start) for dataset in self.datasets))

    @property
    def has_atlas_model(self) -> bool:
        """Whether all observables have a model on the atlas."""
        return all(dataset.observable.atlas_shapes is not None for dataset in self.datasets)

    @property
    def has_enough_points(self) -> bool:
        """Whether each dataset has points, and all together two more than there are free parameters."""
        counts = [len(dataset.points.T_K) for dataset in self.datasets]
        return all(counts) and sum(counts) >= len(self.free) + 2

    def name(self, k: int, parameter: str) -> str:
        """Return the name in the fit of a parameter of dataset ``k``."""
        separate = k > 0 and parameter not in self.shared[k - 1]
        return f"{parameter} [{self.datasets[k].name}]" if separate else parameter

    def names(self, k: int) -> dict[str, str]:
        """Return {parameter of dataset ``k``: its name in the fit}."""
        return {parameter: self.name(k, parameter) for parameter in self.datasets[k].observable.parameter_order}

    def members(self) -> dict[str, list[int]]:
        """Return {name in the fit: indices of the datasets that have the parameter}."""
        members: dict[str, list[int]] = {}
        for k in range(len(self.datasets)):
            for name in self.names(k).values():
                members.setdefault(name, []).append(k)
        return members

    @property
    def of_interest(self) -> tuple[str, ...]:
        """Names of the parameters that the fit is made for."""
        names = [self.name(k, p) for k, dataset in enumerate(self.datasets) for p in dataset.observable.of_interest]
        return tuple(dict.fromkeys(names))

    def parameters(self) -> dict[str, FitParameter]:
        """Return {name: FitParameter}.

        A shared parameter starts as in the first dataset that has it, within the narrowest bounds; it is fixed if one of the
        datasets fixes it.
        """
        parameters: dict[str, FitParameter] = {}
        for k, dataset in enumerate(self.datasets):
            names = self.names(k)
            for own_name, parameter in dataset_parameters(dataset).items():
                name = names[own_name]
                parameters[name] = _merge(parameters[name], parameter) if name in parameters else parameter
        return parameters | {name: parameters[name].fixed_at(value) for name, value in self.fixed.items()}

    @property
    def free(self) -> tuple[str, ...]:
        """Names of the free parameters."""
        return tuple(name for name, parameter in self.parameters().items() if not parameter.fixed)

    def likelihood(self, covariances: Sequence[FloatArray | None] | None = None) -> Likelihood:
        """Return the likelihood; ``covariances`` (n, n) of each dataset are added to its squared errors."""
        parameters, data, priors = self.parameters(), [], {}
        for k, dataset in enumerate(self.datasets):
            points, names = dataset.points, self.names(k)
            error = points.error
            if error is not None and self.error_scales:
                error = self.error_scales[k] * error
            covariance = None if covariances is None else covariances[k]
            data.append(FitData(_shapes_at_points(dataset), points.value, error, covariance, names, points.weight))
            sigma = dataset.info.get("systematic", {}).get("correlated")
            if sigma is not None and not parameters[names[CALIBRATION]].fixed:
                priors[names[CALIBRATION]] = Prior(names[CALIBRATION], 0.0, sigma)
        return Likelihood(data, parameters, priors.values())

    def fit(self, start: Values | None = None, intervals: WhichIntervals = True, second_start: Values | None = None) -> Fit:
        """Fit the datasets by maximum likelihood.

        Points without errors all get the same error, or the same relative error, estimated from the residuals. On the atlas,
        its errors are included as a covariance of the points.

        Parameters
        ----------
        start
            Values by name; by default the best point of a grid.
        intervals
            True, False, or "interest" for the parameters of interest only.
        second_start
            Another start, below whose maximum the fit must not end.
        """
        if J0_OVER_H0 not in self.members():
            return fit_likelihood(self.likelihood(), start, second_start, intervals, self.of_interest)
        if len(self.datasets) == 1:
            return self._fit_on_atlas(start, intervals)
        return self._fit_jointly_on_atlas(start or {}, intervals)

    def fit_near(self, values: Values, start: Values | None = None) -> Fit:
        """Fit without intervals; on the atlas, with its errors at ``values``."""
        covariances = None
        if J0_OVER_H0 in self.members() and all(dataset.points.error is not None for dataset in self.datasets):
            covariances = self._atlas_covariances(values)
        return fit_likelihood(self.likelihood(covariances), start, intervals=False)

    def _atlas_covariances(self, values: Values) -> list[FloatArray]:
        """Return the covariance (n, n) of each dataset due to the errors of the atlas."""
        return [atlas_model.model_covariance(dataset, self.own_values(k, values)) for k, dataset in enumerate(self.datasets)]

    def _fit_on_atlas(self, start: Values | None, intervals: WhichIntervals) -> Fit:
        """Fit one dataset on the atlas; the covariance and the fit are determined in turns."""
        (dataset,) = self.datasets
        points = dataset.points
        fit = without_atlas_errors = fit_likelihood(self.likelihood(), start, intervals=False)
        covariance = None
        for _ in range(MAX_COVARIANCE_UPDATES):
            variance = _variance(points, fit)
            covariance = atlas_model.model_covariance(dataset, fit.values)
            with np.errstate(all="ignore"):
                if np.max(np.diag(covariance) / variance) < NEGLIGIBLE_VARIANCE:
                    covariance = None
                    break
                if points.error is None:  # in units of the errors, which are estimated from the residuals
                    unit = np.std(points.value) if points.weight is None else points.weight
                    covariance = covariance * (unit**2 / variance)
            before, fit = fit, fit_likelihood(self.likelihood([covariance]), fit.values, intervals=False)
            if abs(fit.values[J0_OVER_H0] - before.values[J0_OVER_H0]) < 1e-3 * (before.errors[J0_OVER_H0] or np.inf):
                break
        fit = fit_likelihood(
            self.likelihood([covariance]), fit.values, without_atlas_errors.values, intervals, self.of_interest
        )
        error, error_without = fit.errors[J0_OVER_H0], without_atlas_errors.errors[J0_OVER_H0]
        share = float(np.sqrt(max(error**2 - error_without**2, 0.0))) if error and error_without else None
        return replace(fit, atlas_error=share)

    def _fit_jointly_on_atlas(self, start: Values, intervals: WhichIntervals) -> Fit:
        """Fit several datasets on the atlas. ASSUME: the errors of the atlas in two datasets are independent."""
        likelihood = self.likelihood()
        start = {name: start.get(name, parameter.start) for name, parameter in likelihood.parameters.items()}
        starts = [start | {name: J0_over_h0 for name in start if base_name(name) == J0_OVER_H0} for J0_over_h0 in JOINT_STARTS]
        fits = [fit_likelihood(likelihood, values, intervals=False) for values in starts]
        values = min(fits, key=lambda fit: fit.chi2).values
        likelihood = self.likelihood(self._atlas_covariances(values))
        return fit_likelihood(likelihood, values, intervals=intervals, of_interest=self.of_interest)

    def own_values(self, k: int, values: Values) -> Values:
        """Return the parameters of dataset ``k`` by its own names."""
        return {parameter: values[name] for parameter, name in self.names(k).items()}

    def curve(self, k: int, values: Values) -> FloatArray:
        """Return the model (n,) of dataset ``k`` at its points."""
        return self.datasets[k].model(self.datasets[k].points.T_K, self.own_values(k, values))

    def mean_values(self, separate: Sequence[Fit]) -> Values:
        """Return a start: shared parameters have the weighted mean of their separate fits."""
        start = {}
        for name, members in self.members().items():
            values = np.array([separate[k].values[base_name(name)] for k in members])
            errors = np.array([separate[k].errors_scaled[base_name(name)] or np.inf for k in members])
            certain = np.isfinite(errors)
            weights = np.where(certain, 1.0 / np.where(certain, errors, 1.0) ** 2, 0.0)
            start[name] = float(np.average(values, weights=weights)) if weights.any() else float(values[0])
        return start


def base_name(name: str) -> str:
    """Return the parameter's name without the dataset: offset of ``offset [NAME]``."""
    return name.split(" [")[0]


def _merge(first: FitParameter, second: FitParameter) -> FitParameter:
    """Return the parameter that two datasets share."""
    low, high = max(first.low, second.low), min(first.high, second.high)
    source = first if first.fixed or not second.fixed else second
    start = float(np.clip(source.start, low, high))
    return replace(first, start=start, low=low, high=high, fixed=first.fixed or second.fixed)


def dataset_parameters(dataset: Dataset) -> dict[str, FitParameter]:
    """Return {name: FitParameter} of a dataset in the order of a fit: defaults of the model, and settings of dataset.yaml."""
    parameters, observable = {}, dataset.observable
    unused = observable.unused_parameters(dataset.info, dataset.points.photons is not None)
    for name in observable.parameter_order:
        model = observable.parameters[name]
        settings = {"start": model.default, "low": model.low, "high": model.high} | dataset.info["parameters"].get(name, {})
        bounds = settings["low"], settings["high"]
        physical = name in observable.amplitudes or (model.physical_bounds and bounds == (model.low, model.high))
        fixed = settings.get("fixed", False) or name in unused
        parameters[name] = FitParameter(settings["start"], *bounds, fixed, model.start_values(), physical)
    return parameters


def _shapes_at_points(dataset: Dataset) -> Callable[[Values], Shapes]:
    """Return the shapes of the dataset's model at its points, as a function of the parameters."""
    T_K, probe = dataset.points.T_K, dataset.probe
    return lambda p: dataset.observable.shapes(T_K, p, probe)


def _variance(points: Points, fit: Fit) -> FloatArray:
    """Return the variance (n,) of the points, estimated from the residuals if they have no errors."""
    if points.error is not None:
        return points.error**2
    return max(fit.misfit**2, 1e-300) * (np.ones_like(points.value) if points.weight is None else points.weight**2)


def _with_temperature_errors(dataset: Dataset, start: Values | None) -> Dataset:
    if dataset.points.T_error_K is None:
        return dataset

    def add(points: Points, values: Values) -> Points:
        """Add the errors of the temperature, times the slope of the model, to those of the value."""
        step = 1e-5 * points.T_K
        slope = (dataset.model(points.T_K + step, values) - dataset.model(points.T_K - step, values)) / (2 * step)
        return replace(points, error=np.hypot(points.error, np.nan_to_num(slope) * points.T_error_K), T_error_K=None)

    weighted = dataset
    for _ in range(TEMPERATURE_ERROR_UPDATES):
        start = FitProblem.from_dataset(weighted).fit(start, intervals=False).values
        weighted = replace(dataset, points=add(dataset.points, start))
    all_points = dataset.all_points
    return replace(weighted, all_points=all_points if all_points.T_error_K is None else add(all_points, start))


@dataclass(frozen=True)
class Comparison:
    """Fits with µ free and with µ = 0 (STM)."""

    free: Fit
    stm: Fit
    delta_aic: float  # positive: µ free is favored
    p_value: float | None  # of the likelihood ratio if µ = 0; None if µ is fixed, or 0 is not within its bounds

    @property
    def rejected(self) -> bool:
        """Whether the points reject even the model with µ free, so that ΔAIC and p are meaningless."""
        return not self.free.acceptable


def compare(
    problem: FitProblem,
    intervals: WhichIntervals = True,
    start: Values | None = None,
    stm_start: Values | None = None,
) -> Comparison:
    """Fit with µ free and with µ = 0.

    The p-value is that of the likelihood ratio: χ²(STM) - χ²(free) follows a χ² distribution with one degree of freedom for
    each free µ. If σ is estimated from the residuals, the ratio of the two follows F(1, dof).
    """
    stm = problem.with_fixed(mu=0.0).fit(stm_start, intervals)
    free = problem.fit(start, intervals, stm.values)
    if free.states.get("mu") == ParameterState.AT_BOUND and free.acceptable and stm.aic - free.aic < DECISIVE_DELTA_AIC:
        free = replace(free, states=free.states | {"mu": ParameterState.NOT_CONSTRAINED})  # µ = 0 fits as well as the bound
    return Comparison(free, stm, stm.aic - free.aic, _p_value(problem, free, stm))


def _p_value(problem: FitProblem, free: Fit, stm: Fit) -> float | None:
    mus = [p for name, p in problem.parameters().items() if base_name(name) == "mu" and not p.fixed]
    if not mus or not all(mu.low <= 0 <= mu.high for mu in mus):
        return None
    gain = max(stm.chi2 - free.chi2, 0.0)
    if free.errors_given:
        return float(stats.chi2_sf(gain, len(mus)))
    return float(stats.f_sf(gain * free.dof / free.chi2, 1, free.dof)) if free.chi2 > 0 else None
