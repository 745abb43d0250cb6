"""What makes an export look like one: spellings, empties, repeats, trials, reopened and foreign records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from tools.example_data import wording
from tools.example_data.clock import at
from tools.example_data.dice import Dice
from tools.example_data.facts import DESKTOP, Facts
from tools.example_data.tickets import STAMPS, Days, Ticket, opening

T = TypeVar("T")
WIDE = str.maketrans("0123456789:-", "０１２３４５６７８９：－")


def strangers(facts: Facts, pattern: Sequence[Ticket]) -> list[Ticket]:
    """Tickets that are none of the project's: trials, cancelled ones, work for others."""
    dice, days = Dice(facts.year, "strangers"), Days(facts)
    made = []
    for n in range(18):
        ticket = _like(dice.pick(pattern), days, dice)
        title = dice.pick(("测试", "系统测试单，请忽略", "【测试】派单流程", "测试工单"))
        made.append(replace(ticket, category="测试" if n < 10 else ticket.category, title=title, note="", cause=""))
    made += [
        replace(
            _like(dice.pick(pattern), days, dice),
            resolved_at=None,
            started_at=None,
            status="已取消",
            note=dice.pick(("重复报修", "报修人撤销", "")),
            cause="",
        )
        for _ in range(27)
    ]
    for n in range(15):
        title = dice.pick(("门禁卡补办", "空调漏水", "灯管更换")) if n < 9 else "兄弟单位打印机故障"
        made.append(
            replace(
                _like(dice.pick(pattern), days, dice),
                category="物业弱电" if n < 9 else "外单位代报",
                title=title,
                note="",
                device="",
                model="",
                cause="",
            )
        )
    return made


def _like(ticket: Ticket, days: Days, dice: Dice) -> Ticket:
    """The same ticket at another time."""
    return moved(ticket, opening(days.workday(dice), dice))


def moved(ticket: Ticket, opened: datetime) -> Ticket:
    shift = opened - ticket.opened_at
    stamps = {s: getattr(ticket, s) + shift for s in STAMPS if getattr(ticket, s) is not None}
    return replace(ticket, **stamps)


def neighbours(year: int, pattern: Sequence[Ticket], number: int, prefix: str) -> list[Ticket]:
    """A few quick tickets of a year for which there is no export: its last or its first days."""
    dice = Dice(year, "neighbours")
    quick = [t for t in pattern if t.category == DESKTOP and t.repair is False and t.hold_from is None]
    days = (date(year, 12, 29), date(year, 12, 30)) if year < 2023 else (date(year, 1, 2), date(year, 1, 3))
    made = [moved(dice.pick(quick), opening(days[2 * n // number], dice)) for n in range(number)]
    first = 8990 if year < 2023 else 1
    return [
        replace(t, id=f"{prefix}{first + n:05d}")
        for n, t in enumerate(sorted(made, key=lambda t: (t.opened_at, t.title, t.device)))
    ]


def reopened(tickets: Sequence[Ticket], number: int, dice: Dice) -> list[Ticket]:
    """The rows in which some of the tickets were closed for the first time, before they were opened again."""
    fit = [
        t
        for t in tickets
        if t.resolved_at is not None
        and t.started_at is not None
        and t.category == DESKTOP
        and t.status == "已办结"
        and t.resolved_at - t.started_at >= timedelta(minutes=25)
    ]
    return [_first_time(ticket) for ticket in dice.sample(fit, number)]


def _first_time(ticket: Ticket) -> Ticket:
    """As if it had been done soon after work began: no waiting, no cause, no part."""
    assert ticket.started_at is not None
    empty = dict.fromkeys(("diagnosed_at", "part_ordered_at", "part_arrived_at", "hold_from", "hold_to"))
    return replace(
        ticket, resolved_at=ticket.started_at + timedelta(minutes=12), cause="", note="", part="", source="", **empty
    )


def with_repeats(rows: Sequence[T], number: int, dice: Dice) -> list[T]:
    """The same rows, some of them once more further down."""
    again = set(dice.sample(range(len(rows)), number))
    mixed: list[T] = []
    held: list[T] = []
    for place, row in enumerate(rows):
        mixed.append(row)
        if place in again:
            held.append(row)
        if held and dice.chance(0.02):
            mixed.append(held.pop(0))
    return [*mixed, *held]


def inserted(rows: Sequence[T], extra: Sequence[T], dice: Dice) -> list[T]:
    """The rows with others put in between."""
    mixed = list(rows)
    for row in extra:
        mixed.insert(dice.between(1, len(mixed) - 1), row)
    return mixed


def spelled(word: str, spellings: dict[str, tuple[str, ...]], share: float, dice: Dice) -> str:
    """The word, or one of its other spellings; sometimes with a stray space."""
    others = spellings.get(word, ())
    shown = dice.pick(others) if others and dice.chance(share) else word
    return shown + dice.pick((" ", "\u3000")) if shown and dice.chance(0.01) else shown


def category(word: str, dice: Dice) -> str:
    return spelled(word, wording.CATEGORY_SPELLINGS, 0.2, dice)


def empty(dice: Dice) -> str:
    """How somebody writes "nothing"."""
    return dice.weighted(("", "—", "无", "?"), (80, 12, 6, 2))


def is_late(day: datetime, year: int) -> bool:
    """Whether a day lies where two half-year exports overlap."""
    return at(date(year, 6, 28), 0) <= day < at(date(year, 7, 1), 0)
