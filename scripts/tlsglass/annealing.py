"""The Metropolis chain and the annealing ladder: the hot loop, and nothing else.

A spin i is flipped when u < exp(-ΔE/T), ΔE = -2 s_i F_i, F_i = h_i + Σ_j J_ij s_j, that is when
s_i F_i >= (T/2) ln u. The right-hand side is an integer threshold, drawn for a whole sweep at once from counter-based
random numbers; spins are then visited one after the other in site order, and each flip adds one row of couplings to the
fields. Every decision is integer or IEEE basic arithmetic: the chain is the same on every machine.
"""

import numpy as np
from numba import njit

from tlsglass.disorder import BLOCK

CHAIN_VERSION = 1  # raise it whenever the same seed gives another chain: shards are keyed by it

NEVER = np.int32(2**31 - 1)  # threshold of the padding behind the last spin: no field reaches it


def anneal_rung(system, temperature_K, sweeps, first_sweep):
    """Run ``sweeps`` Metropolis sweeps at ``temperature_K``; update spins and fields in place, return the flips.

    ``first_sweep`` is the number of sweeps that the chain has behind it: it picks the random numbers.
    """
    return _sweeps(
        system.couplings,
        system.spins,
        system.fields,
        np.int32(2 * system.field_steps),
        0.5 * temperature_K / system.field_unit_K,
        sweeps,
        system.chain_key,
        first_sweep,
    )


@njit(cache=True, error_model="numpy")
def _sweeps(couplings, spins, fields, flip_steps, half_temperature, sweeps, key, first_sweep):
    n, width = couplings.shape
    thresholds = np.empty(width, dtype=np.int32)
    flips = 0
    for sweep in range(first_sweep, first_sweep + sweeps):
        _draw_thresholds(thresholds, half_temperature, key, sweep * width)
        thresholds[n:] = NEVER
        for start in range(0, width, BLOCK):
            block_spins = spins[start : start + BLOCK]
            block_fields = fields[start : start + BLOCK]
            block_thresholds = thresholds[start : start + BLOCK]
            accepts = np.int32(0)
            for k in range(BLOCK):
                accepts |= np.int32(block_spins[k] * block_fields[k] >= block_thresholds[k])
            if accepts == 0:
                continue
            for k in range(BLOCK):
                if block_spins[k] * block_fields[k] >= block_thresholds[k]:
                    block_spins[k] = -block_spins[k]
                    change = np.int32(block_spins[k] * flip_steps)
                    row = couplings[start + k]
                    for j in range(width):
                        fields[j] += np.int32(row[j]) * change
                    flips += 1
    return flips


@njit(cache=True, error_model="numpy")
def _draw_thresholds(thresholds, half_temperature, key, counter):
    """Fill ``thresholds`` with (T/2) ln u, u uniform in (0, 1), in field steps, rounded up and held within int32.

    u comes from SplitMix64 (Steele, Lea and Flood 2014) at ``key`` + counter, ln u from its artanh series, whose
    truncation is below 1e-12: no call of a mathematical library, whose last digit may differ between machines.
    """
    for i in range(thresholds.shape[0]):
        z = key + np.uint64(counter + i) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
        u = (np.float64(np.int64(z >> np.uint64(12))) + 0.5) * 2.0**-52
        thresholds[i] = np.int32(max(half_temperature * _log(u), -2147483647.0))


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
