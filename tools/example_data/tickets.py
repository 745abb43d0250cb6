"""One service record, and how days, hours and people are drawn for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tools.example_data.clock import at, days_of, is_workday
from tools.example_data.dice import Dice, Wheel
from tools.example_data.facts import Facts

#: In the order in which they come about.
STAMPS = (
    "opened_at",
    "started_at",
    "diagnosed_at",
    "part_ordered_at",
    "part_arrived_at",
    "hold_from",
    "hold_to",
    "resolved_at",
)


@dataclass(frozen=True)
class Ticket:
    """A clean record, as the tidy table will show it; "" and None are empty cells."""

    category: str
    title: str
    opened_at: datetime
    resolved_at: datetime | None
    id: str = ""
    note: str = ""
    dept: str = ""
    requester: str = ""
    started_at: datetime | None = None
    diagnosed_at: datetime | None = None
    part_ordered_at: datetime | None = None
    part_arrived_at: datetime | None = None
    hold_from: datetime | None = None
    hold_to: datetime | None = None
    repair: bool | None = None
    cause: str = ""
    device: str = ""
    model: str = ""
    part: str = ""
    source: str = ""
    engineer: str = ""
    place: str = ""
    status: str = "已办结"


class Days:
    """Draws days of a year as work comes in: few at weekends, many on Mondays and after holidays."""

    def __init__(self, facts: Facts) -> None:
        days = days_of(facts.year)
        self._all = Wheel(days, [self._weight(day, facts) for day in days])
        self._by_month = {
            month: Wheel(
                [d for d in days if d.month == month and is_workday(d)],
                [self._weight(d, facts) for d in days if d.month == month and is_workday(d)],
            )
            for month in range(1, 13)
        }

    @staticmethod
    def _weight(day: date, facts: Facts) -> float:
        month = facts.month_weights[day.month - 1]
        if not is_workday(day):
            return 0.012 * month
        rested = not is_workday(day - timedelta(days=1))
        return month * (1.22, 1.07, 1.0, 0.95, 0.88, 0.9, 0.9)[day.weekday()] * (1.1 if rested else 1.0)

    def any(self, dice: Dice) -> date:
        return self._all.spin(dice)

    def workday(self, dice: Dice, month: int | None = None) -> date:
        if month:
            return self._by_month[month].spin(dice)
        while True:
            day = self.any(dice)
            if is_workday(day):
                return day


_HOUR = Wheel((8, 9, 10, 11, 12, 13, 14, 15, 16, 17), (6, 22, 17, 10, 1.5, 6, 15, 13, 8, 1.5))


def opening(day: date, dice: Dice) -> datetime:
    """A time of the day at which something is reported."""
    hour = _HOUR.spin(dice)
    low, high = {8: (20, 59), 13: (25, 59), 17: (0, 25)}.get(hour, (0, 59))
    return at(day, hour, dice.between(low, high))


def with_seconds(ticket: Ticket, dice: Dice) -> Ticket:
    """The same record as a system that writes seconds has it; every span stays within its minute."""
    begun = dice.between(0, 59)
    moved: dict[str, datetime] = {}
    for stamp in STAMPS:
        moment = getattr(ticket, stamp)
        if moment is not None:
            early = 0 if stamp == "opened_at" else dice.between(0, 20)
            moved[stamp] = moment + timedelta(seconds=begun - early)
    return replace(ticket, **moved)


def numbered(tickets: Iterable[Ticket], prefix: str, width: int) -> list[Ticket]:
    """Records in the order in which they were opened, counted from 1."""
    ordered = sorted(tickets, key=lambda t: (t.opened_at, t.category, t.title, t.note, t.device))
    return [replace(t, id=f"{prefix}{n:0{width}d}") for n, t in enumerate(ordered, start=1)]
