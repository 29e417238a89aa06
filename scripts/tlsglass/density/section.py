"""n(T, E) of the atlas on a fixed mesh, for one coupling after another: what a fit asks for hundreds of times."""

import numpy as np

from tlsglass.density import surface


class Section:
    """n(T, E) at temperatures (t,) and energies (t, e) of a density.atlas.Atlas, as a function of g = J0/h0 alone.

    It is Atlas.density, with all that does not depend on g computed once. Raises ValueError outside of the atlas.
    """

    def __init__(self, atlas, T_K, E_K, h0_K):
        self.atlas, self.h0_K = atlas, h0_K
        atlas.check(T_K, 0.0, h0_K)
        self.T, self.E = np.asarray(T_K, dtype=float) / h0_K, np.asarray(E_K, dtype=float) / h0_K
        self._basis = surface.energy_basis(self.E, self.T[:, None])
        self._tau = surface.place(self.T, 0.0)[0]
        self._estimate = self._basis @ np.einsum("vts,kt->kvs", atlas.arrays["spline"][0].astype(float), self._tau)

    def n(self, g):
        """Return n (t, e) per kelvin and lattice site at the coupling ``g``."""
        self.atlas.check(self.T[:1] * self.h0_K, g * self.h0_K, self.h0_K)
        return self._of(self._estimate @ surface.place(1.0, g)[1], g)

    def rows(self, g):
        """Return n with its errors, the rows (1 + r, t, e) of base.samples.Samples."""
        self.atlas.check(self.T[:1] * self.h0_K, g * self.h0_K, self.h0_K)
        placed = np.einsum("rvt,kt->krv", self.atlas.arrays["spline"] @ surface.place(1.0, g)[1], self._tau)
        return np.swapaxes(self._of(placed @ np.swapaxes(self._basis, 1, 2), g), 0, 1)

    def _of(self, spline, g):
        told = self.atlas.told
        gaussian = surface.ln_gaussian(self.E, g, told["concentration"], told["spread"])
        return np.exp(spline + (gaussian if spline.ndim == 2 else gaussian[:, None])) / self.h0_K
