"""What a file is by its first bytes, and archives unpacked beside the raw data, never over it."""

from __future__ import annotations

import fnmatch
import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Literal

from helpers.activity.errors import ExportError

Kind = Literal["gzip", "zip", "workbook", "parquet", "json", "text"]
ARCHIVES = ("gzip", "zip")

#: Names of an archive's members that are taken when ``member`` does not say which.
DATA = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet", ".jsonl", ".ndjson", ".json", ".gz")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
CHUNK = 1 << 22


def kind_of(path: Path) -> Kind:
    """What a file holds, by its content; its name decides only between JSON Lines and other text."""
    with path.open("rb") as stream:
        start = stream.read(64)
    if start.startswith(b"\x1f\x8b"):
        return "gzip"
    if start.startswith(b"PK\x03\x04") or start.startswith(b"PK\x05\x06"):
        return "workbook" if _is_workbook(path) else "zip"
    if start.startswith(OLD_WORKBOOK):
        return "workbook"
    if start.startswith(b"PAR1"):
        return "parquet"
    return "json" if path.suffix.lower() in (".jsonl", ".ndjson", ".json") else "text"


def _is_workbook(path: Path) -> bool:
    """A damaged archive goes by its name."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return path.suffix.lower() in WORKBOOKS
    return any(name.startswith("xl/") or name == "content.xml" for name in names)


def refuse_disguised(path: Path, shown: str) -> None:
    """A text under a workbook's name, or a web page under any name, is no CSV."""
    with path.open("rb") as stream:
        start = stream.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise ExportError(
            "web_page",
            shown,
            "这是网页或 XML 文件，不是表格文件",
            hint="用 Excel 或 WPS 打开后另存为 XLSX；若导出时登录已失效，重新登录后再导出",
        )
    if path.suffix.lower() in WORKBOOKS:
        raise ExportError(
            "not_a_workbook",
            shown,
            f"扩展名是 {path.suffix}，内容却不是工作簿",
            hint="是文本的，把扩展名改成 .csv；否则重新导出",
        )


def unpack(path: Path, kind: str, shown: str, member: str | None, work: Path) -> Iterator[tuple[Path, str]]:
    """The unpacked files of an archive, one after the other, each with the name it is shown by."""
    if kind == "gzip":
        target = work / (path.stem if Path(path.stem).suffix else path.stem + ".csv")
        _copy_gzip(path, shown, target)
        yield target, shown
        return
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise ExportError(
            "damaged_archive", shown, "压缩包打不开，文件可能不完整", hint="重新压缩或重新下载后放回原处"
        ) from error
    with archive:
        for entry in _members(archive, shown, member):
            name = f"{shown}/{entry.filename}"
            if entry.flag_bits & 1:
                raise ExportError("password", name, "压缩包设有密码", hint="解开密码重新压缩，或解压后直接放入文件")
            target = work / f"{len(list(work.iterdir()))}-{Path(entry.filename).name}"
            try:
                with archive.open(entry) as stream:
                    _copy(stream, target)
            except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
                raise ExportError(
                    "damaged_archive", name, f"压缩包里的这个文件解不开：{error}", hint="重新压缩或重新下载后放回原处"
                ) from error
            if not target.stat().st_size:
                raise ExportError("empty_file", name, "文件是空的", hint="重新导出后放回原处")
            yield target, name


def _members(archive: zipfile.ZipFile, shown: str, member: str | None) -> list[zipfile.ZipInfo]:
    """The members that are read, in the order of their names."""
    files = sorted((entry for entry in archive.infolist() if not entry.is_dir()), key=lambda entry: entry.filename)
    hidden = [e for e in files if e.filename.startswith("__MACOSX/") or Path(e.filename).name.startswith(".")]
    files = [entry for entry in files if entry not in hidden]
    wanted = (
        [e for e in files if fnmatch.fnmatch(e.filename, member)]
        if member
        else [e for e in files if e.filename.lower().endswith(DATA)]
    )
    if not wanted:
        there = "、".join(entry.filename for entry in files[:5]) or "没有文件"
        what = f"没有符合 {member} 的文件" if member else "没有可读的表格文件"
        raise ExportError(
            "no_member",
            shown,
            f"压缩包里{what}，只有：{there}" if files else "压缩包是空的",
            hint="在 year.yml 里用 member 写明读哪一个",
        )
    return wanted


def _copy_gzip(path: Path, shown: str, target: Path) -> None:
    try:
        with gzip.open(path) as stream:
            _copy(stream, target)
    except EOFError as error:
        size = target.stat().st_size
        raise ExportError(
            "truncated",
            shown,
            f"压缩文件没有传完：解到 {_lines(target) + 1} 行（{size:,} 字节）处中断",
            hint="重新导出或重新传送整个文件",
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ExportError(
            "damaged_archive", shown, f"压缩文件已损坏：{error}", hint="重新导出或重新传送整个文件"
        ) from error
    if not target.stat().st_size:
        raise ExportError("empty_file", shown, "压缩文件里没有内容", hint="重新导出后放回原处")


def _copy(stream: IO[bytes] | gzip.GzipFile, target: Path) -> None:
    with target.open("wb") as out:
        shutil.copyfileobj(stream, out, CHUNK)


def _lines(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(CHUNK), b""))
