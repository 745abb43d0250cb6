"""The rows of a table, judged: what each says, why it is set aside, and at what cleaning stops rather than that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import duckdb

from helpers.activity import conventions, dates, not_records, sql
from helpers.activity.cells import Readings, declares_offsets
from helpers.activity.errors import ExportError
from helpers.activity.shared_hashes import shared_hashes
from helpers.activity.telling import Telling
from helpers.year.engine import literal
from helpers.year.fiscal import FiscalYear
from helpers.year.tables import Table

#: A list of values turned into a join would cost the rows their order.
KEEP_ORDER = "SET disabled_optimizers = 'in_clause'"


def judge(
    connection: duckdb.DuckDBPyConnection,
    spec: Table,
    required: Sequence[str],
    fiscal: FiscalYear,
    told: Telling,
    *,
    small: bool,
    labelled: bool,
) -> None:
    """``judged_rows`` and ``judged``; again where times turn out to have offsets, or dates to be in words. Dates and
    figures that stay open stop."""
    dates.refuse_clashes(connection, spec)
    said = [c for c in dates.date_columns(spec) if declares_offsets(spec.columns[c], spec)]
    zones = dates.zones_of(connection, spec, said) if said else {}
    forms = dates.forms_of(connection, spec) if small else {}
    readings = Readings(zones, conventions.numbers_of(connection, spec), forms=forms)
    judge_rows = partial(_judge_rows, connection, spec, required, fiscal, "true" if small else told.in_row())
    unread = judge_rows(readings)
    if unread:
        dated = dates.with_digits(connection, spec, unread)
        offsets = dates.with_offsets(connection, [c for c in dated if c not in zones])
        readings = replace(readings, zones={**zones, **dates.zones_of(connection, spec, offsets)})
        readings = replace(readings, words=dates.in_words(connection, spec, dated, readings))
        if offsets or readings.words:
            connection.execute("DROP TABLE judged_rows")
            unread = judge_rows(readings)
            dated = dates.with_digits(connection, spec, unread)
        foreign = _foreign(connection)
        if foreign:
            connection.execute("DROP TABLE judged_rows")
            unread = judge_rows(readings, foreign)
        dates.refuse_undeclared(connection, spec, dated, fiscal.number)
        conventions.refuse_foreign(connection, spec, unread)
    not_records.recognise(connection, spec, told, labelled=labelled)
    connection.execute("RESET disabled_optimizers")
    for find, set_aside in sql.comparisons(spec, shared_hashes(connection, small=small)):
        if connection.execute(find).fetchall()[0][0]:
            connection.execute(set_aside)
    connection.execute(KEEP_ORDER)
    connection.execute(f"CREATE VIEW judged AS {sql.judged(spec)}")


def _foreign(connection: duckdb.DuckDBPyConnection) -> list[int]:
    """The files of which most rows seem shifted: a stray delimiter shifts single rows, not a file."""
    shifted = f"count(*) FILTER (WHERE _first = {literal(sql.SHIFTED_ROW)})"
    found = connection.execute(
        f"SELECT _file_no FROM judged_rows GROUP BY _file_no HAVING {shifted} * 2 > count(*) ORDER BY _file_no"
    ).fetchall()
    return [number for (number,) in found]


def _judge_rows(
    connection: duckdb.DuckDBPyConnection,
    spec: Table,
    required: Sequence[str],
    fiscal: FiscalYear,
    told: str,
    readings: Readings,
    foreign: Sequence[int] = (),
) -> list[str]:
    """``judged_rows``, the texts of those with unreadable cells as ``unread``, and the columns of these cells."""
    connection.execute(
        f"CREATE TABLE judged_rows AS {sql.judged_rows(spec, readings, required, fiscal, told, foreign)}"
    )
    columns = connection.execute(
        "SELECT DISTINCT unnest(_unreadable) AS c FROM judged_rows WHERE _unreadable IS NOT NULL ORDER BY c"
    ).fetchall()
    if columns:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE unread AS SELECT texts.*, _unreadable, _scope FROM texts "
            "JOIN (SELECT _file_no, source_row, _unreadable, _scope FROM judged_rows WHERE _unreadable IS NOT NULL) "
            "USING (_file_no, source_row)"
        )
    return [column for (column,) in columns]


def refuse_impossible(connection: duckdb.DuckDBPyConnection, spec: Table, fiscal: FiscalYear) -> None:
    """Stop at rows of the kinds that the declaration stops at rather than setting them aside."""
    stops = [sql.SHIFTED_ROW] if spec.checks.shifted == "stop" else []
    stops += [why for _, why in sql.impossible(spec, fiscal)] if spec.checks.impossible == "stop" else []
    for why in stops:
        rows = connection.execute(
            f"SELECT source_file, source_row FROM judged WHERE _reason = {literal(why)} ORDER BY _file_no, source_row"
        ).fetchall()
        if rows:
            raise ExportError(
                "impossible_rows",
                rows[0][0],
                f"有 {len(rows)} 行{why}",
                rows=[(row, file) for file, row in rows],
                hint="在来源系统改正后重新导出，或用 corrections.yml 更正；确实可以剔除的，在 checks 里写 set_aside",
            )
