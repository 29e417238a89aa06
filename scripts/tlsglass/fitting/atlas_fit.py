"""J0/h0 of a measured dataset: the models of the observables on the atlas, in the place of Eq. (3).

h0 only sets the scale of temperatures: ASSUME h0 = 10 K, the paper's, where a dataset does not say ``h0_K``; what half and
twice that would give is a systematic error. The errors of the atlas are errors of the model, the same for all points together:
they are in the likelihood, as a covariance. Points outside of the atlas are left out, and said to be.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from tlsglass.atlas.api import H0_K
from tlsglass.atlas.observables import AtlasObservables
from tlsglass.atlas.table import shipped_atlas
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.fitting import problem
from tlsglass.fitting.likelihood import FitData, Likelihood
from tlsglass.models.observable import J0_OVER_H0, make_J0_over_h0

NEGLIGIBLE_VARIANCE = 1e-4  # of the variance of the points: errors of the atlas below it are left out
H0_UNCERTAINTY_FACTOR = 2.0  # ASSUME: h0 of a glass is known within this factor
MAX_COVARIANCE_UPDATES = 3  # the errors of the atlas are those at the fit, which is found anew with them


@dataclass(frozen=True)
class Systematics:
    """What limits J0/h0 besides the points: the share of the atlas in its statistical error, and J0/h0 with another h0."""

    atlas: float | None
    h0: dict  # {h0_K: J0/h0}, None where too few points lie in the atlas; that of the fit is the first
    range: tuple  # (down, up): the largest shifts by another h0


class AtlasModel:
    """The observable of a dataset on the atlas, as registry.Observable's ``shapes``; meshes of a few temperatures are kept."""

    def __init__(self, entry, h0_K, atlas):
        self.entry, self.h0_K, self.atlas = entry, h0_K, atlas
        self._curves = lru_cache(maxsize=4)(lambda key: AtlasObservables(np.frombuffer(key), h0_K, atlas))

    def shapes(self, T_K, p, probe, jackknife=False):
        """Return {amplitude: (n,)}; with ``jackknife`` those of base.samples.Samples, (1 + r, n), where they have errors."""
        T_K = np.ascontiguousarray(T_K, dtype=float)
        return self.entry.atlas_shapes(self._curves(T_K.tobytes()), T_K, p, probe, jackknife)


def h0_of(dataset):
    """Return h0 in kelvin: that of the dataset, else the paper's."""
    return float(dataset.info.get("h0_K", H0_K))


def J0_over_h0_parameter(atlas=None):
    """Return the Parameter J0/h0, with the domain of the atlas."""
    return make_J0_over_h0((atlas or shipped_atlas()).limits["J0"][1])


def with_atlas_model(dataset, h0_K=None, atlas=None):
    """Return the dataset with its model on the atlas, and without the points that the atlas has no temperatures for."""
    atlas, h0_K, entry = atlas or shipped_atlas(), h0_K or h0_of(dataset), dataset.observable
    low, high = (T * h0_K for T in atlas.limits["T"])
    others = {name: one for name, one in entry.parameters.items() if name != "mu"}
    model = AtlasModel(entry, h0_K, atlas)
    observable = replace(entry, shapes=model.shapes, parameters={J0_OVER_H0: J0_over_h0_parameter(atlas)} | others)
    given = {name: one for name, one in dataset.info["parameters"].items() if name != "mu"}
    return replace(
        dataset,
        info=dataset.info | {"parameters": given},
        points=dataset.points.in_window(low, high),
        all_points=dataset.all_points.in_window(low, high),
        model_override=observable,
    )


def enough(dataset):
    """Return whether a dataset has points for a fit of its free parameters."""
    return len(dataset.points.T_K) >= sum(not term.fixed for term in problem.fit_parameters(dataset).values()) + 2


def deviations(dataset, values):
    """Return how far the model of ``on_atlas`` at ``values`` is off by each row of the atlas, (r, n).

    The sum of their outer products is the covariance of the model; with r independent standard normals as weights, their sum
    is a draw of its errors, and the same weights draw those of another dataset on the same atlas.
    """
    shapes = dataset.model_override.shapes(dataset.points.T_K, values, dataset.probe, jackknife=True)
    curve = sum(values[name] * shape for name, shape in shapes.items() if np.ndim(shape) == 2)
    rows = JackknifeEstimate(np.asarray(curve))
    return np.sqrt((rows.groups - 1) / rows.groups) * (rows.rows[1:] - rows.rows[1:].mean(axis=0))


def atlas_covariance(dataset, values):
    """Return the covariance (n, n) of the model of ``on_atlas`` at ``values``, from the rows of the atlas."""
    away = deviations(dataset, values)
    return away.T @ away


def atlas_likelihood(dataset, atlas_covariance=None):
    """Return the Likelihood of a dataset of ``on_atlas``."""
    points = dataset.points
    shapes = problem.shapes_of(dataset)
    part = FitData(shapes, points.value, points.error, atlas_covariance, weight=points.weight)
    return Likelihood([part], problem.fit_parameters(dataset), problem.priors(dataset))


def fit_on_atlas(dataset, start=None, intervals=True):
    """Fit a dataset of ``on_atlas``: return the Fit with the errors of the atlas, and their share in the error of J0/h0.

    ``intervals`` may be "interest": of J0/h0 alone.
    """
    found = plain = problem.maximize(atlas_likelihood(dataset), start, intervals=False)
    known = None
    for _ in range(MAX_COVARIANCE_UPDATES):
        own = _variance(dataset, found)
        known = atlas_covariance(dataset, found.values)
        with np.errstate(all="ignore"):
            if np.max(np.diag(known) / own) < NEGLIGIBLE_VARIANCE:
                known = None
                break
            if dataset.points.error is None:  # in units of the errors that the residuals tell, whatever these are
                known = known * (_scale(dataset.points) ** 2 / own)
        before, found = found, problem.maximize(atlas_likelihood(dataset, known), found.values, intervals=False)
        if abs(found.values[J0_OVER_H0] - before.values[J0_OVER_H0]) < 1e-3 * (before.errors[J0_OVER_H0] or np.inf):
            break
    found = problem.maximize(
        atlas_likelihood(dataset, known), found.values, intervals, of_interest=(J0_OVER_H0,), also=plain.values
    )
    with_it, without = found.errors[J0_OVER_H0], plain.errors[J0_OVER_H0]
    share = float(np.sqrt(max(with_it**2 - without**2, 0.0))) if with_it and without else None
    return found, share


def fit_near(dataset, values, start=None):
    """Return the Fit of a dataset of ``on_atlas`` without intervals, with the errors of the atlas at ``values``."""
    known = atlas_covariance(dataset, values)
    if dataset.points.error is None:
        known = None
    return problem.maximize(atlas_likelihood(dataset, known), start, intervals=False)


def _variance(dataset, found):
    """Return the variance (n,) of the points."""
    points = dataset.points
    if points.error is not None:
        return points.error**2
    return max(found.misfit**2, 1e-300) * (np.ones_like(points.value) if points.weight is None else points.weight**2)


def _scale(points):
    """Return what errors that the residuals tell are in units of, (n,) or a number."""
    return np.std(points.value) if points.weight is None else points.weight


def with_other_h0(dataset, found, atlas=None):
    """Return {h0_K: J0/h0} of the fit ``found``, and with h0 half and twice as large; None where too few points remain.

    Where points fall out of the atlas, the shift is that of the same points with the h0 of the fit.
    """
    h0_K = h0_of(dataset)
    shown = {h0_K: found.values[J0_OVER_H0]}
    for other in (h0_K / H0_UNCERTAINTY_FACTOR, h0_K * H0_UNCERTAINTY_FACTOR):
        moved = with_atlas_model(dataset, other, atlas)
        own = with_atlas_model(dataset, h0_K, atlas)
        lost = len(moved.points.T_K) < len(own.points.T_K)
        same = replace(own, points=own.points.in_window(*moved.points.T_range_K)) if lost and len(moved.points.T_K) else own
        if not (enough(moved) and enough(same)):
            shown[other] = None
            continue
        here = fit_on_atlas(same, found.values, intervals=False)[0].values[J0_OVER_H0] if lost else found.values[J0_OVER_H0]
        there = fit_on_atlas(moved, found.values, intervals=False)[0].values[J0_OVER_H0]
        shown[other] = float(np.clip(found.values[J0_OVER_H0] + there - here, 0.0, J0_over_h0_parameter(atlas).high))
    shifts = [value - found.values[J0_OVER_H0] for value in shown.values() if value is not None]
    return shown, (min(0.0, *shifts, 0.0), max(0.0, *shifts, 0.0))


def systematics(dataset, found, share, atlas=None):
    """Return the Systematics of J0/h0 of the fit ``found`` of ``dataset``, the one with Eq. (3) and all its points."""
    return Systematics(share, *with_other_h0(dataset, found, atlas))
