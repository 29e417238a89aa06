"""Ladders of temperatures for exchange Monte Carlo."""

import math
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist

from tlsglass.base import labels


def exchange_ladder(
    n_spins: int, h0_K: float, measured_K: Iterable[float], top_K: float, acceptance: float
) -> tuple[float, ...]:
    """Return the ladder of tempering in kelvin, descending: ``top_K``, the ``measured_K``, and rungs between them.

    Between neighboring temperatures, geometrically spaced rungs are inserted, just enough to keep the acceptance of an
    exchange above about ``acceptance`` for independent TLSs. With Gaussian energies it is erfc(ln(T/T') sqrt(N c) / 2), where
    the specific heat c is taken at the geometric mean of the two temperatures. Couplings lower c, except where valleys
    freeze.
    """
    temperatures = sorted({*measured_K, top_K}, reverse=True)
    max_log_ratio = -2 * NormalDist().inv_cdf(acceptance / 2) / math.sqrt(2)  # largest ln(T/T') sqrt(N c)
    rungs = [temperatures[0]]
    for upper, lower in pairwise(temperatures):
        step = max_log_ratio / math.sqrt(n_spins * specific_heat(math.sqrt(upper * lower) / h0_K))
        intervals = math.ceil(math.log(upper / lower) / step - 1e-9)
        ratios = ((lower / upper) ** (k / intervals) for k in range(1, intervals))
        rungs += [labels.round_to_label(float(f"{upper * ratio:.3g}")) for ratio in ratios]
        rungs.append(lower)
    return tuple(rungs)


@lru_cache
def specific_heat(temperature: float) -> float:
    """Return C/N of independent TLSs, H = h s with h normal; h, T in units of h0."""
    import numpy as np  # slow to import, and needed only if the configuration contains sets for tempering

    from tlsglass.physics.kernels import specific_heat_kernel

    steps, h_max = 4000, min(8.0, 20 * temperature)
    h = h_max * (np.arange(steps) + 0.5) / steps
    integrand = np.exp(-h * h / 2) * specific_heat_kernel(2 * h, temperature)  # E = 2 h
    return float(2 * np.sum(integrand) * h_max / steps / math.sqrt(2 * math.pi))
