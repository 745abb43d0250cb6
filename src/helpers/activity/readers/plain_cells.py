"""Columns of plain cells, seen by their bytes: nobody has to look there for what spreadsheets and keyboards leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

#: What no plain cell begins with: quotes, formulas and their errors, blanks.
_OPENING = np.isin(np.arange(256), list(b" ='\"#"))
_FIRST, _LAST, _BLANK, _PLUS = 0x20, 0x7E, ord(" "), ord("+")
#: Beyond this share of bytes that are not plain, or so many bytes of different odd cells, a column is no plain one.
_MOST_ODD, _KEPT = 1 / 8, 1 << 16


class PlainColumns:
    """Columns whose cells are plain, but for a few odd ones: characters of ASCII that can be seen, none of them a plus,
    no blank at either end, and no quote or sign of a formula at the beginning."""

    def __init__(self, names: Iterable[str]) -> None:
        #: The different odd cells of each column that is still a plain one.
        self.odd: dict[str, set[str]] = {name: set() for name in names}

    def seen(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """The tables, each after it was looked at."""
        for table in tables:
            self.see(table)
            yield table

    def see(self, rows: pa.Table) -> None:
        """Look at more rows; all columns are texts."""
        for name, known in [*self.odd.items()]:
            for cells in rows[name].chunks:
                odd = _odd(cells)
                if odd is not None:
                    known.update(odd)
                if odd is None or sum(map(len, known)) > _KEPT:
                    del self.odd[name]
                    break


def is_odd(cell: str) -> bool:
    """Whether a plain column would list a cell."""
    inside = any(not _FIRST <= ord(c) <= _LAST or ord(c) == _PLUS for c in cell)
    return bool(cell) and (inside or bool(_OPENING[ord(cell[0])]) or cell[-1] == " ")


def _odd(cells: pa.StringArray) -> list[str] | None:
    """The different cells that are not plain; None where they are too many."""
    _, offsets, text = cells.buffers()
    bounds = np.frombuffer(offsets, np.int32)[cells.offset : cells.offset + len(cells) + 1]
    if text is None or bounds[0] == bounds[-1]:
        return []
    characters = np.frombuffer(text, np.uint8)[bounds[0] : bounds[-1]]
    starts, ends = bounds[:-1] - bounds[0], bounds[1:] - bounds[0]
    full = ends > starts
    filled = slice(None) if full.all() else full  # a view costs half of what a choice does
    odd = np.zeros(len(cells), bool)
    odd[filled] = _OPENING[characters[starts[filled]]] | (characters[ends[filled] - 1] == _BLANK)
    if characters.min() < _FIRST or characters.max() > _LAST or _has(characters, _PLUS):
        inside = (characters < _FIRST) | (characters > _LAST) | (characters == _PLUS)
        if np.count_nonzero(inside) > _MOST_ODD * len(characters):
            return None
        odd[np.searchsorted(ends, np.flatnonzero(inside), side="right")] = True
    return cells.filter(pa.array(odd)).unique().to_pylist() if odd.any() else []


def _has(characters: npt.NDArray[np.uint8], one: int) -> bool:
    return bool(np.any(characters == one))
