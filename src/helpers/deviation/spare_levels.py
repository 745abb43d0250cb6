"""What each number of pieces of each part would have saved, replayed: parts serve different repairs, so they add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from helpers.deviation.allocation import Levels, Stocked, to_level
from helpers.deviation.clocks_again import Place
from helpers.deviation.demands import Kept, Log, judge_waits
from helpers.deviation.replay import replay
from helpers.deviation.saved_cases import Saved, together
from helpers.deviation.spares_proposals import PartPlan
from helpers.deviation.stock import base_stock, service
from helpers.deviation.stock_book import Shelf

if TYPE_CHECKING:
    from helpers.measures.figures import Measures

#: No more pieces of a part than this are looked at.
MOST = 200


@dataclass(frozen=True, kw_only=True)
class SpareLevels:
    """``plans``: parts with a stock and a price. ``each``: their stock at the declared level, each part by itself;
    ``overall``: the cheapest stock with which all of them together reach it; ``shelf``: what is there already
    (empty without a book). ``saved``: by part, for each number of pieces from 0; ``beside``: the same beside the
    shelf, refilled by ordinary orders."""

    log: Log
    plans: tuple[PartPlan, ...]
    each: Mapping[str, int]
    overall: Mapping[str, int]
    beyond_shelf: Mapping[str, int]
    shelf: Mapping[str, int]
    known: bool
    saved: Mapping[str, tuple[Saved, ...]]
    beside: Mapping[str, tuple[Saved, ...]]

    def price(self, part: str) -> Fraction:
        return self.log.prices[part]

    def cost(self, stock: Mapping[str, int], shelf: Mapping[str, int] | None = None) -> Fraction:
        """元 for the pieces that are not there already."""
        there = shelf or {}
        return sum((self.price(p) * max(n - there.get(p, 0), 0) for p, n in stock.items()), Fraction(0))

    def of(self, stock: Mapping[str, int]) -> Saved:
        """What a stock saves that is bought from nothing."""
        return together(self.saved[part][n] for part, n in stock.items())

    def more(self, stock: Mapping[str, int]) -> Saved:
        """What a stock saves more than the shelf would."""
        return together(
            _beyond(self.beside[part][n], self.beside[part][min(self.shelf.get(part, 0), n)])
            for part, n in stock.items()
        )

    def levels(self) -> list[Levels]:
        """For the choice within a budget: up to the stock of the overall level, beyond the shelf."""
        found = []
        for part, most in sorted(self.beyond_shelf.items()):
            free = min(self.shelf.get(part, 0), most)
            cases = tuple(self.more({part: max(n, free)}).cases for n in range(most + 1))
            found.append(Levels(part, self.price(part), cases, free))
        return found


def _beyond(one: Saved, there: Saved) -> Saved:
    return Saved({p: chance for p, chance in one.late.items() if p not in there.late}, one.lost - there.lost)


def spare_levels(measures: Measures, log: Log, plans: Sequence[PartPlan], shelf: Shelf) -> SpareLevels:
    """Raises ``CannotReclock``, ``QueryStopped``, ``CalendarUnknown`` where the clocks cannot be run again."""
    known = tuple(plan for plan in plans if plan.stock and plan.part in log.prices)
    level = float(log.spec.service_level)
    stocked = [_stocked(plan, log) for plan in known]
    each = {plan.part: plan.stock.stock for plan in known if plan.stock}
    overall = to_level(stocked, level)
    ordinary = [_stocked(_ordinary(plan, log, shelf), log) for plan in known]
    there = {part: shelf.on_hand.get(part, 0) for part in each}
    beyond = to_level(ordinary, level, there)
    plain = _replayed(measures, log, {p: max(each[p], overall[p]) for p in each}, Shelf())
    beside = _replayed(measures, log, beyond, shelf) if shelf.reason is None else plain
    return SpareLevels(
        log=log,
        plans=known,
        each=each,
        overall=overall,
        beyond_shelf=beyond if shelf.reason is None else overall,
        shelf=there if shelf.reason is None else {},
        known=shelf.reason is None,
        saved=plain,
        beside=beside,
    )


def cheapest(plans: Sequence[PartPlan], log: Log) -> dict[str, int]:
    """The cheapest stock with which priced parts together reach the declared level."""
    return to_level([_stocked(plan, log) for plan in plans], float(log.spec.service_level))


def _stocked(plan: PartPlan, log: Log) -> Stocked:
    """The service of each stock up to where next to no demand waits any more."""
    assert plan.stock is not None
    served = [0.0]
    while served[-1] < 0.9999 and len(served) <= MOST:
        served.append(service(plan.stock.in_lead, plan.stock.shape, len(served)))
    return Stocked(plan.part, len(plan.demands), log.prices[plan.part], tuple(served))


def _ordinary(plan: PartPlan, log: Log, shelf: Shelf) -> PartPlan:
    """The plan with the lead time of ordinary orders where the book knows some: that is how the shelf is refilled."""
    lead = shelf.leads.get(plan.part)
    if lead is None:
        return plan
    stock = base_stock(len(plan.demands), lead.mean, log.year_seconds, float(log.spec.service_level), plan.spread)
    return replace(plan, lead=lead, stock=stock)


def _replayed(measures: Measures, log: Log, most: Mapping[str, int], shelf: Shelf) -> dict[str, tuple[Saved, ...]]:
    """Each part with 1, 2 … pieces; all parts at once, as no repair needs two of them. No pieces is as recorded."""
    deepest = max(most.values(), default=0)
    scenarios = [
        waits_with(log, {p: min(n, top) for p, top in most.items() if top}, shelf) for n in range(1, deepest + 1)
    ]
    judged = judge_waits(measures, log.spec, log.demands, *scenarios)
    found: dict[str, list[Saved]] = {part: [Saved()] for part in most}
    for number, kept in enumerate(judged, start=1):
        for part, top in most.items():
            if number <= top:
                found[part].append(saved_by(log, kept, part))
    return {part: tuple(levels) for part, levels in found.items()}


def waits_with(
    log: Log, stock: Mapping[str, int], shelf: Shelf, leads: Mapping[str, int] | None = None
) -> list[int | None]:
    """How long each repair waits with a stock, in seconds; None as recorded. ``leads``: where the log knows none."""
    waits: list[int | None] = [None] * len(log.demands)
    for part, pieces in stock.items():
        # What came from the shelf as it is goes on doing so: pieces are bought beside it.
        stays = part in shelf.on_hand
        mine = [(i, d) for i, d in enumerate(log.demands) if d.part == part and d.at is not None]
        mine = [(i, d) for i, d in mine if not (stays and d.ordered is None and d.waited == 0)]
        lead = shelf.leads.get(part) or log.lead([d for d in log.demands if d.part == part])
        usual = lead.median if lead else (leads or {}).get(part, 0)
        taken = [usual if part in shelf.leads or d.lead is None else d.lead for _, d in mine]
        told = replay([int(d.at or 0) for _, d in mine], taken, pieces)
        for (place, _), wait in zip(mine, told, strict=True):
            waits[place] = wait
    return waits


def saved_by(log: Log, kept: Sequence[Kept], part: str) -> Saved:
    """The repairs of a part that a replay keeps in time, and those that it makes late."""
    mine: list[tuple[Place, Kept]] = [
        ((d.file, d.row), one) for d, one in zip(log.demands, kept, strict=True) if d.part == part
    ]
    return Saved(
        {place: 1.0 for place, one in mine if one.kept_then and not one.kept},
        frozenset(place for place, one in mine if one.kept and not one.kept_then),
    )
