"""The atlas of equilibrium is compared with exchange Monte Carlo that it was not made from."""

from dataclasses import replace

import numpy as np
import pytest

from tlsglass.analysis import atlas_validation
from tlsglass.atlas import annealing_excess, table
from tlsglass.atlas.annealing_excess import AnnealingExcess
from tlsglass.atlas.table import Atlas
from tlsglass.base.jackknife import JackknifeEstimate

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


def test_scatter_of_pulls_with_correlated_bins_is_resampled():
    """Each group of realizations has more or fewer TLSs in wide ranges of E, as with many states of each realization."""
    rng = np.random.default_rng(7)
    template = table.shipped_atlas().simulated_density(0, 1.0)
    bins = len(template.centers_K)
    ranges = np.exp(-(((np.arange(bins)[:, None] - np.linspace(0, bins, 9)) / (bins / 8)) ** 2))
    first, blocks = 200 * np.arange(GROUPS), np.full(GROUPS, 20)
    pulls = []
    for _ in range(60):
        factor = np.exp(0.05 * rng.standard_normal((GROUPS, 9)) @ ranges.T)
        counts = rng.poisson(1e6 * template.widths_K * factor)
        drawn = replace(template, first=first, counts=counts, blocks_per_row=blocks, groups=GROUPS)
        true_n = 1e6 * GROUPS * template.widths_K / (drawn.n_realizations * template.exposure)
        expected = JackknifeEstimate(np.tile(true_n, (1 + GROUPS, 1)))
        statistics = atlas_validation.pull_statistics(drawn, expected, "test", 10.0, atlas_validation.Resampling())
        pulls.append(atlas_validation.combine_pulls([statistics]))
    mean, width, mean_err, width_err, expected_width, n = (
        np.array([row[name] for row in pulls]) for name in ("mean", "width", "mean_err", "width_err", "width_expected", "bins")
    )
    assert mean.std() == pytest.approx(mean_err.mean(), rel=0.3)
    assert width.std() == pytest.approx(width_err.mean(), rel=0.3)
    assert width.mean() == pytest.approx(expected_width.mean(), abs=4 * width.std() / np.sqrt(60))
    assert width.std() > 2 / np.sqrt(2 * n[0])
