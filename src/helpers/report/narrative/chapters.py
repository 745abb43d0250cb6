"""How an outline is written down and rendered: chapters of sections of points, numbered by themselves.

An outline names its headings and, under each, the functions that write the text. Such a function
takes the results and returns blocks, or further sections or points. A heading under which nothing
was written is left out, and the numbers close up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.report.blocks import Block, Closing, Figure, Fold, Heading, Table
from helpers.report.followed_numbers import judge, writing
from helpers.report.results_types import Results

Node = Any  # a Block, or a Chapter, Section, Point, Attachment or Technical
Writer = Callable[[Results], Iterable[Node]]

#: What a reference stands between until its attachment has a number: private characters, which no font has.
SEE = ("\ue000", "\ue001", "\ue002")
_REFERENCE = re.compile(f"{SEE[0]}(.*?){SEE[1]}(.*?){SEE[2]}")

_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Part:
    """A heading and what stands under it: writers and ready nodes, in order; ``anchor``: to which cells link."""

    title: str
    contents: Sequence[Writer | Node] = ()
    anchor: str | None = None


class Opening(Part):
    """A chapter without a number."""


class Chapter(Part):
    """一、"""


class Section(Part):
    """（一）"""


class Point(Part):
    """1."""


@dataclass(frozen=True)
class Attachment(Part):
    """附件1; one that is not ``filed`` with the main text is kept for reference (备查材料1)."""

    filed: bool = True


class Technical(Part):
    """技术说明: rules, queries, files and hashes, which are no part of the filed papers."""


class Index(Part):
    """The figures by their ids, which only the HTML has."""


@dataclass(frozen=True)
class Outline:
    """``front`` writes what stands before the first heading; ``parts`` follow it in order."""

    title: str
    front: Sequence[Writer]
    parts: Sequence[Part]


def chinese_number(number: int) -> str:
    """1 → 一, 12 → 十二, 20 → 二十; up to 99."""
    tens, units = divmod(number, 10)
    if not tens:
        return _DIGITS[units]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[units] if units else "")


def about(indicator: str) -> str:
    """The anchor of an indicator's own point."""
    return f"i-{indicator}"


def reasons(indicator: str) -> str:
    """The anchor of the analysis of an indicator's shortfall, overshoot, …: the first where there are several."""
    return f"d-{indicator}"


def whence(name: str) -> str:
    """The anchor of the evidence behind a figure: query, files, rows."""
    return f"e-{name}"


#: What the evidence of the money stands under; the ids of indicators are identifiers, so that none is like it.
BUDGET = "the-budget"
#: And of the amounts that the year file states.
DECLARED = "the-budget-declared"


def see(content: str, words: str = "（见{}）") -> str:
    """A reference to the attachment in which something is written; nothing where no attachment has it."""
    return f"{SEE[0]}{content}{SEE[1]}{words}{SEE[2]}"


def render(outline: Outline, results: Results, writers: Mapping[str, Writer] | None = None) -> list[Block]:
    """The report's blocks: headings numbered, tables and figures counted through, references (``see``) resolved.

    ``writers``: by the names that references use.
    """
    blocks = _written(outline.front, results, {})
    numbers: dict[Any, int] = {}
    places: dict[str, str] = {}
    for part in sorted(outline.parts, key=_paper):
        made = _part(part, results, numbers)
        blocks += made
        if made and made[0].mark:
            inside = list(_writers(part))
            places |= {name: made[0].mark for name, writer in (writers or {}).items() if writer in inside}
    return _count_captions(_listed(_referred(blocks, places)))


def _listed(blocks: Sequence[Block]) -> list[Block]:
    """The end of the main text names the attachments that are filed with it."""
    titles = [
        b.text.removeprefix(b.mark or "").strip() for b in blocks if isinstance(b, Heading) and b.part == "attachment"
    ]
    return [b.model_copy(update={"attachments": tuple(titles)}) if isinstance(b, Closing) else b for b in blocks]


def _paper(part: Part) -> int:
    """The main text first, then what is filed with it, what is kept, what is technical, the index."""
    if isinstance(part, Index):
        return 4
    return 3 if isinstance(part, Technical) else (1 if part.filed else 2) if isinstance(part, Attachment) else 0


def _writers(part: Part) -> Iterator[Writer]:
    for content in part.contents:
        if isinstance(content, Part):
            yield from _writers(content)
        elif not isinstance(content, Block):
            yield content


def _referred(blocks: Sequence[Block], places: Mapping[str, str]) -> list[Block]:
    """The blocks with their references in words."""

    def said(text: str) -> str:
        return _REFERENCE.sub(lambda m: m[2].format(places[m[1]]) if m[1] in places else "", text)

    def told(value: Any) -> Any:
        if isinstance(value, str):
            return said(value)
        if isinstance(value, dict):
            return {key: told(inner) for key, inner in value.items()}
        return [told(inner) for inner in value] if isinstance(value, list) else value

    return [
        b if SEE[0] not in b.model_dump_json() else type(b).model_validate(told(b.model_dump(mode="json")))
        for b in blocks
    ]


def _part(part: Part, results: Results, numbers: dict[Any, int]) -> list[Any]:
    """One heading with its blocks, or nothing; ``numbers`` counts the headings at this level."""
    inner = _written(part.contents, results, {})
    if not inner:
        return []
    kind = (type(part), getattr(part, "filed", True))
    number = numbers[kind] = numbers.get(kind, 0) + 1
    return [_heading(part, number), *inner]


def _written(contents: Sequence[Any], results: Results, numbers: dict[Any, int]) -> list[Block]:
    blocks: list[Block] = []
    for content in contents:
        if isinstance(content, Block):
            blocks.append(content)
        elif isinstance(content, Part):
            blocks += _part(content, results, numbers)
        else:
            with writing():
                made = list(content(results))
                judge(_ready(made))
                blocks += _written(made, results, numbers)
    return blocks


def _ready(nodes: Iterable[Node]) -> Iterator[Node]:
    """What a writer has written already: blocks and titles, without what writers are still to write."""
    for node in nodes:
        if isinstance(node, Part):
            yield node.title
            yield from _ready(node.contents)
        elif isinstance(node, Block):
            yield node


def _heading(part: Part, number: int) -> Heading:
    if isinstance(part, Chapter):
        return Heading(level=1, text=f"{chinese_number(number)}、{part.title}")
    if isinstance(part, Section):
        return Heading(level=2, text=f"（{chinese_number(number)}）{part.title}")
    if isinstance(part, Point):
        return Heading(level=3, text=f"{number}.{part.title}", anchor=part.anchor)
    if isinstance(part, Attachment):
        mark = f"{'附件' if part.filed else '备查材料'}{number}"
        return Heading(level=1, text=f"{mark} {part.title}", mark=mark, part="attachment" if part.filed else "kept")
    if isinstance(part, Technical):
        mark = f"技术说明{number}"
        return Heading(level=1, text=f"{mark} {part.title}", mark=mark, part="technical")
    return Heading(level=1, text=part.title, part="index" if isinstance(part, Index) else "main")


def _count_captions(blocks: Sequence[Block]) -> list[Block]:
    """Captions with their numbers: 表1 …, 图1 …"""
    numbers = {"表": 0, "图": 0}

    def counted(block: Any) -> Any:
        if isinstance(block, Fold):
            return block.model_copy(update={"blocks": tuple(counted(b) for b in block.blocks)})
        if isinstance(block, Table | Figure) and block.caption:
            mark = "表" if isinstance(block, Table) else "图"
            numbers[mark] += 1
            return block.model_copy(update={"caption": f"{mark}{numbers[mark]} {block.caption}"})
        return block

    return [counted(block) for block in blocks]
