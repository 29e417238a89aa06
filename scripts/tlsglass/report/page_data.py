"""Data for the JavaScript of the page: the atlas, the observables, and datasets to try, as values that JSON can represent."""

import base64
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from tlsglass.atlas import annealing_excess, spline
from tlsglass.atlas.table import Atlas
from tlsglass.base import validation
from tlsglass.base.types import AnyArray, FloatArray
from tlsglass.models import registry
from tlsglass.models.observable import Observable, Parameter
from tlsglass.physics import quasiparticles


def quadrature(*orders: int) -> dict[str, dict[str, list[float]]]:
    """Return Gauss-Legendre nodes and weights on [-1, 1], {order: {"x": nodes, "w": weights}}."""
    rules = {order: np.polynomial.legendre.leggauss(order) for order in orders}
    return {str(order): {"x": _round(nodes), "w": _round(weights)} for order, (nodes, weights) in rules.items()}


def bcs_gap() -> dict[str, list]:
    """Return the cubics of the BCS gap, ln(Δ(T)/T) as a function of ln(Δ(0)/T): knots, and coefficients from the cube on."""
    curve = quasiparticles.gap_curve()[1]
    return {"x": curve.x.tolist(), "c": curve.c.T.tolist()}


def _round(values: FloatArray) -> list[float]:
    """Return values rounded to 15 significant digits."""
    return [float(f"{value:.15g}") for value in values]


def atlas_to_json(atlas: Atlas) -> dict[str, Any]:
    """Return ln n of the atlas: a Gaussian plus the spline through the annealed densities, minus the excess of annealing.

    Estimates are float32, jackknife rows are 16-bit steps from them.
    """
    coefficients, excess = atlas.coefficient_rows
    splines = [_encode_spline(coefficients, spline.KNOTS, 1, spline.G0)]
    if excess is not None:
        basis = spline.constrain_zero_at_origin(annealing_excess.KNOTS[2][2] + 3)
        splines.append(_encode_spline(excess @ basis.T, annealing_excess.KNOTS, -1, None))
    return {
        "parts": splines,
        "rows": len(coefficients),
        "end": spline.E_CUTOFF_H0,
        "concentration": atlas.metadata["concentration"],
        "spread": atlas.metadata["spread"],
        "limits": {name: list(ends) for name, ends in atlas.limits.items()},
    }


def _encode_spline(rows: FloatArray, knots: Any, sign: int, g0: float | None) -> dict[str, Any]:
    """Return one spline. Its third coordinate is ln(1 + g/g0), or g = J0/h0 if ``g0`` is None."""
    steps = rows[1:] - rows[0]
    varied = np.flatnonzero(np.any(steps != 0, axis=(1, 2, 3)))
    steps = steps[varied]
    # of each row and place in E, because n is uncertain at high energies
    scales = np.maximum(np.abs(steps).max(axis=(2, 3)), 1e-30) / 32767
    return {
        "knots": [[float(first), float(last), int(intervals)] for first, last, intervals in knots],
        "sign": sign,
        "weak": g0,
        "spline": _to_base64(rows[0], "<f4"),
        "first": int(varied[0]) + 1,
        "rows": _to_base64(np.round(steps / scales[..., None, None]), "<i2"),
        "scales": _to_base64(scales, "<f4"),
    }


def _to_base64(values: AnyArray, dtype: str) -> str:
    """Return the bytes of an array of that type as text."""
    return base64.b64encode(np.ascontiguousarray(values, dtype=dtype).tobytes()).decode()


def observables() -> dict[str, dict[str, Any]]:
    """Return the registered observables, {name: properties}; the page repeats none of them."""
    return {name: _describe_observable(registry.get_observable(name)) for name in registry.observable_names()}


def _describe_observable(observable: Observable) -> dict[str, Any]:
    """Return the properties of an observable."""
    return {
        "title": observable.name.replace("_", " ").capitalize(),
        "symbol": observable.symbol,
        "units": list(observable.units),
        "probe_unit": observable.probe_unit,
        "probe": observable.probe,
        "positive": observable.positive,
        "max_change": observable.max_change,
        "power": observable.plot_options.reduced[0] if observable.plot_options.reduced else 0,
        "parameters": {name: _describe_parameter(parameter) for name, parameter in observable.parameters.items()},
    }


def _describe_parameter(parameter: Parameter) -> dict[str, Any]:
    """Return a parameter with its start grid, and the start and the bounds of a fit for which the user gives none."""
    suggestion = {"low": parameter.low, "high": parameter.high} | parameter.suggestion()
    return {
        "symbol": symbol_to_text(parameter.symbol),
        "unit": parameter.unit,
        "starts": [float(f"{x:.15g}") for x in parameter.start_values()],
        "start": suggestion["start"],
        "low": suggestion["low"] if np.isfinite(suggestion["low"]) else None,
        "high": suggestion["high"] if np.isfinite(suggestion["high"]) else None,
    }


def symbol_to_text(symbol: str) -> str:
    """Return a symbol of figures, P$_0$γ², as text: P₀γ²."""
    return re.sub(r"\$_(\d)\$", lambda match: match[1].translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")), symbol)


def examples(folders: Iterable[Path]) -> list[dict[str, Any]]:
    """Return the datasets in ``folders`` as the form of the page takes one: the text of the CSV and settings."""
    return [_describe_dataset(Path(folder)) for folder in sorted(folders)]


def _describe_dataset(folder: Path) -> dict[str, Any]:
    """Return one dataset: the text of its CSV and the settings of dataset.yaml."""
    info = validation.read_yaml(folder / "dataset.yaml")
    data, observable = info["data"], registry.get_observable(info["observable"])
    error, T_error = data["error"], data["temperature"].get("error")
    return {
        "name": folder.name,
        "title": f"{info['title']} ({info['provenance']})",
        "csv": (folder / data["file"]).read_text(encoding="utf-8"),
        "observable": observable.name,
        "probe": info.get(observable.probe),
        "temperature": {"column": data["temperature"]["column"], "unit": data["temperature"]["unit"]},
        "value": {"column": data["value"]["column"], "unit": data["value"]["unit"]},
        "error": {
            "column": error.get("column"),
            "relative": error.get("assumed_relative"),
            "absolute": error.get("assumed"),
            "same": error.get("from_residuals") is True,
        },
        "T_error": None if T_error is None else [T_error.get("absolute_K", 0.0), T_error.get("relative", 0.0)],
        "window": info.get("window_K"),
        "h0_K": info.get("h0_K"),
        "parameters": info["parameters"],
    }
