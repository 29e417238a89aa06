"""n(T, E) on a mesh agrees with Atlas.density, in equilibrium and as annealed."""

import numpy as np
import pytest

from tlsglass.atlas.evaluator import MeshEvaluator
from tlsglass.atlas.table import shipped_atlas


@pytest.mark.parametrize("annealed", [False, True])
@pytest.mark.parametrize("h0_K", [10.0, 23.0])
def test_a_mesh_agrees_with_the_atlas(annealed, h0_K):
    atlas, T_K = shipped_atlas().annealed() if annealed else shipped_atlas(), h0_K * np.array([0.005, 0.03, 0.2])
    E_K = np.outer(T_K, [0.1, 1.0, 5.0, 50.0])
    mesh = MeshEvaluator(atlas, T_K, E_K, h0_K)
    for g in (0.0, 0.04, 0.47, 1.0):
        n, rows = mesh.n(g), mesh.n(g, jackknife=True)
        for k, T in enumerate(T_K):
            expected = atlas.density(E_K[k], T, g * h0_K, h0_K)
            np.testing.assert_allclose(n[k], expected.value, rtol=1e-6)
            np.testing.assert_allclose(rows[:, k], expected.rows, rtol=1e-6)
    with pytest.raises(ValueError, match="is not in the atlas"):
        mesh.n(1.5)
