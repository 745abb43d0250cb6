"""An actual against its target: attainment, variance, on which side, met or not.

≥ > = and bare targets: a/t. ≤ and <: 2 − a/t, not below 0 (or t/a, by the rule set). Both are 1 plus the
distance on the better side over |t|, which is how a negative target (≤-5 %) is read. Target 0: 1 if it is kept,
else 0. Attainment is not capped here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from helpers.indicators.model import UNKNOWN, Actual, Direction, Op, Outcome, Status, Target
from helpers.indicators.normal_text import normal
from helpers.indicators.rule_sets import RuleSet
from helpers.indicators.units import comparable, large_scale, to_base

ONE, NOTHING = Fraction(1), Fraction(0)
PERIODS = {"日", "天", "周", "月", "季度", "季", "学期", "半年"}
NEARLY = re.compile(r"(?:近|将近|接近)[0-9]", re.ASCII)
#: The bound that a known direction means, and what a grade of three stands for.
OPS: dict[Direction, Op] = {"higher": ">=", "lower": "<=", "equal": "="}
GRADES: dict[Literal[1, 2, 3], Status] = {1: "met", 2: "partly_met", 3: "not_met"}


def evaluate(target: Target, actual: Actual, rules: RuleSet) -> Outcome:
    """The outcome of a single target; unknown where either side is not known or they do not compare."""
    if target.kind in ("unknown", "compound", "choice", "period") or actual.value is None:
        return UNKNOWN
    if target.kind == "date":
        return _kept_by_date(target, actual)
    if not isinstance(actual.value, Fraction):
        return UNKNOWN
    actual = _signed(target, actual)
    found, notes = in_unit_of(target, actual)
    unlike = _unlike(target, actual, found)
    if found is None or unlike:
        return Outcome(status="unknown", notes=notes or unlike or ("incomparable_units",))
    if target.kind == "band":
        outcome = _band(target, found)
    elif isinstance(target.value, Fraction):
        outcome = _number(target, target.value, found, rules)
    else:
        return UNKNOWN
    return replace(outcome, notes=(*outcome.notes, *notes)) if notes else outcome


def _unlike(target: Target, actual: Actual, found: Fraction | None) -> tuple[str, ...]:
    """Why figures that could be compared say nothing about each other; empty where they do."""
    if "words_for_zero" in actual.notes and target.unit == "比例" and target.direction == "higher":
        return ("nothing_to_handle",)  # 无投诉 beside a rate of handling
    if found is not None and found == target.value and NEARLY.search(normal(actual.text)):
        return ("nearly_reached",)  # 近100人 is less than 100, by how much is not said
    if "decrease" in actual.notes and target.direction == "lower" and "decrease" not in target.notes:
        return ("change_for_amount",)  # 节约2万元 beside ≤80万元
    return ("opposite_change",) if found is not None and opposite_changes(target, actual) else ()


def opposite_changes(target: Target, actual: Actual) -> bool:
    """A rise, by the target's words or the indicator's name, answered by a fall, or the other way round."""
    fell = "of_growth" in target.notes and "decrease" in actual.notes and "decrease" not in target.notes
    return fell or {"increase", "decrease"} <= {*target.notes, *actual.notes}


def _signed(target: Target, actual: Actual) -> Actual:
    """A fall beside a bound below zero, or beside "no less than zero", is a figure below zero: 下降6% is -6 %."""
    if not isinstance(target.value, Fraction) or not isinstance(actual.value, Fraction) or actual.value <= 0:
        return actual
    of_a_change = target.value < 0 or (target.value == 0 and target.op in (">=", ">"))
    if "decrease" not in actual.notes or "decrease" in target.notes or not of_a_change:
        return actual
    return replace(actual, value=-actual.value, notes=tuple(note for note in actual.notes if note != "decrease"))


def in_unit_of(target: Target, actual: Actual) -> tuple[Fraction | None, tuple[str, ...]]:
    """The actual in the target's base unit, and how it was read; None where the two do not compare.

    An actual without unit is read in the unit that the target is written in (≤90万元 against 90). Not
    read, but to be asked (``sign_missing``): a bare figure up to 1 beside a percent target, which may be
    a share of one or a percent; 195万 beside an amount of money. A bare target of which the actual is a
    share is read in percent (95 against 96%): the caller sees ``target_in_percent``.
    """
    value = actual.value
    assert isinstance(value, Fraction)
    if actual.unit:  # a figure that was measured is in the unit that its measure names, 分钟 as well as 小时
        value, unit = to_base(value, actual.unit)
        actual = replace(actual, unit=unit)
    if target.unit and not actual.unit:
        return _bare_actual(target, actual, value)
    if actual.unit == "比例" and not target.unit and target.kind == "number":
        return value * 100 if _beyond_one(target) else value, ("target_in_percent",)
    if actual.unit and not target.unit and target.scale != 1:  # 3万 answered by 3.2万人
        return value * large_scale(actual.unit), ()
    if _of_the_whole_year(target, actual, value):
        return None, ("sign_missing",)
    if actual.unit and not target.unit:
        return _beside_bare_target(target, actual, value)
    if not actual.unit and _share_beside_percent(target.value, value):
        return None, ("sign_missing",)
    return comparable(value, actual.unit, target.unit), ()


def _bare_actual(target: Target, actual: Actual, value: Fraction) -> tuple[Fraction | None, tuple[str, ...]]:
    """A figure without unit, in the unit of the target; asked where it may be another one (40000 beside 5万吨)."""
    assert target.unit is not None
    if target.unit == "比例" and 0 < value <= 1 and target.scale != 1:
        return None, ("sign_missing",)
    if actual.scale != 1:  # 3.2万: of the same things, but never of money in silence
        large = large_scale(target.unit)
        if target.unit.startswith("/"):
            return value, ()
        return (None, ("sign_missing",)) if target.scale != 1 or target.unit.startswith("元") else (value / large, ())
    wanted = target.value / target.scale if isinstance(target.value, Fraction) else Fraction(0)
    scaled = (target.scale != 1 and target.unit != "比例") or large_scale(target.unit) != 1
    if wanted > 0 and (
        (scaled and value >= 100 * wanted) or (target.unit.partition("/")[0] == "小时" and value >= 10 * wanted)
    ):
        return None, ("sign_missing",)
    return value * target.scale, () if target.scale == 1 else ("unit_assumed",)


def _beside_bare_target(target: Target, actual: Actual, value: Fraction) -> tuple[Fraction | None, tuple[str, ...]]:
    """An actual in 万元 or 天 beside a bare figure: taken as written where that is about as much, else asked."""
    large = large_scale(actual.unit or "")
    if (actual.scale == 1 and large == 1) or actual.unit == "比例" or not isinstance(target.value, Fraction):
        return value, ()
    written = value / actual.scale
    near = [one for one in (written, value * large) if 0 < target.value <= 3 * one <= 9 * target.value]
    if target.value == 0 or (near and near[0] == near[-1]):
        return (near[0] if near else written), ("unit_assumed",)
    return None, ("sign_missing",)


def _of_the_whole_year(target: Target, actual: Actual, value: Fraction) -> bool:
    """6000元 beside 500元/人·月: an amount without its period, and far more than one period's."""
    per = (target.unit or "").partition("/")[2]
    period = PERIODS & set(re.split("[·/]", per))
    stated = "/" in (actual.unit or "/")
    most = target.value[1] if isinstance(target.value, tuple) else target.value
    return bool(period) and not stated and isinstance(most, Fraction) and 0 < 2 * most <= value


def _share_beside_percent(wanted: object, value: Fraction) -> bool:
    """0.97 beside 95, or 97 beside 0.95: one of them is a share, the other a percent."""
    if not isinstance(wanted, Fraction):
        return False
    share, percent = sorted((wanted, value))
    if not (0 < share <= 1 and 10 <= percent <= 100):
        return False
    return percent == 100 if share == 1 else 1 <= 200 * share / percent <= 4


def expressed(target: Target, actual: Actual) -> Actual:
    """The actual in the target's unit, where it has none of its own or one that is worth another amount."""
    if not isinstance(actual.value, Fraction) or target.kind not in ("number", "duration", "band", "frequency"):
        return actual
    actual = _signed(target, actual)
    value, notes = in_unit_of(target, actual)
    if (
        value is None
        or "target_in_percent" in notes
        or (actual.unit and actual.unit.partition("/")[0] == (target.unit or "").partition("/")[0])
    ):
        return actual
    return replace(actual, value=value, unit=target.unit, notes=(*actual.notes, *notes))


def _beyond_one(target: Target) -> bool:
    return isinstance(target.value, Fraction) and target.value > 1


def _operator(target: Target) -> Op | None:
    """The operator said, else the one that the known direction means."""
    if target.op and not (target.op == "=" and target.direction in ("higher", "lower")):
        return target.op
    return OPS[target.direction] if target.direction else target.op


def _number(target: Target, t: Fraction, a: Fraction, rules: RuleSet) -> Outcome:
    op = _operator(target)
    notes: list[str] = []
    if a < 0 and (t > 0 or (t == 0 and op in (None, "="))):
        # Below nothing there is no amount, but there are falls: a target of zero or less is of a change.
        notes.append("negative_actual")
        a = NOTHING
    variance = a - t
    rate = variance / abs(t) if t else None
    if op is None:  # no operator, no direction: only a hit can be judged
        if a == t:
            return Outcome(attainment=ONE, variance=variance, variance_rate=rate, status="met", notes=tuple(notes))
        return Outcome(status="unknown", variance=variance, variance_rate=rate, notes=(*notes, "direction_missing"))
    met = {"<": a < t, "<=": a <= t, "=": a == t, ">=": a >= t, ">": a > t}[op]
    favourable = None if a == t else (a < t if op in ("<", "<=") else a > t if op in (">", ">=") else False)
    if a == t and op in ("<", ">"):
        notes.append("strict_bound_hit")
    status: Status = "met" if met else "not_met"
    return Outcome(
        attainment=(ONE if met else NOTHING) if t == 0 else _attainment(op, t, a, rules),
        variance=variance,
        variance_rate=rate,
        favourable=favourable,
        status=status,
        notes=tuple(notes),
    )


def _attainment(op: Op, t: Fraction, a: Fraction, rules: RuleSet) -> Fraction:
    """Of a target that is not zero."""
    if op in ("<", "<="):
        if rules.lower_formula == "ratio" and a > t > 0:
            return t / a
        return max(NOTHING, 1 + (t - a) / abs(t))
    if op == "=" and t < 0:  # an exact fall is missed on both sides
        return max(NOTHING, 1 - abs(a - t) / abs(t))
    return max(NOTHING, 1 + (a - t) / abs(t))


def _band(target: Target, a: Fraction) -> Outcome:
    low, high = target.ends
    kept = low <= a <= high
    return Outcome(attainment=ONE if kept else NOTHING, status="met" if kept else "not_met")


def _kept_by_date(target: Target, actual: Actual) -> Outcome:
    """A deadline is kept or not; a date without a year cannot be compared with one that has it."""
    wanted, found = str(target.value), str(actual.value)
    if actual.kind != "date" or wanted.startswith("--") != found.startswith("--"):
        return UNKNOWN
    kept = found <= wanted
    days = None
    if not wanted.startswith("--"):
        days = Fraction((date.fromisoformat(found) - date.fromisoformat(wanted)).days)
    return Outcome(
        attainment=ONE if kept else NOTHING,
        variance=days,
        favourable=None if days == 0 else kept,
        status="met" if kept else "not_met",
    )


def evaluate_choice(grade: Literal[1, 2, 3], share: Decimal | None, rules: RuleSet) -> Outcome:
    """A qualitative target rated in three grades; ``share`` of the weight must lie in the grade's range."""
    if share is None:
        return UNKNOWN
    low, high = rules.choice_shares[grade - 1]
    top_open = grade > 1  # the better grade owns the edge
    if not (low <= share and (share < high if top_open else share <= high)):
        raise ValueError(f"第 {grade} 档的得分比例应在 {high} 至 {low} 之间（含 {low}），写的是 {share}")
    return Outcome(attainment=Fraction(share), status=GRADES[grade], rated=True)


@dataclass(frozen=True)
class CompoundPart:
    """The outcome of one part and its declared share of the weight (None: equal shares)."""

    outcome: Outcome
    share: Decimal | None = None


def evaluate_compound(parts: Sequence[CompoundPart]) -> Outcome:
    """Several targets in one: the mean of the parts' min(1, attainment), weighted where declared.

    Met when every part is, not met when none is even partly, unknown as soon as one part is unknown.
    """
    outcomes = [part.outcome for part in parts]
    reached = [o.attainment for o in outcomes if o.attainment is not None]
    if not parts or len(reached) < len(parts):
        return UNKNOWN
    shares = [Fraction(p.share) if p.share is not None else Fraction(1, len(parts)) for p in parts]
    attainment = sum((s * min(ONE, a) for s, a in zip(shares, reached, strict=True)), NOTHING)
    states = {o.status for o in outcomes}
    status: Status = "met" if states == {"met"} else "not_met" if states == {"not_met"} else "partly_met"
    notes = tuple(dict.fromkeys(n for o in outcomes for n in o.notes))
    return Outcome(attainment=attainment, status=status, notes=notes)
