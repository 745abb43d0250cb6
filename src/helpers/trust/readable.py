"""What a reader finds in a file of a package, of any kind: its lines in order, and what else there is to be seen."""

from __future__ import annotations

import hashlib
import io
import json
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree, html

from helpers.trust.hidden_looks import docx_looks, xlsx_looks

#: The most that is unpacked of one DOCX or XLSX, and the most pages and pixels that are looked at of a PDF.
UNPACKED, PAGES, PIXELS = 256 * 2**20, 2_000, 4_000_000
#: Characters without a shape: joiners, breaks, turns of direction.
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
#: How deep data may be nested.
DEEPEST = 200


class Unreadable(ValueError):
    """A file is damaged, or not of the kind that its name says."""


@dataclass(frozen=True)
class Readable:
    """``lines``: what is read; ``seen``: by place a digest of what is looked at, charts, marks and looks of numbers."""

    lines: tuple[str, ...]
    seen: Mapping[str, str]


def readable(name: str, content: bytes) -> Readable:
    """What stands in a file, by the kind that its name says. Raises ``Unreadable``."""
    kind = next((suffix for suffix in KINDS if name.endswith(suffix)), None)
    if kind is None:
        return Readable((), {"": hashlib.sha256(content).hexdigest()})
    try:
        return KINDS[kind](content)
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable("嵌套太深") from None
    except Exception as error:  # whatever a reader of foreign files raises says that this is none of ours
        raise Unreadable(f"打不开，文件已损坏：{str(error)[:200] or type(error).__name__}") from error


# --- HTML -----------------------------------------------------------------------------------------


def _html(content: bytes) -> Readable:
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    whole = html.document_fromstring(content, parser=parser)
    lines: list[str] = []
    # What browsers still show though it stands behind the end, and in which mode they draw.
    marks: list[Any] = [
        content.rpartition(b"</html>")[2].strip().decode("utf-8", "replace"),
        content.partition(b"<html")[0][:200].decode("latin-1"),
        [content.count(char.encode()) for char in INVISIBLE],
    ]
    for element in whole.iter():
        if not isinstance(element.tag, str):
            marks.append(str(element))
            continue
        inside = element.text if element.tag not in ("style", "script") else None
        hidden = element.text if inside is None else None
        marks.append([element.tag, sorted(element.attrib.items()), hidden])
        lines += [text for text in (_tight(inside), _tight(element.tail)) if text]
    return Readable(tuple(lines), {"标记和图形": _digest(marks)})


# --- PDF ------------------------------------------------------------------------------------------


def _pdf(content: bytes) -> Readable:
    import pypdfium2

    lines: list[str] = []
    seen: dict[str, str] = {}
    with pypdfium2.PdfDocument(content) as document:
        if len(document) > PAGES:
            raise Unreadable(f"有 {len(document)} 页，太多")
        for number in range(len(document)):
            page = document[number]
            lines += [line for text in page.get_textpage().get_text_bounded().splitlines() if (line := _tight(text))]
            width, height = page.get_size()
            scale = min(1.0, (PIXELS / max(1.0, width * height)) ** 0.5)
            drawn = bytes(page.render(scale=scale).buffer)
            seen[f"第 {number + 1} 页"] = hashlib.sha256(drawn).hexdigest()
        seen["附件、批注和文档属性"] = _digest(_beside_pages(document))
    return Readable(tuple(lines), seen)


def _beside_pages(document: Any) -> list[Any]:
    """What a PDF carries beside its pages: attachments, the number of annotations, properties."""
    from pypdfium2 import raw

    pages = [document[number] for number in range(len(document))]  # held: a page that nobody holds is closed
    attached = [document.get_attachment(at) for at in range(document.count_attachments())]
    return [
        [[one.get_name(), hashlib.sha256(bytes(one.get_data())).hexdigest()] for one in attached],
        [raw.FPDFPage_GetAnnotCount(page.raw) for page in pages],
        sorted(document.get_metadata_dict().items()),
    ]


# --- DOCX and XLSX --------------------------------------------------------------------------------

_XML = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
_MAIN = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")


def _parts(content: bytes) -> dict[str, bytes]:
    """The members of a package by name. Raises ``Unreadable`` where they are far larger than any of ours."""
    parts: dict[str, bytes] = {}
    room = UNPACKED
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            if info.filename in parts:
                raise Unreadable(f"里面有两个 {info.filename}")
            with archive.open(info) as stream:
                parts[info.filename] = stream.read(room + 1)
            room -= len(parts[info.filename])
            if room < 0:
                raise Unreadable(f"解开后超过 {UNPACKED:,} 字节")
    return parts


def _docx(content: bytes) -> Readable:
    parts = _parts(content)
    lines: list[str] = []
    for name in sorted(filter(_MAIN.fullmatch, parts)):
        for paragraph in etree.fromstring(parts[name], _XML).iter("{*}p"):
            told = "".join(one.text or "" for one in paragraph.iter("{*}t", "{*}delText", "{*}instrText"))
            lines += [text] if (text := _tight(told)) else []
    media = sorted(
        hashlib.sha256(part).hexdigest() for name, part in parts.items() if not name.endswith((".xml", ".rels"))
    )
    looks = {name: _digest(told) for name, told in docx_looks(parts, sorted(filter(_MAIN.fullmatch, parts))).items()}
    return Readable(tuple(lines), {"图片": _digest(media), **looks})


def _xlsx(content: bytes) -> Readable:
    from helpers.files.package import style_formats

    parts = _parts(content)
    shared = list(_shared(parts.get("xl/sharedStrings.xml")))
    formats = style_formats(content)
    lines: list[str] = []
    looks: list[Any] = []
    for name, part in _sheets(parts):
        lines.append(f"工作表 {name}")
        for cell in etree.fromstring(parts[part], _XML).iter("{*}c"):
            value, place = _cell(cell, shared), f"{name} {cell.get('r')}"
            lines += [f"{place}：{value}"] if value else []
            looks.append([place, _look(cell, formats)] if value else None)
    others = sorted(
        hashlib.sha256(part).hexdigest() for one, part in parts.items() if not one.endswith((".xml", ".rels"))
    )
    seen = {"数字的显示格式": _digest([look for look in looks if look]), "附带的文件": _digest(others)}
    return Readable(tuple(lines), {**seen, **{name: _digest(told) for name, told in xlsx_looks(parts).items()}})


def _shared(part: bytes | None) -> Iterator[str]:
    for item in etree.fromstring(part, _XML).iter("{*}si") if part else ():
        yield "".join(one.text or "" for one in item.iter("{*}t"))


def _sheets(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Name and part of each sheet, hidden ones too, in the order of the workbook."""
    relations = etree.fromstring(parts["xl/_rels/workbook.xml.rels"], _XML)
    targets = {one.get("Id"): one.get("Target", "") for one in relations.iter("{*}Relationship")}
    for sheet in etree.fromstring(parts["xl/workbook.xml"], _XML).iter("{*}sheet"):
        found = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
        state = "" if sheet.get("state") in (None, "visible") else "（隐藏）"
        yield f"{sheet.get('name')}{state}", posixpath.normpath(posixpath.join("/xl", targets[found])).lstrip("/")


def _cell(cell: Any, shared: list[str]) -> str:
    """What a cell holds; of a formula both what is calculated and what came out."""
    value = "".join(one.text or "" for one in cell.iter("{*}v"))
    if cell.get("t") == "s" and value:
        value = shared[int(value)]
    value = value or "".join(one.text or "" for one in cell.iter("{*}t"))
    formula = "".join(one.text or "" for one in cell.iter("{*}f"))
    return _tight(f"={formula} → {value}" if formula else value)


def _look(cell: Any, formats: list[str | None]) -> str | None:
    number = int(cell.get("s", "0"))
    return formats[number] if number < len(formats) else None


# --- data -----------------------------------------------------------------------------------------


def _json(content: bytes) -> Readable:
    return Readable(
        tuple(f"{place}：{json.dumps(value, ensure_ascii=False)}" for place, value in leaves(data(content))), {}
    )


def data(content: bytes) -> Any:
    """What a JSON file holds. Raises ``Unreadable``, also for a key that stands twice: readers differ there."""
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"不是合格的 JSON：{str(error)[:200]}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("同一个键出现两次")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"不允许 {name}")


def leaves(value: Any, place: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Every value of nested data with its place: ``indicators[3].score``."""
    if depth > DEEPEST:
        raise Unreadable("嵌套太深")
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{place}.{key}" if place else key, depth + 1)
    elif isinstance(value, list) and value:
        for at, inner in enumerate(value):
            yield from leaves(inner, f"{place}[{at}]", depth + 1)
    else:
        yield place, value


def _tight(text: str | None) -> str:
    return " ".join((text or "").replace("\u200b", "").split())


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


#: By the end of a file's name how it is read.
KINDS: Mapping[str, Callable[[bytes], Readable]] = {
    ".html": _html,
    ".pdf": _pdf,
    ".docx": _docx,
    ".xlsx": _xlsx,
    ".json": _json,
    ".ipynb": _json,
}
