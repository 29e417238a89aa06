"""What is measured at fixed temperatures, as a function of J0/h0 on the atlas: Eqs. (5)-(8) as a fit needs them, many times.

The numbers are those of ``physics.atlas``. Amplitudes belong to n at a reference: ``Curves.reference`` is n(T, E) at T = E =
1 K/√2, where Eq. (3) has n = B; and κ and C are told in units of what they are at 1 K. (For h0 so small that 1 K is beyond the
atlas, its highest temperature takes the place of 1 K.) Temperatures and energies in kelvin, frequencies in Hz, A in Hz/K³.
"""

from functools import lru_cache

import numpy as np

from tlsglass.atlas import api
from tlsglass.atlas.mesh_evaluator import MeshEvaluator
from tlsglass.atlas.table import shipped_atlas
from tlsglass.physics import kernels, microwave

NEAR_T = 90.0  # energies up to here, in T, count in what is weighted with 1/cosh²(E/2T)
_T_PV, _STEP_PV = 0.3 * (np.arange(56) + 0.5), 0.3


class AtlasObservables:
    """The observables at ``T_K`` (t,) as functions of g = J0/h0, for one ``h0_K``; raises ValueError outside of the atlas.

    All take g, and ``jackknife=True`` for the rows (1 + r, t) of base.samples.Samples in the place of the estimate (t,).
    """

    def __init__(self, T_K, h0_K=api.H0_K, atlas=None):
        self.atlas, self.h0_K = atlas or shipped_atlas(), h0_K
        highest = self.atlas.limits["T"][1] * h0_K
        self.T_reference = min(1.0, highest)
        self.T_K = np.append(np.asarray(T_K, dtype=float), self.T_reference)  # the last is the reference
        self._found = lru_cache(maxsize=32)(self._n)
        self._weighed = lru_cache(maxsize=64)(self._near_kernel)  # a grid of starts takes all A for one g after another
        self._sections = {}

    # ---- n on the meshes -------------------------------------------------------------------------------------------

    def _mesh(self, kind):
        """Return energies, their weights (t + 1, e), and the Section of a mesh: "all" energies, "phonons" of Eq. (5), the
        "reference", or those of a frequency's principal value (a number, in kelvin)."""
        if kind == "reference" and kind not in self._sections:
            at = np.array([self.T_reference / np.sqrt(2)])
            self._sections[kind] = at[:, None], None, MeshEvaluator(self.atlas, at, at[:, None], self.h0_K)
        if kind not in self._sections:
            if kind in ("all", "phonons"):
                highest = np.full(len(self.T_K), api.MAX_ENERGY_H0 * self.h0_K)
                if kind == "phonons":
                    highest = np.minimum(api.PHONONS_T * self.T_K, api.PHONONS_H0 * self.h0_K)
                E, weight = _energies(self.T_K, highest)
            else:
                E = np.tile(kind * np.exp(np.concatenate([_T_PV, -_T_PV])), (len(self.T_K), 1))
                weight = np.tile(np.concatenate([1 / np.sinh(_T_PV), -1 / np.sinh(_T_PV)]) * _STEP_PV, (len(self.T_K), 1))
            self._sections[kind] = E, weight, MeshEvaluator(self.atlas, self.T_K, E, self.h0_K)
        return self._sections[kind]

    def _n(self, kind, g, jackknife):
        section = self._mesh(kind)[2]
        return section.n(g, jackknife)

    def _sum(self, kind, g, jackknife, kernel):
        """Return Σ_e n · ``kernel`` (t + 1, e), which holds the weights."""
        return np.sum(self._found(kind, float(g), jackknife) * kernel, axis=-1)

    # ---- observables -----------------------------------------------------------------------------------------------

    def reference(self, g, jackknife=False):
        """Return n (1,) or (1 + r, 1) at T = E = 1 K/√2."""
        return self._found("reference", float(g), jackknife)[..., 0]

    def specific_heat(self, g, jackknife=False):
        """Return C of Eq. (6) in units of C(1 K)."""
        E, weight, _ = self._mesh("all")
        found = self._sum("all", g, jackknife, self._kernel("heat", lambda T: weight * kernels.specific_heat_kernel(E, T)))
        return found[..., :-1] / found[..., -1:] * self.T_reference

    def thermal_conductivity(self, g, jackknife=False):
        """Return κ of Eq. (5) in units of κ(1 K)."""
        E, weight, _ = self._mesh("phonons")
        kernel = self._kernel("phonons", lambda T: weight * T * kernels.phonon_kernel(E / T))
        found = np.sum(kernel / self._found("phonons", float(g), jackknife), axis=-1)
        return found[..., :-1] / found[..., -1:] * self.T_reference**2

    def resonant(self, g, jackknife=False):
        """Return δv_res/v of Eq. (7), for P0γ²/ρv² = 1 of the reference."""
        E, weight, _ = self._mesh("all")
        found = self._sum("all", g, jackknife, self._kernel("resonant", lambda T: weight * kernels.resonant_kernel(E, T)))
        return -found[..., :-1] / self.reference(g, jackknife)

    def relaxation(self, g, omega, A, jackknife=False):
        """Return δv_rel/v of Eq. (8), for P0γ²/ρv² = 1 of the reference."""
        return -self._near(g, omega, A, jackknife, kernels.relaxation_kernel)

    def internal_friction(self, g, omega, A, jackknife=False):
        """Return Q⁻¹ of relaxing TLSs, for P0γ²/ρv² = 1 of the reference."""
        return self._near(g, omega, A, jackknife, kernels.friction_kernel)

    def sound_velocity(self, g, omega, A, jackknife=False):
        """Return δv/v of Eqs. (7) + (8), for P0γ²/ρv² = 1 of the reference."""
        return self.resonant(g, jackknife) + self.relaxation(g, omega, A, jackknife)

    def resonant_at_frequency(self, g, frequency_Hz, jackknife=False):
        """Return Eq. (7) with 1/E -> E/(E² - (hf)²), principal value, for P0γ²/ρv² = 1 of the reference.

        As in ``microwave.resonant_at_frequency_eq3``, it is ``resonant`` minus ε/2 ∫_0^∞ dt (F(ε e^t) - F(ε e^-t))/sinh t,
        with F = n tanh(E/2T)/E and ε = hf.
        """
        quantum = microwave.HERTZ_K * frequency_Hz
        E, weight, _ = self._mesh(quantum)
        kernel = self._kernel(quantum, lambda T: 0.5 * quantum * weight * kernels.resonant_kernel(E, T))
        added = self._sum(quantum, g, jackknife, kernel)[..., :-1]
        return self.resonant(g, jackknife) - added / self.reference(g, jackknife)

    def density_at_energy(self, g, E_K, jackknife=False):
        """Return n(T, E) at one energy in units of the reference: what absorbs resonantly at hf = ``E_K``."""
        key = "energy", float(E_K)
        if key not in self._sections:
            E = np.full((len(self.T_K), 1), float(E_K))
            self._sections[key] = E, None, MeshEvaluator(self.atlas, self.T_K, E, self.h0_K)
        return self._found(key, float(g), jackknife)[..., :-1, 0] / self.reference(g, jackknife)

    def _near(self, g, omega, A, jackknife, kernel):
        """Return ∫ dE n · ``kernel``(E, T, ω, A) where it is weighted with 1/cosh²(E/2T)."""
        near, weighed = self._weighed(kernel, float(omega), float(A))
        found = np.sum(self._found("all", float(g), jackknife)[..., :near] * weighed, axis=-1)
        return found[..., :-1] / self.reference(g, jackknife)

    def _near_kernel(self, kernel, omega, A):
        """Return how many energies count, from the lowest, and the kernel with the weights at these."""
        E, weight, _ = self._mesh("all")
        near = int(np.sum(np.min(E / self.T_K[:, None], axis=0) < NEAR_T))
        with np.errstate(under="ignore"):
            return near, weight[:, :near] * kernel(E[:, :near], self.T_K[:, None], omega, A)

    def _kernel(self, name, of):
        """Return ``of``(T) (t + 1, e), computed once."""
        key = "kernel", name
        if key not in self._sections:
            self._sections[key] = of(self.T_K[:, None])
        return self._sections[key]


def _energies(T_K, highest_K):
    """Return the nodes and weights (t, e) of physics.atlas, up to ``highest_K`` (t,), with as many at every temperature."""
    steps = int(np.ceil(2 * np.max(np.log(highest_K / (1e-3 * T_K)))))
    breaks = np.array([np.append(0.0, np.geomspace(1e-3 * T, end, steps)) for T, end in zip(T_K, highest_K, strict=True)])
    x, w = np.polynomial.legendre.leggauss(6)
    half = 0.5 * np.diff(breaks, axis=1)[..., None]
    nodes = breaks[:, :-1, None] + half * (1 + x)
    return nodes.reshape(len(T_K), -1), (half * w).reshape(len(T_K), -1)
