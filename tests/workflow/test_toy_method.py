"""A new method of simulation is one module, its name in two other modules, and a variant in an overlay."""

import re

import numpy as np
import yaml
from tiny import TINY

import tlsglass
from shared import CONFIG, ROOT

SECTION = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("\n## A method\n")[1].split("\n## ")[0]
(MODULE,) = re.findall(r"```python\n(.*?)```", SECTION, flags=re.S)
(VARIANT,) = re.findall(r"```yaml\n(.*?)```", SECTION, flags=re.S)
IMPORT = "from tlsglass.montecarlo.annealing import AnnealingSimulation\n"
ADDITIONS = {
    "protocol.py": {
        "JOB_NAMES = {": 'JOB_NAMES = {"warmed": "anneal_warmed", ',
        "COUNTING_METHODS = (": 'COUNTING_METHODS = ("warmed", ',
    },
    "methods.py": {
        IMPORT: f"{IMPORT}from tlsglass.montecarlo.warmed import WarmedAnnealing\n",
        "    ANNEALING: AnnealingSimulation,\n": '    ANNEALING: AnnealingSimulation,\n    "warmed": WarmedAnnealing,\n',
    },
}
MODEL = tlsglass.ModelParameters(L=4, h0_K=10.0, J0_K=2.0, cutoff=1.0, concentration=0.5)


def test_a_method_is_simulated_as_a_variant(workflow):
    package = workflow.folder / "scripts/tlsglass/montecarlo"
    (package / "warmed.py").write_text(MODULE, encoding="utf-8")
    for name, replacements in ADDITIONS.items():
        source = (package / name).read_text(encoding="utf-8")
        for old, new in replacements.items():
            assert source.count(old) == 1
            source = source.replace(old, new)
        (package / name).write_text(source, encoding="utf-8")
    (variant,) = yaml.safe_load(VARIANT)["checks"]["variants"].values()
    variants = TINY["checks"]["variants"] | {"warmed": variant | {"L": 4, "J0_K": 2, "realizations": 20}}
    workflow.write_overlay(TINY | {"checks": TINY["checks"] | {"variants": variants}})

    run = workflow.run("results/runs/tiny/variants/warmed/T0.5.csv")
    assert run.returncode == 0, run.stderr[-3000:]
    assert "rule anneal_warmed" in run.stderr
    density = tlsglass.load_density(workflow.results() / "variants/warmed/T0.5.npz")
    expected = np.zeros_like(density.total)
    for realization in range(20):
        chain = tlsglass.MarkovChain.from_seed(MODEL, realization, CONFIG["seed"])
        ladder_K = TINY["annealing"]["schedule_K"]
        for T_K in [*ladder_K, *ladder_K[: ladder_K.index(0.5) + 1]]:
            chain.sweep(T_K, TINY["annealing"]["sweeps"])
        expected += np.histogram(chain.excitation_energies(), density.edges_K)[0]
    np.testing.assert_array_equal(density.total, expected)
