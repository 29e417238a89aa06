"""`make` names a Python that is too old or missing in one line, and makes a .venv again that does not work."""

import os
import shutil
import subprocess
import sys

import pytest

from shared import ROOT

# a Python that writes down how it is called, makes a .venv with itself in it, and has no pip nor compiler
FAKE = """#!/bin/sh
echo "$@" >> "{log}"
case "$1 $2" in
  "-m venv") case "$*" in *--clear*) rm -rf .venv;; esac
    mkdir -p .venv/bin && {{ test -e .venv/bin/python || cp "$0" .venv/bin/python; }};;
  "-m pip"|"-m compileall") ;;
  *) shift; exec {python} -c "import sys; sys.version_info = {version}; $1";;
esac
"""


@pytest.fixture
def folder(tmp_path):
    tmp_path = tmp_path / "a folder"
    tmp_path.mkdir()
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def write_python(path, log, version=(3, 11, 0)):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FAKE.format(log=log, python=sys.executable, version=version))
    path.chmod(0o755)
    return path


def make(folder, *arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    path = f"{folder / 'bin'}{os.pathsep}{environment['PATH']}"
    return subprocess.run(
        ["make", ".venv/installed", *arguments],
        cwd=folder,
        env=environment | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_python_that_is_too_old_or_missing_is_named_in_one_line(folder):
    write_python(folder / "bin/python3", folder / "log", (3, 10, 4))
    for python, said in (("python3", "python3 is Python 3.10: 3.11 or newer"), ("python3.99", "python3.99 is not installed")):
        run = make(folder, f"PYTHON={python}")
        assert run.returncode == 2
        (line,) = [line for line in run.stderr.splitlines() if not line.startswith("make")]
        assert line.startswith(said)
        assert not (folder / ".venv").exists()


@pytest.mark.parametrize("state", ["no interpreter", "old interpreter", "half made", "moved", "new"])
def test_a_venv_that_does_not_work_is_made_again(folder, state):
    log = folder / "log"
    write_python(folder / "bin/python3", log)
    if state in ("no interpreter", "half made"):
        (folder / ".venv/bin").mkdir(parents=True)
        (folder / ".venv/bin/python").symlink_to("/nowhere/python3")
    elif state in ("old interpreter", "moved"):
        write_python(folder / ".venv/bin/python", folder / "other", (3, 10, 0) if state == "old interpreter" else (3, 11, 0))
    if state not in ("half made", "new"):
        (folder / ".venv/installed").write_text("/elsewhere\n" if state == "moved" else f"{folder}/.venv\n")
    run = make(folder)
    assert run.returncode == 0, run.stderr
    assert "-m venv --clear .venv" in log.read_text().splitlines()
    assert (folder / ".venv/installed").read_text() == f"{os.path.realpath(folder)}/.venv\n"
    log.unlink()
    assert make(folder).returncode == 0
    assert "-m venv" not in log.read_text()  # it is up to date


def test_a_newer_lock_updates_a_venv_that_works(folder):
    log = folder / "log"
    write_python(folder / "bin/python3", log)
    assert make(folder).returncode == 0
    os.utime(folder / ".venv/installed", (1, 1))
    log.unlink()
    assert make(folder).returncode == 0
    assert "-m venv .venv" in log.read_text().splitlines()


def test_a_dangling_link_is_named(folder):
    write_python(folder / "bin/python3", folder / "log")
    (folder / ".venv").symlink_to("/nowhere")
    run = make(folder)
    assert run.returncode == 2
    assert "remove it with: rm .venv" in run.stderr
