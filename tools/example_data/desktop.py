"""General desktop work, business systems and cameras: what comes through the service desk and needs no repair."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tools.example_data import wording
from tools.example_data.clock import at, workday_after
from tools.example_data.dice import Dice, Wheel
from tools.example_data.facts import CCTV, DESKTOP, PROCESS, SYSTEMS, Facts
from tools.example_data.fleet import DEPARTMENTS, Device, devices, users
from tools.example_data.tickets import Days, Ticket, opening


class Desk:
    """Draws devices in use, their users and the engineers."""

    def __init__(self, facts: Facts, dice: Dice) -> None:
        self.facts, self.dice = facts, dice
        self._users = users()
        self._engineers = Wheel(
            [f"E{n:02d}" for n in range(1, facts.posts + 1)], [1 + 0.3 * (n % 4) for n in range(1, facts.posts + 1)]
        )
        self._of: dict[tuple[str, ...], list[Device]] = {}

    def device(self, prefixes: tuple[str, ...], day: date) -> Device:
        """One of all machines of these kinds: a model that is there often is asked about often."""
        if prefixes not in self._of:
            self._of[prefixes] = [d for d in devices() if d.id.startswith(prefixes)]
        while True:
            device = self.dice.pick(self._of[prefixes])
            if device.in_use(day):
                return device

    def engineer(self) -> str:
        return self._engineers.spin(self.dice)

    def person(self, dept: str) -> str:
        return self.dice.pick(self._users[dept])

    def note(self, notes: tuple[str, ...], share: float = 0.3) -> str:
        return self.dice.pick(notes) if self.dice.chance(share) else ""


def general_work(facts: Facts) -> list[Ticket]:
    """Desktop tickets without a repair: exactly ``slow`` of them over an hour, ``overnight`` of those not
    done the same day, all others within the hour (a few at the minute of it)."""
    dice = Dice(facts.year, "general")
    desk, days = Desk(facts, dice), Days(facts)
    kinds = Wheel(wording.REQUESTS, [request.weight for request in wording.REQUESTS])
    number = facts.counts[DESKTOP] - facts.desktop_repairs
    made = [_quick(kinds.spin(dice), desk, days) for _ in range(number)]
    on_the_hour = [n for n, t in enumerate(made) if t.opened_at.month < 6 and t.opened_at.hour == 11][:2]
    for place in on_the_hour:
        made[place] = replace(made[place], resolved_at=made[place].opened_at + timedelta(minutes=60))
    # The slow ones are found where the desk is busy: at the peak hours.
    busy = dice.shuffled([n for n, t in enumerate(made) if t.opened_at.hour in (9, 10, 14)])[: facts.slow]
    causes = Wheel([c for c, _ in wording.SLOW], [w for _, w in wording.SLOW])
    overnight = set(dice.sample(range(facts.slow), facts.overnight))
    for rank, place in enumerate(sorted(busy, key=lambda n: made[n].opened_at)):
        made[place] = _slow(made[place], causes.spin(dice), rank in overnight, dice)
    return made


def _quick(request: wording.Request, desk: Desk, days: Days) -> Ticket:
    dice = desk.dice
    day = days.any(dice)
    opened, device = opening(day, dice), desk.device(request.prefixes, day)
    minutes = dice.low_between(*request.minutes)
    known = dice.chance(0.93)  # some callers do not say which device
    return Ticket(
        DESKTOP,
        request.title,
        opened,
        opened + timedelta(minutes=minutes),
        note=desk.note(request.notes),
        dept=device.dept,
        requester=desk.person(device.dept),
        repair=False,
        started_at=opened + timedelta(minutes=dice.between(1, max(1, min(15, minutes // 3)))),
        device=device.id if known else "",
        model=device.model.code if known else "",
        engineer=desk.engineer(),
    )


def _slow(ticket: Ticket, cause: str, overnight: bool, dice: Dice) -> Ticket:
    minutes = dice.low_between(65, 330)
    resolved = ticket.opened_at + timedelta(minutes=minutes)
    if overnight:
        following = workday_after(ticket.opened_at.date(), 1)
        resolved = at(following, dice.between(9, 10), dice.between(0, 59))
    started = dice.between(30, 55) if cause == "派单排队" else dice.between(5, 20)
    begun = ticket.opened_at + timedelta(minutes=started)
    away = cause == "用户不在位"
    return replace(
        ticket,
        resolved_at=resolved,
        started_at=begun,
        cause=cause,
        hold_from=begun + timedelta(minutes=5) if away else None,
        hold_to=resolved - timedelta(minutes=dice.between(8, 25)) if away else None,
    )


def other_desk_work(facts: Facts) -> list[Ticket]:
    """Business systems, the release process and camera work without repair."""
    dice = Dice(facts.year, "systems")
    desk, days = Desk(facts, dice), Days(facts)
    made = [_plain(SYSTEMS, wording.SYSTEMS, desk, days, (10, 240)) for _ in range(facts.counts[SYSTEMS])]
    for _ in range(facts.counts[CCTV] - facts.cctv_repairs):
        ticket = _plain(CCTV, wording.CCTV, desk, days, (10, 150))
        camera = desk.device(("CM",), ticket.opened_at.date())
        made.append(replace(ticket, device=camera.id, model=camera.model.code))
    for _ in range(facts.counts[PROCESS]):
        day = days.workday(dice, 10)
        made.append(
            Ticket(
                PROCESS,
                wording.SECURITY[PROCESS],
                at(day, 9),
                at(workday_after(day, 3), 17),
                repair=False,
                note="梳理上线前的检查、回退步骤，形成流程1份",
                dept="D01",
                engineer="E01",
                requester=desk.person("D01"),
            )
        )
    return made


def _plain(
    category: str, kinds: tuple[tuple[str, tuple[str, ...]], ...], desk: Desk, days: Days, minutes: tuple[int, int]
) -> Ticket:
    dice = desk.dice
    title, notes = dice.pick(kinds)
    opened, dept = opening(days.workday(dice), dice), dice.pick(DEPARTMENTS)
    spent = dice.low_between(*minutes)
    return Ticket(
        category,
        title,
        opened,
        opened + timedelta(minutes=spent),
        note=desk.note(notes),
        dept=dept,
        requester=desk.person(dept),
        repair=False,
        engineer=desk.engineer(),
        started_at=opened + timedelta(minutes=dice.between(1, max(1, min(15, spent // 3)))),
    )
