"""Outputs are whole or absent; numbers, stamps and tables are what was written, or are named."""

import json

import numpy as np
import pytest

from tlsglass.base import io, jackknife


@pytest.fixture
def job(tmp_path, monkeypatch):
    """Let this process be a job whose log is returned by ``log()``."""
    monkeypatch.setattr(io._JobState, "log", True)
    monkeypatch.setattr(io._JobState, "rebuild", "snakemake --cores 1 --force {} --configfile a.yaml")


def test_a_file_appears_whole(tmp_path):
    path = tmp_path / "deep" / "table.csv"
    io.write_text(path, "a\n")
    assert path.read_text() == "a\n"
    assert [p.name for p in path.parent.iterdir()] == ["table.csv"]


def test_a_table_that_was_altered_is_named_by_the_digest_in_the_log_of_its_job(tmp_path, job, capsys):
    path = tmp_path / "table, 1.csv"
    io.write_text(path, "mu\n0.127\n0.152\n")
    log = tmp_path / "job.log"
    log.write_text("something else\n" + capsys.readouterr().out, encoding="utf-8")
    digest = io.digests_in_log(log)[str(path)]
    io.verify_digest(path, digest)
    for content in ("mu\n0.128\n0.152\n", "mu\n0.127\n", ""):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(
            io.DamagedFileError, match=r"1\.csv: damaged .*; make it anew with: snakemake --cores 1 --force '/.*' --c"
        ):
            io.verify_digest(path, digest)
    with pytest.raises(io.DamagedFileError, match="no log tells its digest"):
        io.verify_digest(path, io.digests_in_log(tmp_path / "none.log").get(str(path)))


def test_a_stamp_does_not_touch_the_digest_of_the_numbers_and_neither_can_be_altered(tmp_path):
    numbers = {"counts": np.arange(6, dtype=np.int32).reshape(2, 3), "first": np.array([0, 10])}
    io.write_arrays(tmp_path / "a.npz", numbers, {"origin": "one"})
    io.write_arrays(tmp_path / "b.npz", numbers, {"origin": "another", "groups": 50})
    assert io.read_digest(tmp_path / "a.npz") == io.read_digest(tmp_path / "b.npz") == io.array_digest(numbers)
    with np.load(tmp_path / "a.npz") as stored:
        whole = dict(stored)
    for name, other in (
        ("counts", numbers["counts"] + 1),
        ("counts", numbers["counts"].astype(np.int64)),
        ("first", np.array([0, 20])),
        ("stamp", np.array(json.dumps({"origin": "two"}))),
    ):
        np.savez_compressed(tmp_path / "c.npz", **whole | {name: other})
        with pytest.raises(io.DamagedFileError, match="its content and its digest differ"):
            io.read_arrays(tmp_path / "c.npz")
    for name in ("sha256", "stamp", "stamp_sha256"):
        np.savez_compressed(tmp_path / "c.npz", **{key: value for key, value in whole.items() if key != name})
        with pytest.raises(io.DamagedFileError, match=r"not a whole npz file with a digest|without a stamp"):
            io.read_arrays(tmp_path / "c.npz")


def test_a_published_file_is_restored_and_not_made_anew(tmp_path, job):
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
