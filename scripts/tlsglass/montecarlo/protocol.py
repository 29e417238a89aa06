"""How a realization is annealed, and what names the origin of the numbers that come of it. Plain Python, for the workflow."""

import hashlib
import json
from dataclasses import dataclass, replace

from tlsglass.base import labels
from tlsglass.dos.grid import Grid
from tlsglass.model.parameters import ModelParameters

CHAIN_VERSION = 3  # raise it whenever the same seed gives another chain: shards are told apart by it
EQUILIBRIUM_VERSION = 1  # raise it whenever the same chain is exchanged, or looked at twice, in another way

ANNEALING, TEMPERING, PAIRED_ANNEALING = "annealing", "tempering", "annealing_twice"  # methods
JOB_NAMES = {ANNEALING: "anneal", TEMPERING: "temper", PAIRED_ANNEALING: "anneal_twice"}  # how their jobs are called


@dataclass(frozen=True)
class Protocol:
    """How a realization is simulated and at which temperatures its excitation energies are counted (all in kelvin).

    By ``method`` annealing one state goes down the ladder and is then quenched; by tempering a replica at each rung is
    exchanged with its neighbours, and there is no quench. Two independent anneals end at the last rung, too, and are
    looked at along the ladder: no energies are counted for them. Raises ValueError when energies are to be counted at what
    is no rung.
    """

    ladder_K: tuple  # descending
    dynamics: str  # "metropolis" or "heat_bath"
    sweeps: int  # at each rung, and at the quench; by tempering half of them come before energies are counted
    quench_K: float
    measured_K: tuple  # rungs at which energies are counted; the quench is always counted
    block: int  # realizations per block of counts
    seed: int
    grid: Grid
    method: str = ANNEALING
    extensions: int = 0  # by tempering: how often the sweeps of a realization are quadrupled where its copies have not met

    def __post_init__(self):
        for T in self.measured_K:
            if T not in self.ladder_K:
                raise ValueError(f"measured_K holds {T!r}, which is no rung of ladder_K")

    @property
    def rungs(self):
        """The ladder from its top to the quench, as names.Rung."""
        return [*map(labels.Rung, self.ladder_K), *self.quench_rungs]

    @property
    def quench_rung(self):
        return labels.Rung(self.quench_K, quench=True)

    @property
    def quench_rungs(self):
        """The quench alone in a list, which is empty where there is none."""
        return [self.quench_rung] if self.method == ANNEALING else []

    @property
    def counted_rungs(self):
        """The rungs at which energies are counted, as names.Rung."""
        return [*map(labels.Rung, self.measured_K), *self.quench_rungs]

    def grid_edges(self, T_K, E_max_K):
        """Return the energy bins at ``T_K``; the quench shares those of the lowest rung."""
        return self.grid.edges(max(T_K, self.ladder_K[-1]), E_max_K)


def scale_temperatures(protocol, factor):
    """Return ``protocol`` with every temperature multiplied by ``factor``."""
    return replace(
        protocol,
        ladder_K=tuple(labels.round_to_label(T * factor) for T in protocol.ladder_K),
        measured_K=tuple(labels.round_to_label(T * factor) for T in protocol.measured_K),
        quench_K=labels.round_to_label(protocol.quench_K * factor),
    )


def _facts(model, protocol, without=()):
    told = {"chain_version": CHAIN_VERSION} | labels.to_jsonable(model) | labels.to_jsonable(protocol)
    if protocol.method != ANNEALING:
        told["equilibrium_version"] = EQUILIBRIUM_VERSION
        without = ("quench_K", *without)
    return {name: value for name, value in told.items() if name not in ("measured_K", *without)}


def counts_fingerprint(model, protocol, rung=None):
    """Name all that the counts at ``rung`` depend on, but for their realizations; without one, at whatever rung.

    Counts at a temperature do not depend on where else energies are counted, nor, where a state is annealed, on the rungs
    below it.
    """
    told = _facts(model, protocol)
    if rung is not None and not rung.quench and protocol.method == ANNEALING:
        del told["quench_K"]
        told["ladder_K"] = [labels.format_number(T) for T in protocol.ladder_K if T >= rung.T_K]
    return json.dumps(told, sort_keys=True)


def record_fingerprint(model, protocol):
    """Name all that is told of chains depends on: energies, acceptances and stability along the ladder of annealing.

    Energies are not counted for them. By the other methods it is the ``origin``.
    """
    if protocol.method != ANNEALING:
        return counts_fingerprint(model, protocol)
    return json.dumps(_facts(model, protocol, without=("block", "grid")), sort_keys=True)


def parse_fingerprint(fingerprint, measured_K=()):
    """Return the Model and the Protocol of an ``origin``, with energies counted at the rungs ``measured_K``."""
    told = {"quench_K": "0"} | json.loads(fingerprint) | {"measured_K": measured_K}
    return labels.from_jsonable(ModelParameters, told), labels.from_jsonable(Protocol, told)


def shard_folder(model, fingerprint):
    """Return the name of the folder that keeps the shards of an ``origin``: L8_J2-3f9c1a2b."""
    return f"{labels.ParameterSet(model.L, model.J0_K)}-{hashlib.sha256(fingerprint.encode()).hexdigest()[:8]}"
