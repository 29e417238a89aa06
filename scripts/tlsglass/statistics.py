"""Jackknife over blocks of realizations: every error bar of a simulated number comes from here.

A *sample set* is an array (1 + g, ...): row 0 is a statistic of all blocks, row k that of all blocks but group k. An
estimator that works row by row turns a sample set into a sample set, and its errors follow from the spread of the rows.
"""

import numpy as np


def sample_set(blocks, groups):
    """Return the sample set (1 + g, ...) of the sum over the first axis of ``blocks`` (b, ...), g = min(groups, b).

    Neighbouring blocks are gathered into g groups of (nearly) equal size. Raises ValueError for fewer than two.
    """
    blocks = np.asarray(blocks)
    g = min(groups, len(blocks))
    if g < 2:
        raise ValueError(f"a jackknife error needs at least 2 blocks of realizations, not {g}")
    starts = np.linspace(0, len(blocks), g + 1).astype(int)[:-1]
    sums = np.add.reduceat(blocks, starts, axis=0, dtype=float)
    total = sums.sum(axis=0, keepdims=True)
    return np.concatenate([total, total - sums])


def error(samples):
    """Return the jackknife standard error (...) of the estimates in the sample set ``samples`` (1 + g, ...)."""
    return np.sqrt((len(samples) - 2) * np.var(samples[1:], axis=0))


def bias(samples):
    """Return the jackknife bias (...) of an estimator: its leading error where it is not linear in the counts."""
    return (len(samples) - 2) * (np.mean(samples[1:], axis=0) - samples[0])
