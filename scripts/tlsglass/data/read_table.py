"""The CSV of a dataset: columns of numbers from whatever program wrote them, every row checked. Without pandas: it is
read when the Snakefile is parsed."""

import csv
import io
import math
import re

from tlsglass.base import validation

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
TITLES = 10  # lines that a title above the header may take
MARKS = {
    b"PK\x03\x04": "an Excel file",
    b"\xd0\xcf\x11\xe0": "an Excel file",
    b"\x89HDF": "an HDF5 file",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
COMMENT = re.compile(r'^((?:[^"#]|"[^"]*")*)#.*')  # from a # that no quotes hold
DECIMAL_COMMA = re.compile(r"^\s*([-+]?\d*),(\d+)")


def read_columns(file, names, positive, where=None):
    """Return the columns ``names`` of ``file`` as lists of floats, in the order of the file.

    ``positive`` says of each name whether it must be > 0. Of a long table only the rows are taken that have the values
    ``where`` {column: value}. Raises validation.InputError, a line for each column that is wrong.
    """
    header, rows, separated, lines = _table(file, [*names, *(where or {})])
    columns, wrong = {}, []
    for name in (*names, *(where or {})):
        if name not in header:
            wrong.append(f"{file}: column {name}: missing; the columns, split at {separated}, are {header}")
    kept = _picked(file, header, rows, where or {}) if set(where or {}) <= set(header) else []
    for name in [name for name in names if name in header]:
        texts = [row[header.index(name)] for _, row in kept]
        columns[name] = list(map(parse_number, texts))
        bad = [k for k, x in enumerate(columns[name]) if not math.isfinite(x) or (positive[name] and x <= 0)]
        if bad:
            need = "must be a finite number" + (" > 0" if positive[name] else "")
            shown = texts[bad[0]] or "an empty field"
            rows_of_it = [kept[k][0] for k in bad]
            wrong.append(_row(file, name, rows_of_it, f"{shown} {need}") + f"; line {lines[rows_of_it[0]]} of the file")
    validation.raise_all(wrong)
    return columns


def _picked(file, header, rows, where):
    """Return (number of the row, row) of those with the values ``where``."""
    kept = list(enumerate(rows))
    for name, value in where.items():
        texts = [row[header.index(name)] for _, row in kept]
        same = [_same(text, value) for text in texts]
        if not any(same):
            found = list(dict.fromkeys(texts))
            shown = ", ".join(found[:8]) + (f", and {len(found) - 8} more" if len(found) > 8 else "")
            raise validation.InputError(f"{file}: column {name}: no row has {value}; it holds {shown}")
        kept = [one for one, so in zip(kept, same, strict=True) if so]
    return kept


def _same(text, value):
    """Whether a field holds ``value``, as text or as a number."""
    return text == str(value).strip() or (parse_number(text) == parse_number(str(value)) and math.isfinite(parse_number(text)))


def _row(file, name, rows, why):
    """Return the line that refuses the first of ``rows`` and counts the others."""
    more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
    return f"{file}: column {name}, row {rows[0] + 1}{more}: {why}"


def parse_number(text):
    """Return a number as people and programs write it, else NaN: 1_000 is Python's alone."""
    try:
        return float(text) if "_" not in text else math.nan
    except ValueError:
        return math.nan


def read_table(file, names=()):
    """Return header, rows, and what separates their fields, whatever the line ends, separators, or mark of byte order.

    Lines above the one that holds ``names`` are titles, and are skipped.
    """
    return _table(file, names)[:3]


def _table(file, names):
    """Return what ``table`` does, and the line of the file that each row ends on."""
    if str(file).lower().endswith((".xlsx", ".xls")):
        raw, separator = _spreadsheet(file), "\t"
    else:
        raw, separator = [COMMENT.sub(r"\1", line) for line in io.StringIO(_text(file))], None
    numbers = [k + 1 for k, line in enumerate(raw) if line.strip()]
    lines = [raw[k - 1] for k in numbers]
    if not lines:
        raise validation.InputError(f"{file}: not a CSV table: it holds no line but comments")
    parsed = [_parsed(file, lines, k, separator) for k in range(min(TITLES, len(lines)))]
    first = next((k for k, (header, *_) in enumerate(parsed) if set(names) <= set(header)), 0)
    header, rows, separator, ends = parsed[first]
    numbers = [numbers[first + end - 1] for end in ends]
    for k, row in enumerate(rows):
        if len(row) > len(header):
            why = f"row {k + 1} has {len(row)} fields, the header {len(header)}"
            if len(header) == 1 and first == 0:
                why += f"; is {header[0]!r} a title above it?"
            raise validation.InputError(f"{file}: not a CSV table: {why}; line {numbers[k]} of the file")
        row += [""] * (len(header) - len(row))
    if separator != ",":  # then a comma can only be the decimal one
        rows = [[DECIMAL_COMMA.sub(r"\1.\2", cell) for cell in row] for row in rows]
    return header, [[cell.strip() for cell in row] for row in rows], SEPARATORS[separator], numbers


def _parsed(file, lines, first, separator):
    """Return header, rows, separator, and after how many lines each row ends, if line ``first`` is the header."""
    separator = separator or max(SEPARATORS, key=lines[first].count)
    reader = csv.reader(lines[first:], delimiter=separator, skipinitialspace=True)
    try:
        header, *rows = [(row, reader.line_num) for row in reader]
    except csv.Error as error:
        raise validation.InputError(f"{file}: not a CSV table: {error}") from None
    return [name.strip() for name in header[0]], [row for row, _ in rows], separator, [end for _, end in rows]


def _text(file):
    """Return the text of a file. Raises validation.InputError for one that is no UTF-8, and says what it seems to be."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise validation.InputError(f"{file}: {error.strerror}") from None
    kind = next((kind for mark, kind in MARKS.items() if raw.startswith(mark)), None)
    try:
        if kind:
            raise UnicodeError
        return raw.decode("utf-8-sig")
    except UnicodeError:
        seems = f" but {kind}" if kind else " (Latin-1?)"
        raise validation.InputError(f"{file}: not UTF-8 text{seems}: export it as CSV UTF-8") from None


def _spreadsheet(file):
    """Return the lines of the first sheet of an Excel file, split at tabs."""
    try:
        import pandas as pd

        sheet = pd.read_excel(file, header=None, dtype=str).fillna("")
    except ImportError:
        why = "reading Excel needs pandas with openpyxl (pip install '.[excel]'), or export it as CSV UTF-8"
        raise validation.InputError(f"{file}: {why}") from None
    except OSError as error:
        raise validation.InputError(f"{file}: {error.strerror or error}") from None
    except Exception as error:  # the readers of spreadsheets raise what they like
        raise validation.InputError(f"{file}: not an Excel file: {' '.join(str(error).split())[:120]}") from None
    return ["\t".join(cell.replace("\t", " ") for cell in row) for row in sheet.to_numpy()]
