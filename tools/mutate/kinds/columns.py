"""Whole columns: emptied, constant, out of step, swapped, under another header."""

from __future__ import annotations

from tools.mutate.grid import blank
from tools.mutate.subject import Damage, Dice, Exports, Sheet, done, kind, some


def _telling(s: Sheet) -> list[str]:
    """Columns that hold something worth damaging: a handful of values at least."""
    free = {"note", "remark", "content", "title", "purpose"}
    return [c for c in s.there() if c not in free and len(s.filled(c)) >= 5]


def _pick(x: Exports, dice: Dice) -> tuple[Sheet, str] | None:
    s = x.any(dice, _telling)
    return (s, dice.choice(_telling(s))) if s else None


def _empty(s: Sheet) -> object:
    return None if s.grid.form.kind == "xlsx" else ""


@kind("columns", "a column emptied")
def column_emptied(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pick(x, dice)) is None:
        return None
    s, column = picked
    number = s.change(column, s.grid.data(), lambda _: _empty(s))
    return done(s, f"{column} emptied in {number} rows", columns=(column,))


@kind("columns", "a column emptied in a part of the rows")
def column_partly_emptied(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pick(x, dice)) is None:
        return None
    s, column = picked
    rows = some(dice, s.filled(column), 0.05, 0.5)
    s.change(column, rows, lambda _: _empty(s))
    return done(s, f"{column} emptied in {len(rows)} rows", columns=(column,), rows=rows)


@kind("columns", "a column emptied from some row on")
def column_emptied_below(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pick(x, dice)) is None:
        return None
    s, column = picked
    rows = s.grid.data()
    rows = rows[dice.randrange(1, len(rows) - 1) :]
    s.change(column, rows, lambda _: _empty(s))
    return done(s, f"{column} emptied in the last {len(rows)} rows", columns=(column,), rows=rows)


@kind("columns", "a column constant, filled down from its first value")
def column_constant(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pick(x, dice)) is None:
        return None
    s, column = picked
    value = s.grid.rows[s.filled(column)[0]][s.place(column)]
    number = s.change(column, s.grid.data(), lambda _: value)
    return done(s, f"{column} is {value} everywhere ({number} cells changed)", columns=(column,))


@kind("columns", "a part of a column filled down")
def column_filled_down(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pick(x, dice)) is None:
        return None
    s, column = picked
    rows = s.filled(column)
    start = dice.randrange(len(rows) - 2)
    span = rows[start : start + max(3, len(rows) // dice.randint(3, 20))]
    value = s.grid.rows[span[0]][s.place(column)]
    number = s.change(column, span, lambda _: value)
    return done(s, f"{column} filled down with {value} over {number} rows", columns=(column,), rows=span)


@kind("columns", "a column shifted by one row")
def column_shifted(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pick(x, dice)) is None:
        return None
    s, column = picked
    place, rows = s.place(column), s.grid.data()
    values = [s.grid.rows[n][place] for n in rows]
    down = dice.random() < 0.5
    moved = [_empty(s), *values[:-1]] if down else [*values[1:], _empty(s)]
    for n, value in zip(rows, moved, strict=True):
        s.grid.rows[n][place] = value
    return done(s, f"{column} shifted {'down' if down else 'up'} by one row", columns=(column,))


@kind("columns", "a column sorted without the others")
def column_sorted_alone(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pick(x, dice)) is None:
        return None
    s, column = picked
    place, rows = s.place(column), s.filled(column)
    values = sorted((s.grid.rows[n][place] for n in rows), key=str)
    for n, value in zip(rows, values, strict=True):
        s.grid.rows[n][place] = value
    return done(s, f"{column} sorted, the other columns not", columns=(column,))


def _pair(x: Exports, dice: Dice) -> tuple[Sheet, str, str] | None:
    def pairs(s: Sheet) -> list[tuple[str, str]]:
        told = _telling(s)
        return [(a, b) for a in told for b in told if a < b and s.spec.columns[a].type == s.spec.columns[b].type]

    s = x.any(dice, pairs)
    return (s, *dice.choice(pairs(s))) if s else None


@kind("columns", "two columns of one type swapped in their contents")
def columns_swapped(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pair(x, dice)) is None:
        return None
    s, a, b = picked
    one, other = s.place(a), s.place(b)
    for n in s.grid.data():
        row = s.grid.rows[n]
        row[one], row[other] = row[other], row[one]
    return done(s, f"{a} and {b} swapped", columns=(a, b))


@kind("columns", "two columns of one type swapped in a part of the rows")
def columns_swapped_partly(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pair(x, dice)) is None:
        return None
    s, a, b = picked
    one, other = s.place(a), s.place(b)
    rows = some(dice, [n for n in s.filled(a) if not blank(s.grid.rows[n][other])], 0.02, 0.3)
    for n in rows:
        row = s.grid.rows[n]
        row[one], row[other] = row[other], row[one]
    return done(s, f"{a} and {b} swapped in {len(rows)} rows", columns=(a, b), rows=rows)


@kind("columns", "a column copied over another")
def column_overwritten(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pair(x, dice)) is None:
        return None
    s, a, b = picked
    one, other = s.place(a), s.place(b)
    for n in s.grid.data():
        s.grid.rows[n][other] = s.grid.rows[n][one]
    return done(s, f"{b} overwritten by {a}", columns=(a, b))


@kind("columns", "a column missing, header and all")
def column_deleted(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pick(x, dice)) is None:
        return None
    s, column = picked
    place = s.place(column)
    for row in [s.grid.header, *s.grid.rows]:
        del row[place]
    return done(s, f"{column} deleted", columns=(column,))


@kind("headers", "a header renamed")
def header_renamed(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pick(x, dice)) is None:
        return None
    s, column = picked
    place = s.place(column)
    s.grid.header[place] = dice.choice((f"{s.grid.header[place]}(新)", f"列{place + 1}", f"{s.grid.header[place]}_1"))
    return done(s, f"the header of {column} is {s.grid.header[place]}", columns=(column,))


@kind("headers", "two headers swapped, contents not")
def headers_swapped(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pair(x, dice)) is None:
        return None
    s, a, b = picked
    one, other, head = s.place(a), s.place(b), s.grid.header
    head[one], head[other] = head[other], head[one]
    return done(s, f"headers of {a} and {b} swapped", columns=(a, b))


@kind("headers", "the header shifted by one column")
def header_shifted(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.grid.data() and s.grid.form.kind != "jsonl")
    if s is None:
        return None
    s.grid.header = [*s.grid.header[1:], s.grid.header[0]] if dice.random() < 0.5 else ["", *s.grid.header[:-1]]
    return done(s, "the header shifted by one column")


@kind("headers", "two rows of header")
def header_two_rows(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.grid.data() and s.grid.form.kind != "jsonl")
    if s is None:
        return None
    groups = [("基本信息", "处理信息")[n >= len(s.grid.header) // 2] for n in range(len(s.grid.header))]
    s.grid.above.append(groups)
    return done(s, "a row of group names above the header")


@kind("headers", "no header")
def header_missing(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: len(s.grid.data()) > 2 and s.grid.form.kind != "jsonl")
    if s is None:
        return None
    s.grid.header = s.grid.rows.pop(0)
    return done(s, "the header deleted")


@kind("headers", "a second column with the same header")
def header_doubled(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pick(x, dice)) is None or picked[0].grid.form.kind == "jsonl":
        return None
    s, column = picked
    place = s.place(column)
    for row in s.grid.rows:
        row.insert(place, _empty(s) if dice.random() < 0.5 else row[place])
    s.grid.header.insert(place, s.grid.header[place])
    return done(s, f"two columns called as {column}", columns=(column,))
