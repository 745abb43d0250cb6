"""What plan.yml says of quantity, money and parts, checked against the indicators."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.indicators import parse_money
from helpers.year.faults import Fault, did_you_mean
from helpers.year.load import Year


def plan_details(year: Year) -> Iterator[Fault]:
    """A measure's part is one of its indicator's parts; its cost is an amount of money."""
    lines = year.lines["plan.yml"]
    parts = {i.id: [part.name for part in i.parts] for i in year.indicators.indicators}
    for index, action in enumerate(year.plan.actions):
        known = parts.get(action.indicator, [])
        if action.part is not None and action.indicator in parts and action.part not in known:
            yield lines.fault(
                "unknown_part",
                ("actions", index, "part"),
                "这项指标没有这一部分" if known else "这项指标不分部分，part 不写",
                value=action.part,
                hint=did_you_mean(action.part, known) if known else None,
            )
        if action.cost is not None:
            yield from _cost(year, index, action.cost)


def _cost(year: Year, index: int, text: str) -> Iterator[Fault]:
    try:
        parse_money(text)
    except ValueError as error:
        yield year.lines["plan.yml"].fault(
            "bad_money", ("actions", index, "cost"), str(error), value=text, hint="写成 5000元；不需要经费的写 0元"
        )
