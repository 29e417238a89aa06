"""Tables of numbers from whatever program wrote them: text in any common form, Excel, standard input, or arrays.

The Snakefile reads this module: no numpy. Nothing is dropped: a row that is no row of the table keeps its place, and its
cells are no numbers.
"""

from __future__ import annotations

import csv
import io
import math
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlsglass.base import validation
from tlsglass.data import units

if TYPE_CHECKING:
    from tlsglass.base.types import FloatArray

Cell = str | float

MAX_BYTES = 32_000_000
MAX_ROWS = 1_000_000
SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas", " ": "blanks"}  # in the order of preference
SAMPLE = 400  # lines that decide what separates the fields
NEARLY_BEST = 0.85  # of the best score, from which on the order of preference decides
BINARY = {b"\xd0\xcf\x11\xe0": "an old Excel file", b"\x89HDF": "an HDF5 file", b"\x93NUMPY": "a NumPy file", b"%PDF": "a PDF"}
BINARY |= {b"MATLAB 5": "a MATLAB file", b"\x1f\x8b": "a compressed file", b"\x89PNG": "a picture"}
COMMENT_LINE = re.compile(r"\s*(#|%(?! *[,;])|//)[#%/ ]*")  # a row of units may begin with %
# from a # that is not within quotes, and begins no #N/A of a spreadsheet and no 1.#QNAN of a program
SPREADSHEET_ERROR = r"N/A|DIV/0!|VALUE!|NUM!|REF!|NAME\?|NULL!"
COMMENT = re.compile(rf'^((?:[^"#]|"[^"]*"|(?<=\d\.)#|#(?={SPREADSHEET_ERROR}))*)(?<!\d\.)#(?!{SPREADSHEET_ERROR}).*')
QUOTED_OR_WORD = re.compile(r'"[^"]*"|\S+')
MISSING = {"", "-", "--", "nan", "na", "n/a", "#n/a", "null", "none", "inf", "-inf", "+inf"}
BLANK_GROUP = "'’\u00a0\u2009\u202f "  # between groups of three digits
ERROR_IN_CELL = re.compile(r"\s*(?:±|\+/?-)\s*[\d.,]+(?:[eE][-+−]?\d+)?|\(\d+\)")  # 0.12 ± 0.01, 0.12(1)
LIKE_NUMBER = re.compile(
    rf"(?![x×*])[-+−–]?(?:\d+(?:[{BLANK_GROUP}]\d{{3}})*)?(?:[.,]\d*)*(?:[eEdD][-+−–]?\d+|\s*[x×*]\s*10\^?[-+−–]?\d+)?"
    rf"(?:{ERROR_IN_CELL.pattern})?\s*%?"
)
GROUP_OF_BLANK = re.compile("(?<=\\d)[\u00a0\u2009\u202f](?=\\d{3}(?!\\d))")
GROUPED = re.compile(rf"[-+−]?\d{{1,3}}(?:[{BLANK_GROUP}]\d{{3}})+(?![{BLANK_GROUP}\d])")
THOUSANDS = {
    "comma": re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?"),
    "point": re.compile(r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?"),
}
HEADER_WORD = re.compile(r"^\s*(columns?|header|fields|data|units)\s*[:=]\s*", re.I)
NUMBERED_COLUMN = re.compile(r"\s*(?:col(?:umn)?\.?\s*)?(\d+)\s*[:.)=-]\s*([^\W\d].*)$", re.I)  # 1: T (K)
TEMPERATURE_NAME = re.compile(r"[Tt](emp\w*)?(?![A-Za-z])")
UNITS_LABEL = re.compile(r"units?|einheit(en)?|unités?", re.I)
SUMMARY = re.compile(  # of the rows above, in a column of numbers
    r"(mean|average|avg|median|sum|total|count|min|max|std|stdev|std\.? ?dev|standard deviation"
    r"|mittel(wert)?|summe|standardabweichung|moyenne|somme)\.?:?",
    re.I,
)
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))  # of text copied from a page
NO_ROW = "in place of"  # in the cells of what is no row of the table
SHEET = "sheet"  # the column that names the sheet of each row


@dataclass(frozen=True)
class Table:
    """A header and rows of cells: text, or numbers where it was made from arrays.

    ``decimal`` is "point", "comma", or None where 1,234 can be read both ways.
    """

    source: str  # its name in messages: the path of the file
    header: list[str]
    rows: Sequence[Sequence[Cell]]
    line_numbers: Sequence[int] = ()  # of the file, one for each row; none for arrays
    units: list[str] = field(default_factory=list)  # the row of units below the header, if there is one
    decimal: str | None = "point"
    separator: str = "commas"
    has_header: bool = True
    line_above: tuple[int, int] | None = None  # number and fields of the line above the rows, where it is no header
    sheets: Sequence[str] = ()  # names of the sheets of an Excel file, where several are such tables

    @classmethod
    def from_arrays(cls, source: str, columns: Mapping[str, FloatArray]) -> Table:
        """Return the table of arrays (n,) of equal length."""
        return cls(source, list(columns), list(zip(*(column.tolist() for column in columns.values()), strict=True)))

    def index(self, name: str) -> int:
        """Return the position of a column. Raises InputError where there is none of that name, or several."""
        if self.header.count(name) != 1:
            why = "missing" if name not in self.header else "there are several of that name"
            names = ", ".join(self.header[:40])
            line = f"{self.source}: column {name}: {why}; the columns, split at {self.separator}, are {names}"
            raise validation.InputError(line)
        return self.header.index(name)

    def column(self, name: str) -> list[Cell]:
        """Return the cells of a column."""
        index = self.index(name)
        return [row[index] for row in self.rows]

    def numbers(self, name: str) -> list[float]:
        """Return a column as floats, NaN where a cell is no number."""
        return [parse_number(cell, self.decimal or "point") for cell in self.column(name)]

    def unit_below(self, name: str) -> str:
        """Return the unit in the row of units below the header."""
        return self.units[self.header.index(name)] if self.units else ""

    def select(self, where: Mapping[str, object], each: str = "") -> list[int]:
        """Return the indices of the rows in which the columns ``where`` have their values.

        Raises InputError for none, and where no sheet is chosen of several, unless rows with ``each`` sheet are used alone.
        """
        if self.sheets and SHEET not in (*where, each):
            names = ", ".join(self.sheets[:8])
            several = f"several sheets contain such a table: {names}"
            raise validation.InputError(f"{self.source}: {several}. Select one by --where sheet=NAME")
        selected = list(range(len(self.rows)))
        for name, value in where.items():
            cells = self.column(name)
            matching = [k for k in selected if NO_ROW in str(cells[k]) or equals(cells[k], value)]
            if not matching:
                values = list(dict.fromkeys(str(cells[k]) for k in selected))
                shown = ", ".join(values[:8]) + (f", and {len(values) - 8} more" if len(values) > 8 else "")
                raise validation.InputError(f"{self.source}: column {name}: no row has {value}; its values are {shown}")
            selected = matching
        return selected

    def bad_cells(self, name: str, rows: Sequence[int], allowed: str) -> str:
        """Return the line that refuses the cells of a column in ``rows``, and says where they are."""
        first = self.column(name)[rows[0]]
        more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        shown = "an empty field" if first == "" else str(first)[:40]
        line = f"{self.source}: column {name}, row {rows[0] + 1}{more}: {shown} {allowed}"
        if not self.line_numbers:
            return line
        numbers = [str(self.line_numbers[k]) for k in rows[:4]]
        return f"{line}; line{'s' if len(rows) > 1 else ''} {', '.join(numbers)}{', ...' if len(rows) > 4 else ''} of the file"

    def renamed(self, names: Mapping[int, str]) -> Table:
        """Return the table with the columns at the positions ``names`` under other names."""
        return replace(self, header=[names.get(k, name) for k, name in enumerate(self.header)])


def equals(cell: Cell, value: object) -> bool:
    """Return whether a cell contains ``value``, as text or as a number."""
    if str(cell) == str(value).strip():
        return True
    number = parse_number(cell)
    return math.isfinite(number) and number == parse_number(str(value))


def parse_number(cell: Cell, decimal: str = "point") -> float:
    """Return a number as people and programs write it, else NaN: 1.5e-3, 1,234.5, 1'234, 1.0D-3, 1.5×10^-3."""
    if isinstance(cell, float):
        return cell
    text = cell
    try:
        if decimal == "point" and "_" not in text:
            return float(text)
    except ValueError:
        pass
    text = text.translate(units.PLAIN).replace("’", "'").strip()
    if GROUPED.match(text):
        text = re.sub(r"[' \u2009\u202f]", "", text)
    grouping = THOUSANDS["comma" if decimal == "point" else "point"]
    if grouping.fullmatch(text):
        text = text.replace("," if decimal == "point" else ".", "")
    elif decimal == "comma" and "." in text:
        return math.nan
    if decimal == "comma":
        text = text.replace(",", ".")
    text = re.sub(r"\s*[x*]\s*10\^?(?=[-+]?\d)", "e", re.sub(r"(?<=[\d.])[dD](?=[-+]?\d)", "e", text))
    try:
        return float(text) if "_" not in text else math.nan
    except ValueError:
        return math.nan


def read_table(file: str | Path, decimal: str | None = None) -> Table:
    """Return the table in a file, or in standard input for ``-``.

    ``decimal`` is "point" or "comma"; by default it follows from the cells. Raises InputError.
    """
    label = "standard input" if str(file) == "-" else str(file)
    raw = sys.stdin.buffer.read(MAX_BYTES + 1) if str(file) == "-" else validation.read_regular_file(file, MAX_BYTES)
    return parse_table(label, raw, decimal)


def parse_table(label: str, raw: bytes, decimal: str | None = None) -> Table:
    """Return the table in the content ``raw`` of a file that is called ``label``. See ``read_table``."""
    if len(raw) > MAX_BYTES:
        raise validation.InputError(f"{label}: at most {MAX_BYTES / 1e6:g} MB are read")
    is_excel = raw.startswith(b"PK\x03\x04")
    table = _parse_spreadsheet(label, raw) if is_excel else _parse(label, _decode(label, raw).splitlines())
    if len(table.rows) > MAX_ROWS:
        raise validation.InputError(f"{label}: {len(table.rows)} rows; at most {MAX_ROWS} are read")
    return replace(table, decimal=decimal or _decimal(table))


def join_tables(tables: Sequence[Table]) -> Table:
    """Return the rows of tables with the same columns as one, with a column ``file`` that names their files."""
    if len(tables) == 1:
        return tables[0]
    first = tables[0]
    for table in tables[1:]:
        for attribute, own, others in (
            ("columns", table.header, first.header),
            ("units", table.units or ["none"], first.units or ["none"]),
            ("decimal marks", [table.decimal or "unclear"], [first.decimal or "unclear"]),
        ):
            if own != others:
                shown = f"{', '.join(own[:20])} and {', '.join(others[:20])}"
                raise validation.InputError(f"{table.source}: its {attribute} differ from those of {first.source}: {shown}")
    return replace(
        first,
        source=" + ".join(table.source for table in tables),
        header=[*first.header, "file"],
        rows=[[*row, Path(table.source).stem] for table in tables for row in table.rows],
        line_numbers=[line for table in tables for line in table.line_numbers],
        units=[*first.units, ""] if first.units else [],
    )


def _decode(label: str, raw: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16, else Latin-1."""
    kind = next((kind for mark, kind in BINARY.items() if raw.startswith(mark)), None)
    if kind:
        raise validation.InputError(f"{label}: not text but {kind}: export it as CSV")
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    even, odd = (raw[k:SAMPLE:2].count(0) for k in (0, 1))
    if encoding != "utf-16" and min(even, odd) == 0 and max(even, odd) > 0.4 * len(raw[:SAMPLE]):  # without its mark
        encoding = "utf-16-le" if odd else "utf-16-be"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    text = text.translate(INVISIBLE).rstrip("\x1a")  # the end of a file of DOS
    if "\0" in text:
        raise validation.InputError(f"{label}: not a text file: it contains null bytes")
    return text


def _parse_spreadsheet(label: str, raw: bytes) -> Table:
    """Return the table in the sheets of an Excel file: that with a temperature in its header, else the first.

    Several such sheets with the same columns become one table with a column that names them. Raises InputError for none, and
    for several with different columns.
    """
    sheets, errors = _spreadsheet(label, raw), []
    tables = {}
    for name, lines in sheets.items():
        try:
            tables[name] = _parse(label, lines, "\t")
        except validation.InputError as error:
            errors.append(error)
    if not tables and len(errors) == 1:
        raise errors[0]
    if not tables:
        raise validation.InputError(f"{label}: none of its sheets, {', '.join(sheets)[:200]}, is a table of numbers")
    of_temperatures = {
        name: table for name, table in tables.items() if table.has_header and any(map(TEMPERATURE_NAME.match, table.header))
    }
    first, *others = (of_temperatures or tables).values()
    if len(of_temperatures) < 2:
        return first
    names = list(of_temperatures)
    if SHEET in first.header or any((table.header, table.units) != (first.header, first.units) for table in others):
        shown = ", ".join(names)[:200]
        question = f"the sheets {shown} are different tables: save the one to fit as a file of its own"
        raise validation.InputError(f"{label}: {question}")
    return replace(
        first,
        header=[*first.header, SHEET],
        rows=[[*row, name] for name, table in of_temperatures.items() for row in table.rows],
        line_numbers=[line for table in of_temperatures.values() for line in table.line_numbers],
        units=[*first.units, ""] if first.units else [],
        sheets=names,
    )


def _spreadsheet(label: str, raw: bytes) -> dict[str, list[str]]:
    """Return the lines of each sheet of an Excel file, with tabs between the cells."""
    try:
        import openpyxl
    except ImportError:
        why = "reading Excel needs openpyxl (pip install '.[excel]'), or export it as CSV"
        raise validation.InputError(f"{label}: {why}") from None
    try:
        parts = zipfile.ZipFile(io.BytesIO(raw)).infolist()
        if sum(part.file_size for part in parts) > 10 * MAX_BYTES:
            raise validation.InputError(f"{label}: too large when unpacked; at most {MAX_BYTES / 1e5:g} MB are read")
        if "[Content_Types].xml" not in [part.filename for part in parts]:
            raise validation.InputError(f"{label}: not an Excel file but another archive: export its table as CSV")
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        sheets = {sheet.title: [list(map(_text_of_cell, row)) for row in sheet.iter_rows()] for sheet in book.worksheets}
    except validation.InputError:
        raise
    except Exception as error:  # the reader of spreadsheets raises errors of many classes
        raise validation.InputError(f"{label}: not an Excel file: {' '.join(str(error).split())[:120]}") from None
    return {name: ["\t".join(row) for row in rows] for name, rows in sheets.items()}


def _text_of_cell(cell: Any) -> str:
    """Return the text of a cell of a spreadsheet; 0.02 in the format of percent is 2%, as it is shown."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in (cell.number_format or ""):
        return f"{100 * value!r}%"
    return re.sub(r"[\t\r\n]", " ", str(value).translate(INVISIBLE)).replace('"', "'")


@lru_cache(maxsize=10_000)  # each cell is looked at several times
def is_like_number(cell: str) -> bool:
    """Return whether a cell looks like a number, also with a decimal comma."""
    return bool(LIKE_NUMBER.fullmatch(cell)) and not cell.endswith(",") and any(map(str.isdecimal, cell))


def _is_data(cell: str) -> bool:
    return is_like_number(cell) or cell.lower() in MISSING


def _split(label: str, lines: list[str], separator: str) -> list[tuple[list[str], int]]:
    """Return (cells, index of its last line) of each row."""
    if separator == " ":
        return [(_split_at_blanks(line), k) for k, line in enumerate(lines)]
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    try:
        return [([cell.strip() for cell in row], reader.line_num - 1) for row in reader]
    except csv.Error as error:
        raise validation.InputError(f"{label}: not a CSV table: {error}") from None


def _split_at_blanks(line: str) -> list[str]:
    """Return the words of a line; those in quotes may contain blanks, and numbers thin ones between their groups."""
    if '"' in line:
        return [word.strip('"') for word in QUOTED_OR_WORD.findall(line)]
    return (line if line.isascii() or not re.search(r"[ \t]", line) else GROUP_OF_BLANK.sub("'", line)).split()


def _split_header(label: str, line: str, separator: str, width: int) -> list[str]:
    """Return the names in a line: those that are as many as the columns, whatever separates them."""
    names, *_ = _split(label, [line], separator)[0]
    names = [name.rstrip(",;") for name in names] if separator == " " else names
    if len(names) == width:
        return names
    options = [re.findall(r"(?:[^\s()\[\]]|\s*[(\[][^)\]]*[)\]]+)+", line), re.split(r"\s{2,}|\t", line.strip())]
    options += [[name.strip() for name in re.split(r"\s*[,;]\s*", line)]]
    return next(([name.strip() for name in option] for option in options if len(option) == width), names)


def _parse(label: str, raw: list[str], separator: str | None = None) -> Table:
    """Return the table in the lines of a file."""
    is_spreadsheet = separator is not None
    comments, numbers, lines, whole_lines = [], [], [], []
    for number, line in enumerate(raw, 1):
        if COMMENT_LINE.match(line):
            comments.append((number, COMMENT_LINE.sub("", line, count=1)))
        elif line.strip():
            numbers.append(number)
            lines.append(COMMENT.sub(r"\1", line) if "#" in line and not is_spreadsheet else line)
            whole_lines.append(line)
    if not lines:
        raise validation.InputError(f"{label}: not a table: it contains only comments or nothing")
    separator = separator or _separator(label, lines)
    split = _split(label, lines, separator)
    _check_quotes(label, lines, numbers, [last for _, last in split], separator)
    width = _width([row for row, _ in split[-SAMPLE:]]) or _width([row for row, _ in split])
    full = [row for row, _ in split if len(row) == width and any(map(is_like_number, row))]
    numeric = [
        k
        for k in range(width)
        if 2 * sum(_is_data(row[k]) for row in full) > len(full) and any(is_like_number(row[k]) for row in full)
    ]
    first = next((k for k, (row, _) in enumerate(split) if _is_row(row, width, numeric)), None)
    if width < 2 or not numeric or first is None:
        unclosed = [
            f"; line {n} has a quotation mark that is not closed"
            for n, line in zip(numbers, lines, strict=True)
            if line.count('"') % 2
        ]
        allowed = "whose columns are separated by commas, semicolons, tabs or blanks" + "".join(unclosed[:1])
        raise validation.InputError(f"{label}: not a table of numbers, {allowed}")
    above = [(numbers[last], whole_lines[last], row if separator != " " else []) for row, last in split[:first]]
    header, below, header_line = _find_header(label, above, separator, width)
    if header and not below:
        between = [HEADER_WORD.sub("", line) for number, line in comments if header_line < number < numbers[split[first][1]]]
        cells = [_split_header(label, line, separator, width) for line in between]
        below = next((list(map(_without_brackets, row)) for row in cells if len(row) == width and _are_units(row)), [])
    if not header:
        comments_above: list[tuple[int, str, list[str]]] = [
            (number, line, []) for number, line in comments if number < numbers[split[first][1]]
        ]
        header, below, header_line = _find_header(label, comments_above, separator, width, True)
    if not header and width > 2 and _is_index([row[0] for row in full]):  # as R and pandas write it: without a name
        header, below, header_line = _find_header(label, above, separator, width - 1)
        header, below = ["", *header] if header else [], ["", *below] if below else []
    width = max(width, len(header))
    rows, ends = [], []
    for k, (row, last) in enumerate(split):
        likely = k >= first or (
            numbers[last] > header_line and any(map(is_like_number, row)) and (header or is_like_number(row[0]))
        )
        if not likely:
            continue
        while len(row) > width and not row[-1]:
            row.pop()
        if len(row) > width or (len(row) < width and (separator == " " or len(row) == 1)):
            row = [f"{len(row)} field{'s' if len(row) > 1 else ''} {NO_ROW} {width}"] * width
        rows.append(row + [""] * (width - len(row)))
        ends.append(numbers[last])
    rows = _without_summaries(rows, width)
    rows, percent = _without_percent(rows, width)
    if percent:
        below = [unit or "%" * (k in percent) for k, unit in enumerate(below or [""] * width)]
    names = header or [str(k + 1) for k in range(width)]
    line_above = (above[-1][0], len(split[first - 1][0])) if above and not header else None
    return Table(label, names, rows, ends, below, None, SEPARATORS[separator], bool(header), line_above)


def _check_quotes(label: str, lines: list[str], numbers: list[int], ends: list[int], separator: str) -> None:
    """Raise InputError where a quotation mark that is not closed makes several lines of numbers one field."""
    for start, end in zip([-1, *ends], ends, strict=False):
        for line in lines[start + 2 : end + 1]:
            cells = [cell.strip() for cell in line.split(separator)]
            if sum(map(is_like_number, cells)) > 1:
                where = f"line {numbers[start + 1]}: a field in quotation marks ends in line {numbers[end]}"
                raise validation.InputError(f"{label}: {where}: remove the mark that is not closed")


def _is_index(cells: list[str]) -> bool:
    """Return whether cells number the rows."""
    return cells in ([str(k + start) for k in range(len(cells))] for start in (0, 1))


def _without_summaries(rows: list[list[str]], width: int) -> list[list[str]]:
    """Return the rows without the cells of those that summarize others, as their mean in a column of numbers or indices."""
    summaries: dict[int, str] = {}
    if not any(cell[:1].isalpha() and SUMMARY.fullmatch(cell) for row in rows for cell in row):
        return rows
    for k in range(width):
        words = {j: row[k] for j, row in enumerate(rows) if not _is_data(row[k]) and NO_ROW not in row[k]}
        if words and 2 * len(words) < len(rows) and all(map(SUMMARY.fullmatch, words.values())):
            summaries |= words
    return [[f"{summaries[j]} of other rows {NO_ROW} a point"] * width if j in summaries else row for j, row in enumerate(rows)]


def _without_percent(rows: list[list[str]], width: int) -> tuple[list[list[str]], list[int]]:
    """Return (rows, positions of the columns all of whose numbers end in %, without which they are returned)."""
    percent = []
    for k in range(width):
        numbers = (row[k] for row in rows if is_like_number(row[k]))
        if next(numbers, "").endswith("%") and all(cell.endswith("%") for cell in numbers):
            percent.append(k)
    if not percent:
        return rows, percent
    return [[cell.rstrip("% ") if k in percent else cell for k, cell in enumerate(row)] for row in rows], percent


def _separator(label: str, lines: list[str]) -> str:
    """Return what separates the fields: that which makes most lines rows of the same number of numbers."""
    step = max(1, len(lines) // SAMPLE)
    sample = lines[-SAMPLE * step :: step]
    scores = {}
    for separator in SEPARATORS:
        if separator != " " and not any(separator in line for line in sample):
            continue
        rows = [row for row, _ in _split(label, sample, separator)]
        width = _width(rows)
        fractions = [(sum(map(_is_data, row)) / width) ** 2 for row in rows if len(row) == width and width > 1]
        scores[separator] = sum(fractions) / len(rows)
    return next(separator for separator in SEPARATORS if scores.get(separator, 0) >= NEARLY_BEST * max(scores.values()))


def _width(rows: list[list[str]]) -> int:
    """Return the most frequent number of cells among rows with a number; of equally frequent ones that of most rows."""
    counts = Counter(len(row) for row in rows if any(map(is_like_number, row)))
    all_counts = Counter(map(len, rows))
    return max(counts, key=lambda n: (counts[n], all_counts[n], n)) if counts else 0


def _is_row(row: list[str], width: int, numeric: list[int]) -> bool:
    """Return whether a row has a number, or a mark for a missing one, in each of the numeric columns."""
    return len(row) == width and all(_is_data(row[k]) for k in numeric) and any(is_like_number(row[k]) for k in numeric)


def _find_header(
    label: str, above: Sequence[tuple[int, str, list[str]]], separator: str, width: int, comments: bool = False
) -> tuple[list[str], list[str], int]:
    """Return the header among the lines above the numbers, the row of units below it, and the number of its line.

    A line of numbers is no header, nor is one of units. A line with a temperature is preferred, since others may name samples.
    """
    numbered = [match for match in (NUMBERED_COLUMN.match(line) for _, line, _ in above) if match]
    if comments and [int(match[1]) for match in numbered] in (list(range(1, width + 1)), list(range(width))):
        return [match[2].strip() for match in numbered], [], 0
    candidates = []
    for number, line, cells in above:
        line = HEADER_WORD.sub("", line)
        without_comment = COMMENT.sub(r"\1", line)
        names = cells if len(cells) == width else _split_header(label, without_comment, separator, width)
        names = names if len(names) == width else _split_header(label, line, separator, width)  # run #, T, kappa
        wide_enough = len(names) == width or (len(names) > width and separator != " " and not comments)
        if (wide_enough and names[0] and not is_like_number(names[0])) or (wide_enough and not names[0] and any(names)):
            candidates.append((names, number))
    if not candidates:
        return [], [], 0
    named = [candidate for candidate in candidates if not _are_units(candidate[0])] or candidates
    named = [candidate for candidate in named if len(candidate[0]) == width] or named
    named = [candidate for candidate in named if any(map(TEMPERATURE_NAME.match, candidate[0]))] or named
    header, number = named[-1]
    rows = [names for names, line in candidates if line > number and len(names) == len(header) and _are_units(names)]
    below = [UNITS_LABEL.sub("", name) if k == 0 else name for k, name in enumerate(rows[0])] if rows else []
    return header, list(map(_without_brackets, below)), number


def _are_units(names: Sequence[str]) -> bool:
    """Return whether cells are units, the first of which may be the label of their row."""
    names = names[1:] if UNITS_LABEL.fullmatch(names[0].strip()) else names
    return all(not name or units.is_unit(_without_brackets(name)) for name in names)


def _without_brackets(text: str) -> str:
    """Return the unit in a cell like (mK) or [W/(m K)]."""
    text = text.strip()
    return text[1:-1].strip() if text[:1] + text[-1:] in ("()", "[]") else text


def _decimal(table: Table) -> str | None:
    """Return "point" or "comma" for the decimal mark of a table, None where its cells can be read both ways.

    Raises InputError where some cells can only have the one and some the other.
    """
    point = comma = ambiguous = 0  # the line of the last cell of each kind
    for row, line in zip(table.rows, table.line_numbers, strict=True):
        for cell in row:
            if not isinstance(cell, str) or ("," not in cell and "." not in cell) or not is_like_number(cell):
                continue
            text = ERROR_IN_CELL.sub("", cell.replace("−", "-"))
            if "," in text and "." in text:
                point, comma = (line, comma) if text.rfind(".") > text.rfind(",") else (point, line)
            elif "," in text:
                if not THOUSANDS["comma"].fullmatch(text):
                    comma = line
                elif text.count(",") > 1:
                    point = line
                else:
                    ambiguous = line
            elif text.count(".") > 1:  # or a date
                comma = line if THOUSANDS["point"].fullmatch(text) else comma
            elif not THOUSANDS["point"].fullmatch(text):
                point = line
    if point and comma:
        raise validation.InputError(
            f"{table.source}: line {comma} has a decimal comma and line {point} a decimal point: write one of them throughout,"
            " or give --decimal comma or --decimal point"
        )
    if not (point or comma):
        return None if ambiguous else "point"
    return "point" if point else "comma"
