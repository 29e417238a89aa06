"""What all methods of simulation share: a batch of realizations, and the record of a batch.

A method of simulation is a subclass of BatchSimulation with its record; ``methods`` lists and runs them.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from tlsglass.base import io
from tlsglass.base.types import AnyArray, IntArray, StrPath
from tlsglass.dos.density_of_states import FINGERPRINT_KEY, DensityOfStates
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo.protocol import Protocol, counts_fingerprint


@dataclass(frozen=True)
class StoredRecord:
    """Arrays and numbers in an npz file, with the fingerprint of everything that they depend on."""

    fingerprint: str

    def save(self, path: StrPath) -> None:
        """Write the record with its checksum."""
        arrays = {name: value for name, value in vars(self).items() if name != "fingerprint"}
        io.write_arrays(path, arrays, {FINGERPRINT_KEY: self.fingerprint})

    @classmethod
    def load(cls, path: StrPath) -> Self:
        """Read what ``save`` wrote. Raises DamagedFileError."""
        arrays, metadata = io.read_arrays(path)
        try:
            return cls(fingerprint=metadata[FINGERPRINT_KEY], **{name: array[()] for name, array in arrays.items()})
        except (KeyError, TypeError) as error:
            raise io.DamagedFileError(path, f"not a {cls.__name__}: {error}") from error


@dataclass(frozen=True)
class BatchRecord(StoredRecord, ABC):
    """Record of the Markov chains of one batch of realizations."""

    first: int  # number of the first realization

    @property
    @abstractmethod
    def n_realizations(self) -> int:
        """Number of realizations."""


class BatchSimulation(ABC):
    """Simulation of the realizations ``first`` to ``first + n - 1`` of a model by one method.

    Attributes
    ----------
    arrays
        All results by name, {name: array}; a checkpoint contains these. Among them are the counts of excitation energies
        at each counted rung, (n / block, bins).
    """

    record_type: ClassVar[type[BatchRecord]]
    snapshots: ClassVar[int] = 1  # states of each realization in which energies are counted

    def __init__(self, model: ModelParameters, protocol: Protocol, first: int, n: int) -> None:
        """Allocate the arrays. Raises ValueError unless ``first`` and ``n`` are multiples of the block."""
        for name, value, minimum in (("first", first, 0), ("n", n, protocol.block)):
            if value < minimum or value % protocol.block:
                raise ValueError(f"{name} = {value!r}: must be a multiple of the block, {protocol.block}, and >= {minimum}")
        self.model, self.protocol, self.first, self.n = model, protocol, first, n
        self.edges_K = {rung.T_K: protocol.grid_edges(rung.T_K, model.energy_range_K) for rung in protocol.counted_rungs}
        self.counts: dict[float, IntArray] = {
            T: np.zeros((n // protocol.block, len(edges) - 1), dtype=np.int64) for T, edges in self.edges_K.items()
        }
        self.arrays: dict[str, Any] = {f"counts_{k}": counts for k, counts in enumerate(self.counts.values())}
        self.arrays |= self.allocate()

    @abstractmethod
    def allocate(self) -> dict[str, AnyArray]:
        """Return the arrays of the record, filled with zeros."""

    @abstractmethod
    def run(self, index: int) -> None:
        """Simulate realization ``first + index``; store its results in ``arrays`` and add its energies to ``counts``."""

    @abstractmethod
    def record(self) -> BatchRecord:
        """Return the record of the finished batch."""

    def densities(self) -> dict[float, DensityOfStates]:
        """Return the counts of the finished batch at each counted rung, by temperature."""
        model, protocol = self.model, self.protocol
        return {
            rung.T_K: DensityOfStates(
                L=model.L,
                J0_K=model.J0_K,
                T_K=rung.T_K,
                n_spins=model.n_spins,
                concentration=model.concentration,
                block=protocol.block,
                fingerprint=counts_fingerprint(model, protocol, rung),
                first=np.arange(self.first, self.first + self.n, protocol.block),
                edges_K=self.edges_K[rung.T_K],
                counts=self.counts[rung.T_K],
                snapshots=self.snapshots,
            )
            for rung in protocol.counted_rungs
        }
