"""The Monte Carlo chain: the hot loop, and nothing else.

Metropolis flips a spin when u < exp(-ΔE/T), ΔE = -2 s_i F_i, F_i = h_i + Σ_j J_ij s_j, that is when
s_i F_i >= (T/2) ln u. The right-hand side is an integer threshold, drawn for a whole sweep at once from counter-based
random numbers; spins are visited one after the other in site order. Every decision is integer or IEEE basic arithmetic:
the chain is the same on every machine.

A sweep is made in one of two ways, which make the same decisions and differ in time alone. Where few spins flip, fields
are kept up to date as F_i = (h_i + Σ_j J_ij) - 2 d_i with d_i = Σ_j J_ij over the spins j that are down: a flip adds one row
of couplings to d or takes it away, and 32 spins at a time are passed over when none of them flips. Where most spins flip,
no fields are kept: h_i ± Σ_j abs(J_ij) bounds F_i, most thresholds lie outside of these bounds when T is high, and only for
the others is F_i summed.
"""

import numpy as np

from tlsglass.base.jit import njit
from tlsglass.model import disorder, excitations
from tlsglass.model.disorder import BLOCK, fields_of_all_up, recompute_fields

NEVER = np.int32(2**31 - 1)  # threshold of the padding behind the last spin: no field reaches it
INCREMENTAL_MAX_FLIP_FRACTION = (
    0.6  # share of flips above which no fields are kept: there, summing fields is faster than updating them
)

LOWEST, HIGHEST = np.float32(-(2**31)), np.float32(2**31 - 128)  # float32 that int32 holds
LOG_2 = np.float32(np.log(2.0))
ONE, THIRD, FIFTH, SEVENTH, NINTH = (np.float32(1 / k) for k in (1, 3, 5, 7, 9))
SQRT_HALF = np.int32(0x3F3504F3)  # sqrt(1/2) as bits of a float32


DYNAMICS = ("metropolis", "heat_bath")


class MarkovChain:
    """The Markov chain of one realization: its state, and the number of sweeps behind it, which picks its random numbers.

    ``system`` is a disorder.System; its spins and fields are the state, and change in place.
    """

    def __init__(self, system, dynamics="metropolis"):
        """Begin with the spins of ``system``. Raises ValueError for dynamics other than ``DYNAMICS``."""
        if dynamics not in DYNAMICS:
            raise ValueError(f"dynamics = {dynamics!r}: must be one of {', '.join(DYNAMICS)}")
        self.system, self.dynamics, self.sweeps = system, dynamics, 0

    @classmethod
    def from_seed(cls, model, realization, seed, dynamics="metropolis"):
        """Return the chain of realization number ``realization`` of a parameters.Model, at infinite temperature.

        Raises ValueError for a negative number or seed, and OverflowError for a model whose energies fit no 32 bits.
        """
        for name, value in (("realization", realization), ("seed", seed)):
            if value < 0 or value != int(value):
                raise ValueError(f"{name} = {value!r}: must be a whole number >= 0")
        return cls(disorder.build(model, disorder.draw(model.L, model.n_spins, seed, realization)), dynamics)

    @property
    def spins(self):
        """The state, (n,) of +1 and -1."""
        return self.system.spins[: self.system.n].copy()

    def excitation_energies(self):
        """Return the energy (n,) in kelvin that it takes to flip each spin."""
        return excitations.excitation_energies(self.system)

    def energy_per_spin(self):
        """Return H/N of Eq. (2) in kelvin."""
        return excitations.energy_per_spin(self.system)

    def relax(self):
        """Descend to a state that no flip of one spin or of a pair lowers; return the number of flips made."""
        return excitations.relax(self.system)

    def sweep(self, temperature_K, count=1):
        """Run ``count`` sweeps at ``temperature_K`` (a number > 0); return the number of accepted flips.

        Raises ValueError for a temperature or a count that is none.
        """
        if not 0 < temperature_K < np.inf:
            raise ValueError(f"temperature_K = {temperature_K!r}: must be a finite number > 0")
        if count < 0 or count != int(count):
            raise ValueError(f"count = {count!r}: must be a whole number >= 0")
        half_temperature = 0.5 * temperature_K / self.system.field_unit_K
        heat_bath = self.dynamics == "heat_bath"
        key, first = self.system.chain_key, self.sweeps
        self.sweeps += int(count)
        return _anneal(*self.system.arrays, half_temperature, heat_bath, int(count), key, first)


@njit
def _anneal(couplings, random_fields, reach, spins, fields, field_steps, half_temperature, heat_bath, sweeps, key, first_sweep):
    n, width = couplings.shape
    thresholds = np.full(width, NEVER)
    all_up = fields_of_all_up(couplings, random_fields, field_steps)
    twice = np.int32(2 * field_steps)
    down = (all_up - fields) // twice
    flips = latest = 0
    down_kept = True
    for sweep in range(first_sweep, first_sweep + sweeps):
        _draw_thresholds(thresholds, half_temperature, heat_bath, key, sweep * width)
        thresholds[n:] = NEVER
        if latest > INCREMENTAL_MAX_FLIP_FRACTION * n:
            latest = _sweep_on_demand(couplings, random_fields, reach, spins, field_steps, thresholds)
            down_kept = False
        else:
            if not down_kept:
                recompute_fields(couplings, random_fields, spins, fields, field_steps)
                down = (all_up - fields) // twice
                down_kept = True
            latest, _ = _sweep_incremental(couplings, all_up, twice, down, spins, thresholds)
        flips += latest
    if down_kept:
        fields[:] = all_up - twice * down
    else:
        recompute_fields(couplings, random_fields, spins, fields, field_steps)
    return flips


@njit
def _sweep_incremental(couplings, all_up, twice, down, spins, thresholds):
    """Visit every spin once; return the flips, and Σ s_i F_i over them, each before its flip: -½ of what the energy gains.

    A flip adds its row of couplings to ``down``, or takes it away.
    """
    width = couplings.shape[1]
    flips = 0
    aligned = np.int64(0)
    for start in range(0, width, BLOCK):
        accepts = np.int32(0)
        for k in range(BLOCK):
            accepts |= np.int32(_accepts(all_up, twice, down, spins, thresholds, np.uint64(start) + np.uint64(k)))
        if accepts == 0:
            continue
        for k in range(BLOCK):
            i = np.uint64(start) + np.uint64(k)  # unsigned, as numba lets negative indices count from the end
            if not _accepts(all_up, twice, down, spins, thresholds, i):
                continue
            aligned += np.int64(spins[i]) * np.int64(all_up[i] - np.int32(twice * down[i]))
            if spins[i] > 0:
                for j in range(width):
                    down[j] += np.int32(couplings[i, j])
            else:
                for j in range(width):
                    down[j] -= np.int32(couplings[i, j])
            spins[i] = -spins[i]
            flips += 1
    return flips, aligned


@njit(inline="always")
def _accepts(all_up, twice, down, spins, thresholds, i):
    field = np.int32(all_up[i] - np.int32(twice * down[i]))
    return np.int32(np.int32(spins[i]) * field) >= thresholds[i]


@njit
def _sweep_on_demand(couplings, random_fields, reach, spins, field_steps, thresholds):
    """Visit every spin once; return the flips. A field is summed where its bounds leave the decision open."""
    n, width = couplings.shape
    flips = 0
    for k in range(n):
        i = np.uint64(k)
        aligned = np.int32(spins[i] * random_fields[i])
        if aligned + reach[i] < thresholds[i]:
            continue
        if aligned - reach[i] < thresholds[i]:
            total = np.int32(0)
            for j in range(width):  # int16 products summed in int32: one instruction for each pair
                total = np.int32(total + np.int32(np.int32(couplings[i, j]) * np.int32(spins[j])))
            if aligned + spins[i] * field_steps * total < thresholds[i]:
                continue
        spins[i] = -spins[i]
        flips += 1
    return flips


@njit
def _draw_thresholds(thresholds, half_temperature, heat_bath, key, counter):
    """Fill ``thresholds``, of even length, with (T/2) ln u in field steps, rounded towards 0 and held within int32.

    For a heat bath, which accepts with 1/(1 + exp(ΔE/T)), it is (T/2) ln(u/(1-u)). Both halves of SplitMix64 (Steele,
    Lea and Flood 2014) at ``key`` + counter give a u, one of the 2^31 odd multiples of 2^-32. The logarithm is in
    float32, which moves the probability of a flip by 10^-7 at most.
    """
    words = thresholds.view(np.uint64)
    for i in range(words.shape[0]):
        z = key + np.uint64(counter + i) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        words[i] = z ^ (z >> np.uint64(31))
    integers = thresholds.view(np.uint32)
    scale = np.float32(half_temperature)
    for i in range(integers.shape[0]):
        odd = np.uint32(integers[i] | np.uint32(1))
        logarithm = _log(odd) - _log(np.uint32(-odd)) if heat_bath else _log(odd)
        thresholds[i] = np.int32(min(max(scale * logarithm, LOWEST), HIGHEST))


@njit(inline="always")
def _log(integer):
    """Natural logarithm of an odd uint32 over 2^32, in float32, from + - * / alone."""
    bits = np.int32(np.float32(integer).view(np.int32) - SQRT_HALF)
    exponent = np.float32(np.int32(bits >> np.int32(23)) - np.int32(32))
    mantissa = np.int32((bits & np.int32(0x007FFFFF)) + SQRT_HALF).view(np.float32)  # between sqrt(1/2) and sqrt(2)
    t = (mantissa - ONE) / (mantissa + ONE)
    s = t * t
    series = ONE + s * (THIRD + s * (FIFTH + s * (SEVENTH + s * NINTH)))
    return exponent * LOG_2 + (t + t) * series
