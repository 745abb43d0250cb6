"""The report as DOCX: real styles and the fonts of official documents, to be edited in WPS or Word.

Built from the blocks' data on python-docx's package; packed again with fixed dates, so that the same
blocks give the same bytes.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from helpers.report.blocks import Card, Figure, Fold, Front, Heading, Items, Paragraph, Table
from helpers.report.docx import pages, styles
from helpers.report.docx.tables import table
from helpers.report.docx.xml import paragraph, runs
from helpers.report.fonts import check_glyphs
from helpers.report.layout import title_lines
from helpers.report.pdf import SHORT, card_table, front_lines, rasterise, report_date

EPOCH = (1980, 1, 1, 0, 0, 0)
#: A picture's widest and highest, in mm.
WIDEST, HIGHEST = 150.0, 190.0


def render_docx(blocks: Sequence[Any]) -> bytes:
    """The DOCX file. Raises ``MissingGlyphError``."""
    import docx

    check_glyphs(blocks)
    document = docx.Document()
    front = next((b for b in blocks if isinstance(b, Front)), None)
    document.part._styles_part._element = styles.styles()
    document.part._settings_part._element = pages.settings()
    section = document.sections[0]
    pages.fill_headers(section, front.notice if front else None)
    pages.set_page(section._sectPr, across=False)
    pages.drop_leftovers(document.part.package)
    _properties(document, front)
    _Writer(document).write(blocks)
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
    properties.subject = front.project if front else ""
    properties.author = properties.last_modified_by = front.institution if front else ""
    properties.comments = properties.keywords = properties.category = ""
    properties.created = properties.modified = datetime.datetime(year, month, day)
    properties.language, properties.revision = "zh-CN", 1


class _Writer:
    """Writes blocks into a document's body, one after the other."""

    def __init__(self, document: Any) -> None:
        self.document, self.body = document, document.element.body
        self.across, self.pictures = False, 0

    def write(self, blocks: Sequence[Any], small: bool = False) -> None:
        """All blocks; what leads to a table across goes onto its page. ``small``: inside a fold."""
        turns = set(_turns(blocks))
        for at, block in enumerate(blocks):
            if at in turns:
                self._turn(True)
            elif self.across and not _turns_with(blocks, at, turns):
                self._turn(False)
            self.block(block, small)

    def _turn(self, across: bool) -> None:
        if across or self.across:
            pages.end_section(self.body, across)
        self.across = across

    def add(self, made: Any) -> None:
        self.body.sectPr.addprevious(made)

    def text(self, text: str, style: str, **more: Any) -> None:
        self.add(paragraph(style, runs(text), **more))

    def block(self, block: Any, small: bool = False) -> None:
        match block:
            case Front():
                self._front(block)
            case Heading():
                self.text(block.text, f"Heading{block.level}")
            case Paragraph():
                body = styles.SMALL if small else styles.BODY
                self.text(block.text, {"body": body, "notice": styles.NOTICE, "note": styles.SMALL}[block.style])
            case Items():
                for number, item in enumerate(block.items, start=1):
                    self.text(f"{number}. {item}" if block.ordered else f"· {item}", styles.SMALL if small else styles.BODY)
            case Table():
                self._table(block)
            case Figure():
                self._figure(block)
            case Card():
                self._table(card_table(block))
            case Fold():
                self.text(block.title, styles.LABEL)
                self.write(block.blocks, small=True)
            case _:
                raise TypeError(f"no block: {type(block).__name__}")

    def _front(self, front: Front) -> None:
        self.text("\n".join(title_lines(front.title)), styles.TITLE)
        for line in front_lines(front):
            self.text(line, styles.FRONT)
        if front.notice:
            self.text(front.notice, styles.NOTICE)

    def _table(self, block: Table) -> None:
        self.text(block.caption, styles.CAPTION, keep_next=True)
        self.add(table(block))
        # Two tables in a row would become one; and a table is followed by some room.
        self.text(block.note or "", styles.SMALL)

    def _figure(self, figure: Figure) -> None:
        from docx.shared import Mm

        wide, high = _size(figure.svg)
        scale = min(WIDEST / wide, HIGHEST / high)
        self.add(paragraph(styles.PICTURE))
        place = self.document.paragraphs[-1]
        shape = place.add_run().add_picture(io.BytesIO(rasterise(figure.svg, WIDEST)), width=Mm(wide * scale), height=Mm(high * scale))
        self.pictures += 1
        drawn = shape._inline.docPr
        drawn.set("id", str(self.pictures))
        drawn.set("name", f"图 {self.pictures}")
        drawn.set("descr", figure.alt)
        self.text(figure.caption, styles.CAPTION)


def _size(svg: str) -> tuple[float, float]:
    """Width and height of an SVG, in units of its own."""
    box = re.search(r'viewBox="([^"]+)"', svg)
    numbers = [float(n) for n in box[1].replace(",", " ").split()] if box else [0, 0, 3, 2]
    return numbers[2] or 3.0, numbers[3] or 2.0


def _turns(blocks: Sequence[Any]) -> list[int]:
    """Where a page across begins: at the headings and the short paragraph that lead to a wide table."""
    found = []
    for at, block in enumerate(blocks):
        if isinstance(block, Table) and block.wide:
            start, short = at, False
            while start and (isinstance(blocks[start - 1], Heading) or not short and _is_short(blocks[start - 1])):
                start -= 1
                short = short or isinstance(blocks[start], Paragraph)
            found.append(start)
    return found


def _turns_with(blocks: Sequence[Any], at: int, turns: set[int]) -> bool:
    """Whether a block still belongs to the page across: between its beginning and its table."""
    ahead = next((i for i in range(at, len(blocks)) if isinstance(blocks[i], Table) and blocks[i].wide), None)
    return ahead is not None and max((t for t in turns if t <= ahead), default=ahead + 1) <= at


def _is_short(block: Any) -> bool:
    return isinstance(block, Paragraph) and block.style == "body" and len(block.text) <= SHORT
