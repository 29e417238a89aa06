"""The tiny study, for one test and for all tests of a module."""

import pytest
from tiny import Workflow


@pytest.fixture
def workflow(tmp_path):
    return Workflow(tmp_path)


@pytest.fixture(scope="module")
def module_workflow(tmp_path_factory):
    """A workflow that the tests of a module share: they build on what is there, or only read it."""
    return Workflow(tmp_path_factory.mktemp("workflow"))
