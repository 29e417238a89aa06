"""What annealing costs: means of n, ratios in common bins, where valleys freeze; held against closed forms."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from tlsglass.analysis import annealing_cost
from tlsglass.atlas import ratio_spline
from tlsglass.atlas.annealing_excess import AnnealingExcess
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.model.parameters import ModelParameters


def test_the_mean_of_n_below_an_energy_is_its_integral(counts_of):
    """n = 0.01 (1 + E/K): its mean on 0 < E < x is 0.01 (1 + x/2), within bins and between their edges."""
    counts = counts_of(lambda E: 0.01 * (1 + E), 0.5)
    for E in (0.5, 0.51, 3.0):
        assert annealing_cost.mean_density(counts, E).value == pytest.approx(0.01 * (1 + E / 2), rel=2e-3)


def test_a_ratio_of_densities_that_share_their_noise_is_sharper_than_either(counts_of):
    rng = np.random.default_rng(2)
    exact = counts_of(lambda E: 0.02 * np.exp(-E / 20), 0.5, rng=rng)
    double = exact.__class__(**{**vars(exact), "counts": 2 * exact.counts, "snapshots": 1})
    result = ratio_spline.density_ratio(double, exact)
    np.testing.assert_allclose(result.ratio.value, 2)
    np.testing.assert_allclose(result.ratio.error, 0, atol=1e-9)
    assert np.all(result.numerator.error > 0)
    assert np.all(np.diff(result.E_K) > 0)
    inside = result.E_K > 1
    np.testing.assert_allclose(result.denominator.value[inside], 0.02 * np.exp(-result.E_K[inside] / 20), rtol=0.15)


def test_snapshots_leave_the_density_as_it_is(counts_of):
    """n of 64 states of each realization is the mean of theirs; bins are filled by as many states of one of them."""
    single = counts_of(lambda E: 0.01 * np.ones_like(E), 0.5)
    many = single.__class__(**{**vars(single), "counts": 64 * single.counts, "snapshots": 64})
    np.testing.assert_allclose(many.n.value, single.n.value)
    np.testing.assert_allclose(many.n.error, single.n.error)
    assert len(many.coarsen_to_counts(100).edges_K) == len(single.coarsen_to_counts(100).edges_K)


def two_anneals(T_freeze, rungs):
    """Evidence in which overlaps stay, below T_freeze, at what they are there: 1 - q = T E/h0² above."""
    energy = np.full(len(rungs), -7.0)
    dissimilar = np.maximum(rungs, T_freeze) * 7.0 / 100
    rows = np.ones((4, 1))
    means = {
        "twice_field_K": energy,
        "twice_overlap": 1 - dissimilar,
        "twice_coupling_K": energy,
        "pair_variance_K2": np.ones(1),
        "field_variance": np.ones(1),
    }
    means["twice_pair_overlap_K2"] = 1 - dissimilar
    return SimpleNamespace(
        model=ModelParameters(L=8, h0_K=10.0, J0_K=3.0, cutoff=1.0, concentration=0.5),
        annealed_rungs_K=rungs,
        mean=lambda name: JackknifeEstimate(rows * means[name]),
    )


@pytest.mark.parametrize("T_freeze", [0.11, 0.3, 2.5])
def test_valleys_freeze_where_overlaps_ask_for_a_tenth_more_than_the_energy(T_freeze):
    rungs = np.geomspace(10, 0.02, 60)
    result = annealing_cost.freezing_K(two_anneals(T_freeze, rungs))
    assert result.value == pytest.approx(T_freeze / annealing_cost.FREEZING_RATIO, rel=0.02)


def test_anneals_that_agree_everywhere_never_freeze():
    assert math.isnan(annealing_cost.freezing_K(two_anneals(0.01, np.geomspace(10, 0.02, 20))).value)


def test_the_excess_of_an_interaction_is_measured_and_compared_with_that_of_the_atlas(counts_of):
    pair = counts_of(lambda E: 0.022 * np.ones_like(E), 0.5), counts_of(lambda E: 0.02 * np.ones_like(E), 0.5)
    of_atlas = AnnealingExcess.load().coefficients
    sets, models = {"normal": [pair], "tensors": [pair[::-1]]}, {"normal": "gaussian", "tensors": "two_tls"}
    table = annealing_cost.tabulate_interaction_excess(sets, models, ["normal"], of_atlas, 10.0)
    normal, tensors = (table[table["model"] == name] for name in ("gaussian", "two_tls"))
    np.testing.assert_allclose(normal["excess"], 0.1, rtol=0.05)
    np.testing.assert_allclose(tensors["excess"], 1 / 1.1 - 1, rtol=0.05)
    assert (normal["certified"].all(), tensors["certified"].any()) == (True, False)
    np.testing.assert_array_equal(normal["of_atlas"], tensors["of_atlas"])  # which is that of normal factors
    assert np.isfinite(normal["of_atlas"]).all()
