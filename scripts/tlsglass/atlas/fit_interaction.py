"""Fit of an InteractionRatio to the counts of annealed lattices."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tlsglass.atlas import spline
from tlsglass.atlas.interaction_ratio import COORDINATES, PENALTY, VERSION, InteractionRatio
from tlsglass.atlas.random_spins import RandomSpins
from tlsglass.atlas.simulated_counts import pack_counts
from tlsglass.atlas.spline import PoissonSplineFit, SplineData, spline_data
from tlsglass.atlas.table import INTERPOLATION_ERROR_SHARE, Atlas, assemble_rows, inner_couplings
from tlsglass.base.types import FloatArray
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.model.parameters import ModelParameters

MIN_GROWTH = 1.2  # of the bins of the counts in the file, which are sufficient for a smooth ratio


def coarsen(density: DensityOfStates) -> DensityOfStates:
    """Return a density of states in bins that grow by at least ``MIN_GROWTH`` each."""
    edges, selected = density.edges_K, [0]
    for k in range(1, len(edges)):
        if edges[k] >= MIN_GROWTH * edges[selected[-1]]:
            selected.append(k)
    return density.coarsen(np.unique([*selected, len(edges) - 1]))


def build(
    interaction: str,
    model: ModelParameters,
    sets: Sequence[Sequence[DensityOfStates]],
    atlas: Atlas,
    metadata: dict[str, Any],
) -> InteractionRatio:
    """Fit the ratio of an interaction to the atlas of normal factors.

    Parameters
    ----------
    interaction
        Its name.
    model
        Parameters of the simulations; J0 is not used.
    sets
        Densities of states of each coupling at all temperatures, coldest first, of lattices of one size.
    atlas
        The atlas of normal factors.
    metadata
        Stored with the metadata of the ratio.
    """
    of_sets, arrays = pack_counts([("grid", list(map(coarsen, densities))) for densities in sets], atlas.h0_K)
    random_spins = RandomSpins.of_model(model)
    metadata = metadata | of_sets | random_spins._asdict() | {"layout": VERSION, "interaction": interaction}
    data = ratio_data(InteractionRatio(metadata, arrays), atlas)
    coefficients = PoissonSplineFit(data, PENALTY, COORDINATES).solve()
    changes = []
    for coupling in inner_couplings(InteractionRatio(metadata, arrays)):
        changes.append(fit_without(data, coupling, coefficients[0])[0] - coefficients[0])
        print(f"left out J0/h0 = {coupling:g}")
    rows = assemble_rows(coefficients, INTERPOLATION_ERROR_SHARE * np.array(changes))
    return InteractionRatio(metadata, arrays | {"ratio": rows.astype(np.float32)})


def ratio_data(ratio: InteractionRatio, atlas: Atlas) -> list[SplineData]:
    """Return the SplineData of every set at every temperature except that of the quench.

    Where the ratio vanishes, ln n is that of random spins plus the spline of ``atlas`` for annealed lattices of the same size,
    the sum that a MeshEvaluator computes on its mesh.
    """
    annealed, random_spins, h0_K = atlas.annealed(ratio.sets[0]["L"]), ratio.random_spins, ratio.h0_K
    data = []
    for index in range(len(ratio.sets)):
        for T_K in ratio.rungs_K[1:]:
            density = ratio.simulated_density(index, T_K)
            g, T = density.J0_K / h0_K, T_K / h0_K

            def ln_reference(E: FloatArray, g: float = g, T: float = T) -> FloatArray:
                ln_n = random_spins.ln_density(E, g)
                for term in annealed.terms:
                    ln_n = ln_n + term.coordinates.energy_basis(E, T) @ term.at(T, g)
                return ln_n

            data.append(spline_data(density, h0_K, ln_reference, COORDINATES))
    return data


def fit_without(data: Iterable[SplineData], coupling: float, start: FloatArray, jackknife: bool = False) -> FloatArray:
    """Return the coefficients of the ratio, as ``spline.fit_without`` those of the atlas."""
    return spline.fit_without(data, coupling, start, jackknife, PENALTY, COORDINATES)
