"""The table of measures compared by money; what was planned on last year's records; adopted measures' figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar

from helpers.activity.calendar import CalendarUnknown
from helpers.activity.reclock import CannotReclock
from helpers.deviation.chosen_set import chosen_set
from helpers.deviation.demands import judge_waits, read_log
from helpers.deviation.options import (
    Found,
    Option,
    capped,
    combined,
    find,
    machine_options,
    overlaps,
    spare_options,
)
from helpers.deviation.replaced_cases import replaceable
from helpers.deviation.saved_cases import together
from helpers.deviation.spare_levels import cheapest, saved_by, waits_with
from helpers.deviation.spares_plan import plan_parts
from helpers.deviation.stock_book import Shelf
from helpers.deviation.wait_options import rest_option, wait_options
from helpers.indicators.plain import plain
from helpers.measures.database import QueryStopped
from helpers.year.faults import did_you_mean

if TYPE_CHECKING:
    from helpers.measures.figures import Measures
    from helpers.year.declared_plan import Action
    from helpers.year.load import Year

Json = dict[str, Any]
T = TypeVar("T")

ASSUMPTIONS = (
    "多按时完成的件数由本年度记录推演得出，同一件只计一次；区间考虑各周、各月的起伏，以本年度未按时完成的件数为限",
    "备件的费用按目录单价计，更换设备的费用按同类设备最近一次购置的单价计，都不含人工",
    "更换设备减少的件数，按该型号与同类新设备未按时完成的次数之差推算",
)


def options_table(
    measures: Measures, last: Measures | None, deviations: Sequence[Mapping[str, Any]]
) -> tuple[Json, dict[str, Option]]:
    """``spares.options`` of results.json, and the options by id.

    ``last``: last year's measures. What cannot be compared says why under ``reasons``; nothing is raised.
    """
    nothing: list[Option] = []
    waits, told_why = _tried(lambda: wait_options(measures, deviations), nothing)
    reasons = [told_why] if told_why else []
    found = find(measures)
    if found is None:
        return _empty(waits, [*reasons, "未声明备件记录（spares），备件和更换设备不能按金额比较"])
    spares, machines = spare_options(found), machine_options(found)
    spares = [_checked(one, found, measures, last) for one in spares]
    machines = [*machines[:-1], *(_machines_checked(one, found, measures, last) for one in machines[-1:])]
    both = _both(spares, machines)
    rest, _ = _tried(lambda: rest_option(measures, found.late), None)
    budget = found.machines.budget if found.machines else _budget(measures.year)
    chosen = chosen_set(found, budget) if budget is not None else None
    options = [*spares, *machines, *both, *waits, *([rest] if rest else [])]
    told = {
        "measure": found.late.measure,
        "measure_words": measures.year.measures[found.late.measure].words,
        "rows": [one.to_json() for one in options],
        "chosen": None if chosen is None or budget is None else _chosen(chosen, found, budget),
        "overlaps": overlaps([*spares, *machines]),
        "reasons": [*reasons, *found.reasons],
        "assumptions": list(ASSUMPTIONS),
    }
    return told, {one.id: one for one in [*options, *([chosen] if chosen else [])]}


def _tried(ask: Callable[[], T], otherwise: T) -> tuple[T, str | None]:
    """An answer, or why the clocks could not be run again for it."""
    try:
        return ask(), None
    except (CannotReclock, QueryStopped) as error:
        return otherwise, str(error)
    except CalendarUnknown as error:
        return otherwise, error.what


def _empty(waits: Sequence[Option], reasons: Sequence[str]) -> tuple[Json, dict[str, Option]]:
    rows = [one.to_json() for one in waits]
    told: Json = {
        "measure": None,
        "measure_words": None,
        "rows": rows,
        "chosen": None,
        "overlaps": [],
        "reasons": list(reasons),
        "assumptions": list(ASSUMPTIONS[:1]) if rows else [],
    }
    return told, {one.id: one for one in waits}


def _budget(year: Year) -> Fraction | None:
    from helpers.indicators import parse_money

    spec = year.year.fleet
    return None if spec is None or spec.budget is None else Fraction(parse_money(spec.budget))


def _both(spares: Sequence[Option], machines: Sequence[Option]) -> list[Option]:
    """Spare parts at the overall level and all machines that the budget reaches."""
    stock = next((one for id_ in ("spares-shelf", "spares-overall") for one in spares if one.id == id_), None)
    if stock is None or not machines:
        return []
    words = f"{stock.words}，并{machines[-1].words}"
    return [combined("both", "both", words, [stock, machines[-1]])]


def _chosen(chosen: Option, found: Found, budget: Fraction) -> Json:
    """The set with its budget and what its spare parts alone give, beside which the machines show what they add."""
    alone = None
    if chosen.parts and chosen.machines and found.spares:
        stock = {part: n for part, n, _ in chosen.parts}
        saved = found.spares.more(stock)
        alone = {"cost": plain(found.spares.cost(stock, found.spares.shelf)), "saved": round(saved.cases, 2)}
    return {**chosen.to_json(), "budget": plain(budget), "spares_alone": alone}


# --- planned on last year, gone through on this year -------------------------------------------------


def _checked(option: Option, found: Found, measures: Measures, last: Measures | None) -> Option:
    """The stock that last year's records would have given, on this year's repairs: of the sets only."""
    if last is None or last.year.year.spares is None or found.spares is None or found.log is None:
        return option
    if option.id not in ("spares-each", "spares-overall"):
        return option
    log = read_log(last, last.year.year.spares)
    plans = [plan for plan in plan_parts(log) if plan.stock and plan.part in log.prices]
    if not plans:
        return option
    each = {plan.part: plan.stock.stock for plan in plans if plan.stock}
    stock = each if option.id == "spares-each" else cheapest(plans, log)
    leads = {plan.part: plan.lead.median for plan in plans if plan.lead}
    waits = waits_with(found.log, stock, Shelf(), leads)
    try:
        (kept,) = judge_waits(measures, found.log.spec, found.log.demands, waits)
    except (CannotReclock, QueryStopped, CalendarUnknown):
        return option
    saved = together(saved_by(found.log, kept, part) for part in sorted(stock))
    told = found.late.sure(saved.late)
    prices = {**log.prices, **found.log.prices}
    return replace(
        option,
        checked={
            "planned_on": last.year.fiscal_year,
            "replayed_on": measures.year.fiscal_year,
            "cost": plain(sum((prices[part] * n for part, n in stock.items()), Fraction(0))),
            "saved": round(saved.cases, 2),
            "low": round(told.low - len(saved.lost), 2),
            "high": round(min(told.high, len(found.late.opened)) - len(saved.lost), 2),
        },
    )


def _machines_checked(option: Option, found: Found, measures: Measures, last: Measures | None) -> Option:
    """All machines that last year's records would have chosen within last year's budget, at this year's rates."""
    spec = last.year.year.spares if last is not None else None
    if last is None or spec is None or found.machines is None:
        return option
    before = replaceable(last, spec.measure)
    if before is None or not before.within.machines:
        return option
    told = capped(found.machines.at_these_rates(before.within.machines), found.late)
    return replace(
        option,
        checked={
            "planned_on": last.year.fiscal_year,
            "replayed_on": measures.year.fiscal_year,
            "cost": plain(before.within.cost),
            "saved": round(told.value, 2),
            "low": round(told.low, 2),
            "high": round(told.high, 2),
        },
    )


# --- adopted measures ----------------------------------------------------------------------------------


def with_replays(rows: Sequence[Json], year: Year, options: Mapping[str, Option]) -> list[Json]:
    """The plan's rows, each with the figure that the replay gives for the options that its action names."""
    named = {action.id: action for action in year.plan.actions if action.options}
    return [
        {**row, "replayed": _replayed(named[row["id"]], year, options)} if row["id"] in named else dict(row)
        for row in rows
    ]


def _replayed(action: Action, year: Year, options: Mapping[str, Option]) -> Json:
    missing = [name for name in action.options if name not in options]
    if missing:
        hint = did_you_mean(missing[0], list(options))
        return {
            "options": list(action.options),
            "reason": f"没有编号为 {missing[0]} 的测算" + (f"，{hint}" if hint else ""),
        }
    mine = [options[name] for name in action.options]
    if len({one.late.measure for one in mine}) > 1:
        return {"options": list(action.options), "reason": "所列测算对应的指标不同，不能合并"}
    told = (mine[0] if len(mine) == 1 else combined("", "both", "", mine)).to_json()
    kept = ("measure", "cost", "saved", "low", "high", "before", "after")
    return {
        "options": list(action.options),
        "reason": None,
        **{key: told[key] for key in kept},
        "reaches_target": _reaches(action, told, year),
    }


def _reaches(action: Action, told: Json, year: Year) -> bool | None:
    """Whether the replayed share keeps the yardstick's target; None where the yardstick is another figure."""
    from helpers.indicators import Actual, evaluate, load_rules, parse_target

    if action.yardstick.measure != told["measure"] or told["after"] is None:
        return None
    value = Fraction(str(told["after"]))
    rules = load_rules(year.year.rules, year.year.rule_overrides)
    actual = Actual(text="", kind="number", value=value, unit="比例")
    status = evaluate(parse_target(action.yardstick.target), actual, rules).status
    return {"met": True, "partly_met": False, "not_met": False}.get(status)
