"""How far annealed densities of states exceed equilibrium: ln of their ratio (atlas.ratio_spline), and its file.

The file also contains the counts of exchange Monte Carlo that the atlas is compared with, of sets that are not fitted.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tlsglass.atlas import ratio_spline
from tlsglass.atlas.simulated_counts import SimulatedCounts, pack_counts
from tlsglass.base import io
from tlsglass.base.types import AnyArray, FloatArray, StrPath
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.montecarlo.protocol import TEMPERING

SHIPPED = Path(__file__).with_name("annealing.npz")
VERSION = 3  # of the layout of the file
TEST = "test"  # kind of the sets that are compared with the fit


class AnnealingExcess(SimulatedCounts):
    """ln of n after annealing over n in equilibrium, and the counts of exchange Monte Carlo that it was not fitted to.

    The arrays contain its coefficients (1 + groups, 11, 9, 9), as "coefficients".
    """

    @property
    def coefficients(self) -> FloatArray:
        """Coefficients of the estimate and of jackknife groups, (1 + groups, 11, 9, 9)."""
        return self.arrays["coefficients"]

    @classmethod
    def load(cls, path: StrPath = SHIPPED) -> "AnnealingExcess":
        """Read what ``save`` wrote. Raise DamagedFileError for anything else."""
        arrays, metadata = io.read_arrays(path)
        if metadata.get("layout") != VERSION:
            raise io.DamagedFileError(path, f"not an annealing excess of version {VERSION}")
        return cls(metadata, arrays)


def fit_excess(
    pairs: Iterable[tuple[DensityOfStates, DensityOfStates]],
    h0_K: float,
    metadata: dict[str, Any],
    tests: Sequence[Sequence[DensityOfStates]] = (),
) -> AnnealingExcess:
    """Fit the excess to ``pairs`` of annealed and tempered densities of states, each pair of one (L, J0, T).

    The number of bins and χ² are added to ``metadata``. ``tests`` are the tempered densities of further sets, coldest first.
    Raises ValueError as ``ratio_spline.fit_ratio`` does.
    """
    fit = ratio_spline.fit_ratio(((annealed, tempered, 1.0) for annealed, tempered in pairs), h0_K)
    metadata = metadata | {"layout": VERSION, "bins": fit.bins, "chi2": fit.chi2}
    return with_tests(metadata, fit.coefficients, h0_K, tests)


def with_tests(
    metadata: dict[str, Any], coefficients: FloatArray, h0_K: float, tests: Sequence[Sequence[DensityOfStates]]
) -> AnnealingExcess:
    """Return the excess with these ``coefficients`` and with the counts of ``tests``, as of ``fit_excess``."""
    arrays: dict[str, AnyArray] = {"coefficients": coefficients.astype(np.float32)}
    sets = [(TEST, densities) for densities in tests]
    description, counts = pack_counts(sets, h0_K, TEMPERING) if tests else ({"sets": []}, {})
    return AnnealingExcess(metadata | {"h0_K": h0_K} | description, arrays | counts)
