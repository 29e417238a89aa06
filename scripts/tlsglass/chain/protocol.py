"""How a realization is annealed, and what names the origin of the numbers that come of it. Plain Python, for the workflow."""

import hashlib
import json
from dataclasses import dataclass, replace

from tlsglass.base import names
from tlsglass.density.grid import Grid
from tlsglass.model.parameters import Model

CHAIN_VERSION = 3  # raise it whenever the same seed gives another chain: shards are told apart by it
EQUILIBRIUM_VERSION = 1  # raise it whenever the same chain is exchanged, or looked at twice, in another way

ANNEALING, TEMPERING, TWICE = "annealing", "tempering", "annealing_twice"  # methods
VERBS = {ANNEALING: "anneal", TEMPERING: "temper", TWICE: "anneal_twice"}  # how their jobs are called


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
        return [*map(names.Rung, self.ladder_K), *self.quenched]

    @property
    def quench(self):
        return names.Rung(self.quench_K, quench=True)

    @property
    def quenched(self):
        """The quench alone in a list, which is empty where there is none."""
        return [self.quench] if self.method == ANNEALING else []

    @property
    def counted(self):
        """The rungs at which energies are counted, as names.Rung."""
        return [*map(names.Rung, self.measured_K), *self.quenched]

    def grid_edges(self, T_K, E_max_K):
        """Return the energy bins at ``T_K``; the quench shares those of the lowest rung."""
        return self.grid.edges(max(T_K, self.ladder_K[-1]), E_max_K)


def scaled(protocol, factor):
    """Return ``protocol`` with every temperature multiplied by ``factor``."""
    return replace(
        protocol,
        ladder_K=tuple(names.rounded(T * factor) for T in protocol.ladder_K),
        measured_K=tuple(names.rounded(T * factor) for T in protocol.measured_K),
        quench_K=names.rounded(protocol.quench_K * factor),
    )


def _facts(model, protocol, without=()):
    told = {"chain_version": CHAIN_VERSION} | names.facts(model) | names.facts(protocol)
    if protocol.method != ANNEALING:
        told["equilibrium_version"] = EQUILIBRIUM_VERSION
        without = ("quench_K", *without)
    return {name: value for name, value in told.items() if name not in ("measured_K", *without)}


def origin(model, protocol, rung=None):
    """Name all that the counts at ``rung`` depend on, but for their realizations; without one, at whatever rung.

    Counts at a temperature do not depend on where else energies are counted, nor, where a state is annealed, on the rungs
    below it.
    """
    told = _facts(model, protocol)
    if rung is not None and not rung.quench and protocol.method == ANNEALING:
        del told["quench_K"]
        told["ladder_K"] = [names.label(T) for T in protocol.ladder_K if T >= rung.T_K]
    return json.dumps(told, sort_keys=True)


def annealing_origin(model, protocol):
    """Name all that is told of chains depends on: energies, acceptances and stability along the ladder of annealing.

    Energies are not counted for them. By the other methods it is the ``origin``.
    """
    if protocol.method != ANNEALING:
        return origin(model, protocol)
    return json.dumps(_facts(model, protocol, without=("block", "grid")), sort_keys=True)


def of_origin(text, measured_K=()):
    """Return the Model and the Protocol of an ``origin``, with energies counted at the rungs ``measured_K``."""
    told = {"quench_K": "0"} | json.loads(text) | {"measured_K": measured_K}
    return names.settings(Model, told), names.settings(Protocol, told)


def key(model, origin):
    """Return the name of the folder that keeps the shards of an ``origin``: L8_J2-3f9c1a2b."""
    return f"{names.Set(model.L, model.J0_K)}-{hashlib.sha256(origin.encode()).hexdigest()[:8]}"
