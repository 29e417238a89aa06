"""Observables at fixed temperatures as functions of J0/h0, optimized for repeated evaluation in a fit.

The values are those of ``atlas.api``. Amplitudes refer to a reference: acoustic and dielectric observables to n(T, E) at T = E
= 1 K/√2, where n = B in Eq. (3), and κ and C to their values at 1 K. If h0 is so small that 1 K is outside of the atlas, its
highest temperature replaces 1 K. Temperatures and energies are in kelvin, frequencies in Hz, A in Hz/K³.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from tlsglass.atlas import evaluator
from tlsglass.atlas.evaluator import MeshEvaluator
from tlsglass.atlas.table import Atlas, shipped_atlas
from tlsglass.base.cached_method import cache_method
from tlsglass.base.types import FloatArray, IntArray
from tlsglass.model.parameters import H0_K
from tlsglass.physics import kernels, microwave

MAX_RELAXATION_E_OVER_T = 90.0  # 1/cosh²(E/2T) vanishes above
PRINCIPAL_VALUE_STEPS = 56
LN_T_STEP = 0.02  # of a ``TemperatureGrid``, with which the error of an observable ∝ T² is 1e-7


class AtlasObservables:
    """Observables at temperatures (t,) as functions of g = J0/h0, for one h0.

    Parameters
    ----------
    T_K
        Temperatures (t,) in kelvin.
    h0_K
        Typical random field h0 in kelvin.
    atlas
        The atlas; by default the one that is part of the package.
    wider
        Observables of the same h0 and atlas at all of these temperatures and others, whose meshes are used again.

    Raises
    ------
    ValueError
        If temperatures or, later, g are outside of the atlas.

    Notes
    -----
    Every method returns the estimate (t,); with ``jackknife=True``, the rows (1 + r, t) of a JackknifeEstimate.
    """

    def __init__(
        self, T_K: npt.ArrayLike, h0_K: float = H0_K, atlas: Atlas | None = None, wider: AtlasObservables | None = None
    ) -> None:
        self.atlas, self.h0_K = atlas or shipped_atlas(), h0_K
        self.T_reference = min(1.0, self.atlas.limits["T"][1] * h0_K)
        self.T_K = np.append(np.asarray(T_K, dtype=float), self.T_reference)  # the last is the reference
        self._wider = wider
        self._principal_value = cache_method(self._principal_value_mesh, 8)
        self._single_energy = cache_method(self._single_energy_mesh, 8)
        self._dynamic = cache_method(self._dynamic_mesh, 8)
        self._release = cache_method(self._release_mesh, 8)

    # ---- meshes of energies -----------------------------------------------------------------------------------------

    @cached_property
    def _rows(self) -> IntArray:
        """Indices of the temperatures among those of the wider observables."""
        assert self._wider is not None
        order = np.argsort(self._wider.T_K[:-1], kind="stable")
        rows = order[np.searchsorted(self._wider.T_K[:-1], self.T_K[:-1], sorter=order)]
        return np.append(rows, len(self._wider.T_K) - 1)

    @cached_property
    def _all(self) -> MeshEvaluator:
        if self._wider is not None:
            return self._wider._all.at_rows(self._rows)
        E_K, weights = evaluator.all_energies(self.T_K, self.h0_K)
        return MeshEvaluator(self.atlas, self.T_K, E_K, self.h0_K, weights)

    @cached_property
    def _phonons(self) -> MeshEvaluator:
        if self._wider is not None:
            return self._wider._phonons.at_rows(self._rows)
        E_K, weights = evaluator.phonon_energies(self.T_K, self.h0_K)
        return MeshEvaluator(self.atlas, self.T_K, E_K, self.h0_K, weights)

    @cached_property
    def _reference(self) -> MeshEvaluator:
        T_K = np.array([self.T_reference / np.sqrt(2)])
        return MeshEvaluator(self.atlas, T_K, T_K[:, None], self.h0_K)

    def _principal_value_mesh(self, quantum_K: float) -> MeshEvaluator:
        if self._wider is not None:
            return self._wider._principal_value(quantum_K).at_rows(self._rows)
        t = microwave.principal_value_nodes(PRINCIPAL_VALUE_STEPS)
        E_K = np.tile(quantum_K * np.exp(np.concatenate([t, -t])), (len(self.T_K), 1))
        weights = np.concatenate([1 / np.sinh(t), -1 / np.sinh(t)]) * microwave.PRINCIPAL_VALUE_STEP
        return MeshEvaluator(self.atlas, self.T_K, E_K, self.h0_K, 0.5 * quantum_K * weights)

    @cached_property
    def _distinct(self) -> tuple[FloatArray, IntArray]:
        """Distinct temperatures, and the index of each of ``T_K`` among them: sweeps of the power repeat temperatures."""
        T_K, index = np.unique(self.T_K, return_inverse=True)
        return T_K, index

    def _single_energy_mesh(self, E_K: float) -> MeshEvaluator:
        T_K, _ = self._distinct
        return MeshEvaluator(self.atlas, T_K, np.full((len(T_K), 1), E_K), self.h0_K)

    def _dynamic_mesh(self, time_s: tuple[float, ...] | float, reference_s: float, A: float, dimension: float) -> MeshEvaluator:
        """Return the mesh whose weights contain ``kernels.dynamic_specific_heat_kernel``."""
        times = np.append(np.broadcast_to(time_s, len(self.T_K) - 1), reference_s)
        E_K, weights = kernels.dynamic_nodes(self.T_K, times, A, dimension)
        kernel = kernels.dynamic_specific_heat_kernel(E_K, self.T_K[:, None], times[:, None], A, dimension)
        return MeshEvaluator(self.atlas, self.T_K, E_K, self.h0_K, weights * kernel)

    def _release_mesh(self, final_K: float, time_s: tuple[float, ...] | float, A: float, dimension: float) -> MeshEvaluator:
        """Return the mesh at the temperature after cooling, whose weights contain ``kernels.heat_release_kernel``.

        ASSUME: below the lowest temperature of the atlas n changes only at energies that hardly contribute.
        """
        T1 = self.T_K[:-1]
        times = np.broadcast_to(time_s, len(T1))[:, None]
        E_K, weights = kernels.release_nodes(T1)
        kernel = kernels.heat_release_kernel(E_K, T1[:, None], final_K, times, A, dimension)
        final = np.full(len(T1), max(final_K, self.atlas.limits["T"][0] * self.h0_K))
        return MeshEvaluator(self.atlas, final, E_K, self.h0_K, weights * kernel / times)

    # ---- observables -------------------------------------------------------------------------------------------------

    def reference(self, g: float, jackknife: bool = False) -> FloatArray:
        """Return n (1,) or (1 + r, 1) at T = E = 1 K/√2, per kelvin and lattice site."""
        return self._reference.n(float(g), jackknife)[..., 0]

    def specific_heat(self, g: float, jackknife: bool = False) -> FloatArray:
        """Return C in units of C(1 K), the integral over ``kernels.specific_heat_kernel``."""
        C = self._all.integrate(kernels.specific_heat_kernel, float(g), jackknife)
        return C[..., :-1] / C[..., -1:] * self.T_reference

    def dynamic_specific_heat(
        self,
        g: float,
        time_s: tuple[float, ...] | float,
        reference_s: float,
        A: float,
        dimension: float = 3.0,
        jackknife: bool = False,
    ) -> FloatArray:
        """Return C after ``time_s``, one for all or one for each temperature, in units of C(1 K) after ``reference_s``.

        The integral over ``kernels.dynamic_specific_heat_kernel``.
        """
        mesh = self._dynamic(time_s, reference_s, A, dimension)
        C = mesh.integrate_weights(float(g), jackknife)
        return C[..., :-1] / C[..., -1:] * self.T_reference

    def active_tls(self, g: float, jackknife: bool = False) -> FloatArray:
        """Return the density of thermally active TLSs in units of that at 1 K, over ``kernels.active_tls_kernel``."""
        active = self._all.integrate(kernels.active_tls_kernel, float(g), jackknife, max_E_over_T=MAX_RELAXATION_E_OVER_T)
        return active[..., :-1] / active[..., -1:] * self.T_reference

    def heat_release(
        self,
        g: float,
        final_K: float,
        time_s: tuple[float, ...] | float,
        A: float,
        dimension: float = 3.0,
        jackknife: bool = False,
    ) -> FloatArray:
        """Return the power at ``time_s`` after cooling to ``final_K``, the integral over ``kernels.heat_release_kernel``.

        It is that of ``eq3.heat_release`` for n = 1 of the reference.
        """
        mesh = self._release(final_K, time_s, A, dimension)
        return mesh.integrate_weights(float(g), jackknife) / self.reference(g, jackknife)

    def thermal_conductivity(self, g: float, jackknife: bool = False, boundary: float = 0.0) -> FloatArray:
        """Return κ in units of κ(1 K) without ``boundary``, which is as in ``eq3.thermal_conductivity``.

        The integral of 1/n over ``kernels.thermal_conductivity_kernel``.
        """
        kappa = self._phonons.integrate_inverse(kernels.thermal_conductivity_kernel, float(g), jackknife)
        at_reference = kappa[..., -1:]
        if boundary:
            scaled = boundary * self.reference(g, jackknife)[..., None]
            kappa = self._phonons.integrate_inverse(kernels.thermal_conductivity_kernel, float(g), jackknife, scaled)
        return kappa[..., :-1] / at_reference * self.T_reference**2

    def resonant(self, g: float, jackknife: bool = False) -> FloatArray:
        """Return δv_res/v for P0γ²/ρv² = 1 of the reference, the integral over ``kernels.resonant_kernel``."""
        shift = self._all.integrate(kernels.resonant_kernel, float(g), jackknife)
        return shift[..., :-1] / self.reference(g, jackknife)

    def relaxation(self, g: float, omega: float, A: float, jackknife: bool = False, dimension: float = 3.0) -> FloatArray:
        """Return δv_rel/v for P0γ²/ρv² = 1 of the reference, the integral over ``kernels.relaxation_kernel``."""
        return self._relaxational(kernels.relaxation_kernel, g, omega, A, jackknife, dimension)

    def internal_friction(
        self, g: float, omega: float, A: float, jackknife: bool = False, dimension: float = 3.0
    ) -> FloatArray:
        """Return Q⁻¹ of relaxing TLSs for P0γ²/ρv² = 1 of the reference, the integral over ``kernels.friction_kernel``."""
        return self._relaxational(kernels.friction_kernel, g, omega, A, jackknife, dimension)

    def _relaxational(
        self, kernel: Callable[..., FloatArray], g: float, omega: float, A: float, jackknife: bool, dimension: float
    ) -> FloatArray:
        parameters = float(omega), float(A), float(dimension)
        integral = self._all.integrate(kernel, float(g), jackknife, *parameters, max_E_over_T=MAX_RELAXATION_E_OVER_T)
        return integral[..., :-1] / self.reference(g, jackknife)

    def sound_velocity(self, g: float, omega: float, A: float, jackknife: bool = False, dimension: float = 3.0) -> FloatArray:
        """Return δv/v = ``resonant`` + ``relaxation`` for P0γ²/ρv² = 1 of the reference."""
        return self.resonant(g, jackknife) + self.relaxation(g, omega, A, jackknife, dimension)

    def resonant_at_frequency(self, g: float, frequency_Hz: float, jackknife: bool = False) -> FloatArray:
        """Return ``resonant`` at a finite frequency (see ``microwave.principal_value_nodes``), a shift δf/f."""
        mesh = self._principal_value(microwave.HERTZ_K * frequency_Hz)
        change = mesh.integrate(kernels.resonant_kernel, float(g), jackknife)
        return self.resonant(g, jackknife) + change[..., :-1] / self.reference(g, jackknife)

    def resonant_loss(self, g: float, frequency_Hz: float, jackknife: bool = False) -> FloatArray:
        """Return 1/Q of resonant absorption at weak drive in units of F tan δ, as ``microwave.resonant_loss_eq3``."""
        difference = kernels.population_difference(microwave.HERTZ_K * frequency_Hz / self.T_K[:-1])
        return self.density_at_frequency(g, frequency_Hz, jackknife) * difference

    def density_at_frequency(self, g: float, frequency_Hz: float, jackknife: bool = False) -> FloatArray:
        """Return n(T, hf) in units of that of the reference."""
        n = self._single_energy(microwave.HERTZ_K * frequency_Hz).n(float(g), jackknife)[..., 0]
        _, index = self._distinct
        return n[..., index[:-1]] / self.reference(g, jackknife)


OBSERVABLES = tuple(name for name, member in vars(AtlasObservables).items() if callable(member) and not name.startswith("_"))


class TemperatureGrid:
    """Observables on a grid of ln T that spans some temperatures, from which those at many temperatures are interpolated.

    Meshes of energies at all of these temperatures would need more memory and time.
    """

    def __init__(self, T_K: FloatArray, h0_K: float, atlas: Atlas) -> None:
        nodes_K = np.geomspace(T_K.min(), T_K.max(), grid_size(T_K))
        self._ln_T = np.log(nodes_K)
        self.observables = AtlasObservables(nodes_K, h0_K, atlas)

    def contains(self, T_K: FloatArray) -> bool:
        """Return whether all temperatures lie on the grid."""
        return bool(self.observables.T_K[0] <= T_K.min() and T_K.max() <= self.observables.T_K[-2])

    def at(self, T_K: FloatArray) -> AtlasObservables:
        """Return observables at temperatures (t,) on the grid, whose methods interpolate by cubic polynomials in ln T."""
        x = (np.log(T_K) - self._ln_T[0]) / (self._ln_T[1] - self._ln_T[0])
        start = np.clip(x.astype(int) - 1, 0, len(self._ln_T) - 4)
        u = x - start
        weights = (  # of Lagrange, for the nodes at u = 0, 1, 2 and 3
            -(u - 1) * (u - 2) * (u - 3) / 6,
            u * (u - 2) * (u - 3) / 2,
            -u * (u - 1) * (u - 3) / 2,
            u * (u - 1) * (u - 2) / 6,
        )

        def interpolate(name: str, *args: Any, **keywords: Any) -> FloatArray:
            values = getattr(self.observables, name)(*args, **keywords)
            is_positive = bool(np.all(values > 0))  # the logarithms of powers of T are linear
            values = np.log(values) if is_positive else values
            interpolated: FloatArray = sum(weight * values[..., start + k] for k, weight in enumerate(weights))
            return np.exp(interpolated) if is_positive else interpolated

        observables = AtlasObservables(T_K, self.observables.h0_K, self.observables.atlas)
        for name in OBSERVABLES:
            if name != "reference":  # which does not depend on the temperature
                setattr(observables, name, partial(interpolate, name))
        return observables


def grid_size(T_K: FloatArray) -> int:
    """Return the number of temperatures of a ``TemperatureGrid``."""
    return max(4, 1 + int(np.ceil(np.log(T_K.max() / T_K.min()) / LN_T_STEP)))
