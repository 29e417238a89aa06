"""Observables of a fit on the atlas against functions that integrate the same density in another way."""

import numpy as np
import pytest

from tlsglass.atlas import api
from tlsglass.atlas.observables import AtlasObservables, TemperatureGrid
from tlsglass.atlas.table import shipped_atlas
from tlsglass.physics import functionals, kernels

A = 9.4e6
T_K = np.array([0.05, 0.2, 0.9])


@pytest.fixture(scope="module")
def observables():
    return AtlasObservables(T_K)


def integrate(function, lowest, highest):
    """Return the integral of a function of arrays of energies, by Gauss and Legendre's rule on many pieces of ln E."""
    nodes, weights = np.polynomial.legendre.leggauss(24)
    ends = np.linspace(np.log(lowest), np.log(highest), 80)
    half = 0.5 * np.diff(ends)[:, None]
    E = np.exp(ends[:-1, None] + half * (1 + nodes))
    return float(np.sum(half * weights * E * function(E)))


def integral(kernel, T, J0_K, lowest, highest):
    """Return ∫ dE n(T, E) kernel(E)."""
    return integrate(lambda E: kernel(E) * api.density_estimate(E, T, J0_K).value, lowest, highest)


def reference(J0_K):
    """Return n at T = E = 1 K/√2, where Eq. (3) has n = B."""
    return api.density_estimate(np.sqrt(0.5), np.sqrt(0.5), J0_K).value


@pytest.mark.parametrize("t", [1e-5, 1.0])
def test_c_after_a_time_is_the_integral_over_the_density(observables, t):
    def C(T, time):
        """Return the integral beyond the energy at which the kernel begins, where it is steep, in the square root of E."""
        start = kernels.dynamic_nodes(T, time, A)[0][0] * (1 - 1e-5)
        nodes, weights = np.polynomial.legendre.leggauss(300)
        u = np.sqrt(np.log((45 * T + start) / start)) * 0.5 * (1 + nodes)
        E = start * np.exp(u**2)
        n = api.density_estimate(E, T, 2.7).value
        dE = weights * 0.5 * np.sqrt(np.log((45 * T + start) / start)) * 2 * u * E
        return np.sum(dE * n * kernels.dynamic_specific_heat_kernel(E, T, time, A))

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


def test_released_heat_is_the_integral_over_the_density_after_cooling(observables):
    T0, t = 0.03, 3600.0
    times = (t, 2 * t, 3 * t)
    direct = [
        integral(lambda E, T1=T1, s=s: kernels.heat_release_kernel(E, T1, T0, s, A), T0, 2.7, 1e-4 * T1, 50 * T1) / s
        for T1, s in zip(T_K, times, strict=True)
    ]
    release = observables.heat_release(0.27, T0, times, A)
    np.testing.assert_allclose(release, np.array(direct) / reference(2.7), rtol=1e-4)
    assert observables.heat_release(0.27, 0.0, times, A)[2] == pytest.approx(release[2], rel=0.02)  # below the atlas


def test_active_tlss_are_the_integral_over_the_density(observables):
    def active(T):
        return integral(lambda E: kernels.active_tls_kernel(E, T), T, 2.7, 1e-5 * T, 60 * T)

    np.testing.assert_allclose(observables.active_tls(0.27), [active(T) / active(1.0) for T in T_K], rtol=1e-5)


def test_kappa_with_boundaries_adds_their_rate_to_that_of_the_tlss(observables):
    boundary = 0.3

    def kappa(T, rate):
        def integrand(E):
            n = api.density_estimate(E, T, 2.7).value / reference(2.7)
            return T * kernels.thermal_conductivity_kernel(E, T) / (n + rate / (E * np.tanh(E / (2 * T))))

        return integrate(integrand, 1e-7 * T, 30 * T)

    direct = [kappa(T, boundary) / kappa(1.0, 0.0) for T in T_K]
    np.testing.assert_allclose(observables.thermal_conductivity(0.27, False, boundary), direct, rtol=1e-5)


def test_without_interactions_the_observables_are_those_of_the_stm(observables):
    """J0 = 0 leaves the random fields alone, n ∝ exp(-E²/2E0²) with E0 = 2 h0: constant within 0.2 % below 1 K."""
    t = 3600.0
    np.testing.assert_allclose(observables.active_tls(0.0), T_K, rtol=0.02)
    np.testing.assert_allclose(observables.heat_release(0.0, 0.03, t, A), (T_K**2 - 0.03**2) / t, rtol=0.03)
    rate = observables.density_at_frequency(0.0, 5e9)
    np.testing.assert_allclose(rate, 1.0, rtol=0.01)


def test_jackknife_rows_begin_with_the_estimate(observables):
    rows = observables.dynamic_specific_heat(0.27, 1.0, 1.0, A, 3.0, jackknife=True)
    np.testing.assert_allclose(rows[0], observables.dynamic_specific_heat(0.27, 1.0, 1.0, A), rtol=1e-12)
    assert shipped_atlas() is not None
    assert 0 < np.std(rows[1:], axis=0).max() < 0.01


@pytest.mark.parametrize("g", [0.0, 0.1, 0.8])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [("thermal_conductivity", ()), ("sound_velocity", (1e3, A)), ("internal_friction", (1e3, A)), ("resonant_loss", (5e9,))],
)
def test_observables_at_many_temperatures_are_interpolated_on_a_grid(name, arguments, g):
    many_K, jackknife = np.geomspace(0.021, 3.9, 23), name == "sound_velocity"
    grid = TemperatureGrid(many_K, 10.0, shipped_atlas())
    interpolated = getattr(grid.at(many_K), name)(g, *arguments, jackknife=jackknife)
    exact = getattr(AtlasObservables(many_K), name)(g, *arguments, jackknife=jackknife)
    assert interpolated.shape == exact.shape
    np.testing.assert_allclose(interpolated, exact, rtol=0, atol=5e-7 * np.ptp(exact))


def test_a_grid_contains_the_temperatures_between_its_ends():
    grid = TemperatureGrid(np.array([0.3, 0.1]), 10.0, shipped_atlas())
    assert grid.contains(np.array([0.1, 0.2, 0.3]))
    assert not grid.contains(np.array([0.1, 0.31]))
    assert not grid.contains(np.array([0.09, 0.3]))
