"""Times: read the wrong way round, cut, shifted, beautified."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from tools.mutate import moments
from tools.mutate.subject import Damage, Dice, Exports, Sheet, done, kind, some

Change = Callable[[datetime], datetime]


def _dates(s: Sheet, *types: str) -> list[str]:
    return [c for c in s.there(*(types or ("date", "datetime"))) if len(_timed(s, c)) >= 5]


def _timed(s: Sheet, column: str) -> list[int]:
    place = s.place(column)
    return [n for n in s.grid.data() if moments.read(s.grid.rows[n][place])]


def _change(
    x: Exports, dice: Dice, words: str, change: Callable[[Any], Any], low: float = 1, high: float = 1, *types: str
) -> Damage | None:
    s = x.any(dice, lambda s: _dates(s, *types))
    if s is None:
        return None
    column = dice.choice(_dates(s, *types))
    rows = some(dice, _timed(s, column), low, high)
    changed = s.change(column, rows, change)
    return done(s, f"{words} in {changed} cells of {column}", columns=(column,), rows=rows) if changed else None


def _moved(change: Change) -> Callable[[Any], Any]:
    return lambda value: moments.changed(value, change)


def _text(write: Callable[[datetime], str]) -> Callable[[Any], Any]:
    def change(value: Any) -> Any:
        moment = moments.read(value)
        return value if moment is None else write(moment)

    return change


def _swapped(m: datetime) -> datetime:
    return m.replace(month=m.day, day=m.month) if m.day <= 12 else m


@kind("times", "day and month swapped wherever that is a date")
def day_month_swapped(x: Exports, dice: Dice) -> Damage | None:
    return _change(x, dice, "day and month swapped", _moved(_swapped))


@kind("times", "day and month swapped in some cells")
def day_month_swapped_some(x: Exports, dice: Dice) -> Damage | None:
    return _change(x, dice, "day and month swapped", _moved(_swapped), 0.03, 0.3)


@kind("times", "written day first: 05/03/2024 9:07")
def day_first_texts(x: Exports, dice: Dice) -> Damage | None:
    return _change(x, dice, "day first", _text(lambda m: f"{m:%d/%m/%Y %H:%M}"))


@kind("times", "the time of day lost, written as midnight")
def time_lost(x: Exports, dice: Dice) -> Damage | None:
    low = dice.choice((0.1, 1))
    return _change(x, dice, "midnight", _moved(lambda m: m.replace(hour=0, minute=0, second=0)), low, 1, "datetime")


@kind("times", "the time of day cut off")
def time_cut(x: Exports, dice: Dice) -> Damage | None:
    low = dice.choice((0.1, 1))
    return _change(x, dice, "date only", _text(lambda m: f"{m:%Y-%m-%d}"), low, 1, "datetime")


@kind("times", "minutes cut to the full hour")
def minutes_cut(x: Exports, dice: Dice) -> Damage | None:
    return _change(x, dice, "full hour", _moved(lambda m: m.replace(minute=0, second=0)), 0.5, 1, "datetime")


@kind("times", "years of two digits")
def two_digit_years(x: Exports, dice: Dice) -> Damage | None:
    return _change(x, dice, "two-digit year", _text(lambda m: f"{m:%y-%m-%d %H:%M}"), dice.choice((0.1, 1)), 1)


def _years(by: int) -> Callable[[Any], Any]:
    return _moved(lambda m: m.replace(year=m.year + by, day=min(m.day, 28)))


@kind("times", "some cells in the next year")
def next_year(x: Exports, dice: Dice) -> Damage | None:
    return _change(x, dice, "next year", _years(1), 0.01, 0.2)


@kind("times", "some cells in the year before")
def previous_year(x: Exports, dice: Dice) -> Damage | None:
    return _change(x, dice, "year before", _years(-1), 0.01, 0.2)


@kind("times", "a few cells in 2099")
def year_2099(x: Exports, dice: Dice) -> Damage | None:
    return _change(x, dice, "2099", _moved(lambda m: m.replace(year=2099, day=min(m.day, 28))), 0.005, 0.05)


@kind("times", "sentinel dates: 1970-01-01, 1900-01-00, 9999-12-31")
def sentinel_dates(x: Exports, dice: Dice) -> Damage | None:
    text = dice.choice(("1970-01-01 00:00:00", "1970-01-01 08:00:00", "1900-01-00", "9999-12-31", "0000-00-00"))
    return _change(x, dice, text, _text(lambda _: text), 0.02, 0.3)


@kind("times", "one column of times shifted by 8 hours")
def shifted_8h(x: Exports, dice: Dice) -> Damage | None:
    by = timedelta(hours=dice.choice((-8, 8)))
    return _change(x, dice, f"shifted by {by}", _moved(lambda m: m + by), 1, 1, "datetime")


@kind("times", "all columns of times shifted by 8 hours")
def all_shifted_8h(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: _dates(s, "datetime"))
    if s is None:
        return None
    by = timedelta(hours=dice.choice((-8, 8)))
    for column in _dates(s, "datetime"):
        s.change(column, s.grid.data(), _moved(lambda m: m + by))
    return done(s, f"all times shifted by {by}", columns=_dates(s, "datetime"))


@kind("times", "times written 2024年07月01日 08时57分00秒")
def cn_texts(x: Exports, dice: Dice) -> Damage | None:
    return _change(x, dice, "年月日时分秒", _text(lambda m: f"{m:%Y年%m月%d日 %H时%M分%S秒}"), dice.choice((0.1, 1)), 1)


@kind("times", "afternoon by the twelve-hour clock, without 下午")
def twelve_hours(x: Exports, dice: Dice) -> Damage | None:
    def change(m: datetime) -> datetime:
        return m - timedelta(hours=12) if m.hour >= 13 else m

    return _change(x, dice, "twelve-hour clock", _moved(change), dice.choice((0.2, 1)), 1, "datetime")


@kind("times", "times as Excel's serial numbers")
def excel_serials(x: Exports, dice: Dice) -> Damage | None:
    def write(m: datetime) -> str:
        return f"{(m - datetime(1899, 12, 30)).total_seconds() / 86400:.8f}"

    return _change(x, dice, "serial numbers", _text(write), dice.choice((0.1, 1)), 1)


@kind("times", "times as seconds since 1970")
def epoch_seconds(x: Exports, dice: Dice) -> Damage | None:
    def write(m: datetime) -> str:
        return str(int((m - datetime(1970, 1, 1)).total_seconds()))

    return _change(x, dice, "epoch seconds", _text(write), dice.choice((0.1, 1)), 1, "datetime")


@kind("times", "an offset or Z behind some times")
def offsets(x: Exports, dice: Dice) -> Damage | None:
    return _change(x, dice, "Z", _text(lambda m: f"{m:%Y-%m-%dT%H:%M:%SZ}"), 0.1, 1, "datetime")


# --- clocks ---------------------------------------------------------------------------------------


def _clock(x: Exports, dice: Dice) -> tuple[Sheet, str, str] | None:
    """An export with both ends of a clock."""

    def ends(s: Sheet) -> list[tuple[str, str]]:
        found = {(str(d.start), str(d.end)) for d in s.spec.derived.values() if d.clock}
        return sorted((a, b) for a, b in found if s.has(a, b) and len(_timed(s, b)) >= 5 and len(_timed(s, a)) >= 5)

    s = x.any(dice, ends)
    if s is None:
        return None
    whole = [e for e in ends(s) if e == ("opened_at", "resolved_at")]
    return (s, *(whole[0] if whole and dice.random() < 0.7 else dice.choice(ends(s))))


def _spans(s: Sheet, start: str, end: str) -> list[tuple[int, timedelta]]:
    found = []
    for n in _timed(s, end):
        a, b = (moments.read(s.grid.rows[n][s.place(c)]) for c in (start, end))
        if a and b:
            found.append((n, b - a))
    return found


def _set_span(s: Sheet, rows: Sequence[int], start: str, end: str, span: Callable[[int], timedelta]) -> None:
    for n in rows:
        row = s.grid.rows[n]
        opened = moments.read(row[s.place(start)])
        assert opened is not None
        row[s.place(end)] = moments.like(row[s.place(end)], opened + span(n))


@kind("clocks", "late tickets moved to just within the limit")
def late_beautified(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _clock(x, dice)) is None:
        return None
    s, start, end = picked
    late = [n for n, span in _spans(s, start, end) if timedelta(hours=1) < span < timedelta(days=9)]
    rows = some(dice, late, 0.2, 1)
    if not rows:
        return None
    _set_span(s, rows, start, end, lambda _: timedelta(minutes=dice.randint(53, 60)))
    return done(s, f"{end} of {len(rows)} late rows moved to within an hour", columns=(end,), rows=rows)


@kind("clocks", "completion of late tickets emptied")
def late_emptied(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _clock(x, dice)) is None:
        return None
    s, start, end = picked
    rows = some(dice, [n for n, span in _spans(s, start, end) if span > timedelta(hours=1)], 0.2, 1)
    s.change(end, rows, lambda _: None if s.grid.form.kind == "xlsx" else "")
    return done(s, f"{end} of {len(rows)} late rows emptied", columns=(end,), rows=rows) if rows else None


@kind("clocks", "all lengths of time equal")
def spans_equal(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _clock(x, dice)) is None:
        return None
    s, start, end = picked
    rows, span = [n for n, _ in _spans(s, start, end)], timedelta(minutes=dice.choice((10, 15, 30)))
    _set_span(s, rows, start, end, lambda _: span)
    return done(s, f"{end} is {start} + {span} everywhere", columns=(start, end), rows=rows)


@kind("clocks", "start and end equal in a part of the rows")
def spans_zero(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _clock(x, dice)) is None:
        return None
    s, start, end = picked
    rows = some(dice, [n for n, _ in _spans(s, start, end)], 0.05, 1)
    _set_span(s, rows, start, end, lambda _: timedelta())
    return done(s, f"{end} equals {start} in {len(rows)} rows", columns=(start, end), rows=rows)


@kind("clocks", "start and end swapped in a part of the rows")
def ends_swapped(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _clock(x, dice)) is None:
        return None
    s, start, end = picked
    rows = some(dice, [n for n, span in _spans(s, start, end) if span], 0.01, 0.5)
    for n in rows:
        row = s.grid.rows[n]
        row[s.place(start)], row[s.place(end)] = row[s.place(end)], row[s.place(start)]
    return done(s, f"{start} and {end} swapped in {len(rows)} rows", columns=(start, end), rows=rows)


@kind("clocks", "a reopening overwrites the completion: ends days later")
def reopening_overwrites(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _clock(x, dice)) is None:
        return None
    s, start, end = picked
    rows = some(dice, [n for n, span in _spans(s, start, end) if span < timedelta(hours=2)], 0.02, 0.3)
    s.change(end, rows, lambda v: moments.changed(v, lambda m: m + timedelta(days=dice.randint(1, 20), hours=1)))
    return done(s, f"{end} of {len(rows)} rows 1–20 days later", columns=(end,), rows=rows) if rows else None


@kind("clocks", "part arrives after the repair was done")
def part_after_done(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.has("part_arrived_at", "resolved_at") and _timed(s, "part_arrived_at"))
    if s is None:
        return None
    rows = some(dice, _timed(s, "part_arrived_at"), 0.2, 1)
    s.change("part_arrived_at", rows, lambda v: moments.changed(v, lambda m: m + timedelta(days=dice.randint(5, 30))))
    return done(s, f"parts of {len(rows)} repairs arrive 5–30 days later", columns=("part_arrived_at",), rows=rows)


@kind("clocks", "completion shifted by a day in one month")
def month_day_late(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _clock(x, dice)) is None:
        return None
    s, _, end = picked
    month = dice.randint(1, 12)
    rows = [n for n in _timed(s, end) if (m := moments.read(s.grid.rows[n][s.place(end)])) and m.month == month]
    s.change(end, rows, lambda v: moments.changed(v, lambda m: m + timedelta(days=1)))
    return done(s, f"{end} a day later in month {month}", columns=(end,), rows=rows) if rows else None
