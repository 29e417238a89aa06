"""The tiny study, for one test and for all tests of a module."""

import pytest
from tiny import Workflow

# Modules that take minutes begin first, so that both workers of pytest-xdist end together.
LONGEST_FIRST = ("test_slurm", "test_dag", "test_published", "test_faults", "test_kills", "test_commands", "test_runs")


def pytest_collection_modifyitems(items):
    rank = {name: k for k, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


@pytest.fixture
def workflow(tmp_path):
    return Workflow(tmp_path)


@pytest.fixture(scope="module")
def module_workflow(tmp_path_factory):
    """A workflow that the tests of a module share: they build on what is there, or only read it."""
    return Workflow(tmp_path_factory.mktemp("workflow"))
