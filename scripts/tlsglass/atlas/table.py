"""The atlas: n(T, E) as a function of J0/h0, fitted to the simulations of many couplings, and its file.

Energies, temperatures and couplings scale with h0: n(T, E; J0, h0) = f(T/h0, E/h0; J0/h0) / h0. The file contains the counts of
every set, summed in jackknife groups, and the spline (atlas.spline) fitted to those of the kind "grid", which are annealed
lattices of one size L. Two corrections lead from there to equilibrium and to the infinite system: the excess of annealing
(atlas.annealing_excess), and the size term, which is ln(n of a lattice of the grid's size / n of the infinite one) and falls as
1/L³. Both are fitted to ratios, not to the counts of all sets at once: annealed and tempered realizations are the same, and
their common fluctuations cancel in the ratio only. The rows of the coefficients are those of a JackknifeEstimate:
leave-one-group-out estimates, followed by rows for the interpolation error between couplings and for the exponent of L.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tlsglass.atlas import ratio_spline, spline
from tlsglass.atlas.annealing_excess import AnnealingExcess
from tlsglass.atlas.evaluator import MeshEvaluator, SplineTerm
from tlsglass.atlas.interaction_ratio import InteractionRatio
from tlsglass.atlas.random_spins import RandomSpins
from tlsglass.atlas.shipped import SHIPPED_INTERACTIONS, interaction_names
from tlsglass.atlas.simulated_counts import SimulatedCounts, pack_counts
from tlsglass.base import io
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import AnyArray, FloatArray, FloatOrArray, StrPath
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.model.interaction import GAUSSIAN
from tlsglass.model.parameters import H0_K, ModelParameters
from tlsglass.montecarlo.protocol import parse_fingerprint

VERSION = 2  # of the layout of the file
SHIPPED = Path(__file__).with_name("atlas.npz")
KINDS = ("grid", "test", "large")
# ASSUME: the interpolation error between two couplings is this fraction of the change of the spline when one coupling is left
# out, because the gap to be bridged is then twice as wide. tables/atlas_validation.csv confirms the resulting errors.
INTERPOLATION_ERROR_SHARE = 0.5
SIZE_EXPONENT = 3  # the effect of a finite lattice falls as L to minus this power, as do the couplings that it omits ...
OTHER_SIZE_EXPONENTS = (2, 4)  # ... and half of the difference between these is its systematic error


class Atlas(SimulatedCounts):
    """n(T, E) with errors as a function of J0/h0, and the simulated counts that it was fitted to.

    Parameters
    ----------
    metadata
        The metadata of the file, as those of SimulatedCounts, with sets of ``KINDS``.
    arrays
        The arrays of the file, with the coefficients (1 + rows, ...) of the spline as "spline".
    excess
        The annealing excess to be subtracted. Without it, n is that of annealing.
    L
        The size of the lattice that n refers to; by default that of the infinite system.
    interaction
        The interaction of the TLSs; by default independent normal factors c_ij.
    """

    def __init__(
        self,
        metadata: dict[str, Any],
        arrays: dict[str, AnyArray],
        excess: AnnealingExcess | None = None,
        L: float = math.inf,
        interaction: InteractionRatio | None = None,
    ) -> None:
        super().__init__(metadata, arrays)
        self.excess, self.L, self.interaction = excess, L, interaction

    # ---- the smooth density of states --------------------------------------------------------------------------------

    @cached_property
    def limits(self) -> dict[str, tuple[float, float]]:
        """The domain {"T": (lowest, highest), "J0": (lowest, highest)} in units of h0.

        The domain ends at the second highest coupling: without the highest one the spline would be extrapolated there.
        """
        T = self.rungs_K[1:] / self.h0_K
        highest = min(inner_couplings(counts)[-1] for counts in (self, self.interaction) if counts)
        return {"T": (float(T[0]), float(T[-1])), "J0": (0.0, highest)}

    def density(self, E_K: npt.ArrayLike, T_K: npt.ArrayLike, J0_K: npt.ArrayLike, h0_K: float = H0_K) -> JackknifeEstimate:
        """Return n(T, E) per kelvin and lattice site, in the shape to which the arguments broadcast.

        Raises ValueError, with the limits, for E < 0 and for T or J0 outside of ``limits`` times ``h0_K``.
        """
        self.check_domain(T_K, J0_K, h0_K)
        E, T, g = np.asarray(E_K, dtype=float), np.asarray(T_K, dtype=float), np.asarray(J0_K, dtype=float) / h0_K
        if not np.all(E >= 0):
            raise ValueError(f"E = {np.ravel(E_K)[~(np.ravel(E) >= 0)][0]:g} K: an excitation energy is not negative")
        shape = np.broadcast_shapes(E.shape, T.shape, g.shape)
        if T.size == g.size == 1:
            rows = self._rows(np.ravel(E), float(T.flat[0]), float(g.flat[0]), h0_K).reshape(-1, *E.shape)
            return JackknifeEstimate(np.broadcast_to(rows, (len(rows), *shape)))
        E, T, g = (np.broadcast_to(x, shape).ravel() for x in (E, T, g))
        pairs, pair_of_point = np.unique(np.stack([T, g]), axis=1, return_inverse=True)
        rows = np.empty((1 + self.n_rows, E.size))
        for k, (T_k, g_k) in enumerate(pairs.T.tolist()):
            points = pair_of_point.ravel() == k
            rows[:, points] = self._rows(E[points], T_k, g_k, h0_K)
        return JackknifeEstimate(rows.reshape(-1, *shape))

    def _rows(self, E_K: FloatArray, T_K: float, g: float, h0_K: float) -> FloatArray:
        """Return n, rows (1 + r, m), at energies (m,), one temperature and one coupling."""
        return MeshEvaluator(self, np.array([T_K]), E_K[None], h0_K).n(g, jackknife=True)[:, 0]

    def check_domain(self, T_K: npt.ArrayLike, J0_K: npt.ArrayLike, h0_K: float) -> None:
        """Raise ValueError, with the limits, for T or J0 outside of the domain."""
        if not (np.ndim(h0_K) == 0 and 0 < h0_K < math.inf):
            raise ValueError(f"h0 = {h0_K!r} K: must be one positive number")
        for (name, (low, high)), argument in zip(self.limits.items(), (T_K, J0_K), strict=True):
            values = np.ravel(np.asarray(argument, dtype=float))
            outside = ~((values >= low * h0_K * (1 - 1e-9)) & (values <= high * h0_K * (1 + 1e-9)))
            if outside.any():
                raise ValueError(
                    f"{name} = {values[outside][0]:g} K is not in the atlas: with h0 = {h0_K:g} K it covers"
                    f" {name} = {low * h0_K:g} to {high * h0_K:g} K ({low:g} to {high:g} h0)"
                )

    @cached_property
    def random_spins(self) -> RandomSpins:
        """n(E) of random spins, with the random fields and couplings of the interaction."""
        if self.interaction:
            return self.interaction.random_spins
        return RandomSpins(self.metadata["concentration"], self.metadata["spread"])

    def ln_random_spins(self, E: FloatOrArray, g: float) -> FloatArray:
        """Return ln(n h0) of random spins, in units of h0."""
        return self.random_spins.ln_density(E, g)

    @cached_property
    def terms(self) -> list[SplineTerm]:
        """The terms of ln(n h0) besides ``ln_random_spins``.

        They are the spline, the size term, minus the annealing excess, and that of the interaction. Their rows are common. The
        excess and the interaction come from other simulations than the spline and the size term: each varies while the others
        stay at their estimates.
        """
        share = (self.sets[0]["L"] / self.L) ** SIZE_EXPONENT - 1
        of_grid = [(self.arrays["spline"], spline.COORDINATES)]
        if share:
            of_grid.append((share * self.arrays["size"], ratio_spline.COORDINATES))
        sources = [of_grid]
        if self.excess:
            sources.append([(-self.excess.coefficients, ratio_spline.COORDINATES)])
        if self.interaction:
            sources.append([(self.interaction.coefficients, self.interaction.coordinates)])
        rows = [len(source[0][0]) - 1 for source in sources]
        return [
            SplineTerm(_scale_rows(coefficients, sum(rows)), coordinates, sum(rows[:k]))
            for k, source in enumerate(sources)
            for coefficients, coordinates in source
        ]

    @cached_property
    def n_rows(self) -> int:
        """Number of jackknife rows of n."""
        return max(term.rows.stop for term in self.terms) - 1

    # ---- the file ----------------------------------------------------------------------------------------------------

    @classmethod
    def load(cls, path: StrPath = SHIPPED, excess: AnnealingExcess | None = None) -> "Atlas":
        """Read what ``save`` wrote, by default the atlas of the package. Raise DamagedFileError for anything else."""
        arrays, metadata = io.read_arrays(path)
        if metadata.get("layout") != VERSION:
            raise io.DamagedFileError(path, f"not an atlas of version {VERSION}")
        return cls(metadata, arrays, excess)

    def annealed(self, L: float | None = None) -> "Atlas":
        """Return the atlas of annealed lattices of size ``L``, by default that of the grid, whose counts are not corrected."""
        return Atlas(self.metadata, self.arrays, L=self.sets[0]["L"] if L is None else L, interaction=self.interaction)

    def with_interaction(self, interaction: InteractionRatio) -> "Atlas":
        """Return the atlas of another interaction than independent normal factors.

        ASSUME: the relative annealing excess, and the relative effect of a finite lattice, are those of normal factors.
        """
        return Atlas(self.metadata, self.arrays, self.excess, self.L, interaction)


def _scale_rows(coefficients: FloatArray, rows: int) -> FloatArray:
    """Return coefficients (1 + r, ...) for a JackknifeEstimate with more ``rows``, of which the others are the estimate.

    The r rows are rescaled so that the jackknife errors stay the same.
    """
    n = len(coefficients) - 1
    deviations = coefficients[1:] - coefficients[1:].mean(axis=0)
    scaled = math.sqrt((n - 1) / n * rows / (rows - 1)) * deviations
    result: FloatArray = coefficients[0] + np.concatenate([np.zeros_like(coefficients[:1]), scaled])
    return result


@lru_cache
def shipped_atlas(interaction: str | None = None) -> Atlas:
    """Return an atlas that is part of the package, that of the infinite system in equilibrium.

    Parameters
    ----------
    interaction
        Name of the interaction, one of ``interaction_names()``; by default independent normal factors.

    Raises
    ------
    ValueError
        If there is no atlas of the interaction.
    """
    if interaction is None or interaction == GAUSSIAN:
        return Atlas.load(excess=AnnealingExcess.load()) if interaction is None else shipped_atlas()
    if interaction not in interaction_names():
        raise ValueError(f"interaction {interaction!r}: the atlas has {', '.join(interaction_names())}")
    return shipped_atlas().with_interaction(InteractionRatio.load(SHIPPED_INTERACTIONS[interaction]))


def compact(density: DensityOfStates) -> DensityOfStates:
    """Return a density of states with fewer bins, and without the empty bins at its upper end.

    Four uniform bins, and two growing bins, are merged into one. ``density`` has one row per jackknife group, as returned by
    ``dos.load.merge`` for the range of all its realizations.
    """
    widths = density.widths_K
    uniform = int(np.sum(widths < widths[0] * (1 + 1e-6)))
    last = len(widths)
    edges = np.unique(np.concatenate([np.arange(0, uniform, 4), np.arange(uniform, last, 2), [last]]))
    coarse = density.coarsen(edges)
    filled = int(np.flatnonzero(coarse.total)[-1]) + 1
    return replace(coarse, edges_K=coarse.edges_K[: filled + 1], counts=coarse.counts[:, :filled])


def build(
    sets: Sequence[tuple[str, Sequence[DensityOfStates]]],
    h0_K: float,
    spread: float,
    metadata: dict[str, Any],
    sizes: Sequence[tuple[DensityOfStates, DensityOfStates]] = (),
) -> Atlas:
    """Build the atlas.

    Parameters
    ----------
    sets
        Pairs (kind, ``compact`` densities of one set at all temperatures, coldest first). All of the kind "grid" have the same
        L and couplings of which the highest bounds the domain; those of the kind "large" have a coupling of the grid.
    h0_K
        Typical random field h0 in kelvin.
    spread
        That of RandomSpins.
    metadata
        Stored with the metadata of the atlas.
    sizes
        Further pairs (smaller lattice, larger lattice) with the same J0, T and number of jackknife groups, for the size term.
    """
    of_sets, arrays = pack_counts(sets, h0_K)
    metadata = metadata | of_sets | {"layout": VERSION, "spread": spread}
    atlas = Atlas(metadata, arrays)
    coefficients, summary = _fit_with_errors(atlas, [*_size_pairs(atlas), *sizes])
    arrays |= {name: rows.astype(np.float32) for name, rows in coefficients.items()}
    return Atlas(metadata | {"size": summary}, arrays)


def spline_data_sets(atlas: Atlas) -> list[spline.SplineData]:
    """Return the SplineData of every set of the grid at every temperature except that of the quench."""
    densities = [atlas.simulated_density(index, T) for index in atlas.set_indices("grid") for T in atlas.rungs_K[1:]]
    return [
        spline.spline_data(density, atlas.h0_K, partial(atlas.ln_random_spins, g=density.J0_K / atlas.h0_K))
        for density in densities
    ]


def inner_couplings(counts: SimulatedCounts) -> list[float]:
    """Return the couplings J0/h0 of the grid inside the domain, in ascending order: each of them can be left out."""
    return sorted(counts.sets[index]["J0_K"] / counts.h0_K for index in counts.set_indices("grid"))[:-1]


def pair_sizes(
    densities: Iterable[DensityOfStates], model: ModelParameters, groups: int
) -> list[tuple[DensityOfStates, DensityOfStates]]:
    """Return the pairs (smallest lattice, larger lattice) with the same J0 and T, for the size term.

    Densities of another model, apart from L and J0, and those with another number of jackknife ``groups`` are left out.
    """
    by_set: dict[tuple[float, float], list[DensityOfStates]] = {}
    for density in densities:
        of_density = replace(parse_fingerprint(density.fingerprint)[0], L=model.L, J0_K=model.J0_K)
        if of_density == model and density.groups == groups:
            by_set.setdefault((density.J0_K, density.T_K), []).append(density)
    pairs = []
    for sizes in by_set.values():
        smallest, *larger = sorted(sizes, key=lambda density: density.L)
        pairs += [(smallest, density) for density in larger]
    return pairs


def _size_pairs(atlas: Atlas) -> Iterator[tuple[DensityOfStates, DensityOfStates]]:
    """Yield the densities of the grid and of a larger lattice with the same J0 and T, except those after the quench."""
    grid = {atlas.sets[index]["J0_K"]: index for index in atlas.set_indices("grid")}
    for index in atlas.set_indices("large"):
        for T in atlas.rungs_K[1:]:
            yield atlas.simulated_density(grid[atlas.sets[index]["J0_K"]], T), atlas.simulated_density(index, T)


def _fit_with_errors(
    atlas: Atlas, sizes: Sequence[tuple[DensityOfStates, DensityOfStates]]
) -> tuple[dict[str, FloatArray], dict[str, Any]]:
    """Return the rows of "spline" and "size", and a summary of the fit of the latter.

    The rows are the estimate, one per jackknife group, two (±) for the exponent of the size term, and two (±) per coupling that
    was left out. All are scaled so that JackknifeEstimate.error adds all contributions; the ± pairs leave the mean unchanged.
    """
    data, changes = spline_data_sets(atlas), []
    coefficients = spline.PoissonSplineFit(data).solve()
    for coupling in inner_couplings(atlas):
        changes.append(spline.fit_without(data, coupling, coefficients[0], jackknife=False)[0] - coefficients[0])
        print(f"left out J0/h0 = {coupling:g}")
    size_fits = [fit_size_term(sizes, atlas.h0_K, atlas.sets[0]["L"], p) for p in (SIZE_EXPONENT, *OTHER_SIZE_EXPONENTS)]
    size, low, high = (fit.coefficients for fit in size_fits)
    exponent = 0.5 * (low[0] - high[0])
    interpolation, zero = INTERPOLATION_ERROR_SHARE * np.array(changes), np.zeros_like(coefficients[:1])
    arrays = {
        "spline": assemble_rows(coefficients, np.concatenate([zero, interpolation])),
        "size": assemble_rows(size, np.concatenate([exponent[None], np.zeros((len(changes), *size[0].shape))])),
    }
    chi2 = {str(p): fit.chi2 for p, fit in zip((SIZE_EXPONENT, *OTHER_SIZE_EXPONENTS), size_fits, strict=True)}
    return arrays, {"ratios": size_fits[0].bins, "chi2_by_exponent": chi2}


def assemble_rows(coefficients: FloatArray, systematic: FloatArray) -> FloatArray:
    """Return the estimate, the rows of jackknife groups, and a pair of rows (±) for each systematic error.

    Parameters
    ----------
    coefficients
        The estimate and leave-one-group-out estimates, (1 + groups, ...).
    systematic
        Systematic errors (k, ...).

    Returns
    -------
    ndarray
        (1 + groups + 2k, ...), scaled so that JackknifeEstimate.error adds all contributions; the pairs leave the mean
        unchanged.
    """
    rows = len(coefficients) - 1 + 2 * len(systematic)
    pairs = math.sqrt(0.5 * rows / (rows - 1)) * systematic
    return np.concatenate([_scale_rows(coefficients, rows), coefficients[0] + pairs, coefficients[0] - pairs])


def fit_size_term(
    pairs: Iterable[tuple[DensityOfStates, DensityOfStates]], h0_K: float, L: int, exponent: float
) -> ratio_spline.RatioFit:
    """Fit ln(n of a lattice of size ``L`` / n of the infinite one) to pairs of a smaller and a larger lattice.

    The effect of a lattice falls as its size to minus ``exponent``.
    """
    return ratio_spline.fit_ratio(
        ((small, large, (L / small.L) ** exponent - (L / large.L) ** exponent) for small, large in pairs), h0_K
    )
