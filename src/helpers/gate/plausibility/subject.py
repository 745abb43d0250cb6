"""What a plausibility check looks at: the tidy tables of a year, and of the year before, as one database."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet

from helpers.gate.plausibility import roles, value_counts
from helpers.gate.plausibility.times_here import Times, is_time
from helpers.gate.plausibility.value_counts import listable, together, values_of
from helpers.gate.result import Check, FailingRow
from helpers.measures import database
from helpers.year.engine import fence, identifier, literal, one_file, open_engine, year_bounds
from helpers.year.personal import MASKED
from helpers.year.tables import Level, Table

if TYPE_CHECKING:
    import datetime

    import duckdb
    import pyarrow as pa

    from helpers.activity.clean import Reconciliation
    from helpers.year.fiscal import FiscalYear
    from helpers.year.load import Year

#: Tables of up to so many rows are held in memory.
HELD = 200_000
#: Rows named as examples of a note.
EXAMPLES = 5
#: Answers of so many rows are kept.
KEPT = 10_000
#: The column that says which file a row comes from.
FILE = "source_file"

#: A row's place and what stands there: file, row, tidy column, value.
Place = tuple[str | None, int | None, str, Any]


@dataclass(frozen=True)
class View:
    """A table of the database: how many rows it has, its columns of texts, and of dates and date-times."""

    rows: int
    texts: tuple[str, ...]
    times: tuple[str, ...] = ()


@dataclass
class _Known:
    """What has been answered, for all threads that ask."""

    answers: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    kinds: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    values: dict[str, dict[str, Mapping[str, int] | None]] = field(default_factory=dict)
    #: What else is worked out once of a subject, by whoever knows what it is.
    more: dict[Any, Any] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The tables of ``year`` as views of their names, those of the year before as ``previous_<table>``,
    the rows that were set aside as ``<table>_set_aside`` (all text, with ``_reason``).

    ``previous`` is None where there is no year before or its tables cannot be trusted.
    ``accounts``: what the cleaning said, by table, as plain data (``Reconciliation.to_json``).
    ``tables``: the declared tables whose tidy file is there.
    """

    year: Year
    previous: Year | None
    connection: duckdb.DuckDBPyConnection
    accounts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    previous_accounts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    views: Mapping[str, View] = field(default_factory=dict)
    known: _Known = field(default_factory=_Known, repr=False, compare=False)

    # --- what is there ------------------------------------------------------------------------

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        return {name: spec for name, spec in self.year.year.tables.items() if name in self.views}

    def shared(self) -> list[str]:
        """The tables that last year had as well, with at least one row in both years."""
        before = self.previous.year.tables if self.previous else {}
        return [t for t in self.tables if t in before and self.count(t) and self.count(f"previous_{t}")]

    @cached_property
    def roles(self) -> Mapping[str, roles.Roles]:
        """What the columns of each table are for."""
        return {table: roles.of_table(self.year, table) for table in self.tables}

    def count(self, view: str) -> int:
        """How many rows a view has; 0 where there is no such view."""
        return self.views[view].rows if view in self.views else 0

    def for_another_thread(self) -> Subject:
        """The same tables, for questions at the same time as others."""
        other = replace(self, connection=self.connection.cursor())
        vars(other).update(tables=self.tables, roles=self.roles)
        return other

    # --- questions ----------------------------------------------------------------------------

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer's rows; raises ``QueryStopped`` where it takes too long or fails. What was asked before is not
        asked again: a table that is made has a name of its own for what is in it."""
        answers = self.known.answers
        if sql in answers:
            return answers[sql]
        rows = database.run(self.connection, sql, "数据合理性检查").fetchall()
        if len(rows) <= KEPT and sql.startswith(("SELECT", "WITH")):
            answers[sql] = rows
        return rows

    def arrow(self, sql: str) -> pa.Table:
        """The answer's columns, for whoever goes on without the database; not kept."""
        return database.fetch(self.connection, sql, "数据合理性检查")

    def kept(self, name: str, query: str, rows: int) -> str:
        """A relation of what a query gives, about which more than one question is asked: a table of this name, unless
        so many rows are better worked out again."""
        if rows > HELD:
            return f"({query})"
        made: set[str] = vars(self).setdefault("_made", set())  # by this connection; others have tables of their own
        if name not in made:
            self.query(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
            made.add(name)
        return name

    def values(self, view: str, column: str) -> Mapping[str, int] | None:
        """How many rows have each value of a text column; None where it has very many, or is no text. In a view that
        is not there nothing stands."""
        known = self.known.values
        if view not in self.views:
            return {}
        with self.known.lock:
            if view not in known:
                known[view] = dict.fromkeys(listable(self.query, view, self.views[view].texts, self.count(view)))
                self._list_values(view)
        return known[view].get(column)

    def _list_values(self, view: str) -> None:
        listed, rows = self.known.values[view], self.count(view)
        for columns in together(list(listed), rows):
            # Whoever wants to know the values of a column that cannot be counted asks for what it needs.
            with suppress(database.QueryStopped):
                listed |= values_of(self.query, view, columns, rows)

    def has(self, view: str, column: str, value: str) -> bool:
        """Whether a text column has a value in any row."""
        values = self.values(view, column)
        if values is not None:
            return value in values
        return bool(
            self.query(f"SELECT 1 FROM {identifier(view)} WHERE {identifier(column)} = {literal(value)} LIMIT 1")
        )

    def kinds(self, view: str, columns: Sequence[str]) -> dict[str, tuple[int, int]]:
        """How many different values each column of a view has, and how many cells are filled."""
        known = self.known.kinds.setdefault(view, {})
        for column in (c for c in columns if c not in known):
            if (values := self.values(view, column)) is not None:
                known[column] = (len(values), sum(values.values()))
        times = self.times(view) or {}
        known.update({c: times[c].kinds() for c in columns if c not in known and c in times})
        missing = [c for c in columns if c not in known]
        if missing:
            picked = ", ".join(f"count(DISTINCT {identifier(c)}), count({identifier(c)})" for c in missing)
            row = self.query(f"SELECT {picked} FROM {identifier(view)}")[0]
            known.update({c: (int(row[2 * n]), int(row[2 * n + 1])) for n, c in enumerate(missing)})
        return {c: known[c] for c in columns}

    def is_small(self, view: str, columns: int) -> bool:
        """Whether so many columns of a view are looked at quicker here than by the database."""
        return columns * self.count(view) <= value_counts.AT_ONCE

    def times(self, view: str) -> Mapping[str, Times] | None:
        """The dates and date-times of a small view; None of a large one."""
        known: dict[str, Mapping[str, Times]] = self.known.more.setdefault("times", {})
        columns = self.views[view].times
        if not self.is_small(view, len(columns)):
            return None
        if columns and view not in known:
            answer = self.arrow(f"SELECT {', '.join(map(identifier, columns))} FROM {identifier(view)}")
            known[view] = {c: Times(answer.column(c)) for c in columns}
        return known.get(view, {})

    def ends(self, view: str, start: str, end: str) -> tuple[Times, Times] | None:
        """Two columns of dates or date-times of a small view."""
        times = self.times(view) or {}
        return (times[start], times[end]) if {start, end} <= times.keys() else None

    def daily(self, view: str, column: str) -> dict[datetime.date, int] | None:
        """How many cells of a date column of a small view each day has, in order; None of a large one."""
        times = (self.times(view) or {}).get(column)
        return None if times is None else times.daily

    def frequent(self, view: str, column: str, most: int | None = None) -> list[tuple[str, int]]:
        """The values of a column with their rows, the most frequent first; ``most``: no more of them."""
        values = self.values(view, column)
        if values is not None:
            return sorted(values.items(), key=lambda one: (-one[1], one[0]))[:most]
        cell, limit = f"CAST({identifier(column)} AS VARCHAR)", "" if most is None else f" LIMIT {most}"
        found = self.query(
            f"SELECT {cell}, count(*) AS n FROM {identifier(view)} WHERE {cell} IS NOT NULL "
            f"GROUP BY 1 ORDER BY n DESC, 1{limit}"
        )
        return [(str(value), int(n)) for value, n in found]

    def one(self, sql: str) -> Any:
        """The first value of the answer's first row."""
        return self.query(sql)[0][0]

    def places(
        self, table: str, columns: Sequence[str], where: str, order: str = "", most: int = EXAMPLES
    ) -> list[Place]:
        """The first rows of a table for which a condition holds, with what stands in these columns.

        Several columns become one place: named by the first, the values side by side.
        """
        picked = ", ".join(f"CAST({identifier(c)} AS VARCHAR)" for c in columns)
        by = f"{order}, " if order else ""
        found = self.query(
            f"SELECT source_file, source_row, {picked} FROM {identifier(table)} WHERE {where} "
            f"ORDER BY {by}source_file, source_row LIMIT {most}"
        )
        personal = self.tables[table].tidy_personal if table in self.tables else frozenset()
        hidden = [c in personal for c in columns]
        return [
            (row[0], row[1], columns[0], "，".join(_shown(v, h) for v, h in zip(row[2:], hidden, strict=True)))
            for row in found
        ]

    # --- answers ------------------------------------------------------------------------------

    def called(self, table: str, column: str) -> str:
        """A column by the header that the analyst knows it by."""
        spec = self.tables[table]
        own = spec.columns.get(column)
        return f"“{own.source[0] if own else spec.column_words().get(column, column)}”"

    def note(
        self,
        table: str,
        check_id: str,
        words: str,
        remedy: str,
        *,
        observed: Any = None,
        rows: Iterable[Place] = (),
        failing: int | None = None,
        column: str | None = None,
        level: Level = "note",
    ) -> Check:
        """A check that found something. ``words`` say what, with its numbers; ``failing``: how many rows
        it is about (0: the table as a whole; the rows named, if not said). ``column``: the one column it
        is about, by which an override may name it. Values of personal columns are masked.

        What the year file accepts with a reason is no failure (see ``YearFile.plausible``).
        """
        spec = self.tables[table]
        listed = tuple(self._failing_row(spec, table, place) for place in rows)
        number = len(listed) if failing is None else failing
        why = self._accepted(table, check_id, column)
        return Check(
            table=table,
            title=spec.title,
            rule=check_id if column is None else f"{check_id}:{column}",
            origin="plausibility",
            expectation=check_id,
            arguments={} if column is None else {"column": column},
            where=None,
            level=level,
            success=why is not None,
            rows=self.count(table),
            failing=number,
            observed=observed,
            words=words,
            remedy=remedy,
            failing_rows=listed,
            accepted=why,
        )

    def _failing_row(self, spec: Table, table: str, place: Place) -> FailingRow:
        file, row, column, value = place
        known = column in spec.columns or column in spec.column_words()
        name = self.called(table, column).strip("“”") if known else column
        shown = MASKED if column in spec.tidy_personal else value
        return FailingRow(file, row, name, None if shown is None else str(shown))

    def _accepted(self, table: str, check_id: str, column: str | None) -> str | None:
        """The declared reason for which this note is accepted."""
        for one in self.year.year.plausible:
            if one.check == check_id and one.table in (None, table) and one.column in (None, column):
                return one.why
        return None


def _shown(value: Any, hidden: bool) -> str:
    return MASKED if hidden else "空" if value is None else str(value)


@contextmanager
def open_subject(
    year: Year,
    folder: Path,
    accounts: Iterable[Reconciliation | Mapping[str, Any]] = (),
    previous: Year | None = None,
    previous_folder: Path | None = None,
    previous_accounts: Iterable[Reconciliation | Mapping[str, Any]] = (),
) -> Iterator[Subject]:
    """The subject of a year: ``folder`` holds its tidy tables, ``previous_folder`` last year's."""
    files = _files(year, folder)
    if previous is not None and previous_folder is not None:
        files |= {f"previous_{name}": file for name, file in _files(previous, previous_folder).items()}
    views = {name: _view(path) for name, (path, _) in files.items()}
    # Hundreds of questions are asked: what is small is read once, and answered without dealing the work out.
    held = {name: view.rows <= HELD for name, view in views.items()}
    connection = open_engine(database.MEMORY, threads=1 if all(held.values()) else 2)
    try:
        for name, (path, fiscal) in files.items():
            kind = "TABLE" if held[name] else "VIEW"
            connection.execute(
                f"CREATE {kind} {identifier(name)} AS SELECT *{year_bounds(fiscal)} FROM read_parquet({one_file(path)})"
            )
        connection.execute(f"SET temp_directory = {literal(str(folder / '.spill'))}")
        connection.execute(f"SET max_temp_directory_size = {literal(database.SPILL)}")
        # Counting the values of many columns one by one would be planned as a join of all of them.
        connection.execute("SET disabled_optimizers = 'distinct_aggregate_rewrite'")
        fence(connection, [path for path, _ in files.values()])
        yield Subject(
            year=year,
            previous=previous,
            connection=connection,
            accounts=_by_table(accounts),
            previous_accounts=_by_table(previous_accounts),
            views=views,
        )
    finally:
        connection.close()


def _view(path: Path) -> View:
    """What a Parquet file says of itself."""
    told = pyarrow.parquet.read_metadata(path)
    fields = list(told.schema.to_arrow_schema())
    texts = [f.name for f in fields if pyarrow.types.is_string(f.type) and f.name != FILE]
    return View(told.num_rows, tuple(texts), tuple(f.name for f in fields if is_time(f.type)))


def _files(year: Year, folder: Path) -> dict[str, tuple[Path, FiscalYear]]:
    """View name → its file and fiscal year; tables whose file is missing have none."""
    found = {}
    for table in year.year.tables:
        for suffix, ending in (("", ".parquet"), ("_set_aside", ".set_aside.parquet")):
            path = folder / f"{table}{ending}"
            if path.is_file():
                found[f"{table}{suffix}"] = (path, year.fiscal)
    return found


def _by_table(accounts: Iterable[Reconciliation | Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    plain = [dict(a) if isinstance(a, Mapping) else a.to_json() for a in accounts]
    return {account["table"]: account for account in plain}
