"""Late cases without one of the waits that are recorded for them: the wait is cut out and the clocks run again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from helpers.deviation.clocks_again import Move, Place, clocks_again
from helpers.year.engine import identifier
from helpers.year.tidy import record_columns

if TYPE_CHECKING:
    from helpers.measures.figures import Measures
    from helpers.year.load import Year

PARTS_WAIT = "等待备件"


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Time of a case that is recorded as waiting, between two of its moments; within ``opened`` and ``ended`` only.

    ``parts``: it is the wait for a spare part."""

    words: str
    start: str
    end: str
    opened: str
    ended: str
    parts: bool


def waits_of(year: Year, name: str) -> tuple[Wait, ...]:
    """The waits of a table: its declared states, and the arrival of spare parts where no state says it.

    Days without times cannot be cut out to the second and are left out."""
    table, spec = year.year.tables[name], year.year.spares
    ordered = (spec.ordered, spec.arrived) if spec is not None and spec.table == name and spec.ordered else None
    found: list[Wait] = []
    if table.states:
        ends = (table.states.start, table.states.end)
        found = [
            Wait(
                words=p.words,
                start=p.start,
                end=p.end,
                opened=ends[0],
                ended=ends[1],
                parts=(p.start, p.end) == ordered,
            )
            for p in table.states.parts
        ]
    if spec is not None and ordered and not any(wait.parts for wait in found):
        words = PARTS_WAIT if all(wait.words != PARTS_WAIT for wait in found) else "备件到货"
        start, end = str(spec.ordered), str(spec.arrived)
        found.append(Wait(words=words, start=start, end=end, opened=spec.opened, ended=spec.resolved, parts=True))
    kinds = record_columns(table)
    return tuple(w for w in found if all(kinds.get(c) == "TIMESTAMP" for c in (w.start, w.end, w.opened, w.ended)))


def kept_without(
    measures: Measures, measure: str, waits: Sequence[Wait], *, higher: bool = True
) -> dict[str, frozenset[Place]]:
    """For each wait, by its words, the late cases that would have been in time without it.

    ``measure``: a share; ``higher``: its condition is what a case should keep. A case that has no end stays late.
    Raises ``CannotReclock``, ``QueryStopped``, ``CalendarUnknown``.
    """
    return {wait.words: _kept_without(measures, measure, wait, higher) for wait in waits}


@lru_cache(maxsize=32)
def _kept_without(measures: Measures, measure: str, wait: Wait, higher: bool) -> frozenset[Place]:
    """The late cases of one wait; causes and options both ask for them."""
    spec = measures.year.measures[measure]
    kept = f"(({spec.value}\n) IS TRUE)"
    late = f"NOT {kept}" if higher else kept
    where = f"({spec.where}\n) AND {late}" if spec.where else late
    again = clocks_again(measures, measure, where)
    moves = _moves(measures, again.table, wait, where)
    moved = {(file, row) for file, row, *_ in moves}
    (judged,) = again.judged(moves)
    return frozenset(
        place
        for place, (counted, good) in zip(again.places, judged, strict=True)
        if place in moved and counted and good == higher
    )


def _moves(measures: Measures, table: str, wait: Wait, where: str) -> list[Move]:
    """Each case that waited: its place, and in seconds when the wait began and ended; then it ends as it begins."""

    def seconds(column: str) -> str:
        return f"epoch_us(CAST({identifier(column)} AS TIMESTAMP)) // 1000000"

    rows = measures.select(
        table,
        {
            "file": "source_file",
            "row": "source_row",
            "since": f"greatest({seconds(wait.start)}, {seconds(wait.opened)})",
            "until": f"least({seconds(wait.end)}, {seconds(wait.ended)})",
            "ended": seconds(wait.ended),
            "both": f"{identifier(wait.start)} IS NOT NULL AND {identifier(wait.end)} IS NOT NULL",
        },
        where,
    ).to_pylist()
    return [
        (r["file"], r["row"], r["since"], r["until"], r["since"])
        for r in rows
        if r["both"] and r["ended"] is not None and r["since"] is not None and r["until"] > r["since"]
    ]
