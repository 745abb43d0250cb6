"""Support of court rooms and meetings, training, and the security service: what is kept in registers."""

from __future__ import annotations

from datetime import date, timedelta

from tools.example_data import facts as f
from tools.example_data import wording
from tools.example_data.clock import at, is_workday, workday_after
from tools.example_data.dice import Dice
from tools.example_data.facts import Facts
from tools.example_data.fleet import DEPARTMENTS, devices
from tools.example_data.tickets import Days, Ticket

EVENTS = (f.COURT, f.MEETING, f.TRAINING)
SECURITY = (
    f.SCAN,
    f.PENETRATION,
    f.RELEASE,
    f.SPECIAL,
    f.REPAIRED,
    f.INSPECTION,
    f.TERMINALS,
    f.DRILL,
    f.RULES,
    f.AWARENESS,
    f.WARNING,
)
ROOMS = (*tuple(f"第{n}审判庭" for n in "一二三四五六七八九"), "数字法庭A", "数字法庭B")
HALLS = ("一号会议室", "二号会议室", "多功能厅", "视频会议室")


def events(facts: Facts) -> list[Ticket]:
    """Court sessions, meetings, training: one record an occasion."""
    dice, days = Dice(facts.year, "events"), Days(facts)
    made = [_session(f.COURT, wording.COURT, ROOMS, (45, 200), days, dice, facts) for _ in range(facts.counts[f.COURT])]
    made += [
        _session(f.MEETING, wording.MEETING, HALLS, (40, 180), days, dice, facts)
        for _ in range(facts.counts[f.MEETING])
    ]
    for n in range(facts.counts[f.TRAINING]):
        day = days.workday(dice, (4, 9)[n])
        made.append(
            Ticket(
                f.TRAINING,
                wording.SECURITY[f.TRAINING],
                at(day, 14),
                at(day, 16, 30),
                place="多功能厅",
                dept="D01",
                engineer="E01",
                note=f"参训{dice.between(28, 46)}人,签到表存档",
            )
        )
    return made


def _session(
    category: str,
    titles: tuple[str, ...],
    places: tuple[str, ...],
    minutes: tuple[int, int],
    days: Days,
    dice: Dice,
    facts: Facts,
) -> Ticket:
    day, early = days.workday(dice), dice.chance(0.56)
    hour = dice.between(8, 10) if early else dice.between(13, 15)
    begin = at(day, hour, dice.pick((30, 40, 50) if hour in (8, 13) else (0, 10, 20, 30, 40, 50)))
    note = dice.pick(("", "", "", "", "", "话筒1路无声，更换后正常", '证人"线上"出庭，连线正常', "设备正常，全程值守"))
    return Ticket(
        category,
        dice.pick(titles),
        begin,
        begin + timedelta(minutes=dice.low_between(*minutes)),
        note=note,
        place=dice.pick(places),
        dept=dice.pick(DEPARTMENTS),
        engineer=f"E{dice.between(1, facts.posts):02d}",
    )


def security(facts: Facts) -> list[Ticket]:
    """The security service: terminals by the day, everything else a few times a year."""
    dice, days = Dice(facts.year, "security"), Days(facts)
    made = [_terminal(days, dice) for _ in range(facts.counts[f.TERMINALS])]
    for category in SECURITY:
        if category != f.TERMINALS:
            number = facts.counts.get(category, 0)
            made += [_task(category, n, number, facts, dice) for n in range(number)]
    return made


def _terminal(days: Days, dice: Dice) -> Ticket:
    title, notes = dice.pick(wording.TERMINALS)
    begin = at(days.workday(dice), dice.between(9, 16), dice.between(0, 59))
    while not (device := dice.pick(devices())).in_use(begin.date()) or device.id[:2] not in ("PC", "NB"):
        pass
    return Ticket(
        f.TERMINALS,
        title,
        begin,
        begin + timedelta(minutes=dice.low_between(10, 110)),
        note=dice.pick(notes) if dice.chance(0.4) else "",
        dept=device.dept,
        device=device.id,
        model=device.model.code,
        engineer=f"E{dice.between(8, 10):02d}",
    )


def _task(category: str, place: int, number: int, facts: Facts, dice: Dice) -> Ticket:
    """The ``place``-th of ``number`` tasks, spread over the year."""
    month = 1 + (2 * place + 1) * 12 // (2 * number) if number > 1 else dice.between(4, 10)
    day = date(facts.year, min(month, 12), dice.between(3, 25))
    while not is_workday(day):
        day += timedelta(days=1)
    long = category in (f.SCAN, f.PENETRATION, f.RULES, f.REPAIRED, f.RELEASE, f.SPECIAL)
    end = at(workday_after(day, dice.between(1, 4)), 17) if long else at(day, 11 + dice.between(0, 5), 30)
    note = f"报告编号AQ{facts.year}-{dice.between(100, 899)}，问题{dice.between(0, 9)}项" if long else ""
    return Ticket(
        category,
        wording.SECURITY[category],
        at(day, 9),
        end,
        note=note,
        dept="D01",
        engineer=f"E{dice.between(8, 10):02d}",
    )
