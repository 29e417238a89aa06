"""Runs of Snakemake, each in a fork of one process that has imported it: the import takes as long as the rest of a small run.

As a program, this reads a run from each line of its standard input (arguments, folder, environment, files for the two outputs)
and prints its return code.
"""

import atexit
import functools
import gc
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SNAKEMAKE = [sys.executable, "-m", "snakemake"]


def call(command, folder, environment):
    """Return what subprocess.run returns for a command, with its two outputs as texts."""
    if command[:3] == SNAKEMAKE:
        return _fork([*map(str, command[3:])], folder, environment)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _fork(arguments, folder, environment):
    server = _server()
    with tempfile.TemporaryDirectory() as outputs:
        paths = [Path(outputs, name) for name in ("stdout", "stderr")]
        print(json.dumps([arguments, str(folder), environment, *map(str, paths)]), file=server.stdin, flush=True)
        returncode = int(server.stdout.readline())
        return subprocess.CompletedProcess(
            [*SNAKEMAKE, *arguments], returncode, *(path.read_text(encoding="utf-8") for path in paths)
        )


@functools.cache
def _server():
    """Start the process from which runs are forked; it ends when the tests end."""
    server = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)
    return server


def _fork_for_each_line():
    """Return in a fork for each run, which then is as a new process for it would be; the first process exits at the end."""
    for line in sys.stdin:
        arguments, folder, environment, *outputs = json.loads(line)
        if child := os.fork():
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
            continue
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        for stream, path in enumerate((os.devnull, *outputs)):
            os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND), stream)
        sys.path[0] = folder
        sys.argv[1:] = arguments
        return
    sys.exit()


if __name__ == "__main__":
    from snakemake.cli import main

    gc.freeze()  # else the first collection in each fork would copy all that is imported
    _fork_for_each_line()
    main()
