"""Last year's file handed over again: the same records with the year, and perhaps the numbers, changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.gate.plausibility.monthly_shares import both_have
from helpers.gate.plausibility.registers_since import registers
from helpers.year.engine import identifier, literal

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: A file is last year's where this share of its rows is there again, and at least so many rows.
AGAIN, LEAST = 0.3, 6
#: How far all dates may have been moved beside the year, in days (to keep the day of the week).
MOVED = 2
#: What stands in more rows of last year than this (a unit that is inspected every quarter) comes again by itself.
REPEATED = 2
#: Unless nearly all of a file's rows of so many days fall on last year's very days.
ALL, DAYS = 0.9, 20


def same_records_as_last_year(subject: Subject) -> Iterator[Check]:
    """Files whose rows are last year's but for the year and the number."""
    if subject.previous is None:
        return
    known = set(registers(subject))
    for table in subject.shared():
        date = subject.tables[table].year_by
        columns = [c for c in both_have(subject, table) if c not in subject.tables[table].tidy_key]
        if table in known or date not in columns or subject.previous.year.tables[table].year_by != date:
            continue
        for file, rows, again in _again(subject, table, str(date), columns):
            if again >= max(LEAST, AGAIN * rows):
                yield subject.note(
                    table,
                    "same_records_as_last_year",
                    f"{file} 的 {rows} 行中有 {again} 行与上年的记录相同（只有年份、编号不同），"
                    "疑似把上年的文件当作本年的交来",
                    "向保管岗位核对这个文件的导出期间，换成本年度的导出",
                    rows=_examples(subject, table, str(date), columns, file),
                    failing=again,
                )


CHECKS = (same_records_as_last_year,)


def _again(subject: Subject, table: str, date: str, columns: list[str]) -> list[tuple[str, int, int]]:
    """Each file's rows, and those that last year had on the same day of the year (or all moved by the same few
    days), at the same time, with the same in every column."""
    rows, before = (_rows(subject, view, date, columns) for view in (table, f"previous_{table}"))
    moved = (
        f"SELECT mark, day + moved AS day, moved, n FROM ({_marks(before)}), range(-{MOVED}, {MOVED + 1}) AS r(moved)"
    )
    found = subject.query(
        f"SELECT source_file, moved, count(*) FILTER (WHERE n <= {REPEATED}), count(*), count(DISTINCT day) "
        f"FROM ({rows}) AS a JOIN ({moved}) AS b USING (mark, day) GROUP BY 1, 2 ORDER BY 1, 3 DESC, abs(moved), moved"
    )
    if not found:
        return []
    best: dict[str, tuple[int, int]] = {}
    for file, moved_by, telling, every, days in found:
        best.setdefault(str(file), (int(telling), 0))
        if days >= DAYS and moved_by == 0:
            best[str(file)] = (best[str(file)][0], max(best[str(file)][1], int(every)))
    sizes = subject.query(f"SELECT source_file, count(*) FROM {identifier(table)} GROUP BY 1 ORDER BY 1")
    return [
        (str(file), int(n), max(telling, every if every >= ALL * n else 0))
        for file, n in sizes
        for telling, every in [best.get(str(file), (0, 0))]
    ]


def _marks(before: str) -> str:
    """Last year's rows, each day and mark once; ``n``: how many rows have the mark."""
    return f"SELECT DISTINCT mark, day, count(*) OVER (PARTITION BY mark) AS n FROM ({before})"


def _rows(subject: Subject, view: str, date: str, columns: list[str]) -> str:
    """``day`` of a common year, ``mark``: the time of day and all that stands in the other columns but ids.

    A row that says next to nothing beside its date has no mark: that it comes again is chance.
    """
    roles = subject.roles[view.removeprefix("previous_")]
    texts = [c for c in columns if c in roles.texts or c in roles.numbers or c in roles.flags]
    unique = _idlike(subject, view, texts)
    said = [f"coalesce(CAST({identifier(c)} AS VARCHAR), '')" for c in texts if c not in unique]
    moments = [c for c in columns if c in roles.moments]
    said += [f"coalesce(strftime({identifier(c)}, '%H:%M:%S'), '')" for c in moments]
    year, name = f"year({identifier(date)})", identifier(date)
    day = f"dayofyear({name}) - CASE WHEN month({name}) > 2 AND {year} % 4 = 0 THEN 1 ELSE 0 END"
    mark = f"hash({', '.join(said or ['1'])})"
    return f"SELECT source_file, source_row, {day} AS day, {mark} AS mark FROM {identifier(view)}"


def _idlike(subject: Subject, view: str, columns: list[str]) -> set[str]:
    """Columns that are different in every row: numbers, tokens; they may have been given anew."""
    if not columns:
        return set()
    kinds = subject.kinds(view.removeprefix("previous_"), columns)
    return {c for c, (different, filled) in kinds.items() if filled >= 20 and different == filled}


def _examples(
    subject: Subject, table: str, date: str, columns: list[str], file: str
) -> list[tuple[str | None, int | None, str, object]]:
    rows, before = (_rows(subject, view, date, columns) for view in (table, f"previous_{table}"))
    found = subject.query(
        f"SELECT a.source_file, a.source_row, CAST(t.{identifier(date)} AS VARCHAR) FROM ({rows}) AS a "
        f"JOIN {identifier(table)} AS t USING (source_file, source_row) WHERE a.source_file = {literal(file)} "
        f"AND EXISTS (SELECT 1 FROM ({before}) AS b WHERE b.mark = a.mark AND abs(b.day - a.day) <= {MOVED}) "
        "ORDER BY 2 LIMIT 5"
    )
    return [(source, row, date, value) for source, row, value in found]
