"""WordprocessingML by the element: built in the order that the schema wants, so that Word need not repair."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from docx.oxml.ns import NamespacePrefixedTag, qn
from docx.oxml.parser import oxml_parser

#: Twentieths of a point, the unit of most lengths.
TWIPS = 20
_NAMESPACE = NamespacePrefixedTag("w:p").nsmap
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
#: Control characters that XML cannot carry.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
#: A word longer than this may break anywhere (hashes, paths, SQL).
LONGEST_WORD = 16
_WORD = re.compile(rf"[!-~]{{{LONGEST_WORD + 1},}}")


@cache
def _name(local: str) -> str:
    """The name of an element or an attribute, with its namespace."""
    return str(qn(f"w:{local}"))


def element(tag: str, attributes: Mapping[str, Any] | None = None, *children: Any) -> Any:
    """``<w:tag w:name="value">`` with its children; None among them are left out."""
    given = {_name(name): str(value) for name, value in attributes.items()} if attributes else None
    made = oxml_parser.makeelement(_name(tag), given, _NAMESPACE)
    for child in children:
        if child is not None:
            made.append(child)
    return made


def value(tag: str, of: Any) -> Any:
    """``<w:tag w:val="of"/>``"""
    return element(tag, {"val": of})


def runs(text: str) -> list[Any]:
    """Text as runs, **bold** ones marked; line breaks kept, illegal characters left out."""
    pieces = re.split(r"\*\*(.+?)\*\*", _ILLEGAL.sub("", text))
    return [_run(piece, bool(at % 2)) for at, piece in enumerate(pieces) if piece]


def _run(text: str, bold: bool) -> Any:
    made = element("r", None, element("rPr", None, element("b")) if bold else None)
    for at, line in enumerate(text.split("\n")):
        if at:
            made.append(element("br"))
        words = element("t")
        words.text = line
        words.set(_SPACE, "preserve")
        made.append(words)
    return made


def field(code: str, shown: str) -> list[Any]:
    """A field that Word works out, such as PAGE; ``shown`` until it has."""
    instruction = element("instrText")
    instruction.text = f" {code} "
    instruction.set(_SPACE, "preserve")
    begin, separate, end = (
        element("r", None, element("fldChar", {"fldCharType": kind})) for kind in ("begin", "separate", "end")
    )
    return [begin, element("r", None, instruction), separate, *runs(shown), end]


def paragraph(
    style: str,
    content: Iterable[Any] = (),
    *,
    align: str | None = None,
    keep_next: bool = False,
    break_words: bool = False,
) -> Any:
    """A paragraph of a style (by id) with its runs; properties in the order of the schema."""
    properties = element(
        "pPr",
        None,
        value("pStyle", style),
        element("keepNext") if keep_next else None,
        value("wordWrap", 0) if break_words else None,
        value("jc", align) if align else None,
    )
    return element("p", None, properties, *content)


def has_long_word(text: str) -> bool:
    """Whether a word has to be broken to fit a cell."""
    return bool(_WORD.search(text))
