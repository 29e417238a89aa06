"""Jackknife over blocks of realizations: every error bar of a simulated number comes from here.

A *sample set* is an array (1 + g, ...): row 0 is a statistic of all blocks, row k that of all blocks but group k. An
estimator that works row by row turns a sample set into a sample set, and its errors follow from the spread of the rows.
"""

from typing import NamedTuple

import numpy as np


def group_starts(n_blocks, groups):
    """Return the first block of each of g = min(groups, n_blocks) groups of (nearly) equal size, (g,)."""
    g = min(groups, n_blocks)
    return np.linspace(0, n_blocks, g + 1).astype(int)[:-1]


def sample_set(blocks, groups, sizes=None):
    """Return the sample set (1 + g, ...) of the sum over the first axis of ``blocks`` (b, ...).

    Neighbouring blocks are gathered into groups (``group_starts``). Where a row stands for several blocks, ``sizes``
    (b,) tells of how many. Raises ValueError for fewer than two groups, and for a row that lies in two of them.
    """
    blocks = np.asarray(blocks)
    ends = np.cumsum(np.ones(len(blocks), dtype=int) if sizes is None else sizes)
    starts = group_starts(ends[-1] if len(ends) else 0, groups)
    if len(starts) < 2:
        raise ValueError(f"a jackknife error needs at least 2 blocks of realizations, not {len(starts)}")
    rows = np.searchsorted(np.concatenate([[0], ends]), starts)
    if not np.array_equal(np.concatenate([[0], ends])[rows], starts):
        raise ValueError("blocks were gathered for other jackknife groups")
    sums = np.add.reduceat(blocks, rows, axis=0, dtype=float)
    total = sums.sum(axis=0, keepdims=True)
    return np.concatenate([total, total - sums])


def error(samples):
    """Return the jackknife standard error (...) of the estimates in the sample set ``samples`` (1 + g, ...)."""
    return np.sqrt((len(samples) - 2) * np.var(samples[1:], axis=0))


def bias(samples):
    """Return the jackknife bias (...) of an estimator: its leading error where it is not linear in the counts."""
    return (len(samples) - 2) * (np.mean(samples[1:], axis=0) - samples[0])


class Moments(NamedTuple):
    """Number, mean and summed squared deviations of rows that come in portions."""

    n: int
    mean: np.ndarray
    squares: np.ndarray

    def add(self, rows):
        """Return the moments with ``rows`` (k, ...) among them."""
        k, n = len(rows), self.n + len(rows)
        mean = np.mean(rows, axis=0)
        shift = mean - self.mean
        squares = self.squares + np.sum((rows - mean) ** 2, axis=0) + shift**2 * (self.n * k / n)
        return Moments(n, self.mean + shift * (k / n), squares)

    @property
    def error(self):
        """Standard error of the mean."""
        return np.sqrt(self.squares / (self.n - 1) / self.n)


NONE = Moments(0, np.float64(0), np.float64(0))
