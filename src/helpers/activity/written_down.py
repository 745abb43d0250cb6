"""What of a table is written down: personal columns as keyed hashes, personal data in other texts as marks.

Conditions, keys and derived columns are worked out on what the exports say. Only what leaves the database is changed:
the same value in the same way, two values in two ways, so that figures stay as they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb

from helpers.activity import sql
from helpers.activity.errors import ExportError
from helpers.activity.looked_through import FOUND, MANY, cells_of, columns_of, in_one_piece, rows_with
from helpers.activity.telling import PERSONAL, TOLD, Telling, is_han, is_likely
from helpers.files.personal_data import ALIKE, DIGIT_KINDS, Marks, begins, hits, is_whole, shape
from helpers.files.surnames import is_name
from helpers.year.engine import identifier, literal
from helpers.year.idle_engines import beside
from helpers.year.load import Year
from helpers.year.models import Correction
from helpers.year.not_personal import allows
from helpers.year.personal import MASKED
from helpers.year.personal_key import DIGITS, hash_pads, personal_key
from helpers.year.tables import Table
from helpers.year.tidy import tidy_columns

#: A heading under which long numbers name things.
_OF_THINGS = re.compile("编号|序号|序列|单号|条码|料号|件号|代码|SN|S/N|[Ii][Dd]$")
#: The function by which a text gets its marks.
MASKS = "masked_text"
#: So many numbers that begin alike are a series; of more than these, a part tells what they are.
SERIES, LOOKED_AT = 10, 500
#: Different values that get a mark each; so many are no exceptions any more, and each stays in memory.
MOST_MARKS = 1_000_000
#: Texts that are in memory at a time.
AT_ONCE = 10_000
#: A text that may be personal: how often it is there, and the file and row of the first.
Text = Sequence[Any]
_COUNTED = "count(*), file_name(arg_min(_file_no, _place)), arg_min(source_row, _place)"
#: Rows that are named of each column.
NAMED = 5
#: Personal values that are there so often are hashed once each.
REPEATED = 4


@dataclass(frozen=True, kw_only=True)
class Masked:
    """Personal data in the texts of a column: ``cells`` of the rows as read, the first of them; ``doubtful``: left as
    it is, because it looks like a series of numbers that name things."""

    column: str
    words: str
    kind: str
    cells: int
    rows: tuple[tuple[str, int], ...]
    doubtful: bool = False


@dataclass(frozen=True, kw_only=True)
class WrittenDown:
    """How the cells of a table leave the database."""

    spec: Table
    marks: Marks
    #: Columns of the export with something to mask.
    touched: frozenset[str]
    found: tuple[Masked, ...]
    #: Personal tidy columns whose values have a table of their hashes.
    hashed_once: tuple[str, ...] = ()
    #: The statements that tell a connection the key of personal values.
    key: tuple[str, ...] = field(default=(), repr=False)

    def beside(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        """Another connection that can mask and hash; it lacks temporary tables."""
        other = beside(connection)
        for statement in self.key:
            other.execute(statement)
        return other

    def tidy(self, hashed_once: Collection[str] = ()) -> dict[str, str]:
        """Each tidy column as SQL, under its name; ``hashed_once``: those whose hash stands in ``<column>.hash``."""
        hidden, derived = self.spec.tidy_personal, set(self.spec.derived)
        return {
            column: f"{_hidden(column, kind, column in hashed_once)} AS {identifier(column)}"
            if column in hidden
            else f"{_marked(identifier(column))} AS {identifier(column)}"
            if kind == "VARCHAR" and self._touches(column, derived)
            else identifier(column)
            for column, kind in tidy_columns(self.spec).items()
        }

    def _touches(self, column: str, derived: Iterable[str]) -> bool:
        taken = self.spec.grain.attributes if self.spec.grain else {}
        source = taken[column].source if column in taken else column
        return bool(self.touched) if column in derived else source in self.touched

    def set_aside_rows(self, declared: Sequence[Correction], stains: Collection[str], *, small: bool) -> str:
        """The rows set aside as text, with their reason and source position. ``small``: ``texts`` is a table."""
        columns = ", ".join(self._set_aside("j._reason", "t"))
        aside = "SELECT _file_no, source_row, source_file, _reason FROM judged WHERE _reason IS NOT NULL"
        # The rows are picked first, so that no other cell is looked at.
        few = f"(SELECT * FROM {'texts' if small else 'source'} SEMI JOIN ({aside}) USING (_file_no, source_row))"
        texts = few if small else f"({sql.texts(self.spec, declared, stains, few)})"
        return (
            f"SELECT j._reason, {columns}, j.source_file, j.source_row FROM ({aside}) AS j "
            f"JOIN (SELECT *, {is_likely(in_one_piece(map(identifier, self.spec.columns)))} AS _likely "
            f"FROM {texts}) AS t USING (_file_no, source_row) "
            "ORDER BY j._file_no, j.source_row"
        )

    def _set_aside(self, reason: str, of: str) -> list[str]:
        """The texts of each column of a row that is set aside, as SQL. Where its cells may stand under each other's
        headings, nothing is told of a table with personal columns."""
        shifted = f"{reason} IN ({literal(sql.RAGGED)}, {literal(sql.SHIFTED_ROW)})"
        written = []
        for column in self.spec.columns:
            cell = f"{of}.{identifier(column)}"
            usual = _hashed(cell) if column in self.spec.personal else _marked(cell, f"{of}._likely")
            if self.spec.personal:
                usual = f"CASE WHEN {shifted} AND {cell} IS NOT NULL THEN {literal(MASKED)} ELSE {usual} END"
            written.append(f"{usual} AS {identifier(column)}")
        return written

    def data(self, value: Any) -> Any:
        """Whatever can be written as JSON, its texts masked."""
        if isinstance(value, str):
            return self.marks.masked(value)
        if isinstance(value, Mapping):
            return {key: one if key == "sha256" else self.data(one) for key, one in value.items()}
        return [self.data(one) for one in value] if isinstance(value, list | tuple) else value


def shown_row(spec: Table, cells: Iterable[tuple[str, str | None]], shifted: bool, longest: int) -> str:
    """The beginning of a row for a message; where cells may stand under each other's headings, how they are written."""
    hidden = spec.personal
    said = (
        shape(text) if shifted and hidden else MASKED if column in hidden else text for column, text in cells if text
    )
    return "，".join(said)[:longest]


def written_down(
    connection: duckdb.DuckDBPyConnection,
    year: Year,
    table: str,
    telling: Telling,
    rows: int = 0,
) -> WrittenDown:
    """How the cells of a table are to be written; reads ``judged_rows`` and ``records``, which are about so many
    ``rows``. The connection can mask and hash afterwards."""
    spec = year.year.tables[table]
    marks = Marks(allowed=allows(year.year.not_personal))
    held = {h.table for d in spec.derived.values() for h in d.hold if h.table in year.year.tables}
    key: tuple[str, ...] = ()
    if spec.personal or any(year.year.tables[str(one)].personal for one in held):
        pads = zip(("personal_inner", "personal_outer"), hash_pads(personal_key(year.root)), strict=True)
        key = tuple(f"SET VARIABLE {name} = unhex('{pad.hex()}')" for name, pad in pads)
    for statement in key:
        connection.execute(statement)
    likely = _likely(connection, telling)
    found = [
        one
        for column, texts in likely
        for one in _column(connection, spec, column, marks, texts, names=column in telling.names)
    ]
    connection.create_function(MASKS, marks.as_known, ["VARCHAR"], "VARCHAR")
    touched = frozenset(one.column for one in found if not one.doubtful)
    return WrittenDown(
        spec=spec,
        marks=marks,
        touched=touched,
        found=tuple(found),
        hashed_once=_hash_once(connection, spec, rows),
        key=key,
    )


def _likely(connection: duckdb.DuckDBPyConnection, telling: Telling) -> list[tuple[str, Iterable[Text]]]:
    """The columns with a text that may be personal, and these texts."""
    columns, names = telling.personal, telling.names
    if not columns:
        return []
    with rows_with(connection, TOLD, telling.personal_in_row(), (*columns, "_file_no", "source_row")) as rows:
        if rows == FOUND:
            return _texts_found(connection, telling)
        found = columns_of(connection, rows, columns, PERSONAL, names) if rows else []
    return [(column, _texts(connection, column, column in names)) for column in found]


def _column(
    connection: duckdb.DuckDBPyConnection,
    spec: Table,
    column: str,
    marks: Marks,
    texts: Iterable[Text],
    *,
    names: bool,
) -> list[Masked]:
    """What is masked in a column, in which ``names`` may stand alone; its values get their marks in the order of the
    source. Values that are looked at and found harmless leave nothing in memory: of a long log they are as many as its
    rows."""
    series = _Series(connection, spec, column)
    cells: Counter[tuple[str, bool]] = Counter()
    rows: dict[tuple[str, bool], list[tuple[str, int]]] = {}
    for text, count, file, row in texts:
        whole = is_whole(text) if begins(text) else None
        numbered = whole in DIGIT_KINDS and series.has(text)
        kinds = {str(whole)} if numbered else _mark_all(marks, text, names)
        for kind in sorted(kinds):  # a set has no order of its own
            key = kind, numbered
            cells[key] += int(count)
            if len(places := rows.setdefault(key, [])) < NAMED:
                places.append((file, int(row)))
        if len(marks.given) > MOST_MARKS:
            raise _too_many(spec, column, rows)
    marks.series |= series.found
    words = spec.column_words()[column]
    return [
        Masked(column=column, words=words, kind=k, cells=cells[k, d], rows=tuple(rows[k, d]), doubtful=d)
        for k, d in cells
    ]


def _texts(connection: duckdb.DuckDBPyConnection, column: str, names: bool) -> Iterator[Text]:
    """The different texts of a column that may be personal, in the order of the source."""
    cell = identifier(column)
    named = f" OR {is_han(cell)}" if names else ""
    with beside(connection) as cursor:  # what is asked meanwhile must not end it
        cursor.execute(
            f"SELECT {cell}, {_COUNTED} "
            f"FROM (SELECT *, {sql.PLACE} AS _place FROM {TOLD} WHERE {is_likely(cell)}{named}) "
            f"GROUP BY {cell} ORDER BY min(_place)"
        )
        while some := cursor.fetchmany(AT_ONCE):
            yield from some


def _texts_found(connection: duckdb.DuckDBPyConnection, telling: Telling) -> list[tuple[str, Iterable[Text]]]:
    """The same of all columns at once, of the rows that are held."""
    cells = (
        f"SELECT {cells_of(telling.personal, telling.names)}, _file_no, source_row, {sql.PLACE} AS place FROM {FOUND}"
    )
    found = connection.execute(
        f"SELECT col, cell, file_name(_file_no), source_row FROM ({cells}) WHERE {PERSONAL} ORDER BY col, place"
    ).fetchall()
    texts: dict[int, dict[str, list[Any]]] = {}
    for number, text, file, row in found:
        texts.setdefault(number, {}).setdefault(text, [text, 0, file, row])[1] += 1
    return [(telling.personal[number], [*some.values()]) for number, some in texts.items()]


def _too_many(spec: Table, column: str, rows: Mapping[tuple[str, bool], list[tuple[str, int]]]) -> ExportError:
    kinds, places = "、".join(sorted({kind for kind, _ in rows})), next(iter(rows.values()))
    return ExportError(
        "personal_column",
        places[0][0],
        f"列 {spec.columns[column].source[0]} 里不同的个人信息（{kinds}）超过 {MOST_MARKS:,} 个，不能逐个换成代号",
        rows=[(row, file) for file, row in places],
        hint=f"把 {column} 写进 year.yml 这张表的 personal（改存散列值），或在来源里去掉；"
        "确实不是个人信息的，写进 not_personal",
    )


def _mark_all(marks: Marks, text: str, names: bool) -> set[str]:
    """Give a mark to whatever is personal in a text; the kinds."""
    if names and is_name(text) and not marks.allowed(text):
        marks.whole[text] = marks.of("姓名", text)
        return {"姓名"}
    found = list(marks.found(text))
    for start, end, kind in found:
        marks.of(kind, text[start:end])
    return {hit.kind for hit in found}


class _Series:
    """The numbers of a column that are from a series rather than of persons: many others begin like them, and by their
    check digits most of these are of nobody; where there are none, the column names things. Looked for when asked."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, spec: Table, column: str) -> None:
        self._asked = connection, spec, column
        self.found: set[tuple[str, int]] = set()

    def has(self, text: str) -> bool:
        start = begins(text)
        if start is None or start not in self._begin:
            return False
        self.found.add(start)
        return True

    @cached_property
    def _begin(self) -> set[tuple[str, int]]:
        connection, spec, column = self._asked
        cell = identifier(column)
        numbers = f"SELECT DISTINCT {cell} AS number FROM judged_rows WHERE regexp_full_match({cell}, '[0-9]{{7,19}}')"
        # Of many the same are looked at, however the rows lie and whatever the number of threads.
        alike = connection.execute(
            f"SELECT left(number, {ALIKE}), length(number), arg_min(number, hash(number), {LOOKED_AT}) "
            f"FROM ({numbers}) GROUP BY ALL HAVING count(*) >= {SERIES}"
        ).fetchall()
        things = column in (*spec.key, *spec.tidy_key) or any(map(_OF_THINGS.search, spec.columns[column].source))
        return {
            (start, length)
            for start, length, some in alike
            if 2 * sum(bool(hits(text)) for text in some) < len(some) or (things and is_whole(some[0]) == "手机号码")
        }


# --- as SQL ---------------------------------------------------------------------------------------


def _hidden(column: str, kind: str, hashed_once: bool) -> str:
    if hashed_once:
        return identifier(f"{column}.hash")
    return _hashed(identifier(column)) if kind == "VARCHAR" else f"CAST(NULL AS {kind})"


def _hash_once(connection: duckdb.DuckDBPyConnection, spec: Table, rows: int) -> tuple[str, ...]:
    """Of a long table, the personal columns whose values are repeated: ``hash.<column>`` has the hash of each of them.
    To hash a value takes longer than all else that is done for it."""
    types = tidy_columns(spec)
    hidden = [c for c in types if c in spec.tidy_personal and types[c] == "VARCHAR" and c not in spec.derived]
    if rows < MANY or not hidden:
        return ()
    counts = ", ".join(f"approx_count_distinct({identifier(c)})" for c in hidden)
    found = connection.execute(f"SELECT {counts} FROM records").fetchall()[0]
    repeated = tuple(c for c, number in zip(hidden, found, strict=True) if number * REPEATED <= rows)
    for column in repeated:
        cell, text, written = identifier(column), identifier(f"{column}.text"), identifier(f"{column}.hash")
        connection.execute(
            f"CREATE TEMP TABLE {identifier(f'hash.{column}')} AS "
            f"SELECT {cell} AS {text}, {_hashed(cell)} AS {written} FROM "
            f"(SELECT DISTINCT {cell} FROM records WHERE {cell} IS NOT NULL)"
        )
    return repeated


def _hashed(cell: str) -> str:
    inner = f"unhex(sha256(getvariable('personal_inner') || encode({cell})))"
    return f"left(sha256(getvariable('personal_outer') || {inner}), {DIGITS})"


def hashed(cell: str) -> str:
    """A text as the personal columns of the project's tables have it."""
    return _hashed(cell)


def _marked(cell: str, likely: str | None = None) -> str:
    """A cell with marks; ``likely``: whether anything in its row may call for them, where that is known (SQL)."""
    return f"CASE WHEN {likely or is_likely(cell)} OR {is_han(cell)} THEN {MASKS}({cell}) ELSE {cell} END"


def unmasked_columns(account: Mapping[str, Any]) -> set[str]:
    """The columns of a table's account in which what looks personal was left as it is."""
    return {one["column"] for one in account["masked"] if one["doubtful"]}
