"""Outputs are complete or absent; arrays, metadata and tables are what was written, or are reported."""

import hashlib
import json

import numpy as np
import pytest

from tlsglass.base import io, jackknife


@pytest.fixture
def checksum_record(tmp_path, monkeypatch):
    """Let this process be a job, and return its checksum record."""
    record = tmp_path / "checksums/rule/set.json"
    monkeypatch.setattr(io._JobState, "checksum_record", record)
    monkeypatch.setattr(io._JobState, "checksums", {}, raising=False)
    monkeypatch.setattr(io._JobState, "rebuild_command", "snakemake --cores 1 --force {} --configfile a.yaml")
    return record


def test_a_file_appears_whole(tmp_path):
    path = tmp_path / "deep" / "table.csv"
    io.write_text(path, "a\n")
    assert path.read_text() == "a\n"
    assert [p.name for p in path.parent.iterdir()] == ["table.csv"]


def test_a_modified_table_does_not_match_the_checksum_that_its_job_recorded(tmp_path, checksum_record):
    path = tmp_path / "table, 1.csv"
    io.write_text(path, "mu\n0.127\n0.152\n")
    io.write_text(tmp_path / "figures/figure.svg", "<svg/>")
    io.write_json(tmp_path / "tables/b.json", {})
    assert set(io.read_checksums(checksum_record)) == {str(path), str(tmp_path / "tables/b.json")}
    digest = io.read_checksums(checksum_record)[str(path)]
    assert digest == hashlib.sha256(b"mu\n0.127\n0.152\n").hexdigest()
    io.verify_digest(path, digest)
    for content in ("mu\n0.128\n0.152\n", "mu\n0.127\n", ""):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(
            io.DamagedFileError, match=r"1\.csv: damaged .*; rebuild it with: snakemake --cores 1 --force '/.*' --c"
        ):
            io.verify_digest(path, digest)
    with pytest.raises(io.DamagedFileError, match="its checksum was not recorded"):
        io.verify_digest(path, None)


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"[]", b'{"table.csv": "0\xff"}'])
def test_a_damaged_checksum_record_contains_nothing(tmp_path, content):
    (tmp_path / "record.json").write_bytes(content)
    assert io.read_checksums(tmp_path / "record.json") == io.read_checksums(tmp_path / "none.json") == {}


def test_metadata_do_not_change_the_digest_of_the_arrays_and_neither_can_be_modified(tmp_path):
    numbers = {"counts": np.arange(6, dtype=np.int32).reshape(2, 3), "first": np.array([0, 10])}
    io.write_arrays(tmp_path / "a.npz", numbers, {"origin": "one"})
    io.write_arrays(tmp_path / "b.npz", numbers, {"origin": "another", "groups": 50})
    assert io.read_digest(tmp_path / "a.npz") == io.read_digest(tmp_path / "b.npz") == io.array_digest(numbers)
    with np.load(tmp_path / "a.npz") as stored:
        complete = dict(stored)
    for name, value in (
        ("counts", numbers["counts"] + 1),
        ("counts", numbers["counts"].astype(np.int64)),
        ("first", np.array([0, 20])),
        ("stamp", np.array(json.dumps({"origin": "two"}))),
    ):
        np.savez_compressed(tmp_path / "c.npz", **complete | {name: value})
        with pytest.raises(io.DamagedFileError, match="its content does not match its checksum"):
            io.read_arrays(tmp_path / "c.npz")
    for name in ("sha256", "stamp", "stamp_sha256"):
        np.savez_compressed(tmp_path / "c.npz", **{key: array for key, array in complete.items() if key != name})
        with pytest.raises(io.DamagedFileError, match=r"not a complete npz file with a checksum|without metadata"):
            io.read_arrays(tmp_path / "c.npz")


def test_a_published_file_is_restored_and_not_rebuilt(tmp_path, checksum_record):
    (tmp_path / "my study/dos").mkdir(parents=True)
    (tmp_path / "my study/MANIFEST.json").write_text("{}")
    path = tmp_path / "my study/dos/a.npz"
    path.write_bytes(b"")
    with pytest.raises(io.DamagedFileError) as damaged:
        io.read_arrays(path)
    assert str(damaged.value).endswith(f"restore it with: git -C '{tmp_path}/my study' checkout -- dos/a.npz")


def fail_while_writing(path):
    with io.atomic_write(path) as part:
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
    assert jackknife.format_with_error(0.12693, 0.0081) == "0.127(8)"
    assert jackknife.format_with_error(-1.387, 0.07) == "-1.39(7)"
    assert jackknife.format_with_error(0.5594, 0) == "0.5594"
    assert jackknife.format_with_error(float("nan"), 0.1) == "-"
