"""What is to be approved now: stock beyond what is adopted and on the shelf, and proposed measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.narrative.chapters import see
from helpers.report.results_plans import Action, Bought, MoneyOption, Spares
from helpers.report.results_types import Results

#: Characters of a measure in the table of what is to be approved.
ACTION_LENGTH = 45


@dataclass(frozen=True, kw_only=True)
class Line:
    """Of one kind of part: pieces needed, those that adopted measures bring, that are there, that are to be bought.

    ``price``: of a piece in 元; None where it is not known.
    """

    part: str
    needed: int
    adopted: int
    there: int
    price: float | None

    @property
    def bought(self) -> int:
        return self.needed - self.adopted - self.there

    @property
    def cost(self) -> float | None:
        """What is to be bought, in 元."""
        return 0.0 if not self.bought else None if self.price is None else self.bought * self.price


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What is left to buy of a stock; ``measures``: the adopted ones that bring some of it, with their numbers;
    ``brought``: all pieces that these bring, needed here or not."""

    lines: tuple[Line, ...]
    brought: int
    cost: float | None
    measures: tuple[tuple[int, Action], ...]

    @property
    def needed(self) -> int:
        return sum(line.needed for line in self.lines)

    @property
    def adopted(self) -> int:
        return sum(line.adopted for line in self.lines)

    @property
    def there(self) -> int:
        return sum(line.there for line in self.lines)

    @property
    def bought(self) -> int:
        return sum(line.bought for line in self.lines)

    @property
    def kinds(self) -> int:
        return sum(line.bought > 0 for line in self.lines)

    @property
    def numbers(self) -> str:
        """第1项、第2项: the adopted measures by their numbers in the table of measures."""
        return "、".join(f"第{at}项" for at, _ in self.measures)


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
    plan = enumerate(f.plan_of(results), start=1)
    carried = [(at, a) for at, a in plan if a["status"] in ("adopted", "carried") and _stocks(a)]
    brought: dict[str, int] = {}
    by_id = {one["id"]: one for one in money_options(results)}
    for _, action in carried:
        for name in _stocks(action):
            for part in by_id[name]["parts"] if name in by_id else ():
                brought[part["part"]] = max(brought.get(part["part"], 0), part["stock"])
    lines = tuple(_line(part, brought, prices) for part in stock["parts"])
    costs = [line.cost for line in lines]
    cost = None if None in costs else sum(cost or 0 for cost in costs)
    if all(line.bought == line.needed for line in lines):
        cost = stock["cost"]
    own = {line.part for line in lines if line.adopted}
    measures = [
        (at, action)
        for at, action in carried
        if any(part["part"] in own for name in _stocks(action) if name in by_id for part in by_id[name]["parts"])
    ]
    return Difference(lines=lines, brought=sum(brought.values()), cost=cost, measures=tuple(measures))


def _line(part: Bought, brought: Mapping[str, int], prices: Mapping[str, float | None]) -> Line:
    adopted = min(part["stock"], brought.get(part["part"], 0))
    there = min(part["stock"] - adopted, part["on_hand"])
    price = prices.get(part["part"])
    return Line(part=part["part"], needed=part["stock"], adopted=adopted, there=there, price=price)


def _stocks(action: Action) -> list[str]:
    """The stocks of single parts that a measure carries."""
    return [name for name in f.replayed_of(action).get("options") or () if name.startswith("spare-")]


def asked_rows(results: Results) -> list[list[str]]:
    """Action, quantity and money, owner, date, effect: the stock in one row, then what the plan proposes."""
    return [*_stock_rows(results), *(_plan_row(results, a) for a in results["plan"] if a["status"] == "proposed")]


def to_buy(results: Results) -> Difference | None:
    """What is to be bought of the proposed stock; None where there is none, or nothing is left to buy."""
    stock = proposed_stock(results)
    left = difference(results, stock) if stock else None
    return left if left and left.bought else None


def _stock_rows(results: Results) -> list[list[str]]:
    stock = proposed_stock(results)
    if stock is None:
        return _each_part(results)
    left = to_buy(results)
    if left is None:
        return []
    span = w.count_range(stock["low"], stock["high"])
    effect = _rise(results, stock["measure"], stock["before"], stock["after"])
    more = f"多按时完成{w.number_text(stock['saved'], 0)}件（{span}件）{_adopted_share(left, stock)}"
    money = f"，{w.yuan_text(left.cost)}" if left.cost is not None else ""
    told = "，".join(filter(None, [effect, more]))
    owner, due = _with_whom([action for _, action in left.measures])
    listed = see("options", "；清单见{}")
    return [
        [
            _bought(left, listed),
            f"{left.bought}件{money}",
            owner,
            due,
            f"{'连同已采纳的，' if left.adopted else ''}{told}",
        ]
    ]


def _adopted_share(left: Difference, stock: MoneyOption) -> str:
    """，其中第2项（3277元）31件: how much of the effect needs no further approval; of several measures the cases
    overlap, and nothing is said."""
    if len(left.measures) != 1:
        return ""
    at, action = left.measures[0]
    told = f.replayed_of(action)
    saved = told.get("saved")
    if saved is None or told.get("measure") != stock["measure"] or not 0 < saved < stock["saved"]:
        return ""
    cost = told.get("cost")
    own = f"（{w.yuan_text(cost)}）" if cost else ""
    return f"，其中第{at}项{own}{w.number_text(saved, 0)}件"


def _bought(left: Difference, listed: str) -> str:
    """购置6种备件（共需16件，6件在改进措施第2项内，4件可用库存；清单见附件3）"""
    parts = [f"{left.adopted}件在改进措施{left.numbers}内"] * bool(left.adopted)
    parts += [f"{left.there}件可用库存"] * bool(left.there)
    told = f"共需{left.needed}件，{'，'.join(parts)}" if parts else ""
    return f"购置{left.kinds}种备件" + (f"（{told}{listed}）" if told else see("options", "（清单见{}）"))


def _with_whom(measures: Sequence[Action]) -> tuple[str, str]:
    """Post and date of the adopted measure that the stock goes with, the last where there are several, as a
    suggestion."""
    if not measures:
        return w.TO_FILL, w.TO_FILL
    last = max(measures, key=lambda action: str(action.get("due") or ""))
    owner, due = w.clause(last.get("owner")), last.get("due")
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
    found = f.shortfalls_of(results, measure)
    return next((w.clause(d.get("part")) or w.clause(entry.get("level3")) for d, entry in found), "")


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


def _plan_row(results: Results, action: Action) -> list[str]:
    due = action.get("due")
    return [
        w.brief(action["action"], ACTION_LENGTH),
        size_words(action),
        w.clause(action.get("owner")) or w.TO_FILL,
        f"{w.date_text(due)}（建议）" if due else w.TO_FILL,
        _expected(results, action) or w.BLANK,
    ]


def _expected(results: Results, action: Action) -> str:
    """What a proposed measure is to bring: as declared, and what the records bear out, with its range."""
    yardstick = f.yardstick_of(action)
    goal = f"{w.clause(yardstick.get('words'))}{w.clause(yardstick.get('target_text'))}"
    said = w.brief(action.get("expected_effect"), ACTION_LENGTH) or goal
    told = _replay_words(results, action) or _without_cause(results, yardstick.get("measure"))
    before = yardstick.get("before")
    if not told and before is not None:
        told = f"本年{w.value_text(before, yardstick.get('unit'))}，效果没有推演"
    return "；".join(filter(None, [said, told]))


def _replay_words(results: Results, action: Action) -> str:
    """故障维修由93.3%提高到97.1%（推演），多按时完成31件（19至52件）"""
    run = f.replayed_of(action)
    saved, low, high = run.get("saved"), run.get("low"), run.get("high")
    if saved is None or low is None or high is None:
        return ""
    rise = _rise(results, run.get("measure"), run.get("before"), run.get("after"))
    span = f"{w.count_range(low, high)}件"
    return "，".join(filter(None, [rise, f"多按时完成{w.number_text(saved, 0)}件（{span}）"]))


def _without_cause(results: Results, measure: str | None) -> str:
    """What the figure would be if the leading cause of its shortfall were gone."""
    for deviation, entry in f.shortfalls_of(results, measure):
        for dimension in f.by_dimension(deviation):
            cause = f.leading_cause(dimension, deviation)
            run = cause.get("replayed") if cause else None
            if cause is None or not run or run["low"] is None or run["high"] is None:
                continue
            value, low, high = run["value"], run["low"], run["high"]
            unit = w.actual_unit(entry)
            gone = f"“{w.brief(f.cause_name(cause, dimension))}”"
            return (
                f"{gone}即使全部消除，结果为{w.value_text(value, unit)}（{w.interval_text((low, high), unit)}，推演）"
            )
    return ""
