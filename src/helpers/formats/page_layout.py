"""How a printed table is laid out: column widths that make it lowest, its height, where a title breaks."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from helpers.fonts.packaged import advance
from helpers.fonts.width import wrapped
from helpers.report.blocks import Cell, Table

#: What a cell leaves blank at its sides, in characters.
PADDING = 0.7
#: A column holds at least so many characters.
NARROWEST = 2.0
#: Lines break a little before they are full: words, figures and punctuation stay together.
SLACK = 1.04
#: What a line saved in one cell counts beside one saved in the whole row: several columns may have to
#: grow before a row gets lower.
CELL = 0.25
#: How often characters change hands between two columns, and how many at once.
EXCHANGES, MOST_EXCHANGED = 12, 4
#: What stays together on a line: figures, words, dates.
_TOKEN = re.compile(r"\d{4}年|\d{1,2}月\d{1,2}日|[!-~]+")
LONGEST_TOKEN = 16
#: Widths of the text area in mm, upright and across; points to mm.
UPRIGHT, ACROSS, POINT = 156.0, 247.0, 0.3528
#: Type sizes of tables, and up to how many columns the larger one does; what a page across holds beside a lead.
LARGE, SMALL = 10.5, 9.0
#: The height of a line of a table, in type sizes.
LEADING = 1.4
MOST_UPRIGHT, PAGE_ACROSS = 6, 105.0
#: Up to this height in mm a table stays on one page.
KEPT = 75.0
#: So many rows at a table's end stay together; with a merged cell that reaches into them at most so many.
ENDING, MOST_ENDING = 3, 10
#: A row stays on one page unless a cell is longer than this.
LONG = 400
#: So many full-width characters of a title stand on one line.
TITLE_WIDTH = 19.0
#: So many long codes make a paragraph's right edge ragged.
MANY_CODES, _CODE = 4, re.compile(r"[A-Za-z0-9-]{8,}")
_KIND = re.compile(r"(.+?)((?:项目支出|转移支付|部门整体支出)?绩效\S*)$")


@dataclass(frozen=True)
class Fit:
    """``widths`` of the columns in full-width characters; ``lines`` of the head and of each row."""

    widths: tuple[float, ...]
    head: int
    lines: tuple[int, ...]


def fit(table: Table, width: float) -> Fit:
    """Column widths that add up to ``width`` characters and make the table as low as they can.

    What is left once nothing gets lower goes to the columns as their declared widths want it.
    """
    sizes, extra, least = _measured(table)
    if least.sum() >= width:
        widths = least * width / least.sum()
    else:
        widths = _exchanged(sizes, extra, least, _grown(sizes, extra, least, width))
        declared = np.array([c.width for c in table.columns])
        widths = widths + (width - widths.sum()) * declared / declared.sum()
    lines = _lines(sizes, extra, widths).max(axis=1)
    return Fit(tuple(round(float(w), 2) for w in widths), int(lines[0]), tuple(int(n) for n in lines[1:]))


def _measured(table: Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By row (the head first) and column: text widths, further lines that are written; the least widths."""
    shape = (len(table.rows) + 1, len(table.columns))
    sizes, extra, least = np.zeros(shape), np.ones(shape), np.full(shape[1], NARROWEST)
    for at, column in enumerate(table.columns):
        sizes[0, at] = advance(column.title, "hei")
        least[at] = max(least[at], _longest(column.title), math.ceil(sizes[0, at] / 2))
    for index, row in enumerate(placed(table), start=1):
        for at, cell in row:
            written = cell.text.split("\n")
            sizes[index, at] = sum(map(advance, written)) / cell.rowspan
            extra[index, at] = len(written) / cell.rowspan
            least[at] = max(least[at], _longest(cell.text))
    return sizes, extra, least + PADDING


def _longest(text: str) -> float:
    return max((advance(token[:LONGEST_TOKEN]) for token in _TOKEN.findall(text)), default=0.0)


def _lines(sizes: np.ndarray, extra: np.ndarray, widths: np.ndarray) -> np.ndarray:
    room = widths - PADDING
    wrapped_lines = np.where(sizes <= room, 1.0, np.ceil(sizes * SLACK / room))
    return np.maximum(np.maximum(wrapped_lines, np.ceil(extra)), 1.0)


def _grown(sizes: np.ndarray, extra: np.ndarray, least: np.ndarray, width: float) -> np.ndarray:
    """The least widths, widened a character at a time where that makes the table lowest for its cost."""
    widths = least.copy()
    lines = _lines(sizes, extra, widths)
    more = np.arange(1, int(width - widths.sum()) + 1)
    # By column, row, and how much wider the column is made: its lines then.
    wider = _lines(sizes.T[:, :, None], extra.T[:, :, None], (widths[:, None] + more)[:, None, :])
    fewer = wider.sum(axis=1)
    while (room := int(width - widths.sum())) >= 1:
        height = lines.max(axis=1).sum()
        lower = height - np.maximum(_others(lines)[:, :, None], wider[:, :, :room]).sum(axis=1)
        gains = (lower + CELL * (lines.sum(axis=0)[:, None] - fewer[:, :room])) / more[:room]
        at, most = np.unravel_index(gains.argmax(), gains.shape)
        if gains[at, most] <= 0:
            return widths
        widths[at] += more[most]
        wider[at] = _lines(sizes[:, at, None], extra[:, at, None], widths[at] + more)
        fewer[at] = wider[at].sum(axis=0)
        lines[:, at] = _lines(sizes[:, at], extra[:, at], widths[at])
    return widths


def _others(lines: np.ndarray) -> np.ndarray:
    """By column and row: the most lines of a cell in the other columns."""
    most, highest = lines.max(axis=1), lines.argmax(axis=1)
    rest = lines.copy()
    rest[np.arange(len(lines)), highest] = 1.0
    return np.where(highest == np.arange(lines.shape[1])[:, None], rest.max(axis=1), most)


def _exchanged(sizes: np.ndarray, extra: np.ndarray, least: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Widths after single characters have gone from one column to another as long as that makes the table lower."""
    now = _costs(sizes, extra, widths[None, :])[0]
    for _ in range(EXCHANGES):
        best, better = now - 1e-9, None
        for giver, room in enumerate((widths - least).astype(int)):
            takers = [one for one in range(len(widths)) if one != giver]
            tried = np.array([widths] * (len(takers) * min(room, MOST_EXCHANGED)))
            for at, (taker, size) in enumerate(product(takers, range(1, min(room, MOST_EXCHANGED) + 1))):
                tried[at, giver] -= size
                tried[at, taker] += size
            if len(tried) and (costs := _costs(sizes, extra, tried)).min() < best:
                best, better = costs.min(), tried[costs.argmin()]
        if better is None:
            return widths
        now, widths = best, better
    return widths


def _costs(sizes: np.ndarray, extra: np.ndarray, tried: np.ndarray) -> np.ndarray:
    """How high the table is with each of these widths, and a little for the lines of each cell."""
    lines = _lines(sizes, extra, tried[:, None, :])
    costs: np.ndarray = lines.max(axis=2).sum(axis=1) + CELL * lines.sum(axis=(1, 2))
    return costs


def placed(table: Table) -> list[list[tuple[int, Cell]]]:
    """Each row's cells with their column numbers; cells covered by a rowspan above are left out."""
    busy = [0] * len(table.columns)
    placed = []
    for row in table.rows:
        cells, line = iter(row), []
        for column in range(len(table.columns)):
            if busy[column]:
                busy[column] -= 1
                continue
            cell = next(cells, None)
            if cell is None:
                break
            line.append((column, cell))
            busy[column] = cell.rowspan - 1
        placed.append(line)
    return placed


def ending(table: Table) -> int:
    """How many rows at the end stay together, with the note below: neither a total nor two rows start a page alone.

    A merged cell that reaches into them comes along whole where it is not too long; the first row never belongs to
    them, it starts the table.
    """
    whole = [len(row) == len(table.columns) for row in placed(table)]
    for count in range(1, min(len(whole) - 1, MOST_ENDING) + 1):
        if count >= ENDING and whole[-count]:
            return count
    alone = [one and all(cell.rowspan == 1 for cell in row) for one, row in zip(whole, table.rows, strict=True)]
    last = alone[:0:-1][:ENDING]
    return next((at for at, one in enumerate(last) if not one), len(last))


@lru_cache(maxsize=200)
def sized(table: Table, tight: bool = False) -> tuple[float, Fit]:
    """Type size in points and columns: the larger size where columns are few, or where the page across holds all;
    the smaller one where it has to be (``tight``). The papers of a package have most tables in common."""
    width = ACROSS if table.wide else UPRIGHT
    if tight:
        return SMALL, fit(table, width / (SMALL * POINT))
    large = fit(table, width / (LARGE * POINT))
    if len(table.columns) <= MOST_UPRIGHT or (table.wide and height(large, LARGE) <= PAGE_ACROSS):
        return LARGE, large
    return SMALL, fit(table, width / (SMALL * POINT))


def height(fitted: Fit, size: float, rows: int | None = None) -> float:
    """Of caption, head and rows (the first so many), in mm."""
    lines = [1, fitted.head, *fitted.lines[:rows]]
    return sum(_high(n, size) for n in lines) * POINT


def row_height(fitted: Fit, index: int, size: float) -> float:
    """Of one row, in mm."""
    return _high(fitted.lines[index], size) * POINT


def _high(lines: int, size: float) -> float:
    return lines * size * LEADING + 8


def head_text(title: str, width: float) -> str:
    """A column's title broken into even lines where its column is narrower."""
    return title if advance(title, "hei") <= width - PADDING else wrapped(title, max(width - PADDING, 1.0))


def is_ragged(text: str) -> bool:
    """Whether a paragraph's long codes (ticket numbers) would leave gaps in even lines."""
    return len(_CODE.findall(text)) >= MANY_CODES


def title_lines(title: str, width: float = TITLE_WIDTH) -> list[str]:
    """A long title in lines of about one length, what kind of report it is on a line of its own."""
    if advance(title) <= width:
        return [title]
    kind = _KIND.match(title)
    if kind and advance(kind[2]) <= width:
        return [*wrapped(kind[1], width).split("\n"), kind[2]]
    return wrapped(title, width).split("\n")
