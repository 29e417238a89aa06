"""The two-TLS model: Table I, the dipolar gap of Eq. (9), Eqs. (10)-(11), and the interaction constants of Appendix C."""

from dataclasses import dataclass

import numpy as np
from scipy import constants
from scipy.integrate import quad

EV_K = constants.e / constants.k  # 1 eV in kelvin
DEBYE = 1e-21 / constants.c  # 1 D in C m


@dataclass(frozen=True)
class Material:
    """The parameters behind Table I."""

    gamma_w_eV: float  # coupling of a τ-TLS to strain
    g: float  # γ_w / γ_s
    density_kg_m3: float
    velocity_m_s: float
    R0_nm: float  # typical distance of neighbouring TLSs
    dipole_D: float


def energy_scales(material):
    """Return the typical energies of Table I in kelvin, Eqs. (10) and (11) at R = R0 with c_i = c_ij = 1."""
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


def dipolar_gap(E_K, h0_K, J0_K):
    """Eq. (9): n(E) per kelvin and lattice site at T = 0, with n0 = 1/h0, c = 2π/3 and lengths in R0."""
    n0 = 1 / h0_K
    return n0 / (1 + 2 * np.pi / 3 * J0_K * n0 * np.log(J0_K / np.asarray(E_K)))


def dipolar_gap_exponent(E_K, h0_K, J0_K):
    """d ln n / d ln E of Eq. (9): the µ of the power law that touches it at E."""
    return 2 * np.pi / 3 * J0_K * dipolar_gap(E_K, h0_K, J0_K)


def mean_abs_bilinear(K):
    """E abs(uᵀ K v) for independent standard normal vectors u and v.

    Given v it is sqrt(2/π) abs(K v), and for Q = Σ λ z², E sqrt(Q) = 1/(2 sqrt(π)) ∫_0^∞ (1 - Π (1 + 2tλ)^(-1/2)) t^(-3/2) dt.
    """
    eigenvalues = np.linalg.svd(K, compute_uv=False) ** 2

    def integrand(ln_t):
        return -np.expm1(-0.5 * np.sum(np.log1p(2 * np.exp(ln_t) * eigenvalues))) * np.exp(-0.5 * ln_t)

    integral = quad(integrand, -60, 0, epsabs=0, epsrel=1e-10)[0] + quad(integrand, 0, 80, epsabs=0, epsrel=1e-10)[0]
    return np.sqrt(2 / np.pi) * integral / (2 * np.sqrt(np.pi))


def dipolar_constant():
    """P0⟨abs(J_dip)⟩ / C_dip of Appendix C: (1/π) E abs(x1 x2 + y1 y2 - 2 z1 z2), dipoles with Gaussian components.

    ASSUME: C_dip = P0 p²/ε with p² the variance of a component; so the paper's 0.56 comes out.
    """
    return mean_abs_bilinear(np.diag([1.0, 1.0, -2.0])) / np.pi


def elastic_constant(diagonal_variance=2.0):
    """P0⟨abs(J_el)⟩ / C_el of Appendix C: Gaussian TLS tensors coupled through transverse strain alone.

    The tensors are symmetric, γ0² is the variance of an off-diagonal component. ASSUME: the variance of a diagonal one
    is twice that, as rotational invariance asks (``diagonal_variance`` 2), and an isotropic medium of shear modulus
    µ = ρ v_t² answers with the transverse part of its Green function, (δ_ij + n_i n_j)/(8πµr). The normalisation is
    that of ``dipolar_constant``: both interaction energies are four times that of unit Ising moments.
    """
    pairs = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]
    response = _transverse_response(np.array([0.0, 0.0, 1.0]))
    K = np.zeros((6, 6))
    for a, (i, j) in enumerate(pairs):
        for b, (k, m) in enumerate(pairs):
            # an off-diagonal component stands twice in the double contraction
            K[a, b] = sum(response[p, q, r, s] for p, q in {(i, j), (j, i)} for r, s in {(k, m), (m, k)})
    deviation = np.array([np.sqrt(diagonal_variance)] * 3 + [1.0] * 3)
    return 4 * mean_abs_bilinear(deviation[:, None] * K * deviation) / (8 * np.pi)


def _transverse_response(n):
    """r³ ∂_i ∂_k [(δ_jl + n_j n_l)/r] for the direction ``n``, as an array [i, j, k, l]."""
    d = np.eye(3)
    first = np.einsum("jl,ik->ijkl", d, 3 * np.outer(n, n) - d)
    second = (
        np.einsum("jk,li->ijkl", d, d)
        + np.einsum("lk,ji->ijkl", d, d)
        - 3 * np.einsum("jk,l,i->ijkl", d, n, n)
        - 3 * np.einsum("lk,j,i->ijkl", d, n, n)
        - 3 * np.einsum("ji,l,k->ijkl", d, n, n)
        - 3 * np.einsum("li,j,k->ijkl", d, n, n)
        - 3 * np.einsum("ki,j,l->ijkl", d, n, n)
        + 15 * np.einsum("i,j,k,l->ijkl", n, n, n, n)
    )
    return first + second
