"""The report as DOCX: real styles and the fonts of official documents, to be edited in WPS or Word.

Built from the blocks' data on python-docx's package; packed again with fixed dates, so that the same
blocks give the same bytes.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.fonts.packaged import check_glyphs
from helpers.fonts.width import wrapped
from helpers.formats.docx import pages
from helpers.formats.docx import styles_and_borders as styles
from helpers.formats.docx.contents import bookmarked, contents, listed
from helpers.formats.docx.docx_tables import table
from helpers.formats.docx.xml import element, has_long_word, paragraph, runs
from helpers.formats.page_layout import is_ragged, title_lines
from helpers.formats.printed import (
    OPENING_EDITABLE,
    SHORT,
    attachment_lines,
    card_table,
    front_lines,
    report_date,
    tight_tables,
)
from helpers.formats.raster import rasterise
from helpers.report.blocks import Card, Closing, Figure, Fold, Front, Heading, Items, Paragraph, Table

EPOCH = (1980, 1, 1, 0, 0, 0)
#: A picture's widest and highest, in mm.
WIDEST, HIGHEST = 150.0, 190.0
#: So many characters of what stands below the title fit on a line.
FRONT_WIDTH = 30.0


def render_docx(blocks: Sequence[Any]) -> bytes:
    """The DOCX file. Raises ``MissingGlyph``."""
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
    pages.set_fonts(document.part)
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
        self.document, self.body, self.pictures = document, document.element.body, 0
        self.listed: list[Heading] = []
        self.places = 0
        self.place: Any = None
        self.tight: set[int] = set()

    def write(self, blocks: Sequence[Any]) -> None:
        """All blocks; what leads to a table across goes onto its page."""
        flat = list(_flat(blocks))
        self.tight = tight_tables(blocks, OPENING_EDITABLE)
        self.listed = listed([block for block, _ in flat])
        ahead = _second(self.listed)
        now = 0
        for (block, small), turn in zip(flat, _turns([block for block, _ in flat]), strict=True):
            if turn != now:
                pages.end_section(self.body, across=turn > 0)
                now = turn
            if block is ahead:
                for made in contents(self.listed):
                    self.add(made)
            self.block(block, small)
            if ahead is not None and block is ahead and ahead.mark is None:
                self.place.pPr.insert(1, element("pageBreakBefore"))

    def add(self, made: Any) -> None:
        self.body.sectPr.addprevious(made)

    def text(self, text: str, style: str, **more: Any) -> None:
        self.add(paragraph(style, runs(text), **more))

    def block(self, block: Any, small: bool = False) -> None:
        match block:
            case Front() | Heading() | Closing():
                self._framing(block)
            case Paragraph():
                body = styles.SMALL if small else styles.BODY
                ragged = block.style == "body" and (is_ragged(block.text) or has_long_word(block.text))
                self.text(
                    block.text,
                    {"body": body, "notice": styles.NOTICE, "note": styles.SMALL}[block.style],
                    align="left" if ragged else None,
                    keep_next=block.text.endswith("："),
                )
            case Items():
                for number, item in enumerate(block.items, start=1):
                    self.text(
                        f"{number}. {item}" if block.ordered else f"· {item}", styles.SMALL if small else styles.LIST
                    )
            case Table():
                self._table(block, id(block) in self.tight)
            case Figure():
                self._figure(block)
            case Card():
                self._table(card_table(block), id(block) in self.tight)
            case _Label():
                self.text(block.text, styles.LABEL)
            case _:
                raise TypeError(f"no block: {type(block).__name__}")

    def _framing(self, block: Front | Heading | Closing) -> None:
        if isinstance(block, Front):
            self._front(block)
        elif isinstance(block, Heading):
            self._heading(block)
        else:
            self._closing(block)

    def _heading(self, heading: Heading) -> None:
        """An attachment begins a page, its number on the line above its title."""
        style = styles.MARK if heading.mark else f"Heading{heading.level}"
        self.place = paragraph(style, runs(heading.mark or heading.text), keep_next=heading.mark is not None)
        if self.listed and heading.level < 3:
            self.places += 1
            bookmarked(self.place, self.places)
        self.add(self.place)
        if heading.mark:
            self.text(heading.text.removeprefix(heading.mark).strip(), styles.ATTACHMENT)

    def _closing(self, closing: Closing) -> None:
        """The end of the main text, which the paragraph before goes with: it never has a page of its own."""
        last = self.body.sectPr.getprevious()
        if last is not None and last.tag.endswith("}p") and last.pPr.find("{*}keepNext") is None:
            last.pPr.insert(1, element("keepNext"))
        for line in attachment_lines(closing):
            self.text(line, styles.LISTED, keep_next=True)
        self.text(closing.institution, styles.CLOSING, keep_next=True)
        self.text(closing.date, styles.CLOSING)

    def _front(self, front: Front) -> None:
        self.text("\n".join(title_lines(front.title)), styles.TITLE)
        for line in front_lines(front):
            self.text(wrapped(line, FRONT_WIDTH), styles.FRONT)
        if front.notice:
            self.text(front.notice, styles.NOTICE)

    def _table(self, block: Table, tight: bool) -> None:
        if block.caption:
            self.text(block.caption, styles.CAPTION, keep_next=True)
        self.add(table(block, tight))
        # Two tables in a row would become one. What takes no room never needs a page of its own.
        self.text(block.note or "", styles.TABLE_NOTE if block.note else styles.GAP)

    def _figure(self, figure: Figure) -> None:
        from docx.shared import Mm

        wide, high = _size(figure.svg)
        scale = min(WIDEST / wide, HIGHEST / high)
        self.add(paragraph(styles.PICTURE))
        place = self.document.paragraphs[-1]
        shape = place.add_run().add_picture(
            io.BytesIO(rasterise(figure.svg, WIDEST)), width=Mm(wide * scale), height=Mm(high * scale)
        )
        self.pictures += 1
        drawn = shape._inline.docPr
        drawn.set("id", str(self.pictures))
        drawn.set("name", f"图 {self.pictures}")
        drawn.set("descr", figure.alt)
        self.text(figure.caption, styles.CAPTION)


def _second(headings: Sequence[Heading]) -> Heading | None:
    """The second main heading, before which the list of contents stands: what decides stays on the first page."""
    main = [heading for heading in headings if heading.level == 1]
    return main[1] if len(main) > 1 else None


def _size(svg: str) -> tuple[float, float]:
    """Width and height of an SVG, in units of its own."""
    box = re.search(r'viewBox="([^"]+)"', svg)
    numbers = [float(n) for n in box[1].replace(",", " ").split()] if box else [0, 0, 3, 2]
    return numbers[2] or 3.0, numbers[3] or 2.0


@dataclass(frozen=True)
class _Label:
    """The title of a fold."""

    text: str


def _flat(blocks: Sequence[Any], small: bool = False) -> Iterator[tuple[Any, bool]]:
    """The blocks with those of folds behind the fold's title; whether each stands inside a fold."""
    for block in blocks:
        if isinstance(block, Fold):
            yield _Label(block.title), small
            yield from _flat(block.blocks, small=True)
        else:
            yield block, small


def _turns(blocks: Sequence[Any]) -> list[int]:
    """For each block 0, or the number of the wide table on whose page across it stands.

    With the table go the short paragraph right before it and the titles above, or they would stand alone.
    """
    turns = [0] * len(blocks)
    for at, block in enumerate(blocks):
        if isinstance(block, Table) and block.wide:
            turns[at] = 1 + max(turns)
            start = at - 1 if at and not turns[at - 1] and _is_short(blocks[at - 1]) else at
            while start and not turns[start - 1] and _is_title(blocks[start - 1]):
                start -= 1
            turns[start:at] = [turns[at]] * (at - start)
    return turns


def _is_title(block: Any) -> bool:
    return isinstance(block, Heading | _Label)


def _is_short(block: Any) -> bool:
    return isinstance(block, Paragraph) and block.style == "body" and len(block.text) <= SHORT
