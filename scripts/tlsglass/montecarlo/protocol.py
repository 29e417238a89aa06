"""The protocol of a simulation, and the fingerprints of its results. Plain Python without numpy, for the workflow."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tlsglass.base import labels
from tlsglass.dos.grid import Grid
from tlsglass.model.parameters import ModelParameters

if TYPE_CHECKING:
    from tlsglass.base.types import FloatArray

CHAIN_VERSION = 3  # to be raised whenever the same seed gives another chain; it is part of every fingerprint
EQUILIBRIUM_VERSION = 1  # the same for exchanges, and for the snapshots of paired anneals

ANNEALING, TEMPERING, PAIRED_ANNEALING = "annealing", "tempering", "annealing_twice"  # methods
JOB_NAMES = {ANNEALING: "anneal", TEMPERING: "temper", PAIRED_ANNEALING: "anneal_twice"}  # rules of the methods
DYNAMICS = ("metropolis", "heat_bath")
COUNTING_METHODS = (ANNEALING, TEMPERING)  # those that count excitation energies; variants use them


@dataclass(frozen=True)
class Protocol:
    """How a realization is simulated, and at which temperatures (in kelvin) its excitation energies are counted.

    Annealing cools one state down the ladder and then quenches it. Tempering runs one replica at each rung and exchanges
    neighbors, without a quench. Paired annealing runs two independent anneals without a quench, and counts no energies.

    Raises
    ------
    ValueError
        For a temperature in ``measured_K`` that is no rung of the ladder.
    """

    ladder_K: tuple  # type: ignore[type-arg]  # of floats, descending; ``labels.from_jsonable`` compares the type with tuple
    dynamics: str  # one of DYNAMICS
    sweeps: int  # at each rung, and at the quench; tempering counts energies in the second half
    quench_K: float
    measured_K: tuple  # type: ignore[type-arg]  # rungs at which energies are counted, in addition to the quench
    block: int  # realizations per row of counts
    seed: int
    grid: Grid
    method: str = ANNEALING
    extensions: int = 0  # of tempering: how many times the sweeps are quadrupled while the copies have not met

    def __post_init__(self) -> None:
        for T in self.measured_K:
            if T not in self.ladder_K:
                raise ValueError(f"measured_K contains {T!r}, which is not in ladder_K")

    @property
    def rungs(self) -> list[labels.Rung]:
        """All temperatures, from the top of the ladder to the quench."""
        return [*map(labels.Rung, self.ladder_K), *self.quench_rungs]

    @property
    def quench_rung(self) -> labels.Rung:
        """The temperature of the quench."""
        return labels.Rung(self.quench_K, quench=True)

    @property
    def quench_rungs(self) -> list[labels.Rung]:
        """A list of the quench; empty for methods without a quench."""
        return [self.quench_rung] if self.method == ANNEALING else []

    @property
    def counted_rungs(self) -> list[labels.Rung]:
        """The temperatures at which energies are counted."""
        return [*map(labels.Rung, self.measured_K), *self.quench_rungs]

    def grid_edges(self, T_K: float, E_max_K: float) -> "FloatArray":
        """Return the edges of the energy bins at ``T_K``; the quench uses those of the lowest rung."""
        return self.grid.edges(max(T_K, self.ladder_K[-1]), E_max_K)


def scale_temperatures(protocol: Protocol, factor: float) -> Protocol:
    """Return the protocol with all temperatures multiplied by ``factor``."""
    return replace(
        protocol,
        ladder_K=tuple(labels.round_to_label(T * factor) for T in protocol.ladder_K),
        measured_K=tuple(labels.round_to_label(T * factor) for T in protocol.measured_K),
        quench_K=labels.round_to_label(protocol.quench_K * factor),
    )


def _to_jsonable(model: ModelParameters, protocol: Protocol, omit: Iterable[str] = ()) -> dict[str, Any]:
    """Return versions, model and protocol as a dict for JSON, without ``measured_K`` and what the method does not use."""
    content = {"chain_version": CHAIN_VERSION} | labels.to_jsonable(model) | labels.to_jsonable(protocol)
    if protocol.method != ANNEALING:
        content["equilibrium_version"] = EQUILIBRIUM_VERSION
        omit = ("quench_K", *omit)
    return {name: value for name, value in content.items() if name not in ("measured_K", *omit)}


def counts_fingerprint(model: ModelParameters, protocol: Protocol, rung: labels.Rung | None = None) -> str:
    """Return a fingerprint, as JSON, of everything except the realizations that the counts at a rung depend on.

    They do not depend on the other rungs at which energies are counted nor, for annealing, on lower rungs. Without a rung,
    the fingerprint covers the whole ladder.
    """
    content = _to_jsonable(model, protocol)
    if rung is not None and not rung.quench and protocol.method == ANNEALING:
        del content["quench_K"]
        content["ladder_K"] = [labels.format_number(T) for T in protocol.ladder_K if T >= rung.T_K]
    return json.dumps(content, sort_keys=True)


def record_fingerprint(model: ModelParameters, protocol: Protocol) -> str:
    """Return a fingerprint of everything that the record of a batch depends on.

    The record of annealing contains no counts, and thus does not depend on block and grid.
    """
    if protocol.method != ANNEALING:
        return counts_fingerprint(model, protocol)
    return json.dumps(_to_jsonable(model, protocol, omit=("block", "grid")), sort_keys=True)


def parse_fingerprint(fingerprint: str, measured_K: tuple[float, ...] = ()) -> tuple[ModelParameters, Protocol]:
    """Return the model and the protocol of a fingerprint, with energies counted at the rungs ``measured_K``."""
    content = {"quench_K": "0"} | json.loads(fingerprint) | {"measured_K": measured_K}
    return labels.from_jsonable(ModelParameters, content), labels.from_jsonable(Protocol, content)


def fingerprints_at_rungs(fingerprint: str, names: Iterable[str]) -> list[tuple[labels.Rung, str]]:
    """Return (rung, fingerprint of its counts) for the rungs with these names of a simulation with a fingerprint."""
    model, protocol = parse_fingerprint(fingerprint)
    rungs = [labels.Rung.parse(name, protocol.quench_K) for name in names]
    return [(rung, counts_fingerprint(model, protocol, rung)) for rung in rungs]


def shard_folder(model: ModelParameters, fingerprint: str) -> str:
    """Return the name of the folder of the shards with a fingerprint: L8_J2-3f9c1a2b."""
    return f"{labels.ParameterSet(model.L, model.J0_K)}-{hashlib.sha256(fingerprint.encode()).hexdigest()[:8]}"
