"""Plans of simulations: what is simulated, how, and in which files the results are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from tlsglass.base import labels
from tlsglass.model.interaction import GAUSSIAN, INTERACTIONS
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo import protocol
from tlsglass.montecarlo.protocol import Protocol


@dataclass(frozen=True)
class SimulationPlan:
    """Realizations of one model that are simulated with one protocol, and the names of their shards."""

    model: ModelParameters
    protocol: Protocol  # its measured_K are the temperatures whose counts are needed
    realizations: int
    realizations_per_job: int
    with_quench: bool  # also keep the quench and the annealing record
    with_chain_record: bool = False  # keep the annealing record, but not the quench

    @cached_property
    def fingerprint(self) -> str:
        """Fingerprint of everything that all counts depend on."""
        return protocol.counts_fingerprint(self.model, self.protocol)

    def fingerprint_at(self, rung: labels.Rung) -> str:
        """Return the fingerprint of everything that the counts at ``rung`` depend on."""
        return protocol.counts_fingerprint(self.model, self.protocol, rung)

    @property
    def record_fingerprint(self) -> str:
        """Fingerprint of everything that the annealing record depends on."""
        return protocol.record_fingerprint(self.model, self.protocol)

    @cached_property
    def shard_folder(self) -> str:
        """Name of the folder of the shards."""
        return protocol.shard_folder(self.model, self.fingerprint)

    @property
    def rungs(self) -> list[labels.Rung]:
        """The temperatures whose counts are kept."""
        return [rung for rung in self.protocol.counted_rungs if self.with_quench or not rung.quench]

    @property
    def wants_chain_record(self) -> bool:
        """Whether the annealing record is kept."""
        return self.with_quench or self.with_chain_record

    @property
    def batches(self) -> list[labels.Batch]:
        """The realizations of each job."""
        return labels.batches(self.realizations, self.realizations_per_job)

    def shard(self, rung: labels.Rung, batch: labels.Batch) -> str:
        """Return the name of the shard of a batch at ``rung``, below the folder of all shards."""
        return f"{self.shard_folder}/{rung}/{batch}.npz"

    def shards(self, rung: labels.Rung) -> list[str]:
        """Return the names of the shards at ``rung``, one for each batch."""
        return [self.shard(rung, batch) for batch in self.batches]

    def chain_record(self, batch: labels.Batch) -> str:
        """Return the name of the annealing record of a batch, below the folder of all shards."""
        return f"{self.shard_folder}/chain/{batch}.npz"

    @property
    def chain_records(self) -> list[str]:
        """Names of the annealing records, one for each batch."""
        return [self.chain_record(batch) for batch in self.batches]


class CountsPlan(NamedTuple):
    """A simulation that yields a density of states: a set, a variant, another size or the weak coupling."""

    simulation: SimulationPlan
    rungs: Mapping[str, labels.Rung]  # temperature in the name of a file: where it is counted
    reference_set: tuple[str, str] | None = None  # labels (L, J0) of the set that a variant is compared with


class ShardFolder(NamedTuple):
    """What is kept in one folder of shards."""

    fingerprint: str
    rungs: list[labels.Rung]
    wants_chain_record: bool


def make_plan(model: ModelParameters, protocol: Protocol, entry: Mapping[str, Any], *, with_quench: bool) -> SimulationPlan:
    """Return the plan with the realizations of an entry of the configuration."""
    return SimulationPlan(model, protocol, entry["realizations"], entry["realizations_per_job"], with_quench)


def interaction_parameters(section: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of ModelParameters that describe the interaction, from the keys of a section that it contains.

    The random fields are by default the first ones of the interaction.
    """
    name = section.get("interaction", GAUSSIAN)
    parameters = {"interaction": name, "fields": section.get("fields", INTERACTIONS[name].fields[0])}
    parameters |= {key: section[key] for key in ("positions",) if key in section}
    return parameters | {key: labels.round_to_label(section[key]) for key in INTERACTIONS[name].options if key in section}
