"""Read exports as they are: CSV, workbooks (XLSX, XLS, ODS, XML), HTML tables, Parquet, JSON, plain, gzip or zipped.

Every cell becomes text and keeps the row it stands in; what it says is not interpreted here beyond
its encoding, its delimiter and Excel's own types. The rows are staged as Parquet, never held in memory.
A file that is damaged (cut off, ragged, wrongly encoded) is refused with file, row and remedy.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from helpers.activity.errors import ExportError
from helpers.activity.readers import records, text, workbook
from helpers.activity.readers.headers import find_columns, missing_column, normal_header
from helpers.activity.readers.sheet import ROW, Sheet
from helpers.activity.readers.units_said import refuse_other_units
from helpers.files import archives, markup
from helpers.files.file_kinds import WORKBOOKS, kind_of
from helpers.files.refusal import FileError
from helpers.files.unpacked import refuse_big_parquet
from helpers.year.tables import Table

__all__ = ["ROW", "Sheet", "find_columns", "missing_column", "normal_header", "read_exports", "refuse_other_units"]


def read_exports(path: Path, shown: str, spec: Table, work: Path) -> Iterator[Sheet]:
    """The sheets of one declared file: one, or one for each member of a zip archive and each declared worksheet.

    ``shown``: its name relative to the year's folder; a member is called ``archive.zip/member.csv``.
    ``work``: a folder for what is unpacked and staged, there as long as the sheets are used.
    Raises ``ExportError``.
    """
    try:
        yield from _sheets(path, shown, spec, work)
    except FileError as error:
        raise ExportError.of(error) from error


#: An archive in an archive in an archive: beyond that somebody plays.
DEEPEST = 3


def _sheets(path: Path, shown: str, spec: Table, work: Path, depth: int = 0) -> Iterator[Sheet]:
    with path.open("rb") as stream:
        kind = kind_of(stream, shown)
    if kind in archives.ARCHIVES:
        if depth >= DEEPEST:
            raise FileError("too_deep", shown, f"压缩包套了 {DEEPEST} 层以上", hint="解压后放入里面的表格文件")
        for member, name in archives.unpack(path, kind, shown, spec.member, work):
            yield from _sheets(member, name, spec, work, depth + 1)
            member.unlink()
    elif kind in WORKBOOKS:
        yield from workbook.read(path, shown, spec, work)
    elif kind in ("html", "xml"):
        yield from workbook.read_pages(markup.open_markup(path, shown), shown, spec, work)
    else:
        staged = work / f"{sum(1 for _ in work.glob('*.parquet'))}.parquet"
        if kind == "parquet":
            refuse_big_parquet(path, shown)
            yield records.read_parquet(path, shown, staged)
        elif kind == "json":
            yield records.read_json(path, shown, spec, staged)
        else:
            yield text.read(path, shown, spec, staged)
