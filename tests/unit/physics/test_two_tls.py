"""The two-TLS model's numbers against sampling and against the paper."""

import numpy as np
import pytest

from tlsglass.model.moments import mean_abs_bilinear
from tlsglass.physics import two_tls


def test_dipolar_constant_has_its_closed_form():
    """(4/π²) ∫_0^1 sqrt(1 + 3c²) dc, by averaging over the direction of one dipole."""
    assert two_tls.dipolar_constant() == pytest.approx(4 / np.pi**2 * (1 + np.log(2 + np.sqrt(3)) / (2 * np.sqrt(3))), rel=1e-9)


def green(r):
    """The transverse Green function in units of 1/(8πµ)."""
    d = np.linalg.norm(r)
    return (np.eye(3) + np.outer(r, r) / d**2) / d


def response(n, step=1e-3):
    """Return ∂_i ∂_k of component j, l of the Green function at n, as [i, j, k, l], by finite differences."""
    derivatives = np.empty((3, 3, 3, 3))
    for i in range(3):
        for k in range(3):
            a, b = step * np.eye(3)[i], step * np.eye(3)[k]
            second = (green(n + a + b) - green(n + a - b) - green(n - a + b) + green(n - a - b)) / (4 * step**2)
            derivatives[i, :, k, :] = second
    return derivatives


@pytest.mark.parametrize("diagonal_variance", [1.0, 2.0])
def test_elastic_constant_agrees_with_sampling_of_the_contracted_tensors(diagonal_variance):
    """Tensors and directions both sampled, and the energy as a sum over all 81 terms: within 4 σ of the average."""
    rng = np.random.default_rng(2)
    directions, samples = 100, 4000

    def tensors():
        g = rng.normal(size=(samples, 3, 3))
        off = np.triu(g, 1)
        diagonal = np.sqrt(diagonal_variance) * np.einsum("aii->ai", g)
        return off + np.swapaxes(off, 1, 2) + diagonal[:, :, None] * np.eye(3)

    n = rng.normal(size=(directions, 3))
    along = []
    for direction in n / np.linalg.norm(n, axis=1)[:, None]:
        u, v = tensors(), tensors()
        along.append(np.abs(np.einsum("aij,ijkl,akl->a", u, response(direction), v, optimize=True)).mean())
    sampled = 4 / (8 * np.pi) * np.array(along)
    error = sampled.std(ddof=1) / np.sqrt(directions)
    assert error < 0.01
    assert two_tls.elastic_constant(diagonal_variance) == pytest.approx(sampled.mean(), abs=4 * error)


def test_rotational_invariance_makes_the_elastic_constant_three_times_the_dipolar_one_in_every_direction():
    rng = np.random.default_rng(4)
    for n in rng.normal(size=(5, 3)):
        K = two_tls.elastic_form(n / np.linalg.norm(n), 2.0)
        assert mean_abs_bilinear(K) / (2 * np.pi) == pytest.approx(3 * two_tls.dipolar_constant(), rel=1e-9)
        trace = np.array([1.0, 1, 1, 0, 0, 0])
        np.testing.assert_allclose(K @ trace, 0, atol=1e-12)  # the trace drops out
    assert two_tls.elastic_constant() == pytest.approx(3 * two_tls.dipolar_constant(), rel=1e-9)


def test_equal_variances_are_averaged_over_directions():
    assert two_tls.elastic_constant(1.0) == pytest.approx(1.3342, abs=1e-4)
    z = mean_abs_bilinear(two_tls.elastic_form([0.0, 0.0, 1.0], 1.0)) / (2 * np.pi)
    assert z == pytest.approx(1.2159, abs=1e-4)


def test_the_number_of_samples_that_scatter_by_a_deviation_is_found_by_sampling():
    """The spread of the means of ``elastic_samples`` draws is the deviation, within 4 σ of 300 means."""
    size = round(two_tls.elastic_samples(1.74))
    assert size == pytest.approx(693, abs=1)
    rng, means = np.random.default_rng(5), 300
    K = two_tls.elastic_form([0.0, 0.0, 1.0], 2.0) / (2 * np.pi)
    u, v = rng.normal(size=(2, means, size, 6))
    sampled = np.abs(np.einsum("aki,ij,akj->ak", u, K, v, optimize=True)).mean(axis=1)
    deviation = 1.74 - two_tls.elastic_constant()
    assert sampled.std(ddof=1) == pytest.approx(deviation, rel=4 / np.sqrt(2 * means))


def test_dipolar_gap_exponent_is_the_logarithmic_derivative_of_weak_coupling():
    """At E = J0 d ln n / d ln E is c n0 J0; over a window it is that of the power law through both ends."""
    assert two_tls.dipolar_gap(2.0, 10, 2) == 0.1
    for strength in (two_tls.PRINTED_STRENGTH, 4 / 3):
        assert two_tls.dipolar_gap_exponent(0.999 * 2, 2, 10, 2, strength) == pytest.approx(0.2 * strength, rel=1e-3)
        mu = two_tls.dipolar_gap_exponent(0.1, 2, 10, 2, strength)
        ends = two_tls.dipolar_gap(2, 10, 2, strength), two_tls.dipolar_gap(0.1, 10, 2, strength)
        assert ends[1] == pytest.approx(ends[0] * 20**-mu)


def test_pair_stability_removes_the_tls_of_unstable_pairs():
    """To lowest order n(E) falls by the mean number of partners whose joint flip pays; its slope in ln E is c n0 J0."""
    rng = np.random.default_rng(6)
    x, h0, J0, draws = 0.5, 10.0, 0.01, 400_000
    lowest, highest = 1e-7, 100.0
    partner = np.exp(rng.uniform(np.log(lowest), np.log(highest), draws))  # its energy, 2 abs(h)
    density = 2 / (2 * h0 * np.sqrt(2 * np.pi)) * np.exp(-(partner**2) / (8 * h0**2)) * partner * np.log(highest / lowest)
    c, share = rng.normal(size=draws), rng.random(draws)

    def lost(E):
        reach = 4 * 6 * J0 / (E + partner)  # R³ beyond which only abs(c) > 6 would do
        J = c * J0 / (share * reach)
        return x * density * 4 * np.pi / 3 * reach * ((J < 0) & (E + partner + 4 * J < 0))

    slope = (lost(1e-4) - lost(1e-3)) / np.log(10)
    expected = two_tls.pair_stability_strength(x) * J0 / h0
    error = slope.std() / np.sqrt(draws)
    assert error < 0.02 * expected
    assert slope.mean() == pytest.approx(expected, abs=4 * error)


def test_energy_scales_obey_their_ratios():
    scales = two_tls.energy_scales(two_tls.Material(1.0, 0.02, 3200, 6400, 4.0, 5.0))
    assert scales["h0_K"] / scales["defects_K"] == pytest.approx(0.02)
    assert scales["J0_elastic_K"] / scales["h0_K"] == pytest.approx(0.02)
    # (1 D)²/(4πε0 (1 nm)³) = 7.243 K
    assert scales["J0_dipolar_K"] == pytest.approx(7.243 * 25 / 64, rel=1e-3)
