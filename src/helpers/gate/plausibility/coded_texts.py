"""Columns of texts as numbers: how often values stand side by side is counted in a fifth of the time that way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from helpers.measures.row_blocks import begins

#: What a blank cell is.
BLANK = -1


@dataclass(frozen=True)
class CodedTexts:
    """The rows of a table: for each column a number for each different text, ``BLANK`` for none; ``order``: the rows
    by file and row, None where this does not put them in one order; ``files``: the file of each row."""

    columns: dict[str, np.ndarray]
    files: np.ndarray
    order: np.ndarray | None

    def moved(self, column: str, by: int) -> np.ndarray:
        """Each row's cell of the row above it in its file (``by`` 1), or below it (-1)."""
        assert self.order is not None
        cells, files = self.columns[column][self.order], self.files[self.order]
        cells = np.where(np.roll(files, by) == files, np.roll(cells, by), BLANK)
        cells[0 if by > 0 else -1] = BLANK
        found = np.empty_like(cells)
        found[self.order] = cells
        return found


def coded(table: pa.Table) -> CodedTexts:
    """The texts of a table that has ``source_file`` and ``source_row`` as well, and at least one row."""
    columns = {c: _codes(table.column(c)) for c in table.column_names if c != "source_row"}
    files, rows = columns.pop("source_file"), table.column("source_row").to_numpy()
    order = np.lexsort((rows, files))
    one_order = len(begins(files[order], rows[order])) == len(order)
    return CodedTexts(columns, files, order if one_order else None)


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    return column.combine_chunks().dictionary_encode().indices.fill_null(BLANK).to_numpy().astype("int64")


def beside(sources: np.ndarray, targets: np.ndarray) -> tuple[int, int]:
    """Of the rows that have both, and whose source other rows have too: how many have the target that is most frequent
    beside their source, and how many there are."""
    both = (sources != BLANK) & (targets != BLANK)
    sources, targets = sources[both], targets[both]
    if not len(sources):
        return 0, 0
    different = targets.max() + 1
    pairs = np.sort(sources * different + targets)
    first = begins(pairs)
    rows = np.diff(first, append=len(pairs))
    of_source = begins(pairs[first] // different)
    top, total = np.maximum.reduceat(rows, of_source), np.add.reduceat(rows, of_source)
    return int(top[total > 1].sum()), int(total[total > 1].sum())
