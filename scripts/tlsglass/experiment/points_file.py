"""The CSV of a dataset: columns of numbers from whatever program wrote them, every row checked. Without pandas: it is
read when the Snakefile is parsed."""

import csv
import io
import math
import re

from tlsglass.base import validation

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
COMMENT = re.compile(r'^((?:[^"#]|"[^"]*")*)#.*')  # from a # that no quotes hold
DECIMAL_COMMA = re.compile(r"^\s*([-+]?\d*),(\d+)")


def read(file, names, positive, ascend=True):
    """Return the columns ``names`` of ``file`` as lists of floats, temperatures first: they must ``ascend``.

    ``positive`` says of each name whether it must be > 0. Raises validation.InputError, a line for each column that is wrong.
    """
    header, rows, separated = _table(file)
    columns, wrong = {}, []
    for name in names:
        if name not in header:
            wrong.append(f"{file}: column {name}: missing; the columns, split at {separated}, are {header}")
            continue
        texts = [row[header.index(name)] for row in rows]
        columns[name] = list(map(_number, texts))
        bad = [k for k, x in enumerate(columns[name]) if not math.isfinite(x) or (positive[name] and x <= 0)]
        if bad:
            need = "must be a finite number" + (" > 0" if positive[name] else "")
            wrong.append(_row(file, name, bad, f"{texts[bad[0]] or 'an empty field'} {need}"))
        elif name == names[0] and ascend:
            below = [k for k in range(1, len(texts)) if columns[name][k] <= columns[name][k - 1]]
            if below:
                why = "must be above the row before it: temperatures ascend and none stands twice"
                wrong.append(_row(file, name, below, f"{texts[below[0]]} {why}"))
    validation.raise_all(wrong)
    return columns


def _row(file, name, rows, why):
    """Return the line that refuses the first of ``rows`` and counts the others."""
    more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
    return f"{file}: column {name}, row {rows[0] + 1}{more}: {why}"


def _number(text):
    """Return a number as people and programs write it, else NaN: 1_000 is Python's alone."""
    try:
        return float(text) if "_" not in text else math.nan
    except ValueError:
        return math.nan


def _table(file):
    """Return header, rows, and what separates their fields, whatever the line ends, separators, or mark of byte order."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise validation.InputError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise validation.InputError(f"{file}: not UTF-8 text") from None
    lines = [line for line in (COMMENT.sub(r"\1", line) for line in io.StringIO(text)) if line.strip()]
    if not lines:
        raise validation.InputError(f"{file}: not a CSV table: it holds no line but comments")
    separator = max(SEPARATORS, key=lines[0].count)
    try:
        header, *rows = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    except csv.Error as error:
        raise validation.InputError(f"{file}: not a CSV table: {error}") from None
    for k, row in enumerate(rows):
        if len(row) > len(header):
            why = f"row {k + 1} has {len(row)} fields, the header {len(header)}"
            raise validation.InputError(f"{file}: not a CSV table: {why}")
        row += [""] * (len(header) - len(row))
    if separator != ",":  # then a comma can only be the decimal one
        rows = [[DECIMAL_COMMA.sub(r"\1.\2", cell) for cell in row] for row in rows]
    return [name.strip() for name in header], [[cell.strip() for cell in row] for row in rows], SEPARATORS[separator]
