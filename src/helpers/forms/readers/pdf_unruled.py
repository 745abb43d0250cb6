"""A form on a page without ruled lines, read by how its texts are aligned, where the reading proves itself.

Read are the indicators (one line each, up to their total), the lines of the funds and the labels of the head. A text
that reaches over the edge of a column, an indicator on several lines, groups that could be those of the line above or
below, points that do not add up: then nothing is read. Goals, whose lines wrap, are never read but named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from helpers.files.marks import Cell
from helpers.forms.filled_form import points
from helpers.forms.readers import head_words
from helpers.forms.readers.form_head import MONEY
from helpers.forms.readers.group_alignment import assigned
from helpers.forms.readers.head_words import column_of, head, is_label
from helpers.forms.readers.tables_and_words import Item, Table, Words

#: A gap as wide as this share of a letter parts two cells of a line.
GAP = 0.9
#: Without these columns the points of a reading cannot be checked.
NEEDED = {"level1", "level2", "level3", "target_text", "actual_text", "weight", "score"}
GROUPS = ("level1", "level2")
SIDE = re.compile("绩效|指标|绩效指标|绩|效|指|标")
TOLERANCE = Decimal("0.05")


@dataclass(frozen=True)
class Text:
    """One cell's text on a line: where it begins and ends."""

    left: float
    right: float
    text: str


Line = list[Text]


@dataclass(frozen=True)
class Aligned:
    """What was read of a page in order, and the places and texts that were not."""

    items: tuple[Item, ...]
    unread: tuple[tuple[str, str], ...]


def line_of(chars: Sequence[Any]) -> Line:
    """The cells of a line: parted where nothing stands for about a letter's width."""
    cells: Line = []
    for char in sorted((c for c in chars if c["text"].strip()), key=lambda c: c["x0"]):
        if cells and char["x0"] - cells[-1].right <= GAP * char["size"]:
            cells[-1] = Text(cells[-1].left, char["x1"], cells[-1].text + char["text"])
        else:
            cells.append(Text(char["x0"], char["x1"], char["text"]))
    return cells


def read_aligned(lines: Sequence[Line], number: int) -> Aligned | None:
    """The form on a page's lines (from top to bottom); None where the page holds none, or no reading is sure."""
    heads = next((at for at, line in enumerate(lines) if _heads(line)), None)
    if heads is None or sum(_heads(line) for line in lines) > 1:
        return None
    end = next((at for at in range(heads + 1, len(lines)) if head_words.TOTAL_ROW.match(head(lines[at][0].text))), None)
    table = _indicators(lines[heads:end], lines[end], f"第 {number} 页表格") if end else None
    above = _above(lines[:heads], number)
    if table is None or above is None:
        return None
    rest = [Words("".join(t.text for t in line), _place(number, at)) for at, line in _numbered(lines, (end or 0) + 1)]
    return Aligned((*above.items, table, *rest), above.unread)


def _numbered(lines: Sequence[Line], start: int) -> list[tuple[int, Line]]:
    return [(at, lines[at]) for at in range(start, len(lines))]


def _place(number: int, at: int) -> str:
    return f"第 {number} 页第 {at + 1} 行文字"


def _heads(line: Line) -> bool:
    return {column_of(one.text) for one in line} >= {"level3", "target_text"}


# --- indicators -----------------------------------------------------------------------------------


def _indicators(lines: Sequence[Line], total: Line, place: str) -> Table | None:
    """The heads, a line an indicator, and the total."""
    bands = _bands([*lines, total[1:]])
    heads = _in_bands(lines[0], bands)
    keys = [column_of(heads.get(at)) for at in range(len(bands))]
    named = [key for key in keys if key]
    side = keys.index("level1") if "level1" in keys else 0
    if not set(named) >= NEEDED or len(named) != len(set(named)) or None in keys[side:]:
        return None
    rows: list[dict[str, str]] = []
    labels: dict[str, list[tuple[float, str]]] = {key: [] for key in GROUPS}
    for line in lines[1:]:
        found = _in_bands(line, bands)
        if any(not SIDE.fullmatch(found.get(at, "标")) for at in range(side)):
            return None
        cells = {keys[at] or "": text for at, text in found.items() if at >= side}
        own = not cells.keys() <= {*GROUPS}
        for level in GROUPS:
            labels[level] += [(len(rows) if own else len(rows) - 0.5, cells[level])] if level in cells else []
        if own and not cells.keys() >= {"level3", "target_text", "weight", "score"}:
            return None
        rows += [cells] if own else []
    groups = assigned(labels["level1"], labels["level2"], len(rows))
    sums = {key: text for at, text in _in_bands(total[1:], bands).items() if (key := keys[at])}
    if groups is None or not _adds_up(rows, sums):
        return None
    filled = [row | dict(zip(GROUPS, names, strict=True)) for names, row in zip(groups, rows, strict=True)]
    whole = [{key: heads[at] for at, key in enumerate(keys) if key}, *filled, sums | {"level1": total[0].text}]
    places = {(r, named.index(key)): text for r, row in enumerate(whole) for key, text in row.items()}
    return Table(places, (), len(whole), len(named), place)


def _bands(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """The columns: what is left and right of the corridors that no text of any line enters."""
    bands: list[tuple[float, float]] = []
    for one in sorted((text for line in lines for text in line), key=lambda text: text.left):
        if bands and one.left <= bands[-1][1]:
            bands[-1] = bands[-1][0], max(bands[-1][1], one.right)
        else:
            bands.append((one.left, one.right))
    return bands


def _in_bands(line: Line, bands: Sequence[tuple[float, float]]) -> dict[int, str]:
    found: dict[int, str] = {}
    for one in line:
        at = next(at for at, (left, right) in enumerate(bands) if left <= one.left and one.right <= right)
        found[at] = f"{found[at]} {one.text}" if at in found else one.text
    return found


def _adds_up(rows: Sequence[dict[str, str]], sums: dict[str, str]) -> bool:
    """Whether weights and scores are figures, no score above its weight, and the total theirs and the execution's."""
    weights, scores = ([points(row[key]) for row in rows] for key in ("weight", "score"))
    total = points(sums.get("score"))
    if not rows or None in weights or None in scores or total is None:
        return False
    weight = sum((w for w in weights if w is not None), Decimal(0))
    score = sum((s for s in scores if s is not None), Decimal(0))
    left = 100 - weight
    most = points(sums.get("weight"))
    return (
        all(s <= w for s, w in zip(scores, weights, strict=True) if s is not None and w is not None)
        and -TOLERANCE <= total - score <= left + TOLERANCE
        and most in (None, Decimal(100), weight)
    )


# --- what stands above them ------------------------------------------------------------------------


def _above(lines: Sequence[Line], number: int) -> Aligned | None:
    """Titles and labels line by line, the funds by their columns; goals are named. None where the funds do not fit."""
    funds = next((at for at, line in enumerate(lines) if sum(_amount(one.text) for one in line) >= 2), len(lines))
    goals = next((at for at in range(min(funds + 1, len(lines)), len(lines)) if _is_goal(lines[at])), len(lines))
    items: list[Item] = []
    lines = _unwrapped(lines, funds)
    for at, line in enumerate(lines[:funds]):
        if line and _is_goal(line):
            goals = min(goals, at)
            break
        items += [_labels(line, number, at)] if line else []
    if funds < goals:
        table = _funds(lines[funds:goals], f"第 {number} 页资金表")
        if table is None:
            return None
        items.append(table)
    unread = [(_place(number, at), " ".join(t.text for t in line)) for at, line in _numbered(lines, goals)]
    return Aligned(tuple(items), tuple(unread))


def _unwrapped(lines: Sequence[Line], end: int) -> list[Line]:
    """The lines with labels whole that are broken (实施 above 单位); what was taken from a line leaves it empty."""
    whole = [list(line) for line in lines]
    for at in range(1, min(end, len(lines))):
        below = whole[at][0]
        for place, one in enumerate(whole[at - 1]):
            if len(whole[at]) == 1 and abs(one.left - below.left) < 1 and is_label(one.text + below.text):
                whole[at - 1][place] = Text(one.left, one.right, one.text + below.text)
                whole[at] = []
                break
    return whole


def _amount(text: str) -> bool:
    return any(head_words.AMOUNTS[key].match(head(text)) for key in MONEY)


def _is_goal(line: Line) -> bool:
    return any(head_words.GOAL.match(head(one.text)) for one in line) or line[0].text in ("年度", "总体", "年度总体")


def _labels(line: Line, number: int, at: int) -> Item:
    """A line of labels and values as the cells of a row; a line of one text as words."""
    if len(line) == 1:
        return Words(line[0].text, _place(number, at))
    return Table({(0, c): one.text for c, one in enumerate(line)}, (), 1, len(line), _place(number, at))


def _funds(lines: Sequence[Line], place: str) -> Table | None:
    """The heads of the amounts and a line a source; labels left of them in the first column."""
    first = min(one.left for one in lines[0] if _amount(one.text)) - 1
    if any(one.left < first < one.right - 1 for line in lines for one in line):
        return None
    labels = [[one for one in line if one.left < first] for line in lines]
    amounts = [[one for one in line if one.left >= first] for line in lines]
    bands = _bands(amounts)
    names = {round(left[-1].left) for left, right in zip(labels[1:], amounts[1:], strict=True) if left and right}
    cells: dict[Cell, str] = {}
    side: list[str] = []  # 项目资金（万元）, beside all lines
    rows = 0
    for left, right in zip(labels, amounts, strict=True):
        found = _in_bands(right, bands)
        beside = [one.text for one in left if not rows or round(one.left) not in names]
        name = "".join(one.text for one in left if one.text not in beside)
        side += beside
        if rows and found and (not name or any(not _figure(text) for text in found.values())):
            return None
        if found or name:
            cells |= {(rows, 0): name} if name else {}
            cells |= {(rows, at + 1): text for at, text in found.items()}
            rows += 1
    if any((0, at + 1) not in cells for at in range(len(bands))) or rows < 2:
        return None
    cells |= {(0, 0): "".join(side)} if side else {}
    return Table(cells, (), rows, len(bands) + 1, place)


def _figure(text: str) -> bool:
    return points(text.rstrip("%％")) is not None or text.strip() in ("—", "-", "－", "–", "/", "——")
