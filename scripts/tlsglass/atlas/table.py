"""The atlas: n(T, E) as a function of J0/h0, from the counts of many couplings, and its one file.

Energies, temperatures and couplings scale with h0: n(T, E; J0, h0) = f(T/h0, E/h0; J0/h0) / h0. The file holds the counts of
every set, by jackknife groups, and the spline (density.surface) through those of the kind "grid". Its rows are those of
base.samples.Samples: without each group of realizations, and with what is not known of the course between the couplings.
All sets were annealed. What that leaves of n beyond equilibrium (density.annealing) is taken off, with its error.
"""

import math
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from tlsglass.atlas import annealing_excess, spline
from tlsglass.base import io
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.dos.density_of_states import DensityOfStates

VERSION = 1  # of the layout of the file
SHIPPED = Path(__file__).with_name("atlas.npz")
KINDS = ("grid", "test", "large")
# ASSUME: the error between two couplings is this share of what leaving one out moves the spline there: a gap of one step is
# spanned in place of two. tables/atlas_validation.csv shows that the errors then are what they should be.
INTERPOLATION_ERROR_SHARE = 0.5


class Atlas:
    """The counts of all sets, and the coefficients of the spline, (1 + rows, ...). ``told`` is the stamp of the file.

    ``excess`` is the annealing.Excess that is taken off; without it n is that of annealing.
    """

    def __init__(self, metadata, arrays, excess=None):
        self.metadata, self.arrays, self.excess = metadata, arrays, excess

    # ---- what was counted ------------------------------------------------------------------------------------------

    @property
    def h0_K(self):
        return self.metadata["h0_K"]

    @property
    def sets(self):
        """What is told of each set, dicts with ``kind``, ``L``, ``J0_K``, ``realizations``, ``method`` and ``origin``."""
        return self.metadata["sets"]

    def set_indices(self, kind):
        """Return the indices of the sets of one of ``KINDS``."""
        return [k for k, one in enumerate(self.sets) if one["kind"] == kind]

    @property
    def rungs_K(self):
        """Temperatures of the counts, growing; that of the quench first."""
        return self.arrays["T_K"]

    def simulated_density(self, index, T_K):
        """Return the Counts of the set ``index`` at the rung ``T_K``. Raises ValueError when it has none there."""
        one = self.sets[index]
        rung = int(np.argmin(np.abs(np.log(self.rungs_K / T_K))))
        bins = self.arrays["bins"]
        if not math.isclose(self.rungs_K[rung], T_K, rel_tol=1e-9) or not bins[index, rung]:
            raise ValueError(f"the atlas has no counts at T = {T_K:g} K of L = {one['L']}, J0 = {one['J0_K']:g} K")
        rows = len(self._gathered(index))
        start = self._starts[index, rung]
        held = self.arrays["counts"][start : start + rows * bins[index, rung]]
        edge = int(np.sum(self.arrays["edges"][:rung]))
        block, gathered = one["block"], self._gathered(index)
        return DensityOfStates(
            L=one["L"],
            J0_K=one["J0_K"],
            T_K=float(self.rungs_K[rung]),
            n_spins=one["n_spins"],
            concentration=one["concentration"],
            block=block,
            fingerprint=one["origin"],
            first=block * np.concatenate([[0], np.cumsum(gathered)[:-1]]),
            edges_K=self.arrays["edges_K"][edge : edge + bins[index, rung] + 1],
            counts=held.reshape(-1, rows).T.astype(np.int64),
            blocks_per_row=gathered,
            groups=rows,
        )

    @cached_property
    def _starts(self):
        """Where the counts of each set and rung begin, (sets, rungs)."""
        sizes = self.arrays["bins"] * np.array([[len(one["gathered"])] for one in self.sets])
        return np.cumsum(sizes).reshape(sizes.shape) - sizes

    def _gathered(self, index):
        """Blocks in each jackknife group of a set."""
        return np.array(self.sets[index]["gathered"])

    # ---- the surface through them ----------------------------------------------------------------------------------

    @cached_property
    def limits(self):
        """The domain, in units of h0: (lowest, highest) T and J0. The highest coupling but one is the highest of it: the last
        one bounds the spline, and leaving it out would be extrapolation."""
        couplings = sorted(self.sets[k]["J0_K"] / self.h0_K for k in self.set_indices("grid"))
        T = self.rungs_K[1:] / self.h0_K
        return {"T": (float(T[0]), float(T[-1])), "J0": (0.0, couplings[-2])}

    def density(self, E_K, T_K, J0_K, h0_K=10.0):
        """Return n(T, E) per kelvin and lattice site, Samples of the shape to which the arguments broadcast.

        Raises ValueError, with the limits, for E < 0 and for T or J0 outside of ``limits`` times ``h0_K``.
        """
        self.check(T_K, J0_K, h0_K)
        E, T, g = (np.asarray(x, dtype=float) / h0_K for x in (E_K, T_K, J0_K))
        if not np.all(E >= 0):
            raise ValueError(f"E = {np.ravel(E_K)[~(np.ravel(E) >= 0)][0]:g} K: an excitation energy is not negative")
        shape = np.broadcast_shapes(E.shape, T.shape, g.shape)
        if T.size == g.size == 1:
            ln_n = self._ln_n(np.ravel(E), float(T.flat[0]), float(g.flat[0])).reshape(-1, *E.shape)
            return JackknifeEstimate(np.broadcast_to(np.exp(ln_n) / h0_K, (len(ln_n), *shape)))
        E, T, g = (np.broadcast_to(x, shape).ravel() for x in (E, T, g))
        pairs, which = np.unique(np.stack([T, g]), axis=1, return_inverse=True)
        ln_n = np.empty((len(self.coefficient_rows[0]), E.size))
        for k, (T_k, g_k) in enumerate(pairs.T):
            ln_n[:, which.ravel() == k] = self._ln_n(E[which.ravel() == k], T_k, g_k)
        return JackknifeEstimate(np.exp(ln_n).reshape(-1, *shape) / h0_K)

    def check(self, T_K, J0_K, h0_K):
        """Raise ValueError, with the limits, for T or J0 outside of the domain."""
        if not (np.ndim(h0_K) == 0 and 0 < h0_K < math.inf):
            raise ValueError(f"h0 = {h0_K!r} K: must be one positive number")
        for (name, (low, high)), value in zip(self.limits.items(), (T_K, J0_K), strict=True):
            given = np.ravel(np.asarray(value, dtype=float))
            outside = ~((given >= low * h0_K * (1 - 1e-9)) & (given <= high * h0_K * (1 + 1e-9)))
            if outside.any():
                raise ValueError(
                    f"{name} = {given[outside][0]:g} K is not in the atlas: with h0 = {h0_K:g} K it holds"
                    f" {name} = {low * h0_K:g} to {high * h0_K:g} K ({low:g} to {high:g} h0)"
                )

    def _ln_n(self, E, T, g):
        """Return ln(n · h0), (1 + rows, m), at energies (m,) of one temperature and coupling in units of h0."""
        coefficients, excess = self._profile(T, g)
        ln_n = coefficients @ spline.energy_basis(E, T).T + self._gaussian(E, g)
        return ln_n if excess is None else ln_n - excess @ annealing_excess.energy_basis(E, T).T

    @cached_property
    def coefficient_rows(self):
        """The coefficients of the spline and those of the excess with rows in common: each varies while the other rests."""
        coefficients = self.arrays["spline"]
        if self.excess is None:
            return coefficients, None
        excess = self.excess.coefficients
        rows = len(coefficients) + len(excess) - 2

        def among(own, before, after):
            n = len(own) - 1
            apart = math.sqrt((n - 1) / n * rows / (rows - 1)) * (own[1:] - own[1:].mean(axis=0))
            rest = np.zeros_like(own[:1])
            apart = np.concatenate([rest, np.repeat(rest, before, axis=0), apart, np.repeat(rest, after, axis=0)])
            return own[0] + apart

        return among(coefficients, 0, len(excess) - 1), among(excess, len(coefficients) - 1, 0)

    @lru_cache(maxsize=256)  # noqa: B019 - an atlas lives as long as the process
    def _profile(self, T, g):
        """Return the coefficients (1 + rows, k) of the splines in v at one temperature and coupling, and of the excess."""
        (coefficients, excess), (tau, s) = self.coefficient_rows, spline.basis_T_and_g(T, g)
        near_tau, near_s = np.flatnonzero(tau), np.flatnonzero(s)
        profile = coefficients[:, :, near_tau][..., near_s] @ s[near_s] @ tau[near_tau]
        return profile, None if excess is None else excess @ annealing_excess.coupling_basis(
            g
        ) @ annealing_excess.temperature_basis(T)

    def _gaussian(self, E, g):
        return spline.ln_gaussian(E, g, self.metadata["concentration"], self.metadata["spread"])

    # ---- its file --------------------------------------------------------------------------------------------------

    def save(self, path):
        """Write the atlas with its digest, and with the stamp ``told``."""
        io.write_arrays(path, self.arrays, self.metadata)

    @classmethod
    def load(cls, path=SHIPPED, excess=None):
        """Read what ``save`` wrote, by default the atlas that comes with the package. Raises files.DamagedFile."""
        arrays, told = io.read_arrays(path)
        if told.get("layout") != VERSION:
            raise io.DamagedFileError(path, f"not an atlas of version {VERSION}")
        return cls(told, arrays, excess)


@lru_cache(maxsize=2)
def shipped_atlas(annealed=False):
    """Return the atlas that comes with the package: in equilibrium, or as annealed."""
    return Atlas.load(excess=None if annealed else annealing_excess.AnnealingExcess.load())


def compact(counts):
    """Return counts in rows of one jackknife group each, with fewer bins, and none beyond the last filled one.

    ``counts`` are those of ``merge.merge`` with the span of all their realizations. Four bins are merged into one where they
    are uniform, and two where they grow.
    """
    widths = counts.widths_K
    uniform = int(np.sum(widths < widths[0] * (1 + 1e-6)))
    last = len(widths)
    kept = np.unique(np.concatenate([np.arange(0, uniform, 4), np.arange(uniform, last, 2), [last]]))
    coarse = counts.coarsen(kept)
    filled = int(np.flatnonzero(coarse.total)[-1]) + 1
    return replace(coarse, edges_K=coarse.edges_K[: filled + 1], counts=coarse.counts[:, :filled])


def build(sets, h0_K, spread, about, report=print):
    """Return the Atlas of ``sets``, a list of pairs (kind, list of compact Counts at all rungs, coldest first).

    ``spread`` is that of surface.ln_gaussian, ``about`` goes to the stamp.
    """
    rungs_K = sorted({one.T_K for _, every in sets for one in every})
    held = [{one.T_K: one for one in every} for _, every in sets]
    longest = [max((h[T].edges_K for h in held if T in h), key=len) for T in rungs_K]
    told = about | {
        "layout": VERSION,
        "h0_K": h0_K,
        "spread": spread,
        "concentration": sets[0][1][0].concentration,
        "sets": [_set_metadata(kind, every[0]) for kind, every in sets],
    }
    counted = [h[T].counts.T.ravel() for h in held for T in rungs_K if T in h]
    arrays = {
        "T_K": np.array(rungs_K),
        "bins": np.array([[len(h[T].edges_K) - 1 if T in h else 0 for T in rungs_K] for h in held]),
        "edges": np.array([len(edges) for edges in longest]),
        "edges_K": np.concatenate(longest),
        "counts": np.concatenate(counted).astype(np.int32),
        "spline": np.zeros(0, dtype=np.float32),
    }
    atlas = Atlas(told, arrays)
    return Atlas(told, arrays | {"spline": _spline(atlas, report).astype(np.float32)})


def _set_metadata(kind, counts):
    """Return the metadata of a set, with the keys of the file."""
    names = ("L", "J0_K", "n_spins", "concentration", "block")
    return {name: getattr(counts, name) for name in names} | {
        "kind": kind,
        "method": "annealing",
        "realizations": counts.n_realizations,
        "origin": counts.fingerprint,
        "gathered": counts.blocks_per_row.tolist(),
    }


def spline_data_sets(atlas, kind="grid"):
    """Return the surface.Slice of every set of a kind at every rung but the quench."""
    spread, h0_K = atlas.metadata["spread"], atlas.h0_K
    return [
        spline.spline_data(atlas.simulated_density(k, T), h0_K, spread)
        for k in atlas.set_indices(kind)
        for T in atlas.rungs_K[1:]
    ]


def inner_couplings(atlas):
    """Return the couplings J0/h0 of the grid that lie in the domain, growing: each can be left out."""
    return sorted(atlas.sets[k]["J0_K"] / atlas.h0_K for k in atlas.set_indices("grid"))[:-1]


def fit_without(every, coupling, start, rows=True):
    """Return the spline, as surface.Problem.solve does, through all ``every`` slices but those of one coupling, in h0."""
    left = [one for one in every if not math.isclose(one.g, coupling)]
    return spline.PoissonSplineFit(left).solve(start, rows)


def _spline(atlas, report):
    """Return the rows of the spline: the estimate, without each jackknife group, and what leaving out a coupling moves.

    All are scaled for the one formula of Samples.error; the last stand in pairs of both signs, and shift no mean.
    """
    every, moved = spline_data_sets(atlas), []
    found = spline.PoissonSplineFit(every).solve()
    for coupling in inner_couplings(atlas):
        moved.append(fit_without(every, coupling, found[0], rows=False)[0] - found[0])
        report(f"left out J0/h0 = {coupling:g}")
    estimate, groups, moved = found[0], len(found) - 1, np.array(moved)
    rows = groups + 2 * len(moved)
    jackknife = math.sqrt((groups - 1) / groups * rows / (rows - 1)) * (found[1:] - found[1:].mean(axis=0))
    between = INTERPOLATION_ERROR_SHARE * math.sqrt(0.5 * rows / (rows - 1)) * moved
    return estimate + np.concatenate([np.zeros_like(estimate)[None], jackknife, between, -between])
