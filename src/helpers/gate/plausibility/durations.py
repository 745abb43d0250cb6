"""Lengths of time that are too alike: heaped just within a declared limit, or the same in most rows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from helpers.gate.plausibility.subject import Subject
from helpers.gate.result import Check
from helpers.year.declared_indicators import Measure
from helpers.year.engine import identifier

#: A share's condition that is one comparison of a column with a number.
_LIMIT = re.compile(r"\s*\(?\s*(?P<column>[a-z][a-z0-9_]*)\s*<=?\s*(?P<limit>\d+(?:\.\d+)?)\s*\)?\s*", re.IGNORECASE)
#: Width of the zone below a limit, and how many rows a heap has at least.
ZONE, HEAP = 0.1, 10
#: One length of time in more rows than this is no measurement.
ALIKE, ROWS = 0.25, 30


def limits(subject: Subject, table: str) -> list[tuple[str, float, Measure]]:
    """Columns compared with a limit by the shares of a table: ``hours <= 1``."""
    types, found = subject.roles[table].types, []
    for measure in subject.year.measures.values():
        match = _LIMIT.fullmatch(measure.value or "") if measure.agg == "share" and measure.table == table else None
        if match and types.get(match["column"]) in ("DOUBLE", "BIGINT", "INTEGER", "DECIMAL(18,2)"):
            found.append((match["column"], float(match["limit"]), measure))
    return found


def heap_below_limit(subject: Subject) -> Iterator[Check]:
    """More values just within a limit than in the zones below it, and hardly any just beyond."""
    for table in subject.tables:
        seen: set[tuple[str, float, str | None]] = set()
        for column, limit, measure in limits(subject, table):
            if subject.roles[table].types[column] != "DOUBLE" or limit <= 0 or (column, limit, measure.where) in seen:
                continue
            seen.add((column, limit, measure.where))
            yield from _heap(subject, table, column, limit, measure)


def _heap(subject: Subject, table: str, column: str, limit: float, measure: Measure) -> Iterator[Check]:
    cell, condition = identifier(column), f"({measure.where}\n)" if measure.where else "true"
    # A length read off a clock may end exactly at the limit by rounding: that second counts for itself.
    edges = [limit * (1 - ZONE * n) for n in range(5)]
    zones = ", ".join(
        f"count(*) FILTER (WHERE {cell} > {low} AND {cell} <= {high})" for high, low in itertools.pairwise(edges)
    )
    near, *below, beyond, far = subject.query(
        f"SELECT {zones}, count(*) FILTER (WHERE {cell} > {limit} AND {cell} <= {limit * (1 + ZONE)}), "
        f"count(*) FILTER (WHERE {cell} > {limit}) FROM {identifier(table)} WHERE {condition}"
    )[0]
    expected = max(below[0], (below[0] + beyond) / 2)
    heaped = near >= HEAP and near > 2 * expected + 3 * max(expected, 1) ** 0.5 and near > 3 * beyond
    # Where many come close to the limit some go beyond: none at all is a cut.
    cut = far == 0 and near + below[0] >= 5 * HEAP
    if not (heaped or cut):
        return
    called, shown = subject.called(table, column), f"{limit:g}"
    what = (
        f"有 {near} 行的{called}恰在限额 {shown} 以内一成的范围里，再往下的同样范围只有 {below[0]} 行，"
        f"刚超过的只有 {beyond} 行"
        if heaped
        else f"{called}接近限额 {shown} 的有 {near + below[0]} 行，超过的一行也没有"
    )
    zone = f"{condition} AND {cell} > {limit * (1 - ZONE)} AND {cell} <= {limit}"
    clock = subject.tables[table].derived.get(column)
    shown_columns = [str(clock.start), str(clock.end)] if clock and clock.clock else [column]
    yield subject.note(
        table,
        "heap_below_limit",
        what,
        "抽查这些记录的原始时间，核对完成时间是否事后改动；改动过的按原始记录更正",
        observed={"within": near, "below": below, "beyond": beyond, "all_beyond": far},
        rows=subject.places(table, shown_columns, zone),
        failing=near,
        column=column,
    )


def same_duration(subject: Subject) -> Iterator[Check]:
    """Clocks that show one and the same length of time in many rows."""
    for table, spec in subject.tables.items():
        for column in subject.roles[table].clocks:
            clock = spec.derived[column]
            types = subject.roles[table].types
            if clock.clock == "workdays" or {types[str(clock.start)], types[str(clock.end)]} != {"TIMESTAMP"}:
                continue
            cell = identifier(column)
            start, end = identifier(str(clock.start)), identifier(str(clock.end))
            # No time at all within office hours, or between pauses, says nothing of the times themselves.
            timed = f"CAST({end} AS TIME) <> TIME '00:00:00' AND ({cell} <> 0 OR {start} = {end})"
            groups = (
                f"SELECT {cell} AS v, count(*) AS n FROM {identifier(table)} WHERE {cell} IS NOT NULL AND "
                f"{timed} GROUP BY 1"
            )
            top, value, total = subject.query(f"SELECT max(n), arg_max(v, n), sum(n) FROM ({groups})")[0]
            if not total or total < ROWS or top < ALIKE * total:
                continue
            yield subject.note(
                table,
                "same_duration",
                f"{subject.called(table, column)}有 {top} 行（共 {total} 行）都是 {_hours(value)}，不像逐件记下的时间",
                "核对起止时间是否由系统自动填写或批量补录；不是实际时间的，不要用来计算时效",
                observed={"hours": value, "rows": top, "of": int(total)},
                rows=subject.places(table, [str(clock.start), str(clock.end)], f"{cell} = {value!r} AND {timed}"),
                failing=top,
                column=column,
            )


def _hours(value: float) -> str:
    minutes = value * 60
    return f"{minutes:g} 分钟" if minutes < 60 and abs(minutes - round(minutes)) < 1e-6 else f"{value:.4g} 小时"


CHECKS = (heap_below_limit, same_duration)
