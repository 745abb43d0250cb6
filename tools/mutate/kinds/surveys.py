"""Survey replies and quarterly checks: beautified, doubled, partial."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from tools.mutate import moments
from tools.mutate.kinds.rows import double, lose
from tools.mutate.subject import Damage, Dice, Exports, Sheet, done, kind, some

GOOD = ("非常满意", "满意")
BAD = ("不满意", "很不满意", "非常不满意")


def _survey(x: Exports) -> Sheet | None:
    sheets = x.sheets("survey") if "survey" in x.year.year.tables else []
    return sheets[0] if sheets else None


@kind("survey", "one reply sent many times in a run under new tokens")
def replies_in_a_run(x: Exports, dice: Dice) -> Damage | None:
    s = _survey(x)
    if s is None:
        return None
    n, times = dice.choice(s.filled("overall")), dice.randint(8, 40)
    double(s, [n] * times, True, together=False)
    return done(s, f"the reply of row {n} {times} times more in a run", rows=range(n, n + times))


@kind("survey", "good replies doubled under new tokens")
def good_replies_doubled(x: Exports, dice: Dice) -> Damage | None:
    s = _survey(x)
    if s is None:
        return None
    good = [n for n in s.filled("overall") if s.grid.rows[n][s.place("overall")] in GOOD]
    number = double(s, some(dice, good, 0.3, 1), True)
    return done(s, f"{number} good replies doubled", columns=("overall",))


@kind("survey", "bad replies left out")
def bad_replies_out(x: Exports, _: Dice) -> Damage | None:
    s = _survey(x)
    if s is None:
        return None
    bad = [n for n in s.filled("overall") if s.grid.rows[n][s.place("overall")] in BAD]
    return done(s, f"{lose(s, bad)} bad replies deleted", columns=("overall",)) if bad else None


@kind("survey", "replies of one department only")
def one_department(x: Exports, _: Dice) -> Damage | None:
    s = _survey(x)
    if s is None:
        return None
    at = s.place("dept")
    dept = Counter(s.values("dept")).most_common(1)[0][0]
    lost = lose(s, [n for n in s.grid.data() if s.grid.rows[n][at] != dept])
    return done(s, f"only {dept}, {lost} replies lost", columns=("dept",))


@kind("survey", "replies all booked to one department")
def departments_equal(x: Exports, _: Dice) -> Damage | None:
    s = _survey(x)
    if s is None:
        return None
    dept = Counter(s.values("dept")).most_common(1)[0][0]
    number = s.change("dept", s.grid.data(), lambda _: dept)
    return done(s, f"dept is {dept} in {number} more rows", columns=("dept",))


@kind("survey", "bad replies turned into good ones")
def replies_beautified(x: Exports, _: Dice) -> Damage | None:
    s = _survey(x)
    if s is None:
        return None
    rows = [n for n in s.filled("overall") if s.grid.rows[n][s.place("overall")] in BAD]
    s.change("overall", rows, lambda _: "满意")
    return done(s, f"{len(rows)} bad replies are 满意", columns=("overall",), rows=rows) if rows else None


@kind("survey", "the scale turned round")
def scale_inverted(x: Exports, _: Dice) -> Damage | None:
    s = _survey(x)
    if s is None:
        return None
    turned = {
        "非常满意": "非常不满意",
        "满意": "不满意",
        "不满意": "满意",
        "非常不满意": "非常满意",
        "很不满意": "非常满意",
    }
    number = s.change("overall", s.filled("overall"), lambda v: turned.get(v, v))
    return done(s, f"scale turned round in {number} replies", columns=("overall",))


@kind("survey", "trial replies not marked")
def trials_unmarked(x: Exports, _: Dice) -> Damage | None:
    s = _survey(x)
    if s is None:
        return None
    rows = [n for n in s.filled("token") if str(s.grid.rows[n][s.place("token")]).startswith("TEST")]
    s.change("token", rows, lambda v: f"24QQ{str(v)[-1]}Z")
    return done(s, f"{len(rows)} trial replies under ordinary tokens", columns=("token",), rows=rows) if rows else None


def _facilities(x: Exports) -> Sheet | None:
    sheets = x.sheets("facilities") if "facilities" in x.year.year.tables else []
    return sheets[0] if sheets else None


@kind("panel", "one quarter's checks of a few units missing")
def checks_missing(x: Exports, dice: Dice) -> Damage | None:
    s = _facilities(x)
    if s is None:
        return None
    rows = some(dice, s.grid.data(), 0.02, 0.2, 2)
    return done(s, f"{lose(s, rows)} checks deleted")


@kind("panel", "a unit missing in every quarter")
def unit_missing(x: Exports, dice: Dice) -> Damage | None:
    s = _facilities(x)
    if s is None:
        return None
    at = s.place("facility_id")
    units = sorted({str(v) for v in s.values("facility_id")})
    gone = set(dice.sample(units, dice.randint(1, 4)))
    lost = lose(s, [n for n in s.grid.data() if s.grid.rows[n][at] in gone])
    return done(s, f"{'、'.join(sorted(gone))}: {lost} checks deleted", columns=("facility_id",))


@kind("panel", "a unit checked twice in a quarter under another id")
def checked_twice(x: Exports, dice: Dice) -> Damage | None:
    s = _facilities(x)
    if s is None:
        return None
    rows = some(dice, s.grid.data(), 0.05, 0.3, 3)
    double(s, rows, True)
    added = range(len(s.grid.rows) - len(rows), len(s.grid.rows))
    s.change("checked_on", list(added), lambda v: moments.changed(v, lambda m: m + timedelta(days=1)))
    return done(s, f"{len(rows)} checks again a day later", rows=added)


@kind("panel", "unused units marked as used")
def unused_marked_used(x: Exports, dice: Dice) -> Damage | None:
    s = _facilities(x)
    if s is None:
        return None
    at = s.place("used")
    counts = Counter(s.values("used")).most_common()
    rows = [n for n in s.filled("used") if s.grid.rows[n][at] != counts[0][0]]
    if rows:
        s.change("used", rows, lambda _: counts[0][0])
        return done(s, f"{len(rows)} units not used are {counts[0][0]}", columns=("used",), rows=rows)
    rows = some(dice, s.filled("used"), 0.02, 0.3)
    other = {"是": "否", "在用": "停用"}.get(str(counts[0][0]), "停用")
    s.change("used", rows, lambda _: other)
    return done(s, f"{len(rows)} used units are {other}", columns=("used",), rows=rows)
