"""Grids, histograms, merges and densities; the densities of one set."""

import json
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from tlsglass.base import io
from tlsglass.dos import grid
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.grid import Grid
from tlsglass.dos.load import ShardMismatchError, merge, read_shard
from tlsglass.dos.temperature_series import TemperatureSeries


def part(counts, *blocks):
    chosen = list(blocks)
    return replace(counts, first=counts.first[chosen], counts=counts.counts[chosen])


def test_grid_has_an_edge_at_2T_and_reaches_the_range():
    for T in (0.02, 0.3, 1.0):
        edges = Grid(20, 8, 1.04).edges(T, 130.0)
        assert edges[40] == pytest.approx(2 * T, rel=1e-14)
        assert edges[-1] >= 130
        assert np.all(np.diff(edges) > 0)


def test_histogram_agrees_with_numpy_and_refuses_what_lies_beyond():
    edges = Grid(5, 4, 1.3).edges(0.1, 10.0)
    energies = np.random.default_rng(1).exponential(1.0, 1000)
    np.testing.assert_array_equal(grid.histogram(energies, edges), np.histogram(energies, edges)[0])
    with pytest.raises(ValueError, match="beyond the grid"):
        grid.histogram(np.array([1e3]), edges)


def test_merge_does_not_depend_on_the_order_of_the_batches(counts_of):
    counts_of_all = counts_of(lambda E: 0.01 + 0 * E, 0.5, 60, np.random.default_rng(1))
    merged = merge([part(counts_of_all, 4, 5), part(counts_of_all, 0), part(counts_of_all, 1, 2, 3)])
    np.testing.assert_array_equal(merged.first, counts_of_all.first)
    np.testing.assert_array_equal(merged.counts, counts_of_all.counts)


def test_merge_refuses_overlapping_and_foreign_shards(counts_of):
    counts_of_all = counts_of(lambda E: 0.01 + 0 * E, 0.5, 60, np.random.default_rng(1))
    with pytest.raises(ShardMismatchError, match="realization 20 is counted in two shards"):
        merge([part(counts_of_all, 0, 1, 2), part(counts_of_all, 2, 3)])
    for change in ({"T_K": 0.4}, {"fingerprint": "another seed"}, {"J0_K": 3.0}):
        with pytest.raises(ShardMismatchError, match=next(iter(change))):
            merge([part(counts_of_all, 0), replace(part(counts_of_all, 1), **change)])
    with pytest.raises(ShardMismatchError, match="grids"):
        merge([part(counts_of_all, 0), replace(part(counts_of_all, 1), edges_K=counts_of_all.edges_K * 1.01)])


@pytest.mark.parametrize(("blocks", "groups"), [(100, 7), (100, 50), (1000, 50), (12, 50), (101, 10)])
def test_blocks_summed_into_rows_give_the_same_jackknife_rows_to_the_last_bit(counts_of, tmp_path, blocks, groups):
    """Fits depend on a density only through its sums and their jackknife rows: those of all realizations, and of ranges."""
    single_blocks = counts_of(lambda E: 0.01 * (0.25 + E * E) ** 0.06, 0.5, 10 * blocks, np.random.default_rng(1))
    ranges = [(0, 10 * blocks), (0, 30), (0, 50), (50, 10 * blocks)]
    single_blocks = replace(single_blocks, groups=groups)
    shards = (part(single_blocks, *range(b, min(b + 9, blocks))) for b in range(0, blocks, 9))
    merge(shards, groups, ranges).save(tmp_path / "c.npz")
    merged = DensityOfStates.load(tmp_path / "c.npz")
    assert len(merged.first) <= 2 * groups + 8
    for begin, end in ranges:
        actual, expected = merged.between(begin, end), single_blocks.between(begin, end)
        assert actual.n_realizations == expected.n_realizations == end - begin
        for actual_sum, expected_sum in zip(actual.sums, expected.sums, strict=True):
            np.testing.assert_array_equal(actual_sum.rows, expected_sum.rows)
    merged_twice = merge([merged], groups, ranges)
    np.testing.assert_array_equal(merged_twice.counts, merged.counts)
    np.testing.assert_array_equal(merged_twice.blocks_per_row, merged.blocks_per_row)
    if blocks > groups:
        with pytest.raises(ValueError, match="jackknife groups"):
            _ = replace(merged, groups=groups + 1).n
        with pytest.raises(ShardMismatchError, match="summed for other jackknife groups"):
            merge([merged], groups + 1, ranges)


def test_a_shard_of_other_physics_temperature_or_realizations_is_named_with_its_remedy(counts_of, tmp_path, monkeypatch):
    monkeypatch.setattr(io._JobState, "rebuild_command", "snakemake --force {} --configfile 'my study.yaml'")
    origin = json.dumps({"seed": 1, "sweeps": 257})
    counts_of_all = replace(counts_of(lambda E: 0.01 + 0 * E, 0.5, 60, np.random.default_rng(1)), fingerprint=origin)
    path = tmp_path / "00000-00029.npz"
    for shard, message in [
        (
            replace(part(counts_of_all, 0, 1, 2), fingerprint=json.dumps({"seed": 2, "sweeps": 257})),
            "seed is 2 in it and 1 in this study",
        ),
        (replace(part(counts_of_all, 0, 1, 2), fingerprint="?"), "it has no valid fingerprint"),
        (replace(part(counts_of_all, 0, 1, 2), T_K=0.6), "its temperature is 0.6 K"),
        (part(counts_of_all, 3, 4, 5), "it contains realizations 30 to 59"),
        (part(counts_of_all, 0, 1), "it contains realizations 0 to 19"),
    ]:
        shard.save(path)
        with pytest.raises(ShardMismatchError) as refused:
            read_shard(path, origin, 0.5)
        remedy = f"rebuild it with: snakemake --force {path} --configfile 'my study.yaml'"
        assert str(refused.value) == f"{path}: foreign ({message}); {remedy}"
    part(counts_of_all, 0, 1, 2).save(path)
    assert read_shard(path, origin, 0.5).n_realizations == 30


def test_a_shard_is_read_back_and_its_bytes_depend_on_its_content_alone(counts_of, tmp_path):
    counts = counts_of(lambda E: 0.01 + 0 * E, 0.5, 60, np.random.default_rng(1))
    counts.save(tmp_path / "a.npz")
    counts.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = DensityOfStates.load(tmp_path / "a.npz")
    for name in ("L", "J0_K", "T_K", "n_spins", "concentration", "block", "fingerprint"):
        assert getattr(again, name) == getattr(counts, name)
    np.testing.assert_array_equal(again.counts, counts.counts)
    np.testing.assert_array_equal(again.edges_K, counts.edges_K)


def test_density_integrates_to_the_concentration():
    """n is a density per lattice site: all TLSs together are x of them."""
    edges = Grid(20, 8, 1.04).edges(0.5, 200.0)
    energies = np.abs(np.random.default_rng(1).normal(0, 20, (10, 256 * 10)))
    rows = np.array([grid.histogram(e, edges) for e in energies])
    counts = DensityOfStates(8, 2.0, 0.5, 256, 0.5, 10, "", np.arange(10) * 10, edges, rows, groups=10)
    n, error = counts.n.value, counts.n.error
    assert np.sum(n * np.diff(edges)) == pytest.approx(0.5, rel=1e-12)
    exact = 0.5 * np.exp(-0.5 * (edges[:-1] / 20) ** 2) * 2 / (20 * np.sqrt(2 * np.pi))
    shown = (rows.sum(axis=0) > 30) & (edges[:-1] < 20)
    pulls = (n[shown] - exact[shown]) / error[shown]
    assert abs(np.mean(pulls)) < 4 * 1.2 / np.sqrt(len(pulls))


def test_rebin_fills_every_bin_and_keeps_the_ends():
    total = np.array([5, 1, 1, 7, 0, 0, 3, 4, 1])
    edges = grid.rebin(total, 5)
    assert edges.tolist() == [0, 1, 4, 9]
    assert np.add.reduceat(total, edges[:-1]).tolist() == [5, 9, 8]
    with pytest.raises(ValueError, match="too few"):
        grid.rebin(total, 23)


def test_coarsening_keeps_the_counts(counts_of):
    counts = counts_of(lambda E: 0.01 + 0 * E, 0.5, 60, np.random.default_rng(1))
    coarse = counts.coarsen_to_width(1.0)
    assert np.diff(coarse.edges_K).min() >= 1.0 * (1 - 1e-9)
    assert coarse.counts.sum() == counts.counts.sum()
    assert counts.between(0, 25).n_realizations == 20


def test_peak_memory_of_a_merge_does_not_grow_with_the_realizations(counts_of):
    batch = counts_of(lambda E: 0.01 + 0 * E, 0.5, 500, np.random.default_rng(1))

    def peak(batches):
        parts = (replace(batch, first=batch.first + 500 * k, counts=batch.counts.copy()) for k in range(batches))
        tracemalloc.start()
        merged = merge(parts, 50, [(0, 500 * batches)])
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert merged.n_realizations == 500 * batches
        return used

    assert peak(200) < 1.1 * peak(20)


def test_a_density_owns_its_jackknife_groups_and_a_shard_has_none(counts_of, tmp_path):
    shard = counts_of(lambda E: 0.01 + 0 * E, 0.5, 60, np.random.default_rng(1), groups=None)
    shard.save(tmp_path / "shard.npz")
    assert "groups" not in io.read_arrays(tmp_path / "shard.npz")[1]
    with pytest.raises(ValueError, match="no jackknife groups"):
        _ = DensityOfStates.load(tmp_path / "shard.npz").n
    assert DensityOfStates.load(tmp_path / "shard.npz", groups=3).n.groups == 3
    merge([shard], 4).save(tmp_path / "density.npz")
    assert DensityOfStates.load(tmp_path / "density.npz").n.groups == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"T_K": 0.0}, "T = 0.0 K"),
        ({"T_K": float("nan")}, "T = nan K"),
        ({"concentration": 1.5}, "concentration = 1.5"),
        ({"edges_K": np.array([0.0, 1.0])}, "do not match"),
        ({"first": np.arange(3)}, "3 rows"),
        ({"groups": 1}, "1 jackknife groups"),
    ],
)
def test_what_is_no_count_of_energies_is_refused(counts_of, change, message):
    with pytest.raises(ValueError, match=message):
        replace(counts_of(lambda E: 0.01 + 0 * E, 0.5, 60), **change)


def test_absurd_input_is_refused(counts_of):
    counts = counts_of(lambda E: 0.01 + 0 * E, 0.5, 60)
    edges = counts.edges_K
    with pytest.raises(ValueError, match="growth > 1"):
        Grid(20, 8, 1.0)
    for T, E_max in ((0.0, 10.0), (-1.0, 10.0), (0.5, float("inf"))):
        with pytest.raises(ValueError, match="energy bins need"):
            Grid(20, 8, 1.04).edges(T, E_max)
    for energy in (-1.0, float("nan")):
        with pytest.raises(ValueError, match="beyond the grid"):
            grid.histogram(np.array([1.0, energy]), edges)
    assert grid.histogram(np.array([]), edges).sum() == 0
    with pytest.raises(ValueError, match="no counts to merge"):
        merge([])
    with pytest.raises(ValueError, match="no realization"):
        merge([counts.between(0, 0)])
    with pytest.raises(ValueError, match="need the number of jackknife groups"):
        merge([counts], ranges=[(0, 60)])
    with pytest.raises(ValueError, match="must be > 0"):
        counts.coarsen_to_width(0.0)
    with pytest.raises(ValueError, match="at least 2 blocks of realizations, not 0"):
        _ = counts.between(0, 0).n


def flat(counts_of, T_K, realizations=200):
    return counts_of(lambda E: 0.01 + 0 * E, T_K, realizations, np.random.default_rng(1))


def test_the_densities_of_a_set_are_sorted_found_and_cut_together(counts_of):
    densities = TemperatureSeries([flat(counts_of, T) for T in (1.0, 0.02, 0.5)], flat(counts_of, 2e-6))
    assert densities.T_K.tolist() == [0.02, 0.5, 1.0]
    assert (densities.coldest.T_K, densities.quench.T_K, densities.at(0.5).T_K) == (0.02, 2e-6, 0.5)
    assert (densities.n_realizations, densities.n_blocks) == (200, 20)
    third = densities.between(40, 80)
    assert [counts.first[0] for counts in (*third.rungs, third.quench)] == [40] * 4
    assert third.n_realizations == 40
    parts = densities.split(7)  # all realizations once, as equal as blocks allow
    np.testing.assert_array_equal(np.concatenate([part.coldest.first for part in parts]), densities.coldest.first)
    assert {part.n_blocks for part in parts} == {2, 3}
    with pytest.raises(ValueError, match=r"no density at T = 0.3 K; there are 0.02, 0.5, 1 K"):
        densities.at(0.3)


def test_densities_of_several_sets_are_refused(counts_of):
    with pytest.raises(ValueError, match="at any temperature"):
        TemperatureSeries([])
    with pytest.raises(ValueError, match="n_realizations is 100 and 200"):
        TemperatureSeries([flat(counts_of, 0.5), flat(counts_of, 1.0, 100)])
    with pytest.raises(ValueError, match=r"J0_K is 2.0 and 3.0"):
        TemperatureSeries([flat(counts_of, 0.5), replace(flat(counts_of, 1.0), J0_K=3.0)])
    with pytest.raises(ValueError, match="same temperature"):
        TemperatureSeries([flat(counts_of, 0.5), flat(counts_of, 0.5)])
