"""What a report is made of: blocks of data that HTML, PDF and DOCX are each built from.

The report notebook emits blocks beside their plain HTML view, under the media type ``MIME``; the
exporters collect them and never parse HTML. Texts may carry ``**bold**``; nothing else is markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, TypeAdapter, model_serializer

MIME = "application/vnd.selfeval.blocks+json"

Status = Literal["met", "partly_met", "not_met", "unknown"]
#: What a report falls into: the main text, what is filed with it, what is kept for reference, what is technical, and
#: the index of its figures by their ids, which only the HTML has.
PartKind = Literal["main", "attachment", "kept", "technical", "index"]


class Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Heading(Block):
    """``level`` 1: 一、 · 2: (一) · 3: 1. The number is part of the text.

    ``part``: what a heading of the first level begins; ``kept`` is an attachment that is not filed with the
    main text. ``mark`` is the part's number (附件1), with which ``text`` begins. ``anchor``: the name to which
    cells link.
    """

    type: Literal["heading"] = "heading"
    level: Literal[1, 2, 3]
    text: str
    part: PartKind = "main"
    mark: str | None = None
    anchor: str | None = None


class Paragraph(Block):
    """``style``: body (first line indented), note (small), notice (framed, e.g. 示例数据)."""

    type: Literal["paragraph"] = "paragraph"
    text: str
    style: Literal["body", "note", "notice"] = "body"


class Items(Block):
    """``anchors``: by item the id of the figure that it tells, as of a cell."""

    type: Literal["items"] = "items"
    items: tuple[str, ...]
    ordered: bool = False
    anchors: tuple[str | None, ...] = ()


class Cell(Block):
    """One table cell. ``status`` adds the word's mark; ``bar`` draws an attainment bar, full at 1.

    ``low``: the bar is of a miss. ``link``: the anchor that tells more, followed where the format can and it is there.
    ``anchor``: the id of the figure that stands here, to which an address leads.
    """

    text: str
    status: Status | None = None
    bar: float | None = None
    low: bool = False
    link: str | None = None
    anchor: str | None = None
    rowspan: int = 1


class TableColumn(Block):
    """``width`` is relative."""

    title: str
    align: Literal["left", "right", "center"] = "left"
    width: float = 1.0


class Table(Block):
    """``rows``: cells; a cell covered by a rowspan above is left out. ``wide``: landscape page in PDF."""

    type: Literal["table"] = "table"
    caption: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str | None = None
    wide: bool = False
    total_row: bool = False


class Figure(Block):
    """A chart: SVG text (glyphs as outlines), a text alternative, and the data that it draws."""

    type: Literal["figure"] = "figure"
    caption: str
    svg: str
    alt: str
    data: Table


class CardItem(Block):
    """``anchor`` as of a cell."""

    label: str
    value: str
    status: Status | None = None
    note: str | None = None
    anchor: str | None = None


class Card(Block):
    """The summary at the top."""

    type: Literal["card"] = "card"
    items: tuple[CardItem, ...]


class Fold(Block):
    """Evidence that is folded in HTML and printed in full elsewhere. ``anchor`` as of a heading."""

    type: Literal["fold"] = "fold"
    title: str
    anchor: str | None = None
    blocks: tuple[AnyBlock, ...]


class Closing(Block):
    """The end of the main text: the list of attachments, unit and date."""

    type: Literal["closing"] = "closing"
    attachments: tuple[str, ...] = ()
    institution: str
    date: str


class Front(Block):
    """What the title page or head carries; the first block of a report. ``period``: the fiscal year with its first and
    last day, where it is no calendar year."""

    type: Literal["front"] = "front"
    title: str
    institution: str
    project: str
    fiscal_year: int
    period: str | None = None
    notice: str | None = None
    prepared_by: str
    checked_by: str
    date: str

    @model_serializer(mode="wrap")
    def _without_period(self, every: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A calendar year has no period to be said."""
        return {key: value for key, value in every(self).items() if key != "period" or value is not None}


AnyBlock = Annotated[
    Front | Closing | Heading | Paragraph | Items | Table | Figure | Card | Fold, Field(discriminator="type")
]
Fold.model_rebuild()
BLOCKS: TypeAdapter[tuple[AnyBlock, ...]] = TypeAdapter(tuple[AnyBlock, ...])


def own_anchors(block: Any) -> set[str]:
    """The ids that stand in a block itself, not in what it folds."""
    match block:
        case Heading() | Fold():
            named: Iterable[str | None] = (block.anchor,)
        case Table():
            named = (cell.anchor for row in block.rows for cell in row)
        case Card():
            named = (item.anchor for item in block.items)
        case Items():
            named = block.anchors
        case _:
            named = ()
    return {*filter(None, named)}


def to_json(blocks: list[Any] | tuple[Any, ...]) -> list[dict[str, Any]]:
    """The blocks as plain JSON data, defaults included."""
    return BLOCKS.dump_python(tuple(blocks), mode="json")


def from_json(data: list[dict[str, Any]]) -> tuple[Any, ...]:
    """The blocks from plain JSON data; raises ``pydantic.ValidationError`` on anything else."""
    return BLOCKS.validate_python(data)
