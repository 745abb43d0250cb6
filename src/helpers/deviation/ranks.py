"""Ranks of the values of a long log, and Kruskal and Wallis's test of them, as the library has both: byte by byte the
same, but for the rows one number each and nothing else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helpers.deviation.tally import Codes, summed, tally
from helpers.measures.row_blocks import begins, spans

#: Whole numbers up to this are added exactly in any order.
EXACT = 2**53


def ranks_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rank of each value, from 1, equal ones their mean (``scipy.stats.rankdata``)."""
    known, ranks = _each(values)
    found = np.empty(len(values))
    for part in spans(len(values)):
        found[part] = ranks[np.searchsorted(known, values[part])]
    return found


def _each(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The different values in their order, and their ranks."""
    known, first, counts = _counted(values)
    return known, first + 1 + (counts.astype(np.float64) - 1) / 2


def _counted(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """The different values in their order, where each begins among all of them sorted, and how often it is there."""
    every = np.sort(values)
    first = begins(every)
    return every[first], first, np.diff(first, append=len(every))


def rank_test(ranks: NDArray[np.float64], codes: Codes, fewest: int) -> float | None:
    """Kruskal and Wallis over the groups, those below ``fewest`` rows together; None where there is nothing to test."""
    groups = int(codes.max(initial=-1)) + 1
    sizes = tally(codes, groups)
    small = sizes < fewest
    own = np.concatenate([[sizes[small].sum()], sizes[~small]]).astype(np.int64)
    if (own >= fewest).sum() < 2 or ranks.min() == ranks.max():
        return None
    ties = _ties(ranks)
    if own[0] in range(1, fewest) or ties is None or len(ranks) ** 2 > EXACT:
        return _by_the_library(ranks, codes, fewest)
    each = summed(codes, groups, ranks)
    sums = np.concatenate([[each[small].sum()], each[~small]])
    n = len(ranks)
    spread = sum(total**2 / int(size) for total, size in zip(sums, own, strict=True) if size)
    h = 12.0 / (n * (n + 1)) * spread - 3 * (n + 1)
    h /= 1 - ties / (n**3 - n)
    from scipy.special import chdtrc

    return float(chdtrc(float((own > 0).sum() - 1), h))


def _ties(ranks: NDArray[np.float64]) -> np.float64 | None:
    """The sum of t³ − t over all equal values; None where it is no exact number."""
    found = sum(count**3 - count for count in _counted(ranks)[2].tolist())
    return np.float64(found) if found < EXACT else None


def _by_the_library(ranks: NDArray[np.float64], codes: Codes, fewest: int) -> float:
    from scipy.stats import kruskal

    sizes = np.bincount(codes.astype(np.int64) + 1)[codes.astype(np.int64) + 1]
    own = np.where(sizes >= fewest, codes, -2)
    groups = [g for name in np.unique(own) if len(g := ranks[own == name]) >= fewest]
    return float(kruskal(*groups).pvalue)
