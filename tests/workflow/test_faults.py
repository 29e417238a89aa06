"""Kills, damage and hostile names: the next run completes with the same bits, or one line says what to do."""

import os
import signal
import subprocess
import time

TARGETS = [f"results/dos/L4_J{J0}/T0.5.csv" for J0 in (2, 3)]


def start(workflow, *arguments):
    return subprocess.Popen(workflow.command(*arguments), **workflow.surroundings(), process_group=0)


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_after_sigkill_the_next_run_needs_no_unlocking_and_a_live_run_keeps_its_lock(workflow):
    run = start(workflow, *TARGETS)
    wait_for(lambda: list(workflow.folder.glob(".snakemake/locks/*.lock")))
    beside = workflow.run(*TARGETS)
    assert beside.returncode == 1
    assert "locked" in beside.stdout + beside.stderr
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    assert list(workflow.folder.glob(".snakemake/locks/*.lock"))
    after = workflow.run(*TARGETS)
    assert after.returncode == 0, after.stderr[-3000:]
