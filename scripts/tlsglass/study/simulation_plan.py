"""What is simulated at one point of the axes: how, of what, and where it is kept."""

from dataclasses import dataclass
from typing import NamedTuple

from tlsglass.base import labels
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo import protocol
from tlsglass.montecarlo.protocol import Protocol


@dataclass(frozen=True)
class SimulationPlan:
    """Realizations of one model, simulated alike: what is simulated of a set, or beside the sets, and where it is kept."""

    model: ModelParameters
    protocol: Protocol  # measured_K: the rungs that are asked for
    realizations: int
    batch: int
    quench: bool  # whether its quench and what its chains were like are asked for, too
    chain: bool = False  # whether the latter is asked for without the quench

    @property
    def origin(self):
        return protocol.counts_fingerprint(self.model, self.protocol)

    @property
    def key(self):
        """The name of the folder of its shards."""
        return protocol.shard_folder(self.model, self.origin)

    @property
    def rungs(self):
        """The rungs that are asked for, as names.Rung."""
        return [rung for rung in self.protocol.counted_rungs if self.quench or not rung.quench]

    @property
    def told(self):
        """Whether it is asked for what its chains were like."""
        return self.quench or self.chain

    @property
    def batches(self):
        return labels.batches(self.realizations, self.batch)

    def origin_at(self, rung):
        """Return what the counts at a names.Rung depend on."""
        return protocol.counts_fingerprint(self.model, self.protocol, rung)

    @property
    def annealing_origin(self):
        """What is told of its chains depends on."""
        return protocol.record_fingerprint(self.model, self.protocol)

    def shards(self, rung):
        """Return the names of the shards at a rung, one of each batch, below the folder of all shards."""
        return [f"{self.key}/{rung}/{batch}.npz" for batch in self.batches]

    @property
    def chains(self):
        """The names of what the batches tell of their chains."""
        return [f"{self.key}/chain/{batch}.npz" for batch in self.batches]


class CountsPlan(NamedTuple):
    """A set, or what is simulated beside the sets: a variant, another size, another coupling."""

    simulated: SimulationPlan
    rungs: dict  # from the label of a temperature, as in the names of its files, to the names.Rung that is counted there
    beside: tuple | None = None  # of a variant, a set with one choice changed: the labels (L, J0) of that set
