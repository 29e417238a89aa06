"""The two-TLS model's numbers against sampling and against the paper."""

import numpy as np
import pytest

from tlsglass.physics import two_tls


def test_mean_of_a_bilinear_form_agrees_with_sampling():
    rng = np.random.default_rng(1)
    K = rng.normal(size=(4, 4))
    u, v = rng.normal(size=(2, 400_000, 4))
    sampled = np.abs(np.einsum("ai,ij,aj->a", u, K, v))
    assert two_tls.mean_abs_bilinear(K) == pytest.approx(sampled.mean(), abs=4 * sampled.std() / np.sqrt(len(u)))


def test_dipolar_constant_has_its_closed_form():
    """(4/π²) ∫_0^1 sqrt(1 + 3c²) dc, by averaging over the direction of one dipole."""
    assert two_tls.dipolar_constant() == pytest.approx(4 / np.pi**2 * (1 + np.log(2 + np.sqrt(3)) / (2 * np.sqrt(3))), rel=1e-9)


def test_elastic_constant_agrees_with_sampling_of_the_contracted_tensors():
    rng = np.random.default_rng(2)
    n = 200_000

    def tensors():
        g = rng.normal(size=(n, 3, 3))
        return (g + np.swapaxes(g, 1, 2)) / np.sqrt(2)  # off-diagonal variance 1, diagonal variance 2

    response = two_tls._transverse_response(np.array([0.0, 0.0, 1.0]))
    sampled = np.abs(np.einsum("aij,ijkl,akl->a", tensors(), response, tensors())) * 4 / (8 * np.pi)
    assert two_tls.elastic_constant() == pytest.approx(sampled.mean(), abs=4 * sampled.std() / np.sqrt(n))
    assert two_tls.elastic_constant(1.0) == pytest.approx(1.21, abs=0.01)


def test_response_is_the_second_derivative_of_the_green_function():
    """Against a finite difference of (δ_jl + n_j n_l)/r at a general direction."""

    def green(r):
        d = np.linalg.norm(r)
        return (np.eye(3) + np.outer(r, r) / d**2) / d

    n = np.array([2.0, -1.0, 2.0]) / 3
    step = 1e-4
    found = two_tls._transverse_response(n)
    for i in range(3):
        for k in range(3):
            a, b = step * np.eye(3)[i], step * np.eye(3)[k]
            second = (green(n + a + b) - green(n + a - b) - green(n - a + b) + green(n - a - b)) / (4 * step**2)
            np.testing.assert_allclose(found[i, :, k, :], second, atol=1e-5)


def test_dipolar_gap_exponent_is_the_logarithmic_derivative():
    E = np.array([0.01, 0.1, 1.0])
    ratio = two_tls.dipolar_gap(E * 1.0001, 10, 2) / two_tls.dipolar_gap(E / 1.0001, 10, 2)
    np.testing.assert_allclose(two_tls.dipolar_gap_exponent(E, 10, 2), np.log(ratio) / (2 * np.log(1.0001)), rtol=1e-6)
    assert two_tls.dipolar_gap(2.0, 10, 2) == 0.1


def test_energy_scales_obey_their_ratios():
    scales = two_tls.energy_scales(two_tls.Material(1.0, 0.02, 3200, 6400, 4.0, 5.0))
    assert scales["h0_K"] / scales["defects_K"] == pytest.approx(0.02)
    assert scales["J0_elastic_K"] / scales["h0_K"] == pytest.approx(0.02)
    # (1 D)²/(4πε0 (1 nm)³) = 7.243 K
    assert scales["J0_dipolar_K"] == pytest.approx(7.243 * 25 / 64, rel=1e-3)
