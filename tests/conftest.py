"""Small systems and synthetic counts that several tests share."""

import gc
from pathlib import Path

import numpy as np
import pytest

from shared import ROOT
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.grid import Grid
from tlsglass.model import disorder
from tlsglass.montecarlo.protocol import Protocol


def pytest_addoption(parser):
    parser.addoption("--kills", type=int, default=4, help="how often tests/workflow/test_kills.py kills a run")
    parser.addoption(
        "--mutations", type=int, default=10, help="how many mutated datasets test_mutations.py carries through a fit"
    )
    parser.addoption("--minima-table", help="a table to which test_minima.py adds how many of them have a better fit")
    parser.addoption(
        "--nulls", type=int, default=0, help="how many null tests of each kind test_null.py makes (0: one of a few kinds)"
    )
    parser.addoption("--nulls-table", help="a table to which test_null.py adds how many of them claim something")
    parser.addoption("--minima", type=int, default=1, help="how many tables of each observable test_minima.py tries")
    parser.addoption("--mutations-from", type=int, default=0, help="the first of their seeds")
    parser.addoption(
        "--attacks", type=int, default=300, help="how many hostile inputs tests/attack tries; from 1000 on all damage"
    )
    parser.addoption("--attacks-from", type=int, default=0, help="the first of their seeds")


def pytest_collection_finish():
    gc.freeze()  # else each full collection would search all that is imported, 5 % of the time of the tests


class Texts(dict):
    """{path from the root: text} of the README and the pages in docs, as templates and the published outcome give them."""

    def __init__(self, root):
        self.root = root
        self.templates = {template.stem: template for template in sorted((root / "docs/templates").glob("*.md.j2"))}
        self.paths = [name if name == "README.md" else f"docs/{name}" for name in self.templates]

    def __missing__(self, path):
        from tlsglass.report import docs_pages

        return self.setdefault(path, docs_pages.render_page(self.templates[Path(path).name], self.root, 12))

    def all(self):
        return {path: self[path] for path in self.paths}


@pytest.fixture(scope="session")
def texts():
    return Texts(ROOT)


@pytest.fixture
def small_model():
    return disorder.ModelParameters(L=4, h0_K=10.0, J0_K=3.0, cutoff=1.0, concentration=0.5)


@pytest.fixture
def build(small_model):
    """Return the integer Hamiltonian of a realization of the small model."""

    def build(realization=0, model=small_model, seed=1):
        return disorder.build(model, disorder.draw(model, seed, realization))

    return build


@pytest.fixture
def counts_of():
    """Return Counts whose expected n(T, E) is a given function: sampled, or with ``rng=None`` exact (not integers)."""

    def counts_of(density, T_K, realizations=1000, rng=None, n_spins=256, block=10, E_max_K=200.0, grid=None, groups=20):
        edges = (grid or Grid(20, 8, 1.04)).edges(T_K, E_max_K)
        x, w = np.polynomial.legendre.leggauss(8)
        low, high = edges[:-1, None], edges[1:, None]
        mean = (density(low + 0.5 * (high - low) * (1 + x)) * 0.5 * w).sum(axis=1)
        blocks = realizations // block
        expected = mean * np.diff(edges) * n_spins / 0.5 * block
        counts = np.tile(expected, (blocks, 1)) if rng is None else rng.poisson(expected, size=(blocks, len(expected)))
        return DensityOfStates(
            L=8,
            J0_K=2.0,
            T_K=T_K,
            n_spins=n_spins,
            concentration=0.5,
            block=block,
            fingerprint="synthetic",
            first=np.arange(blocks) * block,
            edges_K=edges,
            counts=counts,
            groups=groups,
        )

    return counts_of


@pytest.fixture
def short_protocol():
    """Return a ladder of five rungs that takes milliseconds."""
    return Protocol(
        ladder_K=(100.0, 20.0, 5.0, 1.0, 0.5),
        dynamics="metropolis",
        sweeps=30,
        quench_K=2e-6,
        measured_K=(0.5,),
        block=10,
        seed=3,
        grid=Grid(20, 8, 1.04),
    )
