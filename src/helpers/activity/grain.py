"""An event log as one row per case, set-wise: the events of a case in order, and what they tell."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from helpers.activity import sql
from helpers.activity.errors import ExportError
from helpers.year.declared_grain import Attribute, Grain, Moment
from helpers.year.engine import identifier, literal, literals
from helpers.year.faults import did_you_mean
from helpers.year.fiscal import FiscalYear
from helpers.year.tables import Table
from helpers.year.tidy import record_columns

NO_OPENING = "没有受理的事件"
NO_RESOLUTION = "没有完成的事件"
_FLAGS = ("opens", "resolves", "closes", "suspends", "resumes")


def build(connection: duckdb.DuckDBPyConnection, spec: Table, grain: Grain, fiscal: FiscalYear) -> None:
    """From ``judged`` events make ``cases`` and ``holds``; the events of a case that is set aside get
    its reason in ``judged``.

    ``cases`` has the columns of the case, ``source_file``, ``source_row`` and ``_file_no`` of its first
    event, and ``_reason``. ``holds``: the case, ``s`` and ``e`` (empty: until the clock ends).
    """
    _refuse_unordered(connection, spec, grain)
    connection.execute(f"CREATE TABLE events AS {_events(grain, fiscal)}")
    connection.execute(f"CREATE TABLE holds AS {_holds(grain)}")
    connection.execute(f"CREATE TABLE cases AS {_cases(spec, grain, fiscal)}")
    same = " AND ".join(f"judged_rows.{identifier(c)} = cases.{identifier(c)}" for c in grain.case)
    connection.execute(
        "UPDATE judged_rows SET _scope = cases._reason FROM cases WHERE cases._reason IS NOT NULL AND "
        f"coalesce(judged_rows._first, judged_rows._again, judged_rows._scope) IS NULL AND {same}"
    )
    connection.execute("DROP TABLE events")


def records(spec: Table) -> str:
    """The cases that are used, in the order of their first events in the source."""
    own = ", ".join(identifier(c) for c in record_columns(spec))
    return (
        f"SELECT {own}, source_file, source_row, _file_no FROM cases WHERE _reason IS NULL "
        "ORDER BY _file_no, source_row"
    )


def _case(grain: Grain) -> str:
    return ", ".join(identifier(c) for c in grain.case)


def _events(grain: Grain, fiscal: FiscalYear) -> str:
    """The used events with ``_seq`` (their place in the case), a flag for each declared moment, and
    ``_idle``: whether the case is resolved or closed after the event."""
    said = grain.expressions()
    flags = [f"coalesce(({said[f]}\n), false) AS _{f}" if f in said else f"false AS _{f}" for f in _FLAGS]
    order = f"PARTITION BY {_case(grain)} ORDER BY {identifier(grain.time)}, _file_no, source_row"
    return (
        f"SELECT *, row_number() OVER ({order}) AS _seq, _resolves OR _closes AS _idle "
        f"FROM (SELECT * EXCLUDE (year_start, year_end), {', '.join(flags)} "
        f"FROM ({sql.given('SELECT * FROM judged WHERE _reason IS NULL', fiscal)}))"
    )


def _holds(grain: Grain) -> str:
    """The intervals on hold: from a suspending event to the next that ends the hold."""
    if not grain.suspends:
        return f"SELECT {_case(grain)}, CAST(NULL AS TIMESTAMP) AS s, CAST(NULL AS TIMESTAMP) AS e FROM events LIMIT 0"
    ends = "_resumes OR _idle" if grain.resumes else "true"
    time = f"CAST({identifier(grain.time)} AS TIMESTAMP)"
    return (
        f"SELECT {_case(grain)}, s, e FROM (SELECT {_case(grain)}, {time} AS s, _suspends AND NOT _idle AS _held, "
        f"lead({time}) OVER (PARTITION BY {_case(grain)} ORDER BY _seq) AS e "
        f"FROM events WHERE _suspends OR {ends}) WHERE _held"
    )


def _cases(spec: Table, grain: Grain, fiscal: FiscalYear) -> str:
    made = grain.made()
    time = f"CAST({identifier(grain.time)} AS TIMESTAMP)"
    opens = _at(grain.opens, "_opens", time, "first") if grain.opens else f"min({time})"
    values = {
        "opened_at": opens,
        "resolved_at": _at(grain.resolves, "_resolves", time, "last"),
        "closed_at": _at(grain.closes, "_closes", time, "last"),
        "events": "count(*)",
        "reopened": "count(*) FILTER (WHERE NOT _idle AND _was_idle)",
    }
    values |= {c: _attribute(a, spec) for c, a in grain.attributes.items()}
    picked = [f"{values[c]} AS {identifier(c)}" for c in (*made, *grain.attributes) if c != "hold_seconds"]
    place = [f"arg_min({c}, _seq) AS {c}" for c in ("source_file", "source_row", "_file_no")]
    case = _case(grain)
    query = (
        f"SELECT {', '.join([case, *picked, *place])} FROM (SELECT *, "
        f"lag(_idle) OVER (PARTITION BY {case} ORDER BY _seq) AS _was_idle FROM events) GROUP BY {case}"
    )
    if "hold_seconds" in made:
        query = (
            f"SELECT c.*, coalesce(h.held, 0) AS hold_seconds FROM ({query}) AS c LEFT JOIN (SELECT {case}, "
            f"CAST(sum(epoch_us(e) - epoch_us(s)) // 1000000 AS BIGINT) AS held FROM holds GROUP BY {case}) AS h "
            f"USING ({case})"
        )
    own = ", ".join(identifier(c) for c in record_columns(spec))
    query = f"SELECT {own}, source_file, source_row, _file_no, CAST(NULL AS VARCHAR) AS _reason FROM ({query})"
    return sql.with_reasons(query, list(_reasons(spec, grain, fiscal)), fiscal)


def _at(moment: Moment | None, flag: str, time: str, usual: str) -> str:
    take = (moment.take if moment else None) or usual
    picked = f" FILTER (WHERE {flag})" if moment is None or moment.when else ""
    return f"{'min' if take == 'first' else 'max'}({time}){picked}"


def _attribute(attribute: Attribute, spec: Table) -> str:
    column = identifier(attribute.source)
    if attribute.take != "worst":
        return (
            f"arg_{'min' if attribute.take == 'first' else 'max'}({column}, _seq) FILTER (WHERE {column} IS NOT NULL)"
        )
    if spec.columns[attribute.source].type != "text":
        return f"max({column})"
    order = f"[{literals(attribute.order)}]"
    return f"{order}[max(list_position({order}, {column}))]"


def _reasons(spec: Table, grain: Grain, fiscal: FiscalYear) -> Iterator[str]:
    if grain.without_opening == "set_aside":
        yield f"WHEN opened_at IS NULL THEN {literal(NO_OPENING)}"
    if grain.without_resolution == "set_aside":
        done = "resolved_at" if grain.resolves else "closed_at"
        yield f"WHEN {done} IS NULL THEN {literal(NO_RESOLUTION)}"
    yield from (f"WHEN ({scope.where}\n) THEN {literal(scope.why)}" for scope in grain.out_of_scope)
    yield from (f"WHEN {where} THEN {literal(why)}" for where, why in sql.misplaced(spec, fiscal))


def _refuse_unordered(connection: duckdb.DuckDBPyConnection, spec: Table, grain: Grain) -> None:
    """A value that the declared order from mildest to worst does not know would be overlooked."""
    for column, attribute in grain.attributes.items():
        if attribute.take != "worst" or not attribute.order:
            continue
        cell = identifier(attribute.source)
        found = connection.execute(
            f"SELECT source_file, source_row, {cell} FROM judged WHERE _reason IS NULL AND {cell} IS NOT NULL "
            f"AND {cell} NOT IN ({literals(attribute.order)}) ORDER BY _file_no, source_row LIMIT 5"
        ).fetchall()
        if found:
            raise ExportError(
                "order_unknown",
                found[0][0],
                f"列 {attribute.source} 的值不在 grain.attributes.{column} 的 order 里",
                rows=[(row, spec.shown(attribute.source, value)) for _, row, value in found],
                hint="把它写进 order 的相应位置，或用 synonyms 归并。"
                f"{did_you_mean(found[0][2], attribute.order) or ''}",
            )
