"""Two independent anneals of each realization: whether they end in the same valley, and where they separate.

The first copy is the Markov chain of ``annealing`` itself; snapshots are taken in the last sweeps at each temperature.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tlsglass.base.jit import njit
from tlsglass.base.types import AnyArray, FloatArray, IntArray, Integer, UInt64Array
from tlsglass.model import disorder
from tlsglass.model.disorder import Draws
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo.batch import BatchRecord, BatchSimulation
from tlsglass.montecarlo.metropolis import _anneal
from tlsglass.montecarlo.overlaps import SNAPSHOTS, Overlaps
from tlsglass.montecarlo.protocol import Protocol, counts_fingerprint

COPIES = 2


@dataclass(frozen=True)
class PairedAnnealsRecord(BatchRecord):
    """Energies and overlaps of two anneals of n realizations at r temperatures. Energies are 2H in ``field_unit_K``."""

    n_spins: int
    field_unit_K: float
    rungs_K: FloatArray  # (r,)
    energy: IntArray  # (n, 2, r) summed over snapshots
    field_part: IntArray  # (n, 2, r) Σ_i h_i s_i in field steps, summed over snapshots
    overlap: FloatArray  # (n, r) as in TemperingRecord
    pair_overlap_K2: FloatArray  # (n, r)
    pair_variance_K2: FloatArray  # (n,)

    @property
    def n_realizations(self) -> int:
        return len(self.energy)


class PairedAnnealsSimulation(BatchSimulation):
    """Anneals each realization of a batch twice. No energies are counted."""

    record_type = PairedAnnealsRecord

    def __init__(self, model: ModelParameters, protocol: Protocol, first: int, n: int) -> None:
        """Allocate the arrays. Raises ValueError also for fewer sweeps at a temperature than snapshots."""
        self.stride = protocol.sweeps // SNAPSHOTS
        if self.stride < 1:
            raise ValueError(f"sweeps = {protocol.sweeps!r}: must be at least {SNAPSHOTS}")
        super().__init__(model, protocol, first, n)

    def allocate(self) -> dict[str, AnyArray]:
        n, r = self.n, len(self.protocol.ladder_K)
        sums = {name: np.zeros((n, COPIES, r), dtype=np.int64) for name in ("energy", "field_part")}
        return sums | {"overlap": np.zeros((n, r)), "pair_overlap_K2": np.zeros((n, r)), "pair_variance_K2": np.zeros(n)}

    def run(self, index: int) -> None:
        """Anneal realization ``first + index`` twice, with snapshots at each temperature."""
        model, protocol, arrays = self.model, self.protocol, self.arrays
        draws = disorder.draw(model, protocol.seed, self.first + index)
        spin_bits = np.zeros((COPIES, len(protocol.ladder_K), model.n_spins), dtype=np.uint64)
        heat_bath, equilibration = protocol.dynamics == "heat_bath", protocol.sweeps - SNAPSHOTS * self.stride
        for copy in range(COPIES):
            system = disorder.build(model, draws if copy == 0 else _second_start(draws))
            for k, T_K in enumerate(protocol.ladder_K):
                half_temperature = 0.5 * T_K / system.field_unit_K
                steps = equilibration, SNAPSHOTS, self.stride, system.chain_key, k * protocol.sweeps
                sums = _sample_snapshots(system.arrays, half_temperature, heat_bath, steps, spin_bits[copy, k])
                arrays["energy"][index, copy, k], arrays["field_part"][index, copy, k] = sums
        overlaps = Overlaps(model, draws)
        arrays["pair_variance_K2"][index] = overlaps.variance_K2
        for k, bits in enumerate(zip(*spin_bits, strict=True)):
            arrays["overlap"][index, k], arrays["pair_overlap_K2"][index, k] = overlaps.between(*bits)

    def record(self) -> PairedAnnealsRecord:
        model, protocol = self.model, self.protocol
        head = counts_fingerprint(model, protocol), self.first, model.n_spins, model.field_unit_K
        return PairedAnnealsRecord(*head, np.array(protocol.ladder_K), **self.arrays)


def _second_start(draws: Draws) -> Draws:
    """Return the same disorder with other initial spins and another key of the chain."""
    start, chain = np.random.SeedSequence(int(draws.chain_key), spawn_key=(COPIES,)).spawn(2)
    spins = 1 - 2 * np.random.Generator(np.random.SFC64(start)).integers(0, 2, len(draws.spins), dtype=np.int16)
    return draws._replace(spins=spins, chain_key=chain.generate_state(1, np.uint64)[0])


@njit
def _sample_snapshots(
    system: tuple[Any, ...], half_temperature: float, heat_bath: bool, steps: tuple[Any, ...], spin_bits: UInt64Array
) -> tuple[Integer, Integer]:
    """Equilibrate, then sweep ``stride`` times before each snapshot; return 2H and Σ_i h_i s_i, summed over snapshots."""
    couplings, random_fields, field_bound, spins, fields, field_steps = system
    equilibration, snapshots, stride, key, sweep = steps
    two_H, field_part = np.int64(0), np.int64(0)
    _anneal(
        couplings,
        random_fields,
        field_bound,
        spins,
        fields,
        field_steps,
        half_temperature,
        heat_bath,
        equilibration,
        key,
        sweep,
    )
    sweep += equilibration
    for snapshot in range(snapshots):
        _anneal(
            couplings, random_fields, field_bound, spins, fields, field_steps, half_temperature, heat_bath, stride, key, sweep
        )
        sweep += stride
        for i in range(len(spin_bits)):
            two_H += np.int64(spins[i]) * (np.int64(fields[i]) + random_fields[i])
            field_part += np.int64(spins[i]) * random_fields[i]
            spin_bits[i] |= np.uint64(spins[i] > 0) << np.uint64(snapshot)
    return two_H, field_part
