"""Which results need explaining: shortfalls, overshoots, fragile ones, trends; each with its size and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from helpers.deviation.decompose import Agg, Cell, Decomposition, Direction
from helpers.deviation.last_year import Before
from helpers.deviation.scan import Combination
from helpers.deviation.told_apart import Structure
from helpers.deviation.trend import FEWEST_MONTHS, Course, months_course, since_last_year
from helpers.deviation.values import MonthFigure
from helpers.indicators.plain import plain

Kind = Literal["shortfall", "overshoot", "fragile", "trend"]
Status = Literal["met", "partly_met", "not_met", "unknown"]

#: What a sample's interval is of.
LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class Observed:
    """One indicator, or one part of a compound one, as it came out.

    ``target`` and ``actual`` in ``unit``, None where they are not numbers; ``direction``: whether more
    or less is better, None where nobody can say. ``overshoot``: whether the rules call for a word on
    a result far beyond the target. ``interval``: of a declared sample. ``agg``: how the actual was
    measured, None where it was stated or rated. ``rows``: how many records it was taken from, ``hits``
    of which kept the condition of a share. ``lost``: points lost, None where it is not scored.
    ``before``: last year's figure. ``part_of_year``: its records cover a part of the year.
    """

    indicator: str
    part: str | None
    status: Status
    unit: str | None
    target: Fraction | None
    actual: Fraction | None
    direction: Direction | Literal["equal"] | None
    overshoot: bool = False
    interval: tuple[float, float] | None = None
    agg: Agg | None = None
    rows: int | None = None
    months: Sequence[MonthFigure] = ()
    hits: int | None = None
    lost: Fraction | None = None
    before: Before | None = None
    part_of_year: bool = False

    @property
    def side(self) -> Direction | None:
        """The direction in which the actual had to move; an exact target can be missed on both sides."""
        if self.direction == "equal" and self.target is not None and self.actual is not None:
            return "higher" if self.actual < self.target else "lower"
        return None if self.direction == "equal" else self.direction

    @property
    def gap(self) -> Fraction | None:
        """Target − actual, for upper bounds the other way round: positive = shortfall."""
        if self.target is None or self.actual is None or self.side is None:
            return None
        return self.target - self.actual if self.side == "higher" else self.actual - self.target


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """One raised result. ``facts`` are the figures that its text needs; ``tickets`` the rows that missed,
    without personal fields, capped (``facts["misses"]`` counts them all). ``since``: this year's figure
    against last year's; ``trend``: the course of the months and of the years where it goes against the
    target; ``structures`` stand beside ``splits`` one to one; ``combinations``: cells with misses beyond chance;
    ``lead``: the strongest cause of all; ``control`` and ``states`` as in results.json;
    ``replayed`` by dimension and cause what the whole would have been without it."""

    indicator: str
    part: str | None
    kind: Kind
    gap: Fraction | None
    unit: str | None
    interval: tuple[float, float] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    splits: tuple[Decomposition, ...] = ()
    dimensions: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    tickets: tuple[Mapping[str, Any], ...] = ()
    lost: Fraction | None = None
    since: Mapping[str, Any] | None = None
    trend: Mapping[str, Any] | None = None
    structures: tuple[Structure, ...] = ()
    combinations: tuple[Combination, ...] = ()
    lead: Mapping[str, Any] | None = None
    control: Mapping[str, Any] | None = None
    states: Mapping[str, Any] | None = None
    replayed: Mapping[tuple[str, str | None], Mapping[str, Any]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The object under ``deviations`` in results.json."""
        return {
            "indicator": self.indicator,
            "part": self.part,
            "kind": self.kind,
            "gap": plain(self.gap),
            "unit": self.unit,
            "points_lost": plain(self.lost),
            "since_last_year": _plain(self.since),
            "trend": _plain(self.trend),
            "causes": [cause for split, told in self._split() for cause in _causes(split, told, self.replayed)],
            "dimensions": [told.to_json() for _, told in self._split() if told],
            "lead": dict(self.lead) if self.lead else None,
            "combinations": [one.to_json() for one in self.combinations],
            "concentration": self._concentration(),
            "unexplained_rows": next((s.unexplained for s in self.splits if s.dimension in self.dimensions[:1]), None),
            "interval": plain(self.interval),
            "drilldown": [
                {**dict(zip(self.dimensions, cell.values, strict=True)), "rows": cell.misses} for cell in self.cells
            ],
            "tickets": [dict(ticket) for ticket in self.tickets],
            # JSON objects have no order of their own; that of the columns says what a reader looks for first.
            "drill_columns": list(self.dimensions) if self.cells else [],
            "ticket_columns": list(dict.fromkeys(key for ticket in self.tickets for key in ticket)),
            "states": self.states,
            "control": self.control,
            "text_facts": {key: plain(value) for key, value in self.facts.items()},
        }

    def _concentration(self) -> dict[str, Any] | None:
        """Of the combinations of several values the one that holds most of the misses."""
        several = [one for one in self.combinations if len(one.values) > 1]
        return max(several, key=lambda one: one.misses).to_json() if several else None

    def _split(self) -> list[tuple[Decomposition, Structure | None]]:
        """Each dimension's split with what is known about its structure."""
        told = {one.dimension: one for one in self.structures}
        return [(split, told.get(split.dimension)) for split in self.splits]


def _plain(facts: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if facts is None else {key: plain(value) for key, value in facts.items()}


def _causes(
    split: Decomposition, told: Structure | None, replayed: Mapping[tuple[str, str | None], Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Groups with a part in the gap; ``cause`` is null where none is recorded, ``words`` never.

    ``expected``: misses at the overall rate, where every row could belong to the group;
    ``beyond_chance``: whether it has more misses than chance gives it, the dimensions of ``adjusted_for`` held alike;
    ``adjusted``: what its rows would have then, and its odds.
    """
    expected, beyond = (told.expected, told.beyond) if told else ({}, frozenset())
    return [
        {
            "dimension": split.dimension,
            "cause": group.words if group.kept else group.cause,
            "words": group.words,
            "contribution": plain(group.contribution),
            "avoidable": plain(group.avoidable) if group.misses else None,
            "replayed": replayed.get((split.dimension, group.cause)),
            "rows": group.rows,
            "misses": group.misses,
            "expected": plain(expected.get(group.cause)) if group.cause is not None else None,
            "beyond_chance": group.cause in beyond if told and told.test and group.cause is not None else None,
            "adjusted": told.beside_others(group.cause) if told and group.cause is not None else None,
        }
        for group in split.groups
        if group.misses or group.contribution
    ]


def raise_deviations(observed: Iterable[Observed]) -> list[Deviation]:
    """The deviations in the order given; nothing for what is unknown or plainly met.

    Shortfall: not or only partly met. Overshoot: met far beyond the target, where the rules ask for a
    word. Fragile: met, but a sample's interval reaches past the target, or one month more like the
    worst in place of an average one would have missed it. Trend: met, but the figures move against the
    target beyond chance, over the months or since last year; raised beside overshoot or fragile, while
    a shortfall carries its own trend.
    """
    raised = []
    for one in observed:
        since, trend = changes(one)
        if one.status in ("not_met", "partly_met"):
            raised.append(_deviation(one, "shortfall", {}, since, trend))
        if one.status != "met":
            continue
        why = None if one.overshoot else fragile(one)
        if one.overshoot:
            raised.append(_deviation(one, "overshoot", {}, since))
        elif why is not None:
            raised.append(_deviation(one, "fragile", why, since))
        if trend is not None:
            raised.append(_deviation(one, "trend", {}, since, trend))
    return raised


def _deviation(
    one: Observed,
    kind: Kind,
    more: Mapping[str, Any],
    since: Mapping[str, Any] | None,
    trend: Mapping[str, Any] | None = None,
) -> Deviation:
    facts = {"actual": one.actual, "target": one.target, "rows": one.rows, **more}
    return Deviation(
        indicator=one.indicator,
        part=one.part,
        kind=kind,
        gap=one.gap,
        unit=one.unit,
        interval=one.interval,
        facts={key: value for key, value in facts.items() if value is not None},
        lost=one.lost,
        since=since,
        trend=trend,
    )


# --- trends ---------------------------------------------------------------------------------------


def changes(one: Observed) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """This year's figure against last year's, and the trend against the target where there is one.

    A trend needs a measured figure and a numeric target with one side. ``by``: months, last_year or
    both. The figures of the months are there where they have a course; ``ahead`` is next year's figure
    if it goes on so, ``ahead_misses`` whether that would miss the target. The target of a count or sum
    is a year's: its months have a course against it only where next year would miss it. Months that
    went the same way last year, in a year no worse than that, are the season and no trend.
    """
    partly = one.part_of_year or bool(one.before and one.before.part_of_year)
    since = since_last_year(one.actual, one.rows or 0, one.hits, one.unit, one.months, one.agg, one.before, partly)
    if one.part_of_year:
        return since, None
    if one.agg is None or one.target is None or one.side is None or one.direction == "equal":
        return since, None
    course = months_course(one.months, one.agg, one.side, one.before.months if one.before and one.before.same else ())
    change = since["change"] if since and since["beyond_chance"] else 0
    worse = change < 0 if one.side == "higher" else change > 0
    facts = _course_facts(one, course) if course else {}
    if course and ((course.seasonal and not worse) or (one.agg in ("count", "sum") and not facts["ahead_misses"])):
        facts = {}
    by = [name for name, there in (("months", facts), ("last_year", worse)) if there]
    return since, {"by": by, **facts} if by else None


def _course_facts(one: Observed, course: Course) -> dict[str, Any]:
    ahead = course.ahead * (12 if one.agg in ("count", "sum") else 1)
    return {
        "tau": round(course.tau, 6),
        "p_value": round(course.p_value, 6),
        "months": course.months,
        "slope": course.slope,
        "first": course.first,
        "last": course.last,
        "ahead": ahead,
        "ahead_misses": _misses(one, Fraction(ahead)),
        "seasonal": course.seasonal,
    }


# --- fragile --------------------------------------------------------------------------------------


def fragile(one: Observed) -> dict[str, Any] | None:
    """Why a met result might not be met again, or None.

    ``reason`` sample: the interval at ``level`` reaches past the target. ``reason`` bad_month: with
    ``month`` in place of an average month the year would have come to ``with_bad_month``.
    """
    if one.target is None or one.side is None:
        return None
    if one.interval is not None:
        end = one.interval[0] if one.side == "higher" else one.interval[1]
        past = end < float(one.target) if one.side == "higher" else end > float(one.target)
        return {"reason": "sample", "level": LEVEL} if past else None
    worst = _worst_month(one)
    if worst is None or not _misses(one, worst[1]):
        return None
    month, value = worst
    return {"reason": "bad_month", "month": month.month, "month_value": month.value, "with_bad_month": value}


def _misses(one: Observed, value: Fraction) -> bool:
    assert one.target is not None
    return value < one.target if one.side == "higher" else value > one.target


def _worst_month(one: Observed) -> tuple[MonthFigure, Fraction] | None:
    """The month that would do the year the most harm in place of an average one, and the year's value then.

    For shares, means, and sums or counts with an upper bound: what was done so often as promised
    (a count with a lower bound) is done.
    """
    known = [(m, m.value) for m in one.months if m.n > 0 and m.value is not None]
    filled = [m for m, _ in known]
    rate = one.agg in ("share", "mean")
    if len(filled) < FEWEST_MONTHS or not (rate or (one.agg in ("sum", "count") and one.side == "lower")):
        return None
    average = len(filled) if rate else len(one.months)
    n = sum(m.n for m in filled)
    amounts = [value * m.n if rate else value for m, value in known]
    total = sum(amounts, Fraction(0))
    candidates = []
    for month, amount in zip(filled, amounts, strict=True):
        changed = total - total / average + amount
        rows = n - Fraction(n, average) + month.n
        candidates.append((month, changed / rows if rate else changed))
    pick = min if one.side == "higher" else max
    return pick(candidates, key=lambda candidate: candidate[1])
