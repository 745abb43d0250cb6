"""What a file is by its content, and the files that cannot be read, with the remedy."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal

from helpers.files.biff import is_encrypted, workbook_stream
from helpers.files.compound import SIGNATURE, Compound, DamagedCompound
from helpers.files.names import passed_over
from helpers.files.refusal import FileError
from helpers.files.unpacked import DAMAGED, refuse_long_list

Kind = Literal["gzip", "zip", "xlsx", "xls", "ods", "parquet", "json", "html", "xml", "text"]
Document = Literal["docx", "pdf", "doc", "rtf", "html"]
WORKBOOKS = ("xlsx", "xls", "ods")

START = 4096
JSON_NAMES = (".jsonl", ".ndjson", ".json")
BOOK_NAMES = (".xlsx", ".xlsm", ".xls", ".ods", ".et", ".xlsb")
ZIPPED = (b"PK\x03\x04", b"PK\x05\x06")
SAVE_AS = "用 Excel 或 WPS 打开，另存为 .xlsx 后再用"
AGAIN = "重新导出完整的文件，放回原处"

#: Beginnings of files that hold no table that could be read.
OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "PDF 文件"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"II*\x00", "图片"),
    (b"MM\x00*", "图片"),
    (b"BZh", "bzip2 压缩文件"),
    (b"\xfd7zXZ", "xz 压缩文件"),
    (b"SQLite format 3", "SQLite 数据库"),
    (b"\x00\x01\x00\x00Standard ", "Access 数据库"),
    (rb"{\rtf", "RTF 文档"),
    (b"%TSD-Header-###%", "被透明加密软件加了密的文件"),
)
#: Packages other than a workbook, by a member that only they have.
PACKAGES = (
    ("word/document.xml", "Word 文档", "把表格放进 Excel 或 WPS 表格，存为 .xlsx"),
    ("ppt/presentation.xml", "演示文稿", "把表格放进 Excel 或 WPS 表格，存为 .xlsx"),
    ("xl/workbook.bin", "二进制工作簿（.xlsb）", SAVE_AS),
)
HTML = re.compile(rb"<!doctype html|<html|<table|<meta|<head|<body|<script|<div", re.IGNORECASE)


def kind_of(stream: BinaryIO, shown: str) -> Kind:
    """What a file holds; its name decides only where the content leaves it open.

    Raises ``FileError`` for what cannot be read at all: empty, encrypted, damaged, or no kind of table.
    """
    stream.seek(0)
    start = stream.read(START)
    if not start.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0") and not stream.read(1):
        raise FileError("empty_file", shown, "文件是空的", hint="重新导出后放回原处")
    if start.startswith(b"\x1f\x8b"):
        return "gzip"
    if start.startswith(ZIPPED):
        return _packaged(stream, shown)
    if start.startswith(SIGNATURE[:4]):
        return _old_workbook(stream, shown)
    if start.startswith(b"PAR1"):
        return "parquet"
    for beginning, what in OTHERS:
        if start.startswith(beginning):
            raise FileError("unknown_format", shown, f"这是{what}，不是能读的表格文件", hint=_other_remedy(what))
    if _suffix(shown) in BOOK_NAMES and start[:2] == b"PK":
        raise FileError("unreadable", shown, "打不开这个工作簿，文件不完整或已损坏", hint=AGAIN)
    return _text(start, shown)


def document_of(content: bytes, shown: str) -> Document | None:
    """Which document for people to read a file is, by its content; None where it is none (or a table file)."""
    start = content[:START]
    if b"%PDF-" in start[:1024]:
        return "pdf"
    if start.startswith(rb"{\rtf"):
        return "rtf"
    if start.startswith(ZIPPED):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = {name.replace("\\", "/").lower() for name in archive.namelist()}
        except DAMAGED:
            return "docx" if _suffix(shown) in (".docx", ".docm") else None
        return "docx" if "word/document.xml" in names else None
    if start.startswith(SIGNATURE):
        word, book = (name.encode("utf-16-le") in content for name in ("WordDocument", "Workbook"))
        return "doc" if word and (not book or _suffix(shown) in (".doc", ".wps", ".dot", ".wpt")) else None
    plain = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if plain.startswith(b"<!--") and re.search(rb"<html|<table", content[: 16 * START], re.IGNORECASE):
        return "html"
    return None


def refuse_unreadable(path: Path, shown: str) -> FileError | None:
    """Why a file cannot be read at all, as far as that shows without reading it through."""
    try:
        with path.open("rb") as stream:
            kind_of(stream, shown)
    except FileError as error:
        return error
    except OSError as error:
        return FileError(
            "unreadable", shown, f"文件打不开：{error.strerror or error}", hint="检查文件是否被占用、有没有读取权限"
        )
    return None


def _suffix(shown: str) -> str:
    """The name's ending; what is packed by gzip counts by the name below."""
    return PurePosixPath(shown.lower().removesuffix(".gz")).suffix


def _other_remedy(what: str) -> str:
    if "压缩" in what:
        return "解压后放入里面的表格文件，或改用 .zip、.gz"
    return "在能打开它的电脑上另存为不加密的 .xlsx 或 .csv" if "加密" in what else "从来源系统导出 .xlsx、.csv 或 .json"


# --- packages -------------------------------------------------------------------------------------


def _packaged(stream: BinaryIO, shown: str) -> Kind:
    """A workbook, an archive, or a package of another kind."""
    book = _suffix(shown) in BOOK_NAMES
    refuse_long_list(stream, shown)
    try:
        with zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
    except DAMAGED as error:
        what = "打不开这个工作簿，文件不完整或已损坏" if book else "压缩包打不开，文件可能不完整或已损坏"
        raise FileError("unreadable" if book else "damaged_archive", shown, what, hint=AGAIN) from error
    names = {info.filename.replace("\\", "/").lower() for info in infos}
    for member, what, hint in PACKAGES:
        if member in names:
            raise FileError("not_a_workbook", shown, f"这是{what}，不是 .xlsx 工作簿", hint=hint)
    is_book = any(name.endswith("workbook.xml") for name in names)
    if not is_book and "content.xml" not in names:
        if not any(not info.is_dir() and not passed_over(info.filename) for info in infos):
            raise FileError("no_member", shown, "压缩包是空的", hint="重新压缩后放回原处")
        return "zip"
    if any(info.flag_bits & 1 for info in infos):
        raise FileError("encrypted", shown, "这个文件加了密码", hint="去掉打开密码，另存后再用")
    if not is_book:
        return "ods"
    if not any("sheets/" in name for name in names):
        raise FileError("unreadable", shown, "工作簿里没有工作表，文件可能损坏", hint=AGAIN)
    return "xlsx"


def _old_workbook(stream: BinaryIO, shown: str) -> Kind:
    stream.seek(0)
    content = stream.read()
    encrypted = FileError("encrypted", shown, "这个工作簿加了打开密码", hint="取消打开密码后另存，再放回原处")
    try:
        compound = Compound(content)
        names, records = compound.names, workbook_stream(compound)
    except DamagedCompound as error:
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise encrypted from error
        if "Workbook".encode("utf-16-le") in content:
            return "xls"  # damaged, as opening it will show
        raise FileError("unreadable", shown, "打不开这个工作簿，文件不完整或已损坏", hint=AGAIN) from error
    if "EncryptedPackage" in names:
        raise encrypted
    if records is None:
        what = "Word 文档（.doc）" if "WordDocument" in names else "Office 文件，但不是工作簿"
        raise FileError("not_a_workbook", shown, f"这是{what}", hint=SAVE_AS)
    if is_encrypted(records):
        raise encrypted
    return "xls"


# --- texts ----------------------------------------------------------------------------------------


def _text(start: bytes, shown: str) -> Kind:
    """Marked-up text, JSON or delimited text."""
    wide = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}.get(start[:2])
    plain = start[2:].decode(wide, "ignore").encode() if wide else start
    plain = plain.lstrip(b"\xef\xbb\xbf \t\r\n")
    if HTML.match(plain):
        return "html"
    if plain.startswith((b"<?xml", b"<Workbook", b"<ss:Workbook")):
        return "html" if re.search(rb"<!doctype html|<html", plain, re.IGNORECASE) else "xml"
    if plain.lower().startswith((b"mime-version:", b"<!--")) and re.search(
        rb"<html|<table|text/html", plain, re.IGNORECASE
    ):
        raise FileError("web_page", shown, "这是网页存档，不是表格文件", hint=SAVE_AS)
    if _suffix(shown) in JSON_NAMES or re.match(rb'\{\s*["}]|\[\s*[\[{\]]', plain):
        return "json"
    return "text"
