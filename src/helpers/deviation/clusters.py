"""Misses that come in clusters: outcomes dealt anew in whole blocks, a day, a week or a device at a time.

When a network is down everything of that day is late. Rows dealt one by one know nothing of that and find a cause in
every bad day; blocks that stay together show what bad days alone bring about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from helpers.deviation.tally import Codes

#: Arrangements drawn, and where their dice start.
DRAWS, SEED = 199, 20240101
#: Fewer blocks cannot be dealt in enough ways to say anything.
FEWEST_BLOCKS = 10


@dataclass(frozen=True)
class Blocks:
    """Rows in blocks: ``order`` puts the rows of a block together, ``starts`` where each block begins in it."""

    order: Codes
    starts: Codes

    @property
    def sizes(self) -> Codes:
        return np.diff(np.append(self.starts, len(self.order)))


def blocks(codes: Codes) -> Blocks | None:
    """The rows with equal codes as blocks, in the order of the codes; rows without one (−1) stand alone."""
    codes, alone = codes.astype(np.int64), codes < 0
    own = np.where(alone, codes.max(initial=0) + 1 + np.cumsum(alone), codes)
    order = np.argsort(own, kind="stable")
    starts = np.flatnonzero(np.diff(own[order], prepend=-1))
    return Blocks(order, starts) if len(starts) >= FEWEST_BLOCKS else None


def kinds(clusters: Mapping[str, Codes]) -> dict[str, Blocks]:
    """The ways of clustering in which there are blocks to deal."""
    found = {name: blocks(codes) for name, codes in clusters.items()}
    return {name: one for name, one in found.items() if one is not None and len(one.starts) < len(one.order)}


def dealt(by: Blocks | None, rows: int, draws: int = DRAWS) -> Iterator[Codes]:
    """For each arrangement from which row every row takes its outcome; blocks None: each row for itself.

    A block takes the outcomes of one of about its size (up to twice), over again where it is the longer one.
    """
    dice = np.random.default_rng(SEED)
    if by is None:
        for _ in range(draws):
            yield dice.permutation(rows)
        return
    sizes = by.sizes
    own = np.repeat(np.arange(len(sizes)), sizes)
    within = np.arange(rows) - by.starts[own]
    class_ = np.log2(sizes).astype(np.int64)
    places = np.argsort(class_, kind="stable")
    for _ in range(draws):
        turn = np.empty(len(sizes), dtype=np.int64)
        turn[places] = np.lexsort((dice.random(len(sizes)), class_))
        source, offset = turn[own], dice.integers(0, sizes.max(), len(sizes))[own]
        taken = np.empty(rows, dtype=np.int64)
        taken[by.order] = by.order[by.starts[source] + (within + offset) % sizes[source]]
        yield taken
