"""The files that hold the numbers of a study, by name, each with what tells whether it is what the study asks for."""

from functools import partial

from tlsglass.chain import simulation
from tlsglass.density import shards


def of_shards(study):
    """Return pairs (name below the folder of all shards, check of a path) for all shards of a study."""
    found = {}
    for simulated in study.all_simulated().values():
        for rung in simulated.rungs:
            read = partial(shards.read_shard, origin=simulated.origin_at(rung), T_K=rung.T_K)
            found |= dict.fromkeys(simulated.shards(rung), read)
        if simulated.quench:
            read = partial(simulation.read_chain, origin=simulated.annealing_origin)
            found |= dict.fromkeys(simulated.chains, read)
    return list(found.items())


def of_merged(study):
    """Return pairs (name below the folder of a run, or of the published outcome, check of a path) for all merged counts."""
    found = []
    for L, J0 in study.sets:
        name, simulated = study.name(L, J0), study.simulated(L, J0)
        found += [(f"dos/{name}/T{T}.npz", _merged(simulated, study.rung(T))) for T in study.temperatures]
        read = partial(simulation.read_summary, origin=simulated.annealing_origin, n=simulated.realizations)
        found.append((f"chain/{name}.npz", read))
    for name in study.variants:
        variant = study.variant(name)
        found += [(f"variants/{name}/T{T}.npz", _merged(variant.simulated, rung)) for T, rung in variant.rungs.items()]
    return found


def _merged(simulated, rung):
    return partial(shards.read_merged, origin=simulated.origin_at(rung), T_K=rung.T_K, n=simulated.realizations)
