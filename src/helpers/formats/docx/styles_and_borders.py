"""Styles of a document: what each kind of text is called and looks like, with the fonts of official documents."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any

from helpers.formats.docx.xml import TWIPS, element, value
from helpers.formats.page_layout import LARGE, LEADING
from helpers.formats.page_layout import SMALL as FINE

#: Font names of official documents; a machine without them substitutes.
TITLE_FONT, HEI, KAI, FANG, SONG, LATIN = (
    "方正小标宋简体",
    "黑体",
    "楷体_GB2312",
    "仿宋_GB2312",
    "宋体",
    "Times New Roman",
)
BODY, TITLE, FRONT, NOTICE, SMALL, LABEL, PICTURE = (
    "BodyText",
    "Title",
    "FrontText",
    "Notice",
    "SmallText",
    "FoldTitle",
    "Picture",
)
MARK, ATTACHMENT, CLOSING, LISTED = "AttachmentMark", "AttachmentTitle", "Closing", "AttachmentList"
#: The title of the list of contents, which is no heading, and its entries.
TITLED, ENTRY = "ContentsTitle", "ContentsEntry"
CAPTION, HEADER, FOOTER, LIST, TABLE_NOTE, GAP = "Caption", "Header", "Footer", "ListParagraph", "TableNote", "TableGap"
TABLE_TEXT, TABLE_HEAD, TABLE_SMALL, TABLE_SMALL_HEAD, TABLE_GRID = (
    "TableText",
    "TableHead",
    "TableSmall",
    "TableSmallHead",
    "TableGrid",
)
#: What stands in for a font that a machine has not got: the name of today's Windows.
STAND_INS = {FANG: "仿宋", KAI: "楷体", TITLE_FONT: "宋体", HEI: "SimHei", SONG: "SimSun"}
#: 22 lines on 225 mm, 28 characters of 16 points on 156 mm: whole twentieths of a point, rounded down,
#: for a line or a character that is too large by one of them does not fit any more.
LINE, TIGHTER = 28.95, -0.25


@dataclass(frozen=True)
class Look:
    """One paragraph style; lengths in points. ``line``: exact height (lines of tables are the same whatever font
    stands in for a missing one), None: as the text needs."""

    id: str
    name: str
    font: str
    size: float
    _: KW_ONLY
    bold: bool = False
    line: float | None = None
    indent: bool = False
    align: str | None = None
    keep_next: bool = False
    new_page: bool = False
    before: float = 0.0
    after: float = 0.0
    level: int | None = None
    framed: bool = False
    built_in: bool = False


LOOKS = (
    Look(TITLE, "Title", TITLE_FONT, 22, line=33, align="center", after=8, built_in=True),
    Look("Heading1", "heading 1", HEI, 16, line=LINE, indent=True, keep_next=True, level=0, built_in=True),
    Look("Heading2", "heading 2", KAI, 16, line=LINE, indent=True, keep_next=True, level=1, built_in=True),
    Look("Heading3", "heading 3", FANG, 16, bold=True, line=LINE, indent=True, keep_next=True, level=2, built_in=True),
    Look(MARK, "Attachment Mark", HEI, 16, line=LINE, keep_next=True, new_page=True),
    Look(ATTACHMENT, "Attachment Title", TITLE_FONT, 18, line=30, align="center", keep_next=True, after=12, level=0),
    Look(LISTED, "Attachment List", FANG, 16, line=LINE, indent=True),
    Look(TITLED, "Contents Title", TITLE_FONT, 18, line=30, align="center", keep_next=True, after=12),
    Look(ENTRY, "Contents Entry", FANG, 14, line=22.4),
    Look(CLOSING, "Closing", FANG, 16, line=LINE, align="right"),
    Look(BODY, "Body Text", FANG, 16, line=LINE, indent=True, align="both", built_in=True),
    Look(LIST, "List Paragraph", FANG, 16, line=LINE, indent=True, align="both", built_in=True),
    Look(FRONT, "Front Text", FANG, 14, line=22, align="center"),
    Look(NOTICE, "Notice", FANG, 10.5, line=LEADING * LARGE, before=8, after=6, framed=True),
    Look(SMALL, "Small Text", FANG, 12, before=2, after=4),
    Look(LABEL, "Fold Title", HEI, 12, keep_next=True, before=8, after=2),
    Look(PICTURE, "Picture", FANG, 12, align="center", keep_next=True, before=8),
    Look(CAPTION, "caption", HEI, 12, line=17, align="center", before=4, after=4, built_in=True),
    Look(TABLE_TEXT, "Table Text", SONG, LARGE, line=LEADING * LARGE),
    Look(TABLE_HEAD, "Table Head", HEI, LARGE, line=LEADING * LARGE, align="center"),
    Look(TABLE_SMALL, "Table Small", SONG, FINE, line=LEADING * FINE),
    Look(TABLE_SMALL_HEAD, "Table Small Head", HEI, FINE, line=LEADING * FINE, align="center"),
    Look(HEADER, "header", SONG, 9, align="center", built_in=True),
    Look(FOOTER, "footer", SONG, 14, built_in=True),
    Look(TABLE_NOTE, "Table Note", FANG, FINE, line=LEADING * FINE, before=3, after=10),
    Look(GAP, "Table Gap", SONG, 1, line=1, after=6),
)


def styles() -> Any:
    """The whole ``w:styles``: defaults, the looks above, the table grid."""
    return element("styles", None, _defaults(), _normal(), *map(_style, LOOKS), _table_normal(), _grid())


def _fonts(font: str) -> Any:
    return element("rFonts", {"ascii": LATIN, "hAnsi": LATIN, "eastAsia": font, "cs": LATIN})


def _defaults() -> Any:
    run = element(
        "rPr",
        None,
        _fonts(FANG),
        value("sz", 32),
        value("szCs", 32),
        element("lang", {"val": "en-US", "eastAsia": "zh-CN", "bidi": "ar-SA"}),
    )
    return element("docDefaults", None, element("rPrDefault", None, run), element("pPrDefault", None, element("pPr")))


def _normal() -> Any:
    return element(
        "style",
        {"type": "paragraph", "default": 1, "styleId": "Normal"},
        value("name", "Normal"),
        element("qFormat"),
        element("pPr", None, element("widowControl")),
    )


def _style(look: Look) -> Any:
    attributes: dict[str, Any] = {"type": "paragraph", "styleId": look.id}
    if not look.built_in:
        attributes["customStyle"] = 1
    heading = look.level is not None
    return element(
        "style",
        attributes,
        value("name", look.name),
        value("basedOn", "Normal"),
        value("next", BODY) if heading else None,
        element("qFormat"),
        _paragraph(look),
        _run(look),
    )


def _paragraph(look: Look) -> Any:
    spacing: dict[str, Any] = {"before": round(look.before * TWIPS), "after": round(look.after * TWIPS)}
    if look.line is not None:
        spacing |= {"line": round(look.line * TWIPS), "lineRule": "exact"}
    border = [
        element(side, {"val": "single", "sz": 6, "space": 4, "color": "auto"})
        for side in ("top", "left", "bottom", "right")
    ]
    return element(
        "pPr",
        None,
        element("keepNext") if look.keep_next else None,
        element("keepLines") if look.level is not None else None,
        element("pageBreakBefore") if look.new_page else None,
        element("widowControl"),
        element("pBdr", None, *border) if look.framed else None,
        value("snapToGrid", 0) if look.line != LINE else None,
        element("spacing", spacing),
        element("ind", {"firstLineChars": 200, "firstLine": round(2 * (look.size + TIGHTER) * TWIPS)})
        if look.indent
        else None,
        value("jc", look.align) if look.align else None,
        value("outlineLvl", look.level) if look.level is not None else None,
    )


def _run(look: Look) -> Any:
    body = look.size == 16
    return element(
        "rPr",
        None,
        _fonts(look.font),
        element("b") if look.bold else None,
        value("spacing", round(TIGHTER * TWIPS)) if body else None,
        value("sz", round(look.size * 2)),
        value("szCs", round(look.size * 2)),
    )


def _table_normal() -> Any:
    margins = element(
        "tblCellMar",
        None,
        *[
            element(side, {"w": width, "type": "dxa"})
            for side, width in (("top", 0), ("left", 108), ("bottom", 0), ("right", 108))
        ],
    )
    return element(
        "style",
        {"type": "table", "default": 1, "styleId": "TableNormal"},
        value("name", "Normal Table"),
        value("uiPriority", 99),
        element("tblPr", None, element("tblInd", {"w": 0, "type": "dxa"}), margins),
    )


def _grid() -> Any:
    lines = [
        element(side, {"val": "single", "sz": 4, "space": 0, "color": "auto"})
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    ]
    return element(
        "style",
        {"type": "table", "styleId": TABLE_GRID},
        value("name", "Table Grid"),
        value("basedOn", "TableNormal"),
        element("tblPr", None, element("tblBorders", None, *lines)),
    )


def font_table() -> Any:
    """The whole ``w:fonts``: each font with what stands in for it."""
    chinese = [
        element(
            "font",
            {"name": name},
            value("altName", stand_in),
            value("charset", "86"),
            value("family", "auto"),
            value("pitch", "variable"),
        )
        for name, stand_in in STAND_INS.items()
    ]
    latin = element(
        "font", {"name": LATIN}, value("charset", "00"), value("family", "roman"), value("pitch", "variable")
    )
    return element("fonts", None, *chinese, latin)
