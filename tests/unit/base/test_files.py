"""Outputs are whole or absent."""

import pandas as pd
import pytest

from tlsglass.base import files
from tlsglass.show import tables


def test_a_file_appears_whole(tmp_path):
    path = tmp_path / "deep" / "table.csv"
    files.write_text(path, "a\n")
    assert path.read_text() == "a\n"
    assert sorted(p.name for p in path.parent.iterdir()) == [files.SIGNATURES, "table.csv"]


def test_a_table_that_was_altered_is_not_read(tmp_path):
    path = tmp_path / "table.csv"
    files.write_csv(path, pd.DataFrame({"mu": [0.127, 0.152]}))
    assert tables.read(path)["mu"].tolist() == [0.127, 0.152]
    for content in ("mu\n0.128\n0.152\n", "mu\n0.127\n", ""):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(files.DamagedFile, match=r"table\.csv: damaged .*; make it anew with: snakemake --cores 1 --force "):
            tables.read(path)
    (tmp_path / "foreign.csv").write_text("mu\n1\n", encoding="utf-8")
    assert tables.read(tmp_path / "foreign.csv")["mu"].tolist() == [1]


def fail_while_writing(path):
    with files.whole(path) as part:
        part.write_text("half")
        raise RuntimeError("killed")


def test_a_failure_leaves_the_old_file_and_no_part(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError):
        fail_while_writing(path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]


def test_numbers_are_written_with_their_error_in_the_last_digit():
    assert tables.shorthand(0.12693, 0.0081) == "0.127(8)"
    assert tables.shorthand(-1.387, 0.07) == "-1.39(7)"
    assert tables.shorthand(0.5594, 0) == "0.5594"
    assert tables.shorthand(float("nan"), 0.1) == "-"
