"""The cells of one column as the profile asks about them: asked one by one, or, of a wide export, for many together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import duckdb

from helpers.activity.profile.column_facts import Value
from helpers.activity.profile.meanings import lexicon
from helpers.year.engine import literals, unnested

#: Columns with no more values than this list them.
FEW = 40
SAMPLE = 20_000
#: Texts by which a column is seen to hold dates.
SHAPES = 200
#: Of a wide export so many cells are looked at together.
TOGETHER = 1_000_000
ZEROS = ("0", "0.0", "00000000")


class Cells:
    """A column in the temporary tables ``every`` (texts ``v``, ``n`` times, first in row ``r``) and ``cells``, which
    has none of its markers. Counts are exact."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, cell: str) -> None:
        self.connection = connection
        self._load(cell)
        rows, empty = self.connection.execute(
            "SELECT coalesce(sum(n), 0), coalesce(sum(n) FILTER (WHERE v = ''), 0) FROM every"
        ).fetchall()[0]
        self.rows, self.empty = int(rows), int(empty)

    def _load(self, cell: str) -> None:
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE every AS SELECT {cell} AS v, count(*) AS n, min(source_row) AS r "
            f"FROM sheet GROUP BY {cell}"
        )

    def few(self) -> tuple[Value, ...]:
        """The most frequent texts, one more than ``FEW``."""
        return self.values(f"SELECT v, n, r FROM every WHERE v <> '' ORDER BY n DESC, r LIMIT {FEW + 1}")

    def listed(self, words: Sequence[str]) -> tuple[Value, ...]:
        """Those of these words that stand in the column, in whatever case."""
        asked = literals(str(w).lower() for w in words)
        return self.values(f"SELECT v, n, r FROM every WHERE lower(v) IN ({asked}) ORDER BY n DESC, v")

    def leave_out(self, markers: Sequence[Value]) -> int:
        """Make ``cells``; how many there are."""
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE cells AS SELECT v, n, r FROM every WHERE v <> ''{without(markers)}"
        )
        return int(self.connection.execute("SELECT coalesce(sum(n), 0) FROM cells").fetchall()[0][0])

    def texts(self) -> list[str]:
        """Some texts, the most frequent among them; a sample is kept for ``seen``."""
        # A type that neither a sample nor the most frequent values fit is not looked for in all of them.
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE sample AS (SELECT v, n FROM cells ORDER BY hash(v), v LIMIT {SAMPLE}) "
            f"UNION ALL (SELECT v, n FROM cells ORDER BY n DESC, r LIMIT {FEW})"
        )
        found = self.connection.execute(f"SELECT v FROM sample ORDER BY hash(v), v LIMIT {SHAPES}").fetchall()
        return [text for (text,) in found]

    def seen(self, where: str) -> bool:
        """Whether any text of the sample fits."""
        return bool(self.connection.execute(f"SELECT 1 FROM sample WHERE {where} LIMIT 1").fetchall())

    def count(self, where: str) -> int:
        return int(self.connection.execute(f"SELECT coalesce(sum(n), 0) FROM cells WHERE {where}").fetchall()[0][0])

    def distinct(self, markers: Sequence[Value]) -> int:
        """How many different texts there are besides these."""
        found = self.connection.execute(f"SELECT count(*) FROM every WHERE v <> ''{without(markers)}").fetchall()
        return int(found[0][0])

    def values(self, query: str) -> tuple[Value, ...]:
        return tuple(Value(text, int(n), int(row)) for text, n, row in self.connection.execute(query).fetchall())

    def ready(self) -> duckdb.DuckDBPyConnection:
        """Where the tables ``every`` and ``cells`` are those of this column."""
        return self.connection


def without(values: Sequence[Value]) -> str:
    return f" AND v NOT IN ({literals(v.text for v in values)})" if values else ""


# --- many columns together ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Known:
    """``words``: with their lower case, those that may be markers. ``sums``: by whether a text is a sign (0 none, 1
    without letters, 2 with letters) all its cells, then those that each test fits."""

    rows: int
    empty: int
    texts: int
    few: tuple[Value, ...]
    words: tuple[tuple[str, Value], ...]
    shapes: list[str]
    sums: Mapping[int, tuple[int, ...]]


class KnownCells(Cells):
    """A column of a batch: what is known is not asked again, anything else is asked as of any column."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, number: int, known: _Known, tests: Mapping[str, int]
    ) -> None:
        self.connection, self._number, self._known, self._tests = connection, number, known, tests
        self.rows, self.empty = known.rows, known.empty
        self._markers: tuple[Value, ...] = ()
        self._kinds: tuple[int, ...] = (0, 1, 2)

    def few(self) -> tuple[Value, ...]:
        return self._known.few

    def listed(self, words: Sequence[str]) -> tuple[Value, ...]:
        asked = {str(w).lower() for w in words}
        return tuple(value for lower, value in self._known.words if lower in asked)

    def leave_out(self, markers: Sequence[Value]) -> int:
        self._markers = tuple(markers)
        left = {value.text for value in markers}
        signs = {kind: {v.text for lower, v in self._known.words if _kind(lower) == kind} for kind in (1, 2)}
        self._kinds = (0, *(kind for kind, texts in signs.items() if texts and not texts <= left))
        return self._sum(0)

    def texts(self) -> list[str]:
        return self._known.shapes if not set(self._kinds) & {1, 2} else self._asked_texts()

    def _asked_texts(self) -> list[str]:
        self.ready()
        return super().texts()

    def seen(self, where: str) -> bool:
        return self.count(where) > 0

    def count(self, where: str) -> int:
        if where in self._tests:
            return self._sum(self._tests[where])
        self.ready()
        return super().count(where)

    def distinct(self, markers: Sequence[Value]) -> int:
        return self._known.texts - len({value.text for value in markers})

    def _sum(self, place: int) -> int:
        return sum(self._known.sums[kind][place] for kind in self._kinds if kind in self._known.sums)

    def ready(self) -> duckdb.DuckDBPyConnection:
        column = f"SELECT v, n, r FROM batch WHERE col = {self._number}"
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE every AS {column}")
        super().leave_out(self._markers)
        return self.connection


@cache
def _signs() -> tuple[list[str], list[str]]:
    """The signs for nothing, without and with letters."""
    signs = [str(w).lower() for w in lexicon("empty")]
    return [w for w in signs if not any(map(str.isalpha, w))], [w for w in signs if any(map(str.isalpha, w))]


def _kind(lower: str) -> int:
    bare, lettered = _signs()
    return 1 if lower in bare else 2 if lower in lettered else 0


def known_cells(
    connection: duckdb.DuckDBPyConnection, columns: int, rows: int, tests: Collection[str]
) -> Iterator[KnownCells]:
    """Every column of ``sheet``, so many at a time as make ``TOGETHER`` cells: planning a query takes far longer than
    going through a short column."""
    places = {test: at for at, test in enumerate(tests, start=1)}
    step = max(1, TOGETHER // max(rows, 1))
    for first in range(0, columns, step):
        numbers = range(first, min(first + step, columns))
        for number, known in _batch(connection, numbers, list(tests)).items():
            yield KnownCells(connection, number, known, places)


def _batch(connection: duckdb.DuckDBPyConnection, numbers: range, tests: list[str]) -> dict[int, _Known]:
    bare, lettered = (literals(words) for words in _signs())
    words = literals({*map(str.lower, map(str, (*lexicon("empty"), *lexicon("empty_words")))), *ZEROS})
    cells = unnested(col=map(str, numbers), v=(f"c{n}" for n in numbers))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE batch AS SELECT col, v, count(*) AS n, min(source_row) AS r "
        f"FROM (SELECT {cells}, source_row FROM sheet) GROUP BY col, v"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE judged AS SELECT v, "
        f"CASE WHEN lower(v) IN ({bare}) THEN 1 WHEN lower(v) IN ({lettered}) THEN 2 ELSE 0 END AS kind, "
        + ", ".join(f"coalesce({test}, false) AS t{at}" for at, test in enumerate(tests))
        + " FROM (SELECT DISTINCT v FROM batch WHERE v <> '')"
    )
    whole = connection.execute(
        "SELECT col, sum(n), coalesce(sum(n) FILTER (WHERE v = ''), 0), count(*) FILTER (WHERE v <> '') "
        "FROM batch GROUP BY col"
    ).fetchall()
    fits = ", ".join(f"coalesce(sum(n) FILTER (WHERE t{at}), 0)" for at in range(len(tests)))
    sums: dict[int, dict[int, tuple[int, ...]]] = {number: {} for number in numbers}
    for col, kind, *found in connection.execute(
        f"SELECT col, kind, sum(n), {fits} FROM batch JOIN judged USING (v) GROUP BY col, kind"
    ).fetchall():
        sums[col][kind] = tuple(map(int, found))
    ranked = "row_number() OVER (PARTITION BY col ORDER BY n DESC, r)"
    few = _by_column(
        connection,
        f"SELECT col, v, n, r FROM batch WHERE v <> '' QUALIFY {ranked} <= {FEW + 1} ORDER BY col, n DESC, r",
    )
    marked = _by_column(
        connection, f"SELECT col, v, n, r FROM batch WHERE lower(v) IN ({words}) ORDER BY col, n DESC, v"
    )
    shapes = dict(
        connection.execute(
            f"WITH kept AS (SELECT * FROM batch JOIN judged USING (v) WHERE kind = 0) SELECT col, "
            f"list(v ORDER BY hash(v), v)[:{SHAPES}] FROM (SELECT col, v FROM kept UNION ALL (SELECT col, v FROM kept "
            f"QUALIFY {ranked} <= {FEW})) GROUP BY col"
        ).fetchall()
    )
    return {
        col: _Known(
            rows=int(rows),
            empty=int(empty),
            texts=int(texts),
            few=few.get(col, ()),
            words=tuple((value.text.lower(), value) for value in marked.get(col, ())),
            shapes=shapes.get(col, []),
            sums=sums[col],
        )
        for col, rows, empty, texts in sorted(whole)
    }


def _by_column(connection: duckdb.DuckDBPyConnection, query: str) -> dict[int, tuple[Value, ...]]:
    found: dict[int, tuple[Value, ...]] = {}
    for col, text, count, row in connection.execute(query).fetchall():
        found[col] = (*found.get(col, ()), Value(text, int(count), int(row)))
    return found
