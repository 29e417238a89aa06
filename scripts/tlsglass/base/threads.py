"""Threads of linear algebra."""

import os

VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def use_single_threads() -> None:
    """Let linear algebra use one thread, unless the environment says otherwise. Call it before numpy is imported.

    Threads for the small matrices of fits wait for each other, which multiplies the processor time by up to three.
    """
    for name in VARIABLES:
        os.environ.setdefault(name, "1")
