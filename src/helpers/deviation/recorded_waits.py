"""Late cases without one of the waits that are recorded for them: the wait is cut out and the clocks run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from helpers.activity.reclock import Move
from helpers.deviation.clocks_again import Place, clocks_again
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
    return dict(_kept_without(measures, measure, tuple(waits), higher))


@lru_cache(maxsize=32)
def _kept_without(
    measures: Measures, measure: str, waits: tuple[Wait, ...], higher: bool
) -> Mapping[str, frozenset[Place]]:
    """See ``kept_without``; causes and options both ask for them. All waits go through the clocks together."""
    spec = measures.year.measures[measure]
    kept = f"(({spec.value}\n) IS TRUE)"
    late = f"NOT {kept}" if higher else kept
    where = f"({spec.where}\n) AND {late}" if spec.where else late
    again = clocks_again(measures, measure, where)
    moves = _moves(measures, again.table, waits, where)
    return {
        wait.words: frozenset(
            place
            for place, (counted, good) in zip(again.places, judged, strict=True)
            if place in moved and counted and good == higher
        )
        for wait, judged, moved in zip(
            waits, again.judged(*moves), [{move[:2] for move in own} for own in moves], strict=True
        )
    }


def _moves(measures: Measures, table: str, waits: Sequence[Wait], where: str) -> list[list[Move]]:
    """For each wait each case that waited: its place, and in seconds when the wait began and ended; then it ends as it
    begins."""

    def seconds(column: str) -> str:
        return f"epoch_us(CAST({identifier(column)} AS TIMESTAMP)) // 1000000"

    asked = {"file": "source_file", "row": "source_row"}
    for at, wait in enumerate(waits):
        asked |= {
            f"since{at}": f"greatest({seconds(wait.start)}, {seconds(wait.opened)})",
            f"until{at}": f"least({seconds(wait.end)}, {seconds(wait.ended)})",
            f"whole{at}": " AND ".join(f"{identifier(c)} IS NOT NULL" for c in (wait.start, wait.end, wait.ended)),
        }
    columns = measures.select(table, asked, where).to_pydict()
    places = list(zip(columns["file"], columns["row"], strict=True))
    moves = []
    for at in range(len(waits)):
        own = zip(places, *(columns[f"{name}{at}"] for name in ("since", "until", "whole")), strict=True)
        moves.append(
            [
                (*place, since, until, since)
                for place, since, until, whole in own
                if whole and since is not None and until > since
            ]
        )
    return moves
