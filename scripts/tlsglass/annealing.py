"""The Monte Carlo chain: the hot loop, and nothing else.

Metropolis flips a spin when u < exp(-ΔE/T), ΔE = -2 s_i F_i, F_i = h_i + Σ_j J_ij s_j, that is when
s_i F_i >= (T/2) ln u. The right-hand side is an integer threshold, drawn for a whole sweep at once from counter-based
random numbers; spins are visited one after the other in site order. Every decision is integer or IEEE basic arithmetic:
the chain is the same on every machine.

A sweep is made in one of two ways, which make the same decisions and differ in time alone. Where few spins flip, fields
are kept up to date, a flip adds one row of couplings to them, and 32 spins at a time are passed over when none of them
flips. Where most spins flip, no fields are kept: h_i ± Σ_j abs(J_ij) bounds F_i, most thresholds lie outside of these
bounds when T is high, and only for the others is F_i summed.
"""

import numpy as np
from numba import njit

from tlsglass.disorder import BLOCK, recompute_fields

CHAIN_VERSION = 2  # raise it whenever the same seed gives another chain: shards are keyed by it

NEVER = np.int32(2**31 - 1)  # threshold of the padding behind the last spin: no field reaches it
MOST = 0.6


def anneal_rung(system, temperature_K, sweeps, first_sweep, dynamics="metropolis"):
    """Run ``sweeps`` sweeps at ``temperature_K``; update spins and fields in place, return the flips.

    ``first_sweep`` is the number of sweeps that the chain has behind it: it picks the random numbers.
    """
    half_temperature = 0.5 * temperature_K / system.field_unit_K
    heat_bath = {"metropolis": False, "heat_bath": True}[dynamics]
    return _anneal(*system.arrays, half_temperature, heat_bath, sweeps, system.chain_key, first_sweep)


@njit(cache=True, error_model="numpy")
def _anneal(couplings, random_fields, reach, spins, fields, field_steps, half_temperature, heat_bath, sweeps, key, first_sweep):
    n, width = couplings.shape
    thresholds = np.full(width, NEVER)
    flips = latest = 0
    fields_kept = True
    for sweep in range(first_sweep, first_sweep + sweeps):
        _draw_thresholds(thresholds, half_temperature, heat_bath, key, sweep * width)
        thresholds[n:] = NEVER
        if latest > MOST * n:
            latest = _sweep_without_fields(couplings, random_fields, reach, spins, field_steps, thresholds)
            fields_kept = False
        else:
            if not fields_kept:
                recompute_fields(couplings, random_fields, spins, fields, field_steps)
                fields_kept = True
            latest = _sweep_with_fields(couplings, spins, fields, field_steps, thresholds)
        flips += latest
    if not fields_kept:
        recompute_fields(couplings, random_fields, spins, fields, field_steps)
    return flips


@njit(cache=True, error_model="numpy")
def _sweep_with_fields(couplings, spins, fields, field_steps, thresholds):
    """Visit every spin once; return the flips. A flip adds its row of couplings to all fields."""
    width = couplings.shape[1]
    flips = 0
    for start in range(0, width, BLOCK):
        block_spins = spins[start : start + BLOCK]
        block_fields = fields[start : start + BLOCK]
        block_thresholds = thresholds[start : start + BLOCK]
        accepts = np.int32(0)
        for k in range(BLOCK):
            accepts |= np.int32(np.int32(np.int32(block_spins[k]) * block_fields[k]) >= block_thresholds[k])
        if accepts == 0:
            continue
        for k in range(BLOCK):
            if np.int32(block_spins[k]) * block_fields[k] >= block_thresholds[k]:
                block_spins[k] = -block_spins[k]
                change = np.int32(2 * field_steps * block_spins[k])
                row = couplings[start + k]
                for j in range(width):
                    fields[j] += np.int32(row[j]) * change
                flips += 1
    return flips


@njit(cache=True, error_model="numpy")
def _sweep_without_fields(couplings, random_fields, reach, spins, field_steps, thresholds):
    """Visit every spin once; return the flips. A field is summed where its bounds leave the decision open."""
    flips = 0
    for i in range(couplings.shape[0]):
        aligned = np.int32(spins[i] * random_fields[i])
        if aligned + reach[i] < thresholds[i]:
            continue
        if aligned - reach[i] < thresholds[i]:
            row = couplings[i]
            total = np.int32(0)
            for j in range(row.shape[0]):  # int16 products summed in int32: one instruction for each pair
                total = np.int32(total + np.int32(np.int32(row[j]) * np.int32(spins[j])))
            if aligned + spins[i] * field_steps * total < thresholds[i]:
                continue
        spins[i] = -spins[i]
        flips += 1
    return flips


@njit(cache=True, error_model="numpy")
def _draw_thresholds(thresholds, half_temperature, heat_bath, key, counter):
    """Fill ``thresholds``, of even length, with (T/2) ln u in field steps, rounded towards 0 and held within int32.

    For a heat bath, which accepts with 1/(1 + exp(ΔE/T)), it is (T/2) ln(u/(1-u)). Both halves of SplitMix64 (Steele,
    Lea and Flood 2014) at ``key`` + counter give a u, one of 2^32 values spread evenly over (0, 1).
    """
    half = thresholds.shape[0] // 2
    first, second = thresholds[:half], thresholds[half:]
    for i in range(half):
        z = key + np.uint64(counter + i) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
        first[i] = _threshold(np.int64(z >> np.uint64(32)), half_temperature, heat_bath)
        second[i] = _threshold(np.int64(z & np.uint64(0xFFFFFFFF)), half_temperature, heat_bath)


@njit(inline="always", error_model="numpy")
def _threshold(integer, half_temperature, heat_bath):
    u = (np.float64(integer) + 0.5) * 2.0**-32
    logarithm = _log(u) - _log(1.0 - u) if heat_bath else _log(u)
    return np.int32(min(max(half_temperature * logarithm, -2147483647.0), 2147483646.0))


@njit(inline="always", error_model="numpy")
def _log(u):
    """Natural logarithm of a normal float64 > 0, from + - * / alone."""
    bits = np.float64(u).view(np.int64)
    exponent = (bits >> 52) - 1023
    mantissa = np.int64((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000).view(np.float64)
    upper = mantissa > 1.4142135623730951
    mantissa = mantissa * 0.5 if upper else mantissa
    exponent = exponent + 1 if upper else exponent
    t = (mantissa - 1.0) / (mantissa + 1.0)
    s = t * t
    series = 1 / 9 + s * (1 / 11 + s * (1 / 13 + s * (1 / 15)))
    series = 1.0 + s * (1 / 3 + s * (1 / 5 + s * (1 / 7 + s * series)))
    return exponent * 0.6931471805599453 + 2.0 * t * series
