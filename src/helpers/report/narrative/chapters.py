"""How an outline is written down and rendered: chapters of sections of points, numbered by themselves.

An outline names its headings and, under each, the functions that write the text. Such a function
takes the results and returns blocks, or further sections or points. A heading under which nothing
was written is left out, and the numbers close up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.report.blocks import Block, Figure, Fold, Heading, Table

Results = Mapping[str, Any]
Node = Any  # a Block, or a Chapter, Section, Point or Annex
Writer = Callable[[Results], Iterable[Node]]

_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Part:
    """A heading and what stands under it: writers and ready nodes, in order."""

    title: str
    contents: Sequence[Writer | Node] = ()


class Opening(Part):
    """A chapter without a number."""


class Chapter(Part):
    """一、"""


class Section(Part):
    """（一）"""


class Point(Part):
    """1."""


class Annex(Part):
    """附1"""


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


def render(outline: Outline, results: Results) -> list[Block]:
    """The report's blocks: headings numbered, tables and figures counted through."""
    blocks = _written(outline.front, results, {})
    numbers: dict[type, int] = {}
    for part in outline.parts:
        blocks += _part(part, results, numbers)
    return _count_captions(blocks)


def _part(part: Part, results: Results, numbers: dict[type, int]) -> list[Block]:
    """One heading with its blocks, or nothing; ``numbers`` counts the headings at this level."""
    inner = _written(part.contents, results, {})
    if not inner:
        return []
    number = numbers[type(part)] = numbers.get(type(part), 0) + 1
    return [_heading(part, number), *inner]


def _written(contents: Sequence[Any], results: Results, numbers: dict[type, int]) -> list[Block]:
    blocks: list[Block] = []
    for content in contents:
        if isinstance(content, Block):
            blocks.append(content)
        elif isinstance(content, Part):
            blocks += _part(content, results, numbers)
        else:
            blocks += _written(list(content(results)), results, numbers)
    return blocks


def _heading(part: Part, number: int) -> Heading:
    if isinstance(part, Chapter):
        return Heading(level=1, text=f"{chinese_number(number)}、{part.title}")
    if isinstance(part, Section):
        return Heading(level=2, text=f"（{chinese_number(number)}）{part.title}")
    if isinstance(part, Point):
        return Heading(level=3, text=f"{number}.{part.title}")
    if isinstance(part, Annex):
        return Heading(level=1, text=f"附{number} {part.title}")
    return Heading(level=1, text=part.title)


def _count_captions(blocks: Sequence[Block]) -> list[Block]:
    """Captions with their numbers: 表1 …, 图1 …"""
    numbers = {"表": 0, "图": 0}

    def counted(block: Any) -> Any:
        if isinstance(block, Fold):
            return block.model_copy(update={"blocks": tuple(counted(b) for b in block.blocks)})
        if isinstance(block, Table | Figure):
            mark = "表" if isinstance(block, Table) else "图"
            numbers[mark] += 1
            return block.model_copy(update={"caption": f"{mark}{numbers[mark]} {block.caption}"})
        return block

    return [counted(block) for block in blocks]
