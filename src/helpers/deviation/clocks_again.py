"""Rows under a declared share gone through again: waits moved, the table's clocks run, the condition judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from helpers.activity.calendar import CalendarUnknown
from helpers.activity.reclock import ORDER, CannotReclock, Move, reclocked
from helpers.measures.database import QueryStopped
from helpers.measures.rejudge import judge_query, judgement
from helpers.measures.row_blocks import spans
from helpers.year.engine import identifier
from helpers.year.tidy import record_columns

if TYPE_CHECKING:
    import pyarrow as pa

    from helpers.measures.figures import Measures

#: A case by its place in the exports: file and row.
Place = tuple[str, int]
#: Whether a row counts for the share, and whether it keeps its condition.
Judgement = tuple[bool, bool]

#: The columns of a row's judgement, beside its own.
JUDGED = ("_counts", "_keeps")
#: So many rows are gone through at one time, and so many judgements kept for whoever asks again.
AT_ONCE = 100_000


@dataclass(kw_only=True, eq=False)
class ClocksAgain:
    """The rows of a measure, in the order of their ``places``; ``recorded``: how each is judged as it stands.

    ``shown``: whether the clocks have shown that they can be run again; ``known``: how moved rows are judged.
    """

    measures: Measures
    measure: str
    table: str
    records: pa.Table
    places: tuple[Place, ...]
    recorded: tuple[Judgement, ...]
    shown: bool = False
    known: dict[Move, Judgement] = field(default_factory=dict, repr=False)

    def judged(self, *scenarios: Sequence[Move]) -> list[list[Judgement]]:
        """How each row would be judged, for each scenario. Raises ``CannotReclock``, ``QueryStopped``,
        ``CalendarUnknown``; the first also where the clocks, run as it stands, give not what the tidy table has.

        A row that is not moved is judged as recorded: clocks and conditions know no other row of the table.
        """
        recorded = dict(zip(self.places, self.recorded, strict=True))
        scenarios = tuple([move for move in moves if move[:2] in recorded] for moves in scenarios)
        moved = self._moved(list(dict.fromkeys(move for moves in scenarios for move in moves)))
        return [list({**recorded, **{move[:2]: moved[move] for move in moves}}.values()) for moves in scenarios]

    def _moved(self, moves: Sequence[Move]) -> dict[Move, Judgement]:
        """How the row of each move is judged after it. All that are new go through the clocks together, the first time
        with every row as it stands: to prepare the clocks takes longer than to run them."""
        found = {move: self.known[move] for move in moves if move in self.known}
        new = [move for move in moves if move not in found]
        stand = 0 if self.shown else len(self.places)
        try:
            judged = self._judged(stand, new)
        except (CannotReclock, QueryStopped, CalendarUnknown):
            if stand and new:  # rows as they stand are refused first, whatever those that are moved run into
                self._refuse_others(self._judged(stand, []))
            raise
        if stand:
            self._refuse_others(judged[:stand])
            self.shown = True
        found |= zip(new, judged[stand:], strict=True)
        if len(self.known) + len(new) <= AT_ONCE:
            self.known |= found
        return found

    def _refuse_others(self, judged: Sequence[Judgement]) -> None:
        """Unless the clocks, run again over every row as it stands, give what was recorded."""
        if tuple(judged) != self.recorded:
            raise CannotReclock(
                "clocks_differ", "照原样重新计时的结果与整理后的表不一致，不能据此推演；请从 1_clean 起重新运行"
            )

    @cached_property
    def _stored(self) -> dict[Place, int]:
        """Where each place stands in ``records``."""
        files, rows = (self.records.column(c).to_pylist() for c in ("source_file", "source_row"))
        return {place: at for at, place in enumerate(zip(files, rows, strict=True))}

    def _judged(self, stand: int, moves: Sequence[Move]) -> list[Judgement]:
        """The first so many rows as they stand, then a row for each move."""
        year, judged = self.measures.year, []
        rows = [*range(stand), *(self._stored[move[:2]] for move in moves)]
        each: list[Move | None] = [*[None] * stand, *moves]
        for some in spans(len(rows), AT_ONCE):
            records = self.records.take(rows[some])
            with reclocked(year, self.table, records, each[some], self.measures.folder) as (connection, query):
                judged += judge_query(connection, year, self.measure, query, ORDER)
        return judged


@lru_cache(maxsize=4)
def clocks_again(measures: Measures, measure: str, where: str) -> ClocksAgain:
    """The rows of a share's table under a condition."""
    year, name = measures.year, str(measures.year.measures[measure].table)
    own = (*record_columns(year.year.tables[name]), "source_file", "source_row")
    told = dict(zip(JUDGED, judgement(year, measure), strict=True))
    stored = measures.select(name, {**{c: identifier(c) for c in own}, **told}, where)
    files, rows, *judged = (stored.column(c).to_pylist() for c in ("source_file", "source_row", *JUDGED))
    return ClocksAgain(
        measures=measures,
        measure=measure,
        table=name,
        records=stored.select(own),
        places=tuple(zip(files, rows, strict=True)),
        recorded=tuple(zip(*judged, strict=True)),
    )
