"""Exchange Monte Carlo of a batch of realizations: two copies of each, in equilibrium."""

from dataclasses import dataclass

import numpy as np

from tlsglass.base.types import AnyArray, FloatArray, Int16Array, IntArray
from tlsglass.model import disorder, excitations
from tlsglass.model.disorder import Draws, System
from tlsglass.montecarlo import tempering
from tlsglass.montecarlo.batch import BatchRecord, BatchSimulation
from tlsglass.montecarlo.overlaps import SNAPSHOTS, Overlaps
from tlsglass.montecarlo.protocol import counts_fingerprint
from tlsglass.montecarlo.tempering import HALVING_WINDOWS, CopyRecord

COPIES = 2
MIN_ROUND_TRIPS = 4  # of a copy; with fewer, the realization is swept longer
LOW_ENERGY_H0 = 0.1  # spins with E below this fraction of h0 are counted in addition to those with E < T


@dataclass(frozen=True)
class TemperingRecord(BatchRecord):
    """Results of tempering n realizations: two copies, r rungs in descending order, windows w as in CopyRecord.

    Energies are 2H in steps of ``field_unit_K``, integers, unless they are in kelvin.
    """

    n_spins: int
    sweeps: int  # of most realizations
    field_unit_K: float
    rungs_K: FloatArray  # (r,)
    measured_K: FloatArray  # (m,)
    energy: IntArray  # (n, 2, w, r) summed over the sweeps of a window
    low: IntArray  # (n, 2, w, r, 2) spins with E < T and with E < LOW_ENERGY_H0 h0, summed over the snapshots of a window
    snapshots: IntArray  # (n, 2, SNAPSHOTS, r) energy in the last window
    field_part: IntArray  # (n, 2, r) Σ_i h_i s_i in field steps, summed over snapshots
    overlap: FloatArray  # (n, r) Σ_i v_i of ⟨s_i⟩ of one copy times that of the other, v_i the variance of c_i
    pair_overlap_K2: FloatArray  # (n, r) Σ_{i<j} σ_ij² ⟨s_i s_j⟩ of one copy times that of the other; NaN as in Overlaps
    pair_variance_K2: FloatArray  # (n,) Σ_{i<j} σ_ij², or NaN
    flips: IntArray  # (n, 2, r) accepted flips
    exchanges: IntArray  # (n, 2, r - 1) accepted in the last window
    trips: IntArray  # (n, 2) round trips of all replicas
    lowest: IntArray  # (n, 2) lowest energy, after relaxation
    lengths: IntArray  # (n,) sweeps of each realization
    negative: IntArray  # (n / block, sum of bins) counts of negative signed E_i at the measured rungs, one after the other

    @property
    def n_realizations(self) -> int:
        return len(self.energy)


class TemperingSimulation(BatchSimulation):
    """Tempers a batch. Energies are counted at the measured rungs, in the snapshots of the last window of both copies."""

    record_type = TemperingRecord
    snapshots = COPIES * SNAPSHOTS

    def allocate(self) -> dict[str, AnyArray]:
        n, r = self.n, len(self.protocol.ladder_K)
        integers = {
            "energy": (n, COPIES, HALVING_WINDOWS, r),
            "low": (n, COPIES, HALVING_WINDOWS, r, 2),
            "snapshots": (n, COPIES, SNAPSHOTS, r),
            "field_part": (n, COPIES, r),
            "flips": (n, COPIES, r),
            "exchanges": (n, COPIES, r - 1),
            "trips": (n, COPIES),
            "lowest": (n, COPIES),
            "lengths": (n,),
            "negative": (n // self.protocol.block, sum(counts.shape[1] for counts in self.counts.values())),
        }
        reals = {"overlap": (n, r), "pair_overlap_K2": (n, r), "pair_variance_K2": (n,)}
        return {name: np.zeros(shape, dtype=np.int64) for name, shape in integers.items()} | {
            name: np.zeros(shape) for name, shape in reals.items()
        }

    def run(self, index: int) -> None:
        """Temper realization ``first + index``, and count the energies in its snapshots."""
        model, arrays, block = self.model, self.arrays, index // self.protocol.block
        draws = disorder.draw(model, self.protocol.seed, self.first + index)
        copies, arrays["lengths"][index], arrays["lowest"][index] = self._run_until_met(disorder.build(model, draws))
        self._store(index, copies, draws)
        for copy in copies:
            bins = [(self.protocol.ladder_K.index(T), counts.shape[1]) for T, counts in self.counts.items()]
            for counts, (k, m) in zip(self.counts.values(), bins, strict=True):
                counts[block] += copy.counts[0, k, :m]
            arrays["negative"][block] += np.concatenate([copy.counts[1, k, :m] for k, m in bins])

    def record(self) -> TemperingRecord:
        model, protocol = self.model, self.protocol
        head = counts_fingerprint(model, protocol), self.first, model.n_spins, protocol.sweeps, model.field_unit_K
        arrays = {name: array for name, array in self.arrays.items() if not name.startswith("counts_")}
        return TemperingRecord(*head, np.array(protocol.ladder_K), np.array(protocol.measured_K), **arrays)

    def _run_until_met(self, system: System) -> tuple[list[CopyRecord], int, list[int]]:
        """Run both copies, with more sweeps if they have not met; return their records, the sweeps and the lowest energies.

        Copies have met when both have made MIN_ROUND_TRIPS round trips and their lowest energies agree.
        """
        protocol = self.protocol
        edges_K = [self.edges_K.get(T) for T in protocol.ladder_K]
        low_K, heat_bath = LOW_ENERGY_H0 * self.model.h0_K, protocol.dynamics == "heat_bath"
        for extension in range(protocol.extensions + 1):
            sweeps = protocol.sweeps * 4**extension
            copies = [tempering.run(system, protocol.ladder_K, sweeps, k, edges_K, low_K, heat_bath) for k in range(COPIES)]
            lowest = [_relaxed_energy(system, copy.lowest_spins) for copy in copies]
            if len(set(lowest)) == 1 and min(copy.trips.sum() for copy in copies) >= MIN_ROUND_TRIPS:
                break
        return copies, sweeps, lowest

    def _store(self, index: int, copies: list[CopyRecord], draws: Draws) -> None:
        """Store the records of both copies of a realization, and their overlaps."""
        arrays = self.arrays
        for name in ("energy", "low", "snapshots", "flips", "exchanges"):
            arrays[name][index] = [getattr(copy, name) for copy in copies]
        arrays["field_part"][index] = [copy.field_part.sum(axis=0) for copy in copies]
        arrays["trips"][index] = [copy.trips.sum() for copy in copies]
        overlaps = Overlaps(self.model, draws)
        arrays["pair_variance_K2"][index] = overlaps.variance_K2
        for k, bits in enumerate(zip(*(copy.spin_bits for copy in copies), strict=True)):
            arrays["overlap"][index, k], arrays["pair_overlap_K2"][index, k] = overlaps.between(*bits)


def _relaxed_energy(system: System, spins: Int16Array) -> int:
    """Return 2H in field steps after ``spins`` (W,) are relaxed."""
    fields = system.fields.copy()
    state = system._replace(spins=spins.copy(), fields=fields)
    disorder.recompute_fields(state.couplings, state.random_fields, state.spins, fields, state.field_steps)
    excitations.relax(state)
    return excitations.doubled_energy(state)
