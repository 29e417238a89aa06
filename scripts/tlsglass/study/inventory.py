"""The files that hold the numbers of a study, by name, each with what tells whether it is what the study asks for."""

from functools import partial

from tlsglass.dos.load import read_merged, read_shard
from tlsglass.montecarlo import annealing, methods


def of_shards(study):
    """Return pairs (name below the folder of all shards, check of a path) for all shards of a study."""
    found = {}
    for simulated in study.all_simulated().values():
        for rung in simulated.rungs:
            read = partial(read_shard, fingerprint=simulated.origin_at(rung), T_K=rung.T_K)
            found |= dict.fromkeys(simulated.shards(rung), read)
        if simulated.told:
            read = partial(methods.read_record, fingerprint=simulated.annealing_origin, method=simulated.protocol.method)
            found |= dict.fromkeys(simulated.chains, read)
    return list(found.items())


def of_merged(study):
    """Return pairs (name below the folder of a run, or of the published outcome, check of a path) for all merged counts that
    are published: those of annealing and tempering, side by side, are not."""
    found = [
        (f"{kind}/{name}/T{T}.npz", _merged(one.simulated, rung))
        for kind, counted in study.counted().items()
        if kind != "equilibrium"
        for name, one in counted.items()
        for T, rung in one.rungs.items()
    ]
    for L, J0 in study.sets:
        simulated = study.simulated(L, J0)
        read = partial(annealing.read_summary, fingerprint=simulated.annealing_origin, n=simulated.realizations)
        found.append((f"chain/{study.name(L, J0)}.npz", read))
    return found


def _merged(simulated, rung):
    return partial(read_merged, fingerprint=simulated.origin_at(rung), T_K=rung.T_K, n=simulated.realizations)
