"""The steps of one record: their usual order, moments that are equal or rounded, clocks that were shifted."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from helpers.gate.plausibility.date_slips import calendar_days
from helpers.gate.plausibility.roles import columns_read
from helpers.gate.plausibility.subject import Subject
from helpers.gate.plausibility.times_here import later, spans
from helpers.gate.result import Check
from helpers.year.engine import identifier

#: An order is usual where at least this share of the rows keeps it, and one may break it in a few rows.
USUAL, FEW = 0.98, 8
#: Records of the night are named where they are so many, against so few elsewhere.
NIGHT, QUIET = 0.3, 0.05


@dataclass(frozen=True)
class _Pair:
    """Two dates of a row: ``kept`` of ``both`` rows have the first no later than the second."""

    first: str
    second: str
    both: int
    kept: int


def _by_day(subject: Subject, table: str, first: str, second: str) -> bool:
    """Whether one of two dates has no time of day."""
    types = subject.roles[table].types
    return "DATE" in (types[first], types[second])


def _later(subject: Subject, table: str, first: str, second: str) -> str:
    """Whether the first lies after the second; where one has no time of day, by the day."""
    kind = "DATE" if _by_day(subject, table, first, second) else "TIMESTAMP"
    return f"CAST({identifier(first)} AS {kind}) > CAST({identifier(second)} AS {kind})"


def _pairs(subject: Subject, table: str, view: str) -> list[_Pair]:
    """Both orders of every two date columns that last year had as well, where they are asked there."""
    dates = subject.roles[table].dates
    pairs = list(itertools.combinations(dates, 2))[:66]
    if not pairs or not subject.count(view):
        return []
    times = subject.times(view)
    if times is not None and {*dates} <= times.keys():
        counted: Iterable[tuple[int, int, int]] = [
            later(times[a], times[b], _by_day(subject, table, a, b)) for a, b in pairs
        ]
    else:
        counted = _counted(subject, table, view, pairs)
    listed = []
    for (a, b), (both, a_later, b_later) in zip(pairs, counted, strict=True):
        listed += [_Pair(a, b, both, both - a_later), _Pair(b, a, both, both - b_later)]
    return listed


def _counted(
    subject: Subject, table: str, view: str, pairs: Sequence[tuple[str, str]]
) -> Iterator[tuple[int, int, int]]:
    """For every two dates the rows that have both, those with the first later, and those with the second later."""
    picked = ", ".join(
        f"count({_later(subject, table, a, b)}), count(*) FILTER (WHERE {_later(subject, table, a, b)}), "
        f"count(*) FILTER (WHERE {_later(subject, table, b, a)})"
        for a, b in pairs
    )
    row = subject.query(f"SELECT {picked} FROM {identifier(view)}")[0]
    yield from zip(row[::3], row[1::3], row[2::3], strict=True)


def _declared(subject: Subject, table: str) -> set[tuple[str, str]]:
    """The orders that the year file itself implies: of states, and of the spare parts' steps."""
    spec, spares = subject.tables[table], subject.year.year.spares
    found: set[tuple[str, str]] = set()
    if spec.states:
        for part in spec.states.parts:
            found |= {(spec.states.start, part.start), (part.start, part.end), (part.end, spec.states.end)}
    if spares and spares.table == table:
        steps = [spares.opened, spares.needed, spares.ordered, spares.arrived, spares.resolved]
        named = [step for step in steps if step]
        found |= set(itertools.pairwise(named))
    own = set(subject.roles[table].dates)
    return {(a, b) for a, b in found if a in own and b in own}


def _habits(subject: Subject, table: str) -> set[tuple[str, str]]:
    """The orders that last year's rows kept."""
    before = subject.previous.year.tables.get(table) if subject.previous else None
    shared = [
        c for c in subject.roles[table].dates if before and c in before.columns and c in subject.tables[table].columns
    ]
    if before is None or set(shared) != set(subject.roles[table].dates):
        return set()
    pairs = _pairs(subject, table, f"previous_{table}")
    return {(p.first, p.second) for p in pairs if p.both >= FEW and p.kept >= USUAL * p.both}


def step_order(subject: Subject) -> Iterator[Check]:
    """Rows whose steps stand in another order than in nearly all rows, or than the year file says."""
    for table, spec in subject.tables.items():
        clocks = set(spec.clock_ends())
        sure = (_declared(subject, table) | _habits(subject, table)) - clocks
        pairs = _pairs(subject, table, table)
        usual = [
            p
            for p in pairs
            if p.kept < p.both
            and (p.first, p.second) not in clocks
            and ((p.first, p.second) in sure or (p.both >= FEW and p.both - p.kept <= max(1, (1 - USUAL) * p.both)))
        ]
        if not usual:
            continue
        broken = " OR ".join(f"({_later(subject, table, p.first, p.second)})" for p in usual)
        rows = int(subject.one(f"SELECT count(*) FROM {identifier(table)} WHERE {broken}"))
        worst = sorted(usual, key=lambda p: (p.kept - p.both, p.first, p.second))[:3]
        said = "；".join(
            f"{subject.called(table, p.first)}晚于{subject.called(table, p.second)} {p.both - p.kept} 行" for p in worst
        )
        columns = list(dict.fromkeys(c for p in worst[:2] for c in (p.first, p.second)))
        yield subject.note(
            table,
            "step_order",
            f"有 {rows} 行的时间先后与通常的顺序不符：{said}",
            "核对这些行的各个时间是否录错、月日颠倒或错列；录错的用 corrections.yml 更正",
            observed={f"{p.first}>{p.second}": p.both - p.kept for p in worst},
            rows=subject.places(table, columns, broken),
            failing=rows,
        )


def equal_moments(subject: Subject) -> Iterator[Check]:
    """Clocks whose start and end are the same moment more often than a very short time would explain."""
    for table, spec in subject.tables.items():
        types = subject.roles[table].types
        for start, end in spec.clock_ends():
            if types[start] != "TIMESTAMP" or types[end] != "TIMESTAMP":
                continue
            seconds = f"date_diff('second', {identifier(start)}, {identifier(end)})"
            # Days without a time of day say nothing about moments.
            timed = f"CAST({identifier(start)} AS TIME) <> TIME '00:00:00'"
            equal, short, total = _lengths(subject, table, start, end, f"{seconds} = 0 AND {timed}", seconds)
            if equal < 3 or equal <= 3 * short or equal <= _equal_before(subject, table, start, end) * 2 * total:
                continue
            pair = f"{subject.called(table, start)}与{subject.called(table, end)}"
            yield subject.note(
                table,
                "equal_moments",
                f"有 {equal} 行的{pair}完全相同，而其余各行很少有这样短的时间",
                "核对是否补登时两个时间填成了一样，或其中一列导错；不能确定的用 corrections.yml 改为空",
                observed={"equal": equal, "within_two_minutes": short, "rows": total},
                rows=subject.places(table, [start, end], f"{seconds} = 0 AND {timed}"),
                failing=equal,
                column=end,
            )


def _lengths(subject: Subject, table: str, start: str, end: str, none: str, seconds: str) -> tuple[int, int, int]:
    """How many rows have no length (and no midnight for a start), up to two minutes, and any length."""
    if ends := subject.ends(table, start, end):
        one, other = ends
        long, timed = spans(one, other), one.timed[one.there & other.there]
        return int(((long == 0) & timed).sum()), int(((long > 0) & (long <= 120)).sum()), len(long)
    equal, short, total = subject.query(
        f"SELECT count(*) FILTER (WHERE {none}), count(*) FILTER (WHERE {seconds} > 0 AND {seconds} <= 120), "
        f"count({seconds}) FROM {identifier(table)}"
    )[0]
    return int(equal), int(short), int(total)


def _equal_before(subject: Subject, table: str, start: str, end: str) -> float:
    """The share of equal moments last year."""
    before = subject.previous.year.tables.get(table) if subject.previous else None
    if before is None or not {start, end} <= set(before.columns):
        return 0.0
    return float(
        subject.one(
            f"SELECT coalesce(avg(CAST({identifier(start)} = {identifier(end)} AS INTEGER)), 0) "
            f"FROM {identifier(f'previous_{table}')}"
        )
    )


def lost_time(subject: Subject) -> Iterator[Check]:
    """Times cut to the day or the hour in the rows from which a measure takes hours."""
    for table, spec in subject.tables.items():
        hourly = {c: d for c, d in spec.derived.items() if d.clock in ("hours", "office_hours")}
        types = subject.roles[table].types
        said: set[str] = set()
        for measure in subject.year.measures.values():
            if measure.table != table or not (read := columns_read(measure.value) & hourly.keys()):
                continue
            ends = [str(c) for clock in sorted(read) for c in (hourly[clock].start, hourly[clock].end)]
            for column in dict.fromkeys(c for c in ends if types[c] == "TIMESTAMP" and c not in said):
                found = _cut(subject, table, column, measure.where)
                if found is not None:
                    said.add(column)
                    yield found


def _cut(subject: Subject, table: str, column: str, where: str | None) -> Check | None:
    cell = identifier(column)
    asked = f"{cell} IS NOT NULL" + (f" AND ({where}\n)" if where else "")
    midnight, hour, total = subject.query(
        f"SELECT count(*) FILTER (WHERE CAST({cell} AS TIME) = TIME '00:00:00'), "
        f"count(*) FILTER (WHERE minute({cell}) = 0 AND second({cell}) = 0), count(*) FROM {identifier(table)} "
        f"WHERE {asked}"
    )[0]
    if total < 20:
        return None
    # By chance one in 60 minutes is a full hour, and midnight is one minute of 1440.
    if midnight >= max(5, 0.03 * total):
        what, rows, test = "没有时分（零点整）", midnight, f"CAST({cell} AS TIME) = TIME '00:00:00'"
    elif hour >= max(10, 0.5 * total):
        what, rows, test = "都在整点", hour, f"minute({cell}) = 0 AND second({cell}) = 0"
    else:
        return None
    return subject.note(
        table,
        "lost_time",
        f"按小时计算的记录里，有 {rows} 行（共 {total} 行）的{subject.called(table, column)}{what}，时长不可信",
        "重新导出，保留时分秒；来源系统只记日期的，不要用来计算小时",
        observed={"midnight": midnight, "full_hour": hour, "rows": total},
        rows=subject.places(table, [column], f"{asked} AND {test}"),
        failing=rows,
        column=column,
    )


def night_hours(subject: Subject) -> Iterator[Check]:
    """A file or month with many records of the night where the others have hardly any: a shifted clock."""
    for table in subject.tables:
        time = subject.roles[table].time
        if time is None or subject.roles[table].types[time] != "TIMESTAMP" or not subject.count(table):
            continue
        cell = identifier(time)
        timed = f"CAST({cell} AS TIME) <> TIME '00:00:00'"
        night = f"(hour({cell}) >= 22 OR hour({cell}) < 6)"
        groups = subject.query(
            f"SELECT source_file, month({cell}), count(*), count(*) FILTER (WHERE {night}), "
            f"count(*) FILTER (WHERE isodow({cell}) >= 6) FROM {identifier(table)} WHERE {timed} GROUP BY 1, 2 "
            f"ORDER BY 1, 2"
        )
        groups = [g for g in groups if g[2] >= 20]
        total, nights, weekends = (sum(g[n] for g in groups) for n in (2, 3, 4))
        odd = [g for g in groups if g[3] >= NIGHT * g[2]]
        rest, rest_nights = total - sum(g[2] for g in odd), nights - sum(g[3] for g in odd)
        # Where all are odd, a table that rests at weekends is an office's, and offices rest at night.
        office = weekends <= QUIET * total
        if not odd or (rest_nights > QUIET * rest if rest else not office):
            continue
        rows = sum(g[3] for g in odd)
        files = "、".join(dict.fromkeys(str(g[0]) for g in odd))
        odd_rows = " OR ".join(f"(source_file = '{_quoted(g[0])}' AND month({cell}) = {g[1]})" for g in odd)
        yield subject.note(
            table,
            "night_hours",
            f"{files} 有 {rows} 行的{subject.called(table, time)}在 22 时至次日 6 时之间，其余记录几乎没有，"
            f"疑似时区差 8 小时",
            "核对导出的时区；是世界时的在 timezone 里声明，或换成北京时间重新导出",
            observed={"night": rows, "rows": sum(g[2] for g in odd)},
            rows=subject.places(table, [time], f"{timed} AND {night} AND ({odd_rows})"),
            failing=rows,
        )


def _quoted(text: object) -> str:
    return str(text).replace("'", "''")


def day_month_swapped(subject: Subject) -> Iterator[Check]:
    """Days up to the twelfth that lie on weekends and later ones that do not: day and month were swapped."""
    for table in subject.tables:
        roles = subject.roles[table]
        for column in roles.dates:
            if column not in (roles.time, *(c for pair in subject.tables[table].clock_ends() for c in pair)):
                continue
            cell = identifier(column)
            days = calendar_days(subject, table, column)
            early, late = (sum(n for _, day, _, n in days if (day <= 12) == first) for first in (True, False))
            early_off = sum(n for month, day, dow, n in days if day <= 12 and dow >= 6 and day != month)
            late_off = sum(n for _, day, dow, n in days if day > 12 and dow >= 6)
            only_early = early >= 40 and late == 0
            spread = _spread(subject, table, column) if early_off >= 5 else 0
            more_off = spread >= 5 and late >= 40 and early_off / early > 0.02 + 4 * late_off / late
            if not (only_early or more_off):
                continue
            what = "都在每月 12 日以前" if only_early else f"12 日以前的有 {early_off} 行在周末，以后的几乎没有"
            off = "" if only_early else f" AND isodow({cell}) >= 6 AND day({cell}) <> month({cell})"
            yield subject.note(
                table,
                "day_month_swapped",
                f"{subject.called(table, column)}{what}，疑似日、月颠倒",
                f"核对来源的日期写法，在 columns.{column}.dates 里写明；部分行颠倒的重新导出",
                observed={"early": early, "early_weekend": early_off, "late": late, "late_weekend": late_off},
                rows=subject.places(table, [column], f"day({cell}) <= 12{off}"),
                failing=early if only_early else early_off,
                column=column,
            )


def _spread(subject: Subject, table: str, column: str) -> float:
    """Over how many days the weekend rows up to the twelfth are spread: one busy weekend is no swap."""
    if (daily := subject.daily(table, column)) is not None:
        rows = [n for day, n in daily.items() if day.day <= 12 and day.isoweekday() >= 6 and day.day != day.month]
        return sum(rows) / max(rows, default=1)
    cell = identifier(column)
    days = (
        f"SELECT CAST({cell} AS DATE), count(*) AS n FROM {identifier(table)} WHERE day({cell}) <= 12 "
        f"AND isodow({cell}) >= 6 AND day({cell}) <> month({cell}) GROUP BY 1"
    )
    return float(subject.one(f"SELECT coalesce(sum(n) / max(n), 0) FROM ({days})"))


CHECKS = (step_order, equal_moments, lost_time, night_hours, day_month_swapped)
