"""Coded texts: categories merged, renamed, misspelt; flags blank or inverted; tests unmarked; ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from tools.mutate.grid import blank
from tools.mutate.kinds.rows import key_of
from tools.mutate.subject import Damage, Dice, Exports, Sheet, done, kind, some

TRADITIONAL = str.maketrans(
    "务设备个办会议终监统审报护维联处务满户单数据训网络扫应项",
    "務設備個辦會議終監統審報護維聯處務滿戶單數據訓網絡掃應項",
)
WIDE = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-()",
    "ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ０１２３４５６７８９－（）",
)


def _coded(s: Sheet) -> list[str]:
    """Text columns with few values that come often."""
    return [
        c
        for c in s.there("text")
        if c not in key_of(s) and 2 <= len({*s.values(c, s.filled(c))}) <= 45 and len(s.filled(c)) >= 8
    ]


def _pick(x: Exports, dice: Dice) -> tuple[Sheet, str, list[Any]] | None:
    """A coded column; half the time the one that counts the year's activities."""
    main = x.year.year.activities.by if x.year.year.activities else ""
    s = x.any(dice, _coded)
    if s is None:
        return None
    column = main if main in _coded(s) and dice.random() < 0.5 else dice.choice(_coded(s))
    return s, column, [v for v, _ in Counter(s.values(column, s.filled(column))).most_common()]


def _respell(x: Exports, dice: Dice, words: str, write: Callable[[Any], Any], low: float, high: float) -> Damage | None:
    if (picked := _pick(x, dice)) is None:
        return None
    s, column, values = picked
    value = dice.choice(values[:8])
    place = s.place(column)
    rows = some(dice, [n for n in s.filled(column) if s.grid.rows[n][place] == value], low, high)
    changed = s.change(column, rows, write)
    what = f"{value} in {column} {words} in {changed} rows"
    return done(s, what, columns=(column,), rows=rows) if changed else None


@kind("categories", "a category merged into another")
def category_merged(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pick(x, dice)) is None:
        return None
    s, column, values = picked
    one, other = dice.sample(values[:12], 2)
    place = s.place(column)
    rows = [n for n in s.filled(column) if s.grid.rows[n][place] == one]
    s.change(column, rows, lambda _: other)
    return done(s, f"{one} in {column} is {other} in {len(rows)} rows", columns=(column,), rows=rows)


@kind("categories", "a category partly booked as another")
def category_misbooked(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pick(x, dice)) is None:
        return None
    other = dice.choice(picked[2][:12])
    return _respell(x, dice, f"booked as {other}", lambda _: other, 0.05, 0.6) if len(picked[2]) > 1 else None


@kind("categories", "a category renamed to a word never used")
def category_renamed(x: Exports, dice: Dice) -> Damage | None:
    return _respell(x, dice, "renamed", lambda v: f"{v}类", 1, 1)


@kind("categories", "a category renamed in a part of the rows")
def category_partly_renamed(x: Exports, dice: Dice) -> Damage | None:
    return _respell(x, dice, "renamed", lambda v: f"新{v}", 0.1, 0.7)


@kind("categories", "a slip of the pen in a few cells")
def category_slips(x: Exports, dice: Dice) -> Damage | None:
    def slip(value: Any) -> Any:
        text = str(value)
        at = dice.randrange(len(text))
        return text[:at] + dice.choice("辨的工件") + text[at + 1 :] if len(text) > 1 else f"{text}件"

    return _respell(x, dice, "misspelt", slip, 0.001, 0.02)


@kind("categories", "blanks around a category")
def category_blanks(x: Exports, dice: Dice) -> Damage | None:
    pad = dice.choice((" ", "  ", "\u3000", "\u00a0", "\t"))
    return _respell(x, dice, "with blanks", lambda v: f"{v}{pad}", 0.1, 1)


@kind("categories", "zero-width characters in a category")
def category_zero_width(x: Exports, dice: Dice) -> Damage | None:
    mark = dice.choice(("\u200b", "\ufeff", "\u200d", "\u2060"))
    return _respell(x, dice, f"with U+{ord(mark):04X}", lambda v: f"{str(v)[:1]}{mark}{str(v)[1:]}", 0.1, 1)


@kind("categories", "a category in traditional characters")
def category_traditional(x: Exports, dice: Dice) -> Damage | None:
    return _respell(x, dice, "in traditional characters", lambda v: str(v).translate(TRADITIONAL), 0.1, 1)


@kind("categories", "a category in full-width letters")
def category_full_width(x: Exports, dice: Dice) -> Damage | None:
    return _respell(x, dice, "full width", lambda v: str(v).translate(WIDE), 0.1, 1)


@kind("categories", "a category in other capitals")
def category_capitals(x: Exports, dice: Dice) -> Damage | None:
    return _respell(x, dice, "other capitals", lambda v: str(v).swapcase(), 0.1, 1)


@kind("categories", "two values of a column exchanged")
def values_exchanged(x: Exports, dice: Dice) -> Damage | None:
    if (picked := _pick(x, dice)) is None:
        return None
    s, column, values = picked
    one, other = dice.sample(values[:8], 2)
    exchange = {one: other, other: one}
    rows = [n for n in s.filled(column) if s.grid.rows[n][s.place(column)] in exchange]
    s.change(column, rows, lambda v: exchange[v])
    return done(s, f"{one} and {other} exchanged in {column}", columns=(column,), rows=rows)


# --- flags and scope ------------------------------------------------------------------------------


def _flags(s: Sheet) -> list[str]:
    """Columns of two or three values."""
    return [
        c
        for c in s.there("text", "boolean")
        if c not in key_of(s) and len(s.filled(c)) >= 5 and 2 <= len({*map(str, s.values(c, s.filled(c)))}) <= 5
    ]


@kind("flags", "a flag blank in a part of the rows")
def flag_blank(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, _flags)
    if s is None:
        return None
    column = dice.choice(_flags(s))
    rows = some(dice, s.filled(column), 0.1, 1)
    s.change(column, rows, lambda _: None if s.grid.form.kind == "xlsx" else "")
    return done(s, f"{column} blank in {len(rows)} rows", columns=(column,), rows=rows)


@kind("flags", "a flag inverted")
def flag_inverted(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, _flags)
    if s is None:
        return None
    column = dice.choice(_flags(s))
    one, other = (v for v, _ in Counter(s.values(column, s.filled(column))).most_common(2))
    exchange = {one: other, other: one}
    rows = some(dice, s.filled(column), 0.3, 1)
    number = s.change(column, rows, lambda v: exchange.get(v, v))
    return (
        done(s, f"{column}: {one} and {other} exchanged in {number} rows", columns=(column,), rows=rows)
        if number
        else None
    )


def _verdict(x: Exports, dice: Dice, words: str, change: Callable[[Any], Any]) -> Damage | None:
    s = x.any(dice, lambda s: s.has("verdict"), ("complaints",))
    if s is None:
        return None
    rows = s.filled("verdict")
    number = s.change("verdict", rows, change)
    return done(s, f"{words} in {number} rows", columns=("verdict",), rows=rows) if number else None


@kind("flags", "findings of complaints inverted")
def complaints_inverted(x: Exports, dice: Dice) -> Damage | None:
    exchange = {"属实": "不属实", "不属实": "属实"}
    return _verdict(x, dice, "属实 and 不属实 exchanged", lambda v: exchange.get(v, v))


@kind("flags", "findings of complaints blank")
def complaints_blank(x: Exports, dice: Dice) -> Damage | None:
    share = dice.uniform(0.3, 1)
    return _verdict(x, dice, "verdict blank", lambda v: v if dice.random() > share else "")


@kind("flags", "valid complaints written down as unfounded")
def complaints_dismissed(x: Exports, dice: Dice) -> Damage | None:
    return _verdict(x, dice, "属实 made 不属实", lambda v: "不属实" if v == "属实" else v)


@kind("flags", "complaints filed as suggestions")
def complaints_refiled(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.has("kind"), ("complaints",))
    if s is None:
        return None
    rows = [n for n in s.filled("kind") if s.grid.rows[n][s.place("kind")] == "投诉"]
    s.change("kind", rows, lambda _: "咨询")
    return done(s, f"{len(rows)} 投诉 filed as 咨询", columns=("kind",), rows=rows) if rows else None


@kind("scope", "test tickets not marked")
def tests_unmarked(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.has("category", "title"), ("tickets",))
    if s is None:
        return None
    category, title = s.place("category"), s.place("title")
    rows = [
        n
        for n in s.grid.data()
        if "测试" in (f"{s.grid.rows[n][title]}", f"{s.grid.rows[n][category]}") or "测试" in f"{s.grid.rows[n][title]}"
    ]
    common = Counter(s.values("category")).most_common(1)[0][0]
    for n in rows:
        row = s.grid.rows[n]
        row[title] = "打印机脱机"
        row[category] = common if row[category] == "测试" else row[category]
    return (
        done(s, f"{len(rows)} test tickets look like others", columns=("category", "title"), rows=rows)
        if rows
        else None
    )


@kind("scope", "cancelled or void rows marked as done")
def cancelled_done(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.has("status") and len({*s.values("status")}) > 1)
    if s is None:
        return None
    common = Counter(s.values("status")).most_common(1)[0][0]
    rows = [n for n in s.filled("status") if s.grid.rows[n][s.place("status")] in ("已取消", "作废")]
    s.change("status", rows, lambda _: common)
    return done(s, f"{len(rows)} cancelled rows are {common}", columns=("status",), rows=rows) if rows else None


@kind("scope", "rows of others booked to the project")
def strangers_in(x: Exports, dice: Dice) -> Damage | None:
    marks = {
        "category": ("物业弱电", "外单位代报"),
        "fund": ("本级公用经费",),
        "about": ("物业后勤",),
        "mode": ("远程",),
        "kind": ("已拆除",),
    }
    s = x.any(dice, lambda s: any(s.has(c) and set(s.values(c)) & set(v) for c, v in marks.items()))
    if s is None:
        return None
    column = dice.choice([c for c, v in marks.items() if s.has(c) and set(s.values(c)) & set(v)])
    common = Counter(s.values(column)).most_common(1)[0][0]
    rows = [n for n in s.filled(column) if s.grid.rows[n][s.place(column)] in marks[column]]
    s.change(column, rows, lambda _: common)
    return done(s, f"{len(rows)} rows of others have {column} = {common}", columns=(column,), rows=rows)


@kind("scope", "rows of the project marked as out of scope")
def own_out(x: Exports, dice: Dice) -> Damage | None:
    marks = {"status": "已取消", "fund": "本级公用经费", "about": "物业后勤", "mode": "远程", "kind": "已拆除"}
    s = x.any(dice, lambda s: any(s.has(c) for c in marks) and s.grid.data())
    if s is None:
        return None
    column = dice.choice([c for c in marks if s.has(c)])
    mark = "作废" if s.table == "ledger" and column == "status" else marks[column]
    rows = some(dice, s.filled(column), 0.03, 0.4)
    s.change(column, rows, lambda _: mark)
    return done(s, f"{len(rows)} rows have {column} = {mark}", columns=(column,), rows=rows)


# --- ids ------------------------------------------------------------------------------------------


def _ids(x: Exports, dice: Dice, words: str, write: Callable[[str], str], low: float, high: float) -> Damage | None:
    s = x.any(dice, lambda s: [c for c in key_of(s) if s.spec.columns[c].type == "text"])
    if s is None:
        return None
    column = key_of(s)[0]
    rows = some(dice, s.filled(column), low, high)
    number = s.change(column, rows, lambda v: write(str(v)))
    return done(s, f"{column} {words} in {number} rows", columns=(column,), rows=rows) if number else None


@kind("ids", "ids cut by one character")
def ids_cut(x: Exports, dice: Dice) -> Damage | None:
    return _ids(x, dice, "cut by one character", lambda v: v[:-1], dice.choice((0.1, 1)), 1)


@kind("ids", "ids cut to their first characters")
def ids_cut_short(x: Exports, dice: Dice) -> Damage | None:
    return _ids(x, dice, "cut to six characters", lambda v: v[:6], 1, 1)


@kind("ids", "ids in scientific notation")
def ids_scientific(x: Exports, dice: Dice) -> Damage | None:
    def write(value: str) -> str:
        digits = "".join(c for c in value if c.isdigit()) or "0"
        return f"{float(digits + '0000000'):.5E}"

    return _ids(x, dice, "in scientific notation", write, dice.choice((0.2, 1)), 1)


@kind("ids", "leading zeros lost, prefixes gone")
def ids_numbers(x: Exports, dice: Dice) -> Damage | None:
    return _ids(
        x,
        dice,
        "as plain numbers",
        lambda v: str(int("".join(c for c in v if c.isdigit())[-5:] or 0)),
        dice.choice((0.2, 1)),
        1,
    )


@kind("ids", "ids in small letters or with blanks in a part of the rows")
def ids_respelt(x: Exports, dice: Dice) -> Damage | None:
    write = dice.choice((str.lower, lambda v: f" {v} ", lambda v: v.replace("-", "－"), lambda v: f"{v}\u200b"))
    return _ids(x, dice, "spelt otherwise", write, 0.1, 0.8)


@kind("ids", "ids blank in some rows")
def ids_blank(x: Exports, dice: Dice) -> Damage | None:
    return _ids(x, dice, "blank", lambda _: "", 0.02, 0.3)


@kind("ids", "references to another table respelt")
def references_broken(x: Exports, dice: Dice) -> Damage | None:
    names = ("device_id", "part_no", "ticket_id", "facility_id")
    s = x.any(dice, lambda s: [c for c in names if s.has(c) and c not in key_of(s) and s.filled(c)])
    if s is None:
        return None
    column = dice.choice([c for c in names if s.has(c) and c not in key_of(s) and s.filled(c)])
    rows = some(dice, [n for n in s.filled(column) if not blank(s.grid.rows[n][s.place(column)])], 0.05, 0.6)
    s.change(column, rows, lambda v: f"{v}0" if dice.random() < 0.5 else f"X{v}")
    return done(s, f"{column} leads nowhere in {len(rows)} rows", columns=(column,), rows=rows)
