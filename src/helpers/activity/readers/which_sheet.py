"""Which worksheet of a workbook holds the table: the declared one, or the one with the declared headers."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from typing import Any

from helpers.activity.readers.headers import declared_at, joined_head
from helpers.files.markup import Tables
from helpers.files.refusal import FileError
from helpers.files.spreadsheet import Book
from helpers.year.faults import did_you_mean
from helpers.year.tables import Table

SHEETS_SHOWN = 8
#: Rows below the header that are looked at for anything at all.
BELOW = 20


def pick_sheets(book: Book | Tables, spec: Table) -> list[str]:
    """The names of the sheets to read, in the workbook's order; raises ``FileError``.

    What is declared is read, hidden or not. Otherwise it is the visible sheet that holds the declared
    headers; sheets that hold nearly as many of them, with rows below, have to be told apart by hand.
    """
    names = list(book.sheets)
    if spec.sheet:
        return _declared(book, spec)
    visible = [name for name in names if book.sheets[name]] or names
    if not visible:
        raise FileError("no_sheet", book.shown, "工作簿里没有工作表", hint="重新导出")
    if len(names) == 1:
        return names
    if not spec.columns:
        return [next((name for name in visible if _is_table(book.top(name, BELOW))), visible[0])]
    found = {name: _found(book, name, spec) for name in names}
    best = max(found[name] for name in visible)
    if not best:
        _refuse_hidden(book, [name for name in names if found[name] and name not in visible])
        return visible[:1]
    rivals = [name for name in visible if found[name] * 3 >= best * 2]
    with_rows = [name for name in rivals if _has_rows(book, name, spec)]
    if len(with_rows) > 1:
        raise FileError(
            "several_sheets",
            book.shown,
            f"有 {len(with_rows)} 张工作表都有声明的表头和数据，不能判断读哪一张：{_some(with_rows)}",
            hint=f"在 year.yml 里用 sheet 指明一张（sheet: {with_rows[0]}）；几张都要读的，写成一列"
            f"（sheet: [{', '.join(with_rows[:2])}]）或通配（sheet: '*'）",
        )
    return with_rows or [next(name for name in visible if found[name] == best)]


def unread_sheets(book: Book | Tables, read: Sequence[str], width: int) -> tuple[str, ...]:
    """Sheets that were passed over though they may hold records: hidden ones with any rows, visible ones as wide."""
    told = []
    for name, visible in book.sheets.items():
        top = book.top(name, BELOW) if name not in read else []
        wide = max((sum(_said(v) for v in row) for row in top), default=0)
        if not visible and wide:
            told.append(f"{name}（隐藏）")
        elif wide >= max(width, 2):
            told.append(name)
    return tuple(told)


def _declared(book: Book | Tables, spec: Table) -> list[str]:
    names = list(book.sheets)
    wanted = [
        name
        for name in names
        if any(name == one or (fnmatch.fnmatchcase(name, one) and book.sheets[name]) for one in spec.sheet)
    ]
    missing = [one for one in spec.sheet if not any(name == one or fnmatch.fnmatchcase(name, one) for name in names)]
    if missing or not wanted:
        near = did_you_mean(missing[0], names) if missing else None
        raise FileError(
            "no_sheet",
            book.shown,
            f"没有工作表 {(missing or spec.sheet)[0]}",
            hint=f"{near + '。' if near else ''}工作表有：{_some(names)}；在 year.yml 里用 sheet 指明"
            if names
            else "重新导出",
        )
    return wanted


def _refuse_hidden(book: Book | Tables, hidden: Sequence[str]) -> None:
    if hidden:
        raise FileError(
            "hidden_sheet",
            book.shown,
            f"只有隐藏的工作表有声明的表头：{_some(hidden)}",
            hint=f"确实要读它的，在 year.yml 里写 sheet: {hidden[0]}；否则重新导出",
        )


def _some(names: Sequence[str]) -> str:
    return "、".join(names[:SHEETS_SHOWN]) + (f"……共 {len(names)} 张" if len(names) > SHEETS_SHOWN else "")


def _said(value: Any) -> bool:
    return bool(str(value).strip())


def _found(book: Book | Tables, name: str, spec: Table) -> int:
    """How many of the declared columns a sheet has headers for."""
    top = book.top(name, spec.first_row - 1)
    head = [[str(value) for value in row] for row in top[spec.header_row - 1 :]]
    return len(declared_at(joined_head(head), spec)) if head else 0


def _has_rows(book: Book | Tables, name: str, spec: Table) -> bool:
    return any(_said(value) for row in book.top(name, spec.first_row + BELOW)[spec.first_row - 1 :] for value in row)


def _is_table(top: Sequence[Sequence[Any]]) -> bool:
    """Whether a sheet looks like one: several columns with rows below them, no cover of a few lines."""
    return sum(sum(_said(value) for value in row) > 1 for row in top) > 1
