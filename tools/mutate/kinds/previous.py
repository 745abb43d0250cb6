"""Last year's export handed over as this year's: as it is, under this year's headers, or re-dated."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tools.mutate import moments
from tools.mutate.kinds.rows import key_of
from tools.mutate.subject import Damage, Dice, Exports, Sheet, done, kind, raw


def _pair(x: Exports, dice: Dice) -> tuple[Sheet, Sheet] | None:
    """An export of this year and the one of last year with most columns in common."""
    tables = [t for t in x.year.year.tables if x.previous(t)]
    if not tables:
        return None
    table = dice.choice([*tables, *(t for t in tables if t == "tickets")])
    s = dice.choice(x.sheets(table))
    old = max(x.previous(table), key=lambda t: len(set(t.there()) & set(s.there())))
    return s, old


@kind("last year's", "last year's file under this year's name")
def last_years_file(x: Exports, dice: Dice) -> Damage | None:
    if (pair := _pair(x, dice)) is None:
        return None
    s, old = pair
    return raw(s, old.grid.content(), f"is last year's {old.file}")


def _carried(s: Sheet, old: Sheet, years: int, renumber: bool) -> int:
    """This year's layout filled with last year's rows, their dates moved by so many years."""
    models = {c: next((v for v in s.values(c, s.filled(c))), None) for c in s.there("date", "datetime")}
    own: dict[str, Any] = {}
    for c in s.there():
        values, olds = (Sheet.values(one, c, one.filled(c)) for one in (s, old)) if old.at(c) is not None else ([], [])
        own |= {f"{c}/{o}": v for o, v in _flags(olds, values)}
    rows = []
    for n in old.grid.data():
        row: list[Any] = [None if s.grid.form.kind == "xlsx" else ""] * len(s.grid.header)
        for c in s.there():
            at = old.at(c)
            value = None if at is None else old.grid.rows[n][at]
            if c in models and (m := moments.read(value)):
                moved = m.replace(year=m.year + years, day=min(m.day, 28) if years else m.day)
                value = moments.like(models[c], moved) if models[c] is not None else moved
            value = own.get(f"{c}/{value}", value)
            row[s.place(c)] = row[s.place(c)] if value is None else _cell(s, value)
        rows.append(row)
    if renumber and key_of(s):
        place = s.place(key_of(s)[0])
        for row in rows:
            row[place] = str(row[place]).replace("23-", "24-", 1).replace("2023", "2024", 1).replace("23", "24", 1)
    s.grid.rows = rows
    return len(rows)


def _flags(olds: list[Any], values: list[Any]) -> list[tuple[Any, Any]]:
    """The words of two-valued columns, by frequency: 维修 is Y."""
    from collections import Counter

    one, other = Counter(map(str, olds)).most_common(), Counter(map(str, values)).most_common()
    if not 1 < len(one) <= 3 or len(one) != len(other) or {v for v, _ in one} & {v for v, _ in other}:
        return []
    return [(a, b) for (a, _), (b, _) in zip(one, other, strict=True)]


def _cell(s: Sheet, value: Any) -> Any:
    if s.grid.form.kind == "xlsx":
        return value
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)


@kind("last year's", "last year's rows under this year's headers")
def last_years_rows(x: Exports, dice: Dice) -> Damage | None:
    if (pair := _pair(x, dice)) is None:
        return None
    s, old = pair
    return done(s, f"{_carried(s, old, 0, False)} rows of last year's {old.file}")


@kind("last year's", "last year's rows re-dated by a year")
def last_years_redated(x: Exports, dice: Dice) -> Damage | None:
    if (pair := _pair(x, dice)) is None:
        return None
    s, old = pair
    return done(s, f"{_carried(s, old, 1, False)} rows of last year's {old.file}, a year later")


@kind("last year's", "last year's rows re-dated and renumbered")
def last_years_renumbered(x: Exports, dice: Dice) -> Damage | None:
    if (pair := _pair(x, dice)) is None:
        return None
    s, old = pair
    return done(s, f"{_carried(s, old, 1, True)} rows of last year's {old.file}, a year later, renumbered")


@kind("last year's", "some of last year's rows among this year's, re-dated")
def last_years_mixed(x: Exports, dice: Dice) -> Damage | None:
    if (pair := _pair(x, dice)) is None:
        return None
    s, old = pair
    own = [list(r) for r in s.grid.rows]
    _carried(s, old, 1, False)
    added = s.grid.rows[: max(3, int(len(s.grid.rows) * dice.uniform(0.05, 0.4)))]
    s.grid.rows = [*own, *added]
    return done(s, f"{len(added)} rows of last year's {old.file} below, a year later")
