"""What a reader hands over: the headers of one sheet and its staged rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from helpers.year.engine import one_file

#: The row of the sheet, or of the record in a text file, header included, from 1.
ROW = "source_row"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The rows below the header, all text: ``headers`` as written, ``staged`` a Parquet file with ``c0,
    c1, …`` and, where rows were left out or mended on the way (``numbered``), ``source_row``.

    ``first``: the source row of the first one. ``odd``: the columns known to hold plain cells but for these
    (``plain_cells``). ``cut_off``: the file ends without a line end, so its last record may be incomplete.
    ``ragged``: rows with another number of cells, and their text.
    ``encoding`` and ``delimiter``: of a text file, as found; ``page``: the worksheet. ``unread``: what stands in
    the file and was not read, ``hidden``: how many rows a filter hides, all of them read. ``blank_formulas``:
    cells whose formula gave nothing, or was never calculated. ``more``: a JSON page
    that says that others follow; ``total``: how many records it says that there are. ``above``: what stands above
    the head.
    """

    file: str
    headers: tuple[str, ...]
    staged: Path
    rows: int
    first: int
    numbered: bool = False
    odd: Mapping[str, frozenset[str]] = field(default_factory=dict)
    cut_off: bool = False
    ragged: tuple[tuple[int, str], ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    page: str | None = None
    unread: tuple[str, ...] = ()
    hidden: int = 0
    blank_formulas: tuple[str, ...] = ()
    more: bool = False
    total: int | None = None
    above: tuple[str, ...] = ()

    @property
    def relation(self) -> str:
        """The rows as a SQL query: ``c0, c1, …`` and ``source_row``, in source order."""
        file = one_file(self.staged)
        if self.numbered:
            return f"SELECT * FROM read_parquet({file}) ORDER BY {ROW}"
        return (
            f"SELECT * EXCLUDE (file_row_number), file_row_number + {self.first} AS {ROW} "
            f"FROM read_parquet({file}, file_row_number = true)"
        )


def columns(headers: Iterable[str]) -> list[str]:
    """The names ``c0, c1, …`` of so many columns."""
    return [f"c{i}" for i, _ in enumerate(headers)]


def stage(batches: Iterable[pa.RecordBatch], schema: pa.Schema, staged: Path) -> int:
    """Write batches of one schema as Parquet; how many rows they had."""
    rows = 0
    with pyarrow.parquet.ParquetWriter(staged, schema) as writer:
        for batch in batches:
            rows += batch.num_rows
            writer.write_batch(batch)
    return rows
