"""Units as people write them, in the header of a table or after a number; read only where they are unambiguous.

``W/mK`` and ``W/m K`` may mean per metre and kelvin, per millikelvin, or times kelvin. They are not read, but a unit with the
same letters is suggested.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from tlsglass.base import validation

TEMPERATURES = {"K": "K", "kelvin": "K", "Kelvin": "K", "mK": "mK", "uK": "uK", "µK": "uK", "μK": "uK"}
NUMERATORS = ("W", "mW", "uW", "nW", "J", "mJ", "uJ", "nJ")
DENOMINATORS = ("K", "m", "cm", "mm", "kg", "g", "mol", "m^3", "cm^3")
SIMPLE_UNITS = ("Hz", "kHz", "MHz", "GHz", "ppm", "dimensionless")
SUPERSCRIPTS = str.maketrans(
    {"⁻": "-", "−": "-", "¹": "1", "²": "2", "³": "3", "µ": "u", "μ": "u", "·": " ", "⋅": " ", "*": " "}
)
QUANTITY = re.compile(r"^\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*([A-Za-zµ%]*)\s*$")
HERTZ = {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9}


def unit_in_header(name: str) -> tuple[str | None, bool]:
    """Return the unit in the name of a column, as text, and whether it is in brackets; (None, False) without one.

    Forms are kappa (W/(m K)), κ [W/(m K)], T / mK, "T, K" and kappa_W_per_m_K.
    """
    name = name.strip()
    bracketed = _last_bracket(name)
    parts = name.split("_")
    candidates = ["_".join(parts[k:]) for k in range(1, len(parts))]  # the longest first
    for separator in ("/", ","):
        _, present, tail = name.partition(separator)
        candidates += [tail.strip()] if present else []
    for text in (bracketed or "", *candidates):
        if text in TEMPERATURES or normalize_unit(text):
            return text, text == bracketed
    if bracketed:
        return bracketed, True
    suffix = re.search(r"_([A-Za-zµ%]+)$", name)  # possibly a unit
    return (suffix.group(1), False) if suffix else (None, False)


def _last_bracket(name: str) -> str | None:
    """Return the content of a bracket at the end of a name; it may contain further brackets."""
    pairs = {")": "(", "]": "["}
    if not name or name[-1] not in pairs:
        return None
    depth = 0
    for k in range(len(name) - 1, -1, -1):
        depth += (name[k] == name[-1]) - (name[k] == pairs[name[-1]])
        if depth == 0:
            return name[k + 1 : -1].strip()
    return None


def normalize_unit(text: str) -> str | None:
    """Return an unambiguous unit in the form W/(m K), else None.

    Accepted forms are W/(m·K), W/m/K, W m^-1 K^-1, W_per_m_K, mJ/mol/K and GHz.
    """
    numerator, denominators = _split_fraction(text.translate(SUPERSCRIPTS).strip())
    if numerator in SIMPLE_UNITS and not denominators:
        return numerator
    if numerator not in NUMERATORS or not denominators or any(unit not in DENOMINATORS for unit in denominators):
        return None
    return f"{numerator}/({' '.join(denominators)})" if len(denominators) > 1 else f"{numerator}/{denominators[0]}"


def _split_fraction(text: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the numerator of a unit and its denominators; (None, ()) where that is ambiguous."""
    if "_per_" in text:
        numerator, *tails = text.split("_per_")
        return numerator, tuple(unit for tail in tails for unit in tail.split("_"))
    if "/" not in text:
        numerator, *factors = text.split() or [""]
        powers = [re.fullmatch(r"([A-Za-z]+)\^?-([123])", factor) for factor in factors]
        units = [(p.group(1), p.group(2)) for p in powers if p]
        if len(units) < len(factors):
            return None, ()
        return numerator, tuple(unit if power == "1" else f"{unit}^{power}" for unit, power in units)
    numerator, *denominators = (part.strip() for part in text.split("/"))
    if len(denominators) == 1 and denominators[0].startswith("(") and denominators[0].endswith(")"):
        return numerator, tuple(re.split(r"[ .]+", denominators[0][1:-1].strip()))
    return numerator, tuple(denominators)  # a denominator with a blank is no unit


def suggest_unit(text: str, units: Sequence[str]) -> str:
    """Return "; did you mean W/(m K)?" for the first of ``units`` with the letters of ``text``, else an empty string."""
    letters = re.sub(r"[^A-Za-z0-9]", "", text.translate(SUPERSCRIPTS).replace("_per_", ""))
    similar = [unit for unit in units if re.sub(r"[^A-Za-z0-9]", "", unit) == letters and unit != text]
    return f"; did you mean {similar[0]}?" if similar else ""


def _parse_quantity(text: object, factors: Mapping[str, float]) -> float:
    """Return a number with one of the units ``factors`` {name: factor}, in units of 1; NaN unless it is finite and > 0."""
    match = QUANTITY.match(str(text))
    if not match or match.group(2) not in factors:
        return math.nan
    try:
        number = float(match.group(1)) * factors[match.group(2)]
    except ValueError:
        return math.nan
    return number if 0 < number < math.inf else math.nan


def parse_frequency(text: str) -> float:
    """Return a frequency in hertz: 5.6199GHz, 90 kHz, 428.8e6Hz. Raises InputError, also for one without a unit."""
    frequency_Hz = _parse_quantity(text, HERTZ)
    if not frequency_Hz > 0:
        raise validation.InputError(f"--frequency {text}: must be a frequency like 5.6GHz, 90kHz or 428.8e6Hz, with its unit")
    return frequency_Hz


def parse_fraction(text: str) -> float:
    """Return a relative error, written as 1% or 0.01. Raises InputError."""
    fraction = _parse_quantity(text, {"": 1.0, "%": 0.01})
    if not 0 < fraction < 1:
        raise validation.InputError(
            f"--relative-error {text}: must be a fraction of the value like 1% or 0.01, above 0 and below 1"
        )
    return fraction


def conversion(unit: str, targets: Sequence[str]) -> tuple[float, str] | None:
    """Return the factor that converts a unit to the first of ``targets`` that it is compatible with, and that target.

    None without pint, which is missing where only Snakemake is installed; the job that fits has it and checks the unit.
    Raises ValueError, which says what is allowed.
    """
    if unit in targets:
        return 1.0, unit
    units = _unit_registry()
    if units is None:
        return None
    for target in targets:
        try:
            single, double = (units.Quantity(value, unit).to(target).magnitude for value in (1.0, 2.0))
        except Exception:  # pint raises errors of many types
            continue
        if not math.isclose(double, 2 * single, rel_tol=1e-12):
            raise ValueError(f"must be a multiple of {target}, with the same zero")
        return single, target
    raise ValueError(f"must be a unit that converts to {' or '.join(targets)}{suggest_unit(unit, targets)}")


def is_convertible(unit: str, targets: Sequence[str]) -> bool:
    """Return whether a unit converts to one of ``targets``; False where that takes pint and pint is not installed."""
    try:
        return conversion(unit, targets) is not None
    except ValueError:
        return False


@cache
def _unit_registry() -> Any:
    """Return pint's unit registry, None without pint, which is slow to import and rarely needed."""
    try:
        import pint
    except ModuleNotFoundError:
        return None
    return pint.UnitRegistry()
