"""Archives unpacked beside the raw data, never over it."""

from __future__ import annotations

import fnmatch
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from helpers.files.names import passed_over
from helpers.files.refusal import FileError
from helpers.files.unpacked import MOST_READ, copy_bounded, refuse_big_members

ARCHIVES = ("gzip", "zip")
#: Names of an archive's members that are taken when nobody says which.
DATA = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet", ".jsonl", ".ndjson", ".json", ".gz")
CHUNK = 1 << 22


def unpack(path: Path, kind: str, shown: str, member: str | None, work: Path) -> Iterator[tuple[Path, str]]:
    """The unpacked files of an archive, one after the other, each with the name it is shown by.

    They lie in ``work`` under plain names. ``member``: which of a zip archive are wanted, a name or a glob.
    Raises ``FileError``.
    """
    if kind == "gzip":
        target = _target(work, path.stem if Path(path.stem).suffix else path.stem + ".csv")
        _copy_gzip(path, shown, target)
        yield target, shown
        return
    packed = path.stat().st_size
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise FileError(
            "damaged_archive", shown, "压缩包打不开，文件可能不完整", hint="重新压缩或重新下载后放回原处"
        ) from error
    with archive:
        wanted = _members(archive, shown, member)
        refuse_big_members(wanted, shown, packed)
        for entry in wanted:
            name = f"{shown}/{member_name(entry)}"
            if entry.flag_bits & 1:
                raise FileError("password", name, "压缩包设有密码", hint="解开密码重新压缩，或解压后直接放入文件")
            target = _target(work, member_name(entry))
            try:
                with archive.open(entry) as stream:
                    copy_bounded(stream, target, name, packed)
            except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
                raise FileError(
                    "damaged_archive", name, f"压缩包里的这个文件解不开：{error}", hint="重新压缩或重新下载后放回原处"
                ) from error
            if not target.stat().st_size:
                raise FileError("empty_file", name, "文件是空的", hint="重新导出后放回原处")
            yield target, name


def _target(work: Path, name: str) -> Path:
    """A file of its own in ``work``; of its name only the end matters to anybody."""
    return work / f"{len(list(work.iterdir()))}-unpacked{PurePosixPath(name).suffix.lower()}"


def member_name(entry: zipfile.ZipInfo) -> str:
    """A member's name; archives made on Chinese Windows hold it in GBK without saying so."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _members(archive: zipfile.ZipFile, shown: str, member: str | None) -> list[zipfile.ZipInfo]:
    """The members that are read, in the order of their names."""
    files = sorted(
        (e for e in archive.infolist() if not e.is_dir() and not passed_over(member_name(e))), key=member_name
    )
    wanted = [
        e
        for e in files
        if (fnmatch.fnmatch(member_name(e), member) if member else member_name(e).lower().endswith(DATA))
    ]
    if len(wanted) > MOST_READ:
        words = f"压缩包里要读的文件有 {len(wanted):,} 个，超过 {MOST_READ:,} 个"
        raise FileError("too_many_members", shown, words, hint="用 member 写明读哪些，或合并后重新导出")
    if not wanted:
        there = "、".join(member_name(entry) for entry in files[:5]) or "没有文件"
        what = f"没有符合 {member} 的文件" if member else "没有可读的表格文件"
        raise FileError(
            "no_member",
            shown,
            f"压缩包里{what}，只有：{there}" if files else "压缩包是空的",
            hint="在 year.yml 里用 member 写明读哪一个",
        )
    return wanted


def _copy_gzip(path: Path, shown: str, target: Path) -> None:
    try:
        with gzip.open(path) as stream:
            copy_bounded(stream, target, shown, path.stat().st_size)
    except EOFError as error:
        size = target.stat().st_size
        raise FileError(
            "truncated",
            shown,
            f"压缩文件没有传完：解到 {_lines(target) + 1} 行（{size:,} 字节）处中断",
            hint="重新导出或重新传送整个文件",
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise FileError(
            "damaged_archive", shown, f"压缩文件已损坏：{error}", hint="重新导出或重新传送整个文件"
        ) from error
    if not target.stat().st_size:
        raise FileError("empty_file", shown, "压缩文件里没有内容", hint="重新导出后放回原处")


def _lines(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(CHUNK), b""))
