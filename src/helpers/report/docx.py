"""The report as DOCX: real styles and the fonts of official documents, to be edited in WPS or Word.

Built from the blocks' data by python-docx; packed again with fixed dates, so that the same blocks give
the same bytes.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from helpers.report.blocks import Card, Cell, Figure, Fold, Front, Heading, Items, Paragraph, Table
from helpers.report.fonts import check_glyphs
from helpers.report.html import placed
from helpers.report.pdf import card_table, rasterise, report_date, runs

#: Font names of official documents; a machine without them substitutes.
TITLE, HEI, KAI, FANG = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312"
EPOCH = (1980, 1, 1, 0, 0, 0)


def render_docx(blocks: Sequence[Any]) -> bytes:
    """The DOCX file. Raises ``MissingGlyphError``."""
    import docx

    check_glyphs(blocks)
    document = docx.Document()
    _page(document)
    _styles(document)
    front = next((b for b in blocks if isinstance(b, Front)), None)
    _properties(document, front)
    writer = _Writer(document)
    for block in blocks:
        writer.block(block)
    buffer = io.BytesIO()
    document.save(buffer)
    return _repacked(buffer.getvalue())


def _repacked(content: bytes) -> bytes:
    """The same parts with fixed dates, in a fixed order."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        for name in sorted(names, key=lambda n: (n != "[Content_Types].xml", n != "_rels/.rels", n)):
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0, 0
            target.writestr(info, source.read(name))
    return out.getvalue()


def _properties(document: Any, front: Front | None) -> None:
    year, month, day = report_date(front)
    properties = document.core_properties
    properties.title = front.title if front else "绩效自评报告"
    properties.author = properties.last_modified_by = front.institution if front else ""
    properties.comments = ""
    properties.created = properties.modified = datetime.datetime(year, month, day)
    properties.language = "zh-CN"


def _page(document: Any) -> None:
    """GB/T 9704: A4, 37 mm at the top, 28 mm at the left, page number in the footer."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text, field in (("— ", None), (None, "PAGE"), (" —", None)):
        run = paragraph.add_run(text or "")
        run.font.size = Pt(14)
        if field:
            _field(run, field)


def _field(run: Any, code: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind, text in (("begin", None), (None, code), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _styles(document: Any) -> None:
    """Body, heading levels, caption and table text with their East Asian fonts."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    styles = document.styles
    looks = (("Normal", FANG, 16, False), ("Title", TITLE, 22, False), ("Heading 1", HEI, 16, False),
             ("Heading 2", KAI, 16, False), ("Heading 3", FANG, 16, True), ("Caption", HEI, 12, False))
    for name, font, size, bold in looks:
        style = styles[name]
        _east_asian(style.element.get_or_add_rPr(), font)
        style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.line_spacing = Pt(29)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _without_border(styles["Title"])
    for name in ("Caption",):
        styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
        styles[name].paragraph_format.line_spacing = 1.2
        styles[name].paragraph_format.keep_with_next = True
    for name, size in (("Table Text", 10.5), ("Small Text", 12)):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        style.font.size = Pt(size)
        style.paragraph_format.line_spacing = 1.15


def _without_border(style: Any) -> None:
    from docx.oxml.ns import qn

    for border in style.element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)


def _east_asian(properties: Any, font: str) -> None:
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for which, name in (("ascii", "Times New Roman"), ("hAnsi", "Times New Roman"), ("eastAsia", font)):
        fonts.set(qn(f"w:{which}"), name)


class _Writer:
    """Writes blocks into a document, one after the other."""

    def __init__(self, document: Any) -> None:
        self.document, self.pictures = document, 0
        self.table_text = document.styles["Table Text"].style_id

    def block(self, block: Any) -> None:
        match block:
            case Front():
                self._front(block)
            case Heading():
                self._text(block.text, f"Heading {block.level}")
            case Paragraph():
                paragraph = self._text(block.text, "Normal" if block.style == "body" else "Small Text")
                if block.style == "body":
                    self._indent(paragraph)
            case Items():
                for number, item in enumerate(block.items, start=1):
                    self._indent(self._text(f"{number}. {item}" if block.ordered else f"· {item}", "Normal"))
            case Table():
                self._table(block)
            case Figure():
                self._figure(block)
            case Card():
                self._table(card_table(block))
            case Fold():
                self._text(f"**{block.title}**", "Small Text")
                for inner in block.blocks:
                    self.block(inner)
            case _:
                raise TypeError(f"no block: {type(block).__name__}")

    def _text(self, text: str, style: str) -> Any:
        paragraph = self.document.add_paragraph(style=style)
        _fill(paragraph, text)
        return paragraph

    @staticmethod
    def _indent(paragraph: Any) -> None:
        from docx.shared import Pt

        paragraph.paragraph_format.first_line_indent = Pt(32)

    def _front(self, front: Front) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        self._text(front.title, "Title")
        for line in (front.institution, f"项目：{front.project}", f"年度：{front.fiscal_year}",
                     f"填报：{front.prepared_by}　复核：{front.checked_by}", front.date):
            self._text(line, "Small Text").alignment = WD_ALIGN_PARAGRAPH.CENTER
        if front.notice:
            self._text(f"**{front.notice}**", "Small Text")

    def _table(self, table: Table) -> None:
        self._text(table.caption, "Caption")
        made = self.document.add_table(rows=1 + len(table.rows), cols=len(table.columns))
        made.style, made.autofit = self.document.styles["Table Grid"], False
        # Table.cell() lays the whole grid out anew at each call: take the rows' cells once.
        grid = [list(row.cells) for row in made.rows]
        self._widths(made, grid, [c.width for c in table.columns])
        for at, column in enumerate(table.columns):
            self._cell(grid[0][at], Cell(text=f"**{column.title}**"), "center")
        _repeat(made.rows[0])
        for index, row in enumerate(placed(table), start=1):
            for at, cell in row:
                place = grid[index][at]
                if cell.rowspan > 1:
                    place = place.merge(grid[min(index + cell.rowspan - 1, len(table.rows))][at])
                self._cell(place, cell, table.columns[at].align)
        if table.note:
            self._text(table.note, "Small Text")

    @staticmethod
    def _widths(table: Any, grid: list[list[Any]], shares: list[float]) -> None:
        from docx.shared import Mm

        total = sum(shares) or 1
        widths = [Mm(156 * share / total) for share in shares]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for row in grid:
            for cell, width in zip(row, widths, strict=True):
                cell.width = width

    def _cell(self, place: Any, cell: Cell, align: str) -> None:
        from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph = place.paragraphs[0]
        paragraph._p.style = self.table_text  # by id: looking a style up for each cell is slow
        paragraph.alignment = {"left": WD_ALIGN_PARAGRAPH.LEFT, "right": WD_ALIGN_PARAGRAPH.RIGHT,
                               "center": WD_ALIGN_PARAGRAPH.CENTER}[align]
        place.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        _fill(paragraph, cell.text)

    def _figure(self, figure: Figure) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Mm

        paragraph = self.document.add_paragraph(style="Small Text")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(rasterise(figure.svg)), width=Mm(150))
        self.pictures += 1
        drawn = shape._inline.docPr
        drawn.set("id", str(self.pictures))
        drawn.set("name", f"图 {self.pictures}")
        drawn.set("descr", figure.alt)
        caption = self._text(figure.caption, "Caption")
        caption.paragraph_format.keep_with_next = False


def _fill(paragraph: Any, text: str) -> None:
    """Runs of text; characters that XML cannot carry are left out."""
    clean = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
    for run in runs(clean):
        paragraph.add_run(run["t"]).bold = True if run["b"] else None


def _repeat(row: Any) -> None:
    """The head of a table is repeated on each page."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
