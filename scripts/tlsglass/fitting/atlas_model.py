"""Models of the observables on the atlas: J0/h0 in place of µ.

h0 only sets the scale of temperatures. ASSUME h0 = 10 K, the paper's, if a dataset does not have ``h0_K``. The errors of the
atlas are errors of the model that all points have in common. Points at temperatures outside of the atlas are left out.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tlsglass.atlas import api
from tlsglass.atlas.observables import AtlasObservables
from tlsglass.atlas.table import Atlas, shipped_atlas
from tlsglass.base.cached_method import cache_method
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray
from tlsglass.data.dataset import Dataset
from tlsglass.model.parameters import H0_K
from tlsglass.models.observable import J0_OVER_H0, Observable, Parameter, make_J0_over_h0
from tlsglass.physics import microwave

# Public methods of AtlasObservables are cached, because many steps of a fit leave J0/h0 unchanged.
CACHED = tuple(name for name, member in vars(AtlasObservables).items() if callable(member) and not name.startswith("_"))


class AtlasModel:
    """Model of an observable on the atlas, with the interface of ``Observable.shapes``.

    The meshes of the last few arrays of temperatures are kept. Those of the first array are used again for parts of it, such as
    other windows of a dataset.
    """

    def __init__(self, observable: Observable, h0_K: float = H0_K, atlas: Atlas | None = None) -> None:
        self.observable, self.h0_K, self.atlas = observable, h0_K, atlas or shipped_atlas()
        self._on_mesh = cache_method(self._observables_at, 4)
        self._first: AtlasObservables | None = None

    def _observables_at(self, T_K: bytes) -> AtlasObservables:
        temperatures = np.frombuffer(T_K)
        inside = self._first is not None and bool(np.isin(temperatures, self._first.T_K[:-1]).all())
        observables = AtlasObservables(temperatures, self.h0_K, self.atlas, self._first if inside else None)
        self._first = self._first or observables
        for name in CACHED:
            setattr(observables, name, cache_method(getattr(observables, name), 128))
        return observables

    def shapes(self, T_K: FloatArray, p: Mapping[str, float], probe: Any, jackknife: bool = False) -> dict[str, FloatArray]:
        """Return {amplitude: (n,)}; with ``jackknife``, jackknife rows (1 + r, n) of shapes that have errors."""
        T_K = np.ascontiguousarray(T_K, dtype=float)
        assert self.observable.atlas_shapes is not None
        return self.observable.atlas_shapes(self._on_mesh(T_K.tobytes()), T_K, p, probe, jackknife)


def J0_over_h0_parameter(atlas: Atlas | None = None) -> Parameter:
    """Return the parameter J0/h0, bounded by the domain of the atlas."""
    return make_J0_over_h0((atlas or shipped_atlas()).limits["J0"][1])


def with_atlas_model(dataset: Dataset, h0_K: float | None = None, atlas: Atlas | None = None) -> Dataset:
    """Return the dataset with the model on the atlas, without points at temperatures outside of the atlas."""
    h0_K, observable, atlas = h0_K or dataset.h0_K, dataset.observable, atlas or shipped_atlas(dataset.interaction)
    parameters = {name: parameter for name, parameter in observable.parameters.items() if name != "mu"}
    settings = {name: setting for name, setting in dataset.info["parameters"].items() if name != "mu"}
    low, high = api.limits(h0_K, atlas)["T"]
    return replace(
        dataset,
        info=dataset.info | {"parameters": settings},
        points=dataset.points.in_window(low, high),
        all_points=dataset.all_points.in_window(low, high),
        model_override=replace(
            observable,
            shapes=AtlasModel(observable, h0_K, atlas).shapes,
            parameters={J0_OVER_H0: J0_over_h0_parameter(atlas)} | parameters,
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
