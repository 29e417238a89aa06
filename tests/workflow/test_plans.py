"""Plans and single targets: other cores and batches, changes of the study, and the axes of the paper."""

import os
import re

import forks
import pandas as pd
import yaml

from shared import ROOT


def test_one_table_alone_and_the_same_bits_whatever_cores_and_batches(workflow):
    target = "results/runs/tiny/dos/L4_J2/T0.5.csv"
    single_core = workflow.run(target, cores=1)
    assert single_core.returncode == 0, single_core.stderr[-3000:]
    assert not list(workflow.folder.glob("results/shards/L6*"))
    shards, counts = workflow.bytes_of("results/shards/**/*.npz"), workflow.bytes_of("results/runs/tiny/dos/**/*.*")
    both_cores = workflow.run(target, "--forceall", cores=2)
    assert both_cores.returncode == 0, both_cores.stderr[-3000:]
    assert workflow.bytes_of("results/shards/**/*.npz") == shards
    overlay = yaml.safe_load((workflow.folder / "config/tiny.yaml").read_text(encoding="utf-8"))
    overlay["lattices"][0]["realizations_per_job"] = 20
    workflow.write_overlay(overlay)
    rebatched = workflow.run(target)
    assert rebatched.returncode == 0, rebatched.stderr[-3000:]
    assert workflow.bytes_of("results/runs/tiny/dos/**/*.*") == counts


def test_the_full_paper_has_a_rule_for_every_point_of_its_axes():
    plan = forks.call([*forks.SNAKEMAKE, "-n", "--quiet", "host", "--cores", "2"], ROOT, dict(os.environ)).stdout
    for L in (8, 12):
        for J0 in (2, 3):
            for T in ("2e-06", "0.02", "0.03", "0.05", "0.08", "0.1", "0.15", "0.2", "0.3", "0.4", "0.5", "0.6", "0.8", "1"):
                assert f"results/runs/paper/dos/L{L}_J{J0}/T{T}.csv" in plan
                shard = rf"results/shards/L{L}_J{J0}-[0-9a-f]{{8}}/T{re.escape(T)}/00000-00{4 if L == 8 else 0}99\.npz"
                assert re.search(shard, plan)


def planned_batches(workflow, *targets):
    """Return the anneal jobs (set, batch) of Snakemake's own list of what it would run."""
    plan = workflow.run("-n", *targets)
    assert plan.returncode == 0, plan.stderr[-3000:]
    return sorted(re.findall(r"^ +wildcards: folder=(\S+)-[0-9a-f]+, batch=(\S+)$", plan.stdout, re.MULTILINE))


def test_a_change_of_the_study_reruns_what_it_must_and_nothing_else(workflow):
    targets = ["results/runs/tiny/tables/table_2.csv", "results/runs/tiny/tables/annealing.csv"]
    workflow.write_small_study()
    study = yaml.safe_load((workflow.folder / "config/tiny.yaml").read_text(encoding="utf-8"))

    def change(lattice=None, **sections):
        changed = {key: study[key] | sections.get(key, {}) if key in sections else study[key] for key in study}
        changed["model"] = study["model"] | sections.get("model", {})
        changed["lattices"] = [{"L": 4, "realizations": 200, "realizations_per_job": 100} | (lattice or {})]
        changed["figures"] = study["figures"] | {"L": changed["lattices"][0]["L"]}
        changed["paper"] = {"L": changed["lattices"][0]["L"]}
        workflow.write_overlay(changed)
        return planned_batches(workflow, *targets)

    everything = [("L4_J2", "00000-00099"), ("L4_J2", "00100-00199")]
    assert change() == everything
    assert workflow.run(*targets).returncode == 0
    shards = workflow.bytes_of("results/shards/**/*.npz")
    assert change() == []
    assert change({"realizations": 300}) == [("L4_J2", "00200-00299")]
    assert change({"realizations": 100}) == []
    assert change({"realizations": 300, "L": 6}) == [("L6_J2", f"00{k}00-00{k}99") for k in range(3)]
    assert change(model={"J0_K": [2, 3]}) == [("L4_J3", batch) for _, batch in everything]
    assert change(model={"h0_K": 11}) == everything
    assert change(annealing={"sweeps": 11}) == everything
    assert change(fits={"jackknife_groups": 5}) == []

    assert change({"realizations": 300}) == [("L4_J2", "00200-00299")]
    assert workflow.run(*targets).returncode == 0
    after = workflow.bytes_of("results/shards/**/*.npz")
    assert {path: after[path] for path in shards} == shards
    assert set(pd.read_csv(workflow.folder / targets[0])["n_realizations"]) == {300}
    assert change({"realizations": 100}) == []
    assert workflow.run(*targets).returncode == 0
    assert set(pd.read_csv(workflow.folder / targets[0])["n_realizations"]) == {100}
