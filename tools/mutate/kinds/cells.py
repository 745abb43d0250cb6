"""Cells that hold no value: errors of a spreadsheet, placeholders, question marks, broken records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.mutate.subject import Damage, Dice, Exports, Sheet, done, kind, raw, some


def _telling(s: Sheet) -> list[str]:
    return [c for c in s.there() if len(s.filled(c)) >= 5]


def _put(x: Exports, dice: Dice, words: str, write: Callable[[Any], Any], low: float, high: float) -> Damage | None:
    s = x.any(dice, _telling)
    if s is None:
        return None
    column = dice.choice(_telling(s))
    rows = some(dice, s.filled(column), low, high)
    number = s.change(column, rows, write)
    return done(s, f"{words} in {number} cells of {column}", columns=(column,), rows=rows) if number else None


@kind("cells", "errors of a spreadsheet: #N/A, #REF!")
def error_cells(x: Exports, dice: Dice) -> Damage | None:
    error = dice.choice(("#N/A", "#REF!", "#VALUE!", "#DIV/0!"))
    return _put(x, dice, error, lambda _: error, 0.01, 0.3)


@kind("cells", "placeholders: 待定, 未知, /")
def placeholders(x: Exports, dice: Dice) -> Damage | None:
    word = dice.choice(("待定", "未知", "/", "NULL", "-", "N/A", "0"))
    return _put(x, dice, word, lambda _: word, 0.05, 0.4)


@kind("cells", "characters lost: question marks")
def question_marks(x: Exports, dice: Dice) -> Damage | None:
    return _put(
        x, dice, "?", lambda v: "".join("?" if ord(c) > 127 else c for c in str(v)) if isinstance(v, str) else v, 0.1, 1
    )


@kind("cells", "texts cut after so many characters")
def texts_cut(x: Exports, dice: Dice) -> Damage | None:
    size = dice.choice((2, 4, 6, 8))
    return _put(x, dice, f"cut to {size} characters", lambda v: v[:size] if isinstance(v, str) else v, 0.2, 1)


@kind("cells", "numbers and dates typed as text with a unit")
def with_units(x: Exports, dice: Dice) -> Damage | None:
    return _put(x, dice, "约…左右", lambda v: f"约{v}", 0.02, 0.3)


@kind("cells", 'cells unwrapped as ="…"')
def formula_texts(x: Exports, dice: Dice) -> Damage | None:
    return _put(x, dice, '="…"', lambda v: f'="{v}"' if isinstance(v, str) else v, 0.2, 1)


@kind("cells", "some rows with a stray cell, the rest moved right")
def cells_moved_right(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.grid.data() and s.grid.form.kind != "jsonl")
    if s is None:
        return None
    rows, at = some(dice, s.grid.data(), 0.005, 0.1), dice.randrange(1, max(2, len(s.grid.header) - 2))
    for n in rows:
        s.grid.rows[n] = [*s.grid.rows[n][:at], "", *s.grid.rows[n][at:-1]]
    return done(s, f"cells from the {at + 1}th on moved right in {len(rows)} rows", rows=rows)


@kind("cells", "some rows without a cell, the rest moved left")
def cells_moved_left(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.grid.data() and s.grid.form.kind != "jsonl")
    if s is None:
        return None
    rows, at = some(dice, s.grid.data(), 0.005, 0.1), dice.randrange(1, max(2, len(s.grid.header) - 2))
    for n in rows:
        s.grid.rows[n] = [*s.grid.rows[n][:at], *s.grid.rows[n][at + 1 :], ""]
    return done(s, f"cells from the {at + 1}th on moved left in {len(rows)} rows", rows=rows)


def _csv(s: Sheet) -> bool:
    return s.grid.form.kind == "csv" and not s.grid.form.gzip


@kind("cells", "quotes lost: delimiters within cells split them")
def quotes_lost(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, _csv)
    if s is None:
        return None
    encoding = s.grid.form.encoding
    text = s.grid.content().decode(encoding)
    return raw(s, text.replace('"', "").encode(encoding), "all quotes lost") if '"' in text else None


@kind("cells", "an unclosed quote swallows rows")
def quote_unclosed(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, _csv)
    if s is None:
        return None
    form = s.grid.form
    lines = s.grid.content().decode(form.encoding).split(form.newline)
    at = dice.randrange(1, max(2, len(lines) - 3))
    cells = lines[at].split(form.delimiter)
    place = dice.randrange(len(cells))
    cells[place] = f'"{cells[place]}'
    lines[at] = form.delimiter.join(cells)
    return raw(s, form.newline.join(lines).encode(form.encoding), f"an unclosed quote in line {at + 1}")


@kind("cells", "line breaks without quotes within cells")
def lines_broken(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, _csv)
    if s is None:
        return None
    form = s.grid.form
    lines = s.grid.content().decode(form.encoding).split(form.newline)
    for at in some(dice, range(1, len(lines) - 1), 0.002, 0.02):
        middle = len(lines[at]) // 2
        lines[at] = lines[at][:middle] + form.newline + lines[at][middle:]
    return raw(s, form.newline.join(lines).encode(form.encoding), "some lines broken in two")
