"""Blocks of realizations, cut into parts. Plain Python, for the workflow."""


def boundaries(n_blocks, k):
    """Return the blocks, (k + 1,), between which ``k`` parts of (nearly) equal size lie."""
    return [round(n_blocks * i / k) for i in range(k + 1)]
