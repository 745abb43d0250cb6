"""A change of a share or mean split in two: other cases than before (mix), and the same cases faring otherwise (rate).

E. M. Kitagawa, "Components of a Difference Between Two Rates", Journal of the American Statistical Association 50
(1955), 1168-1194: with a group's part of the cases w and its own figure r, mix = Σ (w1 − w0)·(r0 + r1)/2 and rate =
Σ (w0 + w1)/2·(r1 − r0). The two add up to the change exactly. A group that one side does not have fares there as it
does on the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from helpers.deviation.values import declared_alike
from helpers.indicators.plain import plain
from helpers.measures.compile import scale_of

if TYPE_CHECKING:
    from helpers.measures.figures import Measures, Part
    from helpers.year.declared_indicators import Measure
    from helpers.year.tables import Table

#: A column that nobody declared is tried when it has no more values than this.
MOST_GROUPS = 30
#: Splits listed for one change.
LISTED = 5
#: A column belongs to the misses alone (a cause code) when of the rows that kept the limit no more carry a value.
STRAY = Fraction(1, 20)
#: Such columns are properties of a case.
PLAIN_TYPES = ("VARCHAR", "BOOLEAN")

#: A group's cases and the sum of their values.
Groups = Mapping[str | None, tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class Split:
    """A change by one column: ``mix`` and ``rate`` add up to it, in the measure's unit."""

    dimension: str
    mix: Fraction
    rate: Fraction
    groups: int
    declared: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "dimension": self.dimension,
            "mix": plain(self.mix),
            "rate": plain(self.rate),
            "groups": self.groups,
            "declared": self.declared,
        }


def split_change(before: Groups, after: Groups, unit: int) -> tuple[Fraction, Fraction]:
    """Mix and rate of the change from one set of groups to another; ``unit``: what the sums are multiples of."""
    totals = [sum(n for n, _ in groups.values()) for groups in (before, after)]
    mix = rate = Fraction(0)
    for group in {**before, **after}:
        (n0, sum0), (n1, sum1) = before.get(group, (0, 0)), after.get(group, (0, 0))
        if not n0 and not n1:
            continue
        own = [Fraction(total, unit * n) if n else None for total, n in ((sum0, n0), (sum1, n1))]
        r0 = own[0] if own[0] is not None else own[1]
        r1 = own[1] if own[1] is not None else own[0]
        assert r0 is not None
        assert r1 is not None
        w0, w1 = Fraction(n0, totals[0]), Fraction(n1, totals[1])
        mix += (w1 - w0) * (r0 + r1) / 2
        rate += (w0 + w1) / 2 * (r1 - r0)
    return mix, rate


def years_split(name: str, declared: Sequence[str], measures: Measures, before: Measures | None) -> list[Split]:
    """The change from last year to this, by each declared dimension and the columns of the table with few values,
    the largest mix first; empty where the years do not measure alike."""
    return list(_years_split(name, tuple(declared), measures, before))


@lru_cache(maxsize=8)  # what is told of a deviation is told beside all other results, too
def _years_split(name: str, declared: Sequence[str], measures: Measures, before: Measures | None) -> list[Split]:
    if before is None or not _alike(name, measures, before):
        return []
    measure = measures.year.measures[name]
    if measure.agg not in ("share", "mean"):
        return []
    found = []
    columns = _columns(measure, declared, measures, before)
    for one in (before, measures):
        one.group_ahead(name, _of_few(columns, measure, measures))
    for column in columns:
        sides = [_by_value(m.grouped(name, column)) for m in (before, measures)]
        if split := _split(column, sides[0], sides[1], measure, column in declared):
            found.append(split)
    return _ordered(found)


def months_split(name: str, declared: Sequence[str], months: Iterable[str], measures: Measures) -> list[Split]:
    """How some months of a year differ from its others, by the same columns."""
    measure, chosen = measures.year.measures[name], set(months)
    if measure.agg not in ("share", "mean"):
        return []
    found = []
    columns = _columns(measure, declared, measures, None)
    measures.group_ahead(name, _of_few(columns, measure, measures))
    for column in columns:
        parts = measures.grouped(name, column)
        rest = _by_value(p for p in parts if p.month not in chosen)
        there = _by_value(p for p in parts if p.month in chosen)
        if split := _split(column, rest, there, measure, column in declared):
            found.append(split)
    return _ordered(found)


def _ordered(found: Iterable[Split]) -> list[Split]:
    """The largest mix first; of equal ones the coarser column, then by name."""
    return sorted(found, key=lambda s: (-abs(s.mix), s.groups, s.dimension))[:LISTED]


def _split(column: str, first: Groups, last: Groups, measure: Measure, declared: bool) -> Split | None:
    """The split by one column; None where it has one value only, too many, or is known of the misses alone."""
    groups = {**first, **last}
    sizes = [sum(n for n, _ in side.values()) for side in (first, last)]
    if len(groups) < 2 or not all(sizes) or (len(groups) > MOST_GROUPS and not declared):
        return None
    if measure.agg == "share" and _of_misses_alone(first, last):
        return None
    mix, rate = split_change(first, last, scale_of(measure) if measure.agg == "mean" else 1)
    return Split(dimension=column, mix=mix, rate=rate, groups=len(groups), declared=declared)


def _of_misses_alone(first: Groups, last: Groups) -> bool:
    """Whether only misses, or only hits, carry a value: what is noted of a miss made no case another one."""
    for side in (0, 1):  # a value of the misses, or of the hits, alone
        named = other = others = 0
        for groups in (first, last):
            for value, (n, hits) in groups.items():
                mine, theirs = (n - hits, hits) if side == 0 else (hits, n - hits)
                others += theirs
                named += mine if value is not None else 0
                other += theirs if value is not None else 0
        if named > other and other <= STRAY * max(others, 1) and (others > other or None in first or None in last):
            return True
    return False


def _by_value(parts: Iterable[Part]) -> dict[str | None, tuple[int, int]]:
    found: dict[str | None, tuple[int, int]] = {}
    for part in parts:
        n, amount = found.get(part.value, (0, 0))
        found[part.value] = n + part.n, amount + part.amount
    return {value: both for value, both in found.items() if both[0]}


def _alike(name: str, measures: Measures, before: Measures) -> bool:
    mine, theirs = measures.year.measures, before.year.measures
    return name in theirs and declared_alike(mine, theirs, name)


def _columns(measure: Measure, declared: Sequence[str], measures: Measures, before: Measures | None) -> list[str]:
    """Columns that can tell one kind of case from another: of words or yes and no, not personal, not the key, and
    nothing that the measure's own condition reads."""
    from helpers.year.reads import columns_read
    from helpers.year.tidy import tidy_columns

    spec = measures.year.year.tables[str(measure.table)]
    own = tidy_columns(spec)
    if before is not None:
        theirs = tidy_columns(before.year.year.tables[str(measure.table)])
        own = {column: kind for column, kind in own.items() if theirs.get(column) == kind}
    read = columns_read(measure.value, spec)
    barred = {*spec.tidy_key, *spec.tidy_personal, *read}
    wanted = [c for c in declared if c in own and c not in spec.tidy_personal and c not in read]
    plain_ones = [c for c, kind in own.items() if kind in PLAIN_TYPES and c not in barred and _few(c, measures, spec)]
    return list(dict.fromkeys([*wanted, *plain_ones]))


def _of_few(columns: Sequence[str], measure: Measure, measures: Measures) -> list[str]:
    """Those that have few values."""
    spec = measures.year.year.tables[str(measure.table)]
    return [column for column in columns if _few(column, measures, spec)]


def _few(column: str, measures: Measures, spec: Table) -> bool:
    """Whether a column has few values at all, so that free text is not gone through row by row."""
    table = next(name for name, one in measures.year.year.tables.items() if one is spec)
    return measures.distinct(table, column) <= MOST_GROUPS
