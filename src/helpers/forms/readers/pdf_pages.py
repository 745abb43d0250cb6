"""PDF files with text: the ruled tables of their pages, cell by cell, and the lines between them."""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.files.marks import Cell
from helpers.forms.readers.form_error import FormError
from helpers.forms.readers.pdf_unruled import line_of, read_aligned
from helpers.forms.readers.tables_and_words import SAME_EDGE, Item, Table, Words

MOST_PAGES = 400
#: What the streams of a file may unpack to.
MOST_BYTES = 200_000_000
PAGE_NUMBER = re.compile(r"[-—–\s]*(?:第\s*)?\d{1,4}\s*(?:页)?(?:\s*[/,，]?\s*(?:共\s*)?\d{1,4}\s*页?)?[-—–\s]*")
#: Where a line of a cell begins a new point of a list, it stays a line.
POINT = re.compile(r"[（(]?\d{1,2}[)）、．.](?!\d)|[①-⑳]|[一二三四五六七八九十][、．]")

Box = tuple[float, float, float, float]
SCANNED = "扫描的图片，没有文字，没有读"
ALIGNED = "PDF 里的表没有框线，按文字的对齐读出；各列、各组和总分对得上，仍请用 --show 核对一遍"


@dataclass
class ReadPdf:
    """Tables and lines of all pages in order; what is no text or was not read, with its place; how it was read."""

    items: list[Item] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    remarks: tuple[str, ...] = ()


def read_pdf(content: bytes, file: str) -> ReadPdf:
    """A PDF with text. Raises ``FormError``."""
    import pdfplumber

    _refuse_bomb(content, file)
    read = ReadPdf()
    lost = _Lost(logging.WARNING)
    parser = logging.getLogger("pdfminer")
    told, parser.propagate = parser.propagate, False  # its words are for its makers, not for the screen
    parser.addHandler(lost)
    try:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            if len(pdf.pages) > MOST_PAGES:
                raise FormError(
                    "too_big",
                    file,
                    f"有 {len(pdf.pages)} 页，超过 {MOST_PAGES} 页",
                    hint="只留自评表所在的页，另存后再试",
                )
            for number, page in enumerate(pdf.pages, start=1):
                _page(page, number, read)
                if not page.chars and (page.images or page.curves):
                    read.unread.append((f"第 {number} 页", SCANNED))
                page.close()
    except FormError:
        raise
    except Exception as error:  # whatever a damaged file makes of the parser
        raise _refused(error, file) from error
    finally:
        parser.removeHandler(lost)
        parser.propagate = told
    if lost.any:
        raise _refused(ValueError("data lost"), file)
    if not any(isinstance(item, Words) or item.cells for item in read.items):
        what = "这是扫描的 PDF，页面是图片，没有文字" if read.unread else "这个 PDF 里没有文字"
        raise FormError(
            "scanned_pdf",
            file,
            what,
            hint="用原来的电子表格（.xlsx、.docx）；没有时先做文字识别（OCR），核对后另存为 .docx 或 .xlsx",
        )
    return read


def refuse_unruled(items: Sequence[Item], file: str) -> None:
    """Refuse a form whose heads stand outside of every ruled table: which text belongs to which cell would be a guess.

    Raises ``FormError``.
    """
    if any(isinstance(item, Table) and item.has_heads() for item in items):
        return
    lines = [item for item in items if isinstance(item, Words)]
    for at, one in enumerate(lines):
        near = "".join("".join(line.text.split()) for line in lines[max(0, at - 1) : at + 2])
        if "三级指标" in "".join(one.text.split()) and re.search("指标值|目标值|完成值|完成情况", near):
            raise FormError(
                "unruled_pdf",
                file,
                "这个 PDF 里的自评表没有完整的框线，分不清文字属于哪一格，没有读",
                place=one.place,
                hint="用原来的 .docx 或 .xlsx；没有时把表格复制到 Excel 或 WPS 表格，逐格核对后另存为 .xlsx",
            )


class _Lost(logging.Handler):
    """Whether the parser has gone on without a part of a damaged file: what it then gives is not the whole form."""

    any = False

    def emit(self, record: logging.LogRecord) -> None:
        """One message of the parser."""
        self.any |= "Data-loss" in record.getMessage()


def _refused(error: Exception, file: str) -> FormError:
    if "Password" in repr(error) or "Encryption" in repr(error):
        return FormError("encrypted", file, "这个 PDF 加了打开密码", hint="去掉密码，另存后再用")
    return FormError(
        "unreadable",
        file,
        f"打不开这个 PDF，文件可能损坏（{type(error).__name__}）",
        hint="重新导出完整的文件；有原来的 .docx 或 .xlsx 时用它",
    )


def _refuse_bomb(content: bytes, file: str) -> None:
    """A few bytes can unpack to what fills the memory; nothing is unpacked further than it may."""
    left = MOST_BYTES
    for start in re.finditer(rb"stream\r?\n", content):
        end = content.find(b"endstream", start.end())
        try:
            data = memoryview(content)[start.end() : end if end > 0 else len(content)]
            left -= len(zlib.decompressobj().decompress(data, left + 1))
        except zlib.error:
            continue
        if left < 0:
            raise FormError(
                "too_big", file, "PDF 解开后超过 200 MB，不会是自评表", hint="只留自评表所在的页，另存后再试"
            )


# --- a page ---------------------------------------------------------------------------------------


def _page(page: Any, number: int, read: ReadPdf) -> None:
    """Add the tables and lines of one page from top to bottom."""
    before = list(read.items)
    tables = page.find_tables()
    boxes = [table.bbox for table in tables]
    outside = page.filter(lambda o: o["object_type"] != "char" or not any(_inside(o, box) for box in boxes))
    heads = {item.text for item in before if isinstance(item, Words) and item.place.startswith("第 1 页")}
    found: list[tuple[float, Any]] = [(table.bbox[1], table) for table in tables]
    for line in outside.extract_text_lines(return_chars=not tables) if outside.chars else ():
        text = _tight(line["text"])
        if text and not PAGE_NUMBER.fullmatch(text) and not (number > 1 and text in heads):
            found.append((line["top"], line))
    if not tables and (aligned := read_aligned([line_of(line["chars"]) for _, line in found], number)):
        read.items += aligned.items
        read.unread += [(place, f"{text}（没有框线，分不清是哪一格的，没有读）") for place, text in aligned.unread]
        read.remarks = (ALIGNED,)
        return
    goes_on = bool(before) and isinstance(before[-1], Table)
    for at, (_, one) in enumerate(sorted(found, key=lambda pair: pair[0])):
        if isinstance(one, dict):
            read.items.append(Words(_tight(one["text"]), f"第 {number} 页第 {at + 1} 行文字"))
        else:
            read.items.append(_table(page, one, f"第 {number} 页表格", goes_on and at == 0))


def _inside(char: Any, box: Box) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _table(page: Any, table: Any, place: str, continues: bool) -> Table:
    """A table by its ruled lines: a cell that covers several of the finest rows or columns is a merged one."""
    import pdfplumber

    xs = _edges([x for box in table.cells for x in (box[0], box[2])])
    ys = _edges([y for box in table.cells for y in (box[1], box[3])])
    chars = [char for char in page.chars if _inside(char, table.bbox)]
    cells: dict[Cell, str] = {}
    merged: list[tuple[Cell, Cell]] = []
    for box in table.cells:
        left, right = _nearest(xs, box[0]), _nearest(xs, box[2]) - 1
        top, bottom = _nearest(ys, box[1]), _nearest(ys, box[3]) - 1
        if (bottom, right) > (top, left):
            merged.append(((top, left), (bottom, right)))
        inside = [char for char in chars if _inside(char, box)]
        if inside and (text := _unwrapped(pdfplumber.utils.extract_text(inside))):
            cells[top, left] = text
    return Table(
        cells, tuple(merged), max(len(ys) - 1, 1), max(len(xs) - 1, 1), place, edges=tuple(xs), continues=continues
    )


def _edges(values: Sequence[float]) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > SAME_EDGE:
            edges.append(value)
    return edges


def _nearest(edges: Sequence[float], value: float) -> int:
    return min(range(len(edges)), key=lambda at: abs(edges[at] - value))


def _tight(text: str) -> str:
    """Without the blanks that typesetting leaves between Chinese characters and anything else."""
    wide = r"[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f≥≤＞＜%]"
    return re.sub(rf"(?<={wide})[ \t]+|[ \t]+(?={wide})", "", text).strip()


def _unwrapped(text: str) -> str:
    """A cell's lines as one: a page breaks lines where the column ends. Points of a list stay lines."""
    whole = ""
    for line in (_tight(line) for line in text.split("\n")):
        if whole and POINT.match(line):
            whole += "\n"
        elif whole and re.search(r"[A-Za-z,;]$", whole) and re.match(r"[A-Za-z]", line):
            whole += " "
        whole += line
    return whole
