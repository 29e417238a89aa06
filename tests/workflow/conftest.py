"""The tiny study, for one test and for all tests of a module."""

import fcntl
from dataclasses import replace

import pytest
from tiny import Workflow

from tlsglass.dos.grid import Grid
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo import methods
from tlsglass.montecarlo.protocol import COUNTING_METHODS, Protocol

# Modules that take long begin first, so that all processes of pytest-xdist end together; test_site after test_slurm, because it
# does not wait for the compiler where there is no Slurm.
LONGEST_FIRST = (
    "test_slurm",
    "test_dag",
    "test_published",
    "test_site",
    "test_kills",
    "test_faults",
    "test_commands",
    "test_runs",
)


def pytest_collection_modifyitems(items):
    rank = {name: k for k, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """Compile the hot loops once. Copies of the workflow include the compiler's cache; else each would compile for 7 s."""
    model = ModelParameters(L=4, h0_K=10.0, J0_K=2.0, cutoff=1.0, concentration=0.5)
    protocol = Protocol((10.0, 1.0), "metropolis", 128, 1e-6, (1.0,), 10, 1, Grid(20, 8, 1.04))
    with (tmp_path_factory.getbasetemp().parent / "compiling.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one worker compiles, and the others read what it wrote
        for method in COUNTING_METHODS:
            methods.simulate(model, replace(protocol, method=method), 0, 10)


@pytest.fixture
def workflow(compiled, tmp_path):
    return Workflow(tmp_path)


@pytest.fixture(scope="module")
def module_workflow(compiled, tmp_path_factory):
    """A workflow that the tests of a module share: they build on what is there, or only read it."""
    return Workflow(tmp_path_factory.mktemp("workflow"))
