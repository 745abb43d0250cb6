"""Records under the number of others, sums that call themselves nothing."""

from __future__ import annotations

from tools.mutate.kinds.rows import big, key_of
from tools.mutate.subject import Damage, Dice, Exports, done, kind, some


@kind("ids", "some records under the id of the record above")
def ids_collide(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: big(s) and len(key_of(s)) == 1 and len(s.filled(key_of(s)[0])) > 10)
    if s is None:
        return None
    column = key_of(s)[0]
    place, filled = s.place(column), s.filled(column)
    rows = some(dice, filled[1:], 0.005, 0.08)
    above = dict(zip(filled[1:], filled[:-1], strict=True))
    for n in rows:
        s.grid.rows[n][place] = s.grid.rows[above[n]][place]
    return done(s, f"{len(rows)} rows have the {column} of the row above", columns=(column,), rows=rows)


@kind("no records", "a dated sum without a label, a number like the others'")
def total_unlabelled(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.there("money") and len(s.grid.data()) > 8, ("ledger",))
    if s is None:
        return None
    column = s.there("money")[0]
    at, rows = s.place(column), s.grid.data()
    values = [v for v in s.values(column) if isinstance(v, int | float)]
    if len(values) < 8:
        return None
    row = list(s.grid.rows[rows[-1]])
    if key_of(s):
        key = s.place(key_of(s)[0])
        row[key] = f"{str(row[key])[:-3]}{dice.randint(900, 999)}"
    row[at] = round(sum(values), 2)
    s.grid.rows.insert(rows[-1] + 1, row)
    return done(s, f"a sum of {column} below the rows without a word", columns=(column,), rows=(rows[-1] + 1,))
