"""Rows under a declared share gone through again: waits moved, the table's clocks run, the condition judged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from helpers.activity.reclock import CannotReclock, reclocked
from helpers.measures.rejudge import judge_query, judge_rows
from helpers.year.engine import identifier
from helpers.year.tidy import record_columns, tidy_columns

if TYPE_CHECKING:
    import pyarrow as pa

    from helpers.measures.figures import Measures

#: A case by its place in the exports: file and row.
Place = tuple[str, int]
#: File, row, and in seconds since 1970 when a wait began, when it ended and when it would have ended.
Move = tuple[str, int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class ClocksAgain:
    """The rows of a measure, in the order of their ``places``; ``recorded``: how each is judged as it stands.

    A judgement is whether a row counts for the share, and whether it keeps its condition.
    """

    measures: Measures
    measure: str
    table: str
    records: pa.Table
    places: tuple[Place, ...]
    recorded: tuple[tuple[bool, bool], ...]

    def judged(self, *scenarios: Sequence[Move]) -> list[list[tuple[bool, bool]]]:
        """How each row would be judged, for each scenario. Raises ``CannotReclock``, ``QueryStopped``.

        A row that is not moved is judged as recorded: clocks and conditions know no other row of the table.
        """
        recorded = dict(zip(self.places, self.recorded, strict=True))
        scenarios = tuple([move for move in moves if move[:2] in recorded] for moves in scenarios)
        moved = self._moved(dict.fromkeys(move for moves in scenarios for move in moves))
        return [list({**recorded, **{move[:2]: moved[move] for move in moves}}.values()) for moves in scenarios]

    def _moved(self, moves: Iterable[Move]) -> dict[Move, tuple[bool, bool]]:
        """How the row of each move is judged after it. As many at a time as there are, but of each row one: to prepare
        the clocks takes longer than to run them."""
        waiting: dict[Place, list[Move]] = {}
        for move in moves:
            waiting.setdefault(move[:2], []).append(move)
        found: dict[Move, tuple[bool, bool]] = {}
        while waiting:
            turn = {place: own.pop() for place, own in sorted(waiting.items())}
            records = self.records.filter([place in turn for place in self._stored])
            found |= zip(turn.values(), self._judged(records, list(turn.values())), strict=True)
            waiting = {place: own for place, own in waiting.items() if own}
        return found

    def as_recorded(self) -> bool:
        """Whether the clocks, run again over every row as it stands, give what was recorded."""
        return tuple(self._judged(self.records, [])) == self.recorded

    @cached_property
    def _stored(self) -> list[Place]:
        """The places in the order of ``records``."""
        files, rows = (self.records.column(c).to_pylist() for c in ("source_file", "source_row"))
        return list(zip(files, rows, strict=True))

    def _judged(self, records: pa.Table, moves: Sequence[Move]) -> list[tuple[bool, bool]]:
        year = self.measures.year
        with reclocked(year, self.table, records, moves, self.measures.folder) as (connection, query):
            return judge_query(connection, year, self.measure, query)


@lru_cache(maxsize=4)
def clocks_again(measures: Measures, measure: str, where: str) -> ClocksAgain:
    """The rows of a share's table under a condition, after the clocks have shown that they can be run again.

    Raises ``CannotReclock`` where they give another result than the tidy table has.
    """
    year, name = measures.year, str(measures.year.measures[measure].table)
    table = year.year.tables[name]
    stored = measures.select(
        name, {c: identifier(c) for c in (*tidy_columns(table), "source_file", "source_row")}, where
    )
    records = stored.select([*record_columns(table), "source_file", "source_row"])
    recorded = tuple(judge_rows(year, measure, stored))
    places = sorted(zip(stored.column("source_file").to_pylist(), stored.column("source_row").to_pylist(), strict=True))
    again = ClocksAgain(
        measures=measures, measure=measure, table=name, records=records, places=tuple(places), recorded=recorded
    )
    if not again.as_recorded():
        raise CannotReclock(
            "clocks_differ", "照原样重新计时的结果与整理后的表不一致，不能据此推演；请从 1_clean 起重新运行"
        )
    return again
