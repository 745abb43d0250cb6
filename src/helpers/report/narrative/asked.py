"""What is to be approved now: stock beyond what is adopted and on the shelf, and proposed measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.results_plans import Action, MoneyOption, Spares
from helpers.report.results_types import Results

#: Characters of a measure in the table of what is to be approved.
ACTION_LENGTH = 45
#: Of one that is named in passing.
NAME_LENGTH = 14


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Of the stock that is needed: pieces that adopted measures bring, that are there, that are to be bought.

    ``kinds``: how many kinds of parts are to be bought; ``cost``: of these in 元, None where a price is not known;
    ``measures``: the adopted ones.
    """

    needed: int
    adopted: int
    there: int
    bought: int
    kinds: int
    cost: float | None
    measures: tuple[Action, ...]


def money_options(results: Results) -> list[MoneyOption]:
    """The measures compared by money."""
    spares = results.get("spares")
    options = spares.get("options") if spares else None
    return options["rows"] if options else []


def proposed_stock(results: Results) -> MoneyOption | None:
    """The cheapest stock that keeps the level overall, where it was worked out and helps."""
    found = next((one for one in money_options(results) if one["id"] == "spares-overall"), None)
    return found if found and found["saved"] > 0 and found["cost"] is not None else None


def difference(results: Results, stock: MoneyOption) -> Difference:
    """What is left to buy of a stock once adopted measures are carried out and the shelf is counted."""
    spares = results.get("spares")
    prices = {part["part"]: part.get("price") for part in spares["parts"]} if spares else {}
    carried = [a for a in results["plan"] if a["status"] in ("adopted", "carried") and _stocks(a)]
    brought: dict[str, int] = {}
    by_id = {one["id"]: one for one in money_options(results)}
    for action in carried:
        for name in _stocks(action):
            for part in by_id[name]["parts"] if name in by_id else ():
                brought[part["part"]] = max(brought.get(part["part"], 0), part["stock"])
    adopted = there = bought = kinds = 0
    cost: float | None = 0.0
    for part in stock["parts"]:
        own = min(part["stock"], brought.get(part["part"], 0))
        held = min(part["stock"] - own, part["on_hand"])
        left = part["stock"] - own - held
        adopted, there, bought, kinds = adopted + own, there + held, bought + left, kinds + (left > 0)
        price = prices.get(part["part"])
        cost = None if cost is None or (left and price is None) else cost + left * (price or 0)
    needed = sum(part["stock"] for part in stock["parts"])
    cost = stock["cost"] if bought == needed else cost
    measures = tuple(a for a in carried if adopted)
    return Difference(
        needed=needed, adopted=adopted, there=there, bought=bought, kinds=kinds, cost=cost, measures=measures
    )


def _stocks(action: Action) -> list[str]:
    """The stocks of single parts that a measure carries."""
    return [name for name in f.replayed_of(action).get("options") or () if name.startswith("spare-")]


def asked_rows(results: Results) -> list[list[str]]:
    """Action, quantity and money, owner, date, effect: the stock in one row, then what the plan proposes."""
    return [*_stock_rows(results), *(_plan_row(a) for a in results["plan"] if a["status"] == "proposed")]


def _stock_rows(results: Results) -> list[list[str]]:
    stock = proposed_stock(results)
    if stock is None:
        return _each_part(results)
    left = difference(results, stock)
    if not left.bought:
        return []
    low, high = (w.number_text(max(bound, 0.0), 0) for bound in (stock["low"], stock["high"]))
    effect = _rise(results, stock["measure"], stock["before"], stock["after"])
    more = f"多按时{w.number_text(stock['saved'], 0)}件（{low}至{high}件）"
    money = f"，{w.yuan_text(left.cost)}" if left.cost is not None else ""
    told = "，".join(filter(None, [effect, more]))
    owner, due = _with_whom(left.measures)
    return [[_bought(left), f"{left.bought}件{money}", owner, due, f"{'连同已采纳的，' if left.adopted else ''}{told}"]]


def _bought(left: Difference) -> str:
    """购置6种备件（共需16件，其中6件已列入“…”，4件用现有库存）"""
    parts = [f"{left.adopted}件已列入“{w.brief(a['action'], NAME_LENGTH)}”" for a in left.measures[:1]]
    parts += [f"{left.there}件用现有库存"] * bool(left.there)
    return f"购置{left.kinds}种备件" + (f"（共需{left.needed}件，其中{'，'.join(parts)}）" if parts else "")


def _with_whom(measures: Sequence[Action]) -> tuple[str, str]:
    """Post and date of the adopted measure that the stock goes with, as a suggestion."""
    if not measures:
        return w.TO_FILL, w.TO_FILL
    owner, due = w.clause(measures[0].get("owner")), measures[0].get("due")
    return (f"{owner}（建议）" if owner else w.TO_FILL), (f"{w.date_text(due)}（建议）" if due else w.TO_FILL)


def _each_part(results: Results) -> list[list[str]]:
    """The stock of all parts, where no cheaper set was worked out."""
    spares = results.get("spares")
    totals, run = (spares.get("totals"), spares["replay"]) if spares else (None, None)
    if not spares or not totals or not totals["planned"] or not run or money_options(results):
        return []
    before, after = run.get("before"), run.get("after")
    effect = _rise(results, spares.get("measure"), before and before["value"], after and after["value"])
    size = f"{totals['pieces']}件" + (f"，{w.yuan_text(totals['cost'])}" if totals.get("cost") else "")
    return [[f"储备{totals['planned']}种备件", size, w.TO_FILL, w.TO_FILL, effect or w.BLANK]]


def _measured(results: Results, measure: str | None) -> str:
    """The shortfall that a measure is the figure of, by its name."""
    for deviation in f.deviations_of(results, "shortfall"):
        entry = f.judged(results, deviation)
        if entry and measure and f.evidence_of(entry).get("measure") == measure:
            return w.clause(deviation.get("part")) or w.clause(entry.get("level3"))
    return ""


def _rise(results: Results, measure: str | None, before: float | None, after: float | None) -> str:
    """故障维修由93.3%提高到98.8%; nothing where the replay has no share."""
    if before is None or after is None:
        return ""
    spares: Spares | None = results.get("spares")
    what = _measured(results, measure) or (w.clause(spares.get("measure_words")) if spares else "")
    return f"{what}由{w.ratio_text(before, [after])}提高到{w.ratio_text(after, [before])}（推演）"


def size_words(action: Action) -> str:
    """Quantity and money of a measure, as declared, else as replayed; what nobody said is to be filled in."""
    cost, replayed = action.get("cost"), f.replayed_of(action)
    cost = cost if cost is not None else replayed.get("cost")
    money = "" if cost is None else "不需经费" if cost == 0 else w.yuan_text(cost)
    return "，".join(filter(None, [w.clause(action.get("quantity")), money])) or w.TO_FILL


def _plan_row(action: Action) -> list[str]:
    effect = w.brief(action.get("expected_effect"), ACTION_LENGTH)
    yardstick = action.get("yardstick") or {}
    goal = f"{w.clause(yardstick.get('words'))}{w.clause(yardstick.get('target_text'))}" if yardstick else ""
    due = action.get("due")
    return [
        w.brief(action["action"], ACTION_LENGTH),
        size_words(action),
        w.clause(action.get("owner")) or w.TO_FILL,
        f"{w.date_text(due)}（建议）" if due else w.TO_FILL,
        effect or goal or w.BLANK,
    ]
