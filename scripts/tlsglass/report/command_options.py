"""Options of the command line that several commands share."""

import argparse
import math
from pathlib import Path

from tlsglass.base import validation

LARGEST = 1e12  # number on the command line
PICTURES = (".svg", ".png", ".pdf")


def number(text: str) -> float:
    """Return the number that a text contains."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= LARGEST:
        raise argparse.ArgumentTypeError(f"{text}: must be a number, at most {LARGEST:g}")
    return value


def whole_number(text: str) -> int:
    """Return the whole number that a text contains, such as 100 or 1e4."""
    value = number(text)
    if value != int(value):
        raise argparse.ArgumentTypeError(f"{text}: must be a whole number")
    return int(value)


def check_picture(path: str | None) -> None:
    """Raise InputError unless a picture of this name can be drawn."""
    if path is not None and Path(path).suffix not in PICTURES:
        raise validation.InputError(f"tlsglass: --figure {path}: must be a name that ends in {', '.join(PICTURES)}")
