"""How a clock is declared: between which dates it runs, in which hours it counts, what interrupts it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from helpers.year.base import Identifier, Model, Strings, Words, as_list
from helpers.year.faults import did_you_mean

ColumnType = Literal["text", "integer", "number", "money", "duration", "boolean", "date", "datetime"]
DurationUnit = Literal["秒", "分钟", "小时", "天"]

#: Monday to Sunday, then the public holidays.
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holidays")
DAY_WORDS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日", "法定节假日")
HOLIDAYS = 7
_ALIASES = {
    **{f"{prefix}{digit}": DAYS[i] for prefix in ("周", "星期") for i, digit in enumerate("一二三四五六日")},
    "周天": "sun",
    "星期天": "sun",
    "节假日": "holidays",
    "法定节假日": "holidays",
}
_RANGES = {
    "workdays": range(5),
    "工作日": range(5),
    "weekend": range(5, 7),
    "周末": range(5, 7),
    "daily": range(7),
    "每天": range(7),
    "每日": range(7),
}
ALWAYS = ("24x7", "24×7", "7x24", "7×24", "全天候")
_WINDOW = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~至]\s*(\d{1,2}):(\d{2})")

Window = tuple[int, int]
Windows = tuple[Window, ...]


def _days_of(text: str) -> list[int]:
    """The days that a key such as ``mon-fri``, ``sat, sun`` or ``周一至周五`` means; raises ValueError."""
    days: list[int] = []
    for part in re.split(r"[,、，]\s*", text.strip().lower()):
        if part in _RANGES:
            days += _RANGES[part]
            continue
        ends = [_day(end) for end in re.split(r"\s*[-至到~]\s*", part)]
        if len(ends) > 2 or (len(ends) == 2 and not ends[0] <= ends[1] < HOLIDAYS):
            raise ValueError(f"看不懂的日子 {text}，写成 mon-fri、sat、holidays 或 周一至周五")
        days += range(ends[0], ends[-1] + 1)
    return days


def _day(text: str) -> int:
    word = _ALIASES.get(text, text[:3] if text[:3] in DAYS else text)
    if word not in DAYS:
        known = did_you_mean(text, [*DAYS, *_RANGES])
        raise ValueError(f"没有 {text} 这样的日子。{known or ''}".rstrip())
    return DAYS.index(word)


def _windows_of(value: Any) -> Windows:
    """``["09:00-12:00", "13:30-17:30"]`` as seconds of the day; raises ValueError."""
    windows: list[Window] = []
    for text in as_list(value) or []:
        match = _WINDOW.fullmatch(str(text).strip())
        if match is None:
            raise ValueError(f"看不懂的时段 {text}，写成 09:00-12:00")
        h1, m1, h2, m2 = (int(group) for group in match.groups())
        start, end = h1 * 3600 + m1 * 60, h2 * 3600 + m2 * 60
        if not 0 <= start < end <= 86400 or m1 > 59 or m2 > 59:
            raise ValueError(f"时段 {text} 的止应晚于起；跨过零点的写成两段，如 22:00-24:00 和次日的 00:00-06:00")
        windows.append((start, end))
    for (_, before), (after, _) in zip(windows, windows[1:], strict=False):
        if after < before:
            raise ValueError("各时段要从早到晚，不能重叠")
    return tuple(windows)


class Schedule(Model):
    """The hours in which work is done: for each of ``DAYS`` its windows, in seconds of the day.

    Written as ``{mon-fri: [09:00-12:00, 13:30-17:30], sat: 09:00-12:00}`` or ``24x7``. Public
    holidays have only the hours under ``holidays``; a make-up working day at a weekend that has no
    hours of its own has those of Monday.
    """

    week: tuple[Windows, ...]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if isinstance(value, dict) and set(value) == {"week"}:
            return value
        if str(value).strip().lower() in ALWAYS:
            return {"week": (((0, 86400),),) * len(DAYS)}
        if not isinstance(value, dict) or not value:
            raise ValueError("办公时间写成 {mon-fri: [09:00-12:00, 13:30-17:30]} 或 24x7")
        week: list[Windows | None] = [None] * len(DAYS)
        for key, times in value.items():
            for day in _days_of(str(key)):
                if week[day] is not None:
                    raise ValueError(f"{DAY_WORDS[day]}写了两次")
                week[day] = _windows_of(times)
        if not any(week):
            raise ValueError("办公时间里一个时段也没有")
        return {"week": tuple(windows or () for windows in week)}

    def windows(self, weekday: int, *, workday: bool, holiday: bool) -> Windows:
        """The windows of one day of the calendar; ``weekday`` 0 is Monday."""
        if holiday:
            return self.week[HOLIDAYS]
        own = self.week[weekday]
        return self.week[0] if workday and weekday > 4 and not own else own

    @property
    def every_hour(self) -> bool:
        return all(windows == ((0, 86400),) for windows in self.week)

    def in_words(self) -> str:
        """``周一至周五09:00—12:00、13:30—17:30``; ``全天候`` for every hour of every day."""
        if self.every_hour:
            return "全天候"
        parts, day = [], 0
        while day < len(DAYS):
            last = day
            while last + 1 < HOLIDAYS and day < HOLIDAYS and self.week[last + 1] == self.week[day]:
                last += 1
            if self.week[day]:
                span = DAY_WORDS[day] + (f"至{DAY_WORDS[last]}" if last > day else "")
                parts.append(span + "、".join(f"{_clock(a)}—{_clock(b)}" for a, b in self.week[day]))
            day = last + 1
        return "，".join(parts)


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


def _text_keys(value: Any) -> Any:
    return {str(k): v for k, v in value.items()} if isinstance(value, dict) else value


class ScheduleBy(Model):
    """Different hours by the value of a column, e.g. by priority; ``else`` for every other value."""

    column: Identifier
    values: Annotated[dict[str, Schedule], BeforeValidator(_text_keys)] = Field(min_length=1)
    otherwise: Schedule | None = Field(default=None, alias="else")


_HOLD_FORMS = "hold 写 events，或 {from: 列, to: 列}，或 {column: 列, unit: 分钟}"


class Hold(Model):
    """What interrupts a clock. One of

    - ``events``: the grain's suspending and resuming events;
    - ``{from: a, to: b}``: two columns of the row (an empty ``to``: until the clock ends);
    - ``{table: t, key: k, from: a, to: b}``: the rows of another table with the same key;
    - ``{column: c, unit: 分钟}``: a length, taken as time of this clock.

    Overlapping intervals are subtracted once.
    """

    events: bool = False
    table: Identifier | None = None
    key: Strings = ()
    start: Identifier | None = Field(default=None, alias="from")
    end: Identifier | None = Field(default=None, alias="to")
    column: Identifier | None = None
    unit: DurationUnit | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, str) and value != "events":
            raise ValueError(_HOLD_FORMS)
        return {"events": True} if value == "events" else value

    @model_validator(mode="after")
    def _one_way(self) -> Hold:
        interval = self.start is not None and self.end is not None
        if self.events + interval + (self.column is not None) != 1 or (self.start is None) != (self.end is None):
            raise ValueError(_HOLD_FORMS)
        if self.table is not None and not (interval and self.key):
            raise ValueError("hold 写了 table 就要写 key、from、to")
        if self.table is None and self.key:
            raise ValueError("hold 写了 key 就要写 table")
        return self


class Derived(Model):
    """A column computed from others: a clock between two dates, or an expression.

    ``clock: hours``: calendar hours between ``start`` and ``end``. ``clock: workdays``: how many
    working days have begun after the day of ``start`` by the end of which ``end`` falls (0 = the same
    day or before the next working day begins, 1 = by the end of the next working day; an end on a
    free day counts to the working day after it). ``clock: office_hours``: the hours
    between them that lie within ``office_hours`` (or, ``by`` a column's value, within different
    ones). ``hold``: what is subtracted. A clock that would run backwards is empty.
    """

    clock: Literal["hours", "workdays", "office_hours"] | None = None
    start: Identifier | None = None
    end: Identifier | None = None
    office_hours: Schedule | None = None
    by: ScheduleBy | None = None
    hold: Annotated[tuple[Hold, ...], BeforeValidator(as_list)] = ()
    expr: str | None = None
    type: ColumnType = "boolean"
    words: Words | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Derived:
        if (self.clock is None) == (self.expr is None):
            raise ValueError("派生列要么写 clock（连同 start、end），要么写 expr")
        if self.clock and not (self.start and self.end):
            raise ValueError("写了 clock 就要写 start 和 end")
        hours = (self.office_hours is not None) + (self.by is not None)
        if self.clock == "office_hours" and hours != 1:
            raise ValueError("clock 为 office_hours 时，写 office_hours 或 by 其中一个")
        if self.clock != "office_hours" and hours:
            raise ValueError("只有 clock: office_hours 才写 office_hours 或 by")
        if self.hold and self.clock not in ("hours", "office_hours"):
            raise ValueError("只有 hours 和 office_hours 能用 hold 扣除暂停")
        return self

    def schedules(self) -> tuple[Schedule, ...]:
        """Every schedule of an office clock, those of ``by.values`` in their order, then ``else``."""
        if self.by is None:
            return (self.office_hours,) if self.office_hours else ()
        return (*self.by.values.values(), *([self.by.otherwise] if self.by.otherwise else []))
