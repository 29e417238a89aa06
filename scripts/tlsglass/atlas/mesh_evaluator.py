"""n(T, E) of the atlas on a fixed mesh, for one coupling after another: what a fit asks for hundreds of times."""

import numpy as np

from tlsglass.atlas import annealing_excess, spline


def _place(g):
    return spline.basis_T_and_g(1.0, g)[1]


class _SplineTerm:
    """A spline of ln n on the mesh: its rows (1 + r, v, t, s), the bases of energies (t, e, v) and temperatures (t, t'), and
    that of couplings, a function of g."""

    def __init__(self, rows, energies, temperatures, couplings):
        self.rows, self.energies, self.temperatures, self.couplings = rows, energies, temperatures, couplings
        self._whole = energies @ np.einsum("vts,kt->kvs", rows[0].astype(float), temperatures)

    def estimate(self, g):
        """Return the estimate, (t, e)."""
        return self._whole @ self.couplings(g)

    def every(self, g):
        """Return all rows, (t, 1 + r, e)."""
        placed = np.einsum("rvt,kt->krv", self.rows @ self.couplings(g), self.temperatures)
        return placed @ np.swapaxes(self.energies, 1, 2)


class MeshEvaluator:
    """n(T, E) at temperatures (t,) and energies (t, e) of a density.atlas.Atlas, as a function of g = J0/h0 alone.

    It is Atlas.density, with all that does not depend on g computed once. Raises ValueError outside of the atlas.
    """

    def __init__(self, atlas, T_K, E_K, h0_K):
        self.atlas, self.h0_K = atlas, h0_K
        atlas.check(T_K, 0.0, h0_K)
        self.T, self.E = np.asarray(T_K, dtype=float) / h0_K, np.asarray(E_K, dtype=float) / h0_K
        coefficients, excess = atlas.coefficient_rows
        T = self.T[:, None]
        self._parts = [_SplineTerm(coefficients, spline.energy_basis(self.E, T), spline.basis_T_and_g(self.T, 0.0)[0], _place)]
        if excess is not None:
            of = annealing_excess.energy_basis(self.E, T), annealing_excess.temperature_basis(self.T)
            self._parts.append(_SplineTerm(-excess, *of, annealing_excess.coupling_basis))

    def n(self, g, jackknife=False):
        """Return n (t, e) per kelvin and lattice site at the coupling ``g``; with ``jackknife`` the rows (1 + r, t, e)."""
        self.atlas.check(self.T[:1] * self.h0_K, g * self.h0_K, self.h0_K)
        if not jackknife:
            return self._of(sum(part.estimate(g) for part in self._parts), g)
        return np.swapaxes(self._of(sum(part.every(g) for part in self._parts), g), 0, 1)

    def _of(self, ln_ratio, g):
        metadata = self.atlas.metadata
        gaussian = spline.ln_gaussian(self.E, g, metadata["concentration"], metadata["spread"])
        return np.exp(ln_ratio + (gaussian if ln_ratio.ndim == 2 else gaussian[:, None])) / self.h0_K
