"""n(T, E) and the observables that follow from it at any J0/h0, from the atlas that is part of the package.

Energies and temperatures are in kelvin (k_B = 1). Errors include those of the simulations, of the interpolation between
simulated couplings, and of the corrections from annealing to equilibrium and from a finite lattice to the infinite one;
docs/atlas.md describes how they were validated. Every function that takes temperatures accepts one or an array (t,), and one
J0, and returns a JackknifeEstimate, whose ``value`` and ``error`` have the shape of the temperatures. Nothing is extrapolated:
outside of ``limits`` all functions raise ValueError.
``atlas`` is an atlas.table.Atlas; by default it is the one that is part of the package, of independent normal factors c_ij.
``interaction`` names another one of ``interactions``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from tlsglass.atlas import evaluator, shipped
from tlsglass.atlas.table import Atlas, shipped_atlas
from tlsglass.base import jackknife
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray
from tlsglass.dos.fits import EQ3_WINDOW_T, Eq3Fit, eq3_covariate
from tlsglass.model.parameters import H0_K
from tlsglass.physics import kernels, temperature_fits

EQ3_POINTS = 40  # energies at which n is fitted by ``eq3``


def interactions() -> list[str]:
    """Return the names of all interactions of which an atlas is part of the package; docs/interactions.md explains them."""
    return shipped.interaction_names()


def annealed(L: float = 12, interaction: str | None = None) -> Atlas:
    """Return the atlas of annealed lattices, to be passed as ``atlas``, for comparison with the paper.

    It is not corrected for what annealing leaves out of equilibrium at low energies.

    Parameters
    ----------
    L
        Size of the lattices. At the default, 12, n is fitted to what was simulated; other sizes, up to ``math.inf``, follow
        from the size term.
    interaction
        Name of the interaction, by default "gaussian".
    """
    return shipped_atlas(interaction).annealed(L)


def limits(h0_K: float = H0_K, atlas: Atlas | None = None, interaction: str | None = None) -> dict[str, tuple[float, float]]:
    """Return the domain of the atlas in kelvin.

    Parameters
    ----------
    h0_K
        Typical random field h0 in kelvin.
    atlas, interaction
        Either an atlas, or the name of the interaction of an atlas of the package, "gaussian" by default.

    Returns
    -------
    dict
        ``{"T": (lowest, highest), "J0": (lowest, highest)}``. E may be any energy >= 0.
    """
    return {name: (low * h0_K, high * h0_K) for name, (low, high) in _choose_atlas(atlas, interaction).limits.items()}


def density(
    E_K: npt.ArrayLike,
    T_K: npt.ArrayLike,
    J0_K: npt.ArrayLike,
    h0_K: float = H0_K,
    atlas: Atlas | None = None,
    interaction: str | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return the density of states n(T, E) and its standard error.

    Parameters
    ----------
    E_K
        Excitation energies in kelvin.
    T_K
        Temperatures in kelvin.
    J0_K
        Typical interaction of neighboring TLSs in kelvin. E, T and J0 broadcast.
    h0_K
        Typical random field h0 in kelvin.
    atlas, interaction
        Either an atlas, or the name of the interaction of an atlas of the package, "gaussian" by default.

    Returns
    -------
    n, error : ndarray
        Per kelvin and lattice site, in the shape to which E, T and J0 broadcast.

    Raises
    ------
    ValueError
        If E < 0, or if T or J0 is outside of ``limits``.

    Examples
    --------
    >>> from tlsglass import atlas
    >>> n, error = atlas.density(E_K=[0.1, 1, 5], T_K=0.3, J0_K=2.7)
    >>> n.shape, error.shape
    ((3,), (3,))
    """
    n = density_estimate(E_K, T_K, J0_K, h0_K, atlas, interaction)
    return n.value, n.error


def density_estimate(
    E_K: npt.ArrayLike,
    T_K: npt.ArrayLike,
    J0_K: npt.ArrayLike,
    h0_K: float = H0_K,
    atlas: Atlas | None = None,
    interaction: str | None = None,
) -> JackknifeEstimate:
    """Return n(T, E) as ``density`` does, as a JackknifeEstimate: functions of it have errors, too."""
    return _choose_atlas(atlas, interaction).density(E_K, T_K, J0_K, h0_K)


def specific_heat(
    T_K: npt.ArrayLike, J0_K: float, h0_K: float = H0_K, atlas: Atlas | None = None, interaction: str | None = None
) -> JackknifeEstimate:
    """Return the specific heat C(T) of TLSs per lattice site (k_B = 1), the integral over ``kernels.specific_heat_kernel``.

    Parameters
    ----------
    T_K, J0_K, h0_K
        Temperatures, typical interaction of neighboring TLSs and typical random field, in kelvin.
    atlas, interaction
        Either an atlas, or the name of the interaction of an atlas of the package, "gaussian" by default.

    Examples
    --------
    >>> from tlsglass import atlas
    >>> C = atlas.specific_heat([0.1, 0.3, 1], J0_K=2.7)
    >>> C.value.shape, C.error.shape
    ((3,), (3,))
    """
    return _integrate(kernels.specific_heat_kernel, T_K, J0_K, h0_K, atlas, interaction)


def dynamic_specific_heat(
    T_K: npt.ArrayLike,
    J0_K: float,
    time_s: float,
    A: float,
    h0_K: float = H0_K,
    atlas: Atlas | None = None,
    interaction: str | None = None,
) -> JackknifeEstimate:
    """Return L0 times the specific heat C(T, t) per lattice site (k_B = 1) of the TLSs that relax within a time.

    Parameters
    ----------
    T_K, J0_K
        Temperatures, and typical interaction of neighboring TLSs, in kelvin.
    time_s
        Duration t of the heat pulse, in seconds.
    A
        Prefactor of the TLS relaxation rate A E³ coth(E/2T), in 1/s per K³. Only A t matters.
    h0_K
        Typical random field h0 in kelvin.
    atlas, interaction
        Either an atlas, or the name of the interaction of an atlas of the package, "gaussian" by default.
    """

    def at_temperature(T: float) -> JackknifeEstimate:
        E, weight = kernels.dynamic_nodes(T, time_s, A)
        weighted: FloatArray = weight * kernels.dynamic_specific_heat_kernel(E, T, time_s, A)
        return density_estimate(E, T, J0_K, h0_K, atlas, interaction) @ weighted

    return _for_each(at_temperature, T_K)


def sound_velocity(
    T_K: npt.ArrayLike,
    J0_K: float,
    omega: float,
    A: float,
    h0_K: float = H0_K,
    atlas: Atlas | None = None,
    interaction: str | None = None,
) -> JackknifeEstimate:
    """Return the change of the sound velocity δv/v in units of γ²/(L0 ρv²).

    It is the integral of n over ``kernels.resonant_kernel`` and ``kernels.relaxation_kernel``.

    Parameters
    ----------
    T_K, J0_K
        Temperatures, and typical interaction of neighboring TLSs, in kelvin.
    omega
        Frequency ω in Hz.
    A
        Prefactor of the TLS relaxation rate A E³ coth(E/2T), in Hz/K³. Only ω/A matters.
    h0_K
        Typical random field h0 in kelvin.
    atlas, interaction
        Either an atlas, or the name of the interaction of an atlas of the package, "gaussian" by default.
    """

    def kernel(E: FloatArray, T: float) -> FloatArray:
        return kernels.resonant_kernel(E, T) + kernels.relaxation_kernel(E, T, omega, A)

    return _integrate(kernel, T_K, J0_K, h0_K, atlas, interaction)


def internal_friction(
    T_K: npt.ArrayLike,
    J0_K: float,
    omega: float,
    A: float,
    h0_K: float = H0_K,
    atlas: Atlas | None = None,
    interaction: str | None = None,
) -> JackknifeEstimate:
    """Return the internal friction Q⁻¹ of relaxing TLSs in units of γ²/(L0 ρv²).

    Parameters
    ----------
    T_K, J0_K
        Temperatures, and typical interaction of neighboring TLSs, in kelvin.
    omega
        Frequency ω in Hz.
    A
        Prefactor of the TLS relaxation rate A E³ coth(E/2T), in Hz/K³. Only ω/A matters.
    h0_K
        Typical random field h0 in kelvin.
    atlas, interaction
        Either an atlas, or the name of the interaction of an atlas of the package, "gaussian" by default.
    """
    return _integrate(lambda E, T: kernels.friction_kernel(E, T, omega, A), T_K, J0_K, h0_K, atlas, interaction)


def thermal_conductivity(
    T_K: npt.ArrayLike, J0_K: float, h0_K: float = H0_K, atlas: Atlas | None = None, interaction: str | None = None
) -> JackknifeEstimate:
    """Return the thermal conductivity κ(T) in units of the paper's prefactor.

    It is T times the integral of ``kernels.thermal_conductivity_kernel`` / n.

    Parameters
    ----------
    T_K, J0_K, h0_K
        Temperatures, typical interaction of neighboring TLSs and typical random field, in kelvin.
    atlas, interaction
        Either an atlas, or the name of the interaction of an atlas of the package, "gaussian" by default.
    """

    def at_temperature(T: float) -> JackknifeEstimate:
        E, weight = (array[0] for array in evaluator.phonon_energies(np.array([T]), h0_K))
        weighted: FloatArray = weight * kernels.thermal_conductivity_kernel(E, T)
        return density_estimate(E, T, J0_K, h0_K, atlas, interaction) ** -1.0 @ weighted

    return _for_each(at_temperature, T_K)


def eq3(
    T_K: npt.ArrayLike,
    J0_K: float,
    h0_K: float = H0_K,
    window_T: float = EQ3_WINDOW_T,
    atlas: Atlas | None = None,
    interaction: str | None = None,
) -> Eq3Fit:
    """Fit B (T² + E²)^(µ/2), Eq. (3), to n(T, E) on 0 < E < ``window_T``·T.

    Energies are weighted as counts would be, as in Table II.

    Parameters
    ----------
    T_K, J0_K, h0_K
        Temperatures, typical interaction of neighboring TLSs and typical random field, in kelvin.
    window_T
        Upper end of the fit in units of T.
    atlas, interaction
        Either an atlas, or the name of the interaction of an atlas of the package, "gaussian" by default.

    Returns
    -------
    Eq3Fit
        ``B``, which is n at T² + E² = 1 K² per kelvin and lattice site, and ``mu``; ``chi2_per_dof`` is NaN.
    """

    def at_temperature(T: float) -> tuple[JackknifeEstimate, JackknifeEstimate]:
        E = window_T * T * (np.arange(EQ3_POINTS) + 0.5) / EQ3_POINTS
        n = density_estimate(E, T, J0_K, h0_K, atlas, interaction)
        ln_n: JackknifeEstimate = np.log(n)
        x, weight = eq3_covariate(E, T), n.value / n.value.sum()
        center = x @ weight
        mu = ln_n @ (weight * (x - center)) / (weight @ (x - center) ** 2)
        return ln_n @ weight - mu * center, mu

    ln_B, mu = zip(*(at_temperature(T) for T in _temperatures(T_K)), strict=True)
    return Eq3Fit(np.exp(_stack(ln_B, T_K)), _stack(mu, T_K), np.nan)


def alpha(
    J0_K: float,
    low_K: float = 0.1,
    high_K: float = 1.0,
    h0_K: float = H0_K,
    atlas: Atlas | None = None,
    interaction: str | None = None,
) -> JackknifeEstimate:
    """Return α of C ∝ T^(1+α), fitted between the temperatures ``low_K`` and ``high_K``."""
    T = np.geomspace(low_K, high_K, 12)
    return temperature_fits.fit_power_law(T, specific_heat(T, J0_K, h0_K, atlas, interaction), low_K, high_K).power - 1


def beta(
    J0_K: float,
    low_K: float = 0.1,
    high_K: float = 1.0,
    h0_K: float = H0_K,
    atlas: Atlas | None = None,
    interaction: str | None = None,
) -> JackknifeEstimate:
    """Return β of κ ∝ T^(2-β), fitted between the temperatures ``low_K`` and ``high_K``."""
    T = np.geomspace(low_K, high_K, 12)
    return 2 - temperature_fits.fit_power_law(T, thermal_conductivity(T, J0_K, h0_K, atlas, interaction), low_K, high_K).power


def slopes(
    J0_K: float,
    T0_K: float,
    below_K: tuple[float, float],
    above_K: tuple[float, float],
    h0_K: float = H0_K,
    atlas: Atlas | None = None,
    interaction: str | None = None,
) -> temperature_fits.Slopes:
    """Return the logarithmic slopes of δv/v below and above its maximum.

    Parameters
    ----------
    J0_K
        Typical interaction of neighboring TLSs in kelvin.
    T0_K
        Crossover temperature (ω/A)^(1/3), the only combination of ω and A that matters.
    below_K, above_K
        Ends of the two windows of temperatures.
    h0_K
        Typical random field h0 in kelvin.
    atlas, interaction
        Either an atlas, or the name of the interaction of an atlas of the package, "gaussian" by default.

    Returns
    -------
    Slopes
        Slopes in units of γ²/(L0 ρv²), their ratio above/below, and the temperature of the maximum.
    """
    windows = np.geomspace(*below_K, 5), np.geomspace(below_K[1], above_K[0], 13), np.geomspace(*above_K, 6)
    T: FloatArray = np.unique(np.round(np.concatenate(windows), 12))
    return temperature_fits.logarithmic_slopes(
        T, sound_velocity(T, J0_K, T0_K**3, 1.0, h0_K, atlas, interaction), below_K, above_K
    )


def _choose_atlas(atlas: Atlas | None, interaction: str | None) -> Atlas:
    """Return the atlas to evaluate. Raise ValueError for both arguments, and for an unknown interaction."""
    if atlas is not None and interaction is not None:
        raise ValueError(f"interaction {interaction!r}: goes with the atlas of the package, not with another one")
    return atlas if atlas is not None else shipped_atlas(interaction)


def _integrate(
    kernel: Callable[[FloatArray, float], FloatArray],
    T_K: npt.ArrayLike,
    J0_K: float,
    h0_K: float,
    atlas: Atlas | None,
    interaction: str | None,
) -> JackknifeEstimate:
    """Return ∫ dE n(T, E) ``kernel``(E, T) in the shape of ``T_K``."""

    def at_temperature(T: float) -> JackknifeEstimate:
        E, weight = (array[0] for array in evaluator.all_energies(np.array([T]), h0_K))
        weighted: FloatArray = weight * kernel(E, T)
        return density_estimate(E, T, J0_K, h0_K, atlas, interaction) @ weighted

    return _for_each(at_temperature, T_K)


def _temperatures(T_K: npt.ArrayLike) -> list[float]:
    return np.ravel(np.asarray(T_K, dtype=float)).tolist()


def _for_each(function: Callable[[float], JackknifeEstimate], T_K: npt.ArrayLike) -> JackknifeEstimate:
    """Return ``function`` of every temperature, in the shape of ``T_K``."""
    return _stack([function(T) for T in _temperatures(T_K)], T_K)


def _stack(values: Iterable[JackknifeEstimate], T_K: npt.ArrayLike) -> JackknifeEstimate:
    """Return estimates () of all temperatures in the shape of ``T_K``."""
    return JackknifeEstimate(jackknife.stack(values).rows.reshape(-1, *np.shape(T_K)))
