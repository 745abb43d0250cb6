"""Rows that are lost, doubled, or no records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tools.mutate import moments
from tools.mutate.subject import Damage, Dice, Exports, Sheet, done, kind, some

#: Round numbers at which exports are capped.
CAPS = (5000, 3000, 2000, 1000, 500, 300, 200, 150, 100, 50, 30, 20)


def big(sheet: Sheet) -> bool:
    return len(sheet.grid.data()) >= 15


def keep(sheet: Sheet, wanted: Callable[[int], bool]) -> int:
    """Keep the wanted rows; how many are lost."""
    before = len(sheet.grid.rows)
    sheet.grid.rows = [r for n, r in enumerate(sheet.grid.rows) if wanted(n)]
    return before - len(sheet.grid.rows)


def lose(sheet: Sheet, rows: list[int]) -> int:
    gone = set(rows)
    return keep(sheet, lambda n: n not in gone)


def time_of(sheet: Sheet) -> str | None:
    """The column by which rows belong to the year, where the export has it."""
    spec = sheet.spec
    name = spec.grain.time if spec.grain else spec.year_by
    return name if name and sheet.has(name) else None


@kind("rows lost", "random rows deleted")
def rows_lost_random(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, big)
    return None if s is None else done(s, f"{lose(s, some(dice, s.grid.data(), 0.03, 0.4))} random rows deleted")


@kind("rows lost", "the last rows deleted")
def rows_lost_tail(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, big)
    if s is None:
        return None
    data = s.grid.data()
    return done(s, f"last {lose(s, data[-max(2, round(len(data) * dice.uniform(0.05, 0.5))) :])} rows deleted")


@kind("rows lost", "the first rows deleted")
def rows_lost_head(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, big)
    if s is None:
        return None
    data = s.grid.data()
    return done(s, f"first {lose(s, data[: max(2, round(len(data) * dice.uniform(0.05, 0.4)))])} rows deleted")


@kind("rows lost", "a block in the middle deleted, as a page not fetched")
def rows_lost_page(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, big)
    if s is None:
        return None
    data = s.grid.data()
    size = next(c for c in (500, 100, 50, 20, 10, 5) if c < len(data) / 3)
    at = dice.randrange(size, len(data) - size)
    return done(s, f"{lose(s, data[at : at + size])} rows from the {at}th on deleted")


def _period(x: Exports, dice: Dice, words: str, within: Callable[[datetime, datetime], bool]) -> Damage | None:
    s = x.any(dice, lambda s: big(s) and time_of(s))
    if s is None:
        return None
    at = s.place(str(time_of(s)))
    there = {n: m for n in s.grid.data() if (m := moments.read(s.grid.rows[n][at]))}
    pivot = dice.choice([m for m in there.values() if m.year == x.year.fiscal_year] or list(there.values()))
    lost = lose(s, [n for n, m in there.items() if within(m, pivot)])
    return done(s, f"{words} {pivot:%Y-%m-%d}: {lost} rows deleted", columns=(str(time_of(s)),)) if lost else None


@kind("rows lost", "a month missing")
def month_lost(x: Exports, dice: Dice) -> Damage | None:
    return _period(x, dice, "the month of", lambda m, p: (m.year, m.month) == (p.year, p.month))


@kind("rows lost", "two weeks missing")
def fortnight_lost(x: Exports, dice: Dice) -> Damage | None:
    return _period(x, dice, "two weeks from", lambda m, p: 0 <= (m.date() - p.date()).days < 14)


@kind("rows lost", "a day of the week missing")
def weekday_lost(x: Exports, dice: Dice) -> Damage | None:
    return _period(x, dice, "each weekday of", lambda m, p: m.weekday() == p.weekday())


@kind("rows lost", "everything after a day missing, exported too early")
def exported_early(x: Exports, dice: Dice) -> Damage | None:
    return _period(x, dice, "after", lambda m, p: m.date() > p.date())


@kind("rows lost", "capped at a round number of rows")
def capped_round(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: len(s.grid.rows) > CAPS[-1] + 2)
    if s is None:
        return None
    cap = next(c for c in CAPS if c < len(s.grid.rows) * 0.97)
    return done(s, f"capped at {cap} rows, {keep(s, lambda n: n < cap)} lost")


def _coded(s: Sheet) -> list[str]:
    """Columns with few values that come often."""
    return [c for c in s.there("text", "boolean") if 2 <= len({str(v) for v in s.values(c)}) <= 40]


def _filter(x: Exports, dice: Dice, only: bool) -> Damage | None:
    s = x.any(dice, lambda s: big(s) and _coded(s))
    if s is None:
        return None
    column = dice.choice(_coded(s))
    at, counts = s.place(column), Counter(str(v) for v in s.values(column))
    value = dice.choice([v for v, n in counts.most_common(6) if n >= 3] or [counts.most_common(1)[0][0]])
    data = set(s.grid.data())
    lost = keep(s, lambda n: n not in data or (str(s.grid.rows[n][at]) == value) == only)
    return done(s, f"filtered: {'only' if only else 'without'} {column} = {value}, {lost} rows lost", columns=(column,))


@kind("rows lost", "filtered: one value of a column only")
def filtered_to_value(x: Exports, dice: Dice) -> Damage | None:
    return _filter(x, dice, True)


@kind("rows lost", "filtered: one value of a column left out")
def filtered_value_out(x: Exports, dice: Dice) -> Damage | None:
    return _filter(x, dice, False)


@kind("rows lost", "only the header left")
def header_only(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.grid.data())
    return None if s is None else done(s, f"all {keep(s, lambda _: False)} rows deleted")


# --- doubled --------------------------------------------------------------------------------------


def key_of(s: Sheet) -> list[str]:
    return [c for c in (s.spec.grain.case if s.spec.grain else s.spec.key) if s.has(c)]


def new_id(value: Any, number: int) -> Any:
    """Another number of the same pattern, outside of those in use."""
    if isinstance(value, int):
        return value + 5000 + number
    digits = re.search(r"\d+$", str(value))
    if not digits:
        return f"{value}{number % 10}"
    wide = len(digits[0])
    return f"{str(value)[:-wide]}{(int(digits[0]) + 3000 + number) % 10**wide:0{wide}d}"


def double(s: Sheet, rows: list[int], renumber: bool, together: bool = True) -> int:
    """The rows once more at the end (or after the original), under new ids or their own."""
    keys = [s.place(c) for c in key_of(s)][:1]
    taken = {tuple(r[k] for k in keys) for r in s.grid.rows}
    added = []
    for number, n in enumerate(rows):
        row = list(s.grid.rows[n])
        for k in keys if renumber else ():
            step = number
            while (row[k],) in taken and step < number + 20000:
                row[k] = new_id(s.grid.rows[n][k], step)
                step += 1
            taken.add((row[k],))
        added.append((n, row))
    for n, row in reversed(added):
        s.grid.rows.insert(len(s.grid.rows) if together else n + 1, row)
    return len(added)


@kind("rows doubled", "rows doubled under their own ids")
def doubled_same_ids(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, big)
    return (
        None
        if s is None
        else done(s, f"{double(s, some(dice, s.grid.data(), 0.05, 0.5, 2), False)} rows doubled, same ids")
    )


@kind("rows doubled", "rows doubled under new ids")
def doubled_new_ids(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: big(s) and key_of(s))
    return (
        None
        if s is None
        else done(s, f"{double(s, some(dice, s.grid.data(), 0.03, 0.4, 2), True)} rows doubled, new ids")
    )


@kind("rows doubled", "a few rows doubled under new ids")
def doubled_few_new_ids(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: big(s) and key_of(s))
    if s is None:
        return None
    rows = sorted(dice.sample(s.grid.data(), dice.randint(1, 5)))
    return done(s, f"{double(s, rows, True)} rows doubled, new ids")


@kind("rows doubled", "every row doubled under a new id")
def doubled_all_new_ids(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.grid.data() and key_of(s))
    return None if s is None else done(s, f"all {double(s, s.grid.data(), True)} rows doubled, new ids")


# --- no records -----------------------------------------------------------------------------------


@kind("no records", "total lines put between the rows")
def totals_inserted(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: big(s) and s.there("money", "integer", "number"))
    if s is None:
        return None
    column = dice.choice(s.there("money", "integer", "number"))
    at, words = s.place(column), dice.choice(("小计", "合计", "本月合计", "累计", "Total"))
    for n in reversed(some(dice, s.grid.data(), 0.02, 0.15, 3)):
        row = [None if s.grid.form.kind == "xlsx" else ""] * len(s.grid.header)
        row[0], row[at] = words, s.grid.rows[n][at]
        s.grid.rows.insert(n + 1, row)
    return done(s, f"lines {words} with {column} put between the rows", columns=(column,))


@kind("no records", "total lines that look like records (key and date filled)")
def totals_as_records(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.there("money") and key_of(s) and len(s.grid.data()) > 8)
    if s is None:
        return None
    at, last = s.place(s.there("money")[0]), s.grid.data()[-1]
    total = sum(v for v in s.values(s.there("money")[0]) if isinstance(v, int | float))
    row = list(s.grid.rows[last])
    row[s.place(key_of(s)[0])], row[at] = "全年合计", total if isinstance(row[at], int | float) else f"{total:.2f}"
    s.grid.rows.insert(last + 1, row)
    return done(s, f"a total of {total:.2f} with a date and a status below the rows", rows=(last + 1,))


@kind("no records", "the header repeated between the rows")
def headers_repeated(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, big)
    if s is None:
        return None
    for n in reversed(some(dice, s.grid.data(), 0.02, 0.1, 2)):
        s.grid.rows.insert(n, list(s.grid.header))
    return done(s, "the header repeated between the rows")


@kind("no records", "page footers between the rows")
def page_footers(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, big)
    if s is None:
        return None
    rows = some(dice, s.grid.data(), 0.02, 0.1, 2)
    for page, n in reversed(list(enumerate(rows, start=1))):
        text = f"第 {page} 页，共 {len(rows)} 页"
        s.grid.rows.insert(n, [text, *([None if s.grid.form.kind == "xlsx" else ""] * (len(s.grid.header) - 1))])
    return done(s, "page footers between the rows")


@kind("no records", "blank lines between the rows")
def blank_lines(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, big)
    if s is None:
        return None
    for n in reversed(some(dice, s.grid.data(), 0.05, 0.3, 2)):
        s.grid.rows.insert(n, [None if s.grid.form.kind == "xlsx" else ""] * len(s.grid.header))
    return done(s, "blank lines between the rows")


@kind("no records", "signature lines below the rows")
def signatures(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.grid.data())
    if s is None:
        return None
    rest = [None if s.grid.form.kind == "xlsx" else ""] * (len(s.grid.header) - 2)
    s.grid.rows += [
        ["制表：信息技术岗", "审核：财务岗", *rest],
        ["打印日期：2025-01-06", *rest, rest[0] if rest else None],
    ]
    return done(s, "signature lines below the rows")
