"""How far annealed densities of states exceed equilibrium: ln of their ratio (atlas.ratio_spline), and its file."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from tlsglass.atlas import ratio_spline
from tlsglass.base import io
from tlsglass.base.types import FloatArray, StrPath
from tlsglass.dos.density_of_states import DensityOfStates

SHIPPED = Path(__file__).with_name("annealing.npz")
VERSION = 2  # of the layout of the file


class AnnealingExcess:
    """ln of n after annealing over n in equilibrium: coefficients (1 + groups, 11, 9, 9) and the metadata of its file."""

    def __init__(self, metadata: dict[str, Any], coefficients: FloatArray) -> None:
        self.metadata, self.coefficients = metadata, coefficients

    def save(self, path: StrPath) -> None:
        """Write the coefficients and the metadata with checksums."""
        io.write_arrays(path, {"coefficients": self.coefficients.astype(np.float32)}, self.metadata)

    @classmethod
    def load(cls, path: StrPath = SHIPPED) -> "AnnealingExcess":
        """Read what ``save`` wrote. Raise DamagedFileError for anything else."""
        arrays, metadata = io.read_arrays(path)
        if metadata.get("layout") != VERSION:
            raise io.DamagedFileError(path, f"not an annealing excess of version {VERSION}")
        return cls(metadata, arrays["coefficients"])


def fit_excess(
    pairs: Iterable[tuple[DensityOfStates, DensityOfStates]], h0_K: float, metadata: dict[str, Any]
) -> AnnealingExcess:
    """Fit the excess to ``pairs`` of annealed and tempered densities of states, each pair of one (L, J0, T).

    The number of bins and χ² are added to ``metadata``. Raises ValueError as ``ratio_spline.fit_ratio`` does.
    """
    fit = ratio_spline.fit_ratio(((annealed, tempered, 1.0) for annealed, tempered in pairs), h0_K)
    metadata = metadata | {"layout": VERSION, "h0_K": h0_K, "bins": fit.bins, "chi2": fit.chi2}
    return AnnealingExcess(metadata, fit.coefficients)
