"""What a spare-part and a replacement plan propose: rows of the plan that nobody has adopted yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.deviation.demands import Demand, Log
from helpers.deviation.stock import BaseStock, Dispersion, Lead
from helpers.indicators.plain import plain

if TYPE_CHECKING:
    from helpers.year.load import Year

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class PartPlan:
    """One part: its demand, what is known of it, and the stock; ``stock`` None with the ``reason``."""

    part: str
    demands: tuple[Demand, ...]
    lead: Lead | None
    spread: Dispersion | None
    stock: BaseStock | None
    reason: str | None


def _indicator(year: Year, measure: str | None) -> str | None:
    """The indicator that the measure answers."""
    for one in year.indicators.indicators:
        actuals = [one.actual, *(part.actual for part in one.parts)]
        if measure is not None and any(a is not None and a.measure == measure for a in actuals):
            return one.id
    return None


def unanswered(year: Year, rows: Sequence[Json]) -> list[Json]:
    """The proposals that nobody has answered: one taken into plan.yml under its id is the plan's own."""
    answered = {action.id for action in year.plan.actions}
    return [row for row in rows if row["id"] not in answered]


def proposals(
    year: Year, log: Log, plans: Sequence[PartPlan], effects: Mapping[str, Json], before: Json | None
) -> list[Json]:
    """A plan row for each part whose stock would have let more repairs keep their time, the most first."""
    indicator = _indicator(year, log.spec.measure)
    if indicator is None:
        return []
    worth = [(plan, effects[plan.part]) for plan in plans if plan.stock and plan.part in effects]
    worth = [
        (plan, e) for plan, e in worth if e["tickets_saved"] is not None and e["tickets_saved"] > e["tickets_lost"]
    ]
    worth.sort(
        key=lambda pair: (
            pair[1]["tickets_lost"] - pair[1]["tickets_saved"],
            -pair[1]["wait_avoided_hours"],
            pair[0].part,
        )
    )
    return [
        _row(
            f"spare-{plan.part}",
            indicator,
            f"维修时缺少备件 {label(plan.part, log)}，临时订购到货慢",
            f"储备 {label(plan.part, log)} {plan.stock.stock} 件，领用一件随即补订一件",
            _effect_text(log, plan, effect, before),
        )
        for plan, effect in worth
        if plan.stock
    ]


def label(part: str, log: Log) -> str:
    """The part by name and number."""
    return f"{log.names[part]}（{part}）" if part in log.names else part


def _effect_text(log: Log, plan: PartPlan, effect: Json, before: Json | None) -> str:
    assert plan.stock is not None
    price = log.prices.get(plan.part)
    cost = "单价未记录" if price is None else f"约需 {plain(price * plan.stock.stock):,} 元"
    text = (
        f"{cost}；按 {log.fiscal_year} 年度维修记录逐笔推演，"
        f"{effect['demands']} 次领用中 {effect['filled']} 次无需等待，"
        f"少等 {effect['wait_avoided_hours']:,.1f} 小时，"
        f"多 {effect['tickets_saved'] - effect['tickets_lost']} 件维修按时完成"
    )
    alone = effect["after_alone"]
    if before and alone and before["value"] is not None and alone["value"] is not None:
        text += f"，仅此一项可使按时完成的占比由 {before['value']:.2%} 升至 {alone['value']:.2%}"
    return text


def replacements(year: Year, measure: str | None, replacement: Json) -> list[Json]:
    """A plan row for each model and age to be replaced first."""
    indicator = _indicator(year, measure)
    plan = replacement.get("plan")
    if indicator is None or plan is None:
        return []
    return [
        _row(
            f"replace-{group['model']}-{group['age_from']}",
            indicator,
            _why_old(group),
            f"优先更换使用满 {group['age_from']} 年的 {group['model']} {group['machines']} 台"
            if group["age_matters"]
            else f"优先更换 {group['model']} {group['machines']} 台",
            f"约需 {group['cost']:,} 元，每年约减少故障 {group['avoided']:.1f} 次（95% 区间 {group['low']:.1f} 至 "
            f"{group['high']:.1f} 次）",
        )
        for group in plan["groups"]
    ]


def _why_old(group: Json) -> str:
    """Age is a cause only where older machines of the same model fail more than its younger ones."""
    model, age = group["model"], group["age_from"]
    if group["age_matters"]:
        return f"{model} 使用满 {age} 年，故障率高于同类新设备，也高于本型号使用不满 {age} 年的设备"
    if group["age_matters"] is None:
        return f"{model} 的故障率高于同类新设备；没有本型号较新的设备可比，分不清是型号还是使用年限的影响"
    return f"{model} 的故障率高于同类新设备；同型号内使用满 {age} 年的与不满的差别不明显，不能归因于使用年限"


def _row(id_: str, indicator: str, cause: str, action: str, effect: str) -> Json:
    """A proposal in the shape of the plan's rows: nobody has adopted it, so it has no owner and no date."""
    return {
        "id": id_,
        "indicator": indicator,
        "cause": cause,
        "confirmed": None,
        "action": action,
        "owner": None,
        "due": None,
        "yardstick": None,
        "status": "proposed",
        "expected_effect": effect,
        "carried_from": None,
        "done_on": None,
        "verified": None,
    }
