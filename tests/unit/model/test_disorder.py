"""Realizations: their streams, their statistics, and the rounding of the integer Hamiltonian."""

from dataclasses import replace

import numpy as np
import pytest

from tlsglass.model import disorder


def test_a_realization_depends_on_seed_size_and_number_alone(small_model):
    first, again = disorder.draw(small_model, 7, 3), disorder.draw(replace(small_model, J0_K=1.0, h0_K=1.0, cutoff=0.1), 7, 3)
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    different_draws = [disorder.draw(small_model, 8, 3), disorder.draw(small_model, 7, 4)]
    for different in different_draws:
        assert not np.array_equal(first.c_ij, different.c_ij)
        assert first.chain_key != different.chain_key


def test_half_of_the_sites_are_occupied_once(small_model):
    assert small_model.n_spins == 32
    positions = disorder.draw(small_model, 1, 0).positions
    assert len(set(map(tuple, positions.tolist()))) == 32
    assert positions.min() == 0
    assert positions.max() == 3


def test_sites_and_spins_are_uniform_and_couplings_standard_normal(small_model):
    draws = [disorder.draw(small_model, 1, r) for r in range(400)]
    occupied = np.bincount(np.concatenate([d.positions @ [16, 4, 1] for d in draws]), minlength=64)
    # 400 draws, p = 1/2: σ = 10; the largest of 64 deviations stays below 4.5 σ
    assert np.abs(occupied - 200).max() < 45
    spins = np.concatenate([d.spins for d in draws])
    assert abs(spins.mean()) < 4 / np.sqrt(spins.size)
    c = np.concatenate([d.c_ij for d in draws])
    assert abs(c.mean()) < 4 / np.sqrt(c.size)
    assert abs(c.var() - 1) < 4 * np.sqrt(2 / c.size)


def test_integer_hamiltonian_is_the_float_one_rounded(small_model):
    draws = disorder.draw(small_model, 1, 5)
    system = disorder.build(small_model, draws)
    h, J = disorder.float_hamiltonian(small_model, draws)
    unit = small_model.coupling_unit_K
    assert np.abs(system.couplings[:, :32] * unit - J).max() <= 0.5 * unit * (1 + 1e-9)
    np.testing.assert_array_equal(system.couplings[:, :32], system.couplings[:, :32].T)
    assert np.abs(system.random_fields[:32] * system.field_unit_K - h).max() <= 0.5 * system.field_unit_K * (1 + 1e-9)
    fields = system.random_fields[:32] + system.field_steps * (system.couplings[:, :32].astype(int) @ system.spins[:32])
    np.testing.assert_array_equal(system.fields[:32], fields)


def test_couplings_of_two_J0_are_the_same_integers(small_model):
    draws = disorder.draw(small_model, 1, 5)
    weak, strong = (disorder.build(replace(small_model, J0_K=J0), draws) for J0 in (2.0, 3.0))
    np.testing.assert_array_equal(weak.couplings, strong.couplings)


def test_coupling_unit_is_J0_over_8192_for_unit_cutoff(small_model):
    assert small_model.coupling_unit_K == pytest.approx(small_model.J0_K / 8192, rel=1e-4)


def test_padding_is_zero_and_never_counted():
    model = disorder.ModelParameters(L=3, h0_K=10.0, J0_K=2.0, cutoff=1.0, concentration=0.5)
    system = disorder.build(model, disorder.draw(model, 1, 0))
    assert system.n == 14
    assert system.couplings.shape == (14, 64)
    assert not system.couplings[:, 14:].any()
    assert not system.fields[14:].any()


def test_a_coupling_or_a_field_beyond_the_integers_is_refused(small_model):
    draws = disorder.draw(small_model, 1, 5)
    with pytest.raises(OverflowError, match="16 bits"):
        disorder.build(small_model, draws._replace(c_ij=np.full_like(draws.c_ij, 9.0)))
    with pytest.raises(OverflowError, match="range"):
        disorder.build(small_model, draws._replace(c_i=np.full_like(draws.c_i, 30.0)))
    assert not replace(small_model, J0_K=1e-5).fits_int32
