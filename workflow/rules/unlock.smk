# The lock that a killed run leaves behind is removed by the next run.

import fcntl
import shutil
import socket


def unlock_after_the_dead(folder):
    """Remove Snakemake's lock in ``folder`` when the run that made it is dead. Return a file to be kept open.

    Snakemake's lock is files, which outlive SIGKILL and power cuts; this file is locked by the kernel for as long as one
    of its runs lives. Where the kernel cannot know, on another host or without file locks, Snakemake's lock is left: its
    message names the command that removes it.
    """
    folder.mkdir(exist_ok=True)
    alive = open(folder / "alive", "a+", encoding="utf-8")
    try:
        fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return hold(alive)
    alive.seek(0)
    host = socket.gethostname()
    if alive.read() == host:
        shutil.rmtree(folder / "locks", ignore_errors=True)
    elif not list(folder.glob("locks/*")):
        alive.truncate(0)
        alive.write(host)
        alive.flush()
    return hold(alive)


def hold(alive):
    """Share the lock with the other runs in this folder: Snakemake itself tells which of them may work side by side."""
    try:
        fcntl.flock(alive, fcntl.LOCK_SH)
    except OSError:
        pass  # a file system without locks
    return alive


if workflow.is_main_process:
    ALIVE = unlock_after_the_dead(Path(".snakemake"))
