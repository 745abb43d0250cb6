"""The declared mapping of a table as SQL: one stage a step, each readable by itself.

Stages: ``source`` (text as read) → ``texts`` (trimmed, empty-value markers gone, corrected, synonyms
folded) → ``typed`` → ``judged`` (the one reason for which a row is set aside, or none).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from helpers.year.expressions import SQL_TYPES
from helpers.year.models import Correction
from helpers.year.tables import Column, Table

#: Tried after the declared formats. All of them are unambiguous: the year stands first.
ISO_FORMATS = tuple(
    day + time
    for day in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")
    for time in (" %H:%M:%S", " %H:%M", "")
) + ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y%m%d")

WIDE, NARROW = "０１２３４５６７８９：／－．，％（）", "0123456789:/-.,%()"
MONEY_FACTORS = {"元": 1, "万元": 10_000, "分": "0.01"}

BLANK_ROW = "空行"
REPEATED_HEADER = "重复的表头"
REPEATED_ROW = "完全重复的行"
UNREADABLE, EMPTY = "无法识别", "为空"
OTHER_YEAR = "其他年度的记录"


def quote(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def name(column: str) -> str:
    """A SQL identifier."""
    return '"' + column.replace('"', '""') + '"'


def strings(values: Iterable[str]) -> str:
    return ", ".join(quote(value) for value in values)


def texts(spec: Table, corrections: Sequence[Correction]) -> str:
    """Trimmed texts; markers for "nothing" become NULL; corrections, then synonyms applied."""
    trimmed = []
    for column in spec.columns:
        cell = f"trim({name(column)}, ' \t\r\n\u3000\u00a0')"
        empties = strings(("", *spec.empty))
        trimmed.append(f"CASE WHEN {cell} NOT IN ({empties}) THEN {cell} END AS {name(column)}")
    # Written as nested CASE, in order: a later correction sees what an earlier one made.
    current = f"SELECT {', '.join(trimmed)}, source_file, source_row, _file_no FROM source"
    for correction in corrections:
        where = matches(correction)
        changed = ", ".join(
            f"CASE WHEN {where} THEN {'NULL' if new is None else quote(new)} ELSE {name(c)} END AS {name(c)}"
            for c, new in correction.change.items())
        current = f"SELECT * REPLACE ({changed}) FROM ({current})"
    folded = [
        f"CASE {' '.join(f'WHEN {name(c)} IN ({strings(variants)}) THEN {quote(word)}' for word, variants in groups.items())}"
        f" ELSE {name(c)} END AS {name(c)}"
        for c, groups in spec.synonyms.items() if groups]
    return f"SELECT * REPLACE ({', '.join(folded)}) FROM ({current})" if folded else current


def matches(correction: Correction) -> str:
    """The condition that picks a correction's rows, over trimmed texts."""
    return " AND ".join(f"{name(column)} = {quote(value)}" for column, value in correction.key.items())


def typed(spec: Table) -> str:
    """The columns in their types, and ``unreadable``: the columns whose text fits no type."""
    parts, unreadable = [], []
    for column, declared in spec.columns.items():
        value = _cast(column, declared, spec)
        parts.append(f"{value} AS {name(column)}")
        if declared.type != "text":
            unreadable.append(
                f"CASE WHEN {name(column)} IS NOT NULL AND ({value}) IS NULL THEN {quote(column)} END")
    listed = f"list_filter([{', '.join(unreadable)}], lambda x: x IS NOT NULL)" if unreadable else "[]::VARCHAR[]"
    return (f"SELECT {', '.join(parts)}, {listed} AS _unreadable, {_blank(spec)} AS _blank, "
            f"{_header(spec)} AS _header, source_file, source_row, _file_no FROM texts")


def _cast(column: str, declared: Column, spec: Table) -> str:
    cell = name(column)
    narrow = f"translate({cell}, {quote(WIDE)}, {quote(NARROW)})"
    plain = f"regexp_replace({narrow}, '[,\\s¥￥]|元$', '', 'g')"
    match declared.type:
        case "text":
            return cell
        case "boolean":
            return (f"CASE WHEN lower({cell}) IN ({strings(t.lower() for t in declared.true)}) THEN true "
                    f"WHEN lower({cell}) IN ({strings(f.lower() for f in declared.false)}) THEN false END")
        case "date" | "datetime":
            formats = strings(dict.fromkeys((*spec.dates, *ISO_FORMATS)))
            return f"CAST(try_strptime({narrow}, [{formats}]) AS {SQL_TYPES[declared.type]})"
        case "integer":
            number = f"try_cast({plain} AS DECIMAL(30,6))"
            return f"CASE WHEN {number} % 1 = 0 THEN CAST({number} AS BIGINT) END"
        case "number":
            return (f"CASE WHEN {plain} LIKE '%\\%' ESCAPE '\\' THEN try_cast(rtrim({plain}, '%') AS DOUBLE) / 100 "
                    f"ELSE try_cast({plain} AS DOUBLE) END")
        case "money":
            signed = f"regexp_replace({plain}, '^\\((.*)\\)$', '-\\1')"
            factor = MONEY_FACTORS.get(declared.unit or "元", 1)
            return f"CAST(try_cast({signed} AS DECIMAL(24,6)) * {factor} AS {SQL_TYPES['money']})"
    raise AssertionError(declared.type)


def _blank(spec: Table) -> str:
    return "(" + " AND ".join(f"{name(c)} IS NULL" for c in spec.columns) + ")"


def _header(spec: Table) -> str:
    """Every cell that is not empty repeats its own header."""
    same = [f"({name(c)} IS NULL OR {name(c)} IN ({strings(d.source)}))" for c, d in spec.columns.items()]
    return f"({' AND '.join(same)} AND NOT {_blank(spec)})"


def judged(spec: Table, required: Sequence[str], fiscal_year: int) -> str:
    """Each row with ``reason``: the first that applies, NULL for the rows that are used."""
    all_columns = ", ".join(name(c) for c in spec.columns)
    first = ["WHEN _blank THEN " + quote(BLANK_ROW), "WHEN _header THEN " + quote(REPEATED_HEADER)]
    words = spec.column_words()
    first += [f"WHEN list_contains(_unreadable, {quote(c)}) THEN {quote(words[c] + UNREADABLE)}" for c in required]
    first += [f"WHEN {name(c)} IS NULL THEN {quote(words[c] + EMPTY)}" for c in required]
    query = f"SELECT *, CASE {' '.join(first)} END AS _reason FROM typed"
    if spec.key:
        query = _ranked(query, f"PARTITION BY _reason IS NULL, {all_columns} ORDER BY _file_no, source_row",
                        REPEATED_ROW)
    year_end, year_start = (f"DATE '{fiscal_year}-{day}'" for day in ("12-31", "01-01"))
    scope = [f"WHEN ({s.where}\n) THEN {quote(s.why)}" for s in spec.out_of_scope]
    if spec.year_by:
        scope.append(f"WHEN year({name(spec.year_by)}) <> {fiscal_year} THEN {quote(OTHER_YEAR)}")
    if scope:
        query = (f"SELECT * EXCLUDE (year_start, year_end) REPLACE (coalesce(_reason, CASE {' '.join(scope)} END) AS _reason) "
                 f"FROM (SELECT *, {year_start} AS year_start, {year_end} AS year_end FROM ({query}))")
    if spec.keep:
        key = ", ".join(name(c) for c in spec.key)
        # A row without the date is the one still open: it counts as the last.
        order = "DESC NULLS FIRST" if spec.keep.take == "last" else "ASC NULLS LAST"
        way = "DESC" if spec.keep.take == "last" else "ASC"
        query = _ranked(query, f"PARTITION BY _reason IS NULL, {key} ORDER BY {name(spec.keep.by)} {order}, "
                               f"_file_no {way}, source_row {way}", spec.keep.why)
    return query


def _ranked(query: str, window: str, why: str) -> str:
    """Set aside all but the first row of each window."""
    return (f"SELECT * EXCLUDE (_place) REPLACE (CASE WHEN _reason IS NULL AND _place > 1 THEN {quote(why)} ELSE _reason END AS _reason) "
            f"FROM (SELECT *, row_number() OVER ({window}) AS _place FROM ({query}))")


def tidy(spec: Table, fiscal_year: int) -> str:
    """The used rows with their derived columns, in source order; reads ``judged`` and ``calendar``."""
    query = (f"SELECT {', '.join(name(c) for c in spec.columns)}, source_file, source_row, _file_no "
             "FROM judged WHERE _reason IS NULL")
    for column, derived in spec.derived.items():
        if derived.clock == "hours":
            value = f"epoch(CAST({name(derived.end)} AS TIMESTAMP) - CAST({name(derived.start)} AS TIMESTAMP)) / 3600.0"  # type: ignore[arg-type]
            query = f"SELECT *, {value} AS {name(column)} FROM ({query})"
        elif derived.clock == "workdays":
            query = (
                f"SELECT q.*, e.workdays - s.workdays AS {name(column)} FROM ({query}) AS q "
                f"LEFT JOIN calendar AS s ON s.day = CAST(q.{name(derived.start)} AS DATE) "  # type: ignore[arg-type]
                f"LEFT JOIN calendar AS e ON e.day = CAST(q.{name(derived.end)} AS DATE)")  # type: ignore[arg-type]
        else:
            query = (
                f"SELECT * EXCLUDE (year_start, year_end), CAST(({derived.expr}\n) AS {SQL_TYPES[derived.type]}) AS {name(column)} "
                f"FROM (SELECT *, DATE '{fiscal_year}-01-01' AS year_start, DATE '{fiscal_year}-12-31' AS year_end FROM ({query}))")
    return f"SELECT * EXCLUDE (_file_no) FROM ({query}) ORDER BY _file_no, source_row"
