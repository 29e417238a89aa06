"""Cubic lattice with periodic boundaries: coordinates, minimal-image distances, and the kernel 1/(R³ + C) of Eq. (2)."""

import numpy as np


def coordinates(sites, L):
    """Return the integer coordinates, shape (n, 3), of site numbers ``sites`` (n,), numbered (x L + y) L + z."""
    return np.stack(np.unravel_index(sites, (L, L, L)), axis=-1)


def minimal_image_distance(displacement, L):
    """Return the distance R (in lattice constants) of integer ``displacement`` (..., 3) to its nearest periodic image."""
    folded = np.abs(displacement) % L
    folded = np.minimum(folded, L - folded)
    return np.sqrt(np.sum(folded**2, axis=-1))


def interaction_kernel(L, cutoff):
    """Return 1/(R³ + C) of Eq. (2) for every displacement (dx, dy, dz) with 0 <= d < L, shape (L, L, L).

    The entry of the zero displacement is 0: a TLS does not interact with itself.
    """
    displacement = np.stack(np.meshgrid(*[np.arange(L)] * 3, indexing="ij"), axis=-1)
    distance = minimal_image_distance(displacement, L)
    distance[0, 0, 0] = np.inf
    return 1.0 / (distance**3 + cutoff)


def local_field_variance(L, cutoff, concentration):
    """Return the variance of the field of all couplings at a site, with random spins, in units of J0²."""
    return concentration * float(np.sum(interaction_kernel(L, cutoff) ** 2))
