"""What an atlas needs of its simulations: the counts that it is fitted to, and the CPU time of the jobs."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from tlsglass.atlas.table import compact
from tlsglass.base.types import StrPath
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.load import load_merged
from tlsglass.montecarlo.protocol import JOB_NAMES
from tlsglass.study.simulation_plan import SimulationPlan


def load_counts(plan: SimulationPlan, shards: Iterator[str], groups: int) -> list[DensityOfStates]:
    """Return the densities of states of one set, coldest first, in the bins and jackknife groups of an atlas.

    ``shards`` yields the paths of the shards of ``plan``, batch by batch at each of its rungs.
    """
    ranges, densities = [(0, plan.realizations)], []
    for rung in plan.rungs:
        paths = [next(shards) for _ in plan.batches]
        merged = load_merged(paths, plan.fingerprint_at(rung), rung.T_K, plan.realizations, groups, ranges)
        densities.append(compact(merged))
    return sorted(densities, key=lambda density: density.T_K)


def sum_cpu_time(plans: Iterable[SimulationPlan], benchmarks: StrPath) -> dict[str, float]:
    """Return the CPU time of the jobs of simulations.

    They are the number of ``jobs``, that of ``measured_jobs``, and the ``cpu_hours`` of the latter. A job that several plans
    share counts once. A job is not measured if another run made its shards, whose folder is common to all runs, or if it was
    too short for Snakemake. ``benchmarks`` is the folder of the benchmark files of a run.
    """
    paths = {
        Path(benchmarks) / JOB_NAMES[plan.protocol.method] / plan.shard_folder / f"{batch}.tsv"
        for plan in plans
        for batch in plan.batches
    }
    seconds = [float(pd.read_csv(path, sep="\t")["cpu_time"].iloc[-1]) for path in sorted(paths) if path.is_file()]
    measured = np.isfinite(seconds)
    cpu_s = float(np.sum(np.array(seconds)[measured]))
    return {"jobs": len(paths), "measured_jobs": int(measured.sum()), "cpu_hours": round(cpu_s / 3600, 4)}
