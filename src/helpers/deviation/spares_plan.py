"""The spare-part plan of a year: stock by part, proved by replay of this year and of last year's plan on this year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from helpers.activity.calendar import CalendarUnknown
from helpers.activity.reclock import CannotReclock
from helpers.deviation.demands import Demand, Kept, Log, judge_waits, read_log
from helpers.deviation.fleet import replacement_plan
from helpers.deviation.kept_share import design_effect, hours, moved, share, wilson
from helpers.deviation.replay import replay
from helpers.deviation.spares_proposals import PartPlan, proposals, replacements, unanswered
from helpers.deviation.stock import ALPHA, Lead, base_stock, dispersion
from helpers.indicators.plain import plain

if TYPE_CHECKING:
    from helpers.measures.figures import Measures
    from helpers.year.load import Year

Json = dict[str, Any]

ASSUMPTIONS = (
    "每领用一件随即补订一件，在库与在途之和保持为储备量",
    "到货期内的用量按领用的频率推算，领用时多时少的备件按更大的起伏推算",
    "推演从年初满库开始，先到先得；每次领用的补货用该次记录的到货期，没有记录的用该备件到货期的中位数",
    "备件提早到货的，其后记录的各项时间按同样时长提前；备件到货以前的各项时间不变",
    "尚未完成的维修仍按未完成计",
    "验证方案时，估计的范围按各月之间的差异放宽，因为缺货集中在同一时段",
)


def spares_plan(year: Year, measures: Measures, last: Measures | None = None) -> Json:
    """``spares`` of results.json. ``measures``: the year's; ``last``: those of the year before.

    Whatever cannot be known is None beside a ``reason``; nothing is raised for want of records.
    """
    spec = year.year.spares
    replacement = replacement_plan(measures)
    base: Json = {"fiscal_year": year.fiscal_year, "replacement": replacement}
    if spec is None:
        return {
            **base,
            **_empty("未声明备件记录（spares）"),
            "proposals": unanswered(year, replacements(year, None, replacement)),
        }
    log = read_log(measures, spec)
    plans = plan_parts(log)
    stock = {plan.part: plan.stock.stock for plan in plans if plan.stock}
    run = Run.of(measures, log, stock, {})
    effects, whole = run.by_part(), run.to_json()
    return {
        **base,
        "service_level": float(spec.service_level),
        "measure": spec.measure,
        "measure_words": year.measures[spec.measure].words,
        "reason": _no_plan(log, plans),
        "parts": [_part_json(plan, log, effects.get(plan.part)) for plan in plans],
        "totals": _totals(log, plans),
        "replay": whole if stock else None,
        "out_of_sample": _out_of_sample(measures, last, log),
        "assumptions": [text.replace("年初", "年度初") if year.fiscal.crosses else text for text in ASSUMPTIONS],
        "proposals": unanswered(
            year,
            [*proposals(year, log, plans, effects, whole["before"]), *replacements(year, spec.measure, replacement)],
        ),
    }


def _empty(reason: str) -> Json:
    return {
        "service_level": None,
        "measure": None,
        "measure_words": None,
        "reason": reason,
        "parts": [],
        "totals": None,
        "replay": None,
        "out_of_sample": None,
        "assumptions": [],
    }


# --- the plan -------------------------------------------------------------------------------------


def plan_parts(log: Log) -> list[PartPlan]:
    """The stock of every part of a log at the declared service level, parts by demand, then number."""
    plans = [_plan_part(log, part, demands) for part, demands in log.by_part().items()]
    return sorted(plans, key=lambda plan: (-len(plan.demands), plan.part))


def _plan_part(log: Log, part: str, demands: Sequence[Demand]) -> PartPlan:
    lead, n = log.lead(demands), len(demands)
    spread = dispersion(
        [d.at for d in demands if d.at is not None], log.start, log.year_seconds, lead.mean if lead else 0
    )
    reason = None
    if n < log.spec.min_demand:
        reason = f"本年度只用过 {n} 次，不足以据此储备"
    elif lead is None:
        reason = "没有订购和到货时间的记录，也没有声明到货天数（lead_time），算不出到货期内的需求"
    if reason or lead is None:
        return PartPlan(part=part, demands=tuple(demands), lead=lead, spread=spread, stock=None, reason=reason)
    stock = base_stock(n, lead.mean, log.year_seconds, float(log.spec.service_level), spread)
    return PartPlan(part=part, demands=tuple(demands), lead=lead, spread=spread, stock=stock, reason=None)


def _no_plan(log: Log, plans: Sequence[PartPlan]) -> str | None:
    if not log.repairs:
        return "本年度没有维修记录"
    if not plans:
        return "维修记录都没有备件编号，说不出用了哪些备件"
    return None if any(plan.stock for plan in plans) else "没有一种备件的记录足以据此储备，原因见各备件"


# --- the replay -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Run:
    """A log replayed: for each demand the wait, None where its part has no stock in the plan; the repairs
    then (``kept``), and had no planned part been waited for (``best``); None with the ``reason``."""

    measures: Measures
    log: Log
    waits: tuple[int | None, ...]
    kept: tuple[Kept, ...] | None
    best: tuple[Kept, ...] | None
    reason: str | None
    assumed: int

    @classmethod
    def of(cls, measures: Measures, log: Log, stock: Mapping[str, int], leads: Mapping[str, int]) -> Run:
        """Replay ``log`` with ``stock``. ``leads``: seconds by part where the log records none."""
        waits: list[int | None] = [None] * len(log.demands)
        assumed = 0
        places: dict[str, list[int]] = {}
        for place, demand in enumerate(log.demands):
            if demand.part in stock and demand.at is not None:
                places.setdefault(demand.part, []).append(place)
        for part, members in places.items():
            lead = log.lead([log.demands[i] for i in members])
            usual = lead.median if lead else leads[part]
            assumed += sum(log.demands[i].lead is None for i in members)
            found = replay(
                [int(log.demands[i].at or 0) for i in members],
                [usual if (own := log.demands[i].lead) is None else own for i in members],
                stock[part],
            )
            for place, wait in zip(members, found, strict=True):
                waits[place] = wait
        kept, best, reason = _judged(measures, log, waits)
        return cls(measures=measures, log=log, waits=tuple(waits), kept=kept, best=best, reason=reason, assumed=assumed)

    def by_part(self) -> dict[str, Json]:
        """The effect on each part's own demands, with the share had this part alone been kept (``after_alone``);
        the tickets add up to the whole."""
        members: dict[str, list[int]] = {}
        for place, (demand, wait) in enumerate(zip(self.log.demands, self.waits, strict=True)):
            if wait is not None:
                members.setdefault(demand.part, []).append(place)
        return {part: {**self._effect(places), "after_alone": self._alone(places)} for part, places in members.items()}

    def _alone(self, places: Sequence[int]) -> Json | None:
        if self.kept is None:
            return None
        figure = self.measures.figure(self.log.spec.measure)
        return share(*moved(figure.hits or 0, figure.n, [self.kept[i] for i in places]))

    def _effect(self, places: Sequence[int]) -> Json:
        """Demands, who did not wait, hours waited before and after, tickets saved and lost."""
        demands, waits = [self.log.demands[i] for i in places], [self.waits[i] or 0 for i in places]
        filled = sum(wait == 0 for wait in waits)
        before = [d.waited for d in demands if d.waited is not None]
        after = [w for d, w in zip(demands, waits, strict=True) if d.waited is not None]
        kept = [self.kept[i] for i in places] if self.kept is not None else None
        recorded = self.log.spec.ordered is not None
        return {
            "demands": len(places),
            "filled": filled,
            "fill_rate": filled / len(places) if places else None,
            "fill_interval": wilson(filled, len(places)),
            "fill_interval_months": wilson(
                filled, len(places), design_effect([d.month for d in demands], [w == 0 for w in waits])
            ),
            "wait_unknown": len(places) - len(before) if recorded else None,
            "wait_before_hours": hours(sum(before)) if recorded else None,
            "wait_after_hours": hours(sum(after if recorded else waits)),
            "wait_avoided_hours": hours(sum(before) - sum(after)) if recorded else None,
            "tickets_saved": None if kept is None else sum(k.kept_then and not k.kept for k in kept),
            "tickets_lost": None if kept is None else sum(k.kept and not k.kept_then for k in kept),
        }

    def to_json(self) -> Json:
        """The whole run: effect, the share before and after, and what it rests on."""
        places = [i for i, wait in enumerate(self.waits) if wait is not None]
        return {
            "replay_on": self.log.fiscal_year,
            **self._effect(places),
            **self._shares(),
            "reason": self.reason,
            "not_planned": sum(d.at is not None for d in self.log.demands) - len(places),
            "undated": sum(d.at is None for d in self.log.demands),
            "assumed_leads": self.assumed,
        }

    def _shares(self) -> Json:
        """The measure as recorded, as replayed, and had no repair with a planned part waited at all."""
        if self.kept is None or self.best is None:
            return {"before": None, "after": None, "limit": None}
        figure = self.measures.figure(self.log.spec.measure)
        hits, n = figure.hits or 0, figure.n
        return {
            "before": share(hits, n),
            "after": share(*moved(hits, n, self.kept)),
            "limit": share(*moved(hits, n, self.best)),
        }


def _judged(
    measures: Measures,
    log: Log,
    waits: Sequence[int | None],
) -> tuple[tuple[Kept, ...] | None, tuple[Kept, ...] | None, str | None]:
    """Each repair before and after, and without any wait; or why that cannot be told."""
    if log.spec.ordered is None:
        return None, None, "没有备件订购和到货时间的记录，不知道各维修为备件等了多久，算不出及时率"
    try:
        none = [None if wait is None else 0 for wait in waits]
        kept, best = judge_waits(measures, log.spec, log.demands, waits, none)
        return kept, best, None
    except CannotReclock as error:
        return None, None, str(error)
    except CalendarUnknown as error:  # a longer wait than the recorded one may end in a year that nobody has declared
        return None, None, error.what


def _out_of_sample(measures: Measures, last: Measures | None, log: Log) -> Json:
    """Last year's plan on this year's log: the service reached beside the declared one."""
    if last is None:
        return {"reason": "没有上年度的记录，不能用上年度制定的方案在本年度验证"}
    earlier = last.year.year.spares
    if earlier is None:
        return {"reason": "上年度未声明备件记录（spares），不能用上年度制定的方案在本年度验证"}
    before = read_log(last, earlier)
    plans = plan_parts(before)
    stock = {plan.part: plan.stock.stock for plan in plans if plan.stock}
    if not stock:
        return {"reason": "上年度的记录不足以制定储备方案"}
    run = Run.of(measures, log, stock, {plan.part: plan.lead.median for plan in plans if plan.lead})
    found = run.to_json()
    level = float(earlier.service_level)
    used = Counter(d.part for d, wait in zip(log.demands, run.waits, strict=True) if wait is not None)
    expected = sum(used[plan.part] * plan.stock.service for plan in plans if plan.stock)
    interval = found["fill_interval_months"]
    effects = run.by_part()
    spans = (log.year_seconds, before.year_seconds)
    parts = [
        {
            "part": plan.part,
            "stock": plan.stock.stock,
            "expected_service": round(plan.stock.service, 6),
            "demand_before": len(plan.demands),
            "demand_p_value": _changed(used[plan.part], plan, spans),
            **effects[plan.part],
        }
        for plan in plans
        if plan.stock and plan.part in effects
    ]
    return {
        "plan_from": last.year.fiscal_year,
        **found,
        "service_level": level,
        "expected_fill_rate": expected / sum(used.values()) if used else None,
        "holds": None if interval is None else interval[1] >= level,
        "holds_if_independent": None if interval is None else found["fill_interval"][1] >= level,
        "grown": [
            one["part"] for one in parts if one["demands"] > one["demand_before"] and one["demand_p_value"] < ALPHA
        ],
        "reason": found["reason"] if used else "上年度方案里的备件本年度没有领用",
        "parts": parts,
    }


def _changed(now: int, plan: PartPlan, spans: tuple[int, int]) -> float:
    """How often chance changes a part's demand as much from one year to the next; both counts are taken
    down by the index of dispersion, since demands in bursts say less than as many single ones."""
    from scipy.stats import binomtest

    index = max(1.0, plan.spread.index) if plan.spread else 1.0
    new, old = round(now / index), round(len(plan.demands) / index)
    return round(float(binomtest(new, new + old, spans[0] / sum(spans)).pvalue), 6) if new + old else 1.0


# --- results --------------------------------------------------------------------------------------


def _part_json(plan: PartPlan, log: Log, effect: Json | None) -> Json:
    models = Counter(d.model for d in plan.demands)
    price, stock = log.prices.get(plan.part), plan.stock
    return {
        "part": plan.part,
        "name": log.names.get(plan.part),
        "demand": len(plan.demands),
        "models": [
            {"model": model, "demand": n} for model, n in sorted(models.items(), key=lambda m: (-m[1], m[0] or ""))
        ],
        "lead": _lead_json(plan.lead),
        "price": plain(price),
        "dispersion": None
        if plan.spread is None
        else {
            "index": round(plan.spread.index, 6),
            "over": plan.spread.over,
            "windows": plan.spread.windows,
            "p_value": round(plan.spread.p_value, 6),
        },
        "distribution": stock.distribution if stock else None,
        "demand_in_lead": round(stock.in_lead, 6) if stock else None,
        "stock": stock.stock if stock else None,
        "service": round(stock.service, 6) if stock else None,
        "cost": plain(price * stock.stock) if stock and price is not None else None,
        "reason": plan.reason,
        "effect": effect,
    }


def _lead_json(lead: Lead | None) -> Json | None:
    if lead is None:
        return None
    return {
        "source": lead.source,
        "n": lead.n,
        "open": lead.open_,
        "mean_seconds": round(lead.mean),
        "median_seconds": lead.median,
        "p10_seconds": lead.p10,
        "p90_seconds": lead.p90,
        "longest_seconds": lead.longest,
    }


def _totals(log: Log, plans: Sequence[PartPlan]) -> Json:
    planned = [plan for plan in plans if plan.stock]
    priced = [(plan.stock.stock, log.prices[plan.part]) for plan in planned if plan.stock and plan.part in log.prices]
    return {
        "repairs": log.repairs,
        "demands": len(log.demands),
        "without_part": log.repairs - len(log.demands),
        "parts": len(plans),
        "planned": len(planned),
        "pieces": sum(plan.stock.stock for plan in planned if plan.stock),
        "cost": plain(sum((n * price for n, price in priced), Fraction(0))) if priced else None,
        "without_price": len(planned) - len(priced),
    }
