"""Where the time of the cases went: seconds in each declared state, adding up exactly to the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.deviation.adjusted import Coded
from helpers.indicators.plain import plain
from helpers.measures.row_blocks import spans
from helpers.year.tables import States

#: Remaining time of a case of which no state, or of one only one end, is recorded: nobody can say that
#: it was the rest.
UNRECORDED = "未记录环节"


@dataclass(frozen=True)
class Spent:
    """One state: seconds in it, over how many cases that were in it."""

    words: str
    seconds: int
    rows: int


@dataclass(frozen=True)
class TimeSpent:
    """The time of some cases: the parts' seconds add up to ``seconds`` exactly.

    ``rows``: cases counted. ``left_out``: cases not counted, as they have no start or end, or end, or a
    state of theirs ends, before it begins.
    """

    rows: int
    left_out: int
    seconds: int
    parts: tuple[Spent, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "left_out": self.left_out,
            "seconds": self.seconds,
            "hours": plain(self.seconds / 3600),
            "parts": [
                {
                    "state": p.words,
                    "seconds": p.seconds,
                    "hours": plain(p.seconds / 3600),
                    "rows": p.rows,
                    "share": plain(p.seconds / self.seconds) if self.seconds else None,
                }
                for p in self.parts
            ],
        }


@dataclass(frozen=True)
class Divided:
    """Cases by states: ``seconds`` has a row a case and a column a state (declared ones, the rest, not
    recorded); ``counted`` tells which cases can be divided, the others' seconds are 0."""

    words: tuple[str, ...]
    seconds: np.ndarray
    counted: np.ndarray
    index: pd.Index

    def total(self, chosen: np.ndarray | None = None) -> TimeSpent:
        """The time of all cases, or of those that ``chosen`` marks."""
        return _shown([self.spent(chosen)])

    def spent(self, chosen: np.ndarray | None = None) -> TimeSpent:
        """The same with every state."""
        chosen = np.ones(len(self.counted), dtype=bool) if chosen is None else chosen
        mine = self.seconds[chosen & self.counted]
        parts = [
            Spent(words, int(column.sum()), int((column > 0).sum()))
            for words, column in zip(self.words, mine.T, strict=True)
        ]
        return TimeSpent(len(mine), int(chosen.sum()) - len(mine), int(mine.sum()), tuple(parts))

    def longest(self) -> NDArray[np.int8]:
        """The number of the state in which each case spent most of its time, the first declared on a tie; −1 where
        that is not recorded."""
        at = self.seconds.argmax(axis=1)
        known = self.counted & (self.seconds.sum(axis=1) > 0) & (at < len(self.words) - 1)
        return np.where(known, at, -1).astype(np.int8)


def moments(states: States) -> list[str]:
    """The columns that ``divide`` reads."""
    return list(dict.fromkeys(column for _, column in states.moments()))


def divide(rows: pd.DataFrame, states: States) -> Divided:
    """The time of each case divided over the states, in whole seconds.

    A state counts within the case's start and end only; where states overlap, the time counts to the
    one declared first; time in none of them is the rest, or ``UNRECORDED`` where a state lacks an end
    or no state is recorded at all. What lies between two moments is counted once, so that the parts of
    a case add up to its whole.
    """
    blocks = [block for _, block in _by_blocks(rows, states)]
    if len(blocks) == 1:
        return blocks[0]
    return Divided(
        blocks[0].words,
        np.concatenate([b.seconds for b in blocks]),
        np.concatenate([b.counted for b in blocks]),
        rows.index,
    )


def _divided(rows: pd.DataFrame, states: States) -> Divided:
    at = {column: _seconds(rows[column]) for column in moments(states)}
    (start, has_start), (end, has_end) = at[states.start], at[states.end]
    counted = has_start & has_end & (start <= end)
    partly, recorded, spans = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool), []
    for part in states.parts:
        (first, has_first), (last, has_last) = at[part.start], at[part.end]
        both = has_first & has_last
        counted &= ~both | (first <= last)
        partly |= has_first != has_last
        recorded |= both
        # A state that is not there is an empty span at the start of the case.
        spans.append(
            tuple(np.clip(np.where(both, moment, start), start, np.maximum(start, end)) for moment in (first, last))
        )
    seconds = _cover(start, end, spans)
    open_ended = partly | ~recorded
    seconds = np.column_stack([seconds, np.where(open_ended, seconds[:, -1], 0)])
    seconds[:, -2] -= seconds[:, -1]
    seconds[~counted] = 0
    return Divided(words_of(states), seconds, counted, rows.index)


def words_of(states: States) -> tuple[str, ...]:
    """The declared states, the rest, not recorded."""
    return (*(p.words for p in states.parts), states.rest, UNRECORDED)


def _seconds(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Whole seconds since 1970 and whether there is a value."""
    moments = pd.to_datetime(values).astype("datetime64[s]")
    return np.where(moments.isna(), 0, moments.astype("int64").to_numpy()), moments.notna().to_numpy()


def _cover(start: np.ndarray, end: np.ndarray, spans: Sequence[tuple[np.ndarray, ...]]) -> np.ndarray:
    """Seconds in each span less those of earlier spans, and last what none of them covers."""
    cuts = np.sort(np.column_stack([start, end, *(edge for span in spans for edge in span)]), axis=1)
    length, free = np.diff(cuts, axis=1), np.ones((len(start), cuts.shape[1] - 1), dtype=bool)
    columns = []
    for first, last in spans:
        mine = free & (cuts[:, :-1] >= first[:, None]) & (cuts[:, 1:] <= last[:, None])
        columns.append(np.where(mine, length, 0).sum(axis=1))
        free &= ~mine
    return np.column_stack([*columns, np.where(free, length, 0).sum(axis=1)])


def time_in_state(rows: pd.DataFrame, missed: pd.Series, states: States) -> dict[str, Any]:
    """The object under ``states`` in results.json: the time of all cases and of those that missed.

    ``missed``: for the rows that count whether each fell short; rows without a value are not among them.
    """
    known = missed.reindex(rows.index, fill_value=False).to_numpy(dtype=bool)
    every, late = [], []
    for part, divided in _by_blocks(rows, states):
        every.append(divided.spent())
        late.append(divided.spent(known[part]))
    return {
        "start": states.start,
        "end": states.end,
        "all": _shown(every).to_json(),
        "misses": _shown(late).to_json(),
    }


def longest_states(rows: pd.DataFrame, states: States) -> Coded:
    """For each case the state in which it spent most of its time."""
    found = np.empty(len(rows), dtype=np.int8)
    for part, divided in _by_blocks(rows, states):
        found[part] = divided.longest()
    return Coded(found, words_of(states)[:-1])


def _by_blocks(rows: pd.DataFrame, states: States) -> Iterator[tuple[slice, Divided]]:
    """Some cases at a time; of none, too, there is one block."""
    for part in [*spans(len(rows))] or [slice(0, 0)]:
        yield part, _divided(rows.iloc[part], states)


def _shown(blocks: Sequence[TimeSpent]) -> TimeSpent:
    """The time of all blocks. "Not recorded" is no state: it is shown where there is some."""
    parts = [
        Spent(own[0].words, sum(p.seconds for p in own), sum(p.rows for p in own))
        for own in zip(*(block.parts for block in blocks), strict=True)
    ]
    rows, left_out, seconds = (sum(getattr(b, f) for b in blocks) for f in ("rows", "left_out", "seconds"))
    return TimeSpent(rows, left_out, seconds, tuple(p for p in parts if p.words != UNRECORDED or p.rows))
