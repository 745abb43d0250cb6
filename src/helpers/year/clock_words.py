"""What a declared clock counts, in the words that the report prints."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.year.declared_clocks import HOLIDAYS, Derived, Hold
from helpers.year.declared_indicators import Measure
from helpers.year.expressions import columns_of
from helpers.year.models import Calendar
from helpers.year.tables import Table

CALENDAR_WORDS = {
    "cn": "法定节假日除外，调休上班日计入",
    "weekdays": "周一至周五，不扣节假日",
    "custom": "按声明的放假日和上班日",
}


def clocks_of(measure: Measure, table: Table) -> tuple[str, ...]:
    """The clocks that a measure's condition and value read, also through derived expressions."""

    def read(text: str | None) -> Iterator[str]:
        for column in columns_of(text) if text else ():
            derived = table.derived.get(column)
            if derived is not None and derived.clock:
                yield column
            elif derived is not None:
                yield from read(derived.expr)

    found = {*read(measure.where), *read(measure.value)}
    return tuple(column for column in table.derived if column in found)


def clock_words(derived: Derived, spec: Table, calendar: Calendar) -> str:
    """What a clock counts, as the report says it: from when to when, in which hours, less what."""
    words = spec.column_words()
    start, end = (words.get(str(c), str(c)) for c in (derived.start, derived.end))
    days = CALENDAR_WORDS.get(calendar.base, f"按 {calendar.base} 的公共假日")
    if derived.clock == "hours":
        told = f"{start}至{end}的自然小时数"
    elif derived.clock == "workdays":
        told = f"{start}当日之后至{end}所经过的工作日数（{days}；1 为不晚于下一个工作日结束）"
    else:
        told = (
            f"{start}至{end}之间的办公小时数（{_hours_in_words(derived, spec)}{_free_days(derived, calendar, days)}）"
        )
    return told + (f"，扣除{'、'.join(_hold_words(hold, words) for hold in derived.hold)}" if derived.hold else "")


def _free_days(derived: Derived, calendar: Calendar, days: str) -> str:
    """What happens on days off, where the hours themselves do not say it."""
    own = [schedule for schedule in derived.schedules() if not schedule.every_hour]
    if not own:
        return ""
    if calendar.base != "cn":
        return f"；{days}"
    holidays = "" if any(schedule.week[HOLIDAYS] for schedule in own) else "法定节假日除外，"
    return f"；{holidays}调休上班日无单列时段的按周一计"


def _hours_in_words(derived: Derived, spec: Table) -> str:
    if derived.by is None:
        return derived.schedules()[0].in_words()
    called = spec.column_words().get(derived.by.column, derived.by.column)
    said = [f"{called}为{value}的：{schedule.in_words()}" for value, schedule in derived.by.values.items()]
    return "；".join(said + ([f"其余：{derived.by.otherwise.in_words()}"] if derived.by.otherwise else []))


def _hold_words(hold: Hold, words: dict[str, str]) -> str:
    if hold.events:
        return "暂停事件至恢复之间的时间"
    if hold.column is not None:
        return words.get(hold.column, hold.column)
    if hold.table is not None:
        return f"{hold.table} 中登记的暂停时段"
    return f"{words.get(str(hold.start), str(hold.start))}至{words.get(str(hold.end), str(hold.end))}的时段"
