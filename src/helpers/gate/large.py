"""A table too large for one data frame: each rule sees only its columns, and of those only what can differ.

Nothing is sampled. Where the verdict on a row depends on one value alone, Great Expectations judges
each value once and every row takes its value's verdict; where the rows nearest to a bound decide (a
range, an order of two columns), it judges these, and all rows if one of them fails; for uniqueness it
judges the rows that share a value with another one; all else is judged on whole columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from helpers.gate import adapter, frames
from helpers.gate.builtin_rules import Rule, columns_of_rule
from helpers.gate.result import LISTED
from helpers.measures.database import open_tables
from helpers.year.engine import identifier
from helpers.year.expressions import ExpressionError

if TYPE_CHECKING:
    from helpers.year.fiscal import FiscalYear
    from helpers.year.load import Year

#: Tables of more rows are judged from the file.
MANY = 300_000
#: Columns of more different values are judged whole.
DISTINCT = 50_000

NULLNESS = frozenset({"expect_column_values_to_not_be_null", "expect_column_values_to_be_null"})
BY_VALUE = (
    NULLNESS
    | {
        f"expect_column_values_to_{what}"
        for what in (
            "be_between",
            "be_in_set",
            "not_be_in_set",
            "match_regex",
            "not_match_regex",
            "match_regex_list",
            "not_match_regex_list",
            "match_strftime_format",
            "be_dateutil_parseable",
            "be_json_parseable",
        )
    }
    | {f"expect_column_value_lengths_to_{what}" for what in ("be_between", "equal")}
)
BETWEEN, GREATER = "expect_column_values_to_be_between", "expect_column_pair_values_a_to_be_greater_than_b"
ORDERED = frozenset({"TIMESTAMP", "DATE", "DOUBLE", "BIGINT", "INTEGER", "DECIMAL(18,2)"})
UNIQUE = frozenset({"expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"})


@dataclass(frozen=True)
class TidyFile:
    """A tidy table where it lies; ``len`` is its number of rows."""

    path: Path
    fiscal: FiscalYear | None = None

    def __len__(self) -> int:
        return int(pyarrow.parquet.read_metadata(self.path).num_rows)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(pyarrow.parquet.read_schema(self.path).names)


def tidy_tables(folder: Path, year: Year) -> dict[str, pd.DataFrame | TidyFile]:
    """The tidy tables of a year, the large ones left in their files."""
    found: dict[str, pd.DataFrame | TidyFile] = {}
    for table in year.year.tables:
        file = TidyFile(folder / f"{table}.parquet", year.fiscal)
        found[table] = file if len(file) > MANY else frames.read_tables(folder, [table])[table]
    return found


@dataclass(frozen=True)
class Verdict:
    """What a rule found in a file: the outcome, how many rows fail, and the first of them as a frame
    with the rule's columns and the source position."""

    outcome: adapter.Outcome
    failing: int
    rows: pd.DataFrame


@contextmanager
def opened(file: TidyFile) -> Iterator[Callable[[Rule, Mapping[str, str]], Verdict]]:
    """A judge of rules on a file, given the SQL types of its columns. It raises ``ExpressionError`` where a
    rule's ``where`` cannot be evaluated."""
    with open_tables({"t": file.path}, file.fiscal) as connection:

        def judge(rule: Rule, types: Mapping[str, str]) -> Verdict:
            judged = _Judged(connection, rule, types)
            try:
                judged.restrict()
            except duckdb.Error as error:
                raise ExpressionError(str(error).splitlines()[0]) from error
            return judged.verdict()

        yield judge


class _Judged:
    """One rule over the relation ``part``: the rows it is about, in the order of the file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, rule: Rule, types: Mapping[str, str]) -> None:
        self.connection, self.rule, self.types = connection, rule, types
        self.columns = columns_of_rule(rule.arguments)

    def restrict(self) -> None:
        where = f" WHERE ({self.rule.where}\n)" if self.rule.where else ""
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW part AS SELECT * FROM t{where}")
        self.total = self._one("SELECT count(*) FROM part")

    def verdict(self) -> Verdict:
        plain = float(self.rule.arguments.get("mostly", 1)) == 1
        if plain and self.rule.expectation in BY_VALUE and len(self.columns) == 1 and self._few():
            values = self._values()
            if values is not None:
                return self._by_value(values)
        if plain and self.rule.expectation in UNIQUE and self.columns:
            return self._unique()
        if plain and self._nearest_keep():
            return Verdict(adapter.Outcome(True, self.total), 0, self._listed("false"))
        named = ", ".join(map(identifier, self.columns)) or "NULL AS _nothing"
        (outcome,) = self._gx(self._table(f"SELECT {named} FROM part"))
        places = ", ".join(map(str, outcome.positions[:LISTED])) or "NULL"
        numbered = "SELECT *, row_number() OVER () - 1 AS _position FROM part"
        return Verdict(
            self._counted(outcome), len(outcome.positions), self._listed(f"_position IN ({places})", numbered)
        )

    def _nearest_keep(self) -> bool:
        """Whether the rows nearest to the rule's bounds keep it: then every row does."""
        if {self.types.get(column) for column in self.columns} - ORDERED:
            return False
        if self.rule.expectation == BETWEEN and len(self.columns) == 1:
            (column,) = map(identifier, self.columns)
            query = f"SELECT unnest([min({column}), max({column})]) AS {column} FROM part"
        elif self.rule.expectation == GREATER and self.rule.arguments.get("ignore_row_if") == "either_value_is_missing":
            a, b = map(identifier, self.columns)
            apart = " - ".join(
                f"epoch_us(CAST({c} AS TIMESTAMP))" if self.types[n] in ("TIMESTAMP", "DATE") else c
                for c, n in ((a, self.columns[0]), (b, self.columns[1]))
            )
            query = f"SELECT arg_min({a}, {apart}) AS {a}, arg_min({b}, {apart}) AS {b} FROM part"
        else:
            return False
        (outcome,) = self._gx(self._table(query))
        return outcome.success is True

    def _few(self) -> bool:
        """Moments and measurements seldom repeat: counting their values would be for nothing."""
        return self.rule.expectation in NULLNESS or self.types.get(self.columns[0]) not in ("TIMESTAMP", "DOUBLE")

    def _values(self) -> pd.DataFrame | None:
        """Each different value with its number of rows; None where there are too many."""
        column = identifier(self.columns[0])
        if self.rule.expectation in NULLNESS:
            query = f"SELECT any_value({column}) AS {column}, count(*) AS _rows FROM part GROUP BY {column} IS NULL"
        else:
            query = f"SELECT {column}, count(*) AS _rows FROM part GROUP BY {column} LIMIT {DISTINCT + 1}"
        found = self._table(f"SELECT * FROM ({query}) ORDER BY {column} NULLS LAST")
        return found if len(found) <= DISTINCT else None

    def _by_value(self, values: pd.DataFrame) -> Verdict:
        (outcome,) = self._gx(values[self.columns])
        failing = values.iloc[list(outcome.positions)]
        number = int(failing["_rows"].sum())
        column = identifier(self.columns[0])
        if not number:
            return Verdict(self._counted(outcome), 0, self._listed("false"))
        if self.rule.expectation in NULLNESS:
            return Verdict(
                self._counted(outcome),
                number,
                self._listed(f"{column} IS {'NULL' if failing[self.columns[0]].isna().any() else 'NOT NULL'}"),
            )
        self.connection.register("failing_values", pa.Table.from_pandas(failing[self.columns], preserve_index=False))
        kind = self.types.get(self.columns[0], "VARCHAR")
        return Verdict(
            self._counted(outcome),
            number,
            self._listed(f"{column} IN (SELECT CAST({column} AS {kind}) FROM failing_values)"),
        )

    def _unique(self) -> Verdict:
        """Rows whose values no other row has are unique; Great Expectations judges the others."""
        named = ", ".join(map(identifier, self.columns))
        twice = f"SELECT hash({named}) AS _hash FROM part GROUP BY 1 HAVING count(*) > 1"
        shared = self._table(
            f"SELECT {named}, source_file, source_row FROM (SELECT *, hash({named}) AS _hash FROM part) "
            f"SEMI JOIN ({twice}) USING (_hash) ORDER BY source_file, source_row"
        )
        (outcome,) = self._gx(shared[self.columns])
        listed = shared.iloc[list(outcome.positions[:LISTED])].reset_index(drop=True)
        return Verdict(self._counted(outcome), len(outcome.positions), listed)

    def _gx(self, frame: pd.DataFrame) -> list[adapter.Outcome]:
        judged = frames.judged_frame(frame, self.types)
        return adapter.judge(judged, [(self.rule.expectation, self.rule.arguments)], self.types)

    def _counted(self, outcome: adapter.Outcome) -> adapter.Outcome:
        """The outcome over all rows that the rule is about."""
        return adapter.Outcome(outcome.success, self.total, (), outcome.observed, outcome.error)

    def _listed(self, where: str, relation: str = "SELECT * FROM part") -> pd.DataFrame:
        """The first rows of the relation for which this holds, with the rule's columns and their place."""
        named = "".join(f"{identifier(c)}, " for c in self.columns)
        return self._table(
            f"SELECT {named}source_file, source_row FROM ({relation}) WHERE {where} "
            f"ORDER BY source_file, source_row LIMIT {LISTED}"
        )

    def _table(self, query: str) -> pd.DataFrame:
        return frames.frame_of(self.connection.sql(query).to_arrow_table())

    def _one(self, query: str) -> int:
        return int(self.connection.execute(query).fetchall()[0][0])
