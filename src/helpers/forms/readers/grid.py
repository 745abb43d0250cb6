"""A sheet of text cells with merged ranges filled, in which a form is looked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field

from helpers.files.marks import Cell, letters
from helpers.forms.readers.form_error import FormError

#: A form is small; what stands beyond this on a sheet is none.
MOST_ROWS, MOST_COLUMNS = 5000, 80


@dataclass(frozen=True)
class Grid:
    """``texts[row][column]`` from 0; ``anchor[row][column]`` the first cell of the merged range that it is in.

    ``bad``: cells without a usable value, by place; reading one of them is an error, passing over it is none.
    ``lines``: where each row stands in a document that has no sheets ("第 2 个表格第 5 行").
    """

    file: str
    name: str
    texts: tuple[tuple[str, ...], ...]
    anchor: tuple[tuple[tuple[int, int], ...], ...]
    _: KW_ONLY
    bad: Mapping[tuple[int, int], FormError] = field(default_factory=dict)
    lines: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        return f"{self.file} {self.name}".rstrip()

    def at(self, row: int, column: int) -> str:
        """A cell's text, also inside of a merged range."""
        return self.texts[row][column] if 0 <= row < len(self.texts) and 0 <= column < len(self.texts[row]) else ""

    def read(self, row: int, column: int) -> str:
        """A cell whose value is used. Raises ``FormError`` where it has none (#REF!, never calculated)."""
        bad = self.bad.get(self.anchor[row][column])
        if bad is not None:
            raise bad
        return self.at(row, column)

    def starts(self, row: int, column: int) -> bool:
        """Whether the cell stands by itself or begins a merged range."""
        return self.anchor[row][column] == (row, column)

    def own(self, row: int, column: int) -> str:
        """The text of a cell that begins a range; empty inside of one."""
        return self.at(row, column) if self.starts(row, column) else ""

    def span(self, row: int, column: int) -> tuple[int, ...]:
        """The columns of the merged range that begins here."""
        return tuple(c for c in range(column, len(self.texts[row])) if self.anchor[row][c] == (row, column))

    def place(self, row: int, column: int) -> str:
        """ "Sheet!E12"; in a document table, row and column; in a text file the line."""
        if self.lines:
            return f"{self.lines[row]}第 {column + 1} 列"
        return f"{self.name}!{letters(column)}{row + 1}" if self.name else f"文件第 {row + 1} 行"


def plain_grid(lines: Sequence[Sequence[str]], file: str) -> Grid:
    """A grid of a text file's cells, without merged ranges; short lines are filled up."""
    wide = max((len(line) for line in lines), default=0)
    texts = tuple(tuple(str(c).strip() for c in line) + ("",) * (wide - len(line)) for line in lines)
    return Grid(file, "", texts, tuple(tuple((r, c) for c in range(wide)) for r in range(len(lines))))


def spread(
    cells: Mapping[Cell, str], merged: Iterable[tuple[Cell, Cell]], rows: int, columns: int
) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[Cell, ...], ...]]:
    """Texts and anchors of a sheet, its merged ranges (first and last cell) filled; what lies beyond it is left out."""
    texts = [[cells.get((r, c), "") for c in range(columns)] for r in range(rows)]
    anchor = [[(r, c) for c in range(columns)] for r in range(rows)]
    for (top, left), (bottom, right) in merged:
        for r in range(top, min(bottom + 1, rows)):
            for c in range(left, min(right + 1, columns)):
                texts[r][c], anchor[r][c] = texts[top][left], (top, left)
    return tuple(map(tuple, texts)), tuple(map(tuple, anchor))
