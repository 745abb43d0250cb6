"""Merged cells of a worksheet: filled where every row means the value, refused where a number would count again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpers.files.marks import Cell, cell_name, range_name
from helpers.files.refusal import FileError
from helpers.files.spreadsheet import Page
from helpers.year.tables import Column, Table

NUMBERS = ("integer", "number", "money", "duration")
#: Lines that sum up others: what is merged there is a label.
TOTALS = ("合计", "小计", "总计", "累计", "共计", "total", "subtotal", "sum")


def filled_head(rows: list[list[str]], page: Page, first: int) -> tuple[list[list[str]], bool]:
    """The rows of the head (the first one counts from 1), merged names in each of their cells, and whether any was.

    A name merged down to the head's only row, out of the one above it, is its name.
    """
    any_merged = False
    for (top, left), (bottom, right) in page.merged:
        if bottom < first - 1 or top >= len(rows) or left >= len(rows[top]):
            continue
        if top < first - 1 and left != right:  # a title above the head
            continue
        any_merged = True
        for row in range(max(top, first - 1), min(bottom + 1, len(rows))):
            for column in range(left, min(right + 1, len(rows[row]))):
                if len(rows) > first or row != top:
                    rows[row][column] = rows[top][left]
    return rows[first - 1 :], any_merged


def below_groups(page: Page, headers: Sequence[str], shown: str, spec: Table) -> None:
    """Refuse a one-row head in which a name is merged over several columns with names of their own below it.

    In a row of data the columns outside of such groups are filled as well.
    """
    head = spec.header_row - 1
    below = page.cells[head + 1] if len(page.cells) > head + 1 else []
    grouped = {
        c for (top, left), (_, right) in page.merged if top == head and left != right for c in range(left, right + 1)
    }
    if any(str(value).strip() for column, value in enumerate(below) if column not in grouped):
        return
    for (top, left), (bottom, right) in page.merged:
        under = [str(value).strip() for value in below[left : right + 1]]
        if top != head or bottom != head or left == right or len(under) < 2 or not all(under):
            continue
        if all(isinstance(value, str) and not _is_value(value) for value in below[left : right + 1]):
            raise FileError(
                "two_row_head",
                shown,
                f"表头像是分两行的：{cell_name((head, left))}“{headers[left].strip()}”下面还有{'、'.join(under)}",
                rows=[(head + 1, headers[left].strip()), (head + 2, "、".join(under))],
                hint=f"在 year.yml 里写 header_row: [{head + 1}, {head + 2}]，"
                f"列名写成 {headers[left].strip()}/{under[0]}；profile 用 --header-row {head + 1} 再看",
            )


def _is_value(text: str) -> bool:
    return any(character.isdigit() for character in text)


def fill_merged(page: Page, shown: str, spec: Table, declared: dict[int, str]) -> None:
    """Write the value of merged cells into each row that it stands for; see the module. Raises ``FileError``."""
    for first, last in page.merged:
        if first[0] < spec.first_row - 1 or first[0] >= len(page.cells):
            continue
        value = _at(page, first)
        if not str(value).strip():
            continue
        for cell in _covered(page, first, last):
            name = declared.get(cell[1])
            if spec.columns and name is None:
                continue
            column = spec.columns[name] if name else None
            if cell[1] != first[1] and (column is None or _is_label(value)):
                continue
            if column is None or column.type not in NUMBERS:
                page.cells[cell[0]][cell[1]] = value
            elif spec.checks.merged == "stop":
                raise _refused(page, shown, first, last, column)


def _covered(page: Page, first: Cell, last: Cell) -> list[Cell]:
    """The cells behind a merged value that belong to records: their row says something besides."""
    found = []
    for row in range(first[0], min(last[0] + 1, len(page.cells))):
        others = [v for i, v in enumerate(page.cells[row]) if not first[1] <= i <= last[1]]
        if any(str(value).strip() for value in others):
            columns = range(first[1], min(last[1] + 1, len(page.cells[row])))
            found += [(row, column) for column in columns if (row, column) != first]
    return found


def _at(page: Page, cell: Cell) -> Any:
    row = page.cells[cell[0]]
    return row[cell[1]] if cell[1] < len(row) else ""


def _is_label(value: Any) -> bool:
    text = "".join(str(value).split()).lower()
    return text.startswith(TOTALS) or text.endswith(TOTALS)


def _refused(page: Page, shown: str, first: Cell, last: Cell, column: Column) -> FileError:
    where = range_name(first, last)
    return FileError(
        "merged_number",
        shown,
        f"工作表 {page.name} 的 {where} 是合并的单元格，一个数（{column.source[0]}）对着几行，不能判断各行各是多少",
        rows=[(first[0] + 1, f"{where}：{_at(page, first)}")],
        hint="在来源里取消合并、逐行填写；这个数确是几行合起来的，在 checks 里写 merged: first，只计在第一行",
    )
