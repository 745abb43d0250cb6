"""The shelf: what came in, what went into which repair; it never goes below nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tools.example_data.clock import at, work_later, workday_after
from tools.example_data.facts import Facts
from tools.example_data.fleet import PARTS
from tools.example_data.tickets import Ticket

#: Kept on the shelf: on hand at the beginning of the first year, how many are bought at a time.
LOTS = {"KBM-U1": (12, 10), "ROL-3050": (8, 8), "HDD-1T": (0, 10), "RAM-8G": (0, 10)}
REORDER_AT = 3


@dataclass(frozen=True)
class Move:
    """One line of the stock book; ``ordered_at`` and ``supplier`` only where something came in."""

    moved_at: datetime
    part: str
    kind: str
    quantity: int
    ticket: str = ""
    ordered_at: datetime | None = None
    supplier: str = ""
    id: str = ""


def book(
    facts: Facts, tickets: Iterable[Ticket], opening: dict[str, int], carried: Iterable[Move] = ()
) -> tuple[list[Move], dict[str, int], list[Move]]:
    """The year's movements in order of time; what is on hand at its end; what only the next year's book
    will show (``carried`` there): parts of this year's repairs that arrive after it."""
    used = [t for t in tickets if t.part]
    moves = [
        Move(at(workday_after(date(facts.year, 1, 1), 1), 8, 30), part, "期初", quantity)
        for part, quantity in sorted(opening.items())
        if quantity
    ]
    moves += [move for t in used if t.source == "采购" and t.part_arrived_at for move in _through(t)]
    for part in LOTS:
        issued = sorted((t for t in used if t.part == part and t.source == "库存"), key=lambda t: t.opened_at)
        since = next((need.since for need in facts.parts if need.part == part), None)
        moves += _shelf(part, issued, opening.get(part, 0), at(since, 8, 45) if since else None)
    later = [m for m in moves if m.moved_at.year > facts.year]
    moves = [*carried, *(m for m in moves if m.moved_at.year == facts.year)]
    moves.sort(key=lambda m: (m.moved_at, m.part, {"期初": 0, "入库": 1, "出库": 2}[m.kind], m.ticket))
    numbered = [replace(m, id=f"BJ{facts.year % 100}{n:04d}") for n, m in enumerate(moves, start=1)]
    return numbered, _on_hand(numbered), later


def _through(ticket: Ticket) -> list[Move]:
    """Bought for one repair: in on arrival, out at once."""
    assert ticket.part_arrived_at is not None
    return [
        Move(ticket.part_arrived_at, ticket.part, "入库", 1, "", ticket.part_ordered_at, PARTS[ticket.part].supplier),
        Move(ticket.part_arrived_at + timedelta(minutes=10), ticket.part, "出库", 1, ticket.id),
    ]


def _shelf(part: str, issued: list[Ticket], on_hand: int, first: datetime | None) -> list[Move]:
    """Taken from the shelf; bought again when few are left, there after two working days."""
    lot, supplier = LOTS[part][1], PARTS[part].supplier
    moves, coming = [], []
    if first:
        coming.append((first, first - timedelta(days=7)))
    for ticket in issued:
        assert ticket.diagnosed_at is not None
        taken = ticket.diagnosed_at + timedelta(minutes=5)
        while coming and coming[0][0] <= taken:
            arrived, ordered = coming.pop(0)
            moves.append(Move(arrived, part, "入库", lot, "", ordered, supplier))
            on_hand += lot
        on_hand -= 1
        moves.append(Move(taken, part, "出库", 1, ticket.id))
        if on_hand <= REORDER_AT and not coming:
            ordered = work_later(taken, 60)
            coming.append((at(workday_after(ordered.date(), 2), 10), ordered))
    return moves


def _on_hand(moves: Iterable[Move]) -> dict[str, int]:
    left: dict[str, int] = {}
    for move in moves:
        left[move.part] = left.get(move.part, 0) + (-move.quantity if move.kind == "出库" else move.quantity)
        if left[move.part] < 0:
            raise ValueError(f"{move.part} below nothing at {move.moved_at}")
    return left
