"""The encoding of a text file: declared, marked, UTF-8, or guessed where the guess makes sense; its copy in UTF-8."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from helpers.files.likely import common_characters, has_han, makes_sense
from helpers.files.refusal import FileError

CHUNK = 1 << 22
UTF8 = ("utf-8", "utf8", "utf-8-sig", "utf_8")
#: How much of a file is looked at before the reader itself finds out.
START = 1 << 16
#: So many characters that are no ASCII tell what a text is written in.
TELLING = 100_000
#: What is tried, so that it can be asked for, where a file is neither UTF-8 nor sensible as GB18030.
OTHERS = {"big5": "繁体中文", "shift_jis": "日文", "euc-kr": "韩文", "cp1252": "西欧", "cp1251": "俄文"}
#: So few characters that are no ASCII may be of two encodings at once.
FEW = 8
KNOWN = "常用的有 utf-8、gb18030、utf-16、big5、cp1252"
ROWS = 3
ASCII = re.compile("[\x00-\x7f]+")


def utf8_file(path: Path, shown: str, declared: str | None, copy: Path) -> tuple[Path, str]:
    """The file itself, or its copy in UTF-8 with plain line ends, and the encoding it had.

    Raises ``FileError`` with the first line that cannot be decoded, or what was tried.
    """
    with path.open("rb") as stream:
        encoding = encoding_of(stream, shown, declared)
        stream.seek(0)
        start = stream.read(START)
        cr_only = b"\r" in start and b"\n" not in start and encoding not in ("utf-16", "utf-16-le", "utf-16-be")
        if encoding.lower() in UTF8 and not cr_only:
            return path, encoding
        stream.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        with copy.open("w", encoding="utf-8", newline="") as out:
            while chunk := stream.read(CHUNK):
                out.write(_line_ends(decoder.decode(chunk), cr_only))
            out.write(_line_ends(decoder.decode(b"", final=True), cr_only))
    return copy, encoding


def decoded(content: bytes, shown: str) -> str:
    """The text of a small file. Raises ``FileError``."""
    text = content.decode(encoding_of(io.BytesIO(content), shown, None))
    if "\0" in text:
        line = 1 + text[: text.index("\0")].count("\n")
        raise FileError(
            "not_text",
            shown,
            "文件里有不是文字的内容（空字节）",
            place=f"文件第 {line} 行",
            hint="核对后缀与内容是否一致；重新导出完整的文件",
        )
    return text.removeprefix("\ufeff")


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


def encoding_of(stream: BinaryIO, shown: str, declared: str | None) -> str:
    """A declared encoding wins, then a byte order mark, then UTF-8, then GB18030 where the text makes sense by it.

    Raises ``FileError``.
    """
    stream.seek(0)
    start = stream.read(START)
    if declared is not None and _unknown(declared):
        raise FileError("unknown_encoding", shown, f"没有 {declared} 这种编码", hint=KNOWN)
    marked = [] if declared else by_mark(start)
    name = declared or (marked[0] if marked else "utf-8")
    line = undecodable(stream, name)
    if line is None and not declared and not marked and _is_few_han(start):
        return "gb18030"
    if line is None:
        return "utf-8-sig" if name.lower() in UTF8 and start.startswith(codecs.BOM_UTF8) else name
    if declared:
        raise _not_as_declared(stream, shown, declared, line)
    if name in UTF8 and _cut_off(stream):
        raise FileError(
            "truncated",
            shown,
            "文件在一个字的中间断了",
            rows=[(line, "最后一行，断在一个字的中间")],
            hint="重新导出或重新传送整个文件",
        )
    other = undecodable(stream, "gb18030")
    _refuse_mixed(stream, shown, damaged=other is not None)
    problems = [(line, f"不是 {name} 编码")]
    if not marked:
        if other is None:
            if makes_sense(_telling(stream, "gb18030")):
                return "gb18030"
            raise _unclear(stream, shown)
        problems.append((other, "不是 gb18030 编码"))
    raise FileError(
        "wrong_encoding",
        shown,
        f"带有 {name} 标记，却不是这种编码" if marked else "既不是 UTF-8 也不是 GB18030 编码",
        rows=problems,
        hint=f"文件可能被截断在一个字的中间；否则在 year.yml 里用 encoding 写明它的编码{_reads_as(stream, line)}",
    )


def _is_few_han(content: bytes) -> bool:
    """A few Chinese characters in an otherwise plain file that happen to be UTF-8 of another script: 元 is Ԫ."""
    if len(content) >= START or content.isascii():
        return False
    other = [c for c in content.decode("utf-8", "ignore") if c > "\x7f"]
    if len(other) > FEW or not all("\u0370" <= c <= "\u07ff" for c in other):
        return False
    text = _as(content, "gb18030")
    return text is not None and has_han(text) and all(c <= "\x7f" or c in common_characters() for c in text)


def _not_as_declared(stream: BinaryIO, shown: str, declared: str, line: int) -> FileError:
    fits = next((n for n in ("utf-8", "gb18030") if n != declared and undecodable(stream, n) is None), None)
    return FileError(
        "wrong_encoding",
        shown,
        "按声明的编码读不通",
        rows=[(line, f"不是 {declared} 编码")],
        hint=f"这个文件按 {fits} 读得通：把 encoding 改成 {fits}，或删去这一行由程序识别"
        if fits
        else "文件可能被截断在一个字的中间；否则在 year.yml 里用 encoding 写明它的编码",
    )


def _unclear(stream: BinaryIO, shown: str) -> FileError:
    """No guess: what the first lines would say by each encoding that decodes the file."""
    rows = []
    for number, line in _beyond_ascii(stream):
        readings = [f"按 {n} 是“{_short(text)}”" for n in ("gb18030", *OTHERS) if (text := _as(line, n)) is not None]
        rows.append((number, "；".join(readings)))
        if len(rows) == ROWS:
            break
    fits = [n for n in OTHERS if undecodable(stream, n) is None]
    return FileError(
        "encoding_unclear",
        shown,
        "不是 UTF-8；按 GB18030 虽能解码，读出来的却不像中文，不能猜",
        rows=rows,
        hint="看哪一种读法是对的，在 year.yml 里写 encoding（profile 用 --encoding）"
        + ("；整个文件能按这些编码解码：" + "、".join(f"{n}（{OTHERS[n]}）" for n in fits) if fits else ""),
    )


def _reads_as(stream: BinaryIO, line: int) -> str:
    """What the line that could not be decoded says by other encodings."""
    text = next((line_ for number, line_ in _beyond_ascii(stream) if number >= line), b"")
    readings = [f"按 {n} 是“{_short(found)}”" for n in ("big5", "cp1252") if (found := _as(text, n)) is not None]
    return f"（第 {line} 行{'，'.join(readings)}）" if readings else ""


def _as(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _short(text: str) -> str:
    at = next((i for i, c in enumerate(text) if c > "\x7f"), 0)
    return " ".join(text[max(at - 8, 0) : at + 12].split())


def _refuse_mixed(stream: BinaryIO, shown: str, *, damaged: bool) -> None:
    """Files glued together from two sources: some lines are UTF-8, others are not. ``damaged``: some line may be
    neither that nor GB18030."""
    utf8, others = [], []
    for number, line in _beyond_ascii(stream):
        text = _as(line, "utf-8")
        if text is None:
            if damaged and _as(line, "gb18030") is None:
                return  # damaged rather than glued: the caller names the line
            others.append(number)
        elif has_han(text):
            utf8.append(number)
    if not utf8 or not others:
        return
    few, word = (utf8, "是 UTF-8") if len(utf8) <= len(others) else (others, "不是 UTF-8")
    raise FileError(
        "mixed_encodings",
        shown,
        f"一个文件里有两种编码：{len(utf8)} 行是 UTF-8，{len(others)} 行不是",
        rows=[(number, word) for number in few],
        hint="多半是把两次导出拼成了一个文件：分开放成两个文件，或统一编码后再放回",
    )


def _beyond_ascii(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that hold more than ASCII, with their numbers from 1."""
    stream.seek(0)
    for number, line in enumerate(stream, start=1):
        if not line.isascii():
            yield number, line.rstrip(b"\r\n")


def _telling(stream: BinaryIO, encoding: str) -> str:
    """The first characters of a file that are no ASCII."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    parts: list[str] = []
    while sum(map(len, parts)) < TELLING and (chunk := stream.read(CHUNK)):
        parts.append(ASCII.sub("", decoder.decode(chunk)))
    return "".join(parts)


def _unknown(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return True
    return False


def by_mark(start: bytes) -> list[str]:
    """By a byte order mark, or by what UTF-16 leaves in every other place."""
    if start.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    if b"\0" not in start:
        return []
    return [name for name in ("utf-16-le", "utf-16-be") if _is_wide(start[: len(start) // 2 * 2], name)]


def _is_wide(start: bytes, encoding: str) -> bool:
    """Whether UTF-16 without a mark gives a text of lines: mostly ASCII, or sensible Chinese."""
    text = start.decode(encoding, "replace")
    if "\n" not in text or "\0" in text or "\ufffd" in text[:-1]:
        return False
    return makes_sense(text)


def _cut_off(stream: BinaryIO) -> bool:
    """Whether UTF-8 fails only because the last character is not all there."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(CHUNK):
            decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return bool(decoder.getstate()[0])


def undecodable(stream: BinaryIO, encoding: str) -> int | None:
    """The line (from 1) in which decoding fails, None when the whole file decodes."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
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
