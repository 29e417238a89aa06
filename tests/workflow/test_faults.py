"""Kills, damage and hostile names: the next run completes with the same bits, or one line says what to do."""

import json
import os
import shlex
import shutil
import signal
import sys

import numpy as np
import pytest

from shared import ROOT
from tlsglass.base import io

TARGET = "results/runs/tiny/dos/L4_J2/T0.5.csv"


def test_after_sigkill_the_lock_is_told_and_removed_by_unlocking_and_a_live_run_keeps_its_own(workflow):
    workflow.write_small_study()
    targets = [TARGET]
    run = workflow.start(*targets)
    workflow.wait_for(lambda: list(workflow.folder.glob(".snakemake/locks/*.lock")))
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    beside = workflow.run(*targets)
    assert beside.returncode == 1
    assert "--unlock" in beside.stdout + beside.stderr
    assert workflow.run("--unlock").returncode == 0
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


def restamped(path, **changes):
    """Write a file as a run of another origin would have left it here, with digests of its own that are right."""
    arrays, metadata = io.read_arrays(path)
    metadata["origin"] = json.dumps(json.loads(metadata["origin"]) | changes, sort_keys=True)
    io.write_arrays(path, arrays, metadata)


def other_physics(path):
    restamped(path, seed=7)


def other_chain_version(path):
    restamped(path, chain_version=93)


def stamp_altered(path):
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays["stamp"] = np.array(str(arrays["stamp"]).replace("20210205", "7"))
    np.savez_compressed(path, **arrays)


def without_digest(path):
    with np.load(path) as stored:
        np.savez_compressed(path, **{name: array for name, array in stored.items() if name != "sha256"})


def pickled(path):
    np.savez(path, counts=np.array([{"harmless": 1}], dtype=object), sha256="0")


def copy_of(source):
    def duplicate(path):
        path.write_bytes((path.parent / source).read_bytes())

    return duplicate


def link_to(name):
    def link(path):
        path.unlink()
        path.symlink_to(name)

    return link


# what is damaged, in which set (of shards) or file of the run, how, and what is said of it
CORRUPTIONS = {
    "truncated shard": ("T0.05/00000-00029.npz", truncate, "damaged"),
    "bit flipped in a shard": ("T0.2/00000-00029.npz", flip, "damaged"),
    "empty shard": ("T0.5/00000-00029.npz", empty, "damaged"),
    "pickle for a shard": ("T1/00000-00029.npz", pickled, "damaged"),
    "stamp of a shard altered": ("T2e-06/00000-00029.npz", stamp_altered, "damaged"),
    "shard of other physics": ("T0.05/00030-00059.npz", other_physics, "seed is 7 in it and 20210205 in this study"),
    "shard of another chain version": ("T0.2/00030-00059.npz", other_chain_version, "chain_version is 93"),
    "duplicated shard": ("T2e-06/00030-00059.npz", copy_of("00000-00029.npz"), "it contains realizations 0 to 29"),
    "shard without a checksum": ("T1/00030-00059.npz", without_digest, "checksum"),
    "shard of another temperature": ("T0.5/00030-00059.npz", copy_of("../T1/00030-00059.npz"), "its temperature is 1 K"),
    "truncated chain": ("chain/00000-00029.npz", truncate, "damaged"),
    "chain of other physics": ("chain/00030-00059.npz", other_physics, "seed is 7 in it"),
    "bit flipped in a density": ("results/runs/tiny/dos/L4_J3/T0.5.npz", flip, "damaged"),
    "density of other physics": ("results/runs/tiny/dos/L4_J3/T0.2.npz", other_physics, "seed is 7 in it"),
    "density of another set": (
        "results/runs/tiny/dos/L6_J3/T0.2.npz",
        copy_of("../L4_J3/T0.5.npz"),
        "its temperature is 0.5 K",
    ),
    "digits altered in a density's table": ("results/runs/tiny/dos/L4_J2/T0.5.csv", alter_digits, "damaged"),
    "row lost from Table II": ("results/runs/tiny/tables/table_2.csv", drop_last_row, "damaged"),
    "truncated annealing table": ("results/runs/tiny/tables/annealing.csv", truncate, "damaged"),
    "empty table": ("results/runs/tiny/tables/zero_temperature.csv", empty, "damaged"),
    "bit flipped in a figure": ("results/runs/tiny/figures/figure_dipolar_gap.svg", flip, "damaged"),
    "truncated picture": ("results/runs/tiny/figures/figure_dipolar_gap.png", truncate, "damaged"),
    "numbers of a figure altered": ("results/runs/tiny/figures/figure_dipolar_gap.csv", alter_digits, "damaged"),
    "bit flipped in a page": ("results/runs/tiny/report/table_2.html", flip, "damaged"),
    "link to another table": ("results/runs/tiny/tables/table_2.md", link_to("table_2.csv"), "a link is in its place"),
}
OTHER_TARGETS = ["results/runs/tiny/figures/figure_dipolar_gap.svg", "results/runs/tiny/tables/table_2.md"]


def written(workflow):
    """Return the bytes of all shards, densities, tables, figures and pages, by their paths."""
    return workflow.bytes_of("results/shards/**/*.npz") | workflow.bytes_of("results/runs/tiny/[dfrt]*/**/*.[a-z]*")


def command_of(line):
    """Return the command at the end of a message, as Python runs it."""
    return [sys.executable, "-m", *shlex.split(line.rpartition("rebuil")[2].partition(": ")[2])]


def test_each_corruption_is_named_and_repaired_by_the_printed_command(workflow):
    targets = [f"results/runs/tiny/tables/{name}.csv" for name in ("table_2", "zero_temperature", "annealing")] + OTHER_TARGETS
    made = workflow.run(*targets)
    assert made.returncode == 0, made.stderr[-3000:]
    good = written(workflow)
    kept = next(path for path in good if "/L4_J2-" in path).split("/T")[0]
    places = {kind: name if name.startswith("results") else f"{kept}/{name}" for kind, (name, *_) in CORRUPTIONS.items()}
    for kind, (_, corrupt, _) in reversed(CORRUPTIONS.items()):  # copies are made before their sources are damaged
        corrupt(workflow.folder / places[kind])
        assert (workflow.folder / places[kind]).read_bytes() != good[places[kind]], kind
    leftovers = ["results/runs/tiny/tables/.part-999999999-laws.csv", f"{kept}/T1/.part-999999999-00000-00029.npz"]
    for name in leftovers:
        (workflow.folder / name).write_bytes(b"half")
    first, *lines, together = workflow.words("verify_files")
    assert shlex.split(first.partition("remove them with: ")[2]) == ["rm", "-r", "--", *leftovers]
    assert len(lines) == len(CORRUPTIONS), lines
    for kind, (_, _, said) in CORRUPTIONS.items():
        (line,) = [line for line in lines if line.startswith(f"{places[kind]}: ")]
        assert said in line, kind
        remedy = shlex.split(line.partition("rebuild it with: ")[2])
        assert remedy == ["snakemake", "--cores", "1", "--force", places[kind], "--configfile", "config/tiny.yaml"]
    assert workflow.call(shlex.split(first.partition("remove them with: ")[2])).returncode == 0
    repair = workflow.call(command_of(together))
    assert repair.returncode == 0, repair.stderr[-2000:]
    again = written(workflow)
    assert [path for path in good if again.get(path) != good[path]] == []
    (line,) = workflow.words("verify_files")
    assert line.endswith("files are what was written")


def test_a_foreign_shard_is_not_merged_nor_an_altered_table_read(workflow):
    """The run ends in that one line, without a traceback: in the log of the rule that meets it, or, for a table, at once."""
    targets = ["results/runs/tiny/tables/laws.csv", "results/runs/tiny/tables/annealing.csv"]
    workflow.write_small_study()
    assert workflow.run(*targets).returncode == 0
    kept = str(workflow.shards("L4_J2").relative_to(workflow.folder))
    for name, corrupt, rule in [
        (f"{kept}/T0.5/00000-00029.npz", other_physics, "dos_table/L4_J2"),
        (f"{kept}/chain/00030-00059.npz", other_physics, "summarize_chains/L4_J2"),
    ]:
        good = (workflow.folder / name).read_bytes()
        corrupt(workflow.folder / name)
        assert workflow.run(*targets).returncode == 1
        log = (workflow.results() / f"logs/{rule}.log").read_text(encoding="utf-8").splitlines()
        assert len(log) == 1
        assert log[0].startswith(f"{name}: foreign (seed is 7 in it")
        (workflow.folder / name).write_bytes(good)
    assert workflow.run(*targets).returncode == 0
    name = "results/runs/tiny/quoted/L4_J2/laws.csv"
    before = written(workflow)
    drop_last_row(workflow.folder / name)
    run = workflow.run(*targets)
    assert run.returncode == 1
    (line,) = [line for line in (run.stdout + run.stderr).splitlines() if "damaged" in line]
    assert line.startswith(f"{name}: damaged (its content does not match its checksum); rebuild it with: snakemake")
    assert "Traceback" not in run.stdout + run.stderr
    repair = workflow.call([sys.executable, "-m", *shlex.split(line.partition("rebuild it with: ")[2])])
    assert repair.returncode == 0, repair.stderr[-2000:]
    assert workflow.run(*targets).returncode == 0
    assert written(workflow) == before


def test_checksums_do_not_depend_on_logs_and_a_table_without_its_checksum_is_named(workflow):
    targets = ["results/runs/tiny/tables/laws.csv"]
    workflow.write_small_study()
    assert workflow.run(*targets).returncode == 0
    shutil.rmtree(workflow.results() / "logs/quantities")
    (workflow.results() / "logs/dos_table/L4_J2.log").write_bytes(b"\xff")
    assert workflow.words("verify_files")[-1].endswith("files are what was written")
    record = workflow.results() / "checksums/quantities/L4_J2.json"
    names = {os.path.relpath(path, workflow.folder) for path in io.read_checksums(record)}
    assert any(name.endswith("laws.csv") for name in names)
    good = record.read_bytes()
    for content in (b"", b"\xff", good.replace(b"0", b"1")):
        record.write_bytes(content)
        line = workflow.words("verify_files")[-1]
        assert names <= set(command_of(line))
        assert workflow.run(*targets, "--force").returncode == 1
        repair = workflow.call(command_of(line))
        assert repair.returncode == 0, repair.stderr[-2000:]
        assert record.read_bytes() == good
    before = written(workflow)
    for name in ("logs", "checksums"):
        shutil.rmtree(workflow.results() / name)
    run = workflow.run(*targets, "--force")
    assert run.returncode == 1
    (line,) = {line for line in (run.stdout + run.stderr).splitlines() if "not recorded" in line}
    for message in (line, workflow.words("verify_files")[-1]):
        repair = workflow.call(command_of(message))
        assert repair.returncode == 0, repair.stderr[-2000:]
    assert written(workflow) == before
    assert workflow.words("verify_files")[-1].endswith("files are what was written")


def test_no_altered_published_file_is_used(workflow):
    """Neither by a run of the published densities nor by the page: one line names the file and the command that restores it."""
    workflow.add_published()
    (workflow.folder / "benchmarks").symlink_to(ROOT / "benchmarks")
    (workflow.folder / "docs").mkdir()
    shutil.copytree(ROOT / "docs/templates", workflow.folder / "docs/templates")
    for command in (["init", "-q"], ["add", "results"], ["commit", "-q", "-m", "published"]):
        assert workflow.call(["git", "-c", "user.name=n", "-c", "user.email=e", *command]).returncode == 0
    table, counts = "results/published/tables/table_2.csv", "results/published/dos/L8_J2/T0.5.npz"
    for name, change, target, configfile in (
        (table, alter_digits, "page", None),
        (table, alter_digits, "README.md", None),
        ("results/published/MANIFEST.json", alter_digits, "page", None),
        (counts, copy_of("../L8_J3/T0.5.npz"), "results/runs/published/dos/L8_J2/T0.5.csv", "config/published.yaml"),
        ("results/published/MANIFEST.json", empty, "results/runs/published/dos/L8_J2/T0.5.csv", "config/published.yaml"),
    ):
        change(workflow.folder / name)
        run = workflow.run(target, configfile=configfile)
        assert run.returncode == 1
        assert "Traceback" not in run.stdout + run.stderr
        (line,) = {line for line in (run.stdout + run.stderr).splitlines() if "restore it with" in line}
        assert line.startswith(f"{name}: damaged")
        assert not (workflow.folder / target).exists()
        assert workflow.call(shlex.split(line.partition("restore it with: ")[2])).returncode == 0
    run = workflow.run("results/runs/published/dos/L8_J2/T0.5.csv", configfile="config/published.yaml")
    assert run.returncode == 0, run.stderr[-2000:]


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
    """It is refused in a line, and everything else is planned."""
    names = ["x; touch pwned $(touch pwned) `touch pwned` 'a\"b", "{x}", "}", "<script>", "a\nb", "\x1b[31m"]
    experiments = workflow.folder / "config/experiments"
    source = "stycast1266_thermal_conductivity"
    for name in names:
        shutil.copytree(experiments / source, experiments / name)
    planned = workflow.run("-n", f"results/runs/tiny/experiments/{source}/figure.svg")
    assert planned.returncode == 0, planned.stderr[-3000:]
    assert "\x1b[31m" not in planned.stdout + planned.stderr
    run = workflow.run(f"results/runs/tiny/experiments/{names[0]}/figure.svg")
    assert run.returncode == 1
    assert "Traceback" not in run.stdout + run.stderr
    assert not list(workflow.folder.rglob("pwned"))
