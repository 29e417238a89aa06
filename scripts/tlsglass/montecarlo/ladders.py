"""The rungs of a ladder on which replicas exchange well, by a stated rule."""

import math
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist

from tlsglass.base import labels


def exchange_ladder(n_spins, h0_K, measured_K, top_K, acceptance):
    """Return the ladder of tempering, descending: ``top_K``, the ``measured_K``, and the rungs between them.

    The rule: between each two of these temperatures stand rungs with equal ratios, as many as keep the acceptance of an
    exchange at about ``acceptance`` or above for independent TLSs: erfc(ln(T/T') sqrt(N c) / 2) where energies are Gaussian,
    with their specific heat c at the geometric mean of the two temperatures. Couplings lower c above where valleys freeze.
    """
    given = sorted({*measured_K, top_K}, reverse=True)
    reach = -2 * NormalDist().inv_cdf(acceptance / 2) / math.sqrt(2)  # largest ln(T/T') sqrt(N c)
    rungs = [given[0]]
    for above, below in pairwise(given):
        step = reach / math.sqrt(n_spins * specific_heat(math.sqrt(above * below) / h0_K))
        parts = math.ceil(math.log(above / below) / step - 1e-9)
        rungs += [labels.round_to_label(float(f"{above * (below / above) ** (k / parts):.3g}")) for k in range(1, parts)]
        rungs.append(below)
    return tuple(rungs)


@lru_cache
def specific_heat(temperature):
    """Return C/N of independent TLSs, H = h s, h normal: the mean of (h/T)² sech²(h/T), with h and T in units of h0."""
    steps, end = 4000, min(8.0, 20 * temperature)
    total = 0.0
    for k in range(1, steps + 1):
        h = end * (k - 0.5) / steps
        total += math.exp(-h * h / 2) * (h / temperature / math.cosh(h / temperature)) ** 2
    return 2 * total * end / steps / math.sqrt(2 * math.pi)
