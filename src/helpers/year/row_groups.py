"""Row groups of Parquet, each written by a thread of its own while the next is being made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from helpers.year.engine import ROW_GROUP

#: Bytes that make a group of fewer rows: two are in memory at a time.
MOST_BYTES = 1 << 27


def in_groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The batches, so many in one that a row group pays."""
    some: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        some.append(batch)
        rows, size = rows + len(batch), size + batch.nbytes
        if rows >= ROW_GROUP or size >= MOST_BYTES:
            yield pa.Table.from_batches(some)
            some, rows, size = [], 0, 0
    if rows:
        yield pa.Table.from_batches(some)


def write_groups(
    groups: Iterable[pa.Table],
    schema: pa.Schema,
    path: Path,
    look: Callable[[pa.Table], object] | None = None,
    **options: Any,
) -> int:
    """Write tables as one row group each, in their order; how many rows they have. The thread that writes one has a
    ``look`` at it before."""

    def write(group: pa.Table) -> None:
        if look:
            look(group)
        writer.write_table(group, row_group_size=len(group))

    rows, before = 0, None
    with (
        pyarrow.parquet.ParquetWriter(path, schema, **options) as writer,
        ThreadPoolExecutor(1) as beside,  # is done before the file is closed
    ):
        for group in groups:
            if before:
                before.result()
            before = beside.submit(write, group)
            rows += len(group)
        if before:
            before.result()
    return rows
