"""Grids, histograms, merges and densities."""

import json
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from tlsglass.base import files
from tlsglass.density import dos
from tlsglass.density.grid import Grid


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
    np.testing.assert_array_equal(dos.histogram(energies, edges), np.histogram(energies, edges)[0])
    with pytest.raises(ValueError, match="beyond the grid"):
        dos.histogram(np.array([1e3]), edges)


def test_merge_does_not_depend_on_the_order_of_the_batches(counts_of):
    whole = counts_of(lambda E: 0.01 + 0 * E, 0.5, 60, np.random.default_rng(1))
    merged = dos.merge([part(whole, 4, 5), part(whole, 0), part(whole, 1, 2, 3)])
    np.testing.assert_array_equal(merged.first, whole.first)
    np.testing.assert_array_equal(merged.counts, whole.counts)


def test_merge_refuses_overlapping_and_foreign_shards(counts_of):
    whole = counts_of(lambda E: 0.01 + 0 * E, 0.5, 60, np.random.default_rng(1))
    with pytest.raises(dos.ForeignShard, match="realization 20 is counted in two shards"):
        dos.merge([part(whole, 0, 1, 2), part(whole, 2, 3)])
    for change in ({"T_K": 0.4}, {"origin": "another seed"}, {"J0_K": 3.0}):
        with pytest.raises(dos.ForeignShard, match=next(iter(change))):
            dos.merge([part(whole, 0), replace(part(whole, 1), **change)])
    with pytest.raises(dos.ForeignShard, match="grids"):
        dos.merge([part(whole, 0), replace(part(whole, 1), edges_K=whole.edges_K * 1.01)])


@pytest.mark.parametrize(("blocks", "groups"), [(100, 7), (100, 50), (1000, 50), (12, 50), (101, 10)])
def test_gathered_blocks_give_the_same_samples_to_the_last_bit(counts_of, tmp_path, blocks, groups):
    """Fits see a density through its sample sets alone: those of all realizations, and of spans of them."""
    whole = counts_of(lambda E: 0.01 * (0.25 + E * E) ** 0.06, 0.5, 10 * blocks, np.random.default_rng(1))
    spans = [(0, 10 * blocks), (0, 30), (0, 50), (50, 10 * blocks)]
    starts = dos.row_starts(10, groups, spans)
    parts = (part(whole, *range(b, min(b + 9, blocks))) for b in range(0, blocks, 9))
    dos.merge(parts, starts).save(tmp_path / "c.npz")
    gathered = dos.Counts.load(tmp_path / "c.npz")
    assert len(gathered.first) <= 2 * groups + 8
    for begin, end in spans:
        few, all_of_them = dos.between(gathered, begin, end), dos.between(whole, begin, end)
        assert few.n_realizations == all_of_them.n_realizations == end - begin
        for one, other in zip(dos.samples(few, groups), dos.samples(all_of_them, groups), strict=True):
            np.testing.assert_array_equal(one, other)
    again = dos.merge([gathered], starts)  # what is gathered already stays as it is
    np.testing.assert_array_equal(again.counts, gathered.counts)
    np.testing.assert_array_equal(again.gathered, gathered.gathered)
    if blocks > groups:
        with pytest.raises(ValueError, match="other jackknife groups"):
            dos.samples(gathered, groups + 1)


def test_a_shard_of_other_physics_temperature_or_realizations_is_named_with_its_remedy(counts_of, tmp_path, monkeypatch):
    monkeypatch.setenv(files.REBUILD, "snakemake --force {} --configfile 'my study.yaml'")
    origin = json.dumps({"seed": 1, "sweeps": 257})
    whole = replace(counts_of(lambda E: 0.01 + 0 * E, 0.5, 60, np.random.default_rng(1)), origin=origin)
    path = tmp_path / "00000-00029.npz"
    for shard, said in [
        (replace(part(whole, 0, 1, 2), origin=json.dumps({"seed": 2, "sweeps": 257})), "seed is 2 in it and 1 in this study"),
        (replace(part(whole, 0, 1, 2), origin="?"), "it does not say what made it"),
        (replace(part(whole, 0, 1, 2), T_K=0.6), "its temperature is 0.6 K"),
        (part(whole, 3, 4, 5), "it holds realizations 30 to 59"),
        (part(whole, 0, 1), "it holds realizations 0 to 19"),
    ]:
        shard.save(path)
        with pytest.raises(dos.ForeignShard) as refused:
            dos.read_shard(path, origin, 0.5)
        remedy = f"make it anew with: snakemake --force {path} --configfile 'my study.yaml'"
        assert str(refused.value) == f"{path}: foreign ({said}); {remedy}"
    part(whole, 0, 1, 2).save(path)
    assert dos.read_shard(path, origin, 0.5).n_realizations == 30


def test_a_shard_is_read_back_and_its_bytes_depend_on_its_content_alone(counts_of, tmp_path):
    counts = counts_of(lambda E: 0.01 + 0 * E, 0.5, 60, np.random.default_rng(1))
    counts.save(tmp_path / "a.npz")
    counts.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = dos.Counts.load(tmp_path / "a.npz")
    for name in ("L", "J0_K", "T_K", "n_spins", "concentration", "block", "origin"):
        assert getattr(again, name) == getattr(counts, name)
    np.testing.assert_array_equal(again.counts, counts.counts)
    np.testing.assert_array_equal(again.edges_K, counts.edges_K)


def test_density_integrates_to_the_concentration():
    """n is a density per lattice site: all TLSs together are x of them."""
    edges = Grid(20, 8, 1.04).edges(0.5, 200.0)
    energies = np.abs(np.random.default_rng(1).normal(0, 20, (10, 256 * 10)))
    rows = np.array([dos.histogram(e, edges) for e in energies])
    counts = dos.Counts(8, 2.0, 0.5, 256, 0.5, 10, "", np.arange(10) * 10, edges, rows)
    n, error = dos.density(counts, 10)
    assert np.sum(n * np.diff(edges)) == pytest.approx(0.5, rel=1e-12)
    exact = 0.5 * np.exp(-0.5 * (edges[:-1] / 20) ** 2) * 2 / (20 * np.sqrt(2 * np.pi))
    shown = (rows.sum(axis=0) > 30) & (edges[:-1] < 20)
    pulls = (n[shown] - exact[shown]) / error[shown]
    assert abs(np.mean(pulls)) < 4 * 1.2 / np.sqrt(len(pulls))


def test_rebin_fills_every_bin_and_keeps_the_ends():
    total = np.array([5, 1, 1, 7, 0, 0, 3, 4, 1])
    kept = dos.rebin(total, 5)
    assert kept.tolist() == [0, 1, 4, 9]
    assert np.add.reduceat(total, kept[:-1]).tolist() == [5, 9, 8]
    with pytest.raises(ValueError, match="too few"):
        dos.rebin(total, 23)


def test_coarsening_keeps_the_counts(counts_of):
    counts = counts_of(lambda E: 0.01 + 0 * E, 0.5, 60, np.random.default_rng(1))
    coarse = dos.coarsen_to_width(counts, 1.0)
    assert np.diff(coarse.edges_K).min() >= 1.0 * (1 - 1e-9)
    assert coarse.counts.sum() == counts.counts.sum()
    assert dos.between(counts, 0, 25).n_realizations == 20


def test_peak_memory_of_a_merge_does_not_grow_with_the_realizations(counts_of):
    batch = counts_of(lambda E: 0.01 + 0 * E, 0.5, 500, np.random.default_rng(1))

    def peak(batches):
        parts = (replace(batch, first=batch.first + 500 * k, counts=batch.counts.copy()) for k in range(batches))
        tracemalloc.start()
        merged = dos.merge(parts, dos.row_starts(10, 50, [(0, 500 * batches)]))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert merged.n_realizations == 500 * batches
        return used

    assert peak(200) < 1.1 * peak(20)
