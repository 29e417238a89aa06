"""The densities of states of one set (L, J0): one at every rung of the ladder, and after the quench."""

import math
from itertools import pairwise

import numpy as np

from tlsglass.base.labels import split_boundaries


class TemperatureSeries:
    """The counts.Counts of one (L, J0): ``rungs``, coldest first, and ``quench``, if there is one.

    All stand for the same realizations. Raises ValueError for no rung, and for counts of several sets.
    """

    def __init__(self, rungs, quench=None):
        self.rungs = tuple(sorted(rungs, key=lambda counts: counts.T_K))
        self.quench = quench
        if not self.rungs:
            raise ValueError("there is no density of states at any rung")
        every = self.rungs if quench is None else (quench, *self.rungs)
        for name in ("L", "J0_K", "block", "n_realizations"):
            values = sorted({getattr(counts, name) for counts in every})
            if len(values) > 1:
                raise ValueError(f"the densities are not of one set: {name} is {values[0]} and {values[-1]}")
        if len({counts.T_K for counts in every}) < len(every):
            raise ValueError(f"two densities have the same temperature: {[counts.T_K for counts in every]} K")

    @property
    def T_K(self):
        """Temperatures of the rungs, (t,), growing."""
        return np.array([counts.T_K for counts in self.rungs])

    @property
    def coldest(self):
        return self.rungs[0]

    @property
    def L(self):
        return self.coldest.L

    @property
    def J0_K(self):
        return self.coldest.J0_K

    @property
    def n_realizations(self):
        return self.coldest.n_realizations

    @property
    def n_blocks(self):
        """Blocks of realizations: the unit of every jackknife."""
        return self.n_realizations // self.coldest.block

    def at(self, T_K):
        """Return the density at the rung ``T_K``. Raises ValueError when none was measured there."""
        for counts in self.rungs:
            if math.isclose(counts.T_K, T_K, rel_tol=1e-9):
                return counts
        raise ValueError(f"no density at T = {T_K:g} K; there are {', '.join(f'{T:g}' for T in self.T_K)} K")

    def between(self, begin, end):
        """Return the densities of the realizations numbered ``begin`` to ``end`` - 1."""
        quench = None if self.quench is None else self.quench.between(begin, end)
        return TemperatureSeries([counts.between(begin, end) for counts in self.rungs], quench)

    def split(self, k):
        """Return the Densities of ``k`` disjoint sets of consecutive realizations, as equal as blocks allow."""
        cuts = [self.coldest.block * block for block in split_boundaries(self.n_blocks, k)]
        return [self.between(begin, end) for begin, end in pairwise(cuts)]
