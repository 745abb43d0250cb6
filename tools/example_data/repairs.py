"""Repairs, with their waiting: for a part, for the user, or not at all.

What each repair is to become is planned first (``facts``), then times are drawn that make it so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tools.example_data import wording
from tools.example_data.clock import at, work_later, workday_after, workdays_between
from tools.example_data.desktop import Desk
from tools.example_data.dice import Dice, Wheel
from tools.example_data.facts import AIR, CCTV, DESKTOP, STORAGE, Facts
from tools.example_data.fleet import PARTS, Device, devices
from tools.example_data.tickets import Days, Ticket, opening

LATE = "备件到货迟"
CATEGORY_OF = {"CM": CCTV, "AC": AIR, "ST": STORAGE}


@dataclass(frozen=True)
class Planned:
    """One repair to be made. ``way``: plain, stock, ordered (in time), missed, open, held (no part, missed)."""

    way: str
    part: str = ""
    prefix: str = ""
    month: int | None = None
    cause: str = ""
    since: date | None = None


def repairs(facts: Facts) -> list[Ticket]:
    """All repairs of the year, in the numbers that ``facts`` states."""
    dice = Dice(facts.year, "repairs")
    workshop = _Workshop(facts, dice)
    planned = list(_planned(facts, dice))
    return [workshop.make(one) for one in planned]


def _planned(facts: Facts, dice: Dice) -> Iterator[Planned]:
    used = {DESKTOP: 0, CCTV: 0, AIR: 0, STORAGE: 0}
    blanks = _blanks(facts, dice)
    number = 0
    for need in facts.parts:
        prefix = _prefix_of(need.part)
        used[CATEGORY_OF.get(prefix, DESKTOP)] += need.ordered + need.missed + need.stock
        for n in range(need.missed):
            cause = "" if number in blanks else LATE
            month = facts.storm_month if n < need.storm else None
            yield Planned(
                "open" if n >= need.missed - need.open_ else "missed", need.part, prefix, month, cause, need.since
            )
            number += 1
        for n in range(need.ordered):
            yield Planned("ordered", need.part, prefix, cause=LATE if n % 5 == 4 else "", since=need.since)
        for _ in range(need.stock):
            yield Planned("stock", need.part, prefix, since=need.since)
    for cause in facts.plain_missed:
        used[DESKTOP] += 1
        yield Planned("held", cause=cause)
    totals = {
        DESKTOP: facts.desktop_repairs,
        CCTV: facts.cctv_repairs,
        AIR: facts.counts[AIR],
        STORAGE: facts.counts[STORAGE],
    }
    prefixes = {DESKTOP: "", CCTV: "CM", AIR: "AC", STORAGE: "ST"}
    for category, total in totals.items():
        for _ in range(total - used[category]):
            yield Planned("plain", prefix=prefixes[category])


def _prefix_of(part: str) -> str:
    codes = PARTS[part].models
    return next(d.id[:2] for d in devices() if d.model.code == codes[0])


def _blanks(facts: Facts, dice: Dice) -> set[int]:
    """Which of the repairs that waited too long carry no cause: those that nobody wrote down."""
    closed = list(range(sum(need.missed for need in facts.parts)))
    return set(dice.sample(closed, facts.unexplained))


class _Workshop:
    def __init__(self, facts: Facts, dice: Dice) -> None:
        self.facts, self.dice = facts, dice
        self.desk, self.days = Desk(facts, dice), Days(facts)
        self._wheels: dict[tuple[str, ...], Wheel] = {}

    def make(self, planned: Planned) -> Ticket:
        while True:  # a year's end or a retired machine may not allow what is planned: draw again
            ticket = getattr(self, f"_{planned.way}")(planned, self._base(planned))
            if ticket is not None and self._as_planned(planned, ticket):
                return ticket

    def _as_planned(self, planned: Planned, ticket: Ticket) -> bool:
        if ticket.resolved_at is None:
            return planned.way == "open"
        if ticket.resolved_at >= at(self.facts.exported, 8):
            return False
        late = workdays_between(ticket.opened_at.date(), ticket.resolved_at.date()) > 1
        return late == (planned.way in ("missed", "held"))

    # --- who, what, when --------------------------------------------------------------------------

    def _base(self, planned: Planned) -> Ticket:
        day = self._day(planned)
        device = self._failing(planned, day)
        opened = opening(day, self.dice)
        title, note = self._words(planned, device)
        return Ticket(
            CATEGORY_OF.get(device.id[:2], DESKTOP),
            title,
            opened,
            None,
            note=note,
            dept=device.dept,
            requester=self.desk.person(device.dept),
            repair=True,
            cause=planned.cause,
            device=device.id,
            model=device.model.code,
            part=planned.part,
            engineer=self.desk.engineer(),
        )

    def _day(self, planned: Planned) -> date:
        if planned.way == "open":
            return self.dice.pick(
                [
                    d
                    for d in (date(self.facts.year, 12, n) for n in range(26, 31))
                    if workdays_between(d - timedelta(days=1), d)
                ]
            )
        while True:
            day = self.days.workday(self.dice, planned.month)
            if planned.since is None or (day >= planned.since) == (planned.way == "stock"):
                return day

    def _failing(self, planned: Planned, day: date) -> Device:
        """A machine in use that day, the frail and old ones more often."""
        codes = PARTS[planned.part].models if planned.part else ()
        key = codes or (planned.prefix,)
        if key not in self._wheels:
            fitting = [d for d in devices() if (d.model.code in codes if codes else self._plain_kind(d, planned))]
            self._wheels[key] = Wheel(fitting, [d.hazard(self.facts.year) for d in fitting])
        while True:
            device = self._wheels[key].spin(self.dice)
            if device.in_use(day):
                return device

    @staticmethod
    def _plain_kind(device: Device, planned: Planned) -> bool:
        return device.id.startswith(planned.prefix or ("PC", "NB", "LP", "SC"))

    def _words(self, planned: Planned, device: Device) -> tuple[str, str]:
        if planned.part:
            title, note = wording.PARTS[planned.part]
            return title, note if self.dice.chance(0.8) else ""
        if planned.prefix == "CM":
            title, notes = self.dice.pick(wording.CCTV_REPAIRS)
        elif planned.prefix:
            title, notes = (
                wording.SECURITY[CATEGORY_OF[planned.prefix]],
                ("控制板复位，参数重新设定", "更换滤网，运行正常"),
            )
        else:
            title, _, notes = self.dice.pick([r for r in wording.REPAIRS if device.id[:2] in r[1]])
        return title, self.desk.note(notes, 0.6)

    # --- how it goes ------------------------------------------------------------------------------

    def _looked_at(self, ticket: Ticket) -> Ticket:
        started = work_later(ticket.opened_at, self.dice.low_between(5, 45))
        return replace(ticket, started_at=started, diagnosed_at=work_later(started, self.dice.low_between(10, 90)))

    def _plain(self, planned: Planned, ticket: Ticket) -> Ticket:
        ticket = self._looked_at(ticket)
        assert ticket.diagnosed_at is not None
        return replace(ticket, resolved_at=work_later(ticket.diagnosed_at, self.dice.low_between(15, 240)))

    def _stock(self, planned: Planned, ticket: Ticket) -> Ticket:
        return replace(self._plain(planned, ticket), source="库存")

    def _ordered(self, planned: Planned, ticket: Ticket) -> Ticket | None:
        """The part came the same afternoon or on the next working day."""
        ticket = self._looked_at(ticket)
        arrived = self._arrival(ticket, self.dice.between(0, 1))
        return None if arrived is None else self._fitted(ticket, arrived)

    def _missed(self, planned: Planned, ticket: Ticket) -> Ticket | None:
        ticket = self._looked_at(ticket)
        low, high = PARTS[planned.part].late
        arrived = self._arrival(ticket, self.dice.low_between(low, high))
        if arrived is None:
            return None
        ticket = self._fitted(ticket, arrived)
        if planned.cause == LATE and self.dice.chance(0.08):
            return self._user_away_as_well(ticket)
        return ticket

    def _open(self, planned: Planned, ticket: Ticket) -> Ticket:
        """Ordered in the last days of the year and not there when the export was made."""
        ticket = self._looked_at(ticket)
        assert ticket.diagnosed_at is not None
        return replace(ticket, part_ordered_at=work_later(ticket.diagnosed_at, 20), source="采购", status="处理中")

    def _held(self, planned: Planned, ticket: Ticket) -> Ticket:
        """No part needed, and yet not done by the next working day."""
        ticket = self._looked_at(ticket)
        assert ticket.diagnosed_at is not None
        again = at(workday_after(ticket.diagnosed_at.date(), self.dice.between(2, 4)), 9, self.dice.between(0, 50))
        done = work_later(again, self.dice.between(20, 150))
        if planned.cause == "用户不在位":
            return replace(ticket, hold_from=work_later(ticket.diagnosed_at, 10), hold_to=again, resolved_at=done)
        return replace(ticket, resolved_at=done)

    def _arrival(self, ticket: Ticket, workdays: int) -> datetime | None:
        assert ticket.diagnosed_at is not None
        ordered = work_later(ticket.diagnosed_at, self.dice.between(5, 40))
        arrived = at(workday_after(ordered.date(), workdays), self.dice.between(9, 16), self.dice.between(0, 59))
        return arrived if arrived > ordered + timedelta(minutes=40) else None

    def _fitted(self, ticket: Ticket, arrived: datetime) -> Ticket:
        assert ticket.diagnosed_at is not None
        ordered = work_later(ticket.diagnosed_at, 5)
        return replace(
            ticket,
            part_ordered_at=ordered,
            part_arrived_at=arrived,
            source="采购",
            resolved_at=work_later(arrived, self.dice.between(25, 150)),
        )

    def _user_away_as_well(self, ticket: Ticket) -> Ticket:
        assert ticket.resolved_at is not None
        assert ticket.part_arrived_at is not None
        back = at(workday_after(ticket.part_arrived_at.date(), 1), 9, self.dice.between(0, 40))
        return replace(
            ticket,
            hold_from=work_later(ticket.part_arrived_at, 15),
            hold_to=back,
            resolved_at=work_later(back, self.dice.between(25, 90)),
        )
