"""Observables of a fit on the atlas against functions that integrate the same density in another way."""

import numpy as np
import pytest
from scipy.integrate import quad

from tlsglass.atlas import api
from tlsglass.atlas.observables import AtlasObservables
from tlsglass.atlas.table import shipped_atlas
from tlsglass.physics import functionals, kernels

A = 9.4e6
T_K = np.array([0.05, 0.2, 0.9])


@pytest.fixture(scope="module")
def observables():
    return AtlasObservables(T_K)


@pytest.mark.parametrize("t", [1e-5, 1.0])
def test_c_after_a_time_is_the_integral_over_the_density(observables, t):
    def C(T, time):
        def integrand(y):
            E = np.exp(y)
            n = api.density_estimate(E, T, 2.7).value
            return E * n * kernels.dynamic_specific_heat_kernel(E, T, time, A)

        start = np.log(kernels.dynamic_nodes(T, time, A)[0][0])
        return sum(
            quad(integrand, start + a, start + a + 0.5, epsrel=1e-7)[0] for a in np.arange(0, np.log(60 * T) - start, 0.5)
        )

    direct = np.array([C(T, t) for T in T_K]) / C(1.0, 1.0)
    np.testing.assert_allclose(observables.dynamic_specific_heat(0.27, t, 1.0, A), direct, rtol=1e-5)
    np.testing.assert_allclose(observables.dynamic_specific_heat(0.27, (t, t, t), 1.0, A), direct, rtol=1e-5)
    values = api.dynamic_specific_heat(T_K, 2.7, t, A).value / api.dynamic_specific_heat(1.0, 2.7, 1.0, A).value
    np.testing.assert_allclose(values, direct, rtol=1e-5)


def test_c_after_a_time_agrees_with_the_simulated_density():
    atlas = api.annealed()
    (index,) = [k for k in atlas.set_indices("grid") if atlas.sets[k]["J0_K"] == 3]
    for T in (0.1, 1.0):
        simulated = functionals.dynamic_specific_heat(atlas.simulated_density(index, T), 1.0, A)
        predicted = api.dynamic_specific_heat(T, 3.0, 1.0, A, atlas=atlas)
        assert abs(predicted.value - simulated.value) < 3 * simulated.error


def test_jackknife_rows_begin_with_the_estimate(observables):
    rows = observables.dynamic_specific_heat(0.27, 1.0, 1.0, A, 3.0, jackknife=True)
    np.testing.assert_allclose(rows[0], observables.dynamic_specific_heat(0.27, 1.0, 1.0, A), rtol=1e-12)
    assert shipped_atlas() is not None
    assert 0 < np.std(rows[1:], axis=0).max() < 0.01
