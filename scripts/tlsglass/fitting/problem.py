"""What is fitted: datasets, their models and parameters, and what the datasets share.

``FitProblem.from_dataset(dataset).fit()`` fits one dataset with Eq. (3), and ``FitProblem.joint`` builds the problem of several
datasets that share parameters, such as f and Q of a resonator. ``problem.on_atlas()`` is the same problem with J0/h0 in place
of µ, and ``problem.with_fixed(mu=0)`` that of the standard tunneling model (STM).

On the atlas, h0 only sets the scale of temperatures. ASSUME h0 = 10 K, the paper's, if a dataset does not have ``h0_K``. The
errors of the atlas are errors of the model that all points have in common. Points at temperatures outside of the atlas are left
out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np

from tlsglass.atlas.observables import OBSERVABLES, AtlasObservables, TemperatureGrid, grid_size
from tlsglass.atlas.table import Atlas, shipped_atlas
from tlsglass.base import stats
from tlsglass.base.cached_method import cache_method
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray
from tlsglass.data.dataset import Dataset, Points
from tlsglass.fitting.fit import (
    CONFIDENCE_LEVELS,
    INDISTINCT_RISE,
    MIN_P_VALUE,
    Covariance,
    Fit,
    ProfileLikelihood,
    WhichIntervals,
    chi2_rejects,
    chi2_rise,
    error_scale,
    fit_likelihood,
)
from tlsglass.fitting.likelihood import (
    TOLERANCE,
    FitData,
    FitParameter,
    Likelihood,
    ModelErrors,
    Optimum,
    Prior,
    Shapes,
    Values,
)
from tlsglass.fitting.scatter import LocalScatter, extra_scatter, independent_fraction, local_scatter
from tlsglass.model.parameters import H0_K
from tlsglass.models.observable import CALIBRATION, J0_OVER_H0, Observable, Parameter, make_J0_over_h0
from tlsglass.physics import microwave

TEMPERATURE_ERROR_UPDATES = 5  # each changes the errors by less than a tenth of the change before
MAX_SCATTER_UPDATES = 6
BETTER_MAXIMUM = 1e-3  # decrease of the objective beyond which another maximum counts as a better one
SMALL_REDUCED_CHI2 = 0.2  # residuals this far below the errors are not examined
NUMERICAL_ACCURACY = 1e-5  # of the models, relative to a positive value or to the whole change; no measurement is as precise
MAX_LACK_OF_FIT = 10.0  # a model is rejected if the variance of the residuals exceeds that of neighboring points by this factor
SIGNAL_SIGMA = 3.0  # of the amplitude of the TLSs, without which there is nothing to limit


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
    described
        Whether Eq. (3) describes each dataset alone; empty for a problem that does not depend on it. No fit of several datasets
        together describes one that its model does not describe alone, although the errors are scaled.
    fixed
        {name: value} of parameters that are fixed.
    has_extra_scatter
        Whether an extra scatter of each dataset is estimated, because the errors are far below the scatter of the points.
    devices
        The name of the device of each dataset. Datasets of one device share all parameters, such as f and Q of a resonator; by
        default each dataset is a device of its own.
    """

    datasets: tuple[Dataset, ...]
    shared: tuple[tuple[str, ...], ...] = ()
    error_scales: tuple[float, ...] = ()
    described: tuple[bool, ...] = ()
    fixed: Mapping[str, float] = field(default_factory=dict)
    has_extra_scatter: bool = False
    devices: tuple[str, ...] = ()

    @classmethod
    def from_dataset(cls, dataset: Dataset) -> "FitProblem":
        """Return the problem of one dataset."""
        return cls((dataset,))

    @classmethod
    def joint(cls, datasets: Sequence[Dataset], shared: Sequence[Sequence[str]], separate: Sequence[Fit]) -> "FitProblem":
        """Return the problem of several datasets, whose ``separate`` fits scale the errors if these are not acceptable."""
        # The misfit alone: correlated residuals widen the errors of the joint fit, and would else be counted twice.
        scales = tuple(1.0 if fit.acceptable else max(1.0, fit.misfit) for fit in separate)
        return cls(tuple(datasets), tuple(map(tuple, shared)), scales, tuple(fit.acceptable for fit in separate))

    def with_fixed(self, **values: float) -> "FitProblem":
        """Return the problem with parameters fixed at ``values``, in all datasets."""
        fixed = {name: values[base_name(name)] for name in self.members() if base_name(name) in values}
        return replace(self, fixed={**self.fixed, **fixed})

    def on_atlas(self, h0_K: float | None = None, atlas: Atlas | None = None) -> "FitProblem":
        """Return the problem with J0/h0 in place of µ, without points at temperatures outside of the atlas.

        Requires ``has_atlas_model``. ``h0_K`` replaces the h0 of the datasets.
        """
        datasets = tuple(with_atlas_model(dataset, h0_K, atlas) for dataset in self.datasets)
        shared = tuple(tuple(J0_OVER_H0 if name == "mu" else name for name in names) for names in self.shared)
        fixed = {name: value for name, value in self.fixed.items() if base_name(name) != "mu"}
        return replace(self, datasets=datasets, shared=shared, fixed=fixed)

    def with_temperature_errors(self) -> "FitProblem":
        """Return the problem with the errors of the temperatures included in those of the values (effective variance).

        σ² + (dy/dT)² σ_T² has the slope of the fit with µ free, found by iteration. All models are then fitted with it.
        """
        return replace(self, datasets=tuple(map(_with_temperature_errors, self.datasets)))

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
        device = self.device(k)
        separate = k > 0 and device != self.device(0) and parameter not in self.shared[k - 1]
        return f"{parameter} [{device}]" if separate else parameter

    def device(self, k: int) -> str:
        """Return the name of the device of dataset ``k``."""
        return self.devices[k] if self.devices else self.datasets[k].name

    def names(self, k: int) -> dict[str, str]:
        """Return {parameter of dataset ``k``: its name in the fit}."""
        return {parameter: self.name(k, parameter) for parameter in _used(self.datasets[k])}

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

    def likelihood(self, scatters: Sequence[float] = (), atlas_errors: bool = True) -> Likelihood:
        """Return the likelihood.

        Parameters
        ----------
        scatters
            Extra scatter of each dataset, added to its squared errors; see ``scatter_unit``.
        atlas_errors
            Whether a model on the atlas includes the errors of the atlas.
        """
        parameters, data, priors = self.parameters(), [], {}
        for k, dataset in enumerate(self.datasets):
            points, names = dataset.points, self.names(k)
            error = points.error
            if error is not None and self.error_scales:
                error = self.error_scales[k] * error
            if error is not None and scatters:
                error = np.hypot(error, scatters[k] * scatter_unit(dataset))
            shapes, depends = _shapes_at_points(dataset), frozenset(names.values())
            amplitudes = tuple(names[name] for name in dataset.observable.amplitudes if name in names)
            data.append(FitData(shapes, points.value, error, names, points.weight, depends, amplitudes))
            sigma = dataset.info.get("systematic", {}).get("correlated")
            if sigma is not None and not parameters[names[CALIBRATION]].fixed:
                priors[names[CALIBRATION]] = Prior(names[CALIBRATION], 0.0, sigma)
        likelihood = Likelihood(data, parameters, priors.values())
        on_atlas = [name for name in self.members() if base_name(name) == J0_OVER_H0]
        if not (atlas_errors and on_atlas):
            return likelihood
        return likelihood.with_model_errors(ModelErrors(on_atlas[0], self._atlas_deviations(likelihood)))

    def _atlas_deviations(self, likelihood: Likelihood) -> Callable[[Values], FloatArray]:
        """Return the function of the parameters that returns the deviations (r, n) of all points by the errors of the atlas.

        One realization of the errors of the atlas affects all datasets together. If the errors of the points are estimated from
        the residuals, the deviations are in units of those of a fit without them.
        """

        @cache
        def sigma() -> float:
            best = likelihood.maximize()
            return max(float(np.sqrt(best.chi2 / max(likelihood.dof, 1))), 1e-150)

        def deviations(values: Values) -> FloatArray:
            rows = [model_deviations(dataset, self.own_values(k, values)) for k, dataset in enumerate(self.datasets)]
            return np.concatenate(rows, axis=1) / (1.0 if likelihood.errors_given else sigma())

        return deviations

    def fit(self, starts: Sequence[Values] = (), intervals: WhichIntervals = True, from_grid: bool = True) -> Fit:
        """Fit the datasets by maximum likelihood.

        Points without errors all get the same error, or the same relative error, estimated from the residuals. On the atlas,
        its errors are included as a covariance of the points, evaluated along the profile of J0/h0.

        Parameters
        ----------
        starts
            Values by name, such as the maxima of other models. Names of parameters that this one does not have are ignored.
        intervals
            True, False, or "interest" for the parameters of interest only.
        from_grid
            Whether the best points of a grid are tried too; otherwise one of the ``starts`` should come from them.
        """
        scatters = self._estimate_scatters(starts) if self.has_extra_scatter else ()
        likelihood = self.likelihood(scatters)
        if likelihood.model_errors is not None and intervals:
            intervals = "interest"  # other errors on the atlas are those of the covariance
        all_starts = [*([None] if from_grid or scatters else []), *starts]
        fit = self._fit_likelihood(likelihood, scatters, all_starts, intervals)
        if likelihood.model_errors is not None and fit.errors.get(likelihood.model_errors.parameter):
            fit = replace(fit, atlas_error=self._atlas_error(fit, likelihood, likelihood.model_errors.parameter))
        return fit

    def fit_near(self, start: Values, errors_at: Values | None = None) -> Fit:
        """Fit without intervals from one start; on the atlas, with its errors at ``errors_at``, by default at the start."""
        scatters = self._estimate_scatters([start]) if self.has_extra_scatter else ()
        likelihood = self.likelihood(scatters).with_errors_at(errors_at or start)
        return self._fit_likelihood(likelihood, scatters, [start], False, likelihood.near_tolerance)

    def _fit_likelihood(
        self,
        likelihood: Likelihood,
        scatters: tuple[float, ...],
        starts: Sequence[Values | None],
        intervals: WhichIntervals,
        tolerance: float = TOLERANCE,
    ) -> Fit:
        n_scatters = sum(map(bool, scatters))
        fit = fit_likelihood(likelihood, starts, intervals, self.of_interest, self._independent_fraction, n_scatters, tolerance)
        fit = replace(fit, extra_scatter=scatters, local_scatter=self._local_scatter(fit.values))
        return replace(fit, acceptable=self.is_acceptable(fit))

    def maximum(
        self, start: Values | None = None, scatters: Sequence[float] = (), atlas_errors: bool = True, near: bool = False
    ) -> Optimum:
        """Return the maximum of the likelihood from a start or from the grid, less accurately ``near`` a known one."""
        likelihood = self.likelihood(scatters, atlas_errors)
        return likelihood.maximize(start, likelihood.near_tolerance if near else TOLERANCE)

    def better_maximum(self, fit: Fit, start: Values) -> Values | None:
        """Return the maximum that a search from ``start`` reaches if it is better than that of ``fit``."""
        likelihood = self.likelihood(fit.extra_scatter)
        best = likelihood.maximize(fit.values | start)
        return best.values if best.objective < likelihood.at(fit.values).objective - BETTER_MAXIMUM else None

    def with_scatter_in_errors(self, fit: Fit) -> "FitProblem":
        """Return the problem with the extra scatter of a fit included in the errors of the points."""
        if not fit.extra_scatter:
            return self
        datasets = []
        for dataset, scatter in zip(self.datasets, fit.extra_scatter, strict=True):
            points, all_points = (
                replace(x, error=np.hypot(x.given_error, scatter * scatter_unit(replace(dataset, points=x))))
                for x in (dataset.points, dataset.all_points)
            )
            datasets.append(replace(dataset, points=points, all_points=all_points))
        return replace(self, datasets=tuple(datasets), has_extra_scatter=False)

    def rise(self, fit: Fit, name: str, value: float) -> float:
        """Return how much χ² rises from its minimum ``fit`` if a parameter is fixed at ``value``."""
        likelihood = self.likelihood(fit.extra_scatter)
        starts = fit.values, fit.values | {name: value}  # there may be another minimum near the value
        best = min((likelihood.maximize(start) for start in starts), key=lambda optimum: optimum.objective)
        return ProfileLikelihood(likelihood, best, Covariance(best)).rise(name, value)

    def excludes_zero_robustly(self, fit: Fit, name: str) -> bool:
        """Return whether 0 remains excluded at 95 % as a parameter of a single dataset without one influential point."""
        return all(fewer._excludes_zero(fit, name) for fewer in self.without_influential_points(fit, name))

    def _excludes_zero(self, fit: Fit, name: str) -> bool:
        """Return whether 0 is excluded at 95 % as a parameter, with the errors of the atlas at ``fit``."""
        likelihood = self.likelihood(fit.extra_scatter).with_errors_at(fit.values)
        free = likelihood.maximize(fit.values)
        rise = likelihood.with_fixed(**{name: 0.0}).maximize(fit.values).objective - free.objective
        variance = error_scale(free.chi2, likelihood.dof) ** 2 if likelihood.errors_given else free.objective / likelihood.dof
        level = variance * chi2_rise(CONFIDENCE_LEVELS[95], likelihood, fit.independent_fraction)
        return rise * fit.independent_fraction >= level

    def without_influential_points(self, fit: Fit, name: str) -> Iterator["FitProblem"]:
        """Yield the problem of a single dataset without one of the points without which the fit and ``name`` change most.

        The measures are Cook's distance and the change of the parameter.
        """
        likelihood = self.likelihood(fit.extra_scatter).with_errors_at(fit.values)
        optimum = likelihood.at(fit.values)
        n = likelihood.n_points
        jacobian, residuals = optimum.jacobian[:n], optimum.residuals[:n]
        left, singular, right = np.linalg.svd(jacobian, full_matrices=False)
        kept = singular > 1e-8 * singular.max(initial=0.0)
        left, singular, right = left[:, kept], singular[kept], right[kept]
        leverage = np.minimum(np.sum(left**2, axis=1), 1 - 1e-9)
        cook = residuals**2 * leverage / (1 - leverage) ** 2
        shift = np.abs((left / singular) @ right[:, optimum.free.index(name)] * residuals / (1 - leverage))
        for index in sorted({int(np.argmax(cook)), int(np.argmax(shift))}):
            yield self.without_point(index)

    def without_point(self, index: int) -> "FitProblem":
        """Return the problem of a single dataset without one of its points."""
        (dataset,) = self.datasets
        points = dataset.points.select(np.arange(len(dataset.points.T_K)) != index)
        return replace(self, datasets=(replace(dataset, points=points),))

    def at_minimum_near(self, values: Values, fit: Fit) -> Fit:
        """Return ``fit`` at the minimum near ``values``, if the points do not distinguish the two."""
        likelihood = self.likelihood(fit.extra_scatter)
        near = likelihood.maximize(values)
        variance = max(1.0, fit.misfit**2) if fit.errors_given else near.chi2 / max(likelihood.dof, 1)
        if near.objective - likelihood.at(fit.values).objective > INDISTINCT_RISE * variance:
            return fit
        if all(
            abs(near.values[name] - fit.values[name]) <= 2 * (fit.errors_scaled[name] or np.inf) for name in self.of_interest
        ):
            return fit
        covariance = Covariance(near)
        errors = {name: covariance.error(name) if name in near.free else 0.0 for name in near.values}
        scaled = {name: error and error * fit.scale for name, error in errors.items()}
        others = (fit.values, *fit.other_minima)
        return replace(fit, values=near.values, errors=errors, errors_scaled=scaled, other_minima=others)

    def _atlas_error(self, fit: Fit, likelihood: Likelihood, name: str) -> float | None:
        """Return the contribution of the errors of the atlas to the error of J0/h0."""
        plain = self.likelihood(fit.extra_scatter, atlas_errors=False)
        error, without = (
            Covariance(maximum).error(name)
            for maximum in (likelihood.with_errors_at(fit.values).at(fit.values), plain.at(fit.values))
        )
        total = fit.errors[name]
        return float(total * np.sqrt(max(1 - (without / error) ** 2, 0.0))) if total and error and without else None

    def _estimate_scatters(self, starts: Sequence[Values]) -> tuple[float, ...]:
        """Return the extra scatter of each dataset with the greatest likelihood, in turns with the fit."""
        scatters: tuple[float, ...] = (0.0,) * len(self.datasets)
        start: Sequence[Values | None] = [None, *starts]
        for _ in range(MAX_SCATTER_UPDATES):
            likelihood = self.likelihood(scatters, atlas_errors=False)
            best = min((likelihood.maximize(values) for values in start), key=lambda optimum: optimum.chi2)
            start, before = [best.values], scatters
            scatters = tuple(
                extra_scatter(points.value - self.curve(k, best.values), points.given_error, scatter_unit(dataset))
                for k, dataset in enumerate(self.datasets)
                for points in [dataset.points]
            )
            if all(abs(new - old) <= 1e-3 * new for new, old in zip(scatters, before, strict=True)):
                break
        return scatters

    def _independent_fraction(self, optimum: Optimum) -> float:
        """Return the fraction of independent residuals; residuals far below the errors of the points do not matter."""
        n_data = sum(len(dataset.points.T_K) for dataset in self.datasets)
        if self.datasets[0].points.error is not None and optimum.chi2 < SMALL_REDUCED_CHI2 * n_data:
            return 1.0
        abscissas = np.concatenate([dataset.points.abscissa for dataset in self.datasets])
        sweeps, n_sweeps = [], 0
        for dataset in self.datasets:
            sweep = dataset.points.sweep
            index = np.zeros(len(dataset.points.T_K)) if sweep is None else np.unique(sweep, return_inverse=True)[1]
            sweeps.append(n_sweeps + index)
            n_sweeps += int(index.max(initial=0)) + 1
        residuals = optimum.residuals[: len(abscissas)]
        return independent_fraction(abscissas, residuals, len(optimum.free), np.concatenate(sweeps))

    def _local_scatter(self, values: Values) -> LocalScatter | None:
        """Return the scatter of neighboring points of a single dataset, or None for several datasets or too few points.

        It is the smaller one of two scatters: that of the measured values (of their logarithms for positive quantities), and
        that of the residuals about the model with the parameters ``values``. They are similar unless the model varies strongly
        between neighbors.
        """
        if len(self.datasets) > 1:
            return None
        (dataset,) = self.datasets
        points = dataset.points
        errors = self.likelihood().data[0].scale if points.error is not None or points.weight is not None else None
        if errors is None:
            errors = np.ones_like(points.value)
        pairs = [(points.value - self.curve(0, values), errors)]
        if dataset.observable.positive and np.all(points.value > 0) and (points.error is not None or points.weight is not None):
            pairs.append((np.log(points.value), errors / points.value))
        else:
            pairs.append((points.value, errors))
        scatters = [local_scatter(points.abscissa, value, error, points.sweep) for value, error in pairs]
        known = [scatter for scatter in scatters if scatter is not None]
        return min(known, key=lambda scatter: scatter.variance, default=None)

    def has_tls_signal(self, fit: Fit) -> bool:
        """Return whether the amplitude of the TLSs differs from 0 in one of the datasets."""
        for k, dataset in enumerate(self.datasets):
            name = self.name(k, dataset.observable.amplitudes[0])
            error = fit.errors_scaled[name]
            if error is not None and fit.values[name] > SIGNAL_SIGMA * error:
                return True
        return False

    def rms_residual(self, values: Values) -> float:
        """Return the rms of all residuals in units of the given errors, or of the values, or in the unit of the value."""
        squares = []
        for k, dataset in enumerate(self.datasets):
            points = dataset.points
            scale = points.error if points.error is not None else points.weight
            squares.append(((points.value - self.curve(k, values)) / (1.0 if scale is None else scale)) ** 2)
        return float(np.sqrt(np.mean(np.concatenate(squares))))

    def is_acceptable(self, fit: Fit) -> bool:
        """Return whether a fit is acceptable, that is, whether the model describes the points.

        With errors, χ² decides; it may be larger by as much as neighboring points scatter by more than their errors. Without
        errors, or with an extra scatter, the residuals must not exceed the scatter of neighboring points by a large factor.
        """
        if not all(self.described) and not all(
            described or self._describes_alone(k, fit) for k, described in enumerate(self.described)
        ):
            return False
        is_single, local = len(self.datasets) == 1, fit.local_scatter
        if fit.errors_given and not (is_single and fit.extra_scatter):
            return not chi2_rejects(fit.misfit, fit.dof, fit.max_reduced_chi2)
        if local is None or fit.dof < 1 or local.variance <= 0:
            return True
        points, variance = self.datasets[0].points, fit.misfit**2
        size = np.abs(points.value) if self.datasets[0].observable.positive else np.ptp(points.value)
        if np.all(np.abs(points.value - self.curve(0, fit.values)) < NUMERICAL_ACCURACY * size):
            return True
        if fit.extra_scatter:
            variance = float(np.sum(((points.value - self.curve(0, fit.values)) / points.given_error) ** 2)) / fit.dof
        ratio = variance / local.variance
        return ratio < MAX_LACK_OF_FIT or stats.f_sf(ratio, fit.dof, local.dof) > MIN_P_VALUE

    def _describes_alone(self, k: int, fit: Fit) -> bool:
        """Return whether the model on the atlas describes dataset ``k`` alone, which Eq. (3) does not describe."""
        if J0_OVER_H0 not in self.datasets[k].observable.parameters:
            return False
        alone, values = FitProblem.from_dataset(self.datasets[k]), self.own_values(k, fit.values)
        return alone.fit_near(values).acceptable

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
    start = source.start if source.fixed else float(np.clip(source.start, low, high))
    return replace(first, start=start, low=low, high=high, fixed=source.fixed)


def _used(dataset: Dataset) -> tuple[str, ...]:
    """Return the names of the parameters of a dataset in the order of a fit."""
    return dataset.observable.used_parameters(dataset.info)


def dataset_parameters(dataset: Dataset) -> dict[str, FitParameter]:
    """Return {name: FitParameter} of a dataset in the order of a fit: defaults of the model, and settings of dataset.yaml."""
    parameters, observable, used = {}, dataset.observable, _used(dataset)
    unused = observable.unused_parameters(dataset.info, dataset.points.photons is not None)
    for name in used:
        model = observable.parameters[name]
        settings = {"start": model.default, "low": model.low, "high": model.high} | dataset.info["parameters"].get(name, {})
        highest_K = float(dataset.points.T_K.max(initial=0.0))
        lowest = max(model.low, model.low_per_K * highest_K) if model.low_per_K else model.low
        bounds = max(settings["low"], lowest), min(settings["high"], model.high)
        physical = name in observable.amplitudes or (model.physical_bounds and bounds == (lowest, model.high))
        fixed = settings.get("fixed", False) or name in unused
        logarithmic = model.is_logarithmic and bounds[0] > 0
        parameters[name] = FitParameter(settings["start"], *bounds, fixed, model.start_values(), physical, logarithmic)
    return parameters


def _shapes_at_points(dataset: Dataset) -> Callable[[Values], Shapes]:
    """Return the shapes of the dataset's model at its points, as a function of the parameters."""
    T_K, probe = dataset.points.T_K, dataset.probe
    return lambda p: dataset.observable.shapes(T_K, p, probe)


def scatter_unit(dataset: Dataset) -> FloatArray:
    """Return the unit (n,) of an extra scatter: the values of positive quantities, else 1."""
    return np.abs(dataset.points.value) if dataset.observable.positive else np.ones_like(dataset.points.value)


def _with_temperature_errors(dataset: Dataset) -> Dataset:
    if dataset.points.T_error_K is None:
        return dataset

    def add(points: Points, values: Values) -> Points:
        """Add the errors of the temperature, times the slope of the model, to those of the value."""
        assert points.T_error_K is not None
        step = 1e-5 * points.T_K
        model = replace(dataset, points=points).model  # with the photon numbers of these points
        slope = (model(points.T_K + step, values) - model(points.T_K - step, values)) / (2 * step)
        return replace(points, error=np.hypot(points.given_error, np.nan_to_num(slope) * points.T_error_K), T_error_K=None)

    weighted, start = dataset, None
    for _ in range(TEMPERATURE_ERROR_UPDATES):
        start = FitProblem.from_dataset(weighted).maximum(start).values
        weighted = replace(dataset, points=add(dataset.points, start))
    assert start is not None
    all_points = dataset.all_points
    return replace(weighted, all_points=all_points if all_points.T_error_K is None else add(all_points, start))


# ---- models on the atlas ----------------------------------------------------------------------------------------------


class AtlasModel:
    """Model of an observable on the atlas, with the interface of ``Observable.shapes``.

    The meshes of the last few arrays of temperatures are kept. Those of the first array are used again for parts of it, such as
    other windows of a dataset. At many temperatures, the observables are interpolated.
    """

    def __init__(self, observable: Observable, h0_K: float = H0_K, atlas: Atlas | None = None) -> None:
        self.observable, self.h0_K, self.atlas = observable, h0_K, atlas or shipped_atlas()
        self._on_mesh = cache_method(self._observables_at, 4)
        self._first: AtlasObservables | None = None
        self._grid: TemperatureGrid | None = None

    def _observables_at(self, T_K: bytes, has_one_probe: bool) -> AtlasObservables:
        temperatures = np.frombuffer(T_K)
        if len(temperatures) > microwave.N_NODES and has_one_probe and (grid := self._grid_of(temperatures)):
            return grid.at(temperatures)
        inside = self._first is not None and bool(np.isin(temperatures, self._first.T_K[:-1]).all())
        observables = AtlasObservables(temperatures, self.h0_K, self.atlas, self._first if inside else None)
        self._first = self._first or observables
        return _with_caches(observables)

    def _grid_of(self, T_K: FloatArray) -> TemperatureGrid | None:
        """Return the grid for interpolation if it has fewer temperatures, or has been used for other windows; else None."""
        if self._grid is None or not self._grid.contains(T_K):
            if len(np.unique(T_K)) <= grid_size(T_K):
                return None
            self._grid = TemperatureGrid(T_K, self.h0_K, self.atlas)
            _with_caches(self._grid.observables)
        return self._grid

    def shapes(self, T_K: FloatArray, p: Mapping[str, float], probe: Any, jackknife: bool = False) -> dict[str, FloatArray]:
        """Return {amplitude: (n,)}; with ``jackknife``, jackknife rows (1 + r, n) of shapes that have errors."""
        T_K = np.ascontiguousarray(T_K, dtype=float)
        assert self.observable.atlas_shapes is not None
        observables = self._on_mesh(T_K.tobytes(), probe is None or isinstance(probe, int | float))
        return self.observable.atlas_shapes(observables, T_K, p, probe, jackknife)


def _with_caches(observables: AtlasObservables) -> AtlasObservables:
    """Return the observables with caches of their results, because many steps of a fit leave J0/h0 unchanged."""
    for name in OBSERVABLES:
        setattr(observables, name, cache_method(getattr(observables, name), 128))
    return observables


def J0_over_h0_parameter(atlas: Atlas | None = None) -> Parameter:
    """Return the parameter J0/h0, bounded by the domain of the atlas."""
    return make_J0_over_h0((atlas or shipped_atlas()).limits["J0"][1])


def with_atlas_model(dataset: Dataset, h0_K: float | None = None, atlas: Atlas | None = None) -> Dataset:
    """Return the dataset with the model on the atlas, without points at temperatures outside of the atlas."""
    h0_K, observable, atlas = h0_K or dataset.h0_K, dataset.observable, atlas or shipped_atlas(dataset.interaction)
    parameters = {name: parameter for name, parameter in observable.parameters.items() if name != "mu"}
    settings = {name: setting for name, setting in dataset.info["parameters"].items() if name != "mu"}
    low, high = (h0_K * T for T in atlas.limits["T"])
    return replace(
        dataset,
        info=dataset.info | {"parameters": settings},
        points=dataset.points.in_window(low, high),
        all_points=dataset.all_points.in_window(low, high),
        model_override=replace(
            observable,
            shapes=AtlasModel(observable, h0_K, atlas).shapes,
            parameters={J0_OVER_H0: J0_over_h0_parameter(atlas)} | parameters,
            temperature_range_K=(low, high),
        ),
    )


def model_deviations(dataset: Dataset, values: Mapping[str, float]) -> FloatArray:
    """Return the deviations (r, n) of the model at ``values`` that follow from the errors of the atlas.

    The sum of their outer products is the covariance of the model. With r independent standard normal numbers as weights,
    their sum is one realization of its errors; the same weights give the errors of another dataset on the same atlas. They are
    smooth in T: for many temperatures, they are interpolated between nodes, which are the same for all windows of a dataset.
    """
    T_K, all_T_K = dataset.points.T_K, np.union1d(dataset.all_points.T_K, dataset.points.T_K)
    if dataset.points.photons is not None or dataset.points.time_s is not None:
        return _deviations_at(dataset, T_K, dataset.probe, values)
    if len(all_T_K) <= microwave.N_NODES:
        return _deviations_at(dataset, all_T_K, dataset.probe, values)[:, np.searchsorted(all_T_K, T_K)]
    at_nodes = _deviations_at(dataset, microwave.interpolation_nodes(all_T_K), dataset.probe, values)
    deviations: FloatArray = at_nodes @ microwave.interpolation_matrix(T_K, all_T_K)
    return deviations


def _deviations_at(dataset: Dataset, T_K: FloatArray, probe: Any, values: Mapping[str, float]) -> FloatArray:
    shapes = dataset.observable.shapes(T_K, values, probe, jackknife=True)
    curve = sum(values[name] * shape for name, shape in shapes.items() if np.ndim(shape) == 2)
    estimate = JackknifeEstimate(np.asarray(curve))
    jackknife_rows = estimate.rows[1:]
    deviations: FloatArray = np.sqrt((estimate.groups - 1) / estimate.groups) * (jackknife_rows - jackknife_rows.mean(axis=0))
    return deviations
