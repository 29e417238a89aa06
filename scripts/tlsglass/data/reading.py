"""The report of what was read of a table: columns, units, forms, errors and rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tlsglass.data import convert, units
from tlsglass.data.dataset import Dataset
from tlsglass.models import registry
from tlsglass.models.observable import TIME


def describe_reading(dataset: Dataset) -> dict[str, Any]:
    """Return what was read of a table: {"text": one line, "columns", "units", "forms", "rows", "left_out"}."""
    info, data = dataset.info, dataset.info["data"]
    symbol = registry.get_observable(info["observable"]).symbol.replace("$", "").replace("_", "")
    facts = [_describe_column("T", **data["temperature"]), _describe_column(symbol, **data["value"])]
    facts.append(_describe_error(dataset, symbol))
    if "error" in data["temperature"]:
        T_error = data["temperature"]["error"]
        parts = [f"{1e3 * T_error['absolute_K']:g} mK"] if "absolute_K" in T_error else []
        parts += [f"{100 * T_error['relative']:g} %"] if "relative" in T_error else []
        facts.append(f"error of T = {T_error.get('column') or ' + '.join(parts)}")
    facts += [f"{info[key]:g} {'s' if key == TIME else 'Hz'}" for key in registry.probe_keys() if key in info]
    facts += [_describe_column("t", **data["time"])] if "time" in data else []
    if "drive" in data:
        facts.append(_describe_drive(data["drive"]))
    facts += [f"rows with {name} = {value}" for name, value in data.get("where", {}).items()]
    low, high = dataset.points.T_range_K
    n_fitted = dataset.n_rows_in_window or len(dataset.points.T_K)
    n_points = dataset.n_rows or len(dataset.all_points.T_K)
    span = f"{low:.3g} to {high:.3g} K"
    whole = f"all {n_points} points, {span}: no --window"
    facts.append(f"{n_fitted} of {n_points} points, {span}" if "window_K" in info else whole)
    if dataset.averaged:
        facts.append(f"averaged in {dataset.averaged['bins']} bins of temperature")
    if dataset.lines_left_out:
        lines = dataset.lines_left_out
        shown = ", ".join(map(str, lines[:6])) + (", ..." if len(lines) > 6 else "")
        facts.append(f"{len(lines)} row{'s' if len(lines) > 1 else ''} without a number left out (line {shown})")
    sections = {"temperature": data["temperature"], "value": data["value"], "error": data["error"]}
    return {
        "text": "read: " + ", ".join(facts),
        "columns": {key: section["column"] for key, section in sections.items() if "column" in section},
        "units": {key: section["unit"] for key, section in sections.items() if "unit" in section},
        "forms": {key: _form_text(section) for key, section in sections.items() if _form_text(section)},
        "rows": {"all": n_points, "fitted": n_fitted, "averaged": dataset.averaged, "left_out": dataset.lines_left_out},
    }


def _describe_drive(drive: Mapping[str, Any]) -> str:
    """Return the column of the powers or of the photon numbers."""
    if "power" in drive:
        power, attenuation = drive["power"], drive["power"].get("attenuation_dB")
        return f"power = {power['column']}" + (f" − {attenuation:g} dB" if attenuation else "")
    return f"{'log10 of the ' if 'form' in drive['photons'] else ''}photon number = {drive['photons']['column']}"


def _form_text(section: Mapping[str, Any]) -> str:
    """Return how the numbers of a column follow from the quantity; nothing where they are the quantity itself."""
    form = "1/value" if section.get("inverse") else str(section.get("form", ""))
    return "" if form == "value" else form


def _describe_column(symbol: str, column: str, unit: str, **section: Any) -> str:
    """Return "κ = kappa (mW/(m K))", or with the form of the column: "κ from κ/T^2 = ...", "1/Qi = Q_int inverted"."""
    form = _form_text(section)
    is_named = unit == "dimensionless" or unit in units.normalize_superscripts(column)
    shown = column if is_named else f"{column} ({unit})"
    shown += f" × {section['factor']:g}" if "factor" in section else ""
    if form == "1/value":
        return f"{symbol} = {shown} inverted"
    inverse = symbol.removeprefix("1/") if symbol.startswith("1/") else f"1/{symbol}"
    form = form.replace("1/value", inverse).replace("value", symbol)
    return f"{symbol} from {form} = {shown}" if form else f"{symbol} = {shown}"


def _describe_error(dataset: Dataset, symbol: str) -> str:
    """Return the source of the errors, and the columns that look like errors and are not used."""
    data = dataset.info["data"]
    section = data["error"]
    if "column" in section:
        kind = "variance = " if section.get("variance") else "relative error = " if section.get("relative") else "error = "
        unit = section.get("unit", "dimensionless")
        factor = f" × {section['factor']:.3g}" if "factor" in section else ""
        return (
            kind + section["column"] + ("" if unit == "dimensionless" or unit in section["column"] else f" ({unit})") + factor
        )
    if "assumed" in section:
        return f"error = {section['assumed']:g} {data['value']['unit']}, assumed"
    if "assumed_relative" in section:
        text = f"error = {100 * section['assumed_relative']:g} % of {symbol}, assumed"
    else:
        text = "error from the residuals" + (f", a share of {symbol}" if section["from_residuals"] == convert.RELATIVE else "")
    used = {data["temperature"].get("error", {}).get("column")}
    unused = [name for name in dataset.error_columns if name not in used]
    return text + (f" (not from {', '.join(unused)})" if unused else "")
