"""The interactions: their factors against finite differences of the Green functions, their averages, and their realizations."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tlsglass.model import disorder, lattice, moments
from tlsglass.model.interaction import FIELD_RANGES, INTERACTIONS, SAME_DIPOLE
from tlsglass.model.moments import Moments, dipolar_factor, elastic_factor
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo import float_reference, metropolis
from tlsglass.montecarlo.overlaps import Overlaps, missing_coupling_identity

Z = np.array([0.0, 0.0, 1.0])
INDEPENDENT_FACTORS = {name: INTERACTIONS[name].independent_factors for name in INTERACTIONS}
OF_MOMENTS = [name for name, factors in INDEPENDENT_FACTORS.items() if factors is None]
MODELS = [
    *((name, INTERACTIONS[name].fields[-1], "lattice") for name in INTERACTIONS),
    ("gaussian", "independent", "random"),
    ("two_tls", "same_dipole", "random"),
]


def model_of(name, fields, positions, **changes):
    parameters = {"L": 4, "h0_K": 10.0, "J0_K": 3.0, "cutoff": 1.0, "concentration": 0.5} | changes
    return ModelParameters(**parameters, interaction=name, fields=fields, positions=positions)


def tensor(components):
    """Return the symmetric tensor of six components, written out."""
    xx, yy, zz, yz, xz, xy = components / np.array([1, 1, 1, np.sqrt(2), np.sqrt(2), np.sqrt(2)])
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


# ---- factors ---------------------------------------------------------------------------------------------------------


def test_energy_of_two_dipoles_is_that_of_four_charges():
    rng, step = np.random.default_rng(0), 1e-3
    for _ in range(5):
        p, q, r = rng.normal(size=(3, 3))
        energy = 0.0
        for a, b in itertools.product((-1, 1), repeat=2):  # charges ±1/(2 step) at ± step p
            energy += a * b / np.linalg.norm(r + a * step * p - b * step * q) / (2 * step) ** 2
        distance = np.linalg.norm(r)
        assert dipolar_factor(p, q, r / distance) / distance**3 == pytest.approx(energy, rel=1e-4)


@pytest.mark.parametrize("vt_over_vl", [0.0, 0.6])
def test_energy_of_two_elastic_dipoles_is_that_of_their_forces(vt_over_vl):
    """Point forces in an isotropic medium, -F·G·F'. With v_l finite, G is Kelvin's solution with Poisson's ratio."""
    rng, step = np.random.default_rng(1), 2e-3
    ratio = vt_over_vl**2
    nu = (1 - 2 * ratio) / (2 * (1 - ratio))

    def green(r):  # in units of 1/(8πµ)
        d = np.linalg.norm(r)
        if not vt_over_vl:
            return (np.eye(3) + np.outer(r, r) / d**2) / d
        return ((3 - 4 * nu) * np.eye(3) + np.outer(r, r) / d**2) / (2 * (1 - nu) * d)

    def forces(A):  # pairs (position, force): their dipole tensor Σ F_a x_c is A
        return [(s * step * np.eye(3)[c], s * A[:, c] / (2 * step)) for c in range(3) for s in (-1, 1)]

    for _ in range(5):
        m_1, m_2 = rng.normal(size=(2, 6))
        r = rng.normal(size=3) + 2 * Z
        energy = 0.0
        for (x, F), (y, G) in itertools.product(forces(tensor(m_1)), forces(tensor(m_2))):
            energy -= F @ green(r + x - y) @ G
        distance = np.linalg.norm(r)
        scale = np.linalg.norm(m_1) * np.linalg.norm(m_2) / distance**3
        expected = elastic_factor(m_1, m_2, r / distance, vt_over_vl) / distance**3
        assert abs(expected - energy) < 1e-4 * scale


def test_a_volume_change_feels_no_transverse_strain_but_a_longitudinal_one():
    rng = np.random.default_rng(2)
    volume, shear = np.array([1.0, 1, 1, 0, 0, 0]), rng.normal(size=6)
    n = rng.normal(size=3)
    n /= np.linalg.norm(n)
    assert elastic_factor(volume, shear, n) == pytest.approx(0, abs=1e-12)
    assert elastic_factor(volume, volume, n, 0.6) == pytest.approx(0, abs=1e-12)  # two of them do not interact at a distance
    assert abs(elastic_factor(volume, shear, n, 0.6)) > 0.1


def test_mean_of_a_bilinear_form_agrees_with_sampling():
    rng = np.random.default_rng(1)
    K = rng.normal(size=(4, 4))
    u, v = rng.normal(size=(2, 400_000, 4))
    sampled = np.abs(np.einsum("ai,ij,aj->a", u, K, v))
    assert moments.mean_abs_bilinear(K) == pytest.approx(sampled.mean(), abs=4 * sampled.std() / np.sqrt(len(u)))


def test_averages_of_appendix_c():
    """0.5594 of dipoles, three times that, 1.678, of tensors; off-diagonal elements have half the variance of a component."""
    dipolar, elastic = Moments(3, dipolar_factor), Moments(6, elastic_factor)
    assert dipolar.mean_abs() / np.pi == pytest.approx(0.5594, abs=5e-5)
    assert elastic.mean_abs() / np.pi == pytest.approx(1.678, abs=5e-4)
    assert elastic.mean_abs() == pytest.approx(3 * dipolar.mean_abs(), rel=1e-9)


def test_ratio_of_electric_and_elastic_energies_is_that_of_the_model():
    model = model_of("electric_elastic", "independent", "lattice", electric_over_elastic=0.3)
    K = moments.of_model(model).matrix(Z)
    electric, elastic = (moments.mean_abs_bilinear(K[part, part]) for part in (slice(3), slice(3, 9)))
    assert electric / elastic == pytest.approx(0.3, rel=1e-9)
    assert not K[:3, 3:].any()


@pytest.mark.parametrize("name", OF_MOMENTS)
def test_mean_and_rms_do_not_depend_on_the_direction(name):
    family = moments.of_model(model_of(name, INTERACTIONS[name].fields[0], "lattice", L=8))
    n = np.array([2.0, -1.0, 2.0]) / 3
    assert moments.mean_abs_bilinear(family.matrix(n)) == pytest.approx(moments.mean_abs_bilinear(family.matrix(Z)), rel=1e-9)


# ---- realizations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "fields", "positions"), MODELS)
def test_factors_have_the_mean_of_the_normal_distribution_and_fields_unit_variance(name, fields, positions):
    """Within 4 σ of 200 realizations."""
    model = model_of(name, fields, positions)
    draws = [disorder.draw(model, 3, r) for r in range(200)]
    means = np.array([(np.abs(d.c_ij).mean(), (d.c_ij.astype(float) ** 2).mean(), (d.c_i**2).mean()) for d in draws])
    error = means.std(axis=0, ddof=1) / np.sqrt(len(means))
    factors, rounding = INDEPENDENT_FACTORS[name], 1e-6  # of single precision, if all |c_ij| are equal
    family = None if factors else moments.of_model(model)
    rms = factors.rms if factors else np.sqrt(2 / np.pi) * family.rms() / family.mean_abs()
    expected = np.array([np.sqrt(2 / np.pi), rms**2, 1.0])
    assert np.all(error < 0.05)
    assert np.all(np.abs(means.mean(axis=0) - expected) < 4 * error + rounding)


def test_positions_and_independent_fields_are_the_same_for_all_interactions():
    reference = disorder.draw(model_of("gaussian", "independent", "lattice"), 3, 5)
    for name in INTERACTIONS.keys() - {"gaussian"}:
        draws = disorder.draw(model_of(name, INTERACTIONS[name].fields[0], "lattice"), 3, 5)
        np.testing.assert_array_equal(draws.positions, reference.positions)
        same_fields = np.array_equal(draws.c_i, reference.c_i)
        assert same_fields == (INTERACTIONS[name].fields[0] == "independent")
        assert draws.chain_key == reference.chain_key
    couplings = [disorder.draw(model_of("dipolar", fields, "lattice"), 3, 5).c_ij for fields in ("same_dipole", "independent")]
    np.testing.assert_array_equal(*couplings)  # fields through the same dipoles change no coupling


def test_random_positions_are_uniform_and_keep_everything_else():
    lattice_model, model = (model_of("dipolar", "independent", positions) for positions in ("lattice", "random"))
    draws = [disorder.draw(model, 3, r) for r in range(300)]
    coordinates = np.concatenate([d.positions.ravel() for d in draws])
    assert stats.kstest(coordinates / 4, "uniform").pvalue > 1e-3
    np.testing.assert_array_equal(draws[0].c_i, disorder.draw(lattice_model, 3, 0).c_i)


@pytest.mark.parametrize("name", OF_MOMENTS)
def test_both_ways_to_compute_factors_agree(name):
    """On the lattice from a table of displacements, and from vectors; L is odd, so that every minimal image is unique."""
    model = model_of(name, INTERACTIONS[name].fields[0], "lattice", L=5)
    positions = disorder.draw(model, 3, 0).positions
    m_i = moments.of_model(model).draw(np.random.default_rng(3), len(positions))
    on_lattice = moments.pair_factors(model, m_i, positions)
    vectors = moments.pair_factors(replace(model, positions="random"), m_i, positions.astype(float))
    np.testing.assert_allclose(on_lattice, vectors, rtol=1e-5, atol=1e-6)


def test_a_pair_across_the_boundary_is_joined_by_its_shortest_vector():
    """Two dipoles at (0, 0, 0) and (4, 1, 0) on L = 5 are one step apart along -x and one along y."""
    model = model_of("dipolar_gaussian", "independent", "lattice", L=5)
    m_i = np.array([[1.0, 0, 0], [0, 1.0, 0]])
    (c,) = moments.pair_factors(model, m_i, np.array([[0, 0, 0], [4, 1, 0]]))
    scale = np.sqrt(2 / np.pi) / moments.of_model(model).mean_abs()
    assert c == pytest.approx(1.5 * scale, rel=1e-6)  # -3 (p·n)(q·n) with n = (-1, 1, 0)/√2
    (same_side,) = moments.pair_factors(model, m_i, np.array([[0, 0, 0], [1, 1, 0]]))
    assert same_side == pytest.approx(-1.5 * scale, rel=1e-6)


def test_minimal_images_have_the_sign_of_the_nearest_image():
    for displacement in itertools.product(range(-6, 7), repeat=3):
        vector = lattice.minimal_image(np.array(displacement), 7)
        assert np.all((np.array(displacement) - vector) % 7 == 0)
        assert np.abs(vector).max() <= 3
    assert lattice.minimal_image(np.array([4, -4, 3]), 8).tolist() == [4, 4, 3]
    np.testing.assert_allclose(lattice.minimal_image(np.array([3.9, 4.1, -0.2]), 8), [3.9, -3.9, -0.2])


@pytest.mark.parametrize("name", [name for name in OF_MOMENTS if SAME_DIPOLE in INTERACTIONS[name].fields])
def test_the_field_of_a_tls_scales_with_its_moment(name):
    """The variance of c_i for given moments is their square, divided by its mean: within 4 σ of 2,000 fields."""
    model = model_of(name, SAME_DIPOLE, "lattice")
    family, rng = moments.of_model(model), np.random.default_rng(4)
    m_i = family.draw(rng, 20)
    sampled = np.array([family.fields(m_i, rng) for _ in range(2000)]).var(axis=0)
    coupled = m_i[:, -6:] if name in ("two_tls", "electric_elastic") else m_i
    expected = np.sum(coupled**2, axis=1) / (1 if name == "dipolar" else coupled.shape[1])
    assert np.abs(sampled / expected - 1).max() < 4 * np.sqrt(2 / 2000)


# ---- the Hamiltonian in integers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "fields", "positions"), MODELS)
def test_integers_are_the_unrounded_hamiltonian_within_half_a_unit(name, fields, positions):
    model = model_of(name, fields, positions)
    draws = disorder.draw(model, 1, 5)
    system, (h, J) = disorder.build(model, draws), disorder.float_hamiltonian(model, draws)
    n, unit = system.n, model.coupling_unit_K
    assert np.abs(system.couplings[:, :n] * unit - J).max() <= 0.5 * unit * (1 + 1e-6)
    np.testing.assert_array_equal(system.couplings[:, :n], system.couplings[:, :n].T)
    assert np.abs(system.random_fields[:n] * system.field_unit_K - h).max() <= 0.5 * system.field_unit_K * (1 + 1e-9)
    rounding = np.sqrt(n / 12) * unit  # the sum of the errors of a spin's couplings, rms
    assert rounding < 0.01 * model.J0_K


@pytest.mark.parametrize(("name", "fields", "positions"), MODELS)
def test_thermal_averages_agree_with_enumeration_of_the_unrounded_hamiltonian(name, fields, positions):
    """Mean energy and every <s_i> of 12 spins at J0 = h0 = T: within 4 σ, σ from 50 bins of the chain."""
    n, T = 12, 4.0
    model = model_of(name, fields, positions, L=3, h0_K=4.0, J0_K=4.0, concentration=n / 27)
    draws = disorder.draw(model, 11, 0)
    h, J = disorder.float_hamiltonian(model, draws)
    states = np.array(list(itertools.product((-1, 1), repeat=n)))
    energies = states @ h + 0.5 * np.einsum("ki,ij,kj->k", states, J, states)
    weight = np.exp(-(energies - energies.min()) / T)
    weight /= weight.sum()
    exact = np.array([weight @ energies, *(weight @ states)])

    chain = metropolis.MarkovChain(disorder.build(model, draws))
    chain.sweep(T, 1000)
    samples = np.empty((10_000, n + 1))
    for sample in samples:
        chain.sweep(T, 5)
        sample[0], sample[1:] = n * chain.energy_per_spin(), chain.spins
    bins = samples.reshape(50, -1, n + 1).mean(axis=1)
    error = bins.std(axis=0, ddof=1) / np.sqrt(50)
    assert np.all(np.abs(bins.mean(axis=0) - exact) < 4 * error)


@pytest.mark.parametrize(("name", "fields", "positions"), MODELS)
def test_detailed_balance_of_single_flips(name, fields, positions):
    """The integer cost of each flip is that of the unrounded energies, by which Metropolis accepts: within the rounding."""
    model = model_of(name, fields, positions)
    draws = disorder.draw(model, 1, 7)
    chain = metropolis.MarkovChain(disorder.build(model, draws))
    chain.sweep(5.0, 20)
    floating = float_reference.FloatChain(*disorder.float_hamiltonian(model, draws), chain.spins)
    rounding = 2 * (0.5 * model.coupling_unit_K * model.n_spins + model.field_unit_K)
    np.testing.assert_allclose(chain.excitation_energies(), floating.excitation_energies(), atol=rounding)


def test_what_leaves_the_integers_is_refused_with_a_remedy():
    model = model_of("dipolar_gaussian", "same_dipole", "lattice")
    draws = disorder.draw(model, 1, 5)
    with pytest.raises(OverflowError, match=r"exceeds 16 bits.*largest_c of the interaction dipolar_gaussian"):
        disorder.build(model, draws._replace(c_ij=np.full_like(draws.c_ij, 25.0)))
    with pytest.raises(OverflowError, match=r"may exceed the range.*seed"):
        disorder.build(model, draws._replace(c_i=np.full_like(draws.c_i, 60.0)))
    disorder.build(model, draws._replace(c_i=np.where(np.arange(len(draws.c_i)) == 0, FIELD_RANGES[SAME_DIPOLE], 0.0)))


def test_the_largest_factor_of_unit_dipoles_always_fits():
    family = moments.of_model(model_of("dipolar", "independent", "lattice"))
    largest = np.sqrt(2 / np.pi) * 2 / family.mean_abs()
    assert largest == pytest.approx(2.31, abs=0.005)
    assert largest < INTERACTIONS["dipolar"].largest_c


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"name": "quadrupolar"}, f"interaction = 'quadrupolar': must be one of {', '.join(INTERACTIONS)}"),
        ({"fields": "same_dipole"}, "fields = 'same_dipole': must be one of independent"),
        ({"name": "two_tls"}, "fields = 'independent': must be one of same_dipole"),
        ({"positions": "fcc"}, "positions = 'fcc': must be one of lattice, random"),
        ({"positions": "random", "cutoff": 0.0}, "cutoff = 0.0: must be > 0"),
    ],
)
def test_a_model_refuses_what_does_not_exist(changes, key):
    with pytest.raises(ValueError, match=r"must be") as caught:
        model_of(**({"name": "gaussian", "fields": "independent", "positions": "lattice"} | changes))
    assert str(caught.value).startswith(key)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("gaussian", "independent", "lattice"), ""),
        (("gaussian", "independent", "random"), "variances of couplings are those of distances on the lattice"),
        (("two_tls", "same_dipole", "lattice"), "c_ij are not independent normal numbers"),
    ],
)
def test_overlaps_are_those_of_the_snapshots_and_of_pairs_only_where_couplings_are_normal(keys, expected):
    model = model_of(*keys)
    assert missing_coupling_identity(model) == expected
    draws = disorder.draw(model, 1, 0)
    bits = np.random.default_rng(2).integers(0, 2**64, (2, model.n_spins), dtype=np.uint64)
    spins = 1 - 2 * ((bits[..., None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)).astype(int)
    overlaps = Overlaps(model, draws)
    single, pairs = overlaps.between(*bits)
    means = spins.mean(axis=-1)
    assert single == pytest.approx(draws.field_variances @ (means[0] * means[1]))
    if expected:
        assert np.isnan([pairs, overlaps.variance_K2]).all()
    else:
        correlations = np.einsum("cit,cjt->cij", spins, spins) / 64
        row, column = np.tril_indices(model.n_spins, -1)
        kernel = model.kernel[tuple(np.abs(draws.positions[row] - draws.positions[column]).T)]
        variances = (model.J0_K * kernel) ** 2
        assert overlaps.variance_K2 == pytest.approx(variances.sum())
        assert pairs == pytest.approx(variances @ (correlations[0] * correlations[1])[row, column])


@pytest.mark.parametrize("name", ["gaussian", "dipolar_gaussian", "two_tls", "electric_elastic"])
def test_the_identity_of_the_fields_is_satisfied_in_equilibrium(name):
    """Thermal averages of 4 TLSs by enumeration: [⟨Σ h_i s_i⟩] = -(1/T) Σ_i [σ_i² (1 - ⟨s_i⟩²)], within 4 standard errors."""
    model, T = ModelParameters(2, 10.0, 20.0, 1.0, 0.5, name, INTERACTIONS[name].fields[-1]), 4.0
    states = np.array(list(itertools.product((-1, 1), repeat=model.n_spins)))
    differences = []
    for realization in range(4000):
        draws = disorder.draw(model, 5, realization)
        h, J = disorder.float_hamiltonian(model, draws)
        energy = states @ h + 0.5 * np.einsum("si,ij,sj->s", states, J, states)
        weights = np.exp(-(energy - energy.min()) / T)
        mean = weights @ states / weights.sum()
        differences.append(h @ mean + model.h0_K**2 / T * (draws.field_variances @ (1 - mean**2)))
    error = np.std(differences) / np.sqrt(len(differences))
    assert abs(np.mean(differences)) < 4 * error
    assert error < 0.05 * model.n_spins * model.h0_K
