"""Whether the whole year is there: days and months without a record, a thin period, a cut at a round number."""

from __future__ import annotations

import datetime
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from helpers.activity.calendar import CalendarUnknown, is_workday
from helpers.gate.plausibility.subject import Subject
from helpers.gate.result import Check
from helpers.measures.covered import covered
from helpers.year.engine import identifier

#: So many records must have been expected on the silent days together: chance leaves none with e^-10.
EXPECTED = 20
#: Tables that are silent for more of the year than this are not kept day by day.
SILENT = 0.6
#: A month is thin below this share of the usual, and where the drop is so many standard deviations.
THIN, SIGMAS = 0.65, 5
#: Exports end at such a number of rows by setting, not by chance; smaller ones happen.
ROUND, LEAST = 500, 500
CAPS = (65535, 65536, 1048575, 1048576)
#: The last days of a log; so many cases without an end in them, and so many times the earlier share, are no chance.
CLOSING_DAYS, CLOSING_LEAST, CLOSING_TIMES = 14, 10, 5


@dataclass(frozen=True)
class Run:
    """Working days in a row without any record."""

    first: datetime.date
    last: datetime.date
    days: int


def _daily(subject: Subject, table: str) -> dict[datetime.date, int]:
    """Records a day by the date that decides the year."""
    time = subject.roles[table].time
    if time is None or not subject.count(table):
        return {}
    if (daily := subject.daily(table, time)) is not None:
        return daily
    day = f"CAST({identifier(time)} AS DATE)"
    return dict(
        subject.query(f"SELECT {day}, count(*) FROM {identifier(table)} WHERE {day} IS NOT NULL GROUP BY 1 ORDER BY 1")
    )


def _workdays(subject: Subject, table: str) -> list[datetime.date]:
    """Mondays to Fridays that are working days, up to the day of the export. Days that make up for a holiday
    are kept by some and not by others."""
    known = subject.known.more
    if ("workdays", table) not in known:
        known["workdays", table] = _working(subject, table)
    days: list[datetime.date] = known["workdays", table]
    return days


def _working(subject: Subject, table: str) -> list[datetime.date]:
    exported = subject.tables[table].exported
    fiscal = subject.year.fiscal
    days = [fiscal.first + datetime.timedelta(n) for n in range((fiscal.end - fiscal.first).days)]
    days = [d for d in days if d.weekday() < 5 and (exported is None or d < exported)]
    calendar = subject.year.year.calendar_of(subject.tables[table])
    try:
        return [day for day in days if is_workday(day, calendar)]
    except CalendarUnknown:
        return days


def _silent(daily: dict[datetime.date, int], workdays: Sequence[datetime.date]) -> list[Run]:
    """Every run of working days without a record."""
    runs: list[Run] = []
    for before, day in zip([None, *workdays], workdays, strict=False):
        if day in daily:
            continue
        if runs and before == runs[-1].last:
            runs[-1] = Run(runs[-1].first, day, runs[-1].days + 1)
        else:
            runs.append(Run(day, day, 1))
    return runs


def silent_days(subject: Subject) -> Iterator[Check]:
    """Working days without any record where many were to be expected, at the ends of the year as within it."""
    for table in subject.tables:
        daily, workdays = _daily(subject, table), _workdays(subject, table)
        runs = _silent(daily, workdays)
        active = len(workdays) - sum(run.days for run in runs)
        if not active:
            continue
        rate = sum(n for day, n in daily.items()) / active
        least = 1 if subject.year.year.calendar_of(subject.tables[table]).base not in ("weekdays", "custom") else 2
        # Tables kept now and then have silent days as a habit: the usual share of active days thins the rate.
        long = [run for run in runs if run.days >= least and run.days * rate >= EXPECTED]
        usual = active / max(1, len(workdays) - sum(run.days for run in long))
        long = [run for run in long if run.days * rate * usual**2 >= EXPECTED]
        if not long or sum(run.days for run in long) > SILENT * len(workdays):
            continue
        yield _silent_note(subject, table, long, workdays, rate * usual)


def _silent_note(
    subject: Subject, table: str, runs: Sequence[Run], workdays: Sequence[datetime.date], rate: float
) -> Check:
    said = "、".join(f"{run.first} 至 {run.last}" if run.days > 1 else str(run.first) for run in runs[:4])
    said += f"等 {len(runs)} 段" if len(runs) > 4 else ""
    days = sum(run.days for run in runs)
    ends = runs[-1].last == workdays[-1] or runs[0].first == workdays[0]
    where = "（在年度的开头或末尾）" if ends else ""
    return subject.note(
        table,
        "silent_days",
        f"{said}{where}共 {days} 个工作日没有一条记录，而平常每个工作日约有 {rate:.0f} 条",
        "核对导出的起止日期和筛选条件，缺的时段重新导出；确实没有发生的注明原因",
        observed={"workdays": days, "runs": [[str(r.first), str(r.last)] for r in runs[:20]]},
        failing=0,
    )


def thin_month(subject: Subject) -> Iterator[Check]:
    """A month with far fewer records a working day than the others."""
    for table in subject.tables:
        daily, workdays = _daily(subject, table), set(_workdays(subject, table))
        there = {day.month for day in workdays}
        months = [number for number in subject.year.fiscal.numbers if number in there]
        counts = {m: sum(n for day, n in daily.items() if day.month == m) for m in months}
        days = {m: sum(day.month == m for day in workdays) for m in months}
        rates = {m: counts[m] / days[m] for m in months if days[m] >= 5}
        if len(rates) < 6:
            continue
        usual = statistics.median(rates.values())
        spread = 1.4826 * statistics.median(abs(r - usual) for r in rates.values())
        thin = []
        for month, rate in rates.items():
            expected = usual * days[month]
            deviation = max(expected**0.5, spread * days[month])
            if 0 < rate < THIN * usual and expected - counts[month] > SIGMAS * deviation:
                thin.append((month, counts[month], round(expected)))
        if not thin or len(thin) > 3:
            continue
        said = "；".join(
            f"{subject.year.fiscal.spaced(month)} {n} 条，按其余各月应约 {expected} 条" for month, n, expected in thin
        )
        yield subject.note(
            table,
            "thin_month",
            f"个别月份的记录明显偏少：{said}",
            "核对这些月份的导出是否完整、是否被筛选；确实减少的注明原因",
            observed={str(month): n for month, n, _ in thin},
            failing=0,
        )


def round_row_count(subject: Subject) -> Iterator[Check]:
    """A file with exactly a round number of rows: exports are cut there by a setting or a format's limit."""
    for table in subject.tables:
        files = [(f["file"], int(f["rows"])) for f in subject.accounts.get(table, {}).get("files", ())]
        cut = [(file, rows) for file, rows in files if _round(rows)]
        if not cut:
            continue
        said = "；".join(f"{file} 恰好 {rows} 行" for file, rows in cut[:3])
        yield subject.note(
            table,
            "round_row_count",
            f"文件的行数恰好是导出常用的上限：{said}",
            "核对来源系统导出时是否设有条数上限；设有上限的分段导出，确实恰好如此的注明",
            observed=[[file, rows] for file, rows in cut],
            rows=[(file, rows + 1, "行数", rows) for file, rows in cut[:5]],
            failing=0,
        )


def _round(rows: int) -> bool:
    """Whether so many rows, or with the header so many lines, is where exports are cut."""
    return rows >= LEAST and (rows % ROUND == 0 or (rows + 1) % (2 * ROUND) == 0 or rows in CAPS)


def part_of_year(subject: Subject) -> Iterator[Check]:
    """A log that begins after, or ends before, the year does: nothing of it is judged as a whole year."""
    for table, spec in subject.tables.items():
        part = covered(spec, subject.year.fiscal, _daily(subject, table))
        if part is None:
            continue
        yield subject.note(
            table,
            "part_of_year",
            f"记录只有 {part.first} 至 {part.last} 的，不是全年的：计数的指标可能无法判定，也不看走势、不与上年比较",
            "补导其余月份；本来只有这一段才有业务的，在 year.yml 这张表里写 period 和理由",
            observed={"first": part.first, "last": part.last},
            failing=0,
        )


def closing_window(subject: Subject) -> Iterator[Check]:
    """Cases opened shortly before the log ends that have no end, as hardly any earlier one: it was written out too
    soon for them."""
    for table, spec in subject.tables.items():
        time = subject.roles[table].time
        ends = [end for start, end in spec.clock_ends() if start == time]
        for end in dict.fromkeys(ends):
            if time is None or not subject.count(table):
                continue
            found = _open_at_the_end(subject, table, time, end)
            if found is not None:
                yield found


def _open_at_the_end(subject: Subject, table: str, time: str, end: str) -> Check | None:
    day, opened = f"CAST({identifier(time)} AS DATE)", identifier(table)
    last = subject.one(f"SELECT max({day}) FROM {opened}")
    if last is None:
        return None
    since = last - datetime.timedelta(days=CLOSING_DAYS)
    still_open = f"count(*) FILTER (WHERE {identifier(end)} IS NULL)"
    counted = f"SELECT {day} > DATE '{since}', count(*), {still_open} FROM {opened} WHERE {day} IS NOT NULL GROUP BY 1"
    rows = {late: (n, unfinished) for late, n, unfinished in subject.query(counted)}
    (n, left), (others, before) = rows.get(True, (0, 0)), rows.get(False, (0, 0))
    if left < CLOSING_LEAST or not others or left / n < CLOSING_TIMES * max(before / others, 0.01):
        return None
    return subject.note(
        table,
        "closing_window",
        f"{since} 以后开始的 {n} 条中有 {left} 条没有{subject.called(table, end)}，此前 {others} 条中只有 {before} 条："
        "导出时多半还没有办结，按时限计算的比例因此偏低",
        "待这些记录办结后重新导出；确实没有办结的注明原因",
        column=end,
        observed={"rows": n, "open": left, "earlier": others, "earlier_open": before},
        failing=0,
    )


CHECKS = (silent_days, thin_month, round_row_count, part_of_year, closing_window)
