"""Tables of measured points as text: CSV in the forms that programs write, or the first sheet of an Excel file.

Nothing here imports numpy or pandas at the top, since the Snakefile reads the tables of all datasets when it is parsed.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tlsglass.base import validation

if TYPE_CHECKING:
    from tlsglass.base.types import FloatArray

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
MAX_TITLE_LINES = 10  # above the header
SIGNATURES = {
    b"PK\x03\x04": "an Excel file",
    b"\xd0\xcf\x11\xe0": "an Excel file",
    b"\x89HDF": "an HDF5 file",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
COMMENT = re.compile(r'^((?:[^"#]|"[^"]*")*)#.*')  # from the first # outside of quotes
DECIMAL_COMMA = re.compile(r"^\s*([-+]?\d*),(\d+)")

Cell = str | float


@dataclass(frozen=True)
class Table:
    """A parsed table: text, or numbers where it was made from arrays. ``line_numbers`` are the lines on which rows end."""

    source: str  # its name in messages: the path of the file
    header: list[str]
    rows: Sequence[Sequence[Cell]]
    separator: str = ""  # as a word
    line_numbers: Sequence[int] | None = None

    @classmethod
    def from_arrays(cls, source: str, columns: Mapping[str, FloatArray]) -> Table:
        """Return the table of arrays (n,) of equal length."""
        rows = list(zip(*(column.tolist() for column in columns.values()), strict=True))
        return cls(source, list(columns), rows)

    def column(self, name: str) -> list[Cell]:
        """Return the cells of a column; the first of that name."""
        index = self.header.index(name)
        return [row[index] for row in self.rows]

    def numbers(self, positive: Mapping[str, bool], where: Mapping[str, object] | None = None) -> dict[str, list[float]]:
        """Return columns as numbers, of the rows whose cells have the values ``where`` {column: value}.

        Parameters
        ----------
        positive
            Whether the numbers of each column to return must be > 0.
        where
            Values of other columns, as text or numbers, that select the rows of a long table.

        Raises
        ------
        InputError
            One line for each column that is missing, or that has cells which are no finite number.
        """
        where = where or {}
        missing = [name for name in (*positive, *where) if name not in self.header]
        problems = [self._missing(name) for name in missing]
        selected = [] if set(where) & set(missing) else self._select(where)
        columns = {}
        for name in positive:
            if name in missing:
                continue
            cells = self.column(name)
            columns[name] = [parse_number(cells[k]) for k in selected]
            bad = [k for k, x in zip(selected, columns[name], strict=True) if not _is_allowed(x, positive[name])]
            if bad:
                problems.append(self._bad_cells(name, bad, cells[bad[0]], positive[name]))
        validation.raise_all(problems)
        return columns

    def _select(self, where: Mapping[str, object]) -> list[int]:
        """Return the indices of the rows with the values ``where``."""
        selected = list(range(len(self.rows)))
        for name, value in where.items():
            cells = self.column(name)
            matching = [k for k in selected if _equals(cells[k], value)]
            if not matching:
                values = list(dict.fromkeys(str(cells[k]) for k in selected))
                shown = ", ".join(values[:8]) + (f", and {len(values) - 8} more" if len(values) > 8 else "")
                raise validation.InputError(f"{self.source}: column {name}: no row has {value}; its values are {shown}")
            selected = matching
        return selected

    def _missing(self, name: str) -> str:
        return f"{self.source}: column {name}: missing; the columns, split at {self.separator}, are {self.header}"

    def _bad_cells(self, name: str, rows: list[int], first: Cell, positive: bool) -> str:
        """Return the line that refuses the cell ``first`` of the first of ``rows``, and counts the others."""
        more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        shown = "an empty field" if first == "" else first
        line = f"; line {self.line_numbers[rows[0]]} of the file" if self.line_numbers else ""
        allowed = "must be a finite number" + (" > 0" if positive else "")
        return f"{self.source}: column {name}, row {rows[0] + 1}{more}: {shown} {allowed}{line}"


def _is_allowed(x: float, positive: bool) -> bool:
    return math.isfinite(x) and (x > 0 or not positive)


def _equals(cell: Cell, value: object) -> bool:
    """Return whether a cell equals ``value``, as text or as a number."""
    number = parse_number(str(value))
    return cell == str(value).strip() or (parse_number(cell) == number and math.isfinite(number))


def parse_number(cell: Cell) -> float:
    """Return a cell as a number, NaN if it is none; 1_000 is a number only in Python."""
    try:
        return math.nan if isinstance(cell, str) and "_" in cell else float(cell)
    except ValueError:
        return math.nan


def read_table(file: Path, names: Sequence[str] = ()) -> Table:
    """Read a table, whatever its line ends, separator or byte order mark.

    Parameters
    ----------
    file
        A CSV file in UTF-8, or an Excel file.
    names
        Columns that the header must contain: lines above it are titles, which are skipped.

    Raises
    ------
    InputError
        The file cannot be read, or is no table.
    """
    is_excel = str(file).lower().endswith((".xlsx", ".xls"))
    raw = _excel_lines(file) if is_excel else [COMMENT.sub(r"\1", line) for line in io.StringIO(_text(file))]
    numbers = [k + 1 for k, line in enumerate(raw) if line.strip()]
    lines = [raw[k - 1] for k in numbers]
    if not lines:
        raise validation.InputError(f"{file}: not a CSV table: it contains only comments or nothing")
    separator = "\t" if is_excel else None
    attempts = [_parse(file, lines, k, separator) for k in range(min(MAX_TITLE_LINES, len(lines)))]
    first = next((k for k, (header, *_) in enumerate(attempts) if set(names) <= set(header)), 0)
    header, rows, separator, ends = attempts[first]
    line_numbers = [numbers[first + end - 1] for end in ends]
    for k, row in enumerate(rows):
        if len(row) > len(header):
            why = f"row {k + 1} has {len(row)} fields, the header {len(header)}"
            why += f"; is {header[0]!r} a title above it?" if len(header) == 1 and first == 0 else ""
            raise validation.InputError(f"{file}: not a CSV table: {why}; line {line_numbers[k]} of the file")
        row += [""] * (len(header) - len(row))
    if separator != ",":  # a comma can only be a decimal comma
        rows = [[DECIMAL_COMMA.sub(r"\1.\2", cell) for cell in row] for row in rows]
    rows = [[cell.strip() for cell in row] for row in rows]
    return Table(str(file), header, rows, SEPARATORS[separator], line_numbers)


def _parse(
    file: Path, lines: list[str], first: int, separator: str | None
) -> tuple[list[str], list[list[str]], str, list[int]]:
    """Return header, rows, separator, and the number of lines up to the end of each row, if line ``first`` is the header."""
    separator = separator or max(SEPARATORS, key=lines[first].count)
    reader = csv.reader(lines[first:], delimiter=separator, skipinitialspace=True)
    try:
        header, *rows = [(row, reader.line_num) for row in reader]
    except csv.Error as error:
        raise validation.InputError(f"{file}: not a CSV table: {error}") from None
    return [name.strip() for name in header[0]], [row for row, _ in rows], separator, [end for _, end in rows]


def _text(file: Path) -> str:
    """Return the text of a file. Raises InputError for a file that is not UTF-8, with what it seems to be."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise validation.InputError(f"{file}: {error.strerror}") from None
    kind = next((kind for signature, kind in SIGNATURES.items() if raw.startswith(signature)), None)
    try:
        if kind:
            raise UnicodeError
        return raw.decode("utf-8-sig")
    except UnicodeError:
        guess = f" but {kind}" if kind else " (Latin-1?)"
        raise validation.InputError(f"{file}: not UTF-8 text{guess}: export it as CSV UTF-8") from None


def _excel_lines(file: Path) -> list[str]:
    """Return the lines of the first sheet of an Excel file, with tabs between cells."""
    try:
        import pandas as pd

        sheet = pd.read_excel(file, header=None, dtype=str).fillna("")
    except ImportError:
        why = "reading Excel needs pandas with openpyxl (pip install '.[excel]'), or export it as CSV UTF-8"
        raise validation.InputError(f"{file}: {why}") from None
    except OSError as error:
        raise validation.InputError(f"{file}: {error.strerror or error}") from None
    except Exception as error:  # readers of spreadsheets raise errors of many types
        raise validation.InputError(f"{file}: not an Excel file: {' '.join(str(error).split())[:120]}") from None
    return ["\t".join(cell.replace("\t", " ") for cell in row) for row in sheet.to_numpy()]
