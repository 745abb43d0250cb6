"""How much there is against last year: rows, rows of each month, amounts, durations, rows set aside by reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp, log, sqrt
from statistics import median
from typing import TYPE_CHECKING

from helpers.gate.plausibility.control_totals import TOTAL, may_name_total
from helpers.year.engine import identifier, literal
from helpers.year.tidy import tidy_columns

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: Growth or loss of rows, of an amount, of a typical value and of a duration that is worth a note.
ROWS, AMOUNT, TYPICAL, DURATION = 1.4, 1.8, 3.0, 2.5
#: A typical value of a column that no measure reads may move further.
TYPICAL_OTHERS = 5.0
#: Tables smaller than this are not compared by numbers.
FEWEST = 12
#: A quarter with fewer rows than this says nothing about the turn of the year.
QUARTER = 12
#: A month off the others: by this factor at least, and this many robust standard deviations.
MONTH, DEVIATIONS = 1.45, 6.0
#: Rows set aside by a reason that should be there before their absence says anything; how much more is too many.
EXPECTED, MORE = 9.0, 4.0


# --- rows -----------------------------------------------------------------------------------------


def row_count_since_last_year(subject: Subject) -> Iterator[Check]:
    """Far more or fewer rows than last year, from the first months on: growth over the years comes by and by."""
    for table in subject.shared():
        now, before = subject.count(table), subject.count(f"previous_{table}")
        ratio = now / before
        if max(now, before) < FEWEST or max(ratio, 1 / ratio) < ROWS or abs(now - before) < 5 * sqrt(now + before):
            continue
        if not _breaks_at_new_year(subject, table, ratio):
            continue
        yield subject.note(
            table,
            "row_count_since_last_year",
            f"本年 {now} 行，上年 {before} 行，{_times(ratio)}，而且从年初起就是如此",
            "核对导出的期间和筛选条件、有没有重复导出或漏导的文件；工作量确有变化的，在 plausible 里说明",
            observed=f"{now} 行",
            failing=0,
        )


def _breaks_at_new_year(subject: Subject, table: str, ratio: float) -> bool:
    """Whether the first quarter differs from last year's last (and first, for the seasons) as the years do."""
    now, before = _monthly(subject, table, ""), _monthly(subject, table, "previous_")
    if not now or not before:
        return True  # no dates: nothing says that it came by and by
    first, last, same = sum(now[:3]), sum(before[9:]), sum(before[:3])
    if min(last, same) < QUARTER and first < QUARTER:
        return True
    steps = [(first + 1) / (last + 1), (first + 1) / (same + 1)]
    return all(step > sqrt(ROWS) for step in steps) if ratio > 1 else all(step < 1 / sqrt(ROWS) for step in steps)


def months_since_last_year(subject: Subject) -> Iterator[Check]:
    """Single months with far more or fewer rows than last year's, where the other months keep a steady proportion."""
    for table in subject.shared():
        now, before = _monthly(subject, table, ""), _monthly(subject, table, "previous_")
        if not now or not before or sum(1 for n in before if n >= QUARTER) < 9:
            continue
        logs = [log((n + 0.5) / (b + 0.5)) for n, b in zip(now, before, strict=True)]
        centre = median(logs)
        spread = 1.4826 * median(abs(one - centre) for one in logs)
        off = []
        for month, n, b, one in zip(subject.year.fiscal.numbers, now, before, logs, strict=True):
            chance = sqrt(1 / max(1.0, b * exp(centre)) + 1 / max(1, b))
            if b >= QUARTER and abs(one - centre) > max(log(MONTH), DEVIATIONS * max(spread, chance / 1.5)):
                off.append(f"{subject.year.fiscal.spaced(month)} {n} 行（上年 {b} 行）")
        if off and len(off) <= 4:
            yield subject.note(
                table,
                "months_since_last_year",
                f"与上年同月相比，{'、'.join(off)}明显偏离其余各月的比例",
                "核对这些月份是否导全、有没有重复导出；确有原因的，在 plausible 里说明",
                observed=f"{len(off)} 个月",
                failing=0,
            )


def _monthly(subject: Subject, table: str, prefix: str) -> list[int]:
    """Rows of each of the twelve months, in their order; empty where the table has no date or has rows in few."""
    year = subject.previous if prefix else subject.year
    date = year.year.tables[table].year_by if year else None
    if date is None:
        return []
    found = dict(
        subject.query(f"SELECT month({identifier(date)}), count(*) FROM {identifier(prefix + table)} GROUP BY 1")
    )
    months = [int(found.get(month, 0)) for month in subject.year.fiscal.numbers]
    return months if not prefix or sum(1 for n in months if n) >= 6 else []


def _times(ratio: float) -> str:
    return f"是上年的 {ratio:.2f} 倍" if ratio >= 1 else f"只有上年的 {ratio:.0%}"


# --- amounts and durations ------------------------------------------------------------------------


def amounts_since_last_year(subject: Subject) -> Iterator[Check]:
    """Amounts whose total or typical value is several times last year's, more than the number of rows explains."""
    for table in subject.shared():
        shared = _in_both(subject, table)
        for column in subject.roles[table].numbers:
            if column not in shared or column in subject.tables[table].tidy_key:
                continue
            now, before = (_amounts(subject, f"{prefix}{table}", column) for prefix in ("", "previous_"))
            roles = subject.roles[table]
            typical = TYPICAL if column in roles.money or column in roles.deciding else TYPICAL_OTHERS
            said = _amounts_off(now, before, column in roles.money, typical)
            if said:
                yield subject.note(
                    table,
                    "amounts_since_last_year",
                    f"{subject.called(table, column)}{said}",
                    f"核对金额单位（columns.{column}.unit）、小数点和有没有重行、缺行；确有变化的，在 plausible 里说明",
                    failing=0,
                    column=column,
                )


def _amounts(subject: Subject, view: str, column: str) -> tuple[int, float, float]:
    name = identifier(column)
    n, total, middle = subject.query(
        f"SELECT count({name}), coalesce(sum(CAST(round({name} * 100) AS HUGEINT)), 0), "
        f"coalesce(median({name}), 0) FROM {identifier(view)}"
    )[0]
    return int(n), float(total) / 100, float(middle)


def _amounts_off(now: tuple[int, float, float], before: tuple[int, float, float], money: bool, typical: float) -> str:
    """What differs, in words; nothing where all is as it was. The total of what is no money hangs on few rows."""
    if min(now[0], before[0]) < FEWEST or min(now[1], before[1]) <= 0:
        return ""
    said = []
    ratio = now[1] / before[1]
    if money and max(ratio, 1 / ratio) >= AMOUNT and max(a := ratio / (now[0] / before[0]), 1 / a) >= sqrt(AMOUNT):
        said.append(f"合计 {now[1]:,.2f}，{_times(ratio)}")
    if min(now[2], before[2]) > 0 and max(m := now[2] / before[2], 1 / m) >= typical:
        said.append(f"中位数 {now[2]:,.2f}，{_times(m)}")
    return "，".join(said)


def durations_since_last_year(subject: Subject) -> Iterator[Check]:
    """Typical durations that are a multiple of last year's in nearly every month."""
    for table in subject.shared():
        shared = _in_both(subject, table)
        for column in subject.roles[table].clocks:
            if column not in shared:
                continue
            now, before = (_middles(subject, prefix, table, column) for prefix in ("", "previous_"))
            if min(len(now), len(before)) < 6 or min(median(now), median(before)) <= 0:
                continue
            ratio = median(now) / median(before)
            if max(ratio, 1 / ratio) < DURATION or not _apart(now, before):
                continue
            yield subject.note(
                table,
                "durations_since_last_year",
                f"{subject.called(table, column)}的中位数为 {median(now):.2f}，{_times(ratio)}"
                f"（上年 {median(before):.2f}），几乎每月如此",
                "核对起止时间的写法、时区和取自哪一列；确有改进或变慢的，在 plausible 里说明",
                failing=0,
                column=column,
            )


def _middles(subject: Subject, prefix: str, table: str, column: str) -> list[float]:
    """The median of each month that has enough rows."""
    year = subject.previous if prefix else subject.year
    date = year.year.tables[table].year_by if year else None
    if date is None:
        return []
    name = identifier(column)
    found = subject.query(
        f"SELECT month({identifier(date)}), median({name}) FROM {identifier(prefix + table)} WHERE {name} IS NOT NULL "
        f"GROUP BY 1 HAVING count(*) >= {FEWEST} ORDER BY 1"
    )
    return [float(middle) for _, middle in found]


def _apart(now: Sequence[float], before: Sequence[float]) -> bool:
    """Whether nine in ten months of one year lie beyond every month of the other but one."""
    high, low = (now, before) if median(now) > median(before) else (before, now)
    limit = sorted(low)[-2] if len(low) > 2 else max(low)
    return sum(1 for one in high if one > limit) >= 0.9 * len(high)


def _in_both(subject: Subject, table: str) -> set[str]:
    now, before = (tidy_columns(y.year.tables[table]) for y in (subject.year, subject.previous) if y)
    return {c for c, kind in now.items() if before.get(c) == kind}


# --- rows set aside -------------------------------------------------------------------------------


def set_aside_since_last_year(subject: Subject) -> Iterator[Check]:
    """Reasons that set rows aside last year and none now (tests, reopenings, cancellations), or many times more."""
    for table in subject.shared():
        now, before = _reasons(subject, table, ""), _reasons(subject, table, "previous_")
        spec = subject.tables[table]
        declared = [*(s.why for s in spec.out_of_scope), *([spec.keep.why] if spec.keep else [])]
        declared += [near.why for near in spec.near_duplicates]
        scale = subject.count(table) / subject.count(f"previous_{table}")
        said = []
        for reason in dict.fromkeys(declared):
            there, expected = now.get(reason, 0), before.get(reason, 0) * min(scale, 1.0)
            if there <= expected / 6 and expected >= EXPECTED:
                said.append(f"“{reason}”上年剔除 {before[reason]} 行，本年 {there} 行")
            elif there >= 2 * EXPECTED and there > MORE * max(1.0, before.get(reason, 0) * max(scale, 1.0)):
                said.append(f"“{reason}”本年剔除 {there} 行，上年只有 {before.get(reason, 0)} 行")
        if said:
            yield subject.note(
                table,
                "set_aside_since_last_year",
                f"剔除的行与上年差别很大：{'；'.join(said)}",
                "剔除变少的，核对来源是否不再标注、或在导出前已被覆盖或删除；变多的，核对编号、状态等列有没有读错",
                observed=f"{len(said)} 类",
                failing=0,
            )


def _reasons(subject: Subject, table: str, prefix: str) -> dict[str, int]:
    view = f"{prefix}{table}_set_aside"
    if view not in subject.views:
        return {}
    reasons = subject.values(view, "_reason")
    if reasons is not None and not may_name_total(subject, view, "_reason"):
        return dict(reasons)
    return dict(
        subject.query(
            f"SELECT _reason, count(*) FROM {identifier(view)} "
            f"WHERE NOT regexp_matches(_reason, {literal(TOTAL)}) GROUP BY 1"
        )
    )


CHECKS = (
    row_count_since_last_year,
    months_since_last_year,
    amounts_since_last_year,
    durations_since_last_year,
    set_aside_since_last_year,
)
