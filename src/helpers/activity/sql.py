"""The declared mapping of a table as SQL: one stage a step, each readable by itself.

Stages: ``source`` (text as read) → ``texts`` (trimmed, empty-value markers gone, corrected, synonyms
folded) → ``typed`` → ``judged`` (the one reason for which a row is set aside, or none) → ``records``
(the used rows, or the grain's cases made of them) → ``tidy`` (with the derived columns).

Only ``judged_rows``, made of ``typed``, is a table; the other stages are views of it or of the staged files, so that a
log of millions of rows is held once. Whatever compares rows with one another (repetitions, keys)
looks only at rows that share a value, and writes its verdict into ``_again``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from helpers.activity.cells import Readings, all_are_dates, cast, placeholder
from helpers.activity.empty_markers import empty_markers
from helpers.activity.invisible import mended, plain
from helpers.year.engine import identifier, literal, literals, year_bounds
from helpers.year.fiscal import FiscalYear
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
RAGGED = "列数与表头不同"
TOTAL_LINE = "合计行"
FOOTER = "页脚、签字或表下附注"
#: Where a row stands among all rows of the files, as a number; no file has more rows.
PLACE = "(_file_no * 1000000000000 + source_row)"
#: The rows of ``judged_rows`` that are used.
USED = "_first IS NULL AND _again IS NULL AND _scope IS NULL"
#: Why rows say nothing in the declared columns; and the others of ``judged_rows``.
BLANK = (RAGGED, BLANK_ROW, REPEATED_HEADER)
NOT_BLANK = f"(_first IS NULL OR _first NOT IN ({literals(BLANK)}))"
#: A query for the hashes, worked out as the first says, that several rows share of which the second holds.
Hashes = Callable[[str, str], str]


def texts(
    spec: Table,
    corrections: Sequence[Correction],
    stained: Collection[str],
    source: str = "source",
    marked: Collection[str] | None = None,
) -> str:
    """Texts, mended where a column has to be; markers for "nothing" become NULL; corrections, then synonyms applied.
    ``marked``: the columns that may have such markers, if not any may."""
    trimmed = []
    if stained:
        replaced = ", ".join(f"{mended(identifier(c))} AS {identifier(c)}" for c in spec.columns if c in stained)
        source = f"(SELECT * REPLACE ({replaced}) FROM {source})"
    for column in spec.columns:
        cell = identifier(column)
        filled = f"CASE WHEN {cell} NOT IN ({literals(empty_markers(spec, column))}) THEN {cell} END AS {cell}"
        trimmed.append(filled if marked is None or column in marked else cell)
    current = f"SELECT {', '.join(trimmed)}, source_row, _file_no, _ragged FROM {source}"
    # Written as nested CASE, in order: a later correction sees what an earlier one made.
    for correction in corrections:
        where = matches(correction)
        changed = ", ".join(
            f"CASE WHEN {where} THEN {'NULL' if new is None else literal(new)} ELSE {identifier(c)} END AS "
            f"{identifier(c)}"
            for c, new in correction.change.items()
        )
        current = f"SELECT * REPLACE ({changed}) FROM ({current})"
    folded = [_folded(column, groups) for column, groups in spec.synonyms.items() if groups]
    return f"SELECT * REPLACE ({', '.join(folded)}) FROM ({current})" if folded else current


def _folded(column: str, groups: Mapping[str, Sequence[str]]) -> str:
    """A column with its synonyms folded."""
    cell = identifier(column)
    cases = " ".join(
        f"WHEN {cell} IN ({literals(map(plain, variants))}) THEN {literal(word)}" for word, variants in groups.items()
    )
    return f"CASE {cases} ELSE {cell} END AS {cell}"


def matches(correction: Correction) -> str:
    """The condition that picks a correction's rows, over trimmed texts."""
    return " AND ".join(f"{identifier(column)} = {literal(plain(value))}" for column, value in correction.key.items())


def typed(spec: Table, readings: Readings) -> str:
    """The columns in their types, ``_unreadable`` (the columns whose text fits no type, NULL for none),
    ``_placeholders`` (the dates that only stand for none) and ``_readable`` (how many cells of a type other
    than text fit theirs)."""
    values, unreadable, filled, readable = [], [], [], ["0"]
    own, told = [], ["*"]
    for column, declared in spec.columns.items():
        cell = identifier(column)
        values.append(f"{cast(column, declared, spec, readings)} AS {cell}")
        own.append(cell)
        if declared.type == "text":
            continue
        values.append(f"{cell} AS {identifier(column + '.text')}")
        unreadable.append(
            f"CASE WHEN {identifier(column + '.text')} IS NOT NULL AND {cell} IS NULL THEN {literal(column)} END"
        )
        readable.append(f"CAST({cell} IS NOT NULL AS INTEGER)")
        dated = declared.type in ("date", "datetime") and declared.placeholders == "empty"
        if dated and not all_are_dates(column, declared, spec, readings):
            # Worked out once: it is long, and three times as long to think about where it is written three times.
            nothing = identifier(column + ".nothing")
            told.append(f"{placeholder(column, declared)} AS {nothing}")
            filled.append(f"CASE WHEN {nothing} THEN {literal(column)} END")
            own[-1] = f"CASE WHEN {nothing} THEN NULL ELSE {cell} END AS {cell}"
    return (
        f"SELECT {', '.join(own)}, {_named(unreadable)} AS _unreadable, {_named(filled)} AS _placeholders, "
        f"{' + '.join(readable)} AS _readable, _blank, _header, _ragged, "
        f"source_row, _file_no FROM (SELECT {', '.join(told)} FROM (SELECT {', '.join(values)}, "
        f"{_blank(spec)} AS _blank, {_header(spec)} AS _header, _ragged, source_row, _file_no FROM texts))"
    )


def _named(columns: Sequence[str]) -> str:
    """The columns of which something is so, as a list; NULL for none."""
    if not columns:
        return "CAST(NULL AS VARCHAR[])"
    return (
        f"CASE WHEN coalesce({', '.join(columns)}) IS NOT NULL THEN "
        f"list_filter([{', '.join(columns)}], lambda x: x IS NOT NULL) END"
    )


def _blank(spec: Table) -> str:
    return _of_all(f"texts.{identifier(c)} IS NULL" for c in spec.columns)


def _header(spec: Table) -> str:
    """Every cell that is not empty repeats its own header."""
    same = (
        f"(texts.{identifier(c)} IS NULL OR texts.{identifier(c)} IN ({literals(d.source)}))"
        for c, d in spec.columns.items()
    )
    return f"({_of_all(same)} AND NOT {_blank(spec)})"


def _of_all(conditions: Iterable[str]) -> str:
    """Whether all of these hold, none of which is ever NULL. Behind AND alone each would be looked at in every row."""
    first, *others = conditions
    return f"CASE WHEN {first} THEN {' AND '.join(others) or 'true'} ELSE false END"


# --- judged ---------------------------------------------------------------------------------------


def judged_rows(
    spec: Table,
    readings: Readings,
    required: Sequence[str],
    fiscal: FiscalYear,
    telling: str,
    foreign: Collection[int] = (),
) -> str:
    """Each row of ``typed`` with what speaks against it by itself: ``_first`` (it is no usable row), ``_scope`` (it is
    not of this year or project), and ``_again``, to be filled by ``comparisons``; how many of its cells are
    ``_filled``, and whether they are ``telling`` (see there). ``foreign``: the files of which nearly every row would be
    shifted; those are written in forms that nobody declared, which is said by column."""
    words = spec.column_words()
    first = [
        f"WHEN _ragged THEN {literal(RAGGED)}",
        f"WHEN _blank THEN {literal(BLANK_ROW)}",
        f"WHEN _header THEN {literal(REPEATED_HEADER)}",
    ]
    if spec.checks.shifted != "keep":
        own_form = f" AND _file_no NOT IN ({', '.join(map(str, sorted(foreign)))})" if foreign else ""
        first.append(f"WHEN len(_unreadable) > greatest(1, _readable){own_form} THEN {literal(SHIFTED_ROW)}")
    first += [f"WHEN list_contains(_unreadable, {literal(c)}) THEN {literal(words[c] + UNREADABLE)}" for c in required]
    first += [f"WHEN {identifier(c)} IS NULL THEN {literal(words[c] + EMPTY)}" for c in required]
    first += [f"WHEN {where} THEN {literal(why)}" for where, why in impossible(spec, fiscal)]
    scope = [f"WHEN ({s.where}\n) THEN {literal(s.why)}" for s in spec.out_of_scope]
    if spec.grain is None:
        scope += [f"WHEN {where} THEN {literal(why)}" for where, why in misplaced(spec, fiscal)]
    judged = f"CASE WHEN _first IS NULL THEN CASE {' '.join(scope)} END END" if scope else "CAST(NULL AS VARCHAR)"
    own = ", ".join(identifier(c) for c in spec.columns)
    fill = " + ".join(f"CAST({identifier(c)} IS NOT NULL AS INTEGER)" for c in spec.columns)
    query = (
        f"SELECT {own}, _unreadable, _placeholders, source_row, _file_no, CAST({fill} + coalesce(len(_unreadable), 0) "
        f"AS USMALLINT) AS _filled, coalesce({telling}, false) AS _telling, "
        f"CASE {' '.join(first)} END AS _first FROM ({typed(spec, readings)})"
    )
    return (
        f"SELECT {own}, _unreadable, _placeholders, source_row, _file_no, _filled, _telling, _first, "
        f"CAST(NULL AS VARCHAR) AS _again, {judged} AS _scope "
        f"FROM ({given(query, fiscal)})"
    )


def judged(spec: Table) -> str:
    """``judged``: the typed columns, ``_reason`` (the first that applies, NULL for the rows that are used)."""
    own = ", ".join(identifier(c) for c in spec.columns)
    return (
        f"SELECT {own}, _unreadable, _placeholders, file_name(_file_no) AS source_file, source_row, _file_no, "
        "coalesce(_first, _again, _scope) AS _reason FROM judged_rows"
    )


def comparisons(spec: Table, hashes: Hashes) -> Iterator[tuple[str, str]]:
    """Statements that find rows to be set aside because of others, and that do so, in the order in which they count:
    each is to be executed before the next is asked for."""
    if spec.repeats_set_aside:
        every = ", ".join(identifier(c) for c in spec.columns)
        shared = sharing("_first IS NULL", spec.key or tuple(spec.columns), hashes)
        yield _again(_others(shared, every, "_file_no, source_row"), REPEATED_ROW)
    for near in spec.near_duplicates:
        yield _again(_near(USED, near, hashes), near.why)
    if spec.keep:
        # A row without the date is the one still open: it counts as the last.
        order = "DESC NULLS FIRST" if spec.keep.take == "last" else "ASC NULLS LAST"
        way = "DESC" if spec.keep.take == "last" else "ASC"
        key = ", ".join(identifier(c) for c in spec.key)
        order = f"{identifier(spec.keep.by)} {order}, _file_no {way}, source_row {way}"
        yield _again(_others(sharing(USED, spec.key, hashes), key, order), spec.keep.why)


def with_reasons(query: str, cases: Sequence[str], fiscal: FiscalYear) -> str:
    """The rows of a query that have no ``_reason`` yet get the first that applies."""
    if not cases:
        return query
    return (
        f"SELECT * EXCLUDE (year_start, year_end) REPLACE (coalesce(_reason, CASE {' '.join(cases)} END) AS _reason) "
        f"FROM ({given(query, fiscal)})"
    )


def given(query: str, fiscal: FiscalYear) -> str:
    """A query with ``year_start`` and ``year_end``, which every expression may use."""
    return f"SELECT *{year_bounds(fiscal)} FROM ({query})"


def impossible(spec: Table, fiscal: FiscalYear) -> Iterator[tuple[str, str]]:
    """Conditions over the export's columns for dates that cannot be, each with its reason."""
    if spec.checks.impossible == "keep":
        return
    latest = spec.checks.latest or spec.exported
    limit = f"DATE '{latest}'" if latest else f"DATE '{fiscal.after.last}'"
    words = spec.column_words()
    watched = [spec.grain.time] if spec.grain else [spec.year_by, *(c for pair in spec.clock_ends() for c in pair)]
    for column in dict.fromkeys(c for c in watched if c in spec.columns):
        cell = f"CAST({identifier(str(column))} AS DATE)"
        yield f"{cell} < DATE '{spec.checks.earliest}' OR {cell} > {limit}", words[str(column)] + IMPOSSIBLE


def misplaced(spec: Table, fiscal: FiscalYear) -> Iterator[tuple[str, str]]:
    """Conditions over a record's columns: another year's, and clocks that cannot have run."""
    if spec.year_by:
        yield f"NOT ({fiscal.in_sql(identifier(spec.year_by))})", OTHER_YEAR
    words = spec.column_words()
    for start, end in spec.clock_ends():
        if spec.checks.unstarted == "set_aside":
            yield f"{identifier(start)} IS NULL AND {identifier(end)} IS NOT NULL", f"有{words[end]}而无{words[start]}"
        if spec.checks.backwards == "set_aside":
            yield backwards(spec, start, end), f"{words[end]}早于{words[start]}"


def backwards(spec: Table, start: str, end: str) -> str:
    """Whether the end lies before the start; a day without a time is compared by the day."""
    types = record_columns(spec)
    day = "DATE" if "DATE" in (types[start], types[end]) else "TIMESTAMP"
    return f"CAST({identifier(end)} AS {day}) < CAST({identifier(start)} AS {day})"


def sharing(where: str, columns: Sequence[str], hashes: Hashes) -> str:
    """The rows of ``judged_rows`` that another one equals in these columns; more may be among them."""
    hashed = f"CAST(hash({', '.join(identifier(c) for c in columns)}) >> 32 AS UINTEGER)"
    rows = f"SELECT rowid AS _row FROM judged_rows WHERE {where} AND {hashed} IN ({hashes(hashed, where)})"
    # The few rows are found by what they share before anything else of them is read.
    return f"SELECT judged_rows.*, found._row FROM judged_rows JOIN ({rows}) AS found ON judged_rows.rowid = found._row"


def _others(rows: str, partition: str, order: str) -> str:
    """All but the first row of each window."""
    place = f"row_number() OVER (PARTITION BY {partition} ORDER BY {order}) AS _place"
    return f"SELECT _row FROM (SELECT _row, {place} FROM ({rows})) WHERE _place > 1"


def _near(where: str, near: NearDuplicates, hashes: Hashes) -> str:
    """Of rows that follow one another within the declared time, all but the first or last."""
    columns = ", ".join(identifier(c) for c in near.columns)
    where += "".join(f" AND {identifier(c)} IS NOT NULL" for c in near.columns)
    rows = sharing(where, near.columns, hashes)
    way = "ASC" if near.take == "first" else "DESC"
    if near.by is None:
        return _others(rows, columns, f"_file_no {way}, source_row {way}")
    by = f"CAST({identifier(near.by)} AS TIMESTAMP)"
    window = f"PARTITION BY {columns} ORDER BY {by} {way}, _file_no {way}, source_row {way}"
    apart = f"abs(epoch_us({by}) - epoch_us(lag({by}) OVER ({window}))) <= {round(near.seconds() * 1e6)}"
    return f"SELECT _row FROM (SELECT _row, {apart} AS _close FROM ({rows})) WHERE _close"


def _again(rows: str, why: str) -> tuple[str, str]:
    """The rows are found first: only then does the update know how few they are."""
    return (
        f"CREATE OR REPLACE TEMP TABLE again AS {rows}",
        f"UPDATE judged_rows SET _again = {literal(why)} FROM again WHERE judged_rows.rowid = again._row",
    )


def repeated(spec: Table, hashes: Hashes) -> str:
    """How many used rows equal an earlier one in every column."""
    own = ", ".join(identifier(c) for c in spec.columns)
    rows = sharing(USED, tuple(spec.columns), hashes)
    return f"SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM ({rows}) GROUP BY {own})"


def records(spec: Table) -> str:
    """The used rows as they are, in source order (that of the table itself); see ``grain.records`` for an event log."""
    own = ", ".join(identifier(c) for c in spec.columns)
    return f"SELECT {own}, file_name(_file_no) AS source_file, source_row, _file_no FROM judged_rows WHERE {USED}"


def as_they_lie(spec: Table, rows: int) -> str:
    """``records``, which are so many, one after the other in full vectors, by one thread. A row set aside leaves a gap
    in what is read together, and what is read together also depends on the threads that made the table: laid beside
    numbers, the rows close up."""
    own = ", ".join([*map(identifier, spec.columns), "source_row", "_file_no"])
    return (
        f"SELECT {own}, file_name(_file_no) AS source_file FROM range({rows}) AS numbers(_nth) "
        f"POSITIONAL JOIN (SELECT {own} FROM judged_rows WHERE {USED})"
    )
