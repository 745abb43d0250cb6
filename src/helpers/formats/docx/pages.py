"""Pages of a document: sections upright and across, the notice at their head, page numbers outside."""

from __future__ import annotations

import copy
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml

from helpers.formats.docx.styles_and_borders import FOOTER, GAP, HEADER, LINE, font_table
from helpers.formats.docx.xml import TWIPS, element, field, paragraph, runs, value
from helpers.formats.printed import notice_lines

MM = 72 / 25.4 * TWIPS
#: Width, height, margins (top, right, bottom, left) in mm: GB/T 9704-2012 upright; across as much as a table needs.
UPRIGHT = (210, 297, (37, 26, 35, 28))
ACROSS = (297, 210, (28, 25, 26, 25))
#: The notice stands this far from the top, the page number this far from the bottom edge, in mm.
HEADER_AT, FOOTER_AT = 20, 22
FOOTER_ACROSS = 14


def fill_headers(section: Any, notice: str | None) -> None:
    """Header and footer of all sections: the notice (the first page has it in a frame), "— 1 —" outside."""
    section.different_first_page_header_footer = True
    for header in (section.header, section.even_page_header):
        _replace(header, paragraph(HEADER, runs("\n".join(notice_lines(notice or "")))))
    _replace(section.first_page_header, paragraph(HEADER))
    for footer, align in (
        (section.footer, "right"),
        (section.first_page_footer, "right"),
        (section.even_page_footer, "left"),
    ):
        _replace(footer, _number(align))


def _replace(part: Any, content: Any) -> None:
    part.is_linked_to_previous = False
    root = part._element
    for child in list(root):
        root.remove(child)
    root.append(content)


def _number(align: str) -> Any:
    """The page number, one character in from the margin."""
    made = paragraph(FOOTER, [*runs("— "), *field("PAGE", "1"), *runs(" —")], align=align)
    side = "right" if align == "right" else "left"
    made.pPr.insert(1, element("ind", {side: round(14 * TWIPS)}))
    return made


def set_page(properties: Any, across: bool) -> None:
    """Size, margins and line grid of a ``w:sectPr``; what else it has stays."""
    width, height, (top, right, bottom, left) = ACROSS if across else UPRIGHT
    for tag in ("pgSz", "pgMar", "cols", "docGrid"):
        for old in properties.findall(f"{{*}}{tag}"):
            properties.remove(old)
    size = element(
        "pgSz", {"w": round(width * MM), "h": round(height * MM), **({"orient": "landscape"} if across else {})}
    )
    margins = element(
        "pgMar",
        {
            "top": round(top * MM),
            "right": round(right * MM),
            "bottom": round(bottom * MM),
            "left": round(left * MM),
            "header": round(HEADER_AT * MM * (0.7 if across else 1)),
            "footer": round((FOOTER_ACROSS if across else FOOTER_AT) * MM),
            "gutter": 0,
        },
    )
    title = properties.find("{*}titlePg")
    at = len(properties) if title is None else properties.index(title)
    properties.insert(at, size)
    properties.insert(at + 1, margins)
    properties.insert(at + 2, element("cols", {"space": 425}))
    properties.append(element("docGrid", {"type": "lines", "linePitch": round(LINE * TWIPS)}))


def end_section(body: Any, across: bool) -> None:
    """End the section here: what comes next stands on a page upright or across.

    The properties go into the last paragraph; after a table, into one that takes no room.
    """
    last = body.sectPr
    ended = copy.deepcopy(last)
    before = last.getprevious()
    if before is None:  # nothing stands before the break: it would leave an empty page
        set_page(last, across)
        return
    if not before.tag.endswith("}p"):
        before = paragraph(GAP)
        last.addprevious(before)
    before.pPr.append(ended)
    for tag in ("headerReference", "footerReference", "titlePg"):
        for old in last.findall(f"{{*}}{tag}"):
            last.remove(old)
    set_page(last, across)


def settings() -> Any:
    """The whole ``w:settings``: odd and even pages differ, the present mode of Word, Chinese typography."""
    modes = {
        "compatibilityMode": 15,
        "overrideTableStyleFontSizeAndJustification": 1,
        "enableOpenTypeFeatures": 1,
        "doNotFlipMirrorIndents": 1,
    }
    compat = [
        element("compatSetting", {"name": name, "uri": "http://schemas.microsoft.com/office/word", "val": said})
        for name, said in modes.items()
    ]
    return element(
        "settings",
        None,
        element("zoom", {"percent": 100}),
        element("evenAndOddHeaders"),
        value("characterSpacingControl", "compressPunctuation"),
        element("compat", None, *compat),
        element("themeFontLang", {"val": "en-US", "eastAsia": "zh-CN"}),
        value("decimalSymbol", "."),
        value("listSeparator", ","),
    )


def drop_leftovers(package: Any) -> None:
    """The template's thumbnail, program statistics, lists and custom XML are none of this document's."""
    unwanted = (
        RELATIONSHIP_TYPE.THUMBNAIL,
        RELATIONSHIP_TYPE.EXTENDED_PROPERTIES,
        RELATIONSHIP_TYPE.CUSTOM_XML,
        RELATIONSHIP_TYPE.NUMBERING,
        RELATIONSHIP_TYPE.WEB_SETTINGS,
        "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects",
    )
    for owner in (package, package.main_document_part):
        for key in [key for key, rel in owner.rels.items() if rel.reltype in unwanted]:
            del owner.rels[key]


def set_fonts(part: Any) -> None:
    """The table of fonts names this document's, not the template's."""
    part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)._blob = serialize_part_xml(font_table())
