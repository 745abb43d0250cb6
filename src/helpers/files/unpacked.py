"""Bounds of what packed files may unpack to: a few kilobytes can be made to fill the memory and the disk.

Up to ``SMALL`` any ratio is believed, beyond it only one that tables have: what repeats itself a hundredfold is packed
by so much, and no export repeats itself more.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, BinaryIO

from helpers.files.refusal import FileError

#: Bytes; and how many times smaller than its content a larger file may be.
SMALL, MOST_RATIO = 200_000_000, 150
#: What all members of an archive may unpack to, and the parts of a workbook, which are held in memory.
MOST, MOST_BOOK = 50_000_000_000, 3_000_000_000
#: Members of an archive, and the bytes of the list of them.
MOST_MEMBERS, MOST_LIST = 20_000, 8_000_000
#: So many members of one archive are read as exports.
MOST_READ = 2_000
#: Rows of a Parquet file that are believed, and how many it may have for each of its bytes beyond them.
MOST_ROWS, FEW_ROWS, ROWS_A_BYTE = 1_000_000_000, 5_000_000, 50
CHUNK = 1 << 20
#: What opening a package raises that is none, damaged, or says that it needs a later version than there is.
DAMAGED = (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError)
END = b"PK\x05\x06"


def too_big(shown: str, packed: int, unpacked: int | None = None) -> FileError:
    """What is said of a file that unpacks to too much."""
    size = f" {unpacked / 10**6:,.0f} MB" if unpacked else f"超过 {SMALL // 10**6} MB"
    return FileError(
        "too_big",
        shown,
        f"解开后{size}，而文件本身只有 {packed / 10**6:,.2f} MB，不像导出的表格",
        hint="核对文件；确实这么大的，在来源系统按月或按季分开导出",
    )


def is_too_big(packed: int, unpacked: int, most: int = MOST) -> bool:
    """Whether nobody would pack a table of this size into so few bytes."""
    return unpacked > most or (unpacked > SMALL and unpacked > packed * MOST_RATIO)


def copy_bounded(stream: IO[bytes] | Any, target: Path, shown: str, packed: int) -> None:
    """Write what unpacks to a file, and stop where it is too much. Raises ``FileError``."""
    written = 0
    with target.open("wb") as out:
        while chunk := stream.read(CHUNK):
            written += len(chunk)
            if is_too_big(packed, written):
                out.close()
                target.unlink()
                raise too_big(shown, packed)
            out.write(chunk)


def refuse_long_list(stream: BinaryIO, shown: str) -> None:
    """Refuse an archive of more members than anybody lists, before that list is read. Raises ``FileError``."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 66_000))
    tail = stream.read()
    stream.seek(0)
    at = tail.rfind(END)
    if at < 0 or len(tail) < at + 22:
        return
    members, length = (
        int.from_bytes(tail[at + 10 : at + 12], "little"),
        int.from_bytes(tail[at + 12 : at + 16], "little"),
    )
    if length > MOST_LIST or (members > MOST_MEMBERS and members != 0xFFFF):
        raise FileError(
            "too_many_members", shown, f"压缩包里的文件超过 {MOST_MEMBERS:,} 个", hint="只放入导出的表格文件，重新压缩"
        )


def refuse_big_members(members: Iterable[zipfile.ZipInfo], shown: str, packed: int, most: int = MOST) -> None:
    """Refuse members that together state too much; reading never gives more than is stated. Raises ``FileError``."""
    stated = sum(one.file_size for one in members)
    if is_too_big(packed, stated, most):
        raise too_big(shown, packed, stated)


def refuse_big_book(archive: zipfile.ZipFile, shown: str, packed: int) -> None:
    """Refuse a workbook whose parts are too much for the memory, or more than it states. Raises ``FileError`` and what
    ``zipfile`` raises of damage."""
    parts = [one for one in archive.infolist() if one.filename.lower().endswith((".xml", ".rels"))]
    refuse_big_members(parts, shown, packed, MOST_BOOK)
    if packed * 1032 <= SMALL:  # deflate packs no better
        return
    for one in parts:  # sheets are read in the same way when they are looked at
        if "sheets/" not in one.filename.replace("\\", "/").lower():
            with archive.open(one) as stream:
                while stream.read(CHUNK):
                    pass


def refuse_big_parquet(path: Path, shown: str) -> None:
    """Refuse a Parquet file by what its footer states. Raises ``FileError``; a damaged one is left to its reader."""
    import pyarrow as pa
    import pyarrow.parquet

    try:
        with pa.parquet.ParquetFile(path) as file:
            told = file.metadata
            rows, groups = told.num_rows, [told.row_group(at).total_byte_size for at in range(told.num_row_groups)]
    except (pa.ArrowException, OSError):
        return
    packed = path.stat().st_size
    if is_too_big(packed, sum(groups)):
        raise too_big(shown, packed, sum(groups))
    if rows > MOST_ROWS or (rows > FEW_ROWS and rows > packed * ROWS_A_BYTE):
        raise FileError(
            "too_big",
            shown,
            f"自称有 {rows:,} 行，而文件只有 {packed / 10**6:,.2f} MB，不像导出的表格",
            hint="核对文件，重新导出",
        )
