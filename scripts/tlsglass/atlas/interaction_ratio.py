"""How n(T, E) of an interaction of dipoles or strain tensors differs from that of independent normal factors, and its file.

ln n of the interaction is ln n of random spins with its random fields and couplings, plus the spline of normal factors, plus
the spline of this module, which vanishes at J0 = 0. It is fitted to the counts of annealed lattices of the interaction.
"""

import numpy as np

from tlsglass.atlas import spline
from tlsglass.atlas.random_spins import RandomSpins
from tlsglass.atlas.simulated_counts import SimulatedCounts
from tlsglass.atlas.spline import Coordinates
from tlsglass.base import io
from tlsglass.base.types import FloatArray, StrPath

VERSION = 1  # of the layout of the file
# of v, ln T and s: the ratio is smoother in ln T and s than n is
COORDINATES = Coordinates((spline.KNOTS[0], (np.log(0.002), np.log(0.4), 4), (0.0, np.log1p(1.2 / spline.G0), 6)), spline.G0, 1)
PENALTY = (10.0, 30.0, 10.0)  # on squared second differences, as in ``spline.PENALTY``


class InteractionRatio(SimulatedCounts):
    """The spline of an interaction, and the simulated counts that it was fitted to.

    The arrays contain its coefficients (1 + rows, v, t, s), as "ratio", and the metadata the name of the interaction and what
    ``random_spins`` needs.
    """

    coordinates = COORDINATES

    @property
    def coefficients(self) -> FloatArray:
        """Coefficients (1 + rows, v, t, s) of the estimate, of jackknife groups and of interpolation errors."""
        return self.arrays["ratio"]

    @property
    def random_spins(self) -> RandomSpins:
        """n(E) of random spins with the random fields and couplings of the interaction."""
        names = ("concentration", "spread", "components")
        return RandomSpins(*(self.metadata[name] for name in names))

    @classmethod
    def load(cls, path: StrPath) -> "InteractionRatio":
        """Read what ``save`` wrote. Raise DamagedFileError for anything else."""
        arrays, metadata = io.read_arrays(path)
        if metadata.get("layout") != VERSION or "ratio" not in arrays:
            raise io.DamagedFileError(path, f"not an interaction of version {VERSION}")
        return cls(metadata, arrays)
