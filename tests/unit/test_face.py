"""The public face: its names, that it is imported in no time, and what it refuses."""

import subprocess
import sys

import numpy as np
import pytest

import tlsglass
from shared import ROOT
from tlsglass.montecarlo import methods

MODEL = {"L": 4, "h0_K": 10.0, "J0_K": 3.0, "cutoff": 1.0, "concentration": 0.5}
PROTOCOL = {"ladder_K": (10.0, 1.0), "dynamics": "metropolis", "sweeps": 5, "quench_K": 2e-6, "block": 10, "seed": 1}


def protocol(measured_K):
    return tlsglass.Protocol(measured_K=measured_K, grid=tlsglass.Grid(20, 8, 1.04), **PROTOCOL)


def test_every_name_is_there_and_documented():
    assert set(tlsglass.__all__) <= set(dir(tlsglass))
    for name in tlsglass.__all__:
        assert name == "__version__" or getattr(tlsglass, name).__doc__
    with pytest.raises(AttributeError, match="has no attribute 'globe'"):
        _ = tlsglass.globe


def test_the_import_brings_nothing_heavy():
    heavy = "{'numpy', 'numba', 'scipy', 'pandas', 'matplotlib', 'snakemake'}"
    code = f"import sys; sys.path.insert(0, 'scripts'); import tlsglass; print({heavy} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_a_density_of_the_atlas_needs_numpy_alone():
    heavy = "{'numba', 'scipy', 'pandas', 'matplotlib', 'snakemake'}"
    density = "from tlsglass import atlas; atlas.density(1, 0.3, 2.7)"
    code = f"import sys; sys.path.insert(0, 'scripts'); {density}; print({heavy} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_a_chain_of_a_model_is_that_of_the_simulation():
    chain = tlsglass.MarkovChain.from_seed(tlsglass.ModelParameters(**MODEL), realization=3, seed=1)
    for T in PROTOCOL["ladder_K"]:
        chain.sweep(T, PROTOCOL["sweeps"])
    counts, _ = methods.simulate(tlsglass.ModelParameters(**MODEL), protocol((1.0,)), 0, 10)
    edges = counts[1.0].edges_K
    chains = [tlsglass.MarkovChain.from_seed(tlsglass.ModelParameters(**MODEL), realization, 1) for realization in range(10)]
    for member in chains:
        for T in PROTOCOL["ladder_K"]:
            member.sweep(T, PROTOCOL["sweeps"])
    np.testing.assert_array_equal(chains[3].spins, chain.spins)
    energies = np.concatenate([member.excitation_energies() for member in chains])
    np.testing.assert_array_equal(np.histogram(energies, edges)[0], counts[1.0].total)
    before = chain.energy_per_spin()
    chain.relax()
    assert chain.energy_per_spin() <= before


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: tlsglass.MarkovChain.from_seed(tlsglass.ModelParameters(**MODEL), -1, 1), "realization = -1"),
        (
            lambda: methods.simulate(tlsglass.ModelParameters(**MODEL), protocol((1.0,)), 0, 1),
            "n = 1: must be a multiple of the block",
        ),
        (
            lambda: methods.simulate(tlsglass.ModelParameters(**MODEL), protocol((1.0,)), 5, 10),
            "first = 5: must be a multiple",
        ),
        (lambda: protocol((0.55,)), "measured_K"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(call, said):
    with pytest.raises(ValueError, match=said) as caught:
        call()
    assert "\n" not in str(caught.value)
