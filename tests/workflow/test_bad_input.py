"""Bad input ends before any job, in one line that names file, key and value."""

import pytest


def refusal(workflow, **options):
    """Run, expect no result and no traceback, and return the lines that Snakemake's own greeting leaves over."""
    run = workflow.run(**options)
    assert run.returncode == 1
    assert not (workflow.folder / "results").exists()
    lines = [line for line in (run.stdout + run.stderr).splitlines() if not line.startswith("Using workflow")]
    assert all(line.startswith("config/") for line in lines)  # a line for each thing, which names its file
    return lines


@pytest.mark.parametrize(
    ("overlay", "said"),
    [
        ({"annealing": {"sweps": 3}}, "config/bad.yaml: annealing.sweps = 3: unknown key"),
        (
            {"density_of_states": {"temperatures_K": [-1, 0.5, 1]}},
            "config/bad.yaml: density_of_states.temperatures_K[0] = -1: must be > 0",
        ),
        (
            {"density_of_states": {"temperatures_K": [0.07, 0.5, 1]}},
            "config/bad.yaml: density_of_states.temperatures_K[0] = 0.07: must be one of",
        ),
        ({"figures": {"L": 10}}, "config/bad.yaml: figures.L = 10: must be the L of one of lattices"),
        (
            {"lattices": [{"L": 8, "realizations": 800, "realizations_per_job": 200}]},
            "config/config.yaml: figures.L = 12: must be the L of",
        ),
        ({"paper": {"L": 10}}, "config/bad.yaml: paper.L = 10: must be the L of one of lattices"),
        ({"model": {"J0_K": ["two"]}}, "config/bad.yaml: model.J0_K[0] = 'two': must be of type number"),
    ],
)
def test_a_bad_overlay(workflow, overlay, said):
    workflow.write_overlay(overlay, "config/bad.yaml")
    assert refusal(workflow, configfile="config/bad.yaml")[0].startswith(said)


def test_a_bad_value_on_the_command_line(workflow):
    run = workflow.run("-n", "--config", "seed=-3", configfile=None)
    assert run.returncode == 1
    assert "--config: seed = -3: must be >= 0" in run.stderr
