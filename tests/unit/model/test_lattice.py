"""Distances and the kernel against brute force over periodic images."""

import itertools

import numpy as np
import pytest

from tlsglass.model import lattice


@pytest.mark.parametrize("L", [3, 4, 7])
def test_minimal_image_is_the_nearest_of_all_images(L):
    images = L * np.array(list(itertools.product((-1, 0, 1), repeat=3)))
    for displacement in itertools.product(range(-L + 1, L), repeat=3):
        brute = np.min(np.linalg.norm(np.array(displacement) + images, axis=1))
        assert lattice.minimal_image_distance(np.array(displacement), L) == pytest.approx(brute, rel=1e-15)


def test_kernel_is_that_of_eq_2_and_leaves_out_the_spin_itself():
    kernel = lattice.interaction_kernel(6, 1.0)
    assert kernel[0, 0, 0] == 0
    assert kernel[1, 0, 0] == 0.5
    assert kernel[5, 0, 0] == 0.5
    assert kernel[3, 4, 5] == pytest.approx(1 / ((9 + 4 + 1) ** 1.5 + 1))


def test_coordinates_number_the_sites_in_row_major_order():
    assert lattice.coordinates(np.array([0, 1, 5, 25, 124]), 5).tolist() == [
        [0, 0, 0],
        [0, 0, 1],
        [0, 1, 0],
        [1, 0, 0],
        [4, 4, 4],
    ]
