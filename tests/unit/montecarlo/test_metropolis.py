"""The chain: exact bookkeeping, the right thresholds, and the same numbers for ever."""

import numpy as np
import pytest
from numba import njit
from scipy import stats

from tlsglass.model import disorder, excitations
from tlsglass.montecarlo import metropolis

LADDER_K = (100.0, 20.0, 5.0, 1.0, 0.2, 0.05)


def anneal(system, sweeps=40):
    chain = metropolis.MarkovChain(system)
    return [chain.sweep(T, sweeps) for T in LADDER_K]


def total_energy(system, spins):
    """H of Eq. (2) in half field steps, recomputed from nothing, as an exact integer."""
    s = spins[: system.n].astype(object)
    J = system.couplings[:, : system.n].astype(object)
    return int(2 * s @ system.random_fields[: system.n].astype(object) + system.field_steps * (s @ J @ s))


def test_a_chain_counts_its_own_sweeps(build):
    """In one go, in two, or at no temperature twice: the random numbers never come again."""
    chain, halves = (metropolis.MarkovChain(build()) for _ in range(2))
    chain.sweep(5.0, 20)
    for _ in range(2):
        halves.sweep(5.0, 10)
    assert chain.sweeps == halves.sweeps == 20
    np.testing.assert_array_equal(chain.system.spins, halves.system.spins)
    reset = metropolis.MarkovChain(build())
    reset.sweep(5.0, 10)
    reset.sweeps = 0  # what would go wrong if the caller had to count
    reset.sweep(5.0, 10)
    assert not np.array_equal(reset.system.spins, chain.system.spins)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda system: metropolis.MarkovChain(system, "glauber"),
            "dynamics = 'glauber': must be one of metropolis, heat_bath",
        ),
        (lambda system: metropolis.MarkovChain(system).sweep(0.0, 1), "temperature_K = 0.0: must be a finite number > 0"),
        (lambda system: metropolis.MarkovChain(system).sweep(float("nan"), 1), "temperature_K = nan"),
        (lambda system: metropolis.MarkovChain(system).sweep(1.0, -1), "count = -1: must be a whole number >= 0"),
        (lambda system: metropolis.MarkovChain(system).sweep(1.0, 2.5), "count = 2.5"),
    ],
)
def test_a_chain_refuses_what_it_cannot_do(build, call, message):
    with pytest.raises(ValueError, match=message.split("=")[0]) as caught:
        call(build())
    assert str(caught.value).startswith(message)


def test_fields_kept_up_to_date_equal_fields_recomputed(build):
    system = build()
    assert sum(anneal(system)) > 1000
    couplings = system.couplings[:, : system.n].astype(np.int64)
    recomputed = system.random_fields[: system.n] + system.field_steps * (couplings @ system.spins[: system.n])
    np.testing.assert_array_equal(system.fields[: system.n], recomputed)


def test_the_energy_of_a_flip_is_the_difference_of_two_total_energies(build):
    system = build()
    anneal(system)
    before = total_energy(system, system.spins)
    for i in range(system.n):
        flipped = system.spins.copy()
        flipped[i] = -flipped[i]
        # E_i = -2 s_i F_i, in half field steps -4 s_i F_i
        assert total_energy(system, flipped) - before == -4 * int(system.spins[i]) * int(system.fields[i])
    unit = 0.5 * system.field_unit_K / system.n
    np.testing.assert_allclose(excitations.energy_per_spin(system), before * unit, rtol=1e-13)


def test_logarithm_agrees_with_the_library():
    """Within 2e-7 of the logarithm, or of 1 where that is smaller: a probability is moved by 1e-7 at most."""
    rng = np.random.default_rng(0)
    ends = np.arange(1, 20001, 2)
    integers = np.concatenate([ends, 2**32 - ends, np.exp2(rng.uniform(0, 32, 100_000)).astype(np.int64) | 1])
    drawn = logarithms(integers.astype(np.uint32))
    exact = np.log(integers / 2**32)
    assert np.all(np.abs(drawn - exact) <= 2e-7 * np.maximum(1, -exact))
    assert np.max(np.abs(np.exp(drawn) - integers / 2**32)) < 1e-7


@njit
def logarithms(integers):
    out = np.empty(integers.shape, dtype=np.float64)
    for i in range(len(integers)):
        out[i] = metropolis._log(integers[i])
    return out


def test_thresholds_are_exponential_and_independent():
    """(T/2) ln u with u uniform: Kolmogorov-Smirnov at p > 1e-3, neighbours and sweeps uncorrelated within 4σ."""
    n = 200_000
    half_temperature = 1e6
    drawn = np.empty((2, n), dtype=np.int32)
    for sweep in (0, 1):
        metropolis._draw_thresholds(drawn[sweep], half_temperature, False, np.uint64(12345), sweep * n)
    u = np.exp(drawn / half_temperature)
    assert stats.kstest(u.ravel(), "uniform").pvalue > 1e-3
    for a, b in ((u[0, :-1], u[0, 1:]), (u[0], u[1])):
        assert abs(np.corrcoef(a, b)[0, 1]) < 4 / np.sqrt(n)


def test_thresholds_of_a_heat_bath_are_logistic():
    """P(threshold <= x) = 1/(1 + exp(-x/(T/2))): the probability to accept; Kolmogorov-Smirnov at p > 1e-3."""
    drawn = np.empty(200_000, dtype=np.int32)
    metropolis._draw_thresholds(drawn, 1e6, True, np.uint64(12345), 0)
    assert stats.kstest(drawn / 1e6, "logistic").pvalue > 1e-3


def test_thresholds_stay_within_int32():
    drawn = np.empty(1000, dtype=np.int32)
    metropolis._draw_thresholds(drawn, 1e12, False, np.uint64(1), 0)
    assert drawn.min() == -2147483648
    assert drawn.max() <= 0


def test_both_ways_to_sweep_make_the_same_decisions(build):
    """At every temperature, sweep by sweep: with fields kept up to date, and with fields summed where bounds fail."""
    incremental, on_demand = build(), build()
    thresholds = np.full(len(incremental.spins), metropolis.NEVER)
    for sweep in range(300):
        half_temperature = 0.5 * 300 * 0.97**sweep / incremental.field_unit_K
        metropolis._draw_thresholds(thresholds, half_temperature, False, incremental.chain_key, sweep * len(thresholds))
        thresholds[incremental.n :] = metropolis.NEVER
        couplings, random_fields, field_bound, spins, fields, steps = incremental.arrays
        all_up, two_field_steps = disorder.all_up_fields(couplings, random_fields, steps), np.int32(2 * steps)
        down_field = (all_up - fields) // two_field_steps
        flips, _ = metropolis._sweep_incremental(couplings, all_up, two_field_steps, down_field, spins, thresholds)
        fields[:] = all_up - two_field_steps * down_field
        couplings, random_fields, field_bound, spins, fields, steps = on_demand.arrays
        assert metropolis._sweep_on_demand(couplings, random_fields, field_bound, spins, steps, thresholds) == flips
        disorder.recompute_fields(couplings, random_fields, spins, fields, steps)
        np.testing.assert_array_equal(on_demand.spins, incremental.spins)
        np.testing.assert_array_equal(on_demand.fields, incremental.fields)


def test_one_realization_takes_less_than_4_MB():
    model = disorder.ModelParameters(L=12, h0_K=10.0, J0_K=2.0, cutoff=1.0, concentration=0.5)
    draws = disorder.draw(model, 1, 0)
    arrays = [x for x in (*draws, *disorder.build(model, draws)) if isinstance(x, np.ndarray)]
    assert sum(array.nbytes for array in arrays) < 4e6
