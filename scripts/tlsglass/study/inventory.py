"""Inventory of a study's data files, each with the check that validates it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tlsglass.base import labels
from tlsglass.dos.load import read_merged, read_shard
from tlsglass.montecarlo import annealing, methods
from tlsglass.study.configured_study import Study
from tlsglass.study.simulation_plan import SimulationPlan

Check = Callable[..., object]


def shard_checks(study: Study) -> list[tuple[str, Check]]:
    """Return pairs (name below the folder of all shards, check of a path) for all shards of a study."""
    checks: dict[str, Check] = {}
    for plan in study.simulation_plans().values():
        for rung in plan.rungs:
            check: Check = partial(read_shard, fingerprint=plan.fingerprint_at(rung), T_K=rung.T_K)
            checks |= dict.fromkeys(plan.shards(rung), check)
        if plan.wants_chain_record:
            check = partial(methods.read_record, fingerprint=plan.record_fingerprint, method=plan.protocol.method)
            checks |= dict.fromkeys(plan.chain_records, check)
    return list(checks.items())


def merged_checks(study: Study) -> list[tuple[str, Check]]:
    """Return pairs (name below the folder of a run, or of the published outcome, check of a path) for all merged counts.

    The counts that compare annealing with tempering, and interactions, are not among them, because they are not published.
    """
    checks = [
        (f"{kind}/{name}/T{T}.npz", _merged_check(plan.simulation, rung))
        for kind, plans in study.counts_plans.items()
        if kind not in ("equilibrium", "interactions")
        for name, plan in plans.items()
        for T, rung in plan.rungs.items()
    ]
    for L, J0 in study.sets:
        plan = study.set_plan(L, J0)
        check = partial(annealing.read_summary, fingerprint=plan.record_fingerprint, n=plan.realizations)
        checks.append((f"chain/{study.name(L, J0)}.npz", check))
    return checks


def _merged_check(plan: SimulationPlan, rung: labels.Rung) -> Check:
    return partial(read_merged, fingerprint=plan.fingerprint_at(rung), T_K=rung.T_K, n=plan.realizations)
