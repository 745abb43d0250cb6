"""The declared mapping of a table as SQL: one stage a step, each readable by itself.

Stages: ``source`` (text as read) → ``texts`` (trimmed, empty-value markers gone, corrected, synonyms
folded) → ``typed`` → ``judged`` (the one reason for which a row is set aside, or none) → ``records``
(the used rows, or the grain's cases made of them) → ``tidy`` (with the derived columns).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from helpers.activity.cells import Zones, cast, name, quote, strings
from helpers.year.models import Correction
from helpers.year.tables import NearDuplicates, Table
from helpers.year.tidy import record_columns

BLANK_ROW = "空行"
REPEATED_HEADER = "重复的表头"
REPEATED_ROW = "完全重复的行"
SHIFTED_ROW = "各列与类型不符，疑似错位"
UNREADABLE, EMPTY = "无法识别", "为空"
IMPOSSIBLE = "不在可能的日期范围内"
OTHER_YEAR = "其他年度的记录"


def texts(spec: Table, corrections: Sequence[Correction]) -> str:
    """Trimmed texts; markers for "nothing" become NULL; corrections, then synonyms applied."""
    trimmed = []
    for column, declared in spec.columns.items():
        cell = f"trim({name(column)}, ' \t\r\n\u3000\u00a0')"
        for empty in dict.fromkeys(("", *spec.empty, *declared.empty)):
            cell = f"nullif({cell}, {quote(empty)})"
        trimmed.append(f"{cell} AS {name(column)}")
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


def typed(spec: Table, zones: Zones) -> str:
    """The columns in their types, ``_unreadable`` (the columns whose text fits no type) and
    ``_readable`` (how many cells of a type other than text fit theirs)."""
    values, unreadable, readable = [], [], ["0"]
    for column, declared in spec.columns.items():
        values.append(f"{cast(column, declared, spec, zones)} AS {name(column)}")
        if declared.type != "text":
            values.append(f"{name(column)} AS {name(column + '.text')}")
            unreadable.append(f"CASE WHEN {name(column + '.text')} IS NOT NULL AND {name(column)} IS NULL "
                              f"THEN {quote(column)} END")
            readable.append(f"CAST({name(column)} IS NOT NULL AS INTEGER)")
    listed = f"list_filter([{', '.join(unreadable)}], lambda x: x IS NOT NULL)" if unreadable else "[]::VARCHAR[]"
    own = ", ".join(name(c) for c in spec.columns)
    return (f"SELECT {own}, {listed} AS _unreadable, {' + '.join(readable)} AS _readable, _blank, _header, "
            f"source_file, source_row, _file_no FROM (SELECT {', '.join(values)}, {_blank(spec)} AS _blank, "
            f"{_header(spec)} AS _header, source_file, source_row, _file_no FROM texts)")


def _blank(spec: Table) -> str:
    return "(" + " AND ".join(f"texts.{name(c)} IS NULL" for c in spec.columns) + ")"


def _header(spec: Table) -> str:
    """Every cell that is not empty repeats its own header."""
    same = [f"(texts.{name(c)} IS NULL OR texts.{name(c)} IN ({strings(d.source)}))" for c, d in spec.columns.items()]
    return f"({' AND '.join(same)} AND NOT {_blank(spec)})"


# --- judged ---------------------------------------------------------------------------------------


def judged(spec: Table, required: Sequence[str], fiscal_year: int) -> str:
    """Each row with ``_reason``: the first that applies, NULL for the rows that are used."""
    words = spec.column_words()
    first = ["WHEN _blank THEN " + quote(BLANK_ROW), "WHEN _header THEN " + quote(REPEATED_HEADER)]
    if spec.checks.shifted != "keep":
        first.append(f"WHEN len(_unreadable) > greatest(1, _readable) THEN {quote(SHIFTED_ROW)}")
    first += [f"WHEN list_contains(_unreadable, {quote(c)}) THEN {quote(words[c] + UNREADABLE)}" for c in required]
    first += [f"WHEN {name(c)} IS NULL THEN {quote(words[c] + EMPTY)}" for c in required]
    first += [f"WHEN {where} THEN {quote(why)}" for where, why in impossible(spec, fiscal_year)]
    query = f"SELECT * EXCLUDE (_readable), CASE {' '.join(first)} END AS _reason FROM typed"
    if spec.repeats_set_aside:
        every = ", ".join(name(c) for c in spec.columns)
        query = _ranked(query, f"PARTITION BY _reason IS NULL, {every} ORDER BY _file_no, source_row", REPEATED_ROW)
    scope = [f"WHEN ({s.where}\n) THEN {quote(s.why)}" for s in spec.out_of_scope]
    if spec.grain is None:
        scope += [f"WHEN {where} THEN {quote(why)}" for where, why in misplaced(spec, fiscal_year)]
    query = with_reasons(query, scope, fiscal_year)
    for near in spec.near_duplicates:
        query = _near(query, near)
    if spec.keep:
        key = ", ".join(name(c) for c in spec.key)
        # A row without the date is the one still open: it counts as the last.
        order = "DESC NULLS FIRST" if spec.keep.take == "last" else "ASC NULLS LAST"
        way = "DESC" if spec.keep.take == "last" else "ASC"
        query = _ranked(query, f"PARTITION BY _reason IS NULL, {key} ORDER BY {name(spec.keep.by)} {order}, "
                               f"_file_no {way}, source_row {way}", spec.keep.why)
    return query


def with_reasons(query: str, cases: Sequence[str], fiscal_year: int) -> str:
    """The rows of a query that have no ``_reason`` yet get the first that applies."""
    if not cases:
        return query
    return (f"SELECT * EXCLUDE (year_start, year_end) REPLACE (coalesce(_reason, CASE {' '.join(cases)} END) AS _reason) "
            f"FROM ({given(query, fiscal_year)})")


def given(query: str, fiscal_year: int) -> str:
    """A query with ``year_start`` and ``year_end``, which every expression may use."""
    return f"SELECT *, DATE '{fiscal_year}-01-01' AS year_start, DATE '{fiscal_year}-12-31' AS year_end FROM ({query})"


def impossible(spec: Table, fiscal_year: int) -> Iterator[tuple[str, str]]:
    """Conditions over the export's columns for dates that cannot be, each with its reason."""
    if spec.checks.impossible == "keep":
        return
    latest = spec.checks.latest or spec.exported
    limit = f"DATE '{latest}'" if latest else f"DATE '{fiscal_year + 1}-12-31'"
    words = spec.column_words()
    watched = [spec.grain.time] if spec.grain else [spec.year_by, *(c for pair in spec.clock_ends() for c in pair)]
    for column in dict.fromkeys(c for c in watched if c in spec.columns):
        cell = f"CAST({name(str(column))} AS DATE)"
        yield f"{cell} < DATE '{spec.checks.earliest}' OR {cell} > {limit}", words[str(column)] + IMPOSSIBLE


def misplaced(spec: Table, fiscal_year: int) -> Iterator[tuple[str, str]]:
    """Conditions over a record's columns: another year's, and clocks that cannot have run."""
    if spec.year_by:
        yield f"year({name(spec.year_by)}) <> {fiscal_year}", OTHER_YEAR
    words = spec.column_words()
    for start, end in spec.clock_ends():
        if spec.checks.unstarted == "set_aside":
            yield f"{name(start)} IS NULL AND {name(end)} IS NOT NULL", f"有{words[end]}而无{words[start]}"
        if spec.checks.backwards == "set_aside":
            yield backwards(spec, start, end), f"{words[end]}早于{words[start]}"


def backwards(spec: Table, start: str, end: str) -> str:
    """Whether the end lies before the start; a day without a time is compared by the day."""
    types = record_columns(spec)
    day = "DATE" if "DATE" in (types[start], types[end]) else "TIMESTAMP"
    return f"CAST({name(end)} AS {day}) < CAST({name(start)} AS {day})"


def _near(query: str, near: NearDuplicates) -> str:
    """Of rows that follow one another within the declared time, set aside all but the first or last."""
    columns = ", ".join(name(c) for c in near.columns)
    known = " AND ".join(f"{name(c)} IS NOT NULL" for c in near.columns)
    way = "ASC" if near.take == "first" else "DESC"
    if near.by is None:
        return _ranked(query, f"PARTITION BY _reason IS NULL AND {known}, {columns} ORDER BY _file_no {way}, source_row {way}",
                       near.why, known)
    by = f"CAST({name(near.by)} AS TIMESTAMP)"
    window = f"PARTITION BY _reason IS NULL, {columns} ORDER BY {by} {way}, _file_no {way}, source_row {way}"
    apart = f"abs(epoch_us({by}) - epoch_us(lag({by}) OVER ({window}))) <= {round(near.seconds() * 1e6)}"
    again = f"_reason IS NULL AND {known} AND _near"
    return (f"SELECT * EXCLUDE (_near) REPLACE (CASE WHEN {again} THEN {quote(near.why)} ELSE _reason END AS _reason) "
            f"FROM (SELECT *, coalesce({apart}, false) AS _near FROM ({query}))")


def _ranked(query: str, window: str, why: str, where: str = "true") -> str:
    """Set aside all but the first row of each window."""
    return (f"SELECT * EXCLUDE (_place) REPLACE (CASE WHEN _reason IS NULL AND {where} AND _place > 1 "
            f"THEN {quote(why)} ELSE _reason END AS _reason) "
            f"FROM (SELECT *, row_number() OVER ({window}) AS _place FROM ({query}))")


def records(spec: Table) -> str:
    """The used rows in source order, as they are; see ``grain.records`` for an event log."""
    return (f"SELECT {', '.join(name(c) for c in spec.columns)}, source_file, source_row, _file_no "
            "FROM judged WHERE _reason IS NULL ORDER BY _file_no, source_row")
