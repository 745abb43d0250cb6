"""Dates that an export leaves open: day or month first, which time zone. Refused until declared."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import duckdb

from helpers.activity.cells import (
    EPOCH_CELLS,
    LED_BY_YEAR,
    OFFSET,
    SERIAL,
    WORDS,
    ZERO_MOMENTS,
    Forms,
    Readings,
    cast,
    date_formats,
)
from helpers.activity.errors import ExportError
from helpers.activity.numerals import half_width
from helpers.activity.worded import read_yearless
from helpers.year.engine import identifier, literal, literals, unnested
from helpers.year.personal import MASKED
from helpers.year.tables import EPOCHS, Column, Table

#: 3/4/2024, 03.04.24 9:15: the first two numbers may be day and month or month and day.
NUMERIC = r"^(\d{1,2})([/.-])(\d{1,2})([/.-])(\d{2}|\d{4})(\D.*)?$"
#: Without one no text says a date: every format names the year, whatever stands for none is made of noughts and nines.
DIGIT = "[0-9０-９]"
SHOWN = 5
#: The name of a cell where the cells of several columns are looked at together.
CELL = "cell"
_DIRECTIVES = re.compile(r"%-?([a-zA-Z])")


def date_columns(spec: Table) -> list[str]:
    return [c for c, declared in spec.columns.items() if declared.type in ("date", "datetime")]


def forms_of(connection: duckdb.DuckDBPyConnection, spec: Table) -> dict[str, Forms]:
    """See ``Readings.forms``; reads ``texts``. A cell without a digit is no date by any format, and has no say in how
    they begin."""
    columns = date_columns(spec)
    if not columns:
        return {}
    cells = unnested(col=map(literal, columns), cell=map(identifier, columns))
    found = connection.execute(
        f"SELECT col, strlen(cell) = length(cell) AS plain, regexp_matches(text, {literal(DIGIT)}) AS said, "
        f"CASE WHEN regexp_matches(text, {literal(LED_BY_YEAR)}) THEN substr(text, 5, 1) END AS mark, "
        f"min(left(text, 4)), max(left(text, 4)) FROM (SELECT *, {half_width('cell')} AS text FROM "
        f"(SELECT {cells} FROM texts)) WHERE cell IS NOT NULL GROUP BY col, plain, said, mark"
    ).fetchall()
    forms = {}
    for column in columns:
        own = [one[1:] for one in found if one[0] == column]
        said = [rest for _, digits, *rest in own if digits]
        marks = [mark for mark, *_ in said]
        forms[column] = Forms(
            ascii=all(plain for plain, *_ in own),
            marks=None if None in marks else frozenset(map(str, marks)),
            first=min((first for _, first, _ in said), default=""),
            last=max((last for *_, last in said), default=""),
        )
    return forms


def refuse_clashes(connection: duckdb.DuckDBPyConnection, spec: Table) -> None:
    """Stop where a cell is one date by one declared format and another date by another.

    Reads ``texts``. Only formats that put day, month and year in different orders can clash.
    """
    for column in date_columns(spec):
        orders: dict[str, list[str]] = {}
        for text in date_formats(spec.columns[column], spec):
            if not text.startswith("%Y"):
                orders.setdefault(_order(text), []).append(text)
        groups = list(orders.values())
        if len(groups) < 2:
            continue
        read = [f"try_strptime({identifier(column)}, [{literals(group)}])" for group in groups]
        clash = " OR ".join(f"{a} <> {b}" for i, a in enumerate(read) for b in read[i + 1 :])
        found = connection.execute(
            f"SELECT file_name(_file_no), source_row, {identifier(column)}, count(*) OVER () FROM texts WHERE {clash} "
            f"ORDER BY _file_no, source_row LIMIT {SHOWN}"
        ).fetchall()
        if found:
            written = "、".join(group[0] for group in groups)
            raise ExportError(
                "ambiguous_date",
                found[0][0],
                f"列 {column} 有 {found[0][3]} 个日期按声明的不同写法（{written}）是不同的日子",
                rows=[(row, _shown(spec, column, text)) for _, row, text, _ in found],
                hint=f"在 columns.{column} 里用 dates 只写这一列实际的写法；各文件写法不同的，分成两张表或先在来源统一",
            )


def _order(text: str) -> str:
    """The order of day, month and year in a format."""
    same = {"Y": "y", "b": "m", "B": "m", "h": "m", "e": "d"}
    found = (same.get(d, d) for d in _DIRECTIVES.findall(text))
    return "".join(d for d in found if d in "ymd")


def refuse_undeclared(
    connection: duckdb.DuckDBPyConnection, spec: Table, unread: Sequence[str], fiscal_year: int
) -> None:
    """Stop where a column holds dates such as 3/4/2024 and no format says which number is the month.

    Reads ``unread`` and ``texts``. Single stray cells are left to be listed as unreadable.
    """
    columns = [c for c in date_columns(spec) if c in unread]
    if not columns:
        return
    said = {c: _with_words(spec, c) for c in columns}
    words = Readings(zones={CELL: ""}, words=frozenset([CELL]))
    worded = _readable(connection, {c: cast(CELL, declared, spec, words) for c, declared in said.items()})
    for column in columns:
        _refuse_serials(connection, spec, column)
        _refuse_epochs(connection, spec, column)
        _refuse_words(connection, spec, column, worded)
        if any(not text.startswith("%Y") for text in date_formats(spec.columns[column], spec)):
            continue
        cell = identifier(column)
        query = (
            f"SELECT file_name(_file_no) AS source_file, source_row, {cell} AS cell, _file_no, "
            f"try_cast(regexp_extract({cell}, {literal(NUMERIC)}, 1) AS INTEGER) AS a, "
            f"try_cast(regexp_extract({cell}, {literal(NUMERIC)}, 3) AS INTEGER) AS b "
            f"FROM {_unread(column)} WHERE regexp_matches({cell}, {literal(NUMERIC)})"
        )
        total, days, months, both = connection.execute(
            f"SELECT count(*), count(*) FILTER (WHERE a > 12 AND b <= 12), count(*) FILTER (WHERE b > 12 AND a <= 12), "
            f"count(*) FILTER (WHERE a <= 12 AND b <= 12 AND a <> b) FROM ({query})"
        ).fetchall()[0]
        if total < 2 or total * 100 < _filled(connection, column):
            continue
        shown = connection.execute(
            f"SELECT source_file, source_row, cell FROM ({query}) ORDER BY NOT (a <= 12 AND b <= 12 AND a <> b), "
            f"_file_no, source_row LIMIT {SHOWN}"
        ).fetchall()
        raise ExportError(
            "ambiguous_date",
            shown[0][0],
            (
                f"列 {column} 的日期没有声明写法：{both} 个既可读作日/月也可读作月/日，"
                f"{days} 个只能是日在前，{months} 个只能是月在前"
            ),
            rows=[(row, _shown(spec, column, text)) for _, row, text in shown],
            hint=f"核对来源后在 columns.{column}（或整张表）写明：{_proposal(shown[0][2], days, months, fiscal_year)}",
        )


def _refuse_serials(connection: duckdb.DuckDBPyConnection, spec: Table, column: str) -> None:
    """Dates that a spreadsheet has turned into day numbers (45321.4) are said to be so, not guessed."""
    cell = identifier(column)
    number = f"try_cast({cell} AS DOUBLE) BETWEEN 25569 AND 60000 AND regexp_full_match({cell}, {literal(SERIAL)})"
    found = _found(connection, column, number)
    if len(found) < 2:
        return
    raise ExportError(
        "excel_serial",
        found[0][0],
        f"列 {column} 有 {found[0][3]} 个日期成了表格软件内部的天数",
        rows=[(row, _shown(spec, column, text)) for _, row, text, _ in found],
        hint=(
            f'从来源系统重新导出；只有这份文件的，在 columns.{column} 的 dates 里加上 "excel"'
            '（1904 日期系统的写 "excel1904"）'
        ),
    )


def _refuse_epochs(connection: duckdb.DuckDBPyConnection, spec: Table, column: str) -> None:
    """Seconds since 1970 are said to be so: in which zone they are to be read only the analyst knows."""
    cell = identifier(column)
    for written, words in (("epoch", "秒数"), ("epoch_ms", "毫秒数")):
        this_century = f"try_cast({cell} AS DOUBLE) * {EPOCHS[written]} BETWEEN 946684800e6 AND 2524608000e6"
        where = f"regexp_full_match({cell}, {literal(EPOCH_CELLS[written])}) AND {this_century}"
        found = _found(connection, column, where)
        if found and (len(found) > 1 or _filled(connection, column) == 1):
            raise ExportError(
                "epoch_times",
                found[0][0],
                f"列 {column} 有 {found[0][3]} 个时间是自 1970-01-01 起的{words}（Unix 时间戳）",
                rows=[(row, _shown(spec, column, text)) for _, row, text, _ in found],
                hint=f'在 columns.{column} 里写 dates: ["{written}"]，并在这张表里写 timezone: Asia/Shanghai'
                "（换算成当地时间）",
            )


def _refuse_words(connection: duckdb.DuckDBPyConnection, spec: Table, column: str, worded: Collection[str]) -> None:
    """Dates in words that are not declared: names of months, 上午 behind a day in figures."""
    if column not in worded:
        return
    formats = list(spec.columns[column].dates or spec.dates)
    said = _with_words(spec, column)
    value = cast(column, said, spec, Readings(zones={column: ""}, words=frozenset([column])))
    found = _found(connection, column, f"({value}) IS NOT NULL")
    if not found or (len(found) < 2 and _filled(connection, column) > 1):
        return
    listed = ", ".join(f'"{text}"' for text in (*formats, WORDS))
    raise ExportError(
        "date_words",
        found[0][0],
        f"列 {column} 有 {found[0][3]} 个日期写成文字（月份名称、上午下午等），与声明的写法不同",
        rows=[(row, _shown(spec, column, text)) for _, row, text, _ in found],
        hint=f"核对来源是否换了语言导出；确是这样写的，在 columns.{column} 里写 dates: [{listed}]",
    )


def _with_words(spec: Table, column: str) -> Column:
    """The declaration of a column, with dates in words added to its formats."""
    declared = spec.columns[column]
    return declared.model_copy(update={"dates": (*(declared.dates or spec.dates), WORDS)})


def _filled(connection: duckdb.DuckDBPyConnection, column: str) -> int:
    return int(connection.execute(f"SELECT count({identifier(column)}) FROM texts").fetchall()[0][0])


def _unread(column: str) -> str:
    """The rows in which a column is unreadable, as texts."""
    return f"(SELECT * FROM unread WHERE list_contains(_unreadable, {literal(column)}))"


def _found(connection: duckdb.DuckDBPyConnection, column: str, where: str) -> list[tuple[str, int, str, int]]:
    """The first unreadable cells of a kind, each with how many there are."""
    return connection.execute(
        f"SELECT file_name(_file_no), source_row, {identifier(column)}, count(*) OVER () FROM {_unread(column)} "
        f"WHERE {where} ORDER BY _file_no, source_row LIMIT {SHOWN}"
    ).fetchall()


def _proposal(text: str, days: int, months: int, fiscal_year: int) -> str:
    """The format to paste: both orders unless the cells leave only one."""
    match = re.match(NUMERIC, text)
    assert match is not None
    year = "%Y" if len(match[5]) == 4 else "%y"
    rest = match[6] or ""
    time = " %H:%M:%S" if rest.count(":") > 1 else " %H:%M" if ":" in rest else ""
    first = f'dates: ["%d{match[2]}%m{match[4]}{year}{time}"]'
    second = f'dates: ["%m{match[2]}%d{match[4]}{year}{time}"]'
    if len(match[5]) == 2 and abs(int(match[1]) - fiscal_year % 100) <= 1:
        # In an export of 2024 a cell 24-03-05 is rather the 5th of March than the 24th.
        return f'dates: ["%y{match[2]}%m{match[4]}%d{time}"]（两位的年份在前）、{first}（日在前）或 {second}（月在前）'
    if days and not months:
        return f"{first}（日在前）"
    return f"{second}（月在前）" if months and not days else f"{first}（日在前）或 {second}（月在前）"


def with_digits(connection: duckdb.DuckDBPyConnection, spec: Table, unread: Sequence[str]) -> list[str]:
    """The date columns in which an unreadable cell has a digit: others can be no dates, in figures or in words, with or
    without an offset, unless a format reads a day without its year. Reads ``unread``."""
    columns = [c for c in date_columns(spec) if c in unread]
    if not columns:
        return []
    cells = unnested(
        col=map(literal, columns),
        cell=(f"CASE WHEN list_contains(_unreadable, {literal(c)}) THEN {identifier(c)} END" for c in columns),
    )
    found = connection.execute(
        f"SELECT DISTINCT col FROM (SELECT {cells} FROM unread) WHERE regexp_matches(cell, {literal(DIGIT)})"
    ).fetchall()
    some = {column for (column,) in found}
    return [c for c in columns if c in some or read_yearless(date_formats(spec.columns[c], spec))]


def with_offsets(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> list[str]:
    """Those of some columns in which an unreadable cell ends with an offset from UTC; reads ``unread``."""
    return [
        c
        for c in columns
        if connection.execute(
            f"SELECT 1 FROM {_unread(c)} WHERE regexp_matches({identifier(c)}, {literal(OFFSET)}) LIMIT 1"
        ).fetchall()
    ]


def in_words(
    connection: duckdb.DuckDBPyConnection, spec: Table, unread: Sequence[str], readings: Readings
) -> frozenset[str]:
    """The date columns in which an unreadable cell turns out to be a date in words, or to say that there is none."""
    return frozenset(
        _readable(
            connection,
            {
                c: cast(
                    CELL, spec.columns[c], spec, Readings(zones={CELL: readings.zones.get(c)}, words=frozenset([CELL]))
                )
                for c in date_columns(spec)
                if c in unread
            },
        )
    )


def _readable(connection: duckdb.DuckDBPyConnection, values: Mapping[str, str]) -> list[str]:
    """The columns of whose unreadable cells an expression over ``CELL`` makes a value; columns that are read by the
    same expression, which is long, are looked at together."""
    columns: dict[str, list[str]] = {}
    for column, value in values.items():
        columns.setdefault(value, []).append(column)
    found: list[str] = []
    for value, alike in columns.items():
        cells = " UNION ALL ".join(
            f"SELECT {literal(c)} AS col, {identifier(c)} AS {CELL} FROM {_unread(c)}" for c in alike
        )
        rows = connection.execute(f"SELECT DISTINCT col FROM ({cells}) WHERE {value} IS NOT NULL ORDER BY col")
        found += [column for (column,) in rows.fetchall()]
    return found


def zones_of(connection: duckdb.DuckDBPyConnection, spec: Table, columns: Sequence[str]) -> dict[str, str | None]:
    """How the offsets of each date column are read; reads ``texts``.

    Only columns with offsets, or whose format declares one, need be looked at. Without ``timezone`` a
    column in which every time has one offset is read as written; different offsets, in one column or between
    two of a table, and UTC are refused until declared. Times that stand for none have no say.
    """
    zones: dict[str, str | None] = {}
    firsts: dict[str, _Offset] = {}
    for column in columns:
        offsets = _offsets(connection, column)
        said = [one for one in offsets if one.said]
        if not said:
            continue
        zones[column] = "" if spec.timezone in (None, "as_written") else spec.timezone
        counted = [one for one in offsets if not one.nothing]
        if spec.timezone is not None or not any(one.said for one in counted):
            continue
        if len(counted) > 1:
            raise _open_zone(spec, f"列 {column} 的时间带有不同的时区", [(column, one) for one in counted])
        if counted[0].said in ("Z", "+0000", "-0000", "+00"):
            raise _open_zone(spec, f"列 {column} 的时间是世界时（UTC）", [(column, counted[0])])
        firsts[column] = counted[0]
    if len({one.said for one in firsts.values()}) > 1:
        raise _open_zone(spec, f"列 {'、'.join(firsts)} 的时间带有不同的时区", list(firsts.items()))
    return zones


class _Offset(NamedTuple):
    """One offset of a column's times: whether its cells only stand for no date, how many, and the first."""

    said: str
    nothing: bool
    cells: int
    file: str
    row: int
    text: str


def _offsets(connection: duckdb.DuckDBPyConnection, column: str) -> list[_Offset]:
    """The offsets of a column's times, the most frequent first; reads ``texts``."""
    cell = identifier(column)
    said = f"replace(regexp_extract({cell}, {literal(OFFSET)}, 2), ':', '')"
    found = connection.execute(
        f"SELECT {said} AS said, regexp_full_match(lower({cell}), {literal(ZERO_MOMENTS)}) AS nothing, count(*), "
        f"file_name(arg_min(_file_no, (_file_no, source_row))), arg_min(source_row, (_file_no, source_row)), "
        f"arg_min({cell}, (_file_no, source_row)) FROM texts WHERE contains({cell}, ':') GROUP BY said, nothing "
        "ORDER BY count(*) DESC, min((_file_no, source_row))"
    ).fetchall()
    return [_Offset(*row) for row in found]


def _open_zone(spec: Table, what: str, found: Sequence[tuple[str, _Offset]]) -> ExportError:
    """Times that may be meant in two ways, each way with its first row."""
    return ExportError(
        "time_zone",
        next(one.file for _, one in found if one.said),
        what,
        rows=[(one.row, f"{_shown(spec, c, one.text)}（这样的有 {one.cells} 个）") for c, one in found[:SHOWN]],
        hint="在这张表里写 timezone: Asia/Shanghai（换算成当地时间）或 timezone: as_written（照所写的钟点，不换算）",
    )


def _shown(spec: Table, column: str, text: str) -> str:
    return MASKED if column in spec.personal else text
