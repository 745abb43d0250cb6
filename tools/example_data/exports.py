"""All exports of both years, file by file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from tools.example_data import dirt, sheets, tables
from tools.example_data.clock import at
from tools.example_data.desktop import general_work, other_desk_work
from tools.example_data.dice import Dice
from tools.example_data.facts import DESKTOP, TERMINALS, YEARS, Facts
from tools.example_data.repairs import repairs
from tools.example_data.services import events, security
from tools.example_data.stock import LOTS, Move, book
from tools.example_data.tickets import Ticket, numbered, with_seconds


@dataclass(frozen=True)
class Records:
    """The clean records of one year, numbered; ``desk`` holds the strangers among them as well."""

    facts: Facts
    desk: list[Ticket]
    events: list[Ticket]
    security: list[Ticket]
    moves: list[Move]


def records() -> dict[int, Records]:
    """Both years, the earlier first: what is on the shelf at its end begins the next."""
    on_hand = {part: first for part, (first, _) in LOTS.items()}
    made: dict[int, Records] = {}
    carried: list[Move] = []
    for facts in YEARS:
        desk = _desk(facts)
        moves, on_hand, carried = book(facts, desk, on_hand, carried)
        code = facts.year % 100
        made[facts.year] = Records(
            facts,
            desk,
            numbered(_cancelled(events(facts), 9, facts), f"BZ{code}-", 4),
            numbered(_cancelled(security(facts), 2, facts), f"AQ{code}-", 3),
            moves,
        )
    return made


def _desk(facts: Facts) -> list[Ticket]:
    dice = Dice(facts.year, "seconds")
    work = [*general_work(facts), *other_desk_work(facts)]
    work += [*repairs(facts), *dirt.strangers(facts, work)]
    return [
        with_seconds(t, dice) if _with_seconds(t, facts) else t for t in numbered(work, f"GD{facts.year % 100}-", 5)
    ]


def _with_seconds(ticket: Ticket, facts: Facts) -> bool:
    """Which of the year's two systems writes seconds."""
    second_half = ticket.opened_at >= at(date(facts.year, 7, 1), 0)
    return second_half if facts.year == 2024 else ticket.opened_at < at(date(facts.year, 6, 28), 0)


def _cancelled(tickets: list[Ticket], number: int, facts: Facts) -> list[Ticket]:
    """The same with some more that were called off."""
    dice = Dice(facts.year, "cancelled", number)
    called_off = [
        replace(t, opened_at=t.opened_at + timedelta(minutes=5), resolved_at=None, status="已取消", note="")
        for t in dice.sample(tickets, number)
    ]
    return [*tickets, *called_off]


def write_all(out: Path) -> list[Path]:
    """Write ``<out>/<year>/exports/``; returns the files written."""
    made = records()
    written: list[Path] = []
    for year, one in made.items():
        folder = out / str(year) / "exports"
        folder.mkdir(parents=True, exist_ok=True)
        written += _write_tickets(folder, one, made)
        for write in (
            sheets.write_ledger,
            sheets.write_roster,
            sheets.write_complaints,
            sheets.write_survey,
            sheets.write_facilities,
            sheets.write_devices,
            sheets.write_parts,
        ):
            written.append(write(folder, one.facts))
        written.append(sheets.write_moves(folder, one.facts, one.moves))
    return written


def _write_tickets(folder: Path, one: Records, made: Mapping[int, Records]) -> list[Path]:
    year, dice = one.facts.year, Dice(one.facts.year, "exports")
    middle = at(date(year, 7, 1), 0)
    before = (
        [t for t in made[2023].desk if t.opened_at >= at(date(2023, 12, 28), 14)][:12]
        if year == 2024
        else dirt.neighbours(2022, one.desk, 10, "GD22-")
    )
    after = dirt.neighbours(2025, one.desk, 10, "GD25-") if year == 2024 else made[2024].desk[:9]
    again = {t.id: t for t in dirt.reopened([t for t in one.desk if not dirt.is_late(t.opened_at, year)], 37, dice)}
    desk = [
        row for t in one.desk for row in ([again[t.id], _spoiled(t, year)] if t.id in again else [_spoiled(t, year)])
    ]
    first = [*before, *(t for t in desk if t.opened_at < middle)]
    second = [*(t for t in desk if t.opened_at >= middle or dirt.is_late(t.opened_at, year)), *after]
    layouts = tables.LAYOUTS[year]
    code = year % 100
    odd_first = [
        {},
        {
            "id": f"GD{code}-90001",
            "category": DESKTOP,
            "title": "电话登记草稿",
            "opened_at": "待核实",
            "status": "处理中",
        },
    ]
    odd_second = [
        {
            "category": DESKTOP,
            "title": "未生成编号的草稿",
            "opened_at": layouts[1].moment(at(date(year, 10, 11), 9, 5)),
            "status": "处理中",
        }
    ]
    register = {
        2024: ("保障活动登记.xlsx", "安全服务记录.xlsx"),
        2023: ("保障登记_2023.xlsx", "安全运维记录_2023.xlsx"),
    }[year]
    return [
        tables.write_desk(folder, layouts[0], first, odd_first, dice, 34, header_again=False),
        tables.write_desk(folder, layouts[1], second, odd_second, dice, 29, header_again=True),
        tables.write_register(
            folder / register[0],
            tables.EVENT_FIELDS[year],
            one.events,
            dice,
            12,
            sheet="登记",
            about="一场一行；取消的场次保留登记",
        ),
        tables.write_register(
            folder / register[1],
            tables.SECURITY_FIELDS[year],
            one.security,
            dice,
            3,
            sheet="记录",
            about=f"{TERMINALS}按次登记，其余按任务登记",
        ),
    ]


#: A ticket of an afternoon whose time of completion was typed in by the twelve-hour clock.
SPOILED_2024 = "GD24-07541"


def _spoiled(ticket: Ticket, year: int) -> Ticket:
    """One record is wrong in the source; ``corrections.yml`` puts it right."""
    if year != 2024 or ticket.id != SPOILED_2024:
        return ticket
    done = ticket.resolved_at
    if done is None or done.hour < 13 or done.date() != ticket.opened_at.date() or ticket.repair is not False:
        raise ValueError(
            f"{ticket.id} is no longer general work of an afternoon: choose another, here and in corrections.yml"
        )
    return replace(ticket, resolved_at=done - timedelta(hours=12))
