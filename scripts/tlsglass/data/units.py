"""Units as people write them, in the header of a table or behind a number: read where only one can be meant.

``W/mK`` and ``W/m K`` may be per metre and kelvin, or per millikelvin, or times kelvin: they are not read, but a unit of the
same letters is proposed.
"""

import math
import re

from tlsglass.base import validation

TEMPERATURES = {"K": "K", "kelvin": "K", "Kelvin": "K", "mK": "mK", "uK": "uK", "µK": "uK", "μK": "uK"}
OVER = ("W", "mW", "uW", "nW", "J", "mJ", "uJ", "nJ")
UNDER = ("K", "m", "cm", "mm", "kg", "g", "mol", "m^3", "cm^3")
ALONE = ("Hz", "kHz", "MHz", "GHz", "ppm", "dimensionless")
SUPERSCRIPTS = str.maketrans(
    {"⁻": "-", "−": "-", "¹": "1", "²": "2", "³": "3", "µ": "u", "μ": "u", "·": " ", "⋅": " ", "*": " "}
)
QUANTITY = re.compile(r"^\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*([A-Za-zµ%]*)\s*$")
HERTZ = {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9}


def unit_in_header(name):
    """Return (text, whether brackets hold it) of what the name of a column gives as its unit, or (None, False).

    kappa (W/(m K)), κ [W/(m K)], T / mK, "T, K", kappa_W_per_m_K.
    """
    name = name.strip()
    bracketed = _last_bracket(name)
    parts = name.split("_")
    tails = ["_".join(parts[k:]) for k in range(1, len(parts))]  # the longest first
    for separator in ("/", ","):
        _, found, tail = name.partition(separator)
        tails += [tail.strip()] if found else []
    for text in (bracketed or "", *tails):
        if text in TEMPERATURES or normalize_unit(text):
            return text, text == bracketed
    if bracketed:
        return bracketed, True
    last = re.search(r"_([A-Za-zµ%]+)$", name)  # it may well be a unit
    return (last.group(1), False) if last else (None, False)


def _last_bracket(name):
    """Return what the last bracket of a name holds, if it ends the name: brackets may hold others."""
    pairs = {")": "(", "]": "["}
    if not name or name[-1] not in pairs:
        return None
    depth = 0
    for k in range(len(name) - 1, -1, -1):
        depth += (name[k] == name[-1]) - (name[k] == pairs[name[-1]])
        if depth == 0:
            return name[k + 1 : -1].strip()
    return None


def normalize_unit(text):
    """Return the unit that a text can only mean, as W/(m K), or None: W/(m·K), W/m/K, W m^-1 K^-1, W_per_m_K, mJ/mol/K, GHz."""
    over, under = _parted(text.translate(SUPERSCRIPTS).strip())
    if over in ALONE and not under:
        return over
    if over not in OVER or not under or any(one not in UNDER for one in under):
        return None
    return f"{over}/({' '.join(under)})" if len(under) > 1 else f"{over}/{under[0]}"


def _parted(text):
    """Return the numerator of a unit and what it is divided by; (None, ()) where that is not certain."""
    if "_per_" in text:
        over, *under = text.split("_per_")
        return over, tuple(one for each in under for one in each.split("_"))
    if "/" not in text:
        over, *rest = text.split() or [""]
        powers = [re.fullmatch(r"([A-Za-z]+)\^?-([123])", one) for one in rest]
        if not all(powers):
            return None, ()
        return over, tuple(f"{p.group(1)}^{p.group(2)}" if p.group(2) != "1" else p.group(1) for p in powers)
    over, *under = (one.strip() for one in text.split("/"))
    if len(under) == 1 and under[0].startswith("(") and under[0].endswith(")"):
        return over, tuple(re.split(r"[ .]+", under[0][1:-1].strip()))
    return over, tuple(under)  # one that holds a blank is no unit


def suggest_unit(text, units):
    """Return "; did you mean W/(m K)?" where one of ``units`` has the letters of a text, else nothing."""
    letters = re.sub(r"[^A-Za-z0-9]", "", text.translate(SUPERSCRIPTS).replace("_per_", ""))
    same = [unit for unit in units if re.sub(r"[^A-Za-z0-9]", "", unit) == letters and unit != text]
    return f"; did you mean {same[0]}?" if same else ""


def _quantity(text, units):
    """Return the number of a text in units of 1: ``units`` {name: factor}. NaN if it is none, or not above 0."""
    found = QUANTITY.match(str(text))
    if not found or found.group(2) not in units:
        return math.nan
    try:
        number = float(found.group(1)) * units[found.group(2)]
    except ValueError:
        return math.nan
    return number if 0 < number < math.inf else math.nan


def parse_frequency(text):
    """Return a frequency in hertz: 5.6199GHz, 90 kHz, 428.8e6Hz. Raises validation.InputError, also where it has no unit."""
    found = _quantity(text, HERTZ)
    if not found > 0:
        raise validation.InputError(f"--frequency {text}: must be a frequency like 5.6GHz, 90kHz or 428.8e6Hz, with its unit")
    return found


def parse_fraction(text):
    """Return a relative error: of 1%, 0.01. Raises validation.InputError."""
    found = _quantity(text, {"": 1.0, "%": 0.01})
    if not 0 < found < 1:
        raise validation.InputError(
            f"--relative-error {text}: must be a share of the value like 1% or 0.01, above 0 and below 1"
        )
    return found
