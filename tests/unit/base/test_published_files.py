"""The list of published files: what is altered, swapped, linked, missing or added is named with the command that repairs it."""

import json
import shlex
import subprocess

import pytest

from tlsglass.base import io, published_files

CONTENT = {"tables/a.csv": "mu\n0.1\n", "tables/b.csv": "mu\n0.2\n", "figures/a.svg": "<svg/>", "dos/T1.npz": "12345678"}


@pytest.fixture
def folder(tmp_path):
    """A repository with published results."""
    folder = tmp_path / "my study/published"
    for name, text in CONTENT.items():
        io.write_text(folder / name, text)
    published_files.write_manifest(folder, {"config": {"seed": 1}})
    git = ["git", "-C", tmp_path, "-c", "user.name=n", "-c", "user.email=e"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "published"]):
        subprocess.run([*git, *command], check=True)
    return folder


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(path):
    path.write_bytes(path.read_bytes()[:-3])


def swap(path):
    neighbor = next(item for item in sorted(path.parent.parent.rglob("*")) if item.is_file() and item != path)
    path.write_bytes(neighbor.read_bytes())


def link(path):
    outside = next(folder for folder in path.parents if folder.name == "published").parent
    path.symlink_to(path.rename(outside / "target"))


@pytest.mark.parametrize("damage", [flip, truncate, swap, link, lambda path: path.unlink()], ids=lambda d: d.__name__)
@pytest.mark.parametrize("name", [*CONTENT, "MANIFEST.json"])
def test_each_damage_is_named_and_repaired_by_the_printed_command(folder, damage, name):
    assert published_files.verify(folder)["config"] == {"seed": 1}
    damage(folder / name)
    with pytest.raises(io.UserError) as refusal:
        published_files.verify(folder)
    lines = str(refusal.value).splitlines()
    assert any(line.startswith(f"{folder / name}: ") for line in lines)
    for line in lines:
        command = line.partition(" with: ")[2]
        subprocess.run(["sh", "-c", command], check=True, capture_output=True)
    assert published_files.verify(folder)["config"] == {"seed": 1}


def test_a_file_that_was_not_published_is_named(folder):
    added = folder / "tables/$(touch x).csv"
    added.write_text("")
    (line,) = published_files.failed_files(folder)
    assert "not a published file" in line
    assert shlex.split(line.partition("with: ")[2]) == ["rm", "--", str(added)]
    assert published_files.failed_files(folder, ["tables/a.csv", "MANIFEST.json"]) == []


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "null", "[" * 10_000, '{"files": {}, "digest": ""}', "\ufeff{", "1" * 5000]
)
def test_no_manifest_ends_in_a_traceback(folder, content):
    (folder / "MANIFEST.json").write_text(content, encoding="utf-8")
    with pytest.raises(io.UserError, match="damaged"):
        published_files.read_manifest(folder)
    (folder / "MANIFEST.json").write_bytes(b"\xff\xfe")
    with pytest.raises(io.UserError, match="damaged"):
        published_files.read_manifest(folder)


def test_the_manifest_of_a_missing_folder_is_named(tmp_path):
    with pytest.raises(io.UserError, match=r"git -C .* checkout -- nothing"):
        published_files.read_manifest(tmp_path / "nothing")


def test_the_digest_of_the_manifest_is_of_its_content_not_of_its_layout(folder):
    path = folder / "MANIFEST.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    assert published_files.verify(folder)["config"] == {"seed": 1}
