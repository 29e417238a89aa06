"""Annealing: one state of each realization is cooled step by step down a schedule of temperatures, then quenched."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tlsglass.base import jackknife
from tlsglass.base.types import AnyArray, FloatArray, IntArray, StrPath
from tlsglass.dos.grid import histogram
from tlsglass.dos.load import check_fingerprint, check_realizations
from tlsglass.model import excitations
from tlsglass.montecarlo.batch import BatchRecord, BatchSimulation, StoredRecord
from tlsglass.montecarlo.metropolis import MarkovChain
from tlsglass.montecarlo.protocol import record_fingerprint


@dataclass(frozen=True)
class AnnealingRecord(BatchRecord):
    """Energies, acceptance rates and stability of n annealed realizations at r temperatures; the last is the quench."""

    rungs_K: FloatArray  # (r,) temperatures of the schedule, and the quench
    energy_K: FloatArray  # (n, r) energy per spin at the end of each step; at the quench after the relaxation
    acceptance: FloatArray  # (n, r) accepted flips per attempt
    unstable_spins: IntArray  # (n,) after the sweeps at the quench, before the relaxation
    unstable_pairs: IntArray  # (n,)
    unstable_after: IntArray  # (n,) spins and pairs after the relaxation: zero

    @property
    def n_realizations(self) -> int:
        return len(self.energy_K)


@dataclass(frozen=True)
class AnnealingSummary(StoredRecord):
    """The AnnealingRecords of all batches of one (L, J0): means over realizations, and their standard errors."""

    n_realizations: int
    rungs_K: FloatArray  # (r,)
    energy_K: FloatArray  # (r,)
    energy_K_err: FloatArray
    acceptance: FloatArray  # (r,)
    acceptance_err: FloatArray
    share_unstable: FloatArray  # (3,) of realizations: against a spin, against a pair, after the relaxation
    share_unstable_err: FloatArray

    def stability_columns(self) -> dict[str, Any]:
        """Return the columns of a table with the shares of realizations that are unstable, and their errors."""
        columns: dict[str, Any] = {}
        for kind, share, error in zip(("spins", "pairs", "after"), self.share_unstable, self.share_unstable_err, strict=True):
            columns |= {f"share_unstable_{kind}": share, f"share_unstable_{kind}_err": error}
        return columns


def summarize(records: Iterable[AnnealingRecord]) -> AnnealingSummary:
    """Return the AnnealingSummary of the batches of one (L, J0); an iterator is read one batch at a time."""
    total = jackknife.NO_MOMENTS
    for record in records:
        unstable = np.column_stack([record.unstable_spins, record.unstable_pairs, record.unstable_after]) > 0
        total = total.add(np.column_stack([record.energy_K, record.acceptance, unstable]))
    rungs = len(record.rungs_K)
    energy, acceptance, share = np.split(total.mean, [rungs, 2 * rungs])
    energy_err, acceptance_err, share_err = np.split(total.error, [rungs, 2 * rungs])
    return AnnealingSummary(
        record.fingerprint, total.n, record.rungs_K, energy, energy_err, acceptance, acceptance_err, share, share_err
    )


def read_summary(path: StrPath, fingerprint: str, n: int) -> AnnealingSummary:
    """Return the AnnealingSummary of ``n`` realizations. Raises DamagedFileError, and ShardMismatchError for another."""
    summary = AnnealingSummary.load(path)
    check_fingerprint(path, summary.fingerprint, fingerprint)
    check_realizations(path, [0], [int(summary.n_realizations)], n)
    return summary


class AnnealingSimulation(BatchSimulation):
    """Anneals a batch. Energies are counted in the last state at each temperature, and after the quench and relaxation."""

    record_type = AnnealingRecord

    def allocate(self) -> dict[str, AnyArray]:
        shape = self.n, len(self.protocol.rungs)
        unstable = np.zeros((self.n, 3), dtype=np.int64)
        return {"energy": np.zeros(shape), "acceptance": np.zeros(shape), "unstable": unstable}

    def start(self, index: int) -> MarkovChain:
        """Return the Markov chain of realization ``first + index`` before annealing. A variant may override it."""
        return MarkovChain.from_seed(self.model, self.first + index, self.protocol.seed, self.protocol.dynamics)

    def run(self, index: int) -> None:
        """Anneal realization ``first + index``, and count its energies."""
        protocol = self.protocol
        chain = self.start(index)
        system = chain.system
        for k, rung in enumerate(protocol.rungs):
            flips = chain.sweep(rung.T_K, protocol.sweeps)
            self.arrays["acceptance"][index, k] = flips / (protocol.sweeps * system.n)
            if rung.quench:
                self.arrays["unstable"][index, :2] = excitations.stability(system)
                excitations.relax(system)
                self.arrays["unstable"][index, 2] = sum(excitations.stability(system))
            self.arrays["energy"][index, k] = excitations.energy_per_spin(system)
            if rung.T_K in self.counts:
                energies = excitations.excitation_energies(system)
                self.counts[rung.T_K][index // protocol.block] += histogram(energies, self.edges_K[rung.T_K])

    def record(self) -> AnnealingRecord:
        fingerprint = record_fingerprint(self.model, self.protocol)
        temperatures_K = np.array([rung.T_K for rung in self.protocol.rungs])
        energy, acceptance = self.arrays["energy"], self.arrays["acceptance"]
        return AnnealingRecord(fingerprint, self.first, temperatures_K, energy, acceptance, *self.arrays["unstable"].T)
