"""The DAG itself: whole, resumed, in another order, and with the axes of the paper."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import yaml

ROOT = Path(__file__).parents[2]


def test_the_study_runs_whole_then_does_nothing_and_rebuilds_a_lost_shard(workflow):
    first = workflow.run()
    assert first.returncode == 0, first.stderr[-3000:]
    results = workflow.folder / "results"
    for k in range(1, 8):
        for suffix in ("svg", "png", "csv"):
            assert (results / f"figures/figure_{k}.{suffix}").stat().st_size > 200
    table = pd.read_csv(results / "tables/table_2.csv")
    assert {"L", "J0_K", "T_K", "B", "B_err", "B_sys", "mu", "mu_err", "mu_sys", "n_realizations"} <= set(table)
    assert len(table) == 2 * 2 * 4
    card = pd.read_csv(results / "checks/scorecard.csv")
    assert list(card) == ["id", "paper", "paper_err", "ours", "ours_err", "ours_sys", "z", "verdict", "note"]
    assert "not reproduced" not in set(card["verdict"])
    manifest = json.loads((results / "checks/provenance.json").read_text(encoding="utf-8"))
    assert manifest["config"]["annealing"]["sweeps"] == 10
    assert "results/tables/table_2.csv" in manifest["sha256"]
    log = (results / "logs/anneal/L4_J2/00000-00029.log").read_text(encoding="utf-8")
    assert "30/30 realizations" in log

    second = workflow.run()
    assert "Nothing to be done" in second.stdout + second.stderr

    before = workflow.bytes_of("results/shards/**/*.npz")
    (workflow.folder / "results/shards/L4_J2/T0.5/00030-00059.npz").unlink()
    third = workflow.run("results/shards/L4_J2/T0.5/00030-00059.npz")
    assert third.returncode == 0, third.stderr[-3000:]
    assert workflow.bytes_of("results/shards/**/*.npz") == before

    # an edited analysis reruns no simulation
    library = workflow.folder / "scripts/tlsglass/power_law.py"
    library.write_text(library.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    planned = workflow.run("-n", "-q", "rules")
    assert "fit_dos" in planned.stdout
    assert "anneal " not in planned.stdout


def test_one_table_alone_and_the_same_bits_whatever_cores_and_batches(workflow):
    target = "results/dos/L4_J2/T0.5.csv"
    one = workflow.run(target, cores=1)
    assert one.returncode == 0, one.stderr[-3000:]
    assert not list(workflow.folder.glob("results/shards/L6*"))
    shards, counts = workflow.bytes_of("results/shards/**/*.npz"), workflow.bytes_of("results/dos/**/*.*")
    two = workflow.run(target, "--forceall", cores=2)
    assert two.returncode == 0, two.stderr[-3000:]
    assert workflow.bytes_of("results/shards/**/*.npz") == shards
    overlay = yaml.safe_load((workflow.folder / "config/tiny.yaml").read_text(encoding="utf-8"))
    overlay["lattices"][0]["batch"] = 20
    workflow.write_overlay(overlay)
    rebatched = workflow.run(target)
    assert rebatched.returncode == 0, rebatched.stderr[-3000:]
    assert workflow.bytes_of("results/dos/**/*.*") == counts


def test_the_full_paper_has_a_rule_for_every_point_of_its_axes():
    command = [sys.executable, "-m", "snakemake", "-n", "--quiet", "host", "--cores", "2"]
    plan = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for L in (8, 12):
        for J0 in (2, 3):
            for T in ("2e-06", "0.02", "0.03", "0.05", "0.08", "0.1", "0.15", "0.2", "0.3", "0.4", "0.5", "0.6", "0.8", "1"):
                assert f"results/dos/L{L}_J{J0}/T{T}.csv" in plan
                assert f"results/shards/L{L}_J{J0}/T{T}/00000-00{4 if L == 8 else 0}99.npz" in plan
