"""What a DOCX or XLSX shows otherwise than its words say: hidden or coloured text, hidden rows, parts that act."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

_XML = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
#: Parts that no report of ours has and that say or do something of their own.
_ACTING = re.compile(
    r"vba|macro|activeX|embeddings|oleObject|customXml|comments|externalLinks|connections|queryTables|ctrlProps"
    r"|webextension|printerSettings|afchunk|threaded|persons",
    re.IGNORECASE,
)
#: How a run of text can be kept from the eye; what stands in it besides text.
_RUN = ("vanish", "webHidden", "specVanish", "color", "sz", "strike", "dstrike", "highlight", "shd", "position", "w")
_BESIDE = (
    "sym",
    "object",
    "pict",
    "altChunk",
    "noBreakHyphen",
    "softHyphen",
    "fldSimple",
    "ruby",
    "sdt",
    "AlternateContent",
)
_TEXTS = ("title", "subject", "creator", "keywords", "description", "category", "Company", "Manager")


def docx_looks(parts: Mapping[str, bytes], main: list[str]) -> dict[str, list[Any]]:
    """By name what is compared beside the words of a DOCX."""
    runs = [look for name in [*main, "word/styles.xml"] if name in parts for look in _runs(parts[name])]
    return {"文字的显示方式": runs, **_package(parts)}


def _runs(part: bytes) -> Iterator[Any]:
    for element in etree.fromstring(part, _XML).iter("{*}rPr", *(f"{{*}}{name}" for name in _BESIDE)):
        name = _local(element)
        if name != "rPr":
            yield [name, _attributes(element)]
            continue
        text = "".join(one.text or "" for one in element.getparent().iter("{*}t"))
        shown = [[_local(inner), _attributes(inner)] for inner in element if _local(inner) in _RUN]
        yield [text, shown] if shown else text


def xlsx_looks(parts: Mapping[str, bytes]) -> dict[str, list[Any]]:
    """By name what is compared beside the cells of an XLSX."""
    found: list[Any] = []
    for name in sorted(n for n in parts if re.fullmatch(r"xl/(workbook|worksheets/[^/]+)\.xml", n)):
        for element in etree.fromstring(parts[name], _XML).iter():
            if isinstance(element.tag, str):
                found += [[name, *told] for told in _kept_from_the_eye(element)]
    return {"隐藏的行列、名称、页眉页脚和条件格式": found, "单元格的字色和底色": list(_fonts(parts)), **_package(parts)}


def _kept_from_the_eye(element: Any) -> Iterator[list[Any]]:
    name, about = _local(element), _attributes(element)
    if name in ("row", "col", "sheet", "sheetPr", "sheetView") and {"hidden", "state", "veryHidden"} & about.keys():
        yield [name, about]
    if name in ("row", "col") and float(about.get("ht" if name == "row" else "width", "1") or 0) < 1:
        yield [name, about]
    told = (
        "definedName",
        "oddHeader",
        "oddFooter",
        "cfRule",
        "formula",
        "dataValidation",
        "hyperlink",
        "legacyDrawing",
    )
    if name in told:
        yield [name, about, element.text]


def _fonts(parts: Mapping[str, bytes]) -> Iterator[Any]:
    """Colour, strike and fill by style of cells, in the order of the styles."""
    if "xl/styles.xml" not in parts:
        return
    styles = etree.fromstring(parts["xl/styles.xml"], _XML)
    for element in styles.iter("{*}font", "{*}fill", "{*}dxf"):
        looked = (one for one in element.iter("{*}color", "{*}strike", "{*}fgColor", "{*}bgColor", "{*}patternFill"))
        yield [_local(element), [[_local(one), _attributes(one)] for one in looked]]


def _package(parts: Mapping[str, bytes]) -> dict[str, list[Any]]:
    """Parts that act, links to the outside, and what the properties of the document say."""
    outside = [
        one.get("Target")
        for name, part in sorted(parts.items())
        if name.endswith(".rels")
        for one in etree.fromstring(part, _XML).iter("{*}Relationship")
        if one.get("TargetMode") == "External"
    ]
    said = [
        [_local(one), one.text]
        for name in ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml")
        if name in parts
        for one in etree.fromstring(parts[name], _XML).iter()
        if isinstance(one.tag, str) and (_local(one) in _TEXTS or name.endswith("custom.xml"))
    ]
    return {"附带的部件和外部链接": [sorted(filter(_ACTING.search, parts)), outside], "文档属性": said}


def _local(element: Any) -> str:
    return str(etree.QName(element).localname)


def _attributes(element: Any) -> dict[str, str]:
    return {str(etree.QName(key).localname): str(value) for key, value in sorted(element.attrib.items())}
