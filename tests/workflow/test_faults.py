"""Kills, damage and hostile names: the next run completes with the same bits, or one line says what to do."""

import os
import shlex
import shutil
import signal
import sys

import numpy as np
import pytest

from tlsglass.base import files

TARGET = "results/dos/L4_J2/T0.5.csv"


def test_after_sigkill_the_next_run_needs_no_unlocking_and_a_live_run_keeps_its_lock(workflow):
    workflow.write_long_batches()
    targets = ["results/dos/L8_J2/T0.5.csv"]
    run = workflow.start(*targets)
    workflow.wait_for(lambda: list(workflow.folder.glob(".snakemake/locks/*.lock")))
    os.killpg(run.pid, signal.SIGSTOP)  # alive, and in nobody's way
    beside = workflow.run(*targets)
    assert beside.returncode == 1
    assert "locked" in beside.stdout + beside.stderr
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    assert list(workflow.folder.glob(".snakemake/locks/*.lock"))
    after = workflow.run(*targets)
    assert after.returncode == 0, after.stderr[-3000:]


def flip(path, offset=None):
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if offset is None else offset] ^= 1
    path.write_bytes(content)


def truncate(path):
    path.write_bytes(path.read_bytes()[:-40])


def empty(path):
    path.write_bytes(b"")


def alter_digits(path):
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("1", "2", 1) if "1" in text else text + "0", encoding="utf-8")


def drop_last_row(path):
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")


def other_physics(path):
    """What a run with another seed would have left here, with a digest of its own that is right."""
    arrays = files.read_arrays(path)
    for name in ("scalars", "origin"):
        if name in arrays:
            arrays[name] = str(arrays[name]).replace("20210205", "7")
    files.write_arrays(path, arrays)


def other_chain_version(path):
    arrays = files.read_arrays(path)
    arrays["scalars"] = str(arrays["scalars"]).replace('chain_version\\": ', 'chain_version\\": 9')
    files.write_arrays(path, arrays)


def pickled(path):
    np.savez(path, counts=np.array([{"harmless": 1}], dtype=object), sha256="0")


def copy_of(source):
    def duplicate(path):
        path.write_bytes((path.parent / source).read_bytes())

    return duplicate


def shard(T, batch="00000-00029"):
    return f"results/shards/L4_J2/T{T}/{batch}.npz"


CHAIN = "results/shards/L4_J2/chain/00030-00059.npz"
CORRUPTIONS = {
    "truncated shard": (shard(0.05), truncate, "damaged"),
    "bit flipped in a shard": (shard(0.2), flip, "damaged"),
    "empty shard": (shard(0.5), empty, "damaged"),
    "pickle for a shard": (shard(1), pickled, "damaged"),
    "shard of other physics": (shard(0.05, "00030-00059"), other_physics, "seed is 7 in it and 20210205 in this study"),
    "shard of another chain version": (shard(0.2, "00030-00059"), other_chain_version, "chain_version is 9"),
    "duplicated shard": (shard("2e-06"), copy_of("00030-00059.npz"), "it holds realizations 30 to 59"),
    "shard of another temperature": (shard(0.5, "00030-00059"), copy_of("../T1/00030-00059.npz"), "its temperature is 1 K"),
    "truncated chain": ("results/shards/L4_J2/chain/00000-00029.npz", truncate, "damaged"),
    "chain of other physics": (CHAIN, other_physics, "seed is 7 in it"),
    "bit flipped in a density": ("results/dos/L4_J3/T0.5.npz", flip, "damaged"),
    "digits altered in a density's table": ("results/dos/L4_J2/T0.5.csv", alter_digits, "damaged"),
    "row lost from Table II": ("results/tables/table_2.csv", drop_last_row, "damaged"),
    "truncated annealing table": ("results/tables/annealing.csv", truncate, "damaged"),
    "empty table": ("results/tables/zero_temperature.csv", empty, "damaged"),
}


def test_each_corruption_is_named_and_repaired_by_the_printed_command(workflow):
    targets = ["results/tables/table_2.csv", "results/tables/annealing.csv"]
    assert workflow.run(*targets).returncode == 0
    good = workflow.bytes_of("results/[sdtf]*/**/*.[nc]*")
    for kind, (name, corrupt, _) in CORRUPTIONS.items():
        corrupt(workflow.folder / name)
        assert workflow.bytes_of(name)[name] != good[name], kind
    lines = workflow.words("intact")
    assert len(lines) == len(CORRUPTIONS)
    remedies = []
    for kind, (name, _, said) in CORRUPTIONS.items():
        (line,) = [line for line in lines if line.startswith(f"{name}: ")]
        assert said in line, kind
        remedies.append(shlex.split(line.partition("make it anew with: ")[2]))
        assert remedies[-1] == ["snakemake", "--cores", "1", "--force", name, "--configfile", "config/tiny.yaml"]
    # the commands differ in their target alone: all are given at once
    together = [*remedies[0][:4], *(remedy[4] for remedy in remedies), *remedies[0][5:]]
    repair = workflow.call([sys.executable, "-m", *together])
    assert repair.returncode == 0, repair.stderr[-2000:]
    again = workflow.bytes_of("results/[sdtf]*/**/*.[nc]*")
    assert [path for path in good if again.get(path) != good[path]] == []
    assert workflow.words("intact")[-1].endswith("files are what was written")


def test_a_foreign_shard_is_not_merged_nor_an_altered_table_read(workflow):
    """The rule that meets it ends in that one line, without a traceback."""
    targets = ["results/tables/laws.csv", "results/tables/annealing.csv"]
    workflow.write_small_study()
    assert workflow.run(*targets).returncode == 0
    for name, corrupt, rule in [
        (shard(0.5), other_physics, "dos_table/L4_J2/T0.5"),
        (CHAIN, other_physics, "chain/L4_J2"),
        ("results/fits/L4_J2/eq3.csv", drop_last_row, "quantity_tables"),
    ]:
        good = (workflow.folder / name).read_bytes()
        corrupt(workflow.folder / name)
        assert workflow.run(*targets).returncode == 1
        log = (workflow.folder / f"results/logs/{rule}.log").read_text(encoding="utf-8").splitlines()
        assert len(log) == 1
        assert log[0].startswith(f"{name}: ")
        (workflow.folder / name).write_bytes(good)


def test_a_full_disk_ends_in_one_line_and_a_rerun_with_room_completes(workflow):
    workflow.write_small_study()
    results = workflow.folder / "results"
    results.mkdir()
    mounted = workflow.call(["mount", "-t", "tmpfs", "-o", "size=40k", "tmpfs", str(results)])
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        full = workflow.run(TARGET, cores=1)
        assert full.returncode == 1
        said = {line.strip() for line in (full.stdout + full.stderr).splitlines() if "what is finished is kept" in line}
        assert len(said) == 1, full.stderr[-3000:]
        assert "No space left on device; make room and run again" in said.pop()
        assert "Traceback" not in full.stdout + full.stderr
        assert workflow.call(["mount", "-o", "remount,size=64m", str(results)]).returncode == 0
        room = workflow.run(TARGET)
        assert room.returncode == 0, room.stderr[-3000:]
    finally:
        workflow.call(["umount", str(results)])


def test_a_hostile_dataset_name_harms_nothing(workflow):
    name = "x; touch pwned $(touch pwned) `touch pwned` 'a\"b"
    experiments = workflow.folder / "config/experiments"
    shutil.copytree(experiments / "stycast1266_thermal_conductivity", experiments / name)
    target = f"results/experiments/{name}/figure.svg"
    run = workflow.run(target)
    assert run.returncode == 0, run.stderr[-3000:]
    assert (workflow.folder / target).is_file()
    assert not list(workflow.folder.rglob("pwned"))
