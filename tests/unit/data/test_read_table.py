"""Tables in the forms in which programs and people write them are read alike; what cannot be read is one line."""

import io
import sys
import types

import numpy as np
import pytest

from tlsglass.base import validation
from tlsglass.data.read_table import join_tables, parse_number, read_table

T = [0.1, 0.2, 0.3, 0.4, 0.5]
VALUES = [1.5e-4, 2.5e-4, 3.5e-4, 4.5e-4, 6.75e-4]


def lines(separator=",", number=repr):
    return [f"{number(a)}{separator}{number(b)}" for a, b in zip(T, VALUES, strict=True)]


def comma(x):
    return repr(x).replace(".", ",")


def read(tmp_path, text, **options):
    file = tmp_path / "t.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_table(file, **options)


COMMON = {
    "comma": ["T_K,kappa", *lines()],
    "semicolon": ["T_K;kappa", *lines(";")],
    "tab": ["T_K\tkappa", *lines("\t")],
    "blanks": ["T_K  kappa", *lines("   ")],
    "blanks at the start of each line": ["  T_K  kappa", *(f"   {line}" for line in lines("   "))],
    "decimal commas and semicolons": ["T_K;kappa", *lines(";", comma)],
    "decimal commas and tabs": ["T_K\tkappa", *lines("\t", comma)],
    "decimal commas and blanks": ["T_K kappa", *lines("  ", comma)],
    "comma and blank": ["T_K, kappa", *lines(", ")],
    "title": ["Sample A, spring 2020, 3 mm", "T_K,kappa", *lines()],
    "title of as many cells": ["Sample A,2020", "T_K,kappa", *lines()],
    "several titles": ["Sample A", "", "measured 2020-03-01", "T_K,kappa", *lines()],
    "header of savetxt": ["# T_K kappa", *lines(" ")],
    "comments above and below the header": ["# Sample A", "# 2024-03-01 fridge: LD400", "# T_K kappa", "# note", *lines(" ")],
    "comma header above blanks": ["# T_K, kappa", *lines(" ")],
    "comment marks of MATLAB": ["% Sample A", "T_K,kappa", *lines()],
    "comments in lines": ["T_K,kappa # names", *(f"{line} # ok" for line in lines())],
    "Fortran exponents": ["T_K,kappa", *(line.replace("e-", "D-").replace("0.000", "0.000") for line in lines())],
    "powers of ten": ["T_K,kappa", *(f"{a},{1e4 * b!r}×10^-4" for a, b in zip(T, VALUES, strict=True))],
    "unicode minus": ["T_K,kappa", *(f"{a},{1e4 * b!r}e−4" for a, b in zip(T, VALUES, strict=True))],
    "trailing separators": ["T_K,kappa,", *(f"{line}," for line in lines())],
    "quotes": ['"T_K","kappa"', *(f'"{line.replace(",", chr(34) + "," + chr(34))}"' for line in lines())],
    "a column of text": ["T_K,kappa,sample", *(f"{line},A 1" for line in lines())],
    "an index without a name": [",T_K,kappa", *(f"{k},{line}" for k, line in enumerate(lines()))],
}


COMMON |= {
    "run numbers": ["run #,T_K,kappa", *(f"{k},{line}" for k, line in enumerate(lines()))],
    "a column of numbers called #": ["#\tT_K\tkappa", *(f"{k}\t{line}" for k, line in enumerate(lines("\t")))],
    "a comment mark and a tab before the names": ["#\tT_K\tkappa", *lines("\t")],
    "the index of pandas in text": ["   T_K  kappa", *(f"{k}  {line}" for k, line in enumerate(lines("  ")))],
    "names of rows of R": ['"T_K" "kappa"', *(f'"{k + 1}" {line}' for k, line in enumerate(lines(" ")))],
    "LabVIEW": [
        *("LabVIEW Measurement\t", "Writer_Version\t2", "Reader_Version\t2", "Separator\tTab", "***End_of_Header***\t", ""),
        *("Channels\t2\t\t", "Samples\t5\t5\t", "X0\t0.0E+0\t0.0E+0\t", "***End_of_Header***\t\t\t"),
        *("T_K\tkappa\tComment", *(f"{line}\t" for line in lines("\t"))),
    ],
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", list(COMMON))
def test_common_forms_have_the_same_numbers(tmp_path, name, end):
    table = read(tmp_path, end.join(COMMON[name]) + end)
    assert table.has_header
    np.testing.assert_allclose(table.numbers("T_K"), T, rtol=1e-15)
    np.testing.assert_allclose(table.numbers("kappa"), VALUES, rtol=1e-14)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_encodings(tmp_path, encoding):
    table = read(tmp_path, "\n".join(["T (µK);Wärme", *lines(";")]).encode(encoding))
    assert table.header == ["T (µK)", "Wärme"]


def test_line_numbers_are_those_of_the_file(tmp_path):
    table = read(tmp_path, "title\n\n# note\nT_K,k\n0.1,1\n\n0.2,x\n0.3,3\n0.4,4\n")
    assert table.line_numbers == [5, 7, 8, 9]
    assert "row 2: x must be; line 7 of the file" in table.bad_cells("k", [1], "must be")


@pytest.mark.parametrize("separator", [",", ";", "\t", " "])
def test_numbers_are_no_header(tmp_path, separator):
    table = read(tmp_path, "\n".join(lines(separator)))
    assert not table.has_header
    assert table.header == ["1", "2"]
    assert table.numbers("1") == T


def test_a_title_above_numbers_without_header_is_no_header(tmp_path):
    assert read(tmp_path, "\n".join(["Sample A of 2020", *lines()])).numbers("2") == VALUES


@pytest.mark.parametrize(
    ("header", "units"),
    [
        ("T,kappa\nK,W/m/K", ["K", "W/m/K"]),
        ("T,kappa\n(mK),(W/(m K))", ["mK", "W/(m K)"]),
        ("T,kappa\n,mW/m/K", ["", "mW/m/K"]),
        ("T,kappa\nUnits,mW/m/K", ["", "mW/m/K"]),
        ("T,kappa\nmK,x10^-5", ["mK", "x10^-5"]),
        ("T,kappa\n%,10^-6", ["%", "10^-6"]),
    ],
)
def test_a_row_of_units_below_the_header(tmp_path, header, units):
    table = read(tmp_path, "\n".join([header, *lines()]))
    assert (table.header, table.units) == (["T", "kappa"], units)
    assert table.numbers("T") == T


def test_names_of_blank_separated_columns_may_have_units_in_brackets(tmp_path):
    assert read(tmp_path, "\n".join(["# T (K) kappa (W/(m K))", *lines(" ")])).header == ["T (K)", "kappa (W/(m K))"]
    assert read(tmp_path, "\n".join(["T(mK)  R1 ", *lines("  ")])).header == ["T(mK)", "R1"]


def test_units_in_a_comment_below_the_header(tmp_path):
    for comment in ("# K W/m/K", "# units: K, W/m/K", "# note\n# [K] [W/m/K]"):
        assert read(tmp_path, "\n".join(["T kappa", comment, *lines(" ")])).units == ["K", "W/m/K"]
    assert read(tmp_path, "\n".join(["# Columns = T, kappa", "# Units = K, W/m/K", *lines(" ")])).units == ["K", "W/m/K"]
    assert read(tmp_path, "\n".join(["T kappa", "# two words", *lines(" ")])).units == []


def test_invisible_characters_and_dashes_of_word_processors(tmp_path):
    dashed = [f"{a:.1e},\u200b{b:.2e}\u200e".replace("-", "–") for a, b in zip(T, VALUES, strict=True)]
    assert read(tmp_path, "\n".join(["\u200bT_K,kap\u00adpa", *dashed])).numbers("kappa") == VALUES


def test_numbers_in_percent(tmp_path):
    table = read(tmp_path, "T_K;kappa;err\n" + "\n".join(f"{line};{k},5 %" for k, line in enumerate(lines(";", comma))))
    assert table.units == ["", "", "%"]
    assert table.numbers("err") == [0.5, 1.5, 2.5, 3.5, 4.5]
    some = read(tmp_path, "T_K,kappa,err\n" + "\n".join(f"{line},{k}{'%' * (k > 2)}" for k, line in enumerate(lines())))
    assert some.units == []
    np.testing.assert_array_equal(some.numbers("err"), [0, 1, 2, np.nan, np.nan])


@pytest.mark.parametrize("word", ["mean", "Std. dev.", "Mittelwert", "max:"])
def test_rows_that_summarize_others_are_no_rows(tmp_path, word):
    for start in ("", "0,"):
        rows = [f"{start.replace('0', str(k))}{line}" for k, line in enumerate(lines())]
        summary = f"{word},0.3,4e-4" if start else f"{word},4e-4"
        table = read(tmp_path, "\n".join(["n,T_K,kappa" if start else "T_K,kappa", *rows, summary]))
        assert table.numbers("kappa")[:5] == VALUES
        assert np.isnan(table.numbers("kappa")[5])
        assert f"{word} of other rows" in table.column("kappa")[5]
    rows = [f"{line},{stage}" for line, stage in zip(lines(), ["min", "max", "min", "max", "max"], strict=True)]
    assert read(tmp_path, "\n".join(["T_K,kappa,heater", *rows])).numbers("kappa") == VALUES


def test_errors_of_spreadsheets_and_programs_are_no_comments(tmp_path):
    for mark in ("#N/A", "#DIV/0!", "1.#QNAN"):
        table = read(tmp_path, "T_K;kappa;n\n0.1;1;1\n" + f"0.2;{mark};2\n0.3;3;3\n0.4;4;4 # ok\n")
        assert table.column("kappa")[1] == mark
        assert np.isnan(table.numbers("kappa")[1])
        assert table.numbers("n") == [1, 2, 3, 4]


def test_a_quotation_mark_that_is_not_closed(tmp_path):
    noted = [f"{line},{note}" for line, note in zip(lines(), ["", '"warm', "", '"cold', ""], strict=True)]
    with pytest.raises(validation.InputError, match=r"line 3: a field in quotation marks ends in line 5"):
        read(tmp_path, "\n".join(["T_K,kappa,note", *noted]))
    with pytest.raises(validation.InputError, match="line 1 has a quotation mark that is not closed"):
        read(tmp_path, '"a,b\n')
    table = read(tmp_path, '"T\n(K)",kappa,note\n' + "\n".join(f'{line},"two\nlines"' for line in lines()))
    assert table.numbers("kappa") == VALUES


def test_thin_blanks_in_numbers_between_blanks(tmp_path):
    table = read(tmp_path, "T_uK  n\n" + "\n".join(f"60\u2009{k}00,5   1\u00a0234\u202f{k}67" for k in range(1, 6)))
    np.testing.assert_allclose(table.numbers("T_uK"), [60100.5, 60200.5, 60300.5, 60400.5, 60500.5])
    assert table.numbers("n")[0] == 1234167


def test_a_line_with_fewer_names_than_columns_is_named(tmp_path):
    table = read(tmp_path, "\n".join(["T_K,kappa", *(f"{line},3.5" for line in lines())]))
    assert (table.has_header, table.line_above) == (False, (1, 2))


def test_names_that_are_numbers(tmp_path):
    table = read(tmp_path, "T_K,-10,-20\n" + "\n".join(f"{line},1" for line in lines()))
    assert table.header == ["T_K", "-10", "-20"]


@pytest.mark.parametrize(
    ("rows", "numbers"),
    [
        (["0,5;1,234", "0,6;2,345"], [1.234, 2.345]),  # 0,5 has a decimal comma
        (["0.5;1,234", "0.6;2,345"], [1234, 2345]),
        (["1,234;0.63", "1,868;1.5"], [0.63, 1.5]),
        (["1.234,5;7", "2.345,5;8"], [7, 8]),
        (["1;1.234.567,8", "2;2.345.678,9"], [1234567.8, 2345678.9]),
        (["1;1,234E-07", "2;2,345E-07"], [1.234e-7, 2.345e-7]),
        (["1;1,234,567", "2;2,345,678"], [1234567, 2345678]),
        (["1;1'234.5", "2;2'345.6"], [1234.5, 2345.6]),
        (["1;1\u00a0234,5", "2;2\u202f345,6"], [1234.5, 2345.6]),
        (['"1,234.5"\t7.5', '"2,345.5"\t8.5'], [7.5, 8.5]),
    ],
)
def test_thousands_and_decimal_marks_are_told_apart_by_all_cells(tmp_path, rows, numbers):
    assert read(tmp_path, "a;b\n".replace(";", "\t" if "\t" in rows[0] else ";") + "\n".join(rows)).numbers("b") == numbers


def test_what_can_be_read_both_ways_is_not_decided_here(tmp_path):
    text = "a;b\n1,234;5,678\n2,345;6,789\n"
    assert read(tmp_path, text).decimal is None
    assert read(tmp_path, text, decimal="comma").numbers("a") == [1.234, 2.345]
    assert read(tmp_path, text, decimal="point").numbers("a") == [1234, 2345]
    with pytest.raises(validation.InputError, match=r"line 2 has a decimal comma and line 3 a decimal point"):
        read(tmp_path, "a;b\n0,5;1\n0.5;2\n")


@pytest.mark.parametrize("cell", ["", "-", "x", "1_000", "0x1f", "1,5", "1e", "e5", "nan", "½", "1 2", "--1", "1.2.3"])
def test_what_is_no_number(cell):
    assert not np.isfinite(parse_number(cell))


def test_a_row_of_another_length_is_no_row(tmp_path):
    table = read(tmp_path, "T a b\n1 2 3\n2 3\n3 4 5\n4 5 6\n")
    assert np.isnan(table.numbers("T")[1])
    assert table.numbers("b")[2:] == [5, 6]
    table = read(tmp_path, "T,a\n1,2\n2,3,4\n3,4\n4,5\nthe end\n")
    assert [k for k, x in enumerate(table.numbers("T")) if np.isnan(x)] == [1, 4]


def test_several_files_are_one_table(tmp_path):
    for name, shift in (("low", 0), ("high", 1)):
        (tmp_path / f"{name}.csv").write_text("T_K,k\n" + "\n".join(f"{t + shift},{t}" for t in T), encoding="utf-8")
    files = [tmp_path / "low.csv", tmp_path / "high.csv"]
    table = join_tables([read_table(file) for file in files])
    assert table.header == ["T_K", "k", "file"]
    assert table.column("file") == ["low"] * 5 + ["high"] * 5
    (tmp_path / "high.csv").write_text("T_K,C\n1,2\n2,3\n", encoding="utf-8")
    with pytest.raises(validation.InputError, match="its columns differ"):
        join_tables([read_table(file) for file in files])
    texts = {"low": "T,k\nK,W\n1,2\n2,3\n", "high": "T,k\nmK,W\n1,2\n2,3\n"}
    texts |= {"percent": "T,k\n1,2%\n2,3%\n", "plain": "T,k\n1,2\n2,3\n", "comma": "T;k\n1;2,5\n2;3,5\n"}
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    for first, second, attribute in (
        ("low", "high", "units"),
        ("plain", "percent", "units"),
        ("plain", "comma", "decimal marks"),
    ):
        with pytest.raises(validation.InputError, match=f"its {attribute} differ"):
            join_tables([read_table(tmp_path / f"{name}.csv") for name in (first, second)])


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(b"T_K,k\n0.1,1\n0.2,2\n")))
    assert read_table("-").numbers("k") == [1, 2]


def test_excel(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["Sample A"], ["T_K", "kappa"], [0.1, 1e-3], [None, None], [0.2, "x"], [0.3, 2e-3], [0.4, 3e-3]):
        book.active.append(row)
    book.save(tmp_path / "k.xlsx")
    table = read_table(tmp_path / "k.xlsx")
    assert table.numbers("T_K") == [0.1, 0.2, 0.3, 0.4]
    assert table.line_numbers == [3, 5, 6, 7]
    book.create_sheet("notes", 0).append(["measured in spring"])
    book.save(tmp_path / "k.xlsx")
    assert read_table(tmp_path / "k.xlsx").rows == table.rows
    book.remove(book.worksheets[1])
    book.create_sheet("more").append(["notes"])
    book.save(tmp_path / "k.xlsx")
    with pytest.raises(validation.InputError, match="none of its sheets, notes, more"):
        read_table(tmp_path / "k.xlsx")


def test_sheets_of_excel(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["thickness", 3.0], ["length", 20.0], ["mass", 7.5]):
        book.active.append(row)
    for sheet, factor in (("A", 1), ("B", 2)):
        book.create_sheet(sheet).append(["T_K", "kappa"])
        for a, b in zip(T, VALUES, strict=True):
            book[sheet].append([a, factor * b])
    book.save(tmp_path / "k.xlsx")
    table = read_table(tmp_path / "k.xlsx")
    assert [table.numbers("kappa")[k] for k in table.select({"sheet": "B"})] == [2 * x for x in VALUES]
    with pytest.raises(validation.InputError, match=r"several sheets contain such a table: A, B\. .* --where sheet=NAME"):
        table.select({})
    assert table.select({}, each="sheet") == list(range(10))
    book["B"]["B1"] = "C"
    book.save(tmp_path / "k.xlsx")
    with pytest.raises(validation.InputError, match="the sheets A, B are different tables"):
        read_table(tmp_path / "k.xlsx")
    book.remove(book["A"])
    book["B"]["B1"] = "err"
    for k in range(2, 7):
        book["B"][f"B{k}"].number_format = "0.0%"
    book.save(tmp_path / "k.xlsx")
    table = read_table(tmp_path / "k.xlsx")
    assert table.units == ["", "%"]
    np.testing.assert_allclose(table.numbers("err"), [200 * x for x in VALUES])


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\x1f\x8b\x08", "a compressed file"),
        (b"MATLAB 5.0 MAT-file", "a MATLAB file"),
        (b"", "only comments or nothing"),
        (b"#a b\n", "only comments"),
        (b"a,b\n", "not a table of numbers"),
    ],
)
def test_what_is_no_table(tmp_path, raw, message):
    with pytest.raises(validation.InputError, match=message) as caught:
        read(tmp_path, raw)
    assert "\n" not in str(caught.value)


def test_a_damaged_spreadsheet_is_one_line(tmp_path):
    with pytest.raises(validation.InputError) as caught:
        read(tmp_path, b"PK\x03\x04rest")
    assert "\n" not in str(caught.value)


def test_limits_are_stated_in_one_line(tmp_path):
    with open(tmp_path / "t.csv", "wb") as stream:
        stream.truncate(40_000_000)
    with pytest.raises(validation.InputError, match=r"40\.0 MB is too large; at most 32 MB"):
        read_table(tmp_path / "t.csv")
