"""Which results need explaining: shortfalls, overshoots, fragile ones; each with its size and why it is raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, Protocol

from helpers.deviation.decompose import Agg, Cell, Decomposition, Direction
from helpers.deviation.values import plain

Kind = Literal["shortfall", "overshoot", "fragile"]
Status = Literal["met", "partly_met", "not_met", "unknown"]

#: A month tells nothing about the year where fewer months than this have records.
FEWEST_MONTHS = 6
#: What a sample's interval is of.
LEVEL = 0.95


class MonthFigure(Protocol):
    """One month of a series: its value and over how many rows it was taken."""

    @property
    def month(self) -> str: ...
    @property
    def value(self) -> Fraction | None: ...
    @property
    def n(self) -> int: ...


@dataclass(frozen=True)
class Observed:
    """One indicator, or one part of a compound one, as it came out.

    ``target`` and ``actual`` in ``unit``, None where they are not numbers; ``direction``: whether more
    or less is better, None where nobody can say. ``overshoot``: whether the rules call for a word on
    a result far beyond the target. ``interval``: of a declared sample. ``agg``: how the actual was
    measured, None where it was stated or rated. ``rows``: how many records it was taken from.
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


@dataclass(frozen=True)
class Deviation:
    """One raised result. ``facts`` are the figures that its text needs; ``tickets`` the rows that missed,
    without personal fields, capped (``facts["misses"]`` counts them all)."""

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

    def to_json(self) -> dict[str, Any]:
        """The object under ``deviations`` in results.json."""
        return {
            "indicator": self.indicator, "part": self.part, "kind": self.kind, "gap": plain(self.gap),
            "unit": self.unit, "causes": [cause for split in self.splits for cause in _causes(split)],
            "unexplained_rows": self.splits[0].unexplained if self.splits else None,
            "interval": plain(self.interval),
            "drilldown": [{**dict(zip(self.dimensions, cell.values, strict=True)), "rows": cell.misses}
                          for cell in self.cells],
            "tickets": [dict(ticket) for ticket in self.tickets],
            "text_facts": {key: plain(value) for key, value in self.facts.items()}}


def _causes(split: Decomposition) -> list[dict[str, Any]]:
    """Groups with a part in the gap; ``cause`` is null where none is recorded, ``words`` never."""
    return [{"dimension": split.dimension, "cause": group.words if group.kept else group.cause, "words": group.words,
             "contribution": plain(group.contribution),
             "avoidable": plain(group.avoidable) if group.misses else None,
             "rows": group.rows, "misses": group.misses}
            for group in split.groups if group.misses or group.contribution]


def raise_deviations(observed: Iterable[Observed]) -> list[Deviation]:
    """At most one deviation each, in the order given; nothing for what is unknown or plainly met.

    Shortfall: not or only partly met. Overshoot: met far beyond the target, where the rules ask for a
    word. Fragile: met, but a sample's interval reaches past the target, or one month more like the
    worst in place of an average one would have missed it.
    """
    raised = []
    for one in observed:
        if one.status in ("not_met", "partly_met"):
            raised.append(_deviation(one, "shortfall", {}))
        elif one.status == "met" and one.overshoot:
            raised.append(_deviation(one, "overshoot", {}))
        elif one.status == "met":
            why = fragile(one)
            if why is not None:
                raised.append(_deviation(one, "fragile", why))
    return raised


def _deviation(one: Observed, kind: Kind, more: Mapping[str, Any]) -> Deviation:
    facts = {"actual": one.actual, "target": one.target, "rows": one.rows, **more}
    return Deviation(one.indicator, one.part, kind, one.gap, one.unit, one.interval,
                     {key: value for key, value in facts.items() if value is not None})


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
    return value < one.target if one.side == "higher" else value > one.target  # type: ignore[operator]


def _worst_month(one: Observed) -> tuple[MonthFigure, Fraction] | None:
    """The month that would do the year the most harm in place of an average one, and the year's value then.

    For shares, means, and sums or counts with an upper bound: what was done so often as promised
    (a count with a lower bound) is done.
    """
    filled = [m for m in one.months if m.n > 0 and m.value is not None]
    rate = one.agg in ("share", "mean")
    if len(filled) < FEWEST_MONTHS or not (rate or (one.agg in ("sum", "count") and one.side == "lower")):
        return None
    average = len(filled) if rate else len(one.months)
    n = sum(m.n for m in filled)
    amounts = [m.value * m.n if rate else m.value for m in filled]  # type: ignore[operator]
    total = sum(amounts, Fraction(0))
    candidates = []
    for month, amount in zip(filled, amounts, strict=True):
        changed = total - total / average + amount
        rows = n - Fraction(n, average) + month.n
        candidates.append((month, changed / rows if rate else changed))
    pick = min if one.side == "higher" else max
    return pick(candidates, key=lambda candidate: candidate[1])
