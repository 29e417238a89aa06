"""The counts that an atlas is fitted to, from the shards of a simulation."""

from collections.abc import Iterator

from tlsglass.atlas.table import compact
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.load import load_merged
from tlsglass.study.simulation_plan import SimulationPlan


def load_counts(plan: SimulationPlan, shards: Iterator[str], groups: int) -> list[DensityOfStates]:
    """Return the densities of states of one set, coldest first, in the bins and jackknife groups of an atlas.

    Parameters
    ----------
    plan
        The simulation of the set.
    shards
        Yields the paths of its shards, batch by batch at each of its rungs.
    groups
        Number of jackknife groups.
    """
    ranges, densities = [(0, plan.realizations)], []
    for rung in plan.rungs:
        paths = [next(shards) for _ in plan.batches]
        merged = load_merged(paths, plan.fingerprint_at(rung), rung.T_K, plan.realizations, groups, ranges)
        densities.append(compact(merged))
    return sorted(densities, key=lambda density: density.T_K)
