"""Pair stability with the joint distribution of couplings and random fields: the dipolar gap of any interaction.

If E_i + E_j < 4 |J_ij|, flipping i and j together lowers the energy for one of the two signs of J_ij s_i s_j. The couplings
of a TLS and the width of its random field depend on its moments. If unstable partners are independent of each other, the
probability density of the energy of TLS i at T = 0 is

    p_i(E) = p_i0(E) exp(-(x/2) Σ_R ∫ dE' ⟨p_j(E') θ(4 |c_ij| J0/(R³ + C) - E - E')⟩_j),

with p_i0 that of a normal field of the variance of h_i + Σ_j J_ij s_j, and n(E) = x ⟨p_i(E)⟩_i. To lowest order in J0/h0,
d ln n/d ln E is the constant ``weak_coupling_strength`` times J0/h0. For independent fields it depends on ⟨|c_ij|⟩ alone.
"""

from typing import NamedTuple

import numpy as np

from tlsglass.base.types import FloatArray, IntArray
from tlsglass.model import lattice, moments
from tlsglass.model.interaction import LATTICE, MEAN_ABS_C, SAME_DIPOLE, inverse_kernel
from tlsglass.model.parameters import ModelParameters

N_ENERGIES, N_FACTORS = 90, 50  # points of the logarithmic meshes of E and |c_ij|
ITERATIONS = 15  # each halves the distance from the solution


class Sample(NamedTuple):
    """TLSs drawn from the distribution of moments: what a TLS sees of the others."""

    abs_c: FloatArray  # (m, m) |c_ij| of pairs in random directions
    field_width: FloatArray  # (m,) standard deviation of c_i for given moments

    @property
    def local_strength(self) -> FloatArray:
        """Mean |c_ij| of each TLS, (m,)."""
        mean: FloatArray = self.abs_c.mean(axis=1)
        return mean

    @property
    def local_strength_variation(self) -> float:
        """Standard deviation of the local strength over TLSs, divided by its mean, without the noise of finite samples."""
        noise = np.mean(self.abs_c.var(axis=1)) / len(self.abs_c)
        return float(np.sqrt(max(self.local_strength.var() - noise, 0.0)) / self.abs_c.mean())


class ZeroTemperatureDensity(NamedTuple):
    """n(E) at T = 0 in bins of energy."""

    edges_K: FloatArray  # (k + 1,)
    n: FloatArray  # (k,) per kelvin and lattice site

    def exponent(self, low_K: float, high_K: float) -> float:
        """Return µ of n ∝ E^µ on a window, with the weights that counts have."""
        E, width = np.sqrt(self.edges_K[1:-1] * self.edges_K[2:]), np.diff(self.edges_K)[1:]
        inside = (E > low_K) & (E < high_K)
        x, y, weight = np.log(E[inside]), np.log(self.n[1:][inside]), (self.n[1:] * width)[inside]
        x -= np.average(x, weights=weight)
        return float(np.sum(weight * x * y) / np.sum(weight * x**2))


def draw_sample(model: ModelParameters, size: int, seed: int) -> Sample:
    """Draw ``size`` TLSs. The factors are scaled such that their mean is exactly that of the distribution."""
    rng = np.random.default_rng(seed)
    if factors := model.independent_factors:
        abs_c, width = np.abs(factors.draw(rng, size**2, np.float64)).reshape(size, size), np.ones(size)
    else:
        family = moments.of_model(model)
        m_i = family.draw(rng, size)
        width = family.field_widths(m_i) if model.fields == SAME_DIPOLE else np.ones(size)
        abs_c = np.zeros((size, size))
        for i in range(1, size):
            n = rng.standard_normal((i, 3))
            n /= np.sqrt(np.sum(n**2, axis=1, keepdims=True))
            abs_c[i, :i] = np.abs(family.factor(m_i[i], m_i[:i], n))
        abs_c += abs_c.T
    off_diagonal = ~np.eye(size, dtype=bool)
    abs_c *= MEAN_ABS_C / abs_c[off_diagonal].mean()
    np.fill_diagonal(abs_c, MEAN_ABS_C)
    return Sample(abs_c, width)


def weak_coupling_strength(sample: Sample, concentration: float) -> float:
    """Return (d ln n/d ln E)/(J0/h0) to lowest order, (8π/3) x ⟨|c_ij| p_i p_j⟩/⟨p_i⟩ with p_i = h0 p_i0(0).

    For independent fields it is 8x/3, as of ``two_tls.pair_stability_strength``.
    """
    p = 1 / (np.sqrt(2 * np.pi) * sample.field_width)
    return float(8 * np.pi / 3 * concentration * np.mean(p[:, None] * sample.abs_c * p) / p.mean())


def _sites_within(model: ModelParameters, limit: FloatArray) -> FloatArray:
    """Return the number of sites with R³ + C below ``limit``, among those of the periodic box; between sites, the volume."""
    if model.positions == LATTICE:
        distance = lattice.minimal_image_distance(lattice.displacements(model.L), model.L)
        number: FloatArray = np.searchsorted(np.sort(inverse_kernel(distance[distance > 0], model.cutoff)), limit).astype(float)
        return number
    return np.clip(4 * np.pi / 3 * (limit - model.cutoff), 0, model.L**3)


def zero_temperature_density(model: ModelParameters, sample: Sample) -> ZeroTemperatureDensity:
    """Solve the equation of this module by iteration. Each |c_ij| is replaced by the center of its bin, up to 10 % away."""
    h0, J0, x = model.h0_K, model.J0_K, model.concentration
    edges = np.concatenate([[0.0], np.geomspace(1e-4 * J0, 20 * h0, N_ENERGIES)])
    E = np.concatenate([[0.5 * edges[1]], np.sqrt(edges[1:-1] * edges[2:])])
    variance = (h0 * sample.field_width) ** 2
    variance += J0**2 * lattice.local_field_variance(model.L, model.cutoff, x) * np.mean(sample.abs_c**2, axis=1)
    bare = np.exp(-(E**2) / (8 * variance[:, None])) / np.sqrt(2 * np.pi * variance[:, None])

    factor_edges = np.geomspace(0.003, 30.0, N_FACTORS)
    factor = np.concatenate([[0.0015], np.sqrt(factor_edges[:-1] * factor_edges[1:])])
    position: IntArray = np.minimum(np.searchsorted(factor_edges, sample.abs_c), N_FACTORS - 1)
    partners = _sites_within(model, 4 * J0 * factor / (E[:, None, None] + E[:, None]))  # (E', E, |c|)
    partners *= 0.5 * x * np.diff(edges)[:, None, None]
    p = bare
    for _ in range(ITERATIONS):
        unstable = np.einsum("je,efk->jfk", p, partners, optimize=True)  # of class j with |c_ij| in bin k
        exponent = np.array([_mean_over_partners(unstable, row) for row in position])
        if model.independent_factors:  # all TLSs are alike
            exponent[:] = exponent.mean(axis=0)
        p = np.sqrt(p * bare * np.exp(-exponent))  # damped
    return ZeroTemperatureDensity(edges, x * p.mean(axis=0))


def _mean_over_partners(unstable: FloatArray, factor_bins: IntArray) -> FloatArray:
    """Return the mean over j of ``unstable`` (m, E, bins) with the bin of |c_ij| of one TLS i, (E,)."""
    mean: FloatArray = unstable[np.arange(len(factor_bins)), :, factor_bins].mean(axis=0)
    return mean
