"""Data for the JavaScript of the page, the atlas and a quadrature, as values that JSON can represent."""

import base64
from typing import Any

import numpy as np

from tlsglass.atlas import spline
from tlsglass.atlas.evaluator import SplineTerm
from tlsglass.atlas.table import Atlas
from tlsglass.base.types import AnyArray, FloatArray


def quadrature(order: int) -> dict[str, list[float]]:
    """Return the Gauss-Legendre nodes and weights on [-1, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    return {"x": _round(nodes), "w": _round(weights)}


def _round(values: FloatArray) -> list[float]:
    """Return values rounded to 15 significant digits."""
    return [float(f"{value:.15g}") for value in values]


def atlas_to_json(atlas: Atlas) -> dict[str, Any]:
    """Return ln n of the atlas: a Gaussian plus the splines of its terms.

    Estimates are float32, jackknife rows are 16-bit steps from them.
    """
    return {
        "parts": [_encode_spline(term) for term in atlas.terms],
        "rows": len(atlas.terms[0].coefficients),
        "end": spline.E_CUTOFF_H0,
        "concentration": atlas.metadata["concentration"],
        "spread": atlas.metadata["spread"],
        "limits": {name: list(ends) for name, ends in atlas.limits.items()},
    }


def _encode_spline(term: SplineTerm) -> dict[str, Any]:
    """Return one spline."""
    rows, (knots, scale, power) = term.coefficients, term.coordinates
    steps = rows[1:] - rows[0]
    varied = np.flatnonzero(np.any(steps != 0, axis=(1, 2, 3)))
    steps = steps[varied[0] : varied[-1] + 1]
    # of each row and place in E, because n is uncertain at high energies
    scales = np.maximum(np.abs(steps).max(axis=(2, 3)), 1e-30) / 32767
    return {
        "knots": [[float(first), float(last), int(intervals)] for first, last, intervals in knots],
        "scale": scale,
        "power": power,
        "spline": _to_base64(rows[0], "<f4"),
        "first": int(varied[0]) + 1,
        "rows": _to_base64(np.round(steps / scales[..., None, None]), "<i2"),
        "scales": _to_base64(scales, "<f4"),
    }


def _to_base64(values: AnyArray, dtype: str) -> str:
    """Return the bytes of an array of that type as text."""
    return base64.b64encode(np.ascontiguousarray(values, dtype=dtype).tobytes()).decode()
