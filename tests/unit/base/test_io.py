"""Outputs are complete or absent; arrays, metadata and tables are what was written, or are reported."""

import contextlib
import hashlib
import json
import os
import shlex

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
    (tmp_path / "page.txt").write_text("not of a kind that is recorded")
    assert set(io.read_checksums(checksum_record)) == {
        str(tmp_path / name) for name in ("table, 1.csv", "figures/figure.svg", "tables/b.json")
    }
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


FIRST = {"fit.json": "1", "figure.svg": "1", "points.csv": "1"}
SECOND = {"fit.json": "2", "figure.svg": "2", "curves.csv": "2"}


def write_set(folder, files):
    with io.replace_together(folder, FIRST) as new:
        for name, text in files.items():
            io.write_text(new / name, text)


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def test_a_set_of_files_replaces_the_earlier_one_and_keeps_other_files(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / ".part-999999999-set").mkdir()
    write_set(tmp_path, FIRST)
    write_set(tmp_path, SECOND)
    assert contents(tmp_path) == SECOND | {"notes.txt": "mine"}
    assert not list(tmp_path.glob(".part-*"))


@pytest.mark.parametrize("step", range(12))
def test_an_interruption_never_leaves_new_files_beside_old_ones(tmp_path, monkeypatch, step):
    write_set(tmp_path, FIRST)
    steps = iter(range(100))

    def interrupted(function):
        def call(*arguments, **options):
            if next(steps) == step:
                raise KeyboardInterrupt
            return function(*arguments, **options)

        return call

    with monkeypatch.context() as patches:
        patches.setattr(io.os, "replace", interrupted(io.os.replace))
        patches.setattr(io.Path, "unlink", interrupted(io.Path.unlink))
        with contextlib.suppress(KeyboardInterrupt):
            write_set(tmp_path, SECOND)
    assert len(set(contents(tmp_path).values())) <= 1
    write_set(tmp_path, SECOND)
    assert contents(tmp_path) == SECOND


def fail_while_replacing(folder):
    with io.replace_folder(folder) as new:
        (new / "a").write_text("2")
        raise RuntimeError("killed")


@pytest.mark.parametrize("system", ["renames in one step", "does not"])
def test_a_folder_is_replaced_as_a_whole_or_not_at_all(tmp_path, monkeypatch, system):
    if system == "does not":
        monkeypatch.setattr(io.ctypes, "CDLL", lambda _: object())
    folder = tmp_path / "published"
    with io.replace_folder(folder) as new:
        (new / "a").write_text("1")
        (new / "b").write_text("1")
    with pytest.raises(RuntimeError):
        fail_while_replacing(folder)
    assert contents(folder) == {"a": "1", "b": "1"}
    (tmp_path / ".part-999999999-published").mkdir()
    with io.replace_folder(folder) as new:
        (new / "a").write_text("2")
        (new / "b").unlink()
        assert contents(folder) == {"a": "1", "b": "1"}
    assert contents(folder) == {"a": "2"}
    assert [path.name for path in tmp_path.iterdir()] == ["published"]


def test_leftovers_are_those_of_processes_that_have_ended(tmp_path):
    (tmp_path / "a").mkdir()
    for name in ("a/.part-999999999-x.csv", f"a/.part-{os.getpid()}-x.csv", "a/x.csv", "a/.part-x"):
        (tmp_path / name).write_text("")
    assert io.leftover_paths(tmp_path) == [tmp_path / "a/.part-999999999-x.csv"]


def test_a_link_is_not_what_was_written_and_commands_are_quoted(tmp_path, checksum_record):
    io.write_text(tmp_path / "a;b.csv", "1")
    (tmp_path / "c.csv").symlink_to(tmp_path / "a;b.csv")
    with pytest.raises(io.DamagedFileError, match="a link is in its place"):
        io.verify_digest(tmp_path / "c.csv", io.sha256(tmp_path / "c.csv"))
    (line,) = io.unrecorded_lines([tmp_path / "a;b.csv"])
    assert shlex.quote(str(tmp_path / "a;b.csv")) in line
    (line,) = io.unrecorded_lines([tmp_path / "a;b.csv", tmp_path / "c.csv"])
    command = shlex.split(line.partition("rebuild them with: ")[2])
    assert command[4:6] == [str(tmp_path / "a;b.csv"), str(tmp_path / "c.csv")]
    (tmp_path / "published").mkdir()
    (tmp_path / "published/MANIFEST.json").write_text("{}")
    command = io.repair_command(tmp_path / "published/$(touch x).csv")
    assert shlex.split(command.partition("restore it with: ")[2])[-1] == "$(touch x).csv"
