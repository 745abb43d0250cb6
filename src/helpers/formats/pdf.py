"""The report as PDF: the page of an official document, set by Typst from the blocks' data.

Tagged PDF/A-2a and PDF/UA-1, fonts embedded, the same bytes for the same blocks.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from helpers.fonts.machine import SystemFont, substitution_note, system_fonts
from helpers.fonts.packaged import FOLDER, check_glyphs, typesetters_fonts
from helpers.formats.page_layout import (
    KEPT,
    LONG,
    Fit,
    ending,
    head_text,
    height,
    is_ragged,
    placed,
    sized,
    title_lines,
)
from helpers.formats.printed import (
    SHORT,
    STARTING,
    attachment_lines,
    card_table,
    front_lines,
    nested,
    notice_lines,
    report_date,
    tight_tables,
)
from helpers.report.blocks import Card, Closing, Figure, Fold, Front, Heading, Items, Paragraph, Table

#: A paper of so many pages has a list of contents.
CONTENTS_FROM = 8


class PdfError(Exception):
    """Typst could not set the report."""


def runs(text: str) -> list[dict[str, Any]]:
    """Text as runs, ``b`` for **bold** ones."""
    pieces = re.split(r"\*\*(.+?)\*\*", text)
    return [{"t": piece, "b": bool(i % 2)} for i, piece in enumerate(pieces) if piece] or [{"t": "", "b": False}]


def render_pdf(blocks: Sequence[Any]) -> bytes:
    """The PDF file. Raises ``MissingGlyph`` naming the character, ``PdfError`` otherwise."""
    import typst

    check_glyphs(blocks)
    own = system_fonts()
    # How it was set concerns nobody who files the report.
    note = None if any(isinstance(b, Heading) and b.part == "attachment" for b in blocks) else substitution_note(own)
    closing = [Paragraph(text=note, style="note")] if note else []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        writer = _Tree(folder, tight_tables(blocks))
        tree = {
            **_metadata(blocks),
            **_faces(own, folder),
            "contents": CONTENTS_FROM,
            "blocks": _closed(_with_contents(_led([writer.block(b) for b in [*blocks, *closing]]))),
        }
        (folder / "data.json").write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
        template = resources.files(__package__).joinpath("templates", "report.typ").read_bytes()
        (folder / "main.typ").write_bytes(template)
        try:
            made = typst.compile(
                str(folder / "main.typ"),
                root=str(folder),
                font_paths=[str(FOLDER), str(folder)] if own else typesetters_fonts(),
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards=["a-2a", "ua-1"],
            )
        except Exception as error:  # typst raises its own class, whose text names line and cause
            raise PdfError(f"[pdf_failed]  排版没有完成：{str(error)[:2000]}") from error
        return bytes(made)


def _faces(own: Mapping[str, SystemFont], folder: Path) -> dict[str, Any]:
    """The machine's own faces that the page uses, copied where the typesetter looks for them."""
    for font in own.values():
        shutil.copyfile(font.path, folder / font.path.name)
    return {
        "faces": {
            "body": own["仿宋"].family if "仿宋" in own else None,
            "kai": own["楷体"].family if "楷体" in own else None,
        }
    }


def _metadata(blocks: Sequence[Any]) -> dict[str, Any]:
    front = next((b for b in blocks if isinstance(b, Front)), None)
    return {
        "title": front.title if front else "绩效自评报告",
        "author": front.institution if front else "",
        "description": f"{front.period or f'{front.fiscal_year} 年度'} {front.project}" if front else "",
        "date": report_date(front),
        "notice": notice_lines(front.notice.replace("**", "")) if front and front.notice else None,
    }


class _Tree:
    """Blocks as the data that the template reads; figures are written beside it as files."""

    def __init__(self, folder: Path, tight: Collection[int] = ()) -> None:
        self.folder, self.figures, self.tight = folder, 0, tight
        self.above: list[int] = []

    def block(self, block: Any) -> dict[str, Any]:
        match block:
            case Front():
                return self._front(block)
            case Heading():
                # PDF/UA: no level is skipped on the way down.
                return _heading(block, nested(self.above, block.level))
            case Closing():
                return {"type": "closing", "listed": attachment_lines(block), "lines": [block.institution, block.date]}
            case Paragraph():
                return {
                    "type": "paragraph",
                    "style": block.style,
                    "runs": runs(block.text),
                    "ragged": is_ragged(block.text),
                    "led": False,
                }
            case Items():
                return {"type": "items", "ordered": block.ordered, "items": [runs(i) for i in block.items]}
            case Table():
                return self._table(block, id(block) in self.tight)
            case Figure():
                return self._figure(block)
            case Card():
                return {"type": "card", "table": self._table(card_table(block), id(block) in self.tight)}
            case Fold():
                label = {"type": "label", "runs": runs(block.title)}
                return {"type": "fold", "blocks": _led([label, *(self.block(b) for b in block.blocks)])}
        raise TypeError(f"no block: {type(block).__name__}")

    def _front(self, front: Front) -> dict[str, Any]:
        return {
            "type": "front",
            "title": title_lines(front.title),
            "lines": [runs(line) for line in front_lines(front)],
            "notice": runs(front.notice) if front.notice else None,
        }

    def _table(self, table: Table, tight: bool = False) -> dict[str, Any]:
        size, fitted = sized(table, tight)
        rows = [
            [
                {
                    "rowspan": c.rowspan,
                    "align": table.columns[at].align,
                    "runs": runs(_soft(c.text)),
                    # A merged cell may go on on the next page: its rows stay whole, the group need not.
                    "breakable": len(c.text) > LONG or c.rowspan > 1,
                }
                for at, c in row
            ]
            for row in placed(table)
        ]
        ends = len(rows) - ending(table)
        titles = [head_text(c.title, w).split("\n") for c, w in zip(table.columns, fitted.widths, strict=True)]
        return {
            "type": "table",
            "caption": runs(table.caption) if table.caption else None,
            "titles": titles,
            "totalled": table.total_row,
            "widths": fitted.widths,
            "rows": rows[:ends],
            "ending": rows[ends:],
            "note": runs(table.note) if table.note else None,
            "wide": table.wide,
            "lead": [],
            "size": size,
            **_room(fitted, size),
        }

    def _figure(self, figure: Figure) -> dict[str, Any]:
        self.figures += 1
        name = f"f{self.figures}.svg"
        (self.folder / name).write_text(figure.svg, encoding="utf-8")
        return {"type": "figure", "caption": runs(figure.caption), "file": name, "alt": figure.alt}


def _with_contents(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The list of contents before the second main heading: what decides stays on the first page."""
    main = [at for at, block in enumerate(blocks) if block["type"] == "heading" and block["level"] == 1]
    if len(main) < 2:
        return blocks
    return [*blocks[: main[1]], {"type": "contents", "title": "目录"}, *blocks[main[1] :]]


def _heading(heading: Heading, depth: int) -> dict[str, Any]:
    """An attachment begins a page: its number on a line of its own, the title in the middle."""
    title = heading.text.removeprefix(heading.mark or "").strip()
    return {
        "type": "heading",
        "level": depth,
        "listed": heading.level < 3,
        "mark": heading.mark,
        "turned": False,
        "runs": runs(title),
    }


def _led(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What leads to a table that turns the page goes with it, or it would stand on a page of its own:
    a short paragraph right before it, and the headings before that."""
    led: list[dict[str, Any]] = []
    for block in blocks:
        inner = block["blocks"] if block["type"] == "fold" else [block]
        first = inner[0] if inner else block
        if first["type"] == "table" and first["wide"]:
            lead: list[dict[str, Any]] = []
            while led and (led[-1]["type"] in ("heading", "label") or (not lead and _is_short(led[-1]))):
                lead.insert(0, led.pop())
            first["lead"] = [{**one, "turned": True} if "turned" in one else one for one in lead] + first["lead"]
        led.append(block)
    return led


def _closed(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The end of the main text never stands on a page of its own: the paragraph before goes with it."""
    for before, block in pairwise(blocks):
        if block["type"] == "closing" and before["type"] == "paragraph":
            before["led"] = True
    return blocks


def _is_short(block: dict[str, Any]) -> bool:
    return block["type"] == "paragraph" and sum(len(run["t"]) for run in block["runs"]) <= SHORT


def _room(fitted: Fit, size: float) -> dict[str, Any]:
    """Whether a table stays whole, else what its start needs in mm: caption, head and first rows."""
    return {"keep": height(fitted, size) <= KEPT, "start": round(height(fitted, size, STARTING), 1)}


def _soft(text: str) -> str:
    """Long words without spaces (hashes, paths, SQL) may break anywhere."""
    return re.sub(r"([A-Za-z0-9_./=-]{16})(?=[A-Za-z0-9_./=-])", "\\1\u200b", text)
