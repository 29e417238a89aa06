"""Cubic lattice with periodic boundaries: coordinates, minimal images, and the interaction of every displacement."""

import numpy as np

from tlsglass.base.types import AnyArray, FloatArray, IntArray
from tlsglass.model.interaction import inverse_kernel


def coordinates(sites: IntArray, L: int) -> IntArray:
    """Return the integer coordinates, (n, 3), of site numbers (n,), numbered (x L + y) L + z."""
    return np.stack(np.unravel_index(sites, (L, L, L)), axis=-1)


def displacements(L: int) -> IntArray:
    """Return all displacements (dx, dy, dz) with 0 <= d < L, (L, L, L, 3)."""
    return np.stack(np.meshgrid(*[np.arange(L)] * 3, indexing="ij"), axis=-1)


def minimal_image(displacement: AnyArray, L: int) -> AnyArray:
    """Return the nearest periodic images of displacements (..., 3), with -L/2 < d <= L/2 in each component."""
    folded = displacement % L
    return np.where(2 * folded > L, folded - L, folded)


def minimal_image_distance(displacement: AnyArray, L: int) -> FloatArray:
    """Return the distance in lattice constants of displacements (..., 3) to their nearest periodic images."""
    distance: FloatArray = np.sqrt(np.sum(minimal_image(displacement, L) ** 2, axis=-1))
    return distance


def interaction_kernel(L: int, cutoff: float) -> FloatArray:
    """Return 1/(R³ + C) of the couplings for every displacement (dx, dy, dz) with 0 <= d < L, (L, L, L).

    The entry of the zero displacement is 0: a TLS does not interact with itself.
    """
    distance = minimal_image_distance(displacements(L), L)
    distance[0, 0, 0] = np.inf
    return 1.0 / inverse_kernel(distance, cutoff)


def local_field_variance(L: int, cutoff: float, concentration: float) -> float:
    """Return the variance of Σ_j J_ij s_j at a site for random spins, in units of J0²."""
    return concentration * float(np.sum(interaction_kernel(L, cutoff) ** 2))
