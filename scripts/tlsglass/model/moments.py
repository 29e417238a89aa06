"""Moments of TLSs, dipoles and strain tensors, and the factors c_ij and c_i that follow from them.

A factor is bilinear in the moments of two TLSs: c_ij = m_iᵀ K(n) m_j, with the unit vector n from one to the other. Moments
are rows of real components whose metric is the unit matrix. A symmetric tensor T has the six components T_xx, T_yy, T_zz,
√2 T_yz, √2 T_xz, √2 T_xy, so that the scalar product of two rows is the double contraction of the tensors, and independent
components of equal variance are invariant under rotations: diagonal elements then have twice the variance of others.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from tlsglass.base.jit import njit
from tlsglass.base.labels import round_to_label
from tlsglass.base.types import AnyArray, Float32Array, FloatArray, IntArray
from tlsglass.model import lattice
from tlsglass.model.interaction import LATTICE, MEAN_ABS_C
from tlsglass.model.parameters import ModelParameters

Factor = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]

TENSOR_INDEX = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])  # the component of each element of a symmetric tensor
TENSOR_SCALE = np.where(np.eye(3, dtype=bool), 1.0, np.sqrt(0.5))


class Moments(NamedTuple):
    """The moments of one interaction.

    Attributes
    ----------
    components
        Their number d.
    factor
        ``factor(m_1, m_2, n)`` of moments (..., d) and unit vectors (..., 3): the interaction energy in units of its scale.
    unit
        Whether moments have length 1, with random directions; otherwise their components are standard normal.
    in_field
        The components that couple to the random field: c_i is their scalar product with normal components.
    """

    components: int
    factor: Factor
    unit: bool = False
    in_field: slice = slice(None)

    def matrix(self, directions: FloatArray) -> FloatArray:
        """Return K(n), (..., d, d), for unit vectors (..., 3)."""
        basis = np.eye(self.components)
        return self.factor(basis[:, None], basis, directions[..., None, None, :])

    def draw(self, rng: np.random.Generator, n: int) -> FloatArray:
        """Draw the moments of ``n`` TLSs, (n, d)."""
        moments = rng.standard_normal((n, self.components))
        if self.unit:
            moments /= np.sqrt(np.sum(moments**2, axis=1, keepdims=True))
        return moments

    def mean_abs(self) -> float:
        """Return the mean of the absolute factor. As moments are isotropic, it is the same for all directions n."""
        mean = mean_abs_bilinear(self.matrix(np.array([0.0, 0.0, 1.0])))
        return mean / (8 / np.pi) if self.unit else mean  # ⟨|m|⟩² = 8/π of vectors with three normal components

    def rms(self) -> float:
        """Return the root mean square of the factor."""
        square = float(np.sum(self.matrix(np.array([0.0, 0.0, 1.0])) ** 2))
        return float(np.sqrt(square)) / (3 if self.unit else 1)  # ⟨m²⟩ = 3

    def fields(self, moments: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Draw the factors c_i of the random fields, with unit variance, (n,)."""
        coupled = moments[:, self.in_field]
        return _dot(coupled, rng.standard_normal(coupled.shape)) / self._rms_moment

    def field_widths(self, moments: FloatArray) -> FloatArray:
        """Return the standard deviation of c_i of a TLS with given moments, (n,)."""
        width: FloatArray = np.sqrt(np.sum(moments[:, self.in_field] ** 2, axis=1)) / self._rms_moment
        return width

    @property
    def _rms_moment(self) -> float:
        """The root mean square of the moments in the field."""
        return 1.0 if self.unit else float(np.sqrt(len(range(self.components)[self.in_field])))


def dipolar_factor(p_1: FloatArray, p_2: FloatArray, n: FloatArray) -> FloatArray:
    """Return p_1·p_2 - 3 (p_1·n)(p_2·n), the energy of two dipoles in units of 1/(4πε r³)."""
    return _dot(p_1, p_2) - 3 * _dot(p_1, n) * _dot(p_2, n)


def elastic_factor(gamma_1: FloatArray, gamma_2: FloatArray, n: FloatArray, vt_over_vl: float = 0.0) -> FloatArray:
    """Return the energy of two elastic dipoles in an isotropic medium, in units of 1/(8πρ v_t² r³).

    It is A_ac B_bd r³ ∂_c ∂_d G_ab with G_ab = [(δ_ab + n_a n_b) + (v_t/v_l)² (δ_ab - n_a n_b)]/r, the transverse and the
    longitudinal part of the static Green function. Appendix C takes the transverse part alone, v_t/v_l = 0.
    """
    A, B = gamma_1[..., TENSOR_INDEX] * TENSOR_SCALE, gamma_2[..., TENSOR_INDEX] * TENSOR_SCALE
    A_n, B_n = (np.sum(tensor * n[..., None, :], axis=-1) for tensor in (A, B))
    A_nn, B_nn = _dot(A_n, n), _dot(B_n, n)
    A_trace, B_trace = (np.sum(gamma[..., :3], axis=-1) for gamma in (gamma_1, gamma_2))
    delta, nn = 1 + vt_over_vl**2, 1 - vt_over_vl**2  # coefficients of δ_ab and n_a n_b
    of_nn = A_trace * B_trace - 3 * (A_nn * B_trace + A_trace * B_nn) + 15 * A_nn * B_nn
    energy: FloatArray = (nn - delta) * _dot(gamma_1, gamma_2) + (3 * delta - 9 * nn) * _dot(A_n, B_n) + nn * of_nn
    return energy


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the scalar product of the last axes."""
    product: FloatArray = np.sum(a * b, axis=-1)
    return product


def mean_abs_bilinear(K: FloatArray) -> float:
    """Return the mean of |uᵀ K v| over independent standard normal vectors u and v.

    For fixed v it is sqrt(2/π) |K v|, and for Q = Σ λ z², ⟨sqrt(Q)⟩ = 1/(2 sqrt(π)) ∫_0^∞ (1 - Π (1 + 2tλ)^(-1/2)) t^(-3/2) dt.
    """
    from scipy.integrate import quad  # here, because normal factors do not need it

    eigenvalues = np.linalg.svd(K, compute_uv=False) ** 2

    def integrand(ln_t: float) -> float:
        return float(-np.expm1(-0.5 * np.sum(np.log1p(2 * np.exp(ln_t) * eigenvalues))) * np.exp(-0.5 * ln_t))

    integral = quad(integrand, -60, 0, epsabs=0, epsrel=1e-10)[0] + quad(integrand, 0, 80, epsabs=0, epsrel=1e-10)[0]
    return float(np.sqrt(2 / np.pi) * integral / (2 * np.sqrt(np.pi)))


def _electric_elastic(model: ModelParameters) -> Moments:
    """Return dipoles and strain tensors; mean absolute energies have the ratio ``electric_over_elastic``."""
    electric, elastic = _dipolar_gaussian(model), _elastic(model)
    weight = round_to_label(model.electric_over_elastic * elastic.mean_abs() / electric.mean_abs())

    def factor(m_1: FloatArray, m_2: FloatArray, n: FloatArray) -> FloatArray:
        dipolar = electric.factor(m_1[..., :3], m_2[..., :3], n)
        return weight * dipolar + elastic.factor(m_1[..., 3:], m_2[..., 3:], n)

    return Moments(9, factor, in_field=slice(3, None))


def _dipolar(model: ModelParameters) -> Moments:
    return Moments(3, dipolar_factor, unit=True)


def _dipolar_gaussian(model: ModelParameters) -> Moments:
    return Moments(3, dipolar_factor)


def _elastic(model: ModelParameters) -> Moments:
    return Moments(6, lambda gamma_1, gamma_2, n: elastic_factor(gamma_1, gamma_2, n, model.vt_over_vl))


MOMENTS: dict[str, Callable[[ModelParameters], Moments]] = {
    "dipolar": _dipolar,
    "dipolar_gaussian": _dipolar_gaussian,
    "elastic": _elastic,
    "two_tls": _elastic,
    "electric_elastic": _electric_elastic,
}


@lru_cache(maxsize=16)
def of_model(model: ModelParameters) -> Moments:
    """Return the moments of the interaction of a model."""
    return MOMENTS[model.interaction](model)


@lru_cache(maxsize=16)
def _normalization(model: ModelParameters) -> float:
    """Return what a factor is multiplied by to become c_ij; rounded, so that it is the same on every machine."""
    return round_to_label(MEAN_ABS_C / of_model(model).mean_abs())


@lru_cache(maxsize=2)
def _matrices_on_lattice(model: ModelParameters) -> FloatArray:
    """Return K of every displacement of the lattice, normalized, (L, L, L, d, d)."""
    displacement = lattice.minimal_image(lattice.displacements(model.L), model.L).astype(float)
    displacement[0, 0, 0] = 0, 0, 1  # the zero displacement belongs to no pair
    directions = displacement / np.sqrt(np.sum(displacement**2, axis=-1, keepdims=True))
    return _normalization(model) * of_model(model).matrix(directions)


def pair_factors(model: ModelParameters, moments: FloatArray, positions: AnyArray) -> Float32Array:
    """Return c_ij of all pairs (i, j < i) at i (i-1)/2 + j from moments (n, d) and positions (n, 3)."""
    if model.positions == LATTICE:
        return _factors_on_lattice(_matrices_on_lattice(model), moments, positions)
    factors, scale = np.empty(len(moments) * (len(moments) - 1) // 2, dtype=np.float32), _normalization(model)
    for i in range(1, len(moments)):
        vectors = lattice.minimal_image(positions[i] - positions[:i], model.L)
        directions = vectors / np.sqrt(np.sum(vectors**2, axis=1, keepdims=True))
        pair = i * (i - 1) // 2
        factors[pair : pair + i] = scale * of_model(model).factor(moments[i], moments[:i], directions)
    return factors


@njit
def _factors_on_lattice(matrices: FloatArray, moments: FloatArray, coordinates: IntArray) -> Float32Array:
    """Return m_iᵀ K m_j of all pairs (i, j < i)."""
    (n, d), L = moments.shape, matrices.shape[0]
    factors = np.empty(n * (n - 1) // 2, dtype=np.float32)
    pair = 0
    for i in range(n):
        for j in range(i):
            x = coordinates[i, 0] - coordinates[j, 0]
            y = coordinates[i, 1] - coordinates[j, 1]
            z = coordinates[i, 2] - coordinates[j, 2]
            K = matrices[x + L * (x < 0), y + L * (y < 0), z + L * (z < 0)]
            total = 0.0
            for a in range(d):
                row = 0.0
                for b in range(d):
                    row += K[a, b] * moments[j, b]
                total += moments[i, a] * row
            factors[pair] = total
            pair += 1
    return factors
