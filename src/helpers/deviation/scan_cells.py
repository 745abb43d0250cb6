"""The cells of up to three properties, and how far the misses in each stand out: the arithmetic of the scan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.deviation.adjusted import Coded, Floats
from helpers.deviation.tally import Codes, Mask

#: Fewer rows or misses make no cell.
FEWEST_ROWS, FEWEST_MISSES = 5, 3
#: Properties at once, combinations of columns looked at.
DEEPEST, MOST_COLUMNS = 3, 600
#: The family of what is a period of time.
SINCE = "since"


@dataclass(frozen=True)
class Trait:
    """A property to look at. Of one ``family`` (hour and shift) two are not combined; ``told``: declared, so that a
    cell that lies within one of its values is said to. ``named``: the groups for which a cell may be named; None: any.
    """

    name: str
    coded: Coded
    family: str
    told: bool = True
    named: frozenset[int] | None = None


@dataclass(frozen=True)
class Periods:
    """The rows' periods in order of time (−1: no date): cuts between them answer "since when"."""

    codes: Codes
    names: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """One property of a cell: a group of a trait, or ``late`` or early side of a cut."""

    trait: int
    code: int
    late: bool = True


Conditions = tuple[Condition, ...]
NOTHING: tuple[float, Conditions] = (-np.inf, ())


@dataclass(kw_only=True)
class Space:
    """All cells over some rows: per row and combination of columns the cell (0: none)."""

    traits: Sequence[Trait]
    periods: Periods | None
    ids: NDArray[np.int32]
    cells: list[tuple[tuple[int, ...], Codes]] = field(default_factory=list)
    timed: NDArray[np.int32] | None = None
    timed_cells: list[tuple[tuple[int, ...], Codes]] = field(default_factory=list)

    @cached_property
    def kinds(self) -> Floats:
        """How many cells there are of each depth, those cut in time included; from 1 on."""
        counts = np.zeros(DEEPEST + 1)
        for columns, values in self.cells:
            counts[len(columns)] += len(values)
        cuts = 2 * (len(self.periods.names) - 1) if self.periods else 0
        for columns, values in self.timed_cells:
            counts[len(columns) + 1] += cuts * len(values)
        return counts

    @cached_property
    def cost(self) -> Floats:
        """What is taken off the ratio of each cell."""
        return self._cost(self.cells, 0)

    @cached_property
    def timed_cost(self) -> Floats:
        return self._cost(self.timed_cells, 1)

    def _cost(self, cells: Sequence[tuple[tuple[int, ...], Codes]], more: int) -> Floats:
        each = [np.full(len(values), np.log(self.kinds[len(columns) + more])) for columns, values in cells]
        return np.concatenate([[0.0], *each])


# --- cells ----------------------------------------------------------------------------------------


def space_of(traits: Sequence[Trait], periods: Periods | None) -> Space:
    rows = len(traits[0].coded.codes) if traits else len(periods.codes) if periods else 0
    chosen = columns_of(traits)
    space = Space(traits=traits, periods=periods, ids=np.zeros((rows, len(chosen)), dtype=np.int32))
    _number(space.ids, space.cells, chosen, traits)
    if periods:
        alone = [c for c in _columns(traits, DEEPEST - 1) if all(traits[t].family != SINCE for t in c)]
        chosen = [(), *alone][: MOST_COLUMNS // 2]
        space.timed = np.zeros((rows, len(chosen)), dtype=np.int32)
        _number(space.timed, space.timed_cells, chosen, traits)
    return space


def columns_of(traits: Sequence[Trait]) -> list[tuple[int, ...]]:
    """The combinations of traits that are looked at."""
    return list(_columns(traits, DEEPEST))[:MOST_COLUMNS]


def _columns(traits: Sequence[Trait], deepest: int) -> Iterator[tuple[int, ...]]:
    """Which traits are combined: few before many, coarse before fine."""
    sizes = [len(t.coded.names) for t in traits]
    for depth in range(1, deepest + 1):
        every = [c for c in combinations(range(len(traits)), depth) if len({traits[t].family for t in c}) == depth]
        yield from sorted(every, key=lambda c: np.prod([float(sizes[t]) for t in c]))


def _number(
    ids: NDArray[np.int32],
    cells: list[tuple[tuple[int, ...], Codes]],
    chosen: Sequence[tuple[int, ...]],
    traits: Sequence[Trait],
) -> None:
    """Give the cells of enough rows running numbers, from 1, over all combinations."""
    rows, last = len(ids), 0
    for at, columns in enumerate(chosen):
        code, known = np.zeros(rows, dtype=np.int64), np.ones(rows, dtype=bool)
        for t in columns:
            own = traits[t].coded
            code, known = code * len(own.names) + own.codes, known & (own.codes >= 0)
        values, inverse, counts = np.unique(code[known], return_inverse=True, return_counts=True)
        kept = counts >= FEWEST_ROWS
        numbers = np.where(kept, np.cumsum(kept) + last, 0)
        ids[known, at] = numbers[inverse]
        cells.append((columns, values[kept]))
        last += int(kept.sum())


def _cell_of(cells: Sequence[tuple[tuple[int, ...], Codes]], number: int, traits: Sequence[Trait]) -> Conditions:
    """The conditions of a cell by its number."""
    at = number - 1
    for columns, values in cells:
        if at < len(values):
            code, found = int(values[at]), []
            for t in reversed(columns):
                code, own = divmod(code, len(traits[t].coded.names))
                found.append(Condition(t, own))
            return tuple(reversed(found))
        at -= len(values)
    raise IndexError(number)


# --- ratios ---------------------------------------------------------------------------------------


def ratio(misses: Any, rows: Any, bad: int, total: int) -> Floats:
    """The logarithm of how much likelier the misses are with a rate of their own for the cell; 0 where it is no higher
    than outside."""
    from scipy.special import xlogy

    m, n = np.asarray(misses, dtype=np.float64), np.asarray(rows, dtype=np.float64)
    higher = m * total > n * bad
    found = np.zeros(m.shape)
    m, n = m[higher], n[higher]  # half of the cells that chance makes
    out_m, out_n = bad - m, total - n
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = xlogy(m, m / n) + xlogy(n - m, (n - m) / n)
        outside = np.where(out_n > 0, xlogy(out_m, out_m / out_n) + xlogy(out_n - out_m, (out_n - out_m) / out_n), 0.0)
    whole = xlogy(bad, bad / total) + xlogy(total - bad, (total - bad) / total)
    found[higher] = inside + outside - whole
    return found


@dataclass(frozen=True)
class Sizes:
    """How many rows the cells have: of those rows that are still looked at."""

    n: Codes
    timed: Codes
    total: int


def sizes_of(space: Space, rows: Codes) -> Sizes:
    count = sum(len(values) for _, values in space.cells) + 1
    n = np.bincount(space.ids[rows].ravel(), minlength=count)
    return Sizes(n, _by_period(space, rows), len(rows))


def _by_period(space: Space, rows: Codes) -> Codes:
    """Rows of each cell up to each cut, and at the end in all: cell × period, added up."""
    if space.timed is None or space.periods is None:
        return np.zeros((1, 1), dtype=np.int64)
    count = sum(len(values) for _, values in space.timed_cells) + 1
    width = len(space.periods.names)
    rows = rows[space.periods.codes[rows] >= 0]
    cell = space.timed[rows].astype(np.int64) * width + space.periods.codes[rows][:, None]
    table: Codes = np.bincount(cell.ravel(), minlength=count * width).reshape(count, width)
    return table.cumsum(axis=1)


def largest(space: Space, sizes: Sizes, bad: Codes) -> tuple[float, Conditions]:
    """The largest ratio, less its cost, if these rows had missed, and its cell."""
    m = np.bincount(space.ids[bad].ravel(), minlength=len(sizes.n))
    m[0] = 0
    kept = np.flatnonzero(m >= FEWEST_MISSES)
    best, cell = NOTHING
    if len(kept):
        ratios = ratio(m[kept], sizes.n[kept], len(bad), sizes.total) - space.cost[kept]
        top = int(ratios.argmax())
        best, cell = float(ratios[top]), _cell_of(space.cells, int(kept[top]), space.traits)
    if space.periods is None:
        return best, cell
    return max((best, cell), _largest_since(space, sizes, bad), key=lambda pair: pair[0])


def _largest_since(space: Space, sizes: Sizes, bad: Codes) -> tuple[float, Conditions]:
    """The same over both sides of every cut in time."""
    early = _by_period(space, bad)
    kept = np.flatnonzero(early[:, -1] >= FEWEST_MISSES)
    kept = kept[kept > 0]
    if not len(kept):
        return NOTHING
    m, n = early[kept], sizes.timed[kept]
    m = np.stack([m[:, :-1], m[:, -1:] - m[:, :-1]])
    n = np.stack([n[:, :-1], n[:, -1:] - n[:, :-1]])
    told = (m >= FEWEST_MISSES) & (n >= FEWEST_ROWS)
    if not told.any():
        return NOTHING
    ratios = np.full(m.shape, -np.inf)
    ratios[told] = ratio(m[told], n[told], len(bad), sizes.total)
    ratios -= space.timed_cost[kept][:, None]
    late, at, cut = np.unravel_index(int(ratios.argmax()), ratios.shape)
    cell = _cell_of(space.timed_cells, int(kept[at]), space.traits)
    return float(ratios.max()), (*cell, Condition(-1, int(cut), bool(late)))


def mask_of(cell: Conditions, traits: Sequence[Trait], periods: Periods | None) -> Mask:
    inside: Mask | None = None
    for one in cell:
        if one.trait >= 0:
            own = traits[one.trait].coded.codes == one.code
        else:
            assert periods is not None
            own = periods.codes > one.code if one.late else (periods.codes >= 0) & (periods.codes <= one.code)
        inside = own if inside is None else inside & own
    assert inside is not None
    return inside
