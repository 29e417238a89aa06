"""The study through profiles/slurm on a real Slurm of one node: the bits of a local run, whatever happens to jobs and node."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from shared import ROOT

SLURM = ROOT / "tests/cluster/slurm"
# what differs from a real cluster: no accounts, no accounting, and no wish to wait
HERE = ["--profile", "profiles/slurm", "--slurm-no-account", "--slurm-status-command", "squeue"]
HERE += ["--slurm-init-seconds-before-status-checks", "1", "--latency-wait", "10"]
# Snakemake, which looks for jobs that have ended every second. The plugin would wait 10 s more after each time that none has.
PROGRAM = """
import sys
from snakemake.cli import main
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor
RemoteExecutor.next_seconds_between_status_checks = property(lambda self: 1, lambda self, seconds: None)
main(sys.argv[1:])
"""
TARGETS = ["results/runs/tiny/tables/table_2.csv", "results/runs/tiny/tables/annealing.csv"]

# not in the fixture, before which that of the compiled workflow is set up
pytestmark = [
    pytest.mark.slurm,
    pytest.mark.skipif(
        not shutil.which("slurmctld"),
        reason="Slurm is not installed; as root, where there is apt-get: tests/cluster/slurm install",
    ),
]


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    """A running Slurm; return what asks it something."""
    folder = tmp_path_factory.mktemp("slurm")
    started = subprocess.run([SLURM, "start", folder, str(os.getpid())], capture_output=True, text=True, check=False)
    if started.returncode:
        pytest.skip(f"Slurm does not start here: {started.stderr.strip()[-300:]}")

    def ask(*command):
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    yield ask
    subprocess.run([SLURM, "stop", folder], check=True)


def written(workflow):
    """Return the bytes of all shards, densities and tables, by their paths."""
    return workflow.bytes_of("results/shards/**/*.npz") | workflow.bytes_of("results/runs/tiny/[dft]*/**/*.[nc]*")


def listening_addresses(ports):
    """Return the local addresses, as hexadecimal text, of all sockets that listen on TCP ``ports``."""
    sockets = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    local = [fields[1].split(":") for fields in sockets if fields[3] == "0A"]
    return {address for address, port in local if int(port, 16) in ports}


def test_the_daemons_listen_on_the_loopback_address_only(slurm):
    assert listening_addresses({6817, 6818}) == {"0100007F"}


def test_a_cancelled_job_and_a_lost_node_change_nothing(workflow, slurm):
    workflow.write_long_batches(model={"J0_K": [2]})
    assert workflow.run(*TARGETS).returncode == 0
    local = written(workflow)
    shutil.rmtree(workflow.folder / "results")

    def running():
        """Return the Slurm jobs that are annealing, once one has kept a checkpoint."""
        kept = workflow.checkpoints()
        return kept and slurm("squeue", "--noheader", "--states=RUNNING", "--format=%i %k").split("\n")[0].split()

    run = workflow.start(*TARGETS, *HERE, program=("-c", PROGRAM))
    try:
        slurm("scancel", workflow.wait_for(running, 300)[0])
        time.sleep(5)
        workflow.wait_for(running, 300)
        node = f"nodename={socket.gethostname().split('.')[0]}"
        slurm("scontrol", "update", node, "state=down", "reason=test")
        time.sleep(3)
        if "down" in slurm("sinfo", "--noheader", "--format=%T"):  # else it has registered again by itself
            slurm("scontrol", "update", node, "state=resume")
        output, _ = run.communicate(timeout=400)
    finally:
        run.kill()
        subprocess.run(["pkill", "-KILL", "-f", f"{workflow.folder}/Snakefile"], check=False)  # of a node that Slurm has lost
    assert run.returncode == 0, output[-3000:]
    assert written(workflow) == local
    logs = workflow.bytes_of("results/runs/tiny/logs/anneal/**/*.log").values()
    assert any(b"realizations taken from" in log for log in logs)
