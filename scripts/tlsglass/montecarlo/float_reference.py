"""A plain Metropolis chain in float64: the reference for the integer chain in tests and benchmarks."""

import numpy as np

from tlsglass.base.jit import njit
from tlsglass.base.types import FloatArray, IntArray, Integer


class FloatChain:
    """Sequential Metropolis on the unrounded Hamiltonian, h (n,) and J (n, n) in kelvin, with incremental fields."""

    def __init__(self, h: FloatArray, J: FloatArray, spins: FloatArray | IntArray) -> None:
        self.h, self.J = np.ascontiguousarray(h, dtype=float), np.ascontiguousarray(J, dtype=float)
        self.spins = np.array(spins, dtype=float)
        self.fields = self.h + self.J @ self.spins

    def sweeps(self, temperature_K: float, count: int, rng: np.random.Generator) -> int:
        """Run ``count`` sweeps in site order; return the flips. Fields are recomputed first, against rounding errors."""
        self.fields = self.h + self.J @ self.spins
        return int(_sweeps(self.J, self.spins, self.fields, temperature_K, count, rng))

    def energy(self) -> float:
        """Return H in kelvin, recomputed from the spins."""
        return float(self.spins @ self.h + 0.5 * self.spins @ self.J @ self.spins)

    def excitation_energies(self) -> FloatArray:
        """Return E_i = 2·abs(h_i + Σ_j J_ij s_j) in kelvin, recomputed from the spins, (n,)."""
        fields: FloatArray = self.h + self.J @ self.spins
        return 2 * np.abs(fields)


@njit
def _sweeps(
    J: FloatArray, spins: FloatArray, fields: FloatArray, temperature: float, count: Integer, rng: np.random.Generator
) -> Integer:
    """Run the sweeps in place; return the flips."""
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
