"""The list of what is wrong with a dataset, one line per problem."""

from collections.abc import Sequence
from pathlib import Path

from tlsglass.base import validation


class Problems(list[str]):
    """Lines that refuse keys of the dataset.yaml ``path``."""

    def __init__(self, path: Path | str) -> None:
        super().__init__()
        self.path = path

    def refuse(self, keys: Sequence[str | int], value: object, allowed: str) -> None:
        """Add the line that refuses ``value`` at ``keys`` and says what is allowed."""
        self.append(validation.error_line(lambda _: self.path, keys, value, allowed))

    def missing(self, keys: Sequence[str | int], why: str = "") -> None:
        """Add the line for a value that is missing at ``keys``."""
        self.append(validation.missing_key_line(lambda _: self.path, keys, why))
