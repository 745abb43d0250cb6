"""Which blocks of a report stand in which paper: the filed one, the technical one; the HTML has all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from helpers.report.blocks import Front, Heading, PartKind

#: What follows the report's title on the technical paper.
TECHNICAL = "技术说明"


def parts(blocks: Sequence[Any]) -> Iterator[tuple[PartKind, list[Any]]]:
    """The blocks of each part in order; what stands before the first heading belongs to the main text."""
    kind: PartKind = "main"
    part: list[Any] = []
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            if part:
                yield kind, part
            kind, part = block.part, []
        part.append(block)
    if part:
        yield kind, part


def filed(blocks: Sequence[Any]) -> list[Any]:
    """The main text with the attachments that the year picks."""
    return [block for kind, part in parts(blocks) if kind in ("main", "attachment") for block in part]


def technical(blocks: Sequence[Any]) -> list[Any]:
    """The technical paper, under a title of its own; nothing where the outline has no such part."""
    made = [block for kind, part in parts(blocks) if kind == "technical" for block in part]
    fronts = [b.model_copy(update={"title": f"{b.title}{TECHNICAL}"}) for b in blocks if isinstance(b, Front)]
    return [*fronts, *made] if made else []
