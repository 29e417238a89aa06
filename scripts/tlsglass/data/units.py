"""Units as people write them, looked up in a closed table of prefixes and base units; no text is ever evaluated.

``W/m K`` has several readings, among them W/(m K) and (W/m) K: that one is taken whose dimension is the expected one.

To add a unit, add its symbol, its factor to SI units and its dimension to ``BASE``, or another spelling of a known unit to
``WORDS``. CONTRIBUTING.md has an example.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from tlsglass.base import validation

PREFIXES = {"": 0, "z": -21, "a": -18, "f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "c": -2, "k": 3, "M": 6, "G": 9, "T": 12}
Dimension = tuple[int, int, int, int, int]  # powers of kg, m, s, K, mol
ONE: Dimension = (0, 0, 0, 0, 0)
KELVIN: Dimension = (0, 0, 0, 1, 0)
WITHOUT_PREFIX = ("min", "h")  # n_ph is a number of photons
ENERGY = ((1, 2, -3, 0, 0), (1, 2, -2, 0, 0))  # or power
BASE: dict[str, tuple[float, Dimension]] = {
    "W": (1.0, (1, 2, -3, 0, 0)),
    "J": (1.0, (1, 2, -2, 0, 0)),
    "erg": (1e-7, (1, 2, -2, 0, 0)),
    "g": (1e-3, (1, 0, 0, 0, 0)),
    "m": (1.0, (0, 1, 0, 0, 0)),
    "s": (1.0, (0, 0, 1, 0, 0)),
    "K": (1.0, KELVIN),
    "mol": (1.0, (0, 0, 0, 0, 1)),
    "Hz": (1.0, (0, 0, -1, 0, 0)),
    "min": (60.0, (0, 0, 1, 0, 0)),
    "h": (3600.0, (0, 0, 1, 0, 0)),
}
WORDS = {"kelvin": "K", "Kelvin": "K", "kelvins": "K", "watt": "W", "Watt": "W", "joule": "J", "Joule": "J", "hertz": "Hz"}
WORDS |= {"mole": "mol", "gram": "g", "sec": "s", "seconds": "s", "minutes": "min", "hr": "h", "hours": "h"}
WORDS |= {"meter": "m", "metre": "m"}
PREFIX_WORDS = {"pico": "p", "nano": "n", "micro": "u", "milli": "m", "centi": "c", "kilo": "k", "mega": "M", "giga": "G"}
NUMBERS = {"%": 1e-2, "percent": 1e-2, "‰": 1e-3, "ppm": 1e-6, "ppb": 1e-9, "dimensionless": 1.0, "1": 1.0, "-": 1.0}
LEVELS = ("dBm", "dB")  # logarithms, which no factor converts
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
PLAIN = str.maketrans(
    {"−": "-", "–": "-", "µ": "u", "μ": "u", "·": "*", "⋅": "*", "∙": "*", "•": "*", "×": "*", "∕": "/", "⁄": "/"}
    | {"{": "", "}": "", "$": "", "\u00a0": " "}
)
LATEX = ((r"\\mu(?![a-z])", "u"), (r"\\(?:cdot|times)(?![a-z])", "*"), (r"\\(?:(?:mathrm|text|rm)(?![a-z])|[,;:! ])", " "))
POWER_OF_TEN = r"(?:10\s*\^?\s*\(?([-+]?[1-9]\d?)\)?|1(?:\.0*)?[eE]([-+]?\d{1,2}))"
LEADING_FACTOR = re.compile(rf"^(?:[x*]\s*)?{POWER_OF_TEN}(?![\d.])\s*[x*]?\s*(.*)$")
TOKEN = re.compile(
    r"\s*(?:([A-Za-z%‰]+)(?:\^\(([-+]?[1-4])\)|\^?([-+]?[1-4])(?!\d|\.\d))?|(1)(?=\s*/)|([/*()]|\.(?=[A-Za-z])))"
)
QUANTITY = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?)\s*(\D.*)?$")
MAX_LENGTH = 40  # characters of a unit
TEMPERATURE = ("K",)
HERTZ = ("Hz",)
SECONDS = ("s",)


class Unit(NamedTuple):
    """A multiple of SI units."""

    factor: float
    dimension: Dimension

    def times(self, factor_unit: Unit, power: int = 1) -> Unit:
        dimension = tuple(a + power * b for a, b in zip(self.dimension, factor_unit.dimension, strict=True))
        return Unit(self.factor * factor_unit.factor**power, dimension)  # type: ignore[arg-type]


def normalize_superscripts(text: str) -> str:
    """Return ``text`` with superscripts as ^n, and with plain minus signs and mu, without the commands of LaTeX."""
    if "\\" in text:
        for command, replacement in LATEX:
            text = re.sub(command, replacement, text)
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+", lambda m: "^" + m.group().translate(SUPERSCRIPTS), text)
    return text.translate(PLAIN).replace("**", "^")


@lru_cache(maxsize=512)
def unit_readings(text: str) -> tuple[Unit, ...]:
    """Return all readings of a unit; none for a text that is no unit."""
    text = normalize_superscripts(text).strip()
    if len(text) > MAX_LENGTH:
        return ()
    factor, text = split_factor(text)
    if text in NUMBERS or (text == "" and factor != 1.0):
        return (Unit(factor * NUMBERS.get(text, 1.0), ONE),)
    text = re.sub(r"^(?:°|deg\.?\s*)(?=K$)", "", text)
    text = re.sub(r"_?per_|\s+per\s+", "/", text)
    text = re.sub(r"(?<=[A-Za-z])-(?=[A-Za-z])", "*", text)  # W/m-K
    spellings = {text.replace("_", " "), text.replace("_", "/", 1).replace("_", " ")}  # W_mK and W_m_K are W/(m K)
    tokens = list(filter(None, map(_tokens, spellings)))
    readings = {reading for parts in tokens for greedy in (True, False) for reading in _product(parts, greedy)}
    return tuple(Unit(factor * reading.factor, reading.dimension) for reading in sorted(readings))


def split_factor(text: str) -> tuple[float, str]:
    """Return (factor, remainder) of a text that begins with a power of ten: ×10^-5 W, 1e-5, 10^4."""
    match = LEADING_FACTOR.match(text)
    if not match:
        return 1.0, text
    return 10.0 ** int(match.group(1) or match.group(2)), match.group(3).strip()


def _tokens(text: str) -> list[str | tuple[str, int]]:
    """Return the (symbol, power) pairs, slashes, stars and brackets of a text; none where anything else is in it."""
    tokens: list[str | tuple[str, int]] = []
    position, text = 0, text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if not match or len(tokens) > 16:
            return []
        symbol, bracketed, power, unity, sign = match.groups()
        tokens.append((symbol, int(bracketed or power or 1)) if symbol else ("", 1) if unity else "*" if sign == "." else sign)
        position = match.end()
    return tokens


def _symbol(text: str) -> Iterator[Unit]:
    """Yield the units that a symbol with a prefix may be."""
    if text in NUMBERS or text == "":
        yield Unit(NUMBERS.get(text, 1.0), ONE)
    text = _without_words(text)
    for symbol, (factor, dimension) in BASE.items():
        prefix = text[: -len(symbol)] if text.endswith(symbol) else None
        if prefix in PREFIXES and (symbol not in WITHOUT_PREFIX or not prefix):
            yield Unit(factor * 10.0 ** PREFIXES[prefix], dimension)


def _without_words(text: str) -> str:
    """Return the symbol of a unit that is spelled: millikelvin, mKelvin, Joule."""
    if text in WORDS:
        return WORDS[text]
    word = next((word for word in WORDS if len(word) > 3 and text.endswith(word)), None)
    prefix = text.removesuffix(word) if word else ""
    prefix = PREFIX_WORDS.get(prefix.lower(), prefix)
    return prefix + WORDS[word] if word and prefix in PREFIXES else text


def _atom(text: str, power: int) -> set[Unit]:
    """Return the readings of a symbol with its power.

    mK may be a millikelvin or metre times kelvin, molK is mol times K, Wm is W times m; of other two symbols, as in "gas" or
    "minus", none is a unit.
    """
    dimensionless = Unit(1.0, ONE)
    readings = {dimensionless.times(unit, power) for unit in _symbol(text)}
    for k in range(1, len(text)):
        pairs = ((left, right) for left in _symbol(text[:k]) for right in _symbol(text[k:]))
        pairs = (pair for pair in pairs if pair[0].dimension in ENERGY or pair[1].dimension == KELVIN)
        readings |= {left.times(right, power) for left, right in pairs}
    return readings


def _product(tokens: list[str | tuple[str, int]], greedy: bool) -> set[Unit]:
    """Return the readings of a product; with ``greedy`` all that follows a slash up to the next belongs to the denominator."""
    readings, sign, position = {Unit(1.0, ONE)}, 1, 0
    while position < len(tokens):
        token = tokens[position]
        position += 1
        if token == "/":
            sign = -1
            continue
        if token == "*":
            continue
        if token == "(":
            depth, start = 1, position
            while position < len(tokens) and depth:
                inner = tokens[position]
                depth += {"(": 1, ")": -1}.get(inner, 0) if isinstance(inner, str) else 0
                position += 1
            factors = set() if depth else _product(tokens[start : position - 1], greedy)
        else:
            factors = _atom(*token) if isinstance(token, tuple) else set()
        readings = {left.times(right, sign) for left in readings for right in factors}
        sign = sign if greedy else 1
    return readings if len(readings) <= 64 else set()


def is_unit(text: str) -> bool:
    """Return whether a text is a unit, a logarithmic unit such as dBm, or a power of ten."""
    return text in LEVELS or bool(unit_readings(text))


def are_equal(first: str, second: str) -> bool:
    """Return whether two texts are identical or can be read as the same unit."""
    pairs = ((a, b) for a in unit_readings(first) for b in unit_readings(second))
    is_same = any(a.dimension == b.dimension and math.isclose(a.factor, b.factor, rel_tol=1e-9) for a, b in pairs)
    return first == second or is_same


def convert_unit(text: str, targets: Sequence[str], power: int = 1, over_T: int = 0) -> tuple[float, str] | None:
    """Return (factor, target) that convert values in the unit ``text`` to the first of ``targets`` with its dimension.

    The dimension is that of target^power / K^over_T. None for a text that is no unit, has another dimension, or has several
    readings of the dimension.
    """
    kelvin = Unit(1.0, KELVIN)
    for target in targets:
        if text == target and power == 1 and not over_T:
            return 1.0, target
        unit_of_target = _exact_unit(target)
        if unit_of_target is None:
            continue
        base = Unit(1.0, ONE).times(unit_of_target, power).times(kelvin, -over_T)
        factors = {unit.factor / base.factor for unit in unit_readings(text) if unit.dimension == base.dimension}
        if factors and math.isclose(min(factors), max(factors), rel_tol=1e-9):
            exponent = round(math.log10(min(factors)))  # exactly, like 1e-3, where it is a power of ten
            return (10.0**exponent if math.isclose(min(factors), 10.0**exponent, rel_tol=1e-9) else min(factors)), target
    return None


def _exact_unit(text: str) -> Unit | None:
    """Return the unit of an observable: the reading without prefixes; None for a unit that is not in the table."""
    return next((unit for unit in unit_readings(text) if unit.factor == 1.0), None)


def parse_quantity(text: str, target: str) -> float:
    """Return a number with its unit in ``target``, e.g. 5.6199GHz in hertz; NaN for anything else, or without a unit."""
    match = QUANTITY.match(text) if len(text) <= MAX_LENGTH else None
    converted = convert_unit(match.group(2) or "", (target,)) if match else None
    if match is None or converted is None:
        return math.nan
    number = float(match.group(1)) * converted[0]
    return number if validation.is_in_range(number) else math.nan


def parse_frequency(text: str) -> float:
    """Return a frequency in hertz: 5.6199GHz, 90 kHz, 428.8e6Hz. Raises InputError, also where it has no unit."""
    frequency = parse_quantity(text, "Hz")
    if not frequency > 0:
        raise validation.InputError(f"--frequency {text}: must be a frequency like 5.6GHz, 90kHz or 428.8e6Hz, with its unit")
    return frequency


def parse_fraction(text: str) -> float:
    """Return a relative error: of 1%, 0.01. Raises InputError."""
    fraction = parse_quantity(text if re.search(r"[%a-zA-Z]$", text.strip()) else f"{text} dimensionless", "dimensionless")
    if not 0 < fraction < 1:
        raise validation.InputError(
            f"--relative-error {text}: must be a fraction of the value like 1% or 0.01, above 0 and below 1"
        )
    return fraction


def parse_window(texts: Sequence[str]) -> list[float]:
    """Return the lower and upper end of a window in kelvin from 50mK, 0.4 or 0.4K. Raises InputError."""
    ends = []
    for text in texts:
        kelvin = parse_quantity(text if re.search(r"[A-Za-z]$", text.strip()) else f"{text} K", "K")
        if not kelvin >= 0:
            raise validation.InputError(f"--window {' '.join(texts)}: {text} must be a temperature like 50mK or 0.05")
        ends.append(kelvin)
    return ends


def parse_temperature_error(text: str) -> dict[str, float] | None:
    """Return {"absolute_K", "relative"} of 0.3mK, 0.1% or 0.3mK+0.1%; None for a text that is neither."""
    error = {}
    for part in text.split("+"):
        absolute, relative = parse_quantity(part, "K"), parse_quantity(part, "dimensionless")
        for key, number in (("absolute_K", absolute), ("relative", relative)):
            if number > 0 and key not in error:
                error[key] = number
                break
        else:
            return None
    return error
