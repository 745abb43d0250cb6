"""Times of day against last year's: clocks shifted by hours, times lost, lateness gone to just within a limit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import sqrt
from typing import TYPE_CHECKING

from helpers.gate.plausibility.monthly_shares import both_have
from helpers.gate.plausibility.value_counts import unpivoted
from helpers.year.engine import identifier

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check
    from helpers.year.declared_indicators import Measure

#: Rows of a file or year below which its hours say nothing.
FEWEST = 60
#: A file's hours are shifted where they differ by this much from those of every file of last year, and shifted
#: back by less than this share of it.
FAR, EXPLAINED = 0.35, 0.5
#: So many times, so many hours away from any hour that last year had, are no chance.
STRANGE, AWAY = 5, 2
#: A file whose times are lost has this share of midnights, where no file of last year had this one.
LOST, HAD = 0.95, 0.5
#: Lateness was moved where it fell by so many standard errors, to this part of what it was or less, and at
#: least this much of what it lost stands just within the limit now.
FELL, LEFT, MOVED = -5.0, 0.35, 0.5
#: What counts as just within a limit.
JUST = 0.9

Profile = tuple[int, ...]


def hours_shifted(subject: Subject) -> Iterator[Check]:
    """Files whose times of day are last year's moved by whole hours, as after a wrong time zone."""
    for table, column in _moments(subject):
        now, before = _profiles(subject, table, column), _profiles(subject, f"previous_{table}", column)
        for file, profile in now.items():
            nearest = min((_apart(profile, other) for other in before.values()), default=0.0)
            if nearest < FAR:
                continue
            best, shift = min(
                (_apart(_turned(profile, shift), other), shift) for other in before.values() for shift in range(1, 24)
            )
            if best > EXPLAINED * nearest:
                continue
            hours = shift if shift <= 12 else shift - 24
            yield subject.note(
                table,
                "hours_shifted",
                f"{file} 的{subject.called(table, column)}各时段的分布像是上年的"
                f"整体{'推迟' if hours < 0 else '提前'}了 {abs(hours)} 小时",
                f"核对导出时的时区；时间带时区的，在 tables.{table}.timezone 里写明",
                observed=f"{-hours:+d} 小时",
                failing=sum(profile),
                column=column,
            )
            break  # one file shows it; the others of the table are as the remedy says


def hours_never_used(subject: Subject) -> Iterator[Check]:
    """Times in hours in which last year had none: the afternoon by the twelve-hour clock is the night."""
    for table, column in _moments(subject):
        before = _hours(subject, f"previous_{table}", column)
        rows = sum(before)
        if rows < FEWEST:
            continue
        usual = [hour for hour, n in enumerate(before) if n]
        strange = [h for h in range(24) if all(min((h - u) % 24, (u - h) % 24) >= AWAY for u in usual)]
        now = _hours(subject, table, column)
        found = sum(now[h] for h in strange)
        # None of so many does not exclude three of so many (rule of three).
        if found < max(STRANGE, 2 * 3 / rows * sum(now)):
            continue
        cell, seen = identifier(column), [h for h in strange if now[h]]
        where = f"hour({cell}) IN ({', '.join(map(str, strange))}) AND date_trunc('day', {cell}) <> {cell}"
        yield subject.note(
            table,
            "hours_never_used",
            f"{subject.called(table, column)}有 {found} 行在 {'、'.join(f'{h} 时' for h in seen)}，"
            "上年这些时段及前后一小时都没有记录，疑似十二小时制丢了“下午”或时区不同",
            "核对导出的时间格式；改为二十四小时制重新导出",
            observed={"rows": found, "hours": seen},
            rows=subject.places(table, [column], where),
            failing=found,
            column=column,
        )


def _hours(subject: Subject, view: str, column: str) -> tuple[int, ...]:
    """How many times fall into each hour of the day."""
    profiles = _profiles(subject, view, column, 1).values()
    return tuple(map(sum, zip(*profiles, strict=True))) or (0,) * 24


def times_lost(subject: Subject) -> Iterator[Check]:
    """Files in which a date-time has no time any more, and all of last year's files had it."""
    for table, column in _moments(subject):
        now, before = (_midnights(subject, view, column) for view in (table, f"previous_{table}"))
        if not before or any(share > HAD for share, _ in before.values()):
            continue
        found = [(file, rows) for file, (share, rows) in now.items() if share >= LOST]
        if found:
            yield subject.note(
                table,
                "times_lost",
                f"{'、'.join(file for file, _ in found)} 的{subject.called(table, column)}只有日期、没有钟点，上年都有",
                "用带时间的格式重新导出；时限以小时计的，没有钟点算不出来",
                failing=sum(rows for _, rows in found),
                column=column,
            )


def lateness_moved_within(subject: Subject) -> Iterator[Check]:
    """Fewer rows beyond a limit than last year, and as many more just within it."""
    for name, measure in subject.year.measures.items():
        if measure.table not in subject.shared() or measure.agg != "share":
            continue
        limit = _limit(measure)
        if (
            limit is None
            or limit[0] not in subject.roles[str(measure.table)].types
            or not _same(subject, name, measure)
        ):
            continue
        column, most = limit
        now, before = (
            _around(subject, view, measure, column, most) for view in (measure.table, f"previous_{measure.table}")
        )
        if min(now[0], before[0]) < FEWEST:
            continue
        heap, late = (now[n] / now[0] - before[n] / before[0] for n in (1, 2))
        fell = _z(now, before, 2) <= FELL and now[2] / now[0] <= LEFT * before[2] / before[0]
        if not fell or heap < MOVED * -late or _z(now, before, 1) < 2.5:
            continue
        late_then, late_now = before[2] / before[0], now[2] / now[0]
        just_then, just_now = before[1] / before[0], now[1] / now[0]
        yield subject.note(
            str(measure.table),
            "lateness_moved_within",
            f"“{measure.words}”：{subject.called(str(measure.table), column)}超过 {most:g} 的"
            f"由上年的 {late_then:.1%} 降到 {late_now:.1%}，恰在 {most:g} 以内的由 {just_then:.1%} 升到 {just_now:.1%}",
            "抽查恰在时限以内的记录，与签收单、系统日志核对完成时间是否改动过",
            failing=now[1],
            column=column,
        )


CHECKS = (hours_shifted, hours_never_used, times_lost, lateness_moved_within)


def _moments(subject: Subject) -> Iterator[tuple[str, str]]:
    for table in subject.shared():
        there = both_have(subject, table)
        for column in subject.roles[table].moments:
            if column in there:
                yield table, column


# --- hours ----------------------------------------------------------------------------------------


def _profiles(subject: Subject, view: str, column: str, fewest: int = FEWEST) -> dict[str, Profile]:
    """How many rows of each file fall into each hour; files with times only."""
    found: dict[str, list[int]] = {}
    for file, hour, rows, midnights in _clock(subject, view, column):
        found.setdefault(file, [0] * 24)[hour] += rows - midnights
    return {file: tuple(counts) for file, counts in found.items() if sum(counts) >= fewest}


def _clock(subject: Subject, view: str, column: str) -> list[tuple[str, int, int, int]]:
    """For each file and hour of the day the filled cells, and how many of them are midnight, in the order of the files;
    asked of all columns at once."""
    table = view.removeprefix("previous_")
    there = set(both_have(subject, table))
    columns = [c for c in subject.roles[table].moments if c in there]
    every = unpivoted(columns, view, ", source_file", "TIMESTAMP")
    found = subject.query(
        f"SELECT n, source_file, hour(v), count(*), count(*) FILTER (WHERE date_trunc('day', v) = v) FROM ({every}) "
        "WHERE v IS NOT NULL GROUP BY ALL ORDER BY ALL"
    )
    return [(str(file), int(h), int(r), int(m)) for n, file, h, r, m in found if columns[n] == column]


def _apart(one: Sequence[int], other: Sequence[int]) -> float:
    """The share of rows that would have to be in another hour (total variation)."""
    n, m = sum(one), sum(other)
    return sum(abs(a / n - b / m) for a, b in zip(one, other, strict=True)) / 2


def _turned(profile: Profile, hours: int) -> Profile:
    """The profile with every row so many hours later."""
    return profile[-hours:] + profile[:-hours]


def _midnights(subject: Subject, view: str, column: str) -> dict[str, tuple[float, int]]:
    """For each file the share of its filled cells that are midnight, and how many there are."""
    found: dict[str, tuple[int, int]] = {}
    for file, _, filled, midnight in _clock(subject, view, column):
        rows, midnights = found.get(file, (0, 0))
        found[file] = rows + filled, midnights + midnight
    return {file: (midnights / rows, rows) for file, (rows, midnights) in found.items() if rows >= 20}


# --- limits ---------------------------------------------------------------------------------------


def _limit(measure: Measure) -> tuple[str, float] | None:
    """The column and limit of a measure of the kind ``hours <= 1``."""
    match = re.fullmatch(r"\s*([a-z][a-z0-9_]*)\s*<=?\s*(\d+(?:\.\d+)?)\s*", measure.value or "")
    return (match[1], float(match[2])) if match and float(match[2]) > 0 else None


def _same(subject: Subject, name: str, measure: Measure) -> bool:
    """Whether last year measured the same."""
    before = subject.previous.measures.get(name) if subject.previous else None
    return before is not None and (before.table, before.where, before.value) == (
        measure.table,
        measure.where,
        measure.value,
    )


def _around(subject: Subject, view: str | None, measure: Measure, column: str, most: float) -> tuple[int, int, int]:
    """Rows with a value, those just within the limit, those beyond it."""
    name, where = identifier(column), f"({measure.where}\n)" if measure.where else "true"
    row = subject.query(
        f"SELECT count({name}), count(*) FILTER (WHERE {name} > {most * JUST} AND {name} <= {most}), "
        f"count(*) FILTER (WHERE {name} > {most}) FROM {identifier(str(view))} WHERE {where}"
    )[0]
    return int(row[0]), int(row[1]), int(row[2])


def _z(now: tuple[int, int, int], before: tuple[int, int, int], at: int) -> float:
    """The change of a share in standard errors."""
    p = (now[at] + before[at]) / (now[0] + before[0])
    error = sqrt(p * (1 - p) * (1 / now[0] + 1 / before[0]))
    return (now[at] / now[0] - before[at] / before[0]) / error if error else 0.0
