"""Data for the tests of equilibration of one set: sums over jackknife groups of realizations, and their file.

Each realization is simulated as two copies by tempering, by one anneal for each number of sweeps, and, where the cost of
annealing is tabulated, by two independent anneals.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from tlsglass.base import jackknife
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import AnyArray, FloatArray, IntArray
from tlsglass.dos.grid import Grid
from tlsglass.model import disorder
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo.annealing import AnnealingRecord
from tlsglass.montecarlo.batch import BatchRecord, StoredRecord
from tlsglass.montecarlo.overlaps import SNAPSHOTS
from tlsglass.montecarlo.paired_anneals import PairedAnnealsRecord
from tlsglass.montecarlo.protocol import parse_fingerprint
from tlsglass.montecarlo.tempering import HALVING_WINDOWS
from tlsglass.montecarlo.tempering_batch import TemperingRecord

LAGS = 32  # of the autocorrelation, in intervals between snapshots


@dataclass(frozen=True)
class EquilibrationData(StoredRecord):
    """Sums over the realizations of each of g groups, energies per spin in kelvin, for r descending rungs of tempering.

    Windows w are those of tempering.CopyRecord, the last one first. s are the numbers of sweeps of the anneals, a the
    temperatures of the paired anneals. ``mean`` returns the mean over realizations of a sum, with its jackknife error. The
    fingerprint is a JSON object of the fingerprints of all records.
    """

    n_spins: int
    sweeps: int  # of tempering, of most realizations
    field_unit_K: float
    blocks: IntArray  # (g,) blocks of realizations in each group
    block: int
    rungs_K: FloatArray  # (r,)
    measured_K: FloatArray  # (m,) rungs with counts
    annealed_sweeps: IntArray  # (s,)
    annealed_rungs_K: FloatArray  # (a,)
    length: FloatArray  # (g,) sweeps of tempering
    energy_K: FloatArray  # (g, w, r) mean of both copies
    low: FloatArray  # (g, w, r, 2) fraction of spins with E < T and with E < tempering_batch.LOW_ENERGY_H0 h0
    split_K2: FloatArray  # (g, r) squared difference of the copies in the last window
    field_K: FloatArray  # (g, r) Σ h_i s_i
    field_control_K: FloatArray  # (g, r) control variate of the field identity, of mean zero
    coupling_K: FloatArray  # (g, r) Σ J_ij s_i s_j over pairs
    field_variance: FloatArray  # (g,) Σ_i v_i / N, v_i the variance of c_i
    overlap: FloatArray  # (g, r) Σ_i v_i ⟨s_i⟩ ⟨s_i⟩' / N
    pair_overlap_K2: FloatArray  # (g, r) Σ_{i<j} σ_ij² ⟨s_i s_j⟩ ⟨s_i s_j⟩' / N; NaN as in Overlaps
    pair_variance_K2: FloatArray  # (g,) Σ_{i<j} σ_ij² / N, or NaN
    flips: FloatArray  # (g, r) accepted flips per attempt
    exchanges: FloatArray  # (g, r - 1) accepted exchanges per attempt
    trips: FloatArray  # (g,) round trips in a copy
    stuck: FloatArray  # (g,) fraction of copies without a round trip
    agreed: FloatArray  # (g,) whether the lowest energies of both copies agree
    covariance_K2: FloatArray  # (g, r, LAGS + 1) of energies at snapshots, by lag
    negative: FloatArray  # (g, m, k) counts of negative excitation energies with E between k T and (k + 1) T
    annealed_K: FloatArray  # (g, s, m) energy after the last sweep at a temperature
    excess_K: FloatArray  # (g, s, m) the same minus that of tempering
    twice_field_K: FloatArray  # (g, a) as above, of the paired anneals
    twice_coupling_K: FloatArray  # (g, a)
    twice_overlap: FloatArray  # (g, a)
    twice_pair_overlap_K2: FloatArray  # (g, a)
    lowest: IntArray  # (n, 2) the lowest energy of each realization and copy, 2H in field units
    annealed_lowest: IntArray  # (n, s) the energy of the anneals after quench and relaxation, 2H in field units

    @property
    def n_realizations(self) -> int:
        """Number of realizations."""
        return int(self.block * self.blocks.sum())

    @property
    def model(self) -> ModelParameters:
        """The parameters of the Hamiltonian."""
        return parse_fingerprint(json.loads(self.fingerprint)["tempered"])[0]

    def mean(self, name: str) -> JackknifeEstimate:
        """Return the mean over realizations, (...), of the field ``name`` (g, ...)."""
        total = jackknife.leave_one_out(getattr(self, name), len(self.blocks))
        return total / jackknife.leave_one_out(self.block * self.blocks, len(self.blocks))


def aggregate(
    tempered: Sequence[TemperingRecord],
    annealed: Mapping[int, Sequence[AnnealingRecord]],
    paired: Sequence[PairedAnnealsRecord],
    groups: int,
) -> EquilibrationData:
    """Return the data of one set from the records of all batches, in order; anneals by their number of sweeps.

    Without ``paired`` anneals, their arrays have no rungs. Raises ValueError if the records are not of the same realizations.
    """
    first = tempered[0]
    model, protocol = parse_fingerprint(first.fingerprint)
    total = _check_realizations([tempered, *annealed.values(), *([paired] if paired else [])])
    block = protocol.block
    starts = jackknife.group_starts(total // block, groups)
    unit_K = 0.5 * first.field_unit_K / model.n_spins  # of 2H in field units, as energy per spin
    columns, lowest = _tempering_columns(tempered, model, unit_K)
    columns |= _field_columns(columns, model, protocol.seed, first.rungs_K)
    energies = [_joined(records, "energy_K") for records in annealed.values()]
    measured = [[_index_of(records[0].rungs_K, T) for T in first.measured_K] for records in annealed.values()]
    columns["annealed_K"] = np.stack([energy[:, k] for energy, k in zip(energies, measured, strict=True)], axis=1)
    tempered_K = columns["energy_K"][:, 0, [_index_of(first.rungs_K, T) for T in first.measured_K]]
    columns["excess_K"] = columns["annealed_K"] - tempered_K[:, None]
    columns |= {f"twice_{name}": rows for name, rows in _paired_columns(paired, unit_K, total).items()}
    negative = _sum_per_T(_joined(tempered, "negative"), protocol.grid, first.measured_K, model)
    fingerprints = {"tempered": first.fingerprint} | ({"twice": paired[0].fingerprint} if paired else {})
    fingerprints |= {f"annealed_{sweeps}": records[0].fingerprint for sweeps, records in annealed.items()}
    return EquilibrationData(
        fingerprint=json.dumps(fingerprints, sort_keys=True),
        n_spins=model.n_spins,
        sweeps=int(first.sweeps),
        field_unit_K=float(first.field_unit_K),
        blocks=np.diff(np.append(starts, total // block)),
        block=block,
        rungs_K=first.rungs_K,
        measured_K=first.measured_K,
        annealed_sweeps=np.array(list(annealed)),
        annealed_rungs_K=paired[0].rungs_K if paired else np.zeros(0),
        negative=np.add.reduceat(negative, starts, axis=0, dtype=float),
        lowest=lowest,
        annealed_lowest=np.stack([np.rint(energy[:, -1] / unit_K) for energy in energies], axis=1).astype(np.int64),
        **{name: np.add.reduceat(rows, block * starts, axis=0, dtype=float) for name, rows in columns.items()},
    )


def _check_realizations(methods: Sequence[Sequence[BatchRecord]]) -> int:
    """Return the number of realizations. Raises ValueError unless it is the same for all methods, with none missing."""
    batches = [[(int(record.first), record.n_realizations) for record in records] for records in methods]
    total = sum(n for _, n in batches[0])
    for numbers in batches:
        ends = np.cumsum([n for _, n in numbers]).tolist()
        if ends[-1] != total or [first for first, _ in numbers] != [0, *ends[:-1]]:
            raise ValueError(f"tempered and annealed realizations differ: {batches}")
    return total


def _joined(records: Sequence[BatchRecord], name: str) -> AnyArray:
    """Return an array of all records, concatenated over realizations."""
    return np.concatenate([getattr(record, name) for record in records])


def _index_of(rungs_K: FloatArray, T_K: float) -> int:
    """Return the index of a temperature among the rungs."""
    return int(np.flatnonzero(rungs_K == T_K)[0])


def _tempering_columns(
    tempered: Sequence[TemperingRecord], model: ModelParameters, unit_K: float
) -> tuple[dict[str, Any], IntArray]:
    """Return arrays (n, ...) by their names in EquilibrationData, averaged over the copies, and the lowest energies (n, 2)."""
    rows = partial(_joined, tempered)
    energy, snapshots = rows("energy") * unit_K, rows("snapshots") * unit_K
    field_K = 2 * unit_K * rows("field_part").mean(axis=1) / SNAPSHOTS
    deviation = snapshots - snapshots.mean(axis=(1, 2), keepdims=True)
    lags = [np.mean(deviation[:, :, : SNAPSHOTS - k] * deviation[:, :, k:], axis=(1, 2)) for k in range(LAGS + 1)]
    length, trips, lowest = rows("lengths"), rows("trips"), rows("lowest")
    columns = {
        "length": length,
        "energy_K": energy.mean(axis=1) * 2.0 ** np.arange(1, HALVING_WINDOWS + 1)[:, None] / length[:, None, None],
        "split_K2": ((energy[:, 0, 0] - energy[:, 1, 0]) * 2 / length[:, None]) ** 2,
        "low": rows("low").mean(axis=1) / (model.n_spins * SNAPSHOTS / 2.0 ** np.arange(HALVING_WINDOWS))[:, None, None],
        "field_K": field_K,
        "coupling_K": snapshots.mean(axis=(1, 2)) - field_K,
        "flips": rows("flips").mean(axis=1) / (length[:, None] * model.n_spins),
        "exchanges": rows("exchanges").mean(axis=1) / (length[:, None] / 4),
        "trips": np.mean(trips, axis=1),
        "stuck": np.mean(trips == 0, axis=1),
        "agreed": lowest[:, 0] == lowest[:, 1],
        "covariance_K2": np.stack(lags, axis=-1),
    }
    columns |= {name: rows(name) / model.n_spins for name in ("overlap", "pair_overlap_K2", "pair_variance_K2")}
    return columns, lowest


def _field_columns(columns: Mapping[str, Any], model: ModelParameters, seed: int, T_K: FloatArray) -> dict[str, Any]:
    """Return the variance of the random fields (n,), and a control variate of their identity, which has mean zero, (n, r).

    For independent TLSs the two sides of the identity differ by -h_i tanh(h_i/T) + (σ_i²/T) sech²(h_i/T), summed over i, which
    has mean zero over normal h_i of variance σ_i² = h0² v_i. It is scaled by the regression coefficient of the difference of
    the two sides on it, and lowers its noise without a bias.
    """
    variance, control = np.zeros(len(columns["field_K"])), np.zeros_like(columns["field_K"])
    for realization in range(len(control)):
        draws = disorder.draw(model, seed, realization)
        variance[realization] = np.mean(draws.field_variances)
        h, square = model.h0_K * draws.c_i[:, None], model.h0_K**2 * draws.field_variances[:, None]
        cosh = np.cosh(np.clip(h / T_K, -300, 300))
        control[realization] = np.mean(-h * np.tanh(h / T_K) + square / T_K / cosh**2, axis=0)
    difference = columns["field_K"] + model.h0_K**2 / T_K * (variance[:, None] - columns["overlap"])
    deviation = control - control.mean(axis=0)
    squares = np.sum(deviation**2, axis=0)
    scale = np.sum(deviation * difference, axis=0) / np.where(squares > 0, squares, np.inf)
    return {"field_variance": variance, "field_control_K": control * scale}


def _paired_columns(paired: Sequence[PairedAnnealsRecord], unit_K: float, total: int) -> dict[str, Any]:
    """Return energies and overlaps of the paired anneals (n, a), averaged over the copies."""
    if not paired:
        return dict.fromkeys(("field_K", "coupling_K", "overlap", "pair_overlap_K2"), np.zeros((total, 0)))
    n_spins = paired[0].n_spins
    energy, field = (_joined(paired, name).mean(axis=1) * unit_K / SNAPSHOTS for name in ("energy", "field_part"))
    overlaps = {name: _joined(paired, name) / n_spins for name in ("overlap", "pair_overlap_K2")}
    return {"field_K": 2 * field, "coupling_K": energy - 2 * field} | overlaps


def _sum_per_T(negative: AnyArray, grid: Grid, measured_K: FloatArray, model: ModelParameters) -> Any:
    """Return counts (blocks, m, k) of negative excitation energies between k T and (k + 1) T, within the uniform bins."""
    sizes = [len(grid.edges(T, model.energy_range_K)) - 1 for T in measured_K]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    uniform = grid.bins_per_T * grid.uniform_T
    fine = np.stack([negative[:, start : start + uniform] for start in starts], axis=1)
    return fine.reshape(*fine.shape[:2], grid.uniform_T, grid.bins_per_T).sum(axis=-1)
