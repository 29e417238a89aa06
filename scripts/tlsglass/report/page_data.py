"""What the page computes with, beside the published tables: the atlas, the observables, and datasets to try. All JSON-able."""

import base64
import re
from pathlib import Path

import numpy as np

from tlsglass.atlas import annealing_excess, spline
from tlsglass.base import validation
from tlsglass.models import registry
from tlsglass.physics import quasiparticles


def quadrature(*orders):
    """Return Gauss-Legendre nodes and weights on [-1, 1] of several orders."""
    found = {order: np.polynomial.legendre.leggauss(order) for order in orders}
    return {str(order): {"x": _short(x), "w": _short(w)} for order, (x, w) in found.items()}


def bcs():
    """Return the cubics of the gap of BCS, ln(Δ(T)/T) as a function of ln(Δ(0)/T): knots, and coefficients from the cube on."""
    curve = quasiparticles.gap_curve()[1]
    return {"x": curve.x.tolist(), "c": curve.c.T.tolist()}


def _short(values):
    return [float(f"{value:.15g}") for value in values]


def atlas(whole):
    """Return ln n of a density.atlas.Atlas: a Gaussian, the spline through what was annealed, and less the excess of annealing.

    Estimates are float32, the rows that vary 16-bit steps from them.
    """
    coefficients, excess = whole.coefficient_rows
    parts = [_part(coefficients, spline.KNOTS, 1, spline.G0)]
    if excess is not None:
        parts.append(
            _part(
                excess @ spline.constrain_zero_at_origin(annealing_excess.KNOTS[2][2] + 3).T, annealing_excess.KNOTS, -1, None
            )
        )
    return {
        "parts": parts,
        "rows": len(coefficients),
        "end": spline.E_CUTOFF_H0,
        "concentration": whole.metadata["concentration"],
        "spread": whole.metadata["spread"],
        "limits": {name: list(ends) for name, ends in whole.limits.items()},
    }


def _part(rows, knots, sign, weak):
    """Return one spline: ``weak`` is g0 where its third coordinate is ln(1 + g/g0), None where that is g = J0/h0."""
    away = rows[1:] - rows[0]
    varied = np.flatnonzero(np.any(away != 0, axis=(1, 2, 3)))
    away = away[varied]
    scales = np.maximum(np.abs(away).max(axis=(2, 3)), 1e-30) / 32767  # of each row and place in v: at high energies n is vague
    return {
        "knots": [[float(first), float(last), int(intervals)] for first, last, intervals in knots],
        "sign": sign,
        "weak": weak,
        "spline": _encoded(rows[0], "<f4"),
        "first": int(varied[0]) + 1,
        "rows": _encoded(np.round(away / scales[..., None, None]), "<i2"),
        "scales": _encoded(scales, "<f4"),
    }


def _encoded(values, kind):
    return base64.b64encode(np.ascontiguousarray(values, dtype=kind).tobytes()).decode()


def entries():
    """Return what the register of observables says of each, {name: ...}: what is typed nowhere on the page."""
    return {name: _entry(registry.get_observable(name)) for name in registry.observable_names()}


def _entry(entry):
    return {
        "title": entry.name.replace("_", " ").capitalize(),
        "symbol": entry.symbol,
        "units": list(entry.units),
        "probe_unit": entry.probe_unit,
        "probe": entry.probe,
        "positive": entry.positive,
        "max_change": entry.max_change,
        "power": entry.plot_options.reduced[0] if entry.plot_options.reduced else 0,
        "parameters": {name: _parameter(own) for name, own in entry.parameters.items()},
    }


def _parameter(own):
    """Return a parameter with its start grid, and the start and bounds that a fit takes without a dataset.yaml."""
    suggestion = {"low": own.low, "high": own.high} | own.suggestion()
    return {
        "symbol": plain(own.symbol),
        "unit": own.unit,
        "starts": [float(f"{x:.15g}") for x in own.start_values()],
        "start": suggestion["start"],
        "low": suggestion["low"] if np.isfinite(suggestion["low"]) else None,
        "high": suggestion["high"] if np.isfinite(suggestion["high"]) else None,
    }


def plain(symbol):
    """Return a symbol of figures, P$_0$γ², as text: P₀γ²."""
    return re.sub(r"\$_(\d)\$", lambda found: found[1].translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")), symbol)


def examples(folders):
    """Return the datasets in ``folders`` as the page takes one: the text of the CSV and the settings of dataset.yaml."""
    return [_example(Path(folder)) for folder in sorted(folders)]


def _example(folder):
    info = validation.read_yaml(folder / "dataset.yaml")
    data, entry = info["data"], registry.get_observable(info["observable"])
    error = data["error"]
    spread = data["temperature"].get("error")
    return {
        "name": folder.name,
        "title": f"{info['title']} ({info['provenance']})",
        "csv": (folder / data["file"]).read_text(encoding="utf-8"),
        "observable": entry.name,
        "probe": info.get(entry.probe),
        "temperature": {"column": data["temperature"]["column"], "unit": data["temperature"]["unit"]},
        "value": {"column": data["value"]["column"], "unit": data["value"]["unit"]},
        "error": {
            "column": error.get("column"),
            "relative": error.get("assumed_relative"),
            "absolute": error.get("assumed"),
            "same": error.get("from_residuals") is True,
        },
        "T_error": None if spread is None else [spread.get("absolute_K", 0.0), spread.get("relative", 0.0)],
        "window": info.get("window_K"),
        "h0_K": info.get("h0_K"),
        "parameters": info["parameters"],
    }
