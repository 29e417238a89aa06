"""The atlas of equilibrium is compared with exchange Monte Carlo that it was not made from."""

from dataclasses import replace

import numpy as np
import pytest

from tlsglass.analysis import atlas_validation
from tlsglass.atlas import annealing_excess, table
from tlsglass.atlas.annealing_excess import AnnealingExcess
from tlsglass.atlas.table import Atlas

GROUPS, REALIZATIONS = 20, 20_000


def drawn_density(atlas, J0_K, T_K, rng):
    """Counts in the bins of the grid's coldest coupling, drawn from n of an atlas."""
    template = table.shipped_atlas().simulated_density(0, T_K)
    n = atlas.density(template.centers_K, T_K, J0_K).value
    expected = REALIZATIONS / GROUPS * 12**3 * n * template.widths_K
    first = REALIZATIONS // GROUPS * np.arange(GROUPS)
    blocks = np.full(GROUPS, REALIZATIONS // GROUPS // template.block)
    counts = rng.poisson(expected, (GROUPS, len(expected)))
    return replace(template, J0_K=J0_K, first=first, counts=counts, blocks_per_row=blocks, groups=GROUPS)


@pytest.mark.parametrize(("in_equilibrium", "right"), [(True, True), (False, False)])
def test_counts_in_equilibrium_pass_and_annealed_ones_fail(in_equilibrium, right):
    shipped = AnnealingExcess.load()
    atlas = Atlas.load()
    source = Atlas(atlas.metadata, atlas.arrays, shipped if in_equilibrium else None, L=12)
    rng = np.random.default_rng(4)
    drawn = [drawn_density(source, 8.0, T_K, rng) for T_K in (0.02, 0.1, 0.5)]
    excess = annealing_excess.with_tests(shipped.metadata, shipped.coefficients, 10.0, [drawn])
    rows = [
        atlas_validation.compare_means(counts, predict(counts), "equilibrium", *zone)
        for counts, predict in atlas_validation.predictions_in_equilibrium(atlas, excess)
        for zone in atlas_validation.energy_zones(counts.T_K, 10.0)
    ]
    assert len(rows) == 11
    assert all(row["right"] for row in rows) == right
