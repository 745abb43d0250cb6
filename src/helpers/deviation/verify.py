"""Whether a measure that was taken moved its yardstick: before and after the day on which it was finished.

Cases are the units and months the clusters (see ``effect``). Where there are rows of the same table that the measure
did not touch, the change is held against theirs in the same months (difference in differences); they are declared
(``comparison`` of the yardstick) or follow from the yardstick's own condition: the rows that meet all of it but one
part, beginning with the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from helpers.deviation.chance import chance_of_counts, chance_of_shares
from helpers.deviation.effect import FEWEST_SIDE, Cell, Effect, change_at
from helpers.deviation.values import declared_alike
from helpers.indicators.plain import plain

if TYPE_CHECKING:
    from helpers.indicators import Target
    from helpers.measures.figures import Measures, Side
    from helpers.year.declared_indicators import Measure
    from helpers.year.declared_plan import Action

#: Why a change cannot be judged.
Reason = Literal["no_measure", "whole_figure", "no_date", "not_yet", "few_before", "few_after", "one_year_alone"]
#: Aggregates whose months can be compared.
COMPARED = ("share", "mean", "count", "sum")
#: Rows held against others must be at least so many of theirs, and as good as all must have a value.
FEWEST_SHARE, KNOWN = 0.5, 0.8
#: Cases before the measure that were getting better already (Kendall): this sure, over so many months.
ALREADY, ALREADY_MONTHS = 0.05, 6
DAYS_A_YEAR = 365.25


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What the records say of a measure: ``own`` change of its yardstick, and ``against`` that of the rows that it
    did not touch, whose own change is ``others``; ``rows``: the condition for these, ``declared`` or derived.
    ``already``: the months before were improving by themselves. ``reason``: why there is no change to be judged,
    ``months``: of how many months with records. ``a_day``: figures are a day's (of a count or sum)."""

    own: Effect | None = None
    against: Effect | None = None
    others: Effect | None = None
    rows: str | None = None
    declared: bool = False
    already: bool = False
    reason: Reason | None = None
    months: int = 0
    a_day: bool = False

    @property
    def effect(self) -> Effect | None:
        """The change that decides."""
        return self.against or self.own

    def to_json(self) -> dict[str, Any] | None:
        """The object under ``effect`` of a follow-up; None without a change."""
        found = self.effect
        if found is None or self.own is None:
            return None
        whole = DAYS_A_YEAR if self.a_day else 1.0
        return {
            "before": plain(self.own.before * whole),
            "after": plain(self.own.after * whole),
            "change": plain(found.change * whole),
            "interval": [plain(found.low * whole), plain(found.high * whole)],
            "a_year": self.a_day,
            "p_value": round(found.p_value, 6),
            "months_before": found.months_before,
            "months_after": found.months_after,
            "carried": round(found.carried, 4),
            "comparison": None
            if self.others is None
            else {
                "where": self.rows,
                "declared": self.declared,
                "before": plain(self.others.before),
                "after": plain(self.others.after),
            },
            "regression_to_mean": found.selected,
            "already_improving": self.already,
            "seasonal": found.seasonal,
        }


def prove(
    action: Action, done_on: date, target: Target, better: str | None, before: Measures | None, now: Measures
) -> Proof:
    """The change of an action's yardstick at ``done_on`` over both years' records, or why there is none.

    ``better``: which way is better, None where nobody can say. Last year's months count only where its file
    declares the measure in the same way.
    """
    name = action.yardstick.measure
    if name is None or name not in now.year.measures:
        return Proof(reason="no_measure")
    measure = now.year.measures[name]
    if measure.agg not in COMPARED:
        return Proof(reason="whole_figure")
    if done_on > now.year.fiscal.last:
        return Proof(reason="not_yet")
    years = [m for m in (before, now) if m is not None and _same(m, now, name)]
    own = [side for m in years for side in m.sides(name, done_on)]
    if not own:
        return Proof(reason="no_date")
    missed = _missed(target, better, before if before in years else None, name)
    cells = _cells(own, measure, years, done_on)
    change = change_at(cells, missed, _independent(own, cells, measure))
    if change is None:
        return _too_few(cells)
    already = better in ("higher", "lower") and _already(cells, 1 if better == "higher" else -1)
    for where, declared in _others(action, measure):
        theirs = [side for m in years if _fits(m, measure, where) for side in m.sides(name, done_on, where)]
        if not declared and not _comparable(own, theirs, measure):
            continue
        others = _cells(theirs, measure, years, done_on)
        against, alone = _difference(cells, others, missed), change_at(others)
        if against is not None and alone is not None:
            return Proof(own=change, against=against, others=alone, rows=where, declared=declared, already=already)
    return Proof(own=change, already=already, a_day=measure.agg in ("count", "sum"))


def _same(other: Measures, now: Measures, name: str) -> bool:
    return name in other.year.measures and declared_alike(other.year.measures, now.year.measures, name)


def _too_few(cells: Sequence[Cell]) -> Proof:
    """Which side has too few months with records."""
    months = {side: sum(cell.after == side for cell in cells) for side in (False, True)}
    side: Reason = "few_after" if months[True] < FEWEST_SIDE else "few_before"
    return Proof(reason=side, months=months[side == "few_after"])


# --- cells ----------------------------------------------------------------------------------------


def _cells(sides: Sequence[Side], measure: Measure, years: Sequence[Measures], done_on: date) -> list[Cell]:
    """One cell a month and side; a count or sum is a rate a day, and a month of the log without any is nothing."""
    if measure.agg in ("count", "sum"):
        return _rates(sides, measure, years, done_on)
    hits, n = sum(s.hits or 0 for s in sides), sum(s.n for s in sides)
    pooled = hits / n if n else 0.0
    noise = pooled * (1 - pooled) if measure.agg == "share" else None
    earliest = min(m.year.fiscal for m in years).months
    return [
        Cell(
            at=_place(s.month, s.after, done_on),
            after=s.after,
            n=float(s.n),
            value=float(s.value),
            noise=noise,
            selected=len(years) > 1 and s.month in earliest,
        )
        for s in sides
        if s.value is not None and s.n
    ]


def _rates(sides: Sequence[Side], measure: Measure, years: Sequence[Measures], done_on: date) -> list[Cell]:
    values = {(s.month, s.after): float(s.value or 0) for s in sides}
    spans = [
        (month, after, days, m is years[0] and len(years) > 1)
        for m in years
        for month in m.year.fiscal.months
        if month in m.months_of(str(measure.table))
        for after, days in _days(month, done_on)
    ]
    whole = sum(days for *_, days, _ in spans)
    mean = sum(values.values()) / whole if whole else 0.0
    return [
        Cell(
            at=_place(month, after, done_on),
            after=after,
            n=float(days),
            value=values.get((month, after), 0.0) / days,
            noise=mean if measure.agg == "count" else None,
            selected=selected,
        )
        for month, after, days, selected in spans
    ]


def _independent(own: Sequence[Side], cells: Sequence[Cell], measure: Measure) -> float:
    """The exact p value of the change, had every case a fate of its own; 0 where that is not known."""
    if measure.agg not in ("share", "count"):
        return 0.0
    hits = [sum(s.hits for s in own if s.after == after) for after in (False, True)]
    if measure.agg == "count":
        days = [sum(cell.n for cell in cells if cell.after == after) for after in (False, True)]
        return chance_of_counts(*hits, *days)
    n = [sum(s.n for s in own if s.after == after) for after in (False, True)]
    return chance_of_shares((hits[0], hits[1]), (n[0], n[1]))


def _days(month: str, done_on: date) -> Iterator[tuple[bool, int]]:
    """How many days of a month lie before a day, and how many from it on."""
    first = date.fromisoformat(f"{month}-01")
    end = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    before = min(max((done_on - first).days, 0), (end - first).days)
    yield from ((after, days) for after, days in ((False, before), (True, (end - first).days - before)) if days)


def _place(month: str, after: bool, done_on: date) -> float:
    """The middle of a cell in months; the month of the day has two."""
    start = int(month[:4]) * 12 + int(month[5:7]) - 1
    if month != done_on.isoformat()[:7]:
        return start + 0.5
    cut = (done_on.day - 1) / 31
    return start + ((cut + 1) / 2 if after else cut / 2)


def _missed(target: Target, better: str | None, before: Measures | None, name: str) -> tuple[float, int] | None:
    """Last year's miss, because of which the measure was taken: the target, and on which side of it the figure lay."""
    value = before.figure(name).value if before is not None else None
    if value is None or better not in ("higher", "lower") or isinstance(target.value, str | tuple | None):
        return None
    side = -1 if better == "higher" else 1
    return (float(target.value), side) if (value - target.value) * side > 0 else None


def _already(cells: Sequence[Cell], sign: int) -> bool:
    """Whether the months before the day were getting better by themselves."""
    from scipy.stats import kendalltau

    earlier = sorted((cell for cell in cells if not cell.after), key=lambda cell: cell.at)
    values = [cell.value for cell in earlier]
    if len(values) < ALREADY_MONTHS or len(set(values)) < 2:
        return False
    tested = kendalltau([cell.at for cell in earlier], values)
    return bool(tested.pvalue < ALREADY and tested.statistic * sign > 0)


# --- rows that were not touched -------------------------------------------------------------------


def _others(action: Action, measure: Measure) -> Iterator[tuple[str, bool]]:
    """The conditions for rows that the measure did not touch, and whether they were declared."""
    from helpers.year.expressions import conjuncts

    if action.yardstick.comparison is not None:
        yield action.yardstick.comparison, True
        return
    if not measure.where or measure.agg not in ("share", "mean") or measure.repeat_of:
        return
    parts = conjuncts(measure.where)
    for at in reversed(range(len(parts))):
        kept = [part for i, part in enumerate(parts) if i != at]
        yield " AND ".join([*kept, f"NOT coalesce({parts[at]}, false)"]), False


def _fits(measures: Measures, measure: Measure, where: str) -> bool:
    """Whether a condition can be asked of a year's table."""
    from helpers.year.expressions import ExpressionError, check_expression
    from helpers.year.tidy import tidy_columns

    try:
        check_expression(where, tidy_columns(measures.year.year.tables[str(measure.table)]), boolean=True)
    except (ExpressionError, KeyError):
        return False
    return True


def _comparable(own: Sequence[Side], theirs: Sequence[Side], measure: Measure) -> bool:
    """Whether rows that nobody declared can serve: enough of them on both sides, with values that differ."""
    for after in (False, True):
        mine, other = (sum(s.n for s in part if s.after == after) for part in (own, theirs))
        if other < FEWEST_SHARE * mine:
            return False
    n, unknown = sum(s.n for s in theirs), sum(s.unknown for s in theirs)
    if measure.agg == "mean":
        return n >= KNOWN * (n + unknown)
    return n - unknown >= KNOWN * n and 0 < sum(s.hits for s in theirs) < n


def _difference(own: Sequence[Cell], others: Sequence[Cell], missed: tuple[float, int] | None) -> Effect | None:
    """Own figures less those of the others in the same months."""
    there = {(cell.at, cell.after): cell for cell in others}
    cells, level = [], [0.0, 0.0]
    for cell in own:
        other = there.get((cell.at, cell.after))
        if other is None:
            continue
        n = cell.n * other.n / (cell.n + other.n)
        noise = None if cell.noise is None or other.noise is None else n * (cell.noise / cell.n + other.noise / other.n)
        cells.append(
            Cell(
                at=cell.at,
                after=cell.after,
                n=n,
                value=cell.value - other.value,
                noise=noise,
                selected=cell.selected,
            )
        )
        if cell.selected:
            level = [level[0] + n * other.value, level[1] + n]
    if missed is not None and level[1]:
        missed = (missed[0] - level[0] / level[1], missed[1])
    return change_at(cells, missed)
