"""Dates that give themselves away: months that are days, starts that are ends more often than short times are, dates
that stand decades away from all others."""

from __future__ import annotations

import datetime
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import exp, lgamma, log
from typing import TYPE_CHECKING

from helpers.gate.plausibility.monthly_shares import both_have
from helpers.gate.plausibility.times_here import equal, spans
from helpers.gate.plausibility.value_counts import unpivoted
from helpers.year.engine import identifier, literal

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: Months with more than this share of a column's dates are its own; where they are more than so many, it has none.
OWN, MOST_OWN = 0.15, 4
#: Fewer dates say nothing; the days of those outside are the numbers of the own months by chance this rarely.
FEWEST, OUTSIDE, CHANCE = 20, 4, 1e-6
#: Rows with a length of one and of two minutes from which that of none is told, and how far it may lie off.
SHORT, OFF, ERRORS = 100, 1.1, 4.0
#: Against last year: so many rows, so many times its share and so much more, beyond so many standard errors.
EQUAL, TIMES, MORE, SURE, ROWS = 10, 3.0, 0.025, 6.0, 200
#: So many dates at an end of a column may stand alone, beyond a gap of at least so long.
LONE, GAP = 3, datetime.timedelta(days=5 * 365)


def days_as_months(subject: Subject) -> Iterator[Check]:
    """Dates of a short season, and others all over the year on the day that is the season's month: 5 December as
    12 May."""
    for table in subject.tables:
        roles = subject.roles[table]
        for column in roles.dates:
            cell, days = identifier(column), calendar_days(subject, table, column)
            counts: Counter[int] = Counter()
            for month, _, _, n in days:
                counts[month] += n
            total = sum(counts.values())
            own = sorted(month for month, n in counts.items() if n > OWN * total)
            outside = total - sum(counts[month] for month in own)
            if total < FEWEST or not own or len(own) > MOST_OWN or outside < OUTSIDE:
                continue
            hits = sum(n for month, day, _, n in days if month not in own and day in own)
            if hits < OUTSIDE or hits < 0.8 * outside or _tail(outside, hits, len(own) / 30) > CHANCE:
                continue
            listed = ", ".join(map(str, own))
            alike = f"month({cell}) NOT IN ({listed}) AND day({cell}) IN ({listed})"
            yield subject.note(
                table,
                "days_as_months",
                f"{subject.called(table, column)}多在 {'、'.join(map(str, own))} 月，其余 {outside} 行中有 {hits} 行"
                f"散在各月而都在当月 {'、'.join(map(str, own))} 日，疑似日、月颠倒",
                f"核对来源的日期写法，在 columns.{column}.dates 里写明；部分行颠倒的重新导出",
                observed={"months": own, "outside": outside, "alike": hits},
                rows=subject.places(table, [column], alike),
                failing=hits,
                column=column,
            )


def calendar_days(subject: Subject, table: str, column: str) -> list[tuple[int, int, int, int]]:
    """The filled cells of a date column by month, day and day of the week (Monday: 1): these and the number of cells;
    asked of all date columns of a large table at once."""
    if (daily := subject.daily(table, column)) is not None:
        cells: Counter[tuple[int, int, int]] = Counter()
        for date, rows in daily.items():
            cells[date.month, date.day, date.isoweekday()] += rows
        return [(*day, cells[day]) for day in sorted(cells)]
    columns = subject.roles[table].dates
    found = subject.query(
        f"SELECT n, month(v), day(v), isodow(v), count(*) FROM ({unpivoted(columns, table, kind='DATE')}) "
        "WHERE v IS NOT NULL GROUP BY ALL ORDER BY ALL"
    )
    own = columns.index(column)
    return [(month, day, weekday, int(rows)) for n, month, day, weekday, rows in found if n == own]


def _tail(n: int, least: int, share: float) -> float:
    """The chance of so many hits or more."""

    def one(k: int) -> float:
        ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
        return exp(ways + k * log(share) + (n - k) * log(1 - share))

    return sum(one(k) for k in range(least, n + 1))


def zero_lengths(subject: Subject) -> Iterator[Check]:
    """Clocks that show no time at all more often than last year, or than one minute and two let expect."""
    for table, spec in subject.tables.items():
        types = subject.roles[table].types
        for start, end in dict.fromkeys(spec.clock_ends()):
            if {types[start], types[end]} != {"TIMESTAMP"}:
                continue
            found = _against_last_year(subject, table, start, end) or _against_short(subject, table, start, end)
            if found is not None:
                yield found


def _against_last_year(subject: Subject, table: str, start: str, end: str) -> Check | None:
    """More rows without a length than last year, beyond chance."""
    if table not in subject.shared() or not {start, end} <= set(both_have(subject, table)):
        return None
    (n, hits), (m, before) = (_equal(subject, view, start, end) for view in (table, f"previous_{table}"))
    if min(n, m) < ROWS or hits < EQUAL or hits / n <= TIMES * before / m + MORE:
        return None
    pooled = (hits + before) / (n + m)
    if hits / n - before / m < SURE * (pooled * (1 - pooled) * (1 / n + 1 / m)) ** 0.5:
        return None
    return _zero_note(subject, table, start, end, int(hits), f"，占 {hits / n:.1%}，上年为 {before / m:.1%}", "true")


def _equal(subject: Subject, view: str, start: str, end: str) -> tuple[int, int]:
    """In how many rows it is known whether both ends are one moment, not a midnight, and in how many they are."""
    if ends := subject.ends(view, start, end):
        return equal(*ends)
    timed = f"CAST({identifier(start)} AS TIME) <> TIME '00:00:00'"
    same = f"CAST({identifier(start)} = {identifier(end)} AND {timed} AS INTEGER)"
    known, hits = subject.query(f"SELECT count({same}), coalesce(sum({same}), 0) FROM {identifier(view)}")[0]
    return int(known), int(hits)


def _against_short(subject: Subject, table: str, start: str, end: str) -> Check | None:
    """A file in whole minutes with more rows of no length than those of one minute and of two let expect."""
    for file, none, one, two in _minutes(subject, table, start, end):
        # From one minute to the next fewer or more by a factor: the same factor once more.
        expected = one * one / two
        if none <= max(OFF * expected, expected + ERRORS * expected * (4 / one + 1 / two) ** 0.5):
            continue
        if none <= OFF * _before(subject, table, start, end, one):
            continue
        said = f"，而相差一分钟的 {one} 行，两分钟的 {two} 行，按此推算应约 {expected:.0f} 行"
        return _zero_note(subject, table, start, end, none, f"（{file}）{said}", f"source_file = {literal(file)}")
    return None


def _zero_note(subject: Subject, table: str, start: str, end: str, rows: int, said: str, where: str) -> Check:
    return subject.note(
        table,
        "zero_lengths",
        f"有 {rows} 行的{subject.called(table, start)}与{subject.called(table, end)}相同{said}",
        "核对是否补登时两个时间填成了一样，或其中一列导错；不能确定的用 corrections.yml 改为空",
        observed=rows,
        rows=subject.places(table, [start, end], f"{identifier(start)} = {identifier(end)} AND {where}"),
        failing=rows,
        column=end,
    )


def _minutes(subject: Subject, view: str, start: str, end: str) -> list[tuple[str, int, int, int]]:
    """For each file in whole minutes: rows whose ends lie none, one and two minutes apart."""
    if ends := subject.ends(view, start, end):
        apart = spans(*ends)
        if min((apart == 60).sum(), (apart == 120).sum()) < SHORT:
            return []
    a, b = identifier(start), identifier(end)
    span = f"date_diff('second', {a}, {b})"
    found = subject.query(
        f"SELECT source_file, count(*) FILTER (WHERE {span} = 0), count(*) FILTER (WHERE {span} = 60), "
        f"count(*) FILTER (WHERE {span} = 120) FROM {identifier(view)} WHERE {span} IS NOT NULL GROUP BY 1 "
        f"HAVING max(second({a}) + second({b})) = 0 ORDER BY 1"
    )
    return [(str(f), int(n), int(o), int(t)) for f, n, o, t in found if o >= SHORT and t >= SHORT]


def _before(subject: Subject, table: str, start: str, end: str, one: int) -> float:
    """How many would have no length if they were to those of one minute as last year, at the most."""
    if table not in subject.shared() or not {start, end} <= set(both_have(subject, table)):
        return 0.0
    rows = _minutes(subject, f"previous_{table}", start, end)
    return max((none / one_then * one for _, none, one_then, _ in rows), default=0.0)


# --- alone ----------------------------------------------------------------------------------------


def lone_dates(subject: Subject) -> Iterator[Check]:
    """A few dates far from all others of their column, as 2099 among the years of a register."""
    for table in subject.tables:
        columns = subject.roles[table].dates
        if not columns or subject.count(table) < FEWEST:
            continue
        for column, (first, last, filled) in zip(columns, _ends(subject, table, columns), strict=True):
            alone = _alone(first, last) if filled >= FEWEST else []
            if alone:
                yield _lone_note(subject, table, column, alone)


def _ends(
    subject: Subject, table: str, columns: Sequence[str]
) -> list[tuple[Sequence[datetime.date], Sequence[datetime.date], int]]:
    """For each date column the days of its first few cells, of its last few from the end on, and its filled cells."""
    here = [daily for column in columns if (daily := subject.daily(table, column)) is not None]
    if len(here) == len(columns):
        return [(_first(days.items()), _first(reversed(days.items())), sum(days.values())) for days in here]
    picked = ", ".join(
        f"min({day}, {LONE + 1}), max({day}, {LONE + 1}), count({day})"
        for day in (f"CAST({identifier(c)} AS DATE)" for c in columns)
    )
    (answer,) = subject.query(f"SELECT {picked} FROM {identifier(table)}")
    return list(zip(answer[::3], answer[1::3], answer[2::3], strict=True))


def _first(daily: Iterable[tuple[datetime.date, int]]) -> list[datetime.date]:
    """The days of the first few cells."""
    return list(itertools.islice((day for day, rows in daily for _ in range(rows)), LONE + 1))


def _alone(first: Sequence[datetime.date], last: Sequence[datetime.date]) -> list[datetime.date]:
    """The dates at either end of a column (its earliest and latest, from the end inwards) beyond a gap that is longer
    than all the others reach."""
    found: list[datetime.date] = []
    for ends, inner in ((first, last[-1]), (last, first[-1])):
        for n in range(LONE, 0, -1):
            gap, reach = abs(ends[n] - ends[n - 1]), abs(ends[n] - inner)
            if gap > max(GAP, reach):
                found += ends[:n]
                break
    return sorted(set(found))


def _lone_note(subject: Subject, table: str, column: str, alone: Sequence[datetime.date]) -> Check:
    listed = ", ".join(f"DATE '{day}'" for day in alone)
    rows = subject.places(table, [column], f"CAST({identifier(column)} AS DATE) IN ({listed})")
    said = "、".join(map(str, alone))
    return subject.note(
        table,
        "lone_dates",
        f"{subject.called(table, column)}里的 {said} 与其余日期相隔多年，疑似年份写错或以远期日期代替空白",
        f"核对这些行；以远期或早期日期表示“没有”的，在 columns.{column}.empty 里列出",
        observed=[str(day) for day in alone],
        rows=rows,
        failing=len(rows),
        column=column,
    )


CHECKS = (days_as_months, zero_lengths, lone_dates)
