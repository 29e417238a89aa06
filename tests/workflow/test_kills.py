"""Kills at random moments: whatever the signal and the process, the next run, once unlocked, goes on with the same bits.

`pytest tests/workflow/test_kills.py --kills 50` does it fifty times.
"""

import os
import random
import shutil
import signal
import subprocess
import time

import yaml
from tiny import NO_CHECKS

EXCHANGE = {
    "temperatures_K": [0.05, 0.2, 1],
    "acceptance": 0.2,
    "annealed_sweeps": [64],
    "jackknife_groups": 4,
    "sets": [{"L": 8, "J0_K": 3, "realizations": 40, "realizations_per_job": 40, "highest_K": 5, "sweeps": 2048}],
}
TARGETS = ["results/runs/tiny/dos/L8_J2/T0.5.csv"]  # two batches, one on each core
# Snakemake's handler of SIGTERM waits for a lock that the interrupted thread may own. As systemd and Slurm do, kill what is
# still alive some time after SIGTERM.
GRACE_S = 60
PATTERNS = "results/shards/**/*.npz", "results/runs/tiny/dos/**/*.[nc]*"


def drivers(workflow):
    """Return the process ids of the anneal drivers of this workflow."""
    listing = subprocess.run(["pgrep", "-f", f"{workflow.folder}/.snakemake/scripts/.*anneal"], capture_output=True, text=True)
    return [int(word) for word in listing.stdout.split()]


def everything(workflow):
    """Return the bytes of all counts of the workflow, by their paths."""
    return {path: content for pattern in PATTERNS for path, content in workflow.bytes_of(pattern).items()}


def kill(workflow, run, dice):
    """Kill the run, or a part of it, in one of the ways that a user, a scheduler or the kernel may; return which."""
    ways = {
        "SIGKILL to all": lambda: os.killpg(run.pid, signal.SIGKILL),
        "SIGKILL to Snakemake": lambda: os.kill(run.pid, signal.SIGKILL),
        "SIGTERM to all": lambda: os.killpg(run.pid, signal.SIGTERM),
        "SIGTERM to Snakemake": lambda: os.kill(run.pid, signal.SIGTERM),
        "SIGINT to all": lambda: os.killpg(run.pid, signal.SIGINT),
        "SIGINT to Snakemake": lambda: os.kill(run.pid, signal.SIGINT),
        "SIGKILL to a job": lambda: [os.kill(pid, signal.SIGKILL) for pid in drivers(workflow)[:1]],
        "SIGTERM to a job": lambda: [os.kill(pid, signal.SIGTERM) for pid in drivers(workflow)[:1]],
    }
    way = dice.choice(sorted(ways))
    ways[way]()
    return way


def unlock(workflow):
    """Do what the message of a locked folder tells, and `make unlock` does."""
    assert workflow.run("--unlock").returncode == 0


def test_kills_lose_nothing(workflow, request):
    kills = request.config.getoption("--kills")
    dice = random.Random(1)
    workflow.write_long_batches(sweeps=2000, model={"J0_K": [2]})
    begun = time.monotonic()
    first = workflow.start(*TARGETS)
    output, _ = first.communicate()
    assert first.returncode == 0, output[-3000:]
    length = time.monotonic() - begun
    whole = everything(workflow)
    shutil.rmtree(workflow.folder / "results")

    done = with_checkpoint = finished = taken_up = stuck = 0
    ways = []
    while done < kills:
        unlock(workflow)
        run = workflow.start(*TARGETS)
        try:
            run.wait(dice.uniform(0.35, 1.0) * length)
        except subprocess.TimeoutExpired:
            ways.append(kill(workflow, run, dice))
            done += 1
            with_checkpoint += bool(workflow.checkpoints())
        try:
            output, _ = run.communicate(timeout=GRACE_S)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            output, _ = run.communicate(timeout=GRACE_S)
            stuck += 1
        logs = workflow.bytes_of("results/runs/tiny/logs/anneal/**/*.log").values()
        taken_up += sum(b"realizations taken from" in log for log in logs)
        if run.returncode == 0:
            finished += 1
            assert everything(workflow) == whole, output[-3000:]
            shutil.rmtree(workflow.folder / "results")
    unlock(workflow)
    workflow.wait_for(lambda: not drivers(workflow), 120)  # orphans of a killed Snakemake finish what they are at
    last = workflow.run(*TARGETS)
    assert last.returncode == 0, last.stderr[-3000:]
    assert everything(workflow) == whole
    counts = f"{with_checkpoint} with a checkpoint, {taken_up} taken up, {finished + 1} whole, {stuck} stuck"
    print(f"{done} kills, {counts}: {sorted(ways)}")
    assert with_checkpoint >= kills // 10


def test_a_killed_exchange_goes_on_with_the_same_bits_and_a_damaged_shard_is_named(workflow):
    """Batches of exchange Monte Carlo are kept, taken up and guarded as those of annealing."""
    workflow.write_long_batches()
    study = yaml.safe_load((workflow.folder / "config/tiny.yaml").read_text(encoding="utf-8"))
    workflow.write_overlay(study | {"checks": NO_CHECKS | {"equilibrium": EXCHANGE}})
    target, shards = "results/runs/tiny/equilibrium/L8_J3_tempered/T0.2.npz", "results/shards/L8_J3-*/**/*.npz"
    first = workflow.run(target)
    assert first.returncode == 0, first.stderr[-3000:]
    whole = workflow.bytes_of(shards)
    shutil.rmtree(workflow.folder / "results")

    run = workflow.start(target)
    workflow.wait_for(workflow.checkpoints)
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    unlock(workflow)
    again = workflow.run(target, cores=1)
    assert again.returncode == 0, again.stderr[-3000:]
    logs = workflow.bytes_of("results/runs/tiny/logs/temper/**/*.log").values()
    assert any(b"realizations taken from" in log for log in logs)
    assert workflow.bytes_of(shards) == whole

    damaged = next(path for path in whole if "/T0.2/" in path)
    (workflow.folder / damaged).write_bytes(whole[damaged][:-100])
    (line,) = [line for line in workflow.words("verify_files") if line.startswith(f"{damaged}: ")]
    assert "damaged" in line
    assert f"--force {damaged}" in line
