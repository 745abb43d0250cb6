"""Amounts and numbers in another unit, scale or notation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tools.mutate.subject import Damage, Dice, Exports, Sheet, done, kind, some


def _money(s: Sheet) -> list[str]:
    return [c for c in s.there("money") if s.filled(c)]


def number(value: Any) -> float | None:
    """The number in a cell, None where there is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    text = str(value)
    found = re.fullmatch(r"[（(]?[￥¥]?(-?[\d,]+(?:\.\d+)?)元?[）)]?", text.strip())
    if not found:
        return None
    plain = float(found[1].replace(",", ""))
    return -plain if text.strip()[:1] in "（(" else plain


def _written(value: Any, made: float) -> Any:
    """The amount as the cell had it: a number stays one."""
    if isinstance(value, int | float):
        return int(made) if float(made).is_integer() else round(made, 6)
    return f"{made:.2f}" if abs(made) >= 0.01 else f"{made:.6f}"


def scaled(factor: float) -> Callable[[Any], Any]:
    def change(value: Any) -> Any:
        plain = number(value)
        return value if plain is None else _written(value, plain * factor)

    return change


def _amounts(
    x: Exports, dice: Dice, words: str, change: Callable[[Any], Any], part: tuple[float, float] | int | None = None
) -> Damage | None:
    """Change all amounts of a column, a share of them, or so many."""
    s = x.any(dice, _money, ("ledger",) if dice.random() < 0.6 else ())
    if s is None:
        return None
    column = dice.choice(_money(s))
    rows = [n for n in s.filled(column) if number(s.grid.rows[n][s.place(column)]) not in (None, 0)]
    if isinstance(part, tuple):
        rows = some(dice, rows, *part)
    elif part:
        rows = sorted(dice.sample(rows, min(part, len(rows))))
    if not s.change(column, rows, change):
        return None
    return done(s, f"{words} in {len(rows)} cells of {column}", columns=(column,), rows=rows)


@kind("amounts", "all amounts ÷ 10,000 (万元 as 元)")
def amounts_in_wan(x: Exports, dice: Dice) -> Damage | None:
    return _amounts(x, dice, "÷ 10,000", scaled(0.0001))


@kind("amounts", "some amounts ÷ 10,000")
def some_amounts_in_wan(x: Exports, dice: Dice) -> Damage | None:
    return _amounts(x, dice, "÷ 10,000", scaled(0.0001), dice.randint(1, 3))


@kind("amounts", "all amounts × 100 (分 as 元)")
def amounts_in_fen(x: Exports, dice: Dice) -> Damage | None:
    return _amounts(x, dice, "× 100", scaled(100))


@kind("amounts", "one amount × 10")
def amount_times_ten(x: Exports, dice: Dice) -> Damage | None:
    return _amounts(x, dice, "× 10", scaled(10), 1)


@kind("amounts", "one amount ÷ 10")
def amount_tenth(x: Exports, dice: Dice) -> Damage | None:
    return _amounts(x, dice, "÷ 10", scaled(0.1), 1)


@kind("amounts", "the decimal point lost in some amounts")
def decimal_lost(x: Exports, dice: Dice) -> Damage | None:
    return _amounts(x, dice, "× 100", scaled(100), dice.randint(1, 2))


@kind("amounts", "the decimal point shifted in some amounts")
def decimal_shifted(x: Exports, dice: Dice) -> Damage | None:
    return _amounts(x, dice, "÷ 100", scaled(0.01), dice.randint(1, 2))


@kind("amounts", "a sign flipped")
def sign_flipped(x: Exports, dice: Dice) -> Damage | None:
    return _amounts(x, dice, "sign flipped", scaled(-1), 1)


@kind("amounts", "all signs flipped")
def signs_flipped(x: Exports, dice: Dice) -> Damage | None:
    return _amounts(x, dice, "sign flipped", scaled(-1))


@kind("amounts", "two digits transposed in an amount")
def digits_transposed(x: Exports, dice: Dice) -> Damage | None:
    def change(value: Any) -> Any:
        plain = number(value)
        digits = str(int(abs(plain))) if plain else ""
        if len(digits) < 2 or digits[0] == digits[1]:
            return value
        swapped = int(digits[1] + digits[0] + digits[2:])
        return _written(value, (swapped + abs(plain or 0) % 1) * (1 if (plain or 0) > 0 else -1))

    return _amounts(x, dice, "first two digits transposed", change, 1)


@kind("amounts", "amounts rounded to thousands")
def amounts_rounded(x: Exports, dice: Dice) -> Damage | None:
    def change(value: Any) -> Any:
        plain = number(value)
        return value if plain is None else _written(value, round(plain, -3))

    return _amounts(x, dice, "rounded to thousands", change)


def _text(write: Callable[[float], str]) -> Callable[[Any], Any]:
    def change(value: Any) -> Any:
        plain = number(value)
        return value if plain is None else write(plain)

    return change


@kind("amounts", "thousands separators, as text")
def thousands(x: Exports, dice: Dice) -> Damage | None:
    return _amounts(x, dice, "1,234.56", _text(lambda v: f"{v:,.2f}"), (0.2, 1.0))


@kind("amounts", "apostrophes before amounts")
def apostrophes(x: Exports, dice: Dice) -> Damage | None:
    return _amounts(x, dice, "'1234.56", _text(lambda v: f"'{v:.2f}"), (0.2, 1.0))


@kind("amounts", "decimal commas")
def decimal_commas(x: Exports, dice: Dice) -> Damage | None:
    def write(v: float) -> str:
        return f"{v:,.2f}".replace(",", "\0").replace(".", ",").replace("\0", ".")

    return _amounts(x, dice, "1.234,56", _text(write), (0.2, 1.0))


@kind("amounts", "decimal commas without grouping")
def decimal_commas_plain(x: Exports, dice: Dice) -> Damage | None:
    return _amounts(x, dice, "1234,56", _text(lambda v: f"{v:.2f}".replace(".", ",")), (0.2, 1.0))


@kind("amounts", "amounts written in 万元")
def wan_texts(x: Exports, dice: Dice) -> Damage | None:
    return _amounts(x, dice, "0.1234万元", _text(lambda v: f"{v / 10000:.6f}万元"), (0.2, 1.0))


@kind("amounts", "trailing minus and spaces within amounts")
def spaced_amounts(x: Exports, dice: Dice) -> Damage | None:
    def write(v: float) -> str:
        return f"{abs(v):,.2f}".replace(",", "\u00a0") + ("-" if v < 0 else "")

    return _amounts(x, dice, "1 234.56", _text(write), (0.2, 1.0))


@kind("amounts", "NaN and inf among the amounts")
def nan_texts(x: Exports, dice: Dice) -> Damage | None:
    return _amounts(x, dice, "NaN, inf", lambda _: dice.choice(("NaN", "inf", "nan", "-inf")), (0.02, 0.2))


@kind("amounts", "a number of pieces × 10 or × 100")
def quantities_scaled(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.there("integer", "number"))
    if s is None:
        return None
    column = dice.choice(s.there("integer", "number"))
    rows = some(dice, s.filled(column), 0.01, 0.2)
    factor = dice.choice((10, 100))

    def change(value: Any) -> Any:
        plain = number(value)
        return (
            value
            if not plain
            else (int(plain * factor) if isinstance(value, int | float) else str(int(plain * factor)))
        )

    return (
        done(s, f"{column} × {factor} in {len(rows)} rows", columns=(column,), rows=rows)
        if s.change(column, rows, change)
        else None
    )
