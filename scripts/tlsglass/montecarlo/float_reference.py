"""The chain in float64 and without a trick: what the integer engine is held against in tests and benchmarks."""

import numpy as np

from tlsglass.base.jit import njit


class FloatChain:
    """Sequential Metropolis on the unrounded Hamiltonian, h (n,) and J (n, n) in kelvin, fields kept up to date."""

    def __init__(self, h, J, spins):
        self.h, self.J = np.ascontiguousarray(h, dtype=float), np.ascontiguousarray(J, dtype=float)
        self.spins = np.array(spins, dtype=float)
        self.fields = self.h + self.J @ self.spins

    def sweeps(self, temperature_K, count, rng):
        """Run ``count`` sweeps in site order; return the flips. Fields are recomputed first, against rounding drift."""
        self.fields = self.h + self.J @ self.spins
        return _sweeps(self.J, self.spins, self.fields, temperature_K, count, rng)

    def energy(self):
        """Return H in kelvin, recomputed from the spins."""
        return float(self.spins @ self.h + 0.5 * self.spins @ self.J @ self.spins)

    def excitation_energies(self):
        """Return E_i = 2·abs(h_i + Σ_j J_ij s_j) in kelvin, recomputed from the spins."""
        return 2 * np.abs(self.h + self.J @ self.spins)


@njit
def _sweeps(J, spins, fields, temperature, count, rng):
    n = len(spins)
    flips = 0
    for _ in range(count):
        for i in range(n):
            energy = -2.0 * spins[i] * fields[i]
            if energy <= 0 or rng.random() < np.exp(-energy / temperature):
                spins[i] = -spins[i]
                for j in range(n):
                    fields[j] += 2.0 * spins[i] * J[i, j]
                flips += 1
    return flips
