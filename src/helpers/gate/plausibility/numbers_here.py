"""The running numbers of a table that is small enough to be looked at outside of the database, where one question about
them takes as long as all of it here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa

from helpers.measures.row_blocks import begins

DIGITS = "0123456789"
#: Fewer numbers than this say nothing about a habit.
FEW = 10
#: Numbers of which fewer are there belong to a larger whole, whose order is not known.
DENSE = 0.3
#: How many days a number may lie off its time, and how often what is usual.
DAYS, HABIT = 2, 5
#: A counter that starts again goes up above so many last digits.
AGAIN = (2, 3, 4, 5)
#: Seconds by which the database may reckon otherwise than is reckoned here.
NEAR = 0.001

_NINES = str.maketrans(DIGITS, "9" * len(DIGITS))


@dataclass(frozen=True, kw_only=True)
class Series:
    """The numbers of one prefix: how many there are and are not, and the widest gap."""

    prefix: str
    there: int
    missing: int
    gaps: int
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Rows with a number: a ``head`` (by its place in ``heads``) and a ``tail`` of so many ``digits``. ``seconds``:
    the time of a row that is used; NaN where it has none."""

    texts: pa.ChunkedArray
    heads: list[str]
    head: np.ndarray
    digits: np.ndarray
    tail: np.ndarray
    seconds: np.ndarray

    @cached_property
    def _different(self) -> np.ndarray:
        """One row of each number, in the order of head, digits and tail."""
        order = np.lexsort((self.tail, self.digits, self.head))
        return order[begins(self.head[order], self.digits[order], self.tail[order])]

    @cached_property
    def _prefixes(self) -> list[np.ndarray]:
        """The rows of each head and number of digits."""
        rows = self._different
        return np.split(rows, begins(self.head[rows], self.digits[rows])[1:]) if len(rows) else []

    def longest(self) -> tuple[int, int]:
        """How many numbers of one head and length there are at the most, and how many lengths one head has."""
        if not self._prefixes:
            return 0, 0
        lengths = np.bincount([self.head[rows[0]] for rows in self._prefixes])
        return max(map(len, self._prefixes)), int(lengths.max())

    def series(self) -> list[Series] | None:
        """Each prefix's numbers. A counter that goes on over several prefixes (记-01-101, 记-02-102) is one. None where
        two of them would be called the same."""
        shapes: dict[str, list[np.ndarray]] = {}
        for rows in self._prefixes:
            shapes.setdefault(self._shape(rows), []).append(rows)
        found = [one for shape, prefixes in shapes.items() for one in self._of_shape(shape, prefixes)]
        return sorted(found, key=lambda one: one.prefix) if len({one.prefix for one in found}) == len(found) else None

    def _shape(self, rows: np.ndarray) -> str:
        return f"{self.heads[self.head[rows[0]]].translate(_NINES)}{self.digits[rows[0]]}"

    def _of_shape(self, shape: str, prefixes: list[np.ndarray]) -> Iterator[Series]:
        rows = np.concatenate(prefixes)
        if len(prefixes) > 1 and len(rows) < 4 * len(prefixes) and len(np.unique(self.tail[rows])) == len(rows):
            yield self._gaps(shape, rows[np.argsort(self.tail[rows])])
            return
        for own in prefixes:
            yield self._gaps(self.heads[self.head[own[0]]] + shape, own)

    def _gaps(self, prefix: str, rows: np.ndarray) -> Series:
        """What is missing between numbers in order."""
        before, tail = self.tail[rows][:-1], self.tail[rows][1:]
        gaps = np.maximum(tail - before - 1, 0)
        # A counter that starts again (241039, 242001) leaves no hole: the part above went up, the rest is 0 or 1.
        for ten in (10**k for k in AGAIN):
            up = (tail // ten > before // ten) & (tail // ten <= before // ten + 12)
            gaps[(tail % ten <= 1) & up & (tail - before > 2)] = 0
        # One stray number far off is no series: gaps wider than all numbers together do not count.
        gaps[gaps > max(len(rows), 30)] = 0
        missing = int(gaps.sum())
        at = int(gaps.argmax()) if missing else 0
        ends = [self.texts[int(rows[at + n])].as_py() if missing else None for n in (0, 1)]
        return Series(
            prefix=prefix,
            there=len(rows),
            missing=missing,
            gaps=int((gaps > 0).sum()),
            before=ends[0],
            after=ends[1],
        )

    def surely_in_time(self, half: int) -> bool:
        """Whether no row lies further from its time than the numbers before and after let it, by more than what
        reckoning may differ by; False where that is not sure."""
        timed = np.flatnonzero(~np.isnan(self.seconds))
        order = timed[np.lexsort((self.tail[timed], self.digits[timed], self.head[timed]))]
        keys = self.head[order], self.digits[order], self.tail[order]
        if len(begins(*keys)) < len(order) or not np.isfinite(self.seconds[order]).all():
            return False
        series = np.split(order, begins(*keys[:2])[1:])
        return all(_in_time(self.tail[rows], self.seconds[rows], half) for rows in series)


def numbers_of(answer: pa.Table) -> Numbers:
    """The numbers of an answer with ``number, head, digits, tail, seconds``."""
    heads = answer.column("head").combine_chunks().dictionary_encode()
    return Numbers(
        texts=answer.column("number"),
        heads=heads.dictionary.to_pylist(),
        head=heads.indices.to_numpy().astype("int64"),
        digits=answer.column("digits").to_numpy().astype("int64"),
        tail=answer.column("tail").to_numpy().astype("int64"),
        seconds=answer.column("seconds").to_numpy().astype("float64"),
    )


def _in_time(tail: np.ndarray, seconds: np.ndarray, half: int) -> bool:
    """The same of one series in order; see ``numbering._against``, which asks it of the database."""
    if len(tail) < FEW or len(tail) <= DENSE * (tail.max() - tail.min() + 1):
        return True
    middle = pd.Series(seconds).rolling(2 * half + 1, center=True, min_periods=1).median().to_numpy()
    since, till = np.full((2, len(middle)), np.nan)
    since[half:] = abs(middle[half:] - middle[:-half])
    till[:-half] = since[half:]
    usual = np.quantile(since[half:], 0.9) if len(middle) > half else np.nan
    steps = np.where(np.isnan(since) | np.isnan(till), usual, np.minimum(since, till))
    may = 2 * steps + max(DAYS * 86400, HABIT * np.quantile(abs(seconds - middle), 0.9)) - NEAR
    highest, lowest = np.maximum.accumulate(middle), np.minimum.accumulate(middle[::-1])[::-1]
    return bool((np.isnan(may) | ((seconds > highest - may) & (seconds < lowest + may))).all())
