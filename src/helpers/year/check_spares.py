"""What the declared spare parts and fleet say about tables, columns and measures of the same year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from helpers.indicators import parse_money
from helpers.year.check_tables import DATES, Path_, expression, unknown
from helpers.year.faults import Fault
from helpers.year.load import Lines, Year
from helpers.year.tables import Table
from helpers.year.tidy import record_columns, tidy_columns

NUMBERS = ("DOUBLE", "BIGINT", "DECIMAL")


def check_spares(year: Year) -> Iterator[Fault]:
    """Faults of ``spares`` that show only beside the tables and measures."""
    spec, lines, path = year.year.spares, year.lines["year.yml"], ("spares",)
    if spec is None:
        return
    table = year.year.tables.get(spec.table)
    if table is None:
        yield unknown(lines, (*path, "table"), "表", spec.table, year.year.tables)
        return
    yield from _columns(lines, path, table, [("part", spec.part), ("model", spec.model)])
    dates = [(key, getattr(spec, key)) for key in ("opened", "resolved", "needed", "ordered", "arrived")]
    yield from _columns(lines, path, table, dates, dates=True)
    if spec.where is not None:
        yield from expression(lines, (*path, "where"), spec.where, tidy_columns(table), True)
    measure = year.measures.get(spec.measure)
    if measure is None:
        yield unknown(lines, (*path, "measure"), "度量", spec.measure, year.measures)
    elif measure.agg != "share" or measure.table != spec.table:
        yield lines.fault(
            "not_replayable", (*path, "measure"), f"推演要用 {spec.table} 表上的占比（agg: share）", value=spec.measure
        )
    if spec.catalogue is not None:
        yield from _catalogue(year, (*path, "catalogue"))
    if spec.moves is not None:
        yield from _moves(year, (*path, "moves"))


def _moves(year: Year, path: Path_) -> Iterator[Fault]:
    """The book of the shelf: its columns, a number of pieces, and no kind that goes both ways."""
    assert year.year.spares is not None
    spec, lines = year.year.spares.moves, year.lines["year.yml"]
    assert spec is not None
    table = year.year.tables.get(spec.table)
    if table is None:
        yield unknown(lines, (*path, "table"), "表", spec.table, year.year.tables)
        return
    yield from _columns(lines, path, table, [("part", spec.part), ("kind", spec.kind), ("quantity", spec.quantity)])
    yield from _columns(lines, path, table, [("moved", spec.moved), ("ordered", spec.ordered)], dates=True)
    if not tidy_columns(table).get(spec.quantity, "BIGINT").startswith("BIGINT"):
        yield lines.fault(
            "not_a_number",
            (*path, "quantity"),
            f"{spec.quantity} 不是件数列",
            hint=f"在 columns.{spec.quantity} 里写 type: integer",
        )
    for kind in sorted({*spec.received} & {*spec.issued}):
        yield lines.fault("both_ways", (*path, "issued"), f"“{kind}”既写在 received 又写在 issued", value=kind)


def _catalogue(year: Year, path: Path_) -> Iterator[Fault]:
    assert year.year.spares is not None
    spec, lines = year.year.spares.catalogue, year.lines["year.yml"]
    assert spec is not None
    table = year.year.tables.get(spec.table)
    if table is None:
        yield unknown(lines, (*path, "table"), "表", spec.table, year.year.tables)
        return
    yield from _columns(lines, path, table, [("part", spec.part), ("name", spec.name)])
    yield from _price(lines, (*path, "price"), table, spec.price)


def check_fleet(year: Year) -> Iterator[Fault]:
    """Faults of ``fleet`` that show only beside the tables."""
    spec, lines, path = year.year.fleet, year.lines["year.yml"], ("fleet",)
    if spec is None:
        return
    if spec.budget is not None:
        try:
            parse_money(spec.budget)
        except ValueError as error:
            yield lines.fault(
                "bad_money", (*path, "budget"), str(error), value=spec.budget, hint="写成 20万元 或 200000元"
            )
    table = year.year.tables.get(spec.table)
    if table is None:
        yield unknown(lines, (*path, "table"), "表", spec.table, year.year.tables)
    else:
        yield from _columns(lines, path, table, [("id", spec.id), ("model", spec.model), ("kind", spec.kind)])
        yield from _columns(lines, path, table, [("bought", spec.bought), ("retired", spec.retired)], dates=True)
        yield from _price(lines, (*path, "price"), table, spec.price)
        if spec.where is not None:
            yield from expression(lines, (*path, "where"), spec.where, tidy_columns(table), True)
    place, failures = (*path, "failures"), spec.failures
    other = year.year.tables.get(failures.table)
    if other is None:
        yield unknown(lines, (*place, "table"), "表", failures.table, year.year.tables)
        return
    yield from _columns(lines, place, other, [("device", failures.device), ("model", failures.model)])
    yield from _columns(lines, place, other, [("at", failures.at)], dates=True)
    if failures.where is not None:
        yield from expression(lines, (*place, "where"), failures.where, tidy_columns(other), True)


def _columns(
    lines: Lines, path: Path_, table: Table, named: Sequence[tuple[str, str | None]], *, dates: bool = False
) -> Iterator[Fault]:
    """Columns that are not there, or are no dates: those of a date come from the records, not from a clock."""
    known = record_columns(table) if dates else tidy_columns(table)
    for key, column in named:
        if column is None:
            continue
        if column not in known:
            yield unknown(
                lines,
                (*path, key),
                "日期列" if dates else "列",
                column,
                [c for c in known if not dates or known[c] in DATES],
            )
        elif dates and known[column] not in DATES:
            yield lines.fault(
                "not_a_date", (*path, key), f"{column} 不是日期列", hint=f"在 columns.{column} 里写 type: datetime"
            )


def _price(lines: Lines, path: Path_, table: Table, column: str | None) -> Iterator[Fault]:
    columns = tidy_columns(table)
    if column is None:
        return
    if column not in columns:
        yield unknown(lines, path, "列", column, columns)
    elif not columns[column].startswith(NUMBERS):
        yield lines.fault("not_a_number", path, f"{column} 不是金额列", hint=f"在 columns.{column} 里写 type: money")
