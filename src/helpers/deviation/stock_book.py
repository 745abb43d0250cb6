"""The book of the shelf: what is in stock at the end of the year, and how long an ordinary order takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.deviation.demands import Log
from helpers.deviation.stock import Lead, lead_of
from helpers.year.engine import identifier
from helpers.year.tidy import record_columns

if TYPE_CHECKING:
    from helpers.measures.figures import Measures


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """``on_hand``: pieces at the end of the year by part, those that the book knows; ``leads``: of orders that no
    single repair had placed, in seconds. ``reason``: why the book says nothing; it then has neither."""

    on_hand: Mapping[str, int] = field(default_factory=dict)
    leads: Mapping[str, Lead] = field(default_factory=dict)
    reason: str | None = None


def read_shelf(measures: Measures, log: Log) -> Shelf:
    """The year's book as declared by ``spares.moves``.

    A line whose kind is neither received nor issued makes the stock of its part unknown, as does a stock below
    nothing: the book then lacks a line."""
    spec = log.spec.moves
    if spec is None:
        return Shelf(reason="未声明备件出入库（spares.moves），不知道现有库存")
    known = {*spec.received, *spec.issued}
    left: dict[str, int] = {}
    unknown: set[str] = set()
    orders: dict[str, list[tuple[int, int]]] = {}
    for row in measures.select(spec.table, _columns(log, measures)).to_pylist():
        part, kind, quantity = row["part"], row["kind"], row["quantity"]
        if not part:
            continue
        if kind not in known or quantity is None:
            unknown.add(part)
            continue
        left[part] = left.get(part, 0) + (quantity if kind in spec.received else -quantity)
        if kind in spec.received and row["ordered"] is not None and row["moved"] is not None:
            orders.setdefault(part, []).append((row["ordered"], row["moved"]))
    if not left and not unknown:
        return Shelf(reason="备件出入库没有本年度的记录，不知道现有库存")
    on_hand = {part: n for part, n in sorted(left.items()) if n >= 0 and part not in unknown}
    return Shelf(on_hand=on_hand, leads=_ordinary(log, orders))


def _columns(log: Log, measures: Measures) -> dict[str, str]:
    spec = log.spec.moves
    assert spec is not None
    kinds = record_columns(measures.year.year.tables[spec.table])

    def seconds(column: str | None) -> str:
        if column is None or kinds.get(column) != "TIMESTAMP":
            return "CAST(NULL AS BIGINT)"
        return f"epoch_us(CAST({identifier(column)} AS TIMESTAMP)) // 1000000"

    return {
        "part": f"trim(CAST({identifier(spec.part)} AS VARCHAR))",
        "kind": f"trim(CAST({identifier(spec.kind)} AS VARCHAR))",
        "quantity": f"CAST({identifier(spec.quantity)} AS BIGINT)",
        "moved": seconds(spec.moved),
        "ordered": seconds(spec.ordered),
    }


def _ordinary(log: Log, orders: Mapping[str, list[tuple[int, int]]]) -> dict[str, Lead]:
    """Lead times of orders that are no repair's own; of those placed before the year nobody can say whose they were."""
    repairs = {(d.part, d.ordered) for d in log.demands if d.ordered is not None}
    found = {}
    for part, pairs in sorted(orders.items()):
        lead = lead_of([m - o for o, m in pairs if m >= o >= log.start and (part, o) not in repairs])
        if lead is not None:
            found[part] = lead
    return found
