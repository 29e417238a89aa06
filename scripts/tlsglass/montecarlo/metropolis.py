"""The Markov chain of one realization; its hot loops.

Metropolis flips a spin when u < exp(-ΔE/T), ΔE = -2 s_i F_i, F_i = h_i + Σ_j J_ij s_j, that is, when
s_i F_i >= (T/2) ln u. The right-hand side is an integer threshold, drawn for a whole sweep at once from counter-based
random numbers; spins are visited sequentially in the order of their sites. Every decision uses integers or IEEE basic
arithmetic only, therefore the chain is the same on every machine.

There are two kinds of sweeps, which make the same decisions and differ only in speed. If few spins flip, fields are
updated incrementally as F_i = (h_i + Σ_j J_ij) - 2 d_i with d_i = Σ_j J_ij over the spins j that are down: a flip adds a row
of couplings to d or subtracts it, and blocks of 32 spins none of which flips are skipped. If most spins flip, fields are
computed on demand: h_i ± Σ_j abs(J_ij) bounds F_i, most thresholds at high T are outside these bounds, and F_i is summed
only for the others.
"""

from typing import Self

import numpy as np

from tlsglass.base.jit import njit
from tlsglass.base.types import FloatArray, Int16Array, Int32Array, Integer, Real
from tlsglass.model import disorder, excitations
from tlsglass.model.disorder import BLOCK, System, all_up_fields, recompute_fields
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo.protocol import DYNAMICS

NEVER = np.int32(2**31 - 1)  # threshold of the padding after the last spin; no field reaches it
INCREMENTAL_MAX_FLIP_FRACTION = 0.6  # if a larger fraction of the spins flips, summing fields is faster than updating them

LOWEST, HIGHEST = np.float32(-(2**31)), np.float32(2**31 - 128)  # float32 values within the range of int32
LOG_2 = np.float32(np.log(2.0))
ONE, THIRD, FIFTH, SEVENTH, NINTH = (np.float32(1 / k) for k in (1, 3, 5, 7, 9))
SQRT_HALF = np.int32(0x3F3504F3)  # sqrt(1/2) as bits of a float32


class MarkovChain:
    """The Markov chain of one realization: its state, and the number of past sweeps, which selects the random numbers.

    Parameters
    ----------
    system
        The realization. Its spins and fields are the state of the chain and are changed in place.
    dynamics
        One of ``DYNAMICS``.

    Raises
    ------
    ValueError
        For other dynamics.
    """

    def __init__(self, system: System, dynamics: str = "metropolis") -> None:
        if dynamics not in DYNAMICS:
            raise ValueError(f"dynamics = {dynamics!r}: must be one of {', '.join(DYNAMICS)}")
        self.system, self.dynamics, self.sweeps = system, dynamics, 0

    @classmethod
    def from_seed(cls, model: ModelParameters, realization: int, seed: int, dynamics: str = "metropolis") -> Self:
        """Return the chain of realization number ``realization`` of a model, in a state at infinite temperature.

        Raises
        ------
        ValueError
            For a negative number or seed.
        OverflowError
            For a model whose energies exceed 32 bits.
        """
        for name, value in (("realization", realization), ("seed", seed)):
            if value < 0 or value != int(value):
                raise ValueError(f"{name} = {value!r}: must be a whole number >= 0")
        return cls(disorder.build(model, disorder.draw(model, seed, realization)), dynamics)

    @property
    def spins(self) -> Int16Array:
        """The state, +1 or -1, (n,)."""
        return self.system.spins[: self.system.n].copy()

    def excitation_energies(self) -> FloatArray:
        """Return the excitation energy of each spin in kelvin, (n,)."""
        return excitations.excitation_energies(self.system)

    def energy_per_spin(self) -> float:
        """Return H/N in kelvin."""
        return excitations.energy_per_spin(self.system)

    def relax(self) -> int:
        """Relax to a state that is stable against every flip of one spin or of a pair; return the number of flips."""
        return excitations.relax(self.system)

    def sweep(self, temperature_K: float, count: int = 1) -> int:
        """Run ``count`` sweeps at ``temperature_K`` > 0; return the number of accepted flips.

        Raises ValueError for a temperature that is not finite and positive, or a count that is no natural number.
        """
        if not 0 < temperature_K < np.inf:
            raise ValueError(f"temperature_K = {temperature_K!r}: must be a finite number > 0")
        if count < 0 or count != int(count):
            raise ValueError(f"count = {count!r}: must be a whole number >= 0")
        half_temperature = 0.5 * temperature_K / self.system.field_unit_K
        heat_bath = self.dynamics == "heat_bath"
        key, first = self.system.chain_key, self.sweeps
        self.sweeps += int(count)
        return int(_anneal(*self.system.arrays, half_temperature, heat_bath, int(count), key, first))


@njit
def _anneal(
    couplings: Int16Array,
    random_fields: Int32Array,
    field_bound: Int32Array,
    spins: Int16Array,
    fields: Int32Array,
    field_steps: Integer,
    half_temperature: float,
    heat_bath: bool,
    sweeps: Integer,
    key: Integer,
    first_sweep: Integer,
) -> Integer:
    """Run ``sweeps`` sweeps at one temperature; return the accepted flips. Spins and fields are updated in place."""
    n, width = couplings.shape
    thresholds = np.full(width, NEVER)
    all_up = all_up_fields(couplings, random_fields, field_steps)
    two_field_steps = np.int32(2 * field_steps)
    down_field = (all_up - fields) // two_field_steps
    flips = n_flipped_last = 0
    down_valid = True
    for sweep in range(first_sweep, first_sweep + sweeps):
        _draw_thresholds(thresholds, half_temperature, heat_bath, key, sweep * width)
        thresholds[n:] = NEVER
        if n_flipped_last > INCREMENTAL_MAX_FLIP_FRACTION * n:
            n_flipped_last = _sweep_on_demand(couplings, random_fields, field_bound, spins, field_steps, thresholds)
            down_valid = False
        else:
            if not down_valid:
                recompute_fields(couplings, random_fields, spins, fields, field_steps)
                down_field = (all_up - fields) // two_field_steps
                down_valid = True
            n_flipped_last, _ = _sweep_incremental(couplings, all_up, two_field_steps, down_field, spins, thresholds)
        flips += n_flipped_last
    if down_valid:
        fields[:] = all_up - two_field_steps * down_field
    else:
        recompute_fields(couplings, random_fields, spins, fields, field_steps)
    return flips


@njit
def _sweep_incremental(
    couplings: Int16Array,
    all_up: Int32Array,
    two_field_steps: Integer,
    down_field: Int32Array,
    spins: Int16Array,
    thresholds: Int32Array,
) -> tuple[Integer, Integer]:
    """Visit every spin once; return the flips, and the sum of s_i F_i before each flip, -½ of the change of the energy.

    A flip adds its row of couplings to ``down_field`` or subtracts it.
    """
    width = couplings.shape[1]
    flips = 0
    s_dot_field = np.int64(0)
    for start in range(0, width, BLOCK):
        accepts = np.int32(0)
        for k in range(BLOCK):
            accepts |= np.int32(
                _accepts(all_up, two_field_steps, down_field, spins, thresholds, np.uint64(start) + np.uint64(k))
            )
        if accepts == 0:
            continue
        for k in range(BLOCK):
            i = np.uint64(start) + np.uint64(k)  # unsigned, as numba lets negative indices count from the end
            if not _accepts(all_up, two_field_steps, down_field, spins, thresholds, i):
                continue
            s_dot_field += np.int64(spins[i]) * np.int64(all_up[i] - np.int32(two_field_steps * down_field[i]))
            if spins[i] > 0:
                for j in range(width):
                    down_field[j] += np.int32(couplings[i, j])
            else:
                for j in range(width):
                    down_field[j] -= np.int32(couplings[i, j])
            spins[i] = -spins[i]
            flips += 1
    return flips, s_dot_field


@njit(inline="always")
def _accepts(
    all_up: Int32Array, two_field_steps: Integer, down_field: Int32Array, spins: Int16Array, thresholds: Int32Array, i: Integer
) -> Integer:
    """Return whether spin i flips."""
    field = np.int32(all_up[i] - np.int32(two_field_steps * down_field[i]))
    return np.int32(np.int32(spins[i]) * field) >= thresholds[i]


@njit
def _sweep_on_demand(
    couplings: Int16Array,
    random_fields: Int32Array,
    field_bound: Int32Array,
    spins: Int16Array,
    field_steps: Integer,
    thresholds: Int32Array,
) -> Integer:
    """Visit every spin once; return the flips. A field is summed only if its bounds do not decide."""
    n, width = couplings.shape
    flips = 0
    for k in range(n):
        i = np.uint64(k)
        s_h = np.int32(spins[i] * random_fields[i])
        if s_h + field_bound[i] < thresholds[i]:
            continue
        if s_h - field_bound[i] < thresholds[i]:
            total = np.int32(0)
            for j in range(width):  # int16 products summed in int32: one instruction for each pair
                total = np.int32(total + np.int32(np.int32(couplings[i, j]) * np.int32(spins[j])))
            if s_h + spins[i] * field_steps * total < thresholds[i]:
                continue
        spins[i] = -spins[i]
        flips += 1
    return flips


@njit
def _draw_thresholds(thresholds: Int32Array, half_temperature: float, heat_bath: bool, key: Integer, counter: Integer) -> None:
    """Fill ``thresholds``, of even length, with (T/2) ln u in field steps, rounded towards 0 and clipped to int32.

    For a heat bath, which accepts with probability 1/(1 + exp(ΔE/T)), it is (T/2) ln(u/(1-u)). Each half of SplitMix64
    (Steele, Lea and Flood 2014) at ``key`` + counter gives a u, one of the 2^31 odd multiples of 2^-32. The logarithm is
    computed in float32, which changes the probability of a flip by at most 10^-7.
    """
    bits = thresholds.view(np.uint64)
    for i in range(bits.shape[0]):
        z = key + np.uint64(counter + i) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        bits[i] = z ^ (z >> np.uint64(31))
    integers = thresholds.view(np.uint32)
    scale = np.float32(half_temperature)
    for i in range(integers.shape[0]):
        odd = np.uint32(integers[i] | np.uint32(1))
        logarithm = _log(odd) - _log(np.uint32(-odd)) if heat_bath else _log(odd)
        thresholds[i] = np.int32(min(max(scale * logarithm, LOWEST), HIGHEST))


@njit(inline="always")
def _log(integer: Integer) -> Real:
    """Return the natural logarithm of an odd uint32 divided by 2^32, in float32, from + - * / alone."""
    bits = np.int32(np.float32(integer).view(np.int32) - SQRT_HALF)
    exponent = np.float32(np.int32(bits >> np.int32(23)) - np.int32(32))
    mantissa = np.int32((bits & np.int32(0x007FFFFF)) + SQRT_HALF).view(np.float32)  # between sqrt(1/2) and sqrt(2)
    t = (mantissa - ONE) / (mantissa + ONE)
    s = t * t
    series = ONE + s * (THIRD + s * (FIFTH + s * (SEVENTH + s * NINTH)))
    return exponent * LOG_2 + (t + t) * series
