"""The words of a Word paragraph as a reader sees them: changes accepted, struck and hidden text left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from helpers.files.package import local

#: What wraps paragraphs, rows and cells without being one: content controls, tracked insertions, markup of others.
WRAPS = {"sdt", "sdtContent", "customXml", "ins", "smartTag", "moveTo", "AlternateContent", "Choice"}
#: What is no text of the document as it stands: the second way of showing a drawing, what steers, guides to reading.
NO_TEXT = {"Fallback", "instrText", "delText", "delInstrText", "rPr", "pPr", "tcPr", "rt", "txbxContent", "textbox"}
DELETED, INSERTED = {"del", "moveFrom"}, {"ins", "moveTo"}
BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
#: Signs of symbol fonts, by their place there.
SYMBOLS = {0xB3: "≥", 0xA3: "≤", 0xB1: "±", 0xB4: "×", 0x25: "%", 0x3C: "<", 0x3D: "=", 0x3E: ">", 0xB0: "°", 0xFC: "√"}
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
#: What stands for a picture in a line of text, and for a sign of an unknown font.
PICTURE, UNKNOWN_SIGN = "〔图〕", "□"


@dataclass
class Seen:
    """What was met on the way that a person should know of."""

    changed: bool = False
    struck: bool = False
    pictures: bool = False

    def remarks(self) -> tuple[str, ...]:
        """The same in words."""
        said = (
            (self.changed, "文档里有没有接受的修订，按全部接受后的文字读：插入的算，删除的不算"),
            (self.struck, "划去的文字（删除线）没有读"),
            (self.pictures, "文字中间的图片或公式对象读不出来，写作〔图〕，请对照原件"),
        )
        return tuple(text for met, text in said if met)


def kind(element: Any) -> str:
    """An element's name without its namespace; empty for comments."""
    return local(element.tag) if isinstance(element.tag, str) else ""


def parts(element: Any, name: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, also those inside of content controls."""
    for child in element:
        found = kind(child)
        if found == name:
            yield child
        elif found in WRAPS:
            yield from parts(child, name)


def stated(element: Any, name: str) -> str | None:
    """The value of an attribute, whatever its namespace."""
    return next((str(value) for key, value in element.attrib.items() if local(str(key)) == name), None)


def the_property(element: Any, group: str, name: str) -> str | None:
    """The value of a row's or cell's property; "continue" where it is stated without one, None where it is not."""
    for properties in element:
        if kind(properties) == group:
            for one in properties:
                if kind(one) == name:
                    return stated(one, "val") or "continue"
    return None


def text_boxes(element: Any) -> Iterator[Any]:
    """What the text boxes that hang on a paragraph hold, each once; boxes inside of boxes are found from theirs."""
    for child in element:
        name = kind(child)
        if name == "txbxContent":
            yield child
        elif name not in ("Fallback", "tbl") and name not in DELETED:
            yield from text_boxes(child)


def text_of(paragraph: Any, seen: Seen) -> str:
    """The text as it stands: insertions kept, deletions left out, signs written as formulas (≥) kept."""
    return "".join(_pieces(paragraph, seen)).strip()


def _pieces(element: Any, seen: Seen) -> Iterator[str]:
    for child in element:
        name = kind(child)
        if name == "t":
            yield child.text or ""
        elif name == "r":
            yield from _run(child, seen)
        elif name in DELETED:
            seen.changed = True
        elif name not in NO_TEXT:
            seen.changed |= name in INSERTED
            yield from _pieces(child, seen)


def _run(run: Any, seen: Seen) -> Iterator[str]:
    """One run of text in one look."""
    look: dict[str, str | None] = {}
    if len(run) and kind(run[0]) == "rPr":
        look = {kind(one): stated(one, "val") for one in run[0]}
    if _is_on(look, "strike") or _is_on(look, "dstrike"):
        seen.struck |= any(kind(one) == "t" and (one.text or "").strip() for one in run)
        return
    if _is_on(look, "vanish"):
        return
    yield from _shown(run, seen, look.get("vertAlign") == "superscript")


def _shown(run: Any, seen: Seen, raised: bool) -> Iterator[str]:
    """What of a run is text, or stands for it."""
    for child in run:
        name = kind(child)
        if name == "t":
            text = child.text or ""
            yield text.translate(RAISED) if raised else text
        elif name in BREAKS:
            yield BREAKS[name]
        elif name == "sym":
            yield _sign(child)
        elif name in ("object", "drawing", "pict"):
            if _in_line(child):
                seen.pictures = True
                yield PICTURE
        elif name not in NO_TEXT:
            yield from _pieces(child, seen)


def _is_on(look: dict[str, str | None], name: str) -> bool:
    return name in look and look[name] not in ("0", "false", "off")


def _sign(sign: Any) -> str:
    """A sign of a symbol font; those of other fonts may be anything."""
    code = stated(sign, "char") or ""
    known = "symbol" in (stated(sign, "font") or "").lower() or code[-2:].upper() == "FC"
    try:
        return SYMBOLS.get(int(code, 16) & 0xFF, UNKNOWN_SIGN) if known else UNKNOWN_SIGN
    except ValueError:
        return UNKNOWN_SIGN


def _in_line(element: Any) -> bool:
    """Whether a picture or formula object stands in the line like a word; seals and signatures float over the text."""
    if kind(element) == "object":
        return True
    for one in element.iter():
        name = kind(one)
        if name in ("anchor", "txbxContent", "textbox"):
            return False
        if name == "inline":
            return True
        if name == "shape" and "imagedata" in {kind(part) for part in one}:
            return "absolute" not in (stated(one, "style") or "")
    return False
