"""A flip, a truncation, a swap and a link for every kind of file of a run and of the published outcome: named, and repaired.

The run takes minutes: pytest tests/workflow/test_damage.py --attacks 1000
"""

import json
import random
import shlex
import shutil
import subprocess
import sys

import pytest

from shared import PUBLISHED
from tlsglass.base import io, published_files
from tlsglass.study.configured_study import Study


def flip(path, dice, _):
    """Flip a bit; in an npz file one that does not leave all numbers as they are, as the time in its header would."""
    content = path.read_bytes()
    while True:
        flipped = bytearray(content)
        flipped[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        path.write_bytes(flipped)
        try:
            if path.suffix != ".npz":
                return
            io.read_digest(path)
        except io.DamagedFileError:
            return


def truncate(path, dice, _):
    content = path.read_bytes()
    path.write_bytes(content[: dice.randrange(len(content))])


def swap(path, dice, paths):
    content = path.read_bytes()
    different = [item for item in paths if item.suffix == path.suffix and item.read_bytes() != content]
    path.write_bytes(dice.choice(different).read_bytes() if different else content + content)


def link(path, dice, paths):
    target = dice.choice([item for item in paths if item != path])
    path.unlink()
    path.symlink_to(target)


DAMAGES = (flip, truncate, swap, link)


def kind_of(path):
    """Return the kind of a file: the folder of a run, of shards or of the published outcome that it is in, and its suffix."""
    parts = path.parts
    if "shards" in parts:
        rung = parts[parts.index("shards") + 2]
        return "shards", rung if rung in ("chain", "checkpoint") else "counts", path.suffix
    start = parts.index("runs") + 2 if "runs" in parts else parts.index("published") + 1
    return parts[start], path.suffix


def one_of_each_kind(folder, dice):
    """Return a file of each kind below ``folder``, without logs, benchmarks and checksums."""
    kinds = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not {"logs", "benchmarks", "checksums"} & set(path.parts):
            kinds.setdefault(kind_of(path), []).append(path)
    return [dice.choice(paths) for paths in kinds.values()]


def contents(folder):
    return {path: (path.is_symlink(), path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


def test_every_damage_of_the_published_outcome_is_named_and_repaired(tmp_path, request):
    dice = random.Random(request.config.getoption("--attacks-from"))
    folder = shutil.copytree(PUBLISHED, tmp_path / "a study/published")
    git = ["git", "-C", tmp_path, "-c", "user.name=n", "-c", "user.email=e"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "published"]):
        subprocess.run([*git, *command], check=True)
    good, count = contents(folder), 0
    for damage in DAMAGES:
        chosen = [path for path in one_of_each_kind(folder, dice) if path.name != io.MANIFEST]
        for path in chosen:
            damage(path, dice, sorted(good))
        lines = published_files.failed_files(folder)
        assert {line.partition(": ")[0] for line in lines} == set(map(str, chosen)), damage.__name__
        damage(folder / io.MANIFEST, dice, sorted(good))
        with pytest.raises(io.UserError, match=r"MANIFEST\.json: damaged") as refusal:
            published_files.verify(folder)
        for line in (str(refusal.value), *lines):
            subprocess.run(["sh", "-c", line.partition("restore it with: ")[2]], check=True, capture_output=True)
        assert contents(folder) == good
        count += len(chosen) + 1
    assert count >= 4 * 10


def test_every_damage_of_a_run_is_named_and_repaired(workflow, request):
    if request.config.getoption("--attacks") < 1000:
        pytest.skip("takes minutes: --attacks 1000")
    dice = random.Random(request.config.getoption("--attacks-from"))
    workflow.write_small_study()
    made = workflow.run()
    assert made.returncode == 0, made.stderr[-3000:]
    shards = next(workflow.folder.glob("results/shards/*"))
    checkpoint = shards / "checkpoint/00060-00089.npz"
    config = json.loads((workflow.results() / "checks/provenance.json").read_text(encoding="utf-8"))["config"]
    fingerprint = Study(config).shard_folders()[shards.name].fingerprint
    count, kinds = 0, set()

    def state():
        files = contents(workflow.folder / "results")
        return {path: value for path, value in files.items() if not {"logs", "benchmarks", "checkpoint"} & set(path.parts)}

    good = state()
    for damage in DAMAGES:
        shard, _ = io.read_arrays(next(shards.glob("T0.5/*.npz")))
        io.write_arrays(checkpoint, shard | {"done": 3}, {"fingerprint": fingerprint, "batch": checkpoint.stem})
        chosen = one_of_each_kind(workflow.folder / "results", dice)
        kinds |= set(map(kind_of, chosen))
        for path in chosen:
            damage(path, dice, sorted(good))
        lines = workflow.words("verify_files")
        for path in chosen:
            assert any(line.startswith(f"{path.relative_to(workflow.folder)}: ") for line in lines), (
                f"{damage.__name__}: {path}"
            )
        for line in lines:
            if "remove it with: " in line:
                assert workflow.call(shlex.split(line.partition("remove it with: ")[2])).returncode == 0
        repair = workflow.call([sys.executable, "-m", *shlex.split(lines[-1].partition("all that can be rebuilt: ")[2])])
        assert repair.returncode == 0, repair.stderr[-3000:]
        again = state()
        assert [path for path in good if again.get(path) != good[path]] == [], damage.__name__
        count += len(chosen)
    assert len(kinds) >= 15
    print(f"{count} damaged files of {len(kinds)} kinds: all named, all repaired")
