"""What all commands of ``tlsglass`` share."""

import os
import subprocess
import sys

import pytest

from shared import ROOT

PROGRAM = """
import os, sys
from tlsglass import cli
cli.main(["density", "--T", "x"])
print("numpy" in sys.modules, [os.environ[f"{name}_NUM_THREADS"] for name in ("OPENBLAS", "OMP", "MKL")])
"""


@pytest.mark.parametrize(("chosen", "expected"), [({}, ["1", "1", "1"]), ({"OMP_NUM_THREADS": "3"}, ["1", "3", "1"])])
def test_linear_algebra_has_one_thread_unless_the_environment_says_otherwise(chosen, expected):
    environment = {key: value for key, value in os.environ.items() if not key.endswith("_NUM_THREADS")}
    environment |= chosen | {"PYTHONPATH": str(ROOT / "scripts")}
    run = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == f"False {expected}"  # set before numpy is imported, which reads it
