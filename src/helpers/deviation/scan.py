"""Where the misses lie: every combination of up to three properties looked at, and only what no chance explains named.

Each cell's misses are held against all other rows (Kulldorff's likelihood ratio for counts of a Bernoulli kind).
A cell of three properties has a thousand neighbours of its kind and has to stand out by more than one of a single
property: the logarithm of their number is taken off. What the largest such ratio over all cells would be if the
misses had nothing to do with the properties is drawn, whatever the cells overlap in; blocks of a day, a week or a
device stay together in further draws. A cell that stands out is stripped of the properties that add nothing to
it; its rows are then taken away and the rest is looked at again, so that nothing is named for what another cell did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from helpers.deviation.adjusted import Coded
from helpers.deviation.clusters import DRAWS, Blocks, dealt, kinds
from helpers.deviation.scan_cells import (
    FEWEST_ROWS,
    SINCE,
    Condition,
    Conditions,
    Periods,
    Space,
    Trait,
    columns_of,
    largest,
    mask_of,
    ratio,
    sizes_of,
    space_of,
)
from helpers.deviation.tally import Codes, Mask, nth, tally
from helpers.indicators.plain import plain

#: Beyond chance: at most this often over all cells together; with blocks kept together, at most that.
ALPHA, ALPHA_BLOCKS = 0.005, 0.02
#: Arrangements drawn of blocks: every one has to stay below what was found.
BLOCK_DRAWS = 49
#: Cells named at most.
MOST_NAMED = 5
#: Of more rows than these, or than fit so many places (rows × combinations of columns), a sample is looked at: misses,
#: at most one in so many of its rows, and others apart, which changes no ratio of odds.
FEW_ROWS, MOST_PLACES, MISSES_ONE_IN = 13_500, 4_000_000, 9
#: A cell that lies to this part within one value of another property is said to have that, too.
ALIAS = 0.95


@dataclass(frozen=True, kw_only=True)
class Combination:
    """One cell: ``misses`` of all ``of`` misses in ``rows`` of the rows, where ``expected`` were to be expected.

    ``chance``: how often chance gives this very cell that many; ``p_value``: any of all ``looked_at`` cells a ratio as
    large, the rarer of rows and blocks. Of several cells put together (three hours) the largest ones. ``unknown``: of
    the misses those that have no value and count as misses for that. ``inside``: which rows it holds. ``replayed``:
    what the whole would have been without it.
    """

    values: tuple[tuple[str, str], ...]
    rows: int
    misses: int
    of: int
    total: int
    p_value: float
    looked_at: int
    unknown: int = 0
    inside: Mask | None = field(default=None, repr=False, compare=False)
    replayed: Mapping[str, Any] | None = None

    @property
    def expected(self) -> float:
        return self.rows * self.of / self.total

    @property
    def chance(self) -> float:
        from scipy.stats import hypergeom

        return float(hypergeom.sf(self.misses - 1, self.total, self.of, self.rows))

    @property
    def excess(self) -> float:
        return self.misses - self.expected

    def to_json(self) -> dict[str, Any]:
        return {
            "values": dict(self.values),
            "rows": self.rows,
            "misses": self.misses,
            "share": plain(self.misses / self.of),
            "expected": plain(self.expected),
            "excess": plain(self.excess),
            "lift": plain(self.misses / self.expected),
            "chance": float(f"{self.chance:.3g}"),
            "p_value": round(self.p_value, 6),
            "looked_at": self.looked_at,
            **self.mostly_unknown(),
            **({"replayed": dict(self.replayed)} if self.replayed else {}),
        }

    def mostly_unknown(self) -> dict[str, int]:
        """How many of the misses have no value, where that is half of them or more: what is not known is no cause."""
        return {"unknown": self.unknown} if 2 * self.unknown >= self.misses else {}


def scan(
    missed: Mask,
    traits: Sequence[Trait],
    periods: Periods | None = None,
    clusters: Mapping[str, Codes] | None = None,
    unknown: Mask | None = None,
) -> list[Combination]:
    """The cells in which more rows missed than chance explains, the clearest first.

    ``unknown``: rows without a value. ``clusters``: blocks by name (−1: in none). A block that is finer than a trait is
    dealt within no trait.
    """
    if not (traits or periods) or not 0 < missed.sum() < len(missed) or len(missed) < 2 * FEWEST_ROWS:
        return []
    chosen = _sample(missed, len(columns_of(traits)))
    here = [replace(t, coded=Coded(t.coded.codes[chosen], t.coded.names)) for t in traits]
    times = Periods(periods.codes[chosen], periods.names) if periods and len(periods.names) > 1 else None
    blocked = kinds({name: codes[chosen] for name, codes in (clusters or {}).items()})
    found = list(_named(space_of(here, times), missed[chosen], blocked))
    known = np.zeros(len(missed), dtype=bool) if unknown is None else unknown
    told = [_told(cell, p, n, (missed, known), traits, periods) for cell, p, n in found if _may_be_named(cell, traits)]
    # What stands out among the rows that other cells have left may be no more than usual among all of them.
    return _joined([one for one in told if one.misses > one.expected and one.chance < ALPHA], traits)


def _may_be_named(cell: Conditions, traits: Sequence[Trait]) -> bool:
    named = ((traits[one.trait].named, one.code) for one in cell if one.trait >= 0)
    return all(groups is None or code in groups for groups, code in named)


def _sample(missed: Mask, columns: int) -> Codes:
    """Which rows are looked at, in their order; the dice are always the same."""
    dice = np.random.default_rng(DRAWS)
    most = max(FEW_ROWS, MOST_PLACES // max(columns, 1))
    bad = int(np.count_nonzero(missed))
    kept = len(missed) - bad
    for_misses = max(most // MISSES_ONE_IN, most - kept)
    parts = []
    for mask, rows, room in ((missed, bad, for_misses), (~missed, kept, most - min(bad, for_misses))):
        parts.append(np.flatnonzero(mask) if rows <= room else nth(mask, dice.choice(rows, room, replace=False)))
    return np.sort(np.concatenate(parts))


# --- what is named --------------------------------------------------------------------------------


@dataclass
class _Way:
    """One way of dealing the outcomes anew, and the largest ratios that it has given so far."""

    draws: int
    alpha: float
    dealing: Iterator[Codes]
    drawn: list[float] = field(default_factory=list)


class _Chance:
    """The largest ratios that chance gives, drawn when first asked for: of single rows, then of each kind of blocks."""

    def __init__(self, space: Space, missed: Mask, blocked: Mapping[str, Blocks]) -> None:
        self._space, self._missed = space, missed
        self._sizes = sizes_of(space, np.arange(len(missed)))
        ways = [(None, DRAWS, ALPHA), *((by, BLOCK_DRAWS, ALPHA_BLOCKS) for by in blocked.values())]
        self._ways = [_Way(draws, alpha, dealt(by, len(missed), draws)) for by, draws, alpha in ways]

    def p_value(self, found: float) -> float | None:
        """How often a ratio as large comes about; None where that is too often by any way of dealing."""
        worst = 0.0
        for way in self._ways:
            p = self._reached(way, found)
            if p > way.alpha:
                return None
            worst = max(worst, p)
        return worst

    def _reached(self, way: _Way, found: float) -> float:
        """The share of draws that reach the ratio; no more are drawn than are needed to say that it is too many."""
        reached = 1 + sum(one >= found for one in way.drawn)
        while reached <= way.alpha * (way.draws + 1) and (source := next(way.dealing, None)) is not None:
            way.drawn.append(largest(self._space, self._sizes, np.flatnonzero(self._missed[source]))[0])
            reached += way.drawn[-1] >= found
        return reached / (way.draws + 1)


def _named(space: Space, missed: Mask, blocked: Mapping[str, Blocks]) -> Iterator[tuple[Conditions, float, int]]:
    """Cell after cell, each among the rows that no cell before holds; with its p value and the cells looked at."""
    chance = _Chance(space, missed, blocked)
    left = np.ones(len(missed), dtype=bool)
    looked_at = int(space.kinds.sum())
    for _ in range(MOST_NAMED):
        rows = np.flatnonzero(left)
        found, cell = largest(space, sizes_of(space, rows), np.flatnonzero(left & missed))
        p_value = chance.p_value(found) if cell else None
        if p_value is None:
            return
        simple = _stripped(cell, space.traits, space.periods, missed, left)
        inside = mask_of(simple, space.traits, space.periods) & left
        own = float(ratio((inside & missed).sum(), inside.sum(), int((left & missed).sum()), len(rows)))
        told = chance.p_value(own - float(np.log(space.kinds[len(simple)])))
        if told is None:
            simple, told, inside = cell, p_value, mask_of(cell, space.traits, space.periods) & left
        yield simple, told, looked_at
        left &= ~inside


def _stripped(
    cell: Conditions, traits: Sequence[Trait], periods: Periods | None, missed: Mask, left: Mask
) -> Conditions:
    """The cell without the properties within whose absence it stands out no more than chance lets one of all groups."""
    from scipy.stats import hypergeom

    groups = sum(len(t.coded.names) for t in traits) + (2 * len(periods.names) if periods else 0)
    while len(cell) > 1:
        inside = mask_of(cell, traits, periods) & left
        n, m = int(inside.sum()), int((inside & missed).sum())
        tails = []
        for one in cell:
            around = mask_of(tuple(c for c in cell if c != one), traits, periods) & left
            tails.append(float(hypergeom.sf(m - 1, int(around.sum()), int((around & missed).sum()), n)))
        if max(tails) * groups < ALPHA:
            break
        cell = tuple(c for at, c in enumerate(cell) if at != int(np.argmax(tails)))
    return cell


# --- in words -------------------------------------------------------------------------------------


def _told(
    cell: Conditions,
    p_value: float,
    looked_at: int,
    outcomes: tuple[Mask, Mask],
    traits: Sequence[Trait],
    periods: Periods | None,
) -> Combination:
    """The cell with its counts over all rows, and the properties that nearly all of it shares; ``outcomes``: which rows
    missed, and which have no value."""
    (missed, unknown), inside = outcomes, mask_of(cell, traits, periods)
    rows, misses, of = int(inside.sum()), int((inside & missed).sum()), int(missed.sum())
    values = [_words(one, traits, periods) for one in cell]
    known = {traits[one.trait].family for one in cell if one.trait >= 0}
    for trait in traits:
        if len(values) < 2 and trait.told and trait.family not in known and len(trait.coded.names) > 1:
            counts = tally(trait.coded.codes, len(trait.coded.names), inside)[1:]
            top = int(counts.argmax())
            if counts[top] >= ALIAS * rows and (trait.coded.codes == top).mean() < 0.5:
                values.append((trait.name, trait.coded.names[top]))
    return Combination(
        values=tuple(values),
        rows=rows,
        misses=misses,
        of=of,
        total=len(missed),
        p_value=p_value,
        looked_at=looked_at,
        unknown=int((inside & missed & unknown).sum()),
        inside=inside,
    )


def _words(one: Condition, traits: Sequence[Trait], periods: Periods | None) -> tuple[str, str]:
    if one.trait >= 0:
        return traits[one.trait].name, traits[one.trait].coded.names[one.code]
    assert periods is not None
    return SINCE, f"{periods.names[one.code + 1]}{'起' if one.late else '以前'}"


def _joined(found: Sequence[Combination], traits: Sequence[Trait]) -> list[Combination]:
    """Cells that differ in the value of one property only, as one: 9时、10时、14时."""
    order = {name: at for t in traits for at, name in enumerate(t.coded.names)}
    joined: list[Combination] = []
    for one in found:
        for at, other in enumerate(joined):
            apart = [i for i, (a, b) in enumerate(zip(one.values, other.values, strict=False)) if a != b]
            alike = len(one.values) == len(other.values) and [n for n, _ in one.values] == [n for n, _ in other.values]
            if alike and len(apart) == 1 and one.values[apart[0]][0] != SINCE:
                joined[at] = _together(other, one, apart[0], order)
                break
        else:
            joined.append(one)
    return joined


def _together(one: Combination, other: Combination, at: int, order: Mapping[str, int]) -> Combination:
    name, value = one.values[at]
    every = sorted({*value.split("、"), other.values[at][1]}, key=lambda words: (order.get(words, 0), words))
    values = (*one.values[:at], (name, "、".join(every)), *one.values[at + 1 :])
    return replace(
        one,
        values=values,
        rows=one.rows + other.rows,
        misses=one.misses + other.misses,
        unknown=one.unknown + other.unknown,
        inside=None if one.inside is None or other.inside is None else one.inside | other.inside,
        p_value=max(one.p_value, other.p_value),
    )
