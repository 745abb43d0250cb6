"""The list of contents of a long paper: static titles, each with the number of its page as a field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpers.formats.docx.styles_and_borders import ENTRY, TITLED
from helpers.formats.docx.xml import TWIPS, element, field, paragraph, runs
from helpers.report.blocks import Heading

TITLE = "目录"
#: From so many headings of the first two levels on a paper is long enough for a list, about eight pages.
HEADINGS = 12
#: The right edge of the text, and what an entry of the second level stands in, in points.
EDGE, INDENT = 442, 28


def listed(blocks: Sequence[Any]) -> list[Heading]:
    """The headings of the first two levels, where they are so many that the paper is long."""
    found = [block for block in blocks if isinstance(block, Heading) and block.level < 3]
    return found if len(found) >= HEADINGS else []


def contents(headings: Sequence[Heading]) -> list[Any]:
    """The paragraphs of the list, on a page of their own."""
    title = paragraph(TITLED, runs(TITLE))
    title.pPr.insert(1, element("pageBreakBefore"))
    return [title, *(_entry(at, heading) for at, heading in enumerate(headings, start=1))]


def bookmarked(made: Any, number: int) -> Any:
    """The paragraph of a heading as the place to which its entry leads."""
    made.insert(1, element("bookmarkStart", {"id": number, "name": _name(number)}))
    made.append(element("bookmarkEnd", {"id": number}))
    return made


def _name(number: int) -> str:
    return f"_Contents{number}"


def _entry(number: int, heading: Heading) -> Any:
    # The field is out of date until Word or WPS opens the file and works it out.
    page = field(f"PAGEREF {_name(number)} \\h", "")
    page[0][0].set(f"{{{page[0].nsmap['w']}}}dirty", "true")
    tab = element("r", None, element("tab"))
    made = paragraph(ENTRY, [element("hyperlink", {"anchor": _name(number)}, *runs(heading.text), tab, *page)])
    stop = element("tab", {"val": "right", "leader": "dot", "pos": EDGE * TWIPS})
    indent = element("ind", {"left": INDENT * TWIPS * (heading.level - 1), "firstLine": 0})
    made.pPr.insert(1, element("tabs", None, stop))
    made.pPr.insert(2, indent)
    return made
