"""Files that want to take the memory, the disk or the time are refused in words, and decent files of the same kinds
are read."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from helpers.files import unpacked

#: Read in a process of its own, which says what it was told and how much it held.
READ = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from tests.activity.activity_samples import cleaned, project
from helpers.activity.errors import ExportError
from helpers.year.load import load_year
year = load_year(Path(sys.argv[1]), 2024)
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    account = cleaned(year, Path(sys.argv[1]) / "out")[0]
    print("read", account.rows_in)
except ExportError as error:
    print(error.code)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base)
"""
TABLE = """\
  tickets:
    title: 工单
    files: exports/a.{suffix}
    columns: {{ticket_id: 编号}}
"""
HEAD = "编号\n".encode()


def gz_bomb(path: Path) -> None:
    """Half a gigabyte of one character in half a megabyte."""
    with gzip.open(path, "wb", 6) as out:
        out.write(HEAD)
        for _ in range(300):
            out.write(b"A" * (1 << 20))


def zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as out:
        for _ in range(300):
            out.write(b"A" * (1 << 20))


def sharing_zip(path: Path) -> None:
    """Many members, all of them the same compressed bytes."""
    data = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(data.compress(b"A" * (1 << 20)) for _ in range(100)) + data.flush()
    crc = zlib.crc32(b"A" * (100 << 20))
    name = b"a000.csv"
    local = b"PK\x03\x04\x14\0\0\0\x08\0" + b"\0" * 4 + crc.to_bytes(4, "little")
    local += (
        len(packed).to_bytes(4, "little")
        + (100 << 20).to_bytes(4, "little")
        + len(name).to_bytes(2, "little")
        + b"\0\0"
        + name
    )
    listed = b""
    for at in range(1_000):
        one = b"a%03d.csv" % at
        listed += b"PK\x01\x02\x14\0\x14\0\0\0\x08\0" + b"\0" * 4 + crc.to_bytes(4, "little")
        listed += len(packed).to_bytes(4, "little") + (100 << 20).to_bytes(4, "little")
        listed += len(one).to_bytes(2, "little") + b"\0" * 16 + one
    end = b"PK\x05\x06\0\0\0\0" + (1_000).to_bytes(2, "little") * 2 + len(listed).to_bytes(4, "little")
    path.write_bytes(local + packed + listed + end + len(local + packed).to_bytes(4, "little") + b"\0\0")


def many_members(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for at in range(21_000):
            archive.writestr(f"a{at}.csv", "编号\nA\n")


def nested(path: Path) -> None:
    content = HEAD + b"A1\n"
    for _ in range(6):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("a.csv", content)
        content = buffer.getvalue()
    path.write_bytes(content)


def book(sheet: Callable[[], bytes], strings: Callable[[], bytes] | None = None) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        import xlsxwriter

        with xlsxwriter.Workbook(path) as made:
            made.add_worksheet("S").write_column(0, 0, ["编号", "A1"])
        parts = {name: zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist()}
        parts["xl/worksheets/sheet1.xml"] = sheet() or parts["xl/worksheets/sheet1.xml"]
        if strings:
            parts["xl/sharedStrings.xml"] = strings()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in parts.items():
                archive.writestr(name, part)

    return write


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def sheet_of(rows: str) -> bytes:
    return f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>".encode()


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def column(number: int) -> str:
    text = ""
    while number:
        number, left = divmod(number - 1, 26)
        text = chr(65 + left) + text
    return text


FIRST = f'<row r="1">{cell("A1", "编号")}</row><row r="2">{cell("A2", "A1")}</row>'
BLANKS = "<t>" + " " * 1_000_000 + "</t>"
SHEETS = {
    "far row": sheet_of(FIRST + f'<row r="1048576">{cell("XFD1048576", "x")}</row>'),
    "far columns": sheet_of(
        FIRST + f'<row r="900000">{"".join(cell(f"{column(n)}900000", "x") for n in range(11_000, 16_000))}</row>'
    ),
    "unclosed cells": b"<worksheet " + MAIN.encode() + b"><sheetData>" + b'<c r="A1" ' * 200_000,
    "cells of attributes": sheet_of(FIRST + "<c " + " r  " * 300_000 + "/>"),
    "spaces": sheet_of(FIRST + "<row" + " " * 3_000_000 + 'hidden="1"/>'),
}


def big_strings() -> bytes:
    return f"<sst {MAIN}>".encode() + b"<si><t>" + b"A" * 300_000_000 + b"</t></si></sst>"


def parquet_of_many_rows(path: Path) -> None:
    table = pa.table({"编号": pa.array(["A"] * 1_000_000).dictionary_encode()})
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for _ in range(60):
            writer.write_table(table)


def deep_json(opening: str, closing: str, before: str = "", after: str = "") -> Callable[[Path], None]:
    text = before + opening * 100_000 + closing * 100_000 + after + "\n"
    return lambda path: path.write_text(text, encoding="utf-8") and None


BOMBS: dict[str, tuple[str, Callable[[Path], None], set[str]]] = {
    "gz": ("csv.gz", gz_bomb, {"too_big"}),
    "zip": ("zip", zip_bomb, {"too_big"}),
    "sharing zip": ("zip", sharing_zip, {"too_big"}),
    "many members": ("zip", many_members, {"too_many_members"}),
    "nested": ("zip", nested, {"too_deep"}),
    "strings": ("xlsx", book(bytes, big_strings), {"too_big"}),
    "parquet": ("parquet", parquet_of_many_rows, {"too_big"}),
    "deep lists": ("jsonl", deep_json("[", "]", '{"编号":', "}"), {"too_deep", "bad_json", "read"}),
    "deep objects": ("json", deep_json('{"编号":', "}", '[{"编号":', "}]"), {"too_deep", "bad_json"}),
    "deep array": ("json", deep_json("[", "]", '[{"编号":', "}]"), {"too_deep", "bad_json"}),
    "deep page": ("json", deep_json("[", "]", '{"data":{"records":', "}}"), {"too_deep", "bad_json"}),
    "far row": ("xlsx", book(lambda: SHEETS["far row"]), {"too_big"}),
    "far columns": ("xlsx", book(lambda: SHEETS["far columns"]), {"too_big"}),
    "unclosed cells": ("xlsx", book(lambda: SHEETS["unclosed cells"]), {"unreadable", "too_big"}),
    "cells of attributes": ("xlsx", book(lambda: SHEETS["cells of attributes"]), {"unreadable", "read"}),
    "spaces": ("xlsx", book(lambda: SHEETS["spaces"]), {"unreadable", "read", "hidden_rows"}),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_refused_in_words_without_taking_the_memory(tmp_path: Path, kind: str) -> None:
    suffix, write, codes = BOMBS[kind]
    from tests import small_year

    folder = small_year.write(tmp_path, small_year.head() + TABLE.format(suffix=suffix))
    write(folder / "exports" / f"a.{suffix}")
    here = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", READ, str(tmp_path), "-", here]
    # A bound far above what is needed: without the guards these run for minutes or for ever.
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    said, held = done.stdout.splitlines()[-2:]
    assert said.split()[0] in codes and int(held) < 700_000, f"KiB more: {held}"


def test_what_is_packed_well_is_read(tmp_path: Path) -> None:
    """Small files at any ratio, large ones at those of tables."""
    assert not unpacked.is_too_big(1_000, unpacked.SMALL)
    assert not unpacked.is_too_big(40_000_000, 2_000_000_000)
    assert unpacked.is_too_big(1_000_000, 1_000_000_000)
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"n": range(100_000), "t": ["工单"] * 100_000}), path)
    unpacked.refuse_big_parquet(path, "a.parquet")
