"""The encoding of a text file, and its copy in UTF-8 where it has another."""

from __future__ import annotations

import codecs
from pathlib import Path

from helpers.activity.errors import ExportError

CHUNK = 1 << 22
UTF8 = ("utf-8", "utf8", "utf-8-sig", "utf_8")
#: How much of a file is looked at before the reader itself finds out.
START = 1 << 16


def utf8_file(path: Path, shown: str, declared: str | None, copy: Path) -> tuple[Path, str]:
    """The file itself, or its copy in UTF-8 with plain line ends, and the encoding it had.

    A declared encoding wins, then a byte order mark, then UTF-8, then GB18030. Raises ``ExportError``
    with the first line that cannot be decoded.
    """
    with path.open("rb") as stream:
        start = stream.read(START)
    encoding = _encoding(path, start, shown, declared)
    cr_only = b"\r" in start and b"\n" not in start and encoding not in ("utf-16", "utf-16-le", "utf-16-be")
    if encoding.lower() in UTF8 and not cr_only:
        return path, encoding
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as stream, copy.open("w", encoding="utf-8", newline="") as out:
        while chunk := stream.read(CHUNK):
            out.write(_line_ends(decoder.decode(chunk), cr_only))
        out.write(_line_ends(decoder.decode(b"", final=True), cr_only))
    return copy, encoding


def looks_utf8(start: bytes, declared: str | None) -> bool:
    """Whether a file may be read as UTF-8 until the reader says otherwise."""
    if declared is not None and declared.lower() not in UTF8:
        return False
    if b"\n" not in start or (by_mark(start) and by_mark(start) != ["utf-8-sig"]):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return True


def _line_ends(text: str, cr_only: bool) -> str:
    return text.replace("\r", "\n") if cr_only else text


def _encoding(path: Path, start: bytes, shown: str, declared: str | None) -> str:
    """Raises ``ExportError`` where no candidate reads the whole file."""
    if declared is not None and _unknown(declared):
        raise ExportError(
            "unknown_encoding", shown, f"没有 {declared} 这种编码", hint="常用的有 utf-8、gb18030、utf-16、big5"
        )
    tried = [declared] if declared else by_mark(start) or ["utf-8", "gb18030"]
    problems = []
    for name in tried:
        line = undecodable(path, name)
        if line is None:
            return "utf-8-sig" if name.lower() in UTF8 and start.startswith(codecs.BOM_UTF8) else name
        problems.append((line, f"不是 {name} 编码"))
    what = "按声明的编码读不通" if declared else "既不是 UTF-8 也不是 GB18030 编码"
    fits = next((n for n in ("utf-8", "gb18030") if declared and n != declared and undecodable(path, n) is None), None)
    raise ExportError(
        "wrong_encoding",
        shown,
        what,
        rows=problems,
        hint=f"这个文件按 {fits} 读得通：把 encoding 改成 {fits}，或删去这一行由程序识别"
        if fits
        else "文件可能被截断在一个字的中间；否则在 year.yml 里用 encoding 写明它的编码",
    )


def _unknown(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return True
    return False


def by_mark(start: bytes) -> list[str]:
    """By a byte order mark, or by the zero bytes that every other place of UTF-16 holds."""
    if start.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    half = max(len(start) // 2, 1)
    if start[1::2].count(0) > half * 0.3 and not start[::2].count(0):
        return ["utf-16-le"]
    return ["utf-16-be"] if start[::2].count(0) > half * 0.3 and not start[1::2].count(0) else []


def undecodable(path: Path, encoding: str) -> int | None:
    """The line (from 1) in which decoding fails, None when the whole file decodes."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].count(b"\n")
            line += chunk.count(b"\n")
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return line
    return None
