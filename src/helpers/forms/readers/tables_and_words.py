"""Forms in documents for people to read: tables and the words between them, laid out as sheets of one form each."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, replace

from helpers.files.marks import Cell
from helpers.forms.readers import head_words
from helpers.forms.readers.grid import MOST_COLUMNS, MOST_ROWS, Grid, spread
from helpers.forms.readers.head_words import head, is_label
from helpers.forms.readers.official_layout import OWN_FIELDS, Block, blocks_of, is_title

#: Lines of a page that are this near are one line.
SAME_EDGE = 3.0


@dataclass(frozen=True)
class Words:
    """A paragraph between tables, and where it stands."""

    text: str
    place: str


@dataclass(frozen=True)
class Table:
    """A table: its texts by place, its merged ranges, and what its rows are called.

    ``edges``: where its columns begin and end on the page, as far as the document says; ``continues``: it stands at
    the top of a page that follows a page with a table at its end.
    """

    cells: dict[Cell, str]
    merged: tuple[tuple[Cell, Cell], ...]
    rows: int
    columns: int
    place: str
    _: KW_ONLY
    edges: tuple[float, ...] = ()
    continues: bool = False

    def grid(self) -> Grid:
        """The table by itself."""
        return Grid("", "", *spread(self.cells, self.merged, self.rows, self.columns))

    def has_heads(self) -> bool:
        """Whether indicators are headed in it."""
        return next(blocks_of(self.grid()), None) is not None


Item = Words | Table


def grids_of(items: Iterable[Item], file: str) -> list[Grid]:
    """The document as sheets. Each holds one form, with the words before and behind it as lines across the sheet."""
    return [_sheet(part, file) for part in _parts(items) if any(isinstance(item, Table) for item in part)]


def _parts(items: Iterable[Item]) -> list[list[Item]]:
    """A form begins with a title, a label of its head, or heads of indicators where the form before has its own."""
    parts: list[list[Item]] = [[]]
    between: list[Words] = []
    heads: tuple[str, ...] | None = None
    closed = False
    for item in items:
        if isinstance(item, Words):
            between.append(item)
            continue
        grid = item.grid()
        block = next(blocks_of(grid), None)
        own = _heads(grid, block)
        again = block is not None and block.row == 0 and own == heads and not closed
        begins = _begins(grid, block) or any(_begins_form(w.text) for w in between)
        if heads is not None and (begins or (own is not None and not again)):
            first = next((at for at, w in enumerate(between) if _begins_form(w.text)), 0)
            parts[-1] += between[:first]
            parts.append([])
            between, heads, again = between[first:], None, False
        parts[-1] += [*between, _without_heads(item, block) if again and block else item]
        between, heads = [], own or heads
        closed = _has_total(grid)
    parts[-1] += between
    return parts


def _heads(grid: Grid, block: Block | None) -> tuple[str, ...] | None:
    return tuple(head(t) for t in dict.fromkeys(grid.texts[block.row]) if t) if block else None


def _begins(grid: Grid, block: Block | None) -> bool:
    """Whether a table begins a form: a title or labels stand in it, above its indicators."""
    rows = range(block.row if block else min(len(grid.texts), 4))
    return any(is_title(grid, r) or any(is_label(t) for t in dict.fromkeys(grid.texts[r])) for r in rows)


def _begins_form(text: str) -> bool:
    label = re.split("[:：]", text)[0]
    return bool(len(text) <= 60 and (head_words.TITLE.search(head(text)) or (label != text and is_label(label))))


def _has_total(grid: Grid) -> bool:
    return any(head_words.TOTAL_ROW.match(head(next((t for t in line if t), ""))) for line in grid.texts)


def _without_heads(table: Table, block: Block) -> Table:
    """The same table without the heads that are repeated at the top of a page."""
    last = block.last
    cells = {at: text for at, text in table.cells.items() if at[0] > last}
    return replace(table, cells=cells, merged=tuple(m for m in table.merged if m[0][0] > last))


# --- one sheet ------------------------------------------------------------------------------------


def _sheet(part: Sequence[Item], file: str) -> Grid:
    """Tables and words one below the other, the columns of tables on several pages brought into line."""
    edges = _common_edges([item for item in part if isinstance(item, Table)])
    tables = [_aligned(item, edges) if isinstance(item, Table) and edges else item for item in part]
    width = max(min(item.columns, MOST_COLUMNS) for item in tables if isinstance(item, Table))
    cells: dict[Cell, str] = {}
    merged: list[tuple[Cell, Cell]] = []
    lines: list[str] = []
    breaks: list[int] = []
    for item in tables:
        top = len(lines)
        if top >= MOST_ROWS:
            break
        if isinstance(item, Words):
            cells[top, 0] = item.text
            merged.append(((top, 0), (top, width - 1)))
            lines.append(item.place)
            continue
        breaks += [top] if item.continues and top else []
        cells |= {(r + top, c): text for (r, c), text in item.cells.items()}
        merged += [((a + top, b), (c + top, d)) for (a, b), (c, d) in item.merged]
        lines += [f"{item.place}第 {r + 1} 行" for r in range(item.rows)]
    for top in breaks:
        _joined(cells, merged, breaks, top, (len(lines), width))
    texts, anchor = spread(cells, merged, len(lines), width)
    return Grid(file, "", texts, anchor, lines=tuple(lines))


def _common_edges(tables: Sequence[Table]) -> list[float]:
    """Where columns begin and end in any of the tables; nothing where one of them does not say it."""
    if not all(table.edges for table in tables):
        return []
    edges: list[float] = []
    for edge in sorted({edge for table in tables for edge in table.edges}):
        if not edges or edge - edges[-1] > SAME_EDGE:
            edges.append(edge)
    return edges if len(edges) <= MOST_COLUMNS else []


def _aligned(table: Table, edges: list[float]) -> Table:
    """The table on columns that others share: a cell over several of them is a merged one."""
    begins = [max(0, bisect_left(edges, edge - SAME_EDGE)) for edge in table.edges]
    reach = dict(table.merged)
    cells, merged = {}, []
    for row in range(table.rows):
        for column in range(table.columns):
            at = (row, column)
            last = reach.get(at, at)
            left, right = begins[column], max(begins[column], begins[last[1] + 1] - 1)
            if at in table.cells:
                cells[row, left] = table.cells[at]
            if (at in reach or (row, column) in table.cells or right > left) and not _covered(table, at):
                merged.append(((row, left), (last[0], right)))
    return replace(table, cells=cells, merged=tuple(merged), columns=len(edges) - 1, edges=())


def _covered(table: Table, at: Cell) -> bool:
    """Whether a place lies inside of a merged range that begins elsewhere."""
    return any(
        first != at and first[0] <= at[0] <= last[0] and first[1] <= at[1] <= last[1] for first, last in table.merged
    )


def _joined(
    cells: dict[Cell, str], merged: list[tuple[Cell, Cell]], breaks: Sequence[int], top: int, size: Cell
) -> None:
    """What a page's end has cut: a group's name that stands on the later page only, and a row's last lines."""
    grid = Grid("", "", *spread(cells, merged, *size))
    block = next((b for b in reversed(list(blocks_of(grid))) if b.last < top - 1), None)
    if block is None:
        return
    for key in ("level1", "level2"):
        for column in block.columns.get(key, ())[:1]:
            above, below = grid.anchor[top - 1][column], grid.anchor[top][column]
            tall = any(grid.anchor[r][column][0] < r for r in range(block.last + 2, top))
            # a blank that begins a page goes on with the group of the page before
            if tall and above[0] > block.last and above[0] not in breaks and not grid.at(*above) and grid.at(*below):
                cells[above] = grid.at(*below)
    if _is_cut(grid, block, top):
        columns = {c for key in OWN_FIELDS for c in block.columns.get(key, ()) if grid.own(top, c)}
        for column in sorted(columns):
            at = grid.anchor[top - 1][column]
            cells[at] = grid.at(*at) + cells.pop((top, column))


def _is_cut(grid: Grid, block: Block, top: int) -> bool:
    """Whether the first row of a page is the end of the row before: it has no name or nothing but one, or no points
    where every row before has some."""

    def says(row: int, *keys: str) -> bool:
        return any(grid.own(row, c) for key in keys for c in block.columns.get(key, ()))

    if says(top, "weight", "score") or not says(top, *OWN_FIELDS) or top - 1 <= block.last:
        return False
    named = says(top, "level3")
    bare = not says(top, "target_text", "value", "actual_text") and says(top - 1, "target_text", "value", "actual_text")
    before = [row for row in range(block.last + 1, top) if says(row, "level3")]
    return not named or bare or all(says(row, "weight", "score") for row in before)
