"""The two-TLS model: energy scales (Table I), the dipolar gap, and the interaction constants of Appendix C."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import constants

from tlsglass.base.types import FloatArray, FloatOrArray
from tlsglass.model.moments import Moments, dipolar_factor, elastic_factor, mean_abs_bilinear

EV_K = constants.e / constants.k  # 1 eV in kelvin
DEBYE = 1e-21 / constants.c  # 1 D in C m


@dataclass(frozen=True)
class Material:
    """The material parameters behind Table I."""

    gamma_w_eV: float  # coupling of a weakly interacting (τ) TLS to strain
    g: float  # γ_w / γ_s
    density_kg_m3: float
    velocity_m_s: float
    R0_nm: float  # typical distance between neighboring TLSs
    dipole_D: float


def energy_scales(material: Material) -> dict[str, float]:
    """Return the typical energies of Table I in kelvin, Eq. (10) and Eq. (11) at R = R0 with c_i = c_ij = 1."""
    stiffness = material.density_kg_m3 * material.velocity_m_s**2 * (material.R0_nm * 1e-9) ** 3 / constants.k
    weak = material.gamma_w_eV * EV_K
    strong = weak / material.g
    dipole = (material.dipole_D * DEBYE) ** 2 / (4 * np.pi * constants.epsilon_0) / constants.k
    return {
        "defects_K": strong**2 / stiffness,
        "h0_K": strong * weak / stiffness,
        "J0_elastic_K": weak**2 / stiffness,
        "J0_dipolar_K": dipole / (material.R0_nm * 1e-9) ** 3,
    }


PRINTED_STRENGTH = 2 * np.pi / 3  # c n0 h0 of ``dipolar_gap`` as printed: c = 2π/3 and n0 = 1/h0, lengths in R0


def pair_stability_strength(concentration: float) -> float:
    """Return c n0 h0 of ``dipolar_gap`` from the stability against pair flips, to lowest order in J0/h0.

    Flipping i and j together costs E_i + E_j + 4 J_ij s_i s_j, and half of all pairs have J_ij s_i s_j < 0. A TLS of energy E
    has no partner of energy E' with R³ < 4 |c_ij| J0/(E + E') in half of the pairs, so that n(E) = n0 exp(-∫ n(E') dE' V) with
    V = (1/2) (4π/3) 4 ⟨|c_ij|⟩ J0/(E + E'). For weak coupling this is the dipolar gap with c = (8π/3) ⟨|c_ij|⟩. With
    ⟨|c_ij|⟩ = sqrt(2/π) and n0 = x/(sqrt(2π) h0), the density of E = 2|h| at E = 0 per lattice site, it is 8x/3.
    """
    c = 8 * np.pi / 3 * np.sqrt(2 / np.pi)
    return float(c * concentration / np.sqrt(2 * np.pi))


def dipolar_gap(E_K: FloatOrArray, h0_K: float, J0_K: float, strength: float = PRINTED_STRENGTH) -> FloatArray:
    """Return n(E) of Eq. (9) per kelvin and lattice site at T = 0, with n0 = 1/h0 and c n0 h0 = ``strength``."""
    return 1 / h0_K / (1 + strength * J0_K / h0_K * np.log(J0_K / np.asarray(E_K, dtype=float)))


def dipolar_gap_exponent(low_K: float, high_K: float, h0_K: float, J0_K: float, strength: float = PRINTED_STRENGTH) -> float:
    """Return the mean of d ln n / d ln E of ``dipolar_gap`` over ln E from ``low_K`` to ``high_K``.

    It is the µ of the power law through both ends.
    """
    low, high = (dipolar_gap(E, h0_K, J0_K, strength) for E in (low_K, high_K))
    return float(np.log(high / low) / np.log(high_K / low_K))


def dipolar_constant() -> float:
    """Return P0⟨|J_dip|⟩ / C_dip of Appendix C, (1/π) ⟨|x1 x2 + y1 y2 - 2 z1 z2|⟩ for dipoles with Gaussian components.

    ASSUME: C_dip = P0 p²/ε, where p² is the variance of one component; this reproduces the paper's 0.56.
    """
    return Moments(3, dipolar_factor).mean_abs() / np.pi


def elastic_constant(diagonal_variance: float = 2.0) -> float:
    """Return P0⟨|J_el|⟩ / C_el of Appendix C, for Gaussian TLS tensors that interact through transverse strain only.

    The tensors are symmetric, and γ0² is the variance of an off-diagonal component. ASSUME: the variance of a diagonal
    component is twice as large, as rotational invariance requires (``diagonal_variance`` 2), and the isotropic medium with
    shear modulus µ = ρ v_t² responds with the transverse part of its Green function, (δ_ij + n_i n_j)/(8πµr). The normalization
    is that of ``dipolar_constant``: both interaction energies are four times those of unit Ising moments.

    With rotational invariance the constant is the same in every direction and three times that of dipoles, because the trace of
    the tensors cancels. Otherwise it is averaged over directions.
    """
    if diagonal_variance == 2:
        return _elastic_along([0.0, 0.0, 1.0], diagonal_variance)
    directions, weights = _octant(8)
    return float(sum(weight * _elastic_along(n, diagonal_variance) for n, weight in zip(directions, weights, strict=True)))


def elastic_samples(printed: float) -> float:
    """Return how many Monte Carlo samples have a standard error of |``printed`` - ``elastic_constant()``|; ⟨(uᵀKv)²⟩ = Σ K²."""
    mean_square = np.sum((4 / (8 * np.pi) * elastic_form([0.0, 0.0, 1.0], 2.0)) ** 2)
    return float((mean_square - elastic_constant() ** 2) / (printed - elastic_constant()) ** 2)


def _elastic_along(n: ArrayLike, diagonal_variance: float) -> float:
    """Return ``elastic_constant`` for pairs along the unit vector ``n``."""
    return 4 * mean_abs_bilinear(elastic_form(n, diagonal_variance)) / (8 * np.pi)


def _octant(nodes: int) -> tuple[FloatArray, FloatArray]:
    """Return Gauss nodes (nodes², 3) and weights for averages over the directions of one octant, which all others mirror."""
    x, w = np.polynomial.legendre.leggauss(nodes)
    cosine, angle = np.meshgrid((x + 1) / 2, (x + 1) * np.pi / 4, indexing="ij")
    sine = np.sqrt(1 - cosine**2)
    directions = np.stack([sine * np.cos(angle), sine * np.sin(angle), cosine], axis=-1)
    return directions.reshape(-1, 3), np.outer(w, w).ravel() / 4


def elastic_form(n: ArrayLike, diagonal_variance: float) -> FloatArray:
    """Return the matrix K (6, 6) of the energy uᵀKv of two symmetric tensors along ``n``, a unit vector, in units of 1/(8πµr³).

    u and v contain the components xx, yy, zz, yz, xz, xy, each divided by its standard deviation.
    """
    deviation: FloatArray = np.array([np.sqrt(diagonal_variance)] * 3 + [np.sqrt(2)] * 3)  # the metric counts the others twice
    return deviation[:, None] * Moments(6, elastic_factor).matrix(np.asarray(n, dtype=float)) * deviation
