"""Snakemake and its jobs in forks of a server that has imported the packages: the import takes longer than most of the jobs.

The server does not import the library, which differs from one copy of the workflow to another. A signal to a program does not
reach its fork: what a test kills has to be started by other means.
"""

import atexit
import contextlib
import functools
import gc
import importlib
import io
import json
import os
import runpy
import select
import shlex
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

SNAKEMAKE = [sys.executable, "-m", "snakemake"]
CLIENT = [sys.executable, "-IS", str(Path(__file__).with_name("fork_client.py"))]
PACKAGES = (
    *("snakemake.cli", "snakemake.benchmark", "snakemake.notebook", "snakemake.storage", "smart_open"),
    *("nbformat", "requests", "jsonschema", "yaml", "docutils.core"),
    *("numba", "scipy.interpolate", "scipy.linalg", "scipy.optimize", "scipy.special", "pandas", "pandas.io.formats.csvs"),
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"),
)


def call(command, folder, environment):
    """Return what subprocess.run returns for a command, with its outputs as texts."""
    if command[:3] == SNAKEMAKE:
        command = [*CLIENT, _server(), *command[1:]]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def write_programs(folder):
    """Write the programs ``python`` and ``snakemake``, which run in forks, into a folder."""
    client = shlex.join([*CLIENT, _server()])
    for name, module in (("python", ""), ("snakemake", "-m snakemake")):
        program = folder / name
        program.write_text(f'#!/bin/sh\nexec {client} {module} "$@"\n', encoding="utf-8")
        program.chmod(0o755)


@functools.cache
def _server():
    """Start the server, which ends with the tests, and return the path of its socket."""
    from tlsglass.base import threads

    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    environment = os.environ | dict.fromkeys(threads.VARIABLES, "1")
    environment.pop("PYTHONPATH", None)  # of a program, not of the server
    path = str(Path(folder.name, "socket"))
    server = subprocess.Popen([sys.executable, __file__, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    atexit.register(server.communicate)
    server.stdout.readline()
    return path


def _receive(connection):
    """Return the arguments, folder, environment and open files of a program that is to be run."""
    size, files, _, _ = socket.recv_fds(connection, 8, 3)
    with connection.makefile("rb") as stream:
        return *json.loads(stream.read(int.from_bytes(size, "big"))), files


def _become(arguments, folder, environment, files):
    """Let this process be as a new one in which Python is about to run a program."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    sys.path[0] = folder if arguments[0] == "-m" else os.path.dirname(arguments[0])
    sys.path[1:1] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    sys.argv = arguments[1:] if arguments[0] == "-m" else arguments


def _serve(path):
    """Fork for each request; return, in the fork, the connection to who asks and what runs the program."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        print("ready", flush=True)
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            if not os.fork():
                break
            connection.close()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
        else:
            sys.exit()
    arguments, folder, environment, files = _receive(connection)
    _become(arguments, folder, environment, files)
    if arguments[0] == "-m":
        return connection, functools.partial(runpy.run_module, arguments[1], run_name="__main__", alter_sys=True)
    return connection, functools.partial(runpy.run_path, arguments[0], run_name="__main__")


def _returncode(program):
    """Run a program and return what Python would return for it."""
    try:
        program()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _import_packages():
    """Import the packages, and what they import only when they are used."""
    for package in PACKAGES:
        importlib.import_module(package)
    sys.modules["snakemake.cli"].get_argument_parser()  # imports the plugins
    text = sys.modules["matplotlib.text"]
    text.TextToPath = functools.cache(text.TextToPath)  # one for all renderers; a new one parses all formulas again
    figure = sys.modules["matplotlib.figure"].Figure(figsize=(1, 1), layout="constrained")
    figure.text(0, 0, "$T^{-1}$", math_fontfamily="dejavusans")
    for picture in ("svg", "png"):
        figure.savefig(io.BytesIO(), format=picture)


if __name__ == "__main__":
    _import_packages()
    gc.freeze()  # else the first collection in each fork would copy all that is imported
    sys.executable = shlex.join([*CLIENT, sys.argv[1]])  # with which Snakemake starts its jobs
    connection, program = _serve(sys.argv[1])
    returncode = _returncode(program)
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(str(returncode).encode())
    os._exit(returncode)  # Python would otherwise free all that is imported, and thus copy it
