"""Read exports as they are: CSV, XLSX, Parquet, JSON Lines, each plain, gzip or in a zip archive.

Every cell becomes text and keeps the row it stands in; what it says is not interpreted here beyond
its encoding, its delimiter and Excel's own types. The rows are staged as Parquet, never held in memory.
A file that is damaged (cut off, ragged, wrongly encoded) is refused with file, row and remedy.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from helpers.activity.errors import ExportError
from helpers.activity.readers import containers, records, text, workbook
from helpers.activity.readers.headers import find_columns, missing_column, normal_header
from helpers.activity.readers.sheet import ROW, Sheet
from helpers.year.tables import Table

__all__ = ["ROW", "Sheet", "find_columns", "missing_column", "normal_header", "read_exports"]


def read_exports(path: Path, shown: str, spec: Table, work: Path) -> Iterator[Sheet]:
    """The sheets of one declared file: one, or one for each member of a zip archive.

    ``shown``: its name relative to the year's folder; a member is called ``archive.zip/member.csv``.
    ``work``: a folder for what is unpacked and staged, there as long as the sheets are used.
    Raises ``ExportError``.
    """
    if not path.stat().st_size:
        raise ExportError("empty_file", shown, "文件是空的", hint="重新导出后放回原处")
    kind = containers.kind_of(path)
    if kind in containers.ARCHIVES:
        for member, name in containers.unpack(path, kind, shown, spec.member, work):
            yield from read_exports(member, name, spec, work)
            member.unlink()
        return
    number = sum(1 for _ in work.glob("*.parquet"))
    staged = work / f"{number}.parquet"
    if kind == "workbook":
        yield workbook.read(path, shown, spec, staged)
    elif kind == "parquet":
        yield records.read_parquet(path, shown, staged)
    elif kind == "json":
        yield records.read_json(path, shown, staged)
    else:
        containers.refuse_disguised(path, shown)
        yield text.read(path, shown, spec, staged)
