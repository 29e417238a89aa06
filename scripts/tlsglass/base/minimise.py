"""The least of an objective of one parameter, for the estimate and for each of its jackknife rows."""

import numpy as np

from tlsglass.base.samples import Samples

STEP = 1e-4  # of the parabola about the minimum, in units of the range


def minimum(objective, low, high):
    """Return the x in low < x < high that minimises ``objective``(x) -> (1 + g,), one value for each row, as Samples ().

    Row 0 is found by Brent's method. The other rows hold nearly the same data: each is moved from there by as much as the
    vertices of their parabolas, through three points about that minimum, lie apart. NaN where the least value lies at an end.
    """
    from scipy.optimize import minimize_scalar  # not by jobs that only word or draw

    best = minimize_scalar(lambda x: objective(x)[0], bounds=(low, high), options={"xatol": 1e-7 * (high - low)}).x
    step = STEP * (high - low)
    below, here, above = (objective(best + k * step) for k in (-1, 0, 1))
    if not low + step < best < high - step:
        return Samples(np.full(len(here), np.nan))
    vertex = 0.5 * step * (below - above) / (below - 2 * here + above)
    return Samples(np.clip(best + vertex - vertex[0], low, high))
