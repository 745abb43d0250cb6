"""Rosters, device registers, stock books and ledgers: facts of one object counted twice, renamed, missing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from tools.mutate import moments
from tools.mutate.kinds.amounts import number
from tools.mutate.kinds.rows import double, lose
from tools.mutate.subject import Damage, Dice, Exports, Sheet, done, kind, some


def _one(x: Exports, table: str) -> Sheet | None:
    sheets = x.sheets(table) if table in x.year.year.tables else []
    return sheets[0] if sheets else None


def _on_site(s: Sheet) -> list[int]:
    return [n for n in s.grid.data() if s.grid.rows[n][s.place("mode")] == "驻场"]


@kind("roster", "a person counted twice under another id")
def staff_twice(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "roster")
    if s is None:
        return None
    at = s.place("post")
    taken = set(s.values("post"))
    free = [f"E{n:02d}" for n in range(1, 13) if f"E{n:02d}" not in taken] or ["E11"]
    rows = dice.sample([n for n in _on_site(s) if s.grid.rows[n][s.place("on_site_to")] is None], 1)
    double(s, rows, False)
    s.grid.rows[-1][at] = dice.choice(free) if dice.random() < 0.5 else dice.choice(sorted(taken))
    s.grid.rows[-1][s.place("stint")] = 7
    return done(
        s, f"{s.grid.rows[rows[0]][at]} again as {s.grid.rows[-1][at]}", columns=("post",), rows=(len(s.grid.rows) - 1,)
    )


@kind("roster", "two stints of one post overlap")
def stints_overlap(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "roster")
    if s is None:
        return None
    at, end = s.place("post"), s.place("on_site_to")
    twice = {v for v, n in Counter(s.values("post", _on_site(s))).items() if n > 1}
    rows = [n for n in _on_site(s) if s.grid.rows[n][at] in twice and s.grid.rows[n][end]]
    if not rows:
        return None
    n = dice.choice(rows)
    s.grid.rows[n][end] = None if s.grid.form.kind == "xlsx" else ""
    return done(s, f"the end of a stint of {s.grid.rows[n][at]} deleted", columns=("on_site_to",), rows=(n,))


@kind("roster", "all ends of stints deleted")
def ends_deleted(x: Exports, _: Dice) -> Damage | None:
    s = _one(x, "roster")
    if s is None:
        return None
    rows = s.filled("on_site_to")
    s.change("on_site_to", rows, lambda _: None if s.grid.form.kind == "xlsx" else "")
    return done(s, f"{len(rows)} ends of stints deleted", columns=("on_site_to",), rows=rows) if rows else None


@kind("roster", "a person missing")
def staff_missing(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "roster")
    if s is None:
        return None
    at = s.place("post")
    post = dice.choice(sorted({str(v) for v in s.values("post", _on_site(s))}))
    lost = lose(s, [n for n in s.grid.data() if s.grid.rows[n][at] == post])
    return done(s, f"{post} deleted ({lost} rows)", columns=("post",))


@kind("roster", "somebody who left is still there, or the reverse")
def stint_moved(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "roster")
    if s is None:
        return None
    n = dice.choice(_on_site(s))
    row, year = s.grid.rows[n], x.year.fiscal_year
    end = s.place("on_site_to")
    left = dt.datetime(year, dice.randint(2, 11), 28)
    start = s.place("on_site_from")
    row[end] = (
        moments.like(row[end] or row[start], left) if not row[end] else (None if s.grid.form.kind == "xlsx" else "")
    )
    return done(s, f"{row[s.place('post')]}: end of stint is {row[end]}", columns=("on_site_to",), rows=(n,))


# --- devices, parts -------------------------------------------------------------------------------


@kind("devices", "a model renamed in the register")
def model_renamed(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "devices")
    if s is None:
        return None
    model = dice.choice([v for v, n in Counter(s.values("model")).most_common(8)])
    rows = [n for n in s.filled("model") if s.grid.rows[n][s.place("model")] == model]
    s.change("model", rows, lambda v: f"{v}A")
    return done(s, f"{model} renamed in {len(rows)} rows", columns=("model",), rows=rows)


@kind("devices", "a model renamed in the tickets")
def ticket_model_renamed(x: Exports, dice: Dice) -> Damage | None:
    s = x.any(dice, lambda s: s.has("device_model") and s.filled("device_model"), ("tickets",))
    if s is None:
        return None
    place = s.place("device_model")
    model = dice.choice([v for v, _ in Counter(s.values("device_model", s.filled("device_model"))).most_common(6)])
    rows = some(dice, [n for n in s.filled("device_model") if s.grid.rows[n][place] == model], 0.2, 1)
    s.change("device_model", rows, lambda v: str(v).replace("-", "") if dice.random() < 0.5 else f"{v}新")
    return done(s, f"{model} renamed in {len(rows)} rows", columns=("device_model",), rows=rows)


@kind("devices", "devices renumbered in the register")
def devices_renumbered(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "devices")
    if s is None:
        return None
    rows = some(dice, s.filled("device_id"), 0.03, 0.5)
    s.change("device_id", rows, lambda v: f"{str(v)[:2]}9{str(v)[3:]}")
    return done(s, f"{len(rows)} devices renumbered", columns=("device_id",), rows=rows)


@kind("devices", "devices under another model than last year")
def models_changed(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "devices")
    if s is None:
        return None
    rows = some(dice, s.filled("model"), 0.02, 0.2)
    models = sorted({str(v) for v in s.values("model")})
    s.change("model", rows, lambda v: dice.choice([m for m in models if m != v]))
    return done(s, f"{len(rows)} devices under another model", columns=("model",), rows=rows)


@kind("devices", "dates of purchase moved by years")
def purchases_moved(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "devices")
    if s is None:
        return None
    rows = some(dice, s.filled("bought_on"), 0.05, 0.6)
    by = dice.choice((-3, 3, 1))
    number = s.change("bought_on", rows, lambda v: moments.changed(v, lambda m: m.replace(year=m.year + by, day=1)))
    return done(s, f"bought {by} years later in {number} rows", columns=("bought_on",), rows=rows)


@kind("devices", "devices missing from the register")
def devices_missing(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "devices")
    return None if s is None else done(s, f"{lose(s, some(dice, s.grid.data(), 0.05, 0.4))} devices deleted")


@kind("stock", "movements of stock missing or doubled")
def moves_damaged(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "stock_moves")
    if s is None:
        return None
    rows = some(dice, s.grid.data(), 0.03, 0.3, 2)
    if dice.random() < 0.5:
        return done(s, f"{lose(s, rows)} movements deleted")
    return done(s, f"{double(s, rows, True)} movements doubled under new ids")


@kind("stock", "receipts and issues exchanged")
def moves_exchanged(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "stock_moves")
    if s is None:
        return None
    words = [("入库", "出库"), ("收", "发")]
    exchange = {a: b for one, other in words for a, b in ((one, other), (other, one))}
    rows = some(dice, s.filled("kind"), 0.05, 0.5)
    number_ = s.change("kind", rows, lambda v: exchange.get(v, v))
    return done(s, f"receipts and issues exchanged in {number_} rows", columns=("kind",), rows=rows)


@kind("stock", "prices of parts in another unit")
def prices_changed(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "parts")
    if s is None:
        return None
    factor = dice.choice((0.1, 10, 100))
    rows = some(dice, s.filled("price"), 0.1, 1)

    def change(value: Any) -> Any:
        plain = number(value)
        return value if plain is None else round(plain * factor, 2)

    s.change("price", rows, change)
    return done(s, f"prices × {factor} in {len(rows)} rows", columns=("price",), rows=rows)


# --- ledger ---------------------------------------------------------------------------------------


def _paid(s: Sheet) -> list[int]:
    """The payments that count."""
    rows = s.grid.rows
    return [
        n
        for n in s.grid.data()
        if rows[n][s.place("status")] == "已支付" and rows[n][s.place("fund")] == "中央专项转移支付"
    ]


@kind("ledger", "a payment missing")
def payment_missing(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "ledger")
    if s is None:
        return None
    n = dice.choice(_paid(s))
    purpose, voucher = (s.grid.rows[n][s.place(c)] for c in ("purpose", "voucher"))
    lose(s, [m for m in s.grid.data() if s.grid.rows[m][s.place("voucher")] == voucher])
    return done(s, f"{voucher} {purpose} deleted")


@kind("ledger", "a payment of a monthly series missing, totals adjusted")
def payment_missing_adjusted(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "ledger")
    if s is None:
        return None
    monthly = [n for n in _paid(s) if "月服务费" in str(s.grid.rows[n][s.place("purpose")])]
    n = dice.choice(monthly or _paid(s))
    voucher = s.grid.rows[n][s.place("voucher")]
    lose(s, [m for m in s.grid.data() if s.grid.rows[m][s.place("voucher")] == voucher])
    data = set(s.grid.data())
    s.grid.rows = [r for m, r in enumerate(s.grid.rows) if m in data]
    return done(s, f"{voucher} deleted, and the total line")


@kind("ledger", "a payment booked twice under a new number")
def payment_doubled(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "ledger")
    if s is None:
        return None
    rows = dice.sample(_paid(s), dice.randint(1, 2))
    double(s, sorted(rows), True, together=False)
    return done(s, f"{len(rows)} payments doubled under new numbers")


@kind("ledger", "a reversal missing")
def reversal_missing(x: Exports, _: Dice) -> Damage | None:
    s = _one(x, "ledger")
    if s is None:
        return None
    rows = [n for n in s.grid.data() if "冲销" in str(s.grid.rows[n][s.place("purpose")])]
    return done(s, f"{lose(s, rows)} reversals deleted") if rows else None


@kind("ledger", "payments moved to the next year")
def payments_moved(x: Exports, dice: Dice) -> Damage | None:
    s = _one(x, "ledger")
    if s is None:
        return None
    rows = dice.sample(_paid(s), dice.randint(1, 3))
    s.change("paid_on", rows, lambda v: moments.changed(v, lambda m: m.replace(year=m.year + 1, month=1, day=5)))
    return done(s, f"{len(rows)} payments in the next January", columns=("paid_on",), rows=rows)
