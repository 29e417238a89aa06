"""Outputs that are written whole or not at all."""

import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path):
    """Yield a temporary path beside ``path``, moved there when the block ends and removed when it fails."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".part-{os.getpid()}-{path.name}")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path, text):
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def write_csv(path, table):
    """Write a pandas table without its index, with the shortest digits that give every float back."""
    with whole(path) as part:
        table.to_csv(part, index=False)


def write_json(path, value):
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def log_to(path):
    """Send what this process prints, and the traceback it may end with, to the log file of its job, line by line."""
    sys.stdout = sys.stderr = open(path, "w", buffering=1, encoding="utf-8")  # noqa: SIM115 - open until the end
