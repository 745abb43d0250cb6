"""Whole files: cut off, garbled, empty, exchanged, handed over twice, with other or hidden sheets."""

from __future__ import annotations

from datetime import timedelta

from tools.mutate import moments
from tools.mutate.kinds.rows import double, keep, time_of
from tools.mutate.subject import Damage, Dice, Exports, Sheet, done, kind, raw, some


def _text(s: Sheet) -> bool:
    return s.grid.form.kind != "xlsx" and not s.grid.form.gzip


def _anything(_: Sheet) -> bool:
    return True


@kind("files", "cut off within a row")
def truncated(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.grid.data())
    if s is None:
        return None
    content = s.grid.content()
    size = int(len(content) * dice.uniform(0.3, 0.995))
    return raw(s, content[:size], f"cut off after {size} of {len(content)} bytes")


@kind("files", "cut off at the end of a line")
def truncated_at_line(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, _text)
    if s is None:
        return None
    content = s.grid.content()
    size = content.find(b"\n", int(len(content) * dice.uniform(0.3, 0.98))) + 1
    return raw(s, content[:size], f"cut off after {size} of {len(content)} bytes") if 0 < size < len(content) else None


@kind("files", "an empty file")
def empty_file(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, _anything)
    return None if s is None else raw(s, b"", "empty")


@kind("files", "garbled: UTF-8 read as GB18030 or Latin-1 and saved again")
def mojibake(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, _text)
    if s is None:
        return None
    wrong = dice.choice(("gb18030", "latin-1", "cp1252"))
    text = s.grid.content().decode(s.grid.form.encoding).encode("utf-8").decode(wrong, "replace")
    return raw(s, text.encode("utf-8"), f"UTF-8 read as {wrong} and saved again")


@kind("files", "garbled cells only, the header sound")
def mojibake_cells(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: any(s.filled(c) for c in s.there("text")))
    if s is None:
        return None
    column = dice.choice([c for c in s.there("text") if s.filled(c)])

    def garble(value: object) -> object:
        return value.encode("utf-8").decode("gb18030", "replace") if isinstance(value, str) else value

    number = s.change(column, s.filled(column), garble)
    return done(s, f"{column} garbled in {number} cells", columns=(column,)) if number else None


@kind("files", "some bytes damaged")
def bytes_damaged(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, _anything)
    if s is None:
        return None
    content = bytearray(s.grid.content())
    for at in dice.sample(range(len(content)), min(len(content), dice.randint(1, 12))):
        content[at] = dice.randrange(256)
    return raw(s, bytes(content), "some bytes damaged")


@kind("files", "another table's export under this name")
def other_table(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, _anything)
    t = x.any(dice, lambda t: s is not None and t.table != s.table and t.grid.form.kind == s.grid.form.kind)
    return raw(s, t.grid.content(), f"is {t.file}") if s and t else None


@kind("files", "one half year's export under the other's name too")
def same_half_twice(x: Exports, dice: Dice) -> Damage | None:
    halves = [s for s in x.sheets("tickets")[:2] if "tickets" in x.year.year.tables]
    if len(halves) < 2:
        return None
    dice.shuffle(halves)
    return raw(halves[0], halves[1].grid.content(), f"is {halves[1].file}")


def _halves(x: Exports, dice: Dice) -> tuple[Sheet, Sheet] | None:
    if "tickets" not in x.year.year.tables or len(x.sheets("tickets")) < 2:
        return None
    one, other = x.sheets("tickets")[:2]
    return (one, other) if dice.random() < 0.5 else (other, one)


@kind("files", "periods of two files overlap under other ids")
def halves_overlap(x: Exports, dice: Dice) -> Damage | None:
    halves = _halves(x, dice)
    if halves is None:
        return None
    s, _ = halves
    data = s.grid.data()
    rows = data[-dice.randint(100, len(data) // 3) :]
    return done(s, f"the last {double(s, rows, True)} rows again under new ids")


@kind("files", "a gap between the periods of two files")
def halves_gap(x: Exports, dice: Dice) -> Damage | None:
    if "tickets" not in x.year.year.tables or len(x.sheets("tickets")) < 2:
        return None
    s, days = x.sheets("tickets")[0], timedelta(days=dice.randint(5, 25))
    at = s.place(str(time_of(s)))
    there = {n: m for n in s.grid.data() if (m := moments.read(s.grid.rows[n][at]))}
    last = sorted(m for m in there.values() if m.year == x.year.fiscal_year)[-30]
    lost = keep(s, lambda n: not (n in there and there[n] > last - days))
    return done(s, f"the last {days.days} days missing, {lost} rows")


@kind("files", "the same export twice under two names, both declared")
def two_names(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.grid.data() and s.spec.key != ())
    if s is None:
        return None
    text = (x.year.folder / "year.yml").read_text(encoding="utf-8")
    name = s.file.replace(".", "_副本.", 1)
    again = {"same": s.grid.content(), "renumbered": b""}[choice := dice.choice(("same", "renumbered"))]
    if choice == "renumbered":
        copied = s.grid.copy()
        number = double(s, s.grid.data(), True)
        s.grid.rows = s.grid.rows[-number:]
        again, s.grid = s.grid.content(), copied
    whole, listed = f"files: {s.file}\n", f"      - {s.file}\n"
    if whole in text:
        text = text.replace(whole, f"files: [{s.file}, {name}]\n")
    else:
        text = text.replace(listed, f"{listed}      - {name}\n")
    files = {name: again, "year.yml": text.encode("utf-8")}
    return Damage(files, f"{s.file}: a copy, {choice}, as {name}", (s.table,))


# --- workbooks ------------------------------------------------------------------------------------


def _book(s: Sheet) -> bool:
    return s.grid.form.kind == "xlsx" and len(s.grid.data()) > 5


@kind("workbooks", "the sheet in use is an older draft, the right one stands second")
def second_sheet(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, _book)
    if s is None:
        return None
    form = s.grid.form
    whole = [*s.grid.above, s.grid.header, *[list(r) for r in s.grid.rows]]
    data = s.grid.data()
    last = data[int(len(data) * dice.uniform(0.4, 0.95))]
    lost = keep(s, lambda n: n < last)
    s.grid.reformed(sheet="Sheet1", others={form.sheet: whole, **form.others})
    return done(s, f"the first sheet lacks {lost} rows, the whole table is the second sheet")


@kind("workbooks", "rows continued on a second sheet")
def continued_sheet(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, _book)
    if s is None:
        return None
    half = s.grid.data()[int(len(s.grid.data()) * dice.uniform(0.3, 0.9))]
    rest = [s.grid.header, *s.grid.rows[half:]]
    s.grid.rows = s.grid.rows[:half]
    s.grid.reformed(others={**s.grid.form.others, "续表": rest})
    return done(s, f"{len(rest) - 1} rows stand on a second sheet")


@kind("workbooks", "hidden rows that were meant to be gone")
def hidden_rows(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, _book)
    if s is None:
        return None
    number = double(s, some(dice, s.grid.data(), 0.02, 0.3, 2), True)
    first = len(s.grid.above) + 1 + len(s.grid.rows) - number
    s.grid.reformed(hidden=frozenset(range(first, first + number)))
    return done(s, f"{number} hidden rows, doubles under new ids")


@kind("workbooks", "a column of formulas that were never calculated")
def formulas(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, _book)
    if s is None:
        return None
    column = dice.choice([c for c in s.there() if len(s.filled(c)) >= 3])
    rows = some(dice, s.filled(column), 0.05, 1)
    s.change(column, rows, lambda _: "#REF!")
    return done(s, f"{column} is a failed formula in {len(rows)} rows", columns=(column,), rows=rows)
