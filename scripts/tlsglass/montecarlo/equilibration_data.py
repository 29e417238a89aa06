"""What tempering and annealing of one set tell of equilibrium: sums over jackknife groups of realizations, and their file.

Of each realization there are two copies by tempering, one anneal for each number of sweeps, and two independent anneals.
"""

import json
from dataclasses import dataclass, fields

import numpy as np

from tlsglass.base import jackknife
from tlsglass.model import disorder
from tlsglass.montecarlo.annealing import StoredRecord
from tlsglass.montecarlo.overlaps import SNAPSHOTS
from tlsglass.montecarlo.protocol import parse_fingerprint
from tlsglass.montecarlo.tempering import HALVING_WINDOWS

LAGS = 32  # of the autocorrelation, in intervals between snapshots


@dataclass(frozen=True)
class EquilibrationData(StoredRecord):
    """Sums over the realizations of each of g groups, energies per spin in kelvin, for r rungs of tempering from its top.

    Windows w are those of tempering.Record, from the last one back; s are the numbers of sweeps of the anneals, a the rungs of
    two anneals. ``mean`` gives a sum as its mean over realizations, with its jackknifed error.
    """

    fingerprint: str  # JSON: those of all that it is made from
    n_spins: int
    sweeps: int  # of tempering, of most realizations
    field_unit_K: float
    blocks: np.ndarray  # (g,) blocks of realizations in each group
    block: int
    rungs_K: np.ndarray  # (r,)
    measured_K: np.ndarray  # (m,) rungs with counts
    annealed_sweeps: np.ndarray  # (s,)
    annealed_rungs_K: np.ndarray  # (a,)
    length: np.ndarray  # (g,) sweeps of tempering
    energy_K: np.ndarray  # (g, w, r) mean of both copies
    low: np.ndarray  # (g, w, r, 2) shares of spins with E < T and with E < equilibrium.LOW h0
    split_K2: np.ndarray  # (g, r) squared difference of the copies in the last window
    field_K: np.ndarray  # (g, r) Σ h_i s_i
    field_control_K: np.ndarray  # (g, r) of mean zero: how far these fields alone would violate the identity of the fields
    coupling_K: np.ndarray  # (g, r) Σ J_ij s_i s_j over pairs
    overlap: np.ndarray  # (g, r) Σ_i ⟨s_i⟩ ⟨s_i⟩' / N
    pair_overlap_K2: np.ndarray  # (g, r) Σ_{i<j} σ_ij² ⟨s_i s_j⟩ ⟨s_i s_j⟩' / N
    pair_variance_K2: np.ndarray  # (g,) Σ_{i<j} σ_ij² / N
    flips: np.ndarray  # (g, r) accepted flips per attempt
    exchanges: np.ndarray  # (g, r - 1) accepted exchanges per attempt
    trips: np.ndarray  # (g,) round trips in a copy
    stuck: np.ndarray  # (g,) share of copies without one
    agreed: np.ndarray  # (g,) whether both copies met the same lowest energy
    covariance_K2: np.ndarray  # (g, r, LAGS + 1) of energies at snapshots, by lag
    negative: np.ndarray  # (g, m, k) counts of negative excitation energies with E between k T and (k + 1) T
    annealed_K: np.ndarray  # (g, s, m) energy at the end of a rung
    excess_K: np.ndarray  # (g, s, m) the same, minus that of tempering
    twice_field_K: np.ndarray  # (g, a) as above, of two independent anneals
    twice_coupling_K: np.ndarray  # (g, a)
    twice_overlap: np.ndarray  # (g, a)
    twice_pair_overlap_K2: np.ndarray  # (g, a)
    lowest: np.ndarray  # (n, 2) the lowest energy of each realization and copy: 2H in field steps
    annealed_lowest: np.ndarray  # (n, s) the same of the anneals, after quench and relaxation

    @property
    def n_realizations(self):
        return int(self.block * self.blocks.sum())

    @property
    def model(self):
        return parse_fingerprint(json.loads(self.fingerprint)["tempered"])[0]

    def mean(self, name):
        """Return the mean of a sum over realizations, Samples (...)."""
        total = jackknife.leave_one_out(getattr(self, name), len(self.blocks))
        return total / jackknife.leave_one_out(self.block * self.blocks, len(self.blocks))


def aggregate(tempered, annealed, twice, groups):
    """Return the Evidence of lists of batches: Tempered, {sweeps: Chains} and Valleys of the same realizations, in order.

    Raises ValueError when they are not of the same realizations.
    """
    model, protocol = parse_fingerprint(tempered[0].fingerprint)
    batches = [tempered, *annealed.values(), twice]
    numbers = [[(int(one.first), len(vars(one)[_told(one)])) for one in many] for many in batches]
    total = sum(n for _, n in numbers[0])
    if any(sum(n for _, n in told) != total or [f for f, _ in told] != _firsts(told) for told in numbers):
        raise ValueError(f"tempered and annealed realizations differ: {numbers}")
    block = protocol.block
    starts = jackknife.group_starts(total // block, groups)
    head = tempered[0]
    unit_K = 0.5 * head.field_unit_K / model.n_spins  # of 2H in field steps, as energy per spin

    def joined(many, name):
        return np.concatenate([getattr(one, name) for one in many])

    def grouped(rows):
        return np.add.reduceat(rows, block * starts, axis=0, dtype=float)

    places = [int(np.flatnonzero(head.rungs_K == T)[0]) for T in head.measured_K]
    arrays = [f.name for f in fields(head) if np.ndim(getattr(head, f.name)) > 1]
    columns = _of_tempering({name: joined(tempered, name) for name in arrays}, unit_K)
    columns["trips"], lowest = joined(tempered, "trips"), joined(tempered, "lowest")
    columns |= {"stuck": np.mean(columns["trips"] == 0, axis=1), "trips": np.mean(columns["trips"], axis=1)}
    columns["agreed"] = lowest[:, 0] == lowest[:, 1]
    length = columns["length"] = joined(tempered, "lengths")
    columns["energy_K"] = columns["energy_K"] * 2.0 ** np.arange(1, HALVING_WINDOWS + 1)[:, None] / length[:, None, None]
    columns["split_K2"] = (columns.pop("difference_K") * 2 / length[:, None]) ** 2
    columns["low"] = columns["low"] / (model.n_spins * SNAPSHOTS / 2.0 ** np.arange(HALVING_WINDOWS))[:, None, None]
    columns["flips"] = columns["flips"] / (length[:, None] * model.n_spins)
    columns["exchanges"] = columns["exchanges"] / (length[:, None] / 4)
    columns["overlap"] = joined(tempered, "overlap") / model.n_spins
    columns["pair_overlap_K2"] = joined(tempered, "pair_overlap_K2") / model.n_spins
    columns["field_control_K"] = _control(columns, model, protocol.seed, head.rungs_K)
    columns["pair_variance_K2"] = joined(tempered, "pair_variance_K2") / model.n_spins
    ends = [[int(np.flatnonzero(many[0].rungs_K == T)[0]) for T in head.measured_K] for many in annealed.values()]
    energies = [joined(many, "energy_K") for many in annealed.values()]
    columns["annealed_K"] = np.stack([energy[:, k] for energy, k in zip(energies, ends, strict=True)], axis=1)
    columns["excess_K"] = columns["annealed_K"] - columns["energy_K"][:, 0, places][:, None]
    found = np.stack([np.rint(energy[:, -1] / unit_K) for energy in energies], axis=1).astype(np.int64)
    columns |= {f"twice_{name}": rows for name, rows in _of_two_anneals(twice, joined, unit_K).items()}
    negative = _coarse(joined(tempered, "negative"), protocol.grid, head.measured_K, model)
    fingerprints = {"tempered": head.fingerprint, "twice": twice[0].fingerprint}
    fingerprints |= {f"annealed_{sweeps}": many[0].fingerprint for sweeps, many in annealed.items()}
    return EquilibrationData(
        fingerprint=json.dumps(fingerprints, sort_keys=True),
        n_spins=model.n_spins,
        sweeps=int(head.sweeps),
        field_unit_K=float(head.field_unit_K),
        blocks=np.diff(np.append(starts, total // block)),
        block=block,
        rungs_K=head.rungs_K,
        measured_K=head.measured_K,
        annealed_sweeps=np.array(list(annealed)),
        annealed_rungs_K=twice[0].rungs_K,
        negative=np.add.reduceat(negative, starts, axis=0, dtype=float),
        lowest=lowest,
        annealed_lowest=found,
        **{name: grouped(rows) for name, rows in columns.items()},
    )


def _told(batch):
    return "energy" if hasattr(batch, "energy") else "energy_K"


def _firsts(told):
    """Return where batches of these realizations begin when none is missing or out of order."""
    return [0, *np.cumsum([n for _, n in told])[:-1].tolist()]


def _of_tempering(arrays, unit_K):
    """Return what is averaged over the copies, energies in kelvin per spin: arrays (n, ...) by their names in Evidence."""
    energy, snapshots = arrays["energy"] * unit_K, arrays["snapshots"] * unit_K
    field = 2 * unit_K * arrays["field_part"].mean(axis=1) / SNAPSHOTS
    apart = snapshots - snapshots.mean(axis=(1, 2), keepdims=True)
    lags = [np.mean(apart[:, :, : SNAPSHOTS - k] * apart[:, :, k:], axis=(1, 2)) for k in range(LAGS + 1)]
    return {
        "energy_K": energy.mean(axis=1),
        "difference_K": energy[:, 0, 0] - energy[:, 1, 0],
        "low": arrays["low"].mean(axis=1),
        "field_K": field,
        "coupling_K": snapshots.mean(axis=(1, 2)) - field,
        "flips": arrays["flips"].mean(axis=1),
        "exchanges": arrays["exchanges"].mean(axis=1),
        "covariance_K2": np.stack(lags, axis=-1),
    }


def _control(columns, model, seed, T_K):
    """Return what lowers the noise of the identity of the fields without a bias, (n, r).

    For independent TLSs its two sides differ by -h_i tanh(h_i/T) + (h0²/T) sech²(h_i/T), summed over i, whose mean over h_i is
    zero. Of this the part is taken that the difference of the two sides follows, by least squares.
    """
    both_sides = columns["field_K"] + model.h0_K**2 / T_K * (1 - columns["overlap"])
    found = np.zeros_like(both_sides)
    for index in range(len(found)):
        h = model.h0_K * disorder.draw(model.L, model.n_spins, seed, index).c_i[:, None]
        found[index] = np.mean(-h * np.tanh(h / T_K) + model.h0_K**2 / T_K / np.cosh(np.clip(h / T_K, -300, 300)) ** 2, axis=0)
    apart = found - found.mean(axis=0)
    squares = np.sum(apart**2, axis=0)
    return found * np.sum(apart * both_sides, axis=0) / np.where(squares > 0, squares, np.inf)


def _of_two_anneals(twice, joined, unit_K):
    n = twice[0].n_spins
    energy, field = (joined(twice, name).mean(axis=1) * unit_K / SNAPSHOTS for name in ("energy", "field_part"))
    overlaps = {"overlap": joined(twice, "overlap") / n, "pair_overlap_K2": joined(twice, "pair_overlap_K2") / n}
    return {"field_K": 2 * field, "coupling_K": energy - 2 * field} | overlaps


def _coarse(negative, grid, measured_K, model):
    """Return negative excitation energies (blocks, m, k) counted between k T and (k + 1) T, up to where bins grow."""
    sizes = [len(grid.edges(T, model.energy_range_K)) - 1 for T in measured_K]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    uniform = grid.bins_per_T * grid.uniform_T
    fine = np.stack([negative[:, start : start + uniform] for start in starts], axis=1)
    return fine.reshape(*fine.shape[:2], grid.uniform_T, grid.bins_per_T).sum(axis=-1)
