"""What the page computes with, beside the published tables: the atlas, the observables, and datasets to try. All JSON-able."""

import base64

import numpy as np

from tlsglass.density import surface


def quadrature(*orders):
    """Return Gauss-Legendre nodes and weights on [-1, 1] of several orders."""
    found = {order: np.polynomial.legendre.leggauss(order) for order in orders}
    return {str(order): {"x": _short(x), "w": _short(w)} for order, (x, w) in found.items()}


def _short(values):
    return [float(f"{value:.15g}") for value in values]


def atlas(whole):
    """Return the surface of a density.atlas.Atlas: the estimate as float32, its other rows as 16-bit steps from that."""
    spline = whole.arrays["spline"].astype(float)
    away = (spline[1:] - spline[0]).reshape(len(spline) - 1, -1)
    scales = np.maximum(np.abs(away).max(axis=1), 1e-30) / 32767
    return {
        "knots": [[float(first), float(last), int(intervals)] for first, last, intervals in surface.KNOTS],
        "end": surface.END,
        "weak": surface.WEAK,
        "concentration": whole.told["concentration"],
        "spread": whole.told["spread"],
        "limits": {name: list(ends) for name, ends in whole.limits.items()},
        "spline": _encoded(spline[0], "<f4"),
        "rows": _encoded(np.round(away / scales[:, None]), "<i2"),
        "scales": _encoded(scales, "<f4"),
    }


def _encoded(values, kind):
    return base64.b64encode(np.ascontiguousarray(values, dtype=kind).tobytes()).decode()
