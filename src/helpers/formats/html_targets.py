"""Where links of the HTML can lead: the anchors that its blocks carry, and the headings of attachments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from helpers.report.blocks import Fold, Heading, own_anchors


def targets(blocks: Iterable[Any]) -> tuple[set[str], dict[str, str]]:
    """The anchors that cells can link to, and for each attachment's number the id that its heading will have."""
    anchors: set[str] = set()
    marks: dict[str, str] = {}
    listed = 0

    def look(inner: Iterable[Any]) -> None:
        nonlocal listed
        for block in inner:
            if isinstance(block, Heading) and block.level < 3:
                listed += 1
                if block.mark:
                    marks[block.mark] = f"s{listed}"
            anchors.update(own_anchors(block))
            if isinstance(block, Fold):
                look(block.blocks)

    look(blocks)
    return anchors, marks
