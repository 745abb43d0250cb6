"""Which dimensions still tell their groups apart when the others are held alike, and which others explain the rest.

The dimension with the clearest group comes first; of the others each has to show more than it shares with those
taken already, and one taken early goes again when a later one explains it. So a night shift is not blamed for the
engineer who works at night, nor a model for the one part that fits it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from helpers.deviation.adjusted import Coded, Effects, Floats, Values, crossed, effects
from helpers.deviation.clusters import Blocks, dealt, kinds
from helpers.deviation.tally import Codes, crossed_with

#: Beyond chance, over all dimensions and groups; and with blocks dealt as a whole.
ALPHA, ALPHA_BLOCKS, BLOCK_DRAWS = 0.01, 0.02, 49
#: Blocks are dealt of so many rows at most.
MOST_ROWS = 20_000


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """A property of the rows. ``recorded``: groups are compared among rows that have a value only, as whether there is
    one depends on the miss."""

    name: str
    coded: Coded
    recorded: bool = False

    def strata(self, others: Codes) -> Codes:
        if not self.recorded:
            return others
        none = (self.coded.codes < 0).astype(np.int8) - np.int8(1)  # crossed_with counts from −1
        finer = crossed_with(others, int(others.max(initial=-1)) + 1, none, 1, None)
        assert finer is not None
        return finer[0]


@dataclass(frozen=True, kw_only=True)
class Adjusted:
    """A dimension with those of ``by`` held alike. ``survives``: whether it has groups of its own beyond chance
    (``beyond``); ``explained_by``: the dimensions with which held alike it has none, though it had without them.
    ``p_value``: of its clearest group, all groups and dimensions allowed for. ``clustered_by``: the blocks (day, week,
    device) that alone bring about as much, where that is why it does not survive."""

    by: tuple[str, ...]
    p_value: float
    survives: bool
    explained_by: tuple[str, ...]
    clustered_by: str | None
    effects: Effects
    beyond: NDArray[np.bool_]


class Selection:
    """The dimensions that survive, the clearest first; ``worse`` is larger for worse rows: a miss or none, or ranks."""

    def __init__(self, worse: Values, dimensions: Sequence[Dimension], clusters: Mapping[str, Codes]) -> None:
        self._worse = worse
        self._dimensions = {one.name: one for one in dimensions}
        self._clusters = clusters
        self._clustered: dict[str, str] = {}
        self._tested: dict[tuple[str, tuple[str, ...]], Effects] = {}
        self._crossed: tuple[tuple[str, ...], Codes] | None = None

    def adjusted(self, name: str) -> Adjusted:
        """A dimension beside those that survive."""
        by = tuple(other for other in self.surviving if other != name)
        tested = self.effects(name, by)
        survives = name in self.surviving
        groups = max(len(tested.tails), 1)
        alone = self._p_value(name, ()) < ALPHA
        return Adjusted(
            by=by,
            p_value=self._p_value(name, by),
            survives=survives,
            explained_by=by if alone and self._p_value(name, by) >= ALPHA else (),
            clustered_by=self._clustered.get(name),
            effects=tested,
            beyond=(tested.tails * groups < ALPHA) & survives,
        )

    @cached_property
    def surviving(self) -> tuple[str, ...]:
        taken: list[str] = []
        left = list(self._dimensions)
        for _ in range(2 * len(left)):
            clear = [(p, name) for name in left if name not in taken and (p := self._p_value(name, taken)) < ALPHA]
            if not clear:
                break
            best = min(clear, key=lambda pair: (pair[0], -self._clearest(pair[1], taken), left.index(pair[1])))[1]
            if blocks := self._of_blocks(best, taken):
                self._clustered[best] = blocks
                left.remove(best)
                continue
            taken.append(best)
            for early in taken[:-1]:
                if self._p_value(early, [other for other in taken if other != early]) >= ALPHA:
                    taken.remove(early)
        return tuple(taken)

    def effects(self, name: str, by: Sequence[str]) -> Effects:
        key = (name, tuple(sorted(by)))
        if key not in self._tested:
            own = self._dimensions[name]
            self._tested[key] = effects(self._worse, own.coded, own.strata(self._strata(by)))
        return self._tested[key]

    def _strata(self, by: Sequence[str]) -> Codes:
        """The strata of the dimensions that are held alike; the last ones are kept, for they are asked for in turn."""
        if self._crossed is None or self._crossed[0] != tuple(by):
            self._crossed = None  # before there are others
            strata = crossed([self._dimensions[name].coded for name in by], len(self._worse))
            self._crossed = tuple(by), strata
        return self._crossed[1]

    def _p_value(self, name: str, by: Sequence[str]) -> float:
        tails = self.effects(name, by).tails
        return min(1.0, float(tails.min(initial=1.0)) * len(tails) * len(self._dimensions))

    def _clearest(self, name: str, by: Sequence[str]) -> float:
        tested = self.effects(name, by)
        return float((tested.sums - tested.expected).max(initial=0.0))

    def _of_blocks(self, name: str, by: Sequence[str]) -> str | None:
        """The blocks that, dealt anew as a whole, make a group stand out as much as the clearest one does."""
        rows = len(self._worse)
        chosen = np.arange(rows)
        if rows > MOST_ROWS:
            chosen = np.sort(np.random.default_rng(MOST_ROWS).choice(rows, MOST_ROWS, replace=False))
        own = self._dimensions[name]
        strata = np.unique(own.strata(self._strata(by))[chosen], return_inverse=True)[1]
        spread = _Spread(self._worse[chosen], own.coded.codes[chosen], strata)
        found = spread.clearest(spread.apart)
        groups = own.coded.codes[chosen]
        blocks_of = {at: codes[chosen] for at, codes in self._clusters.items()}
        every = kinds({at: codes for at, codes in blocks_of.items() if _finer(codes, groups)})
        return next((at for at, blocks in every.items() if spread.reached(found, blocks)), None)


def _finer(blocks: Codes, groups: Codes) -> bool:
    """Whether blocks are something else than the groups: that a machine stands out is no matter of its being one."""
    known = (blocks >= 0) & (groups >= 0)
    if not known.any():
        return False
    pairs = len(np.unique(blocks[known].astype(np.int64) * (int(groups.max()) + 1) + groups[known]))
    return pairs > len(np.unique(groups[known])) or len(np.unique(blocks[known])) > pairs


class _Spread:
    """How far rows lie from the mean of their stratum, and how clearly a group as a whole does."""

    def __init__(self, worse: Values, codes: Codes, strata: Codes) -> None:
        self._codes, self._strata = codes, strata
        self._groups = int(codes.max(initial=-1)) + 1
        self._size = np.bincount(strata).astype(np.float64)
        self.apart = self._centred(worse.astype(np.float64))
        square = np.bincount(strata, self.apart**2)
        spread = np.where(self._size > 1, square / np.maximum(self._size - 1, 1), 0.0)
        width = self._groups + 1
        cell = strata * width + np.where(codes < 0, self._groups, codes)
        n = np.bincount(cell, minlength=len(self._size) * width).reshape(-1, width)[:, : self._groups]
        variance = (spread[:, None] * n * (self._size[:, None] - n) / self._size[:, None]).sum(axis=0)
        self._deviation = np.sqrt(np.where(variance > 0, variance, np.inf))

    def _centred(self, values: Floats) -> Floats:
        return np.asarray(values - (np.bincount(self._strata, values) / self._size)[self._strata])

    def clearest(self, apart: Floats) -> float:
        known = self._codes >= 0
        sums = np.bincount(self._codes[known], apart[known], self._groups)
        return float((sums / self._deviation).max(initial=0.0))

    def reached(self, found: float, by: Blocks) -> bool:
        """Whether some group stands out as clearly in too many arrangements; no more are drawn than say so."""
        reached = 1
        for source in dealt(by, len(self._codes), BLOCK_DRAWS):
            reached += self.clearest(self._centred(self.apart[source])) >= found
            if reached / (BLOCK_DRAWS + 1) > ALPHA_BLOCKS:
                return True
        return False
