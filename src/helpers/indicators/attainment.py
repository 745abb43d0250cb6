"""An actual against its target: attainment, variance, on which side, met or not.

≥ > = and bare targets: a/t. ≤ and <: 2 − a/t, not below 0 (or t/a, by the rule set). Target 0: 1 if
a ≤ 0, else 0. Attainment is not capped here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from helpers.indicators.model import UNKNOWN, Actual, Op, Outcome, Status, Target
from helpers.indicators.rules import RuleSet

ONE, NOTHING = Fraction(1), Fraction(0)


def evaluate(target: Target, actual: Actual, rules: RuleSet) -> Outcome:
    """The outcome of a single target; unknown where either side is not known or they do not compare."""
    if target.kind in ("unknown", "compound", "choice", "period") or actual.value is None:
        return UNKNOWN
    if target.kind == "date":
        return _kept_by_date(target, actual)
    if not isinstance(actual.value, Fraction):
        return UNKNOWN
    if target.kind == "band":
        return _band(target, actual.value)
    if not isinstance(target.value, Fraction):
        return UNKNOWN
    if _incomparable(target, actual):
        return Outcome(None, None, None, None, "unknown", ("incomparable_units",))
    return _number(target, target.value, actual.value, rules)


def _incomparable(target: Target, actual: Actual) -> bool:
    """Base units that cannot be meant for each other; an actual without unit takes the target's.

    A target per head is often written without "/人" (年人均费用不高于17万元): 元 answers 元/人.
    """
    if not actual.unit or not target.unit or actual.unit == target.unit:
        return False
    one, other = (unit.partition("/") for unit in (actual.unit, target.unit))
    if one[0] == other[0] and not (one[2] and other[2]):
        return False
    return bool({"比例", "元", "小时", "工作日"} & {one[0], other[0]})


def _operator(target: Target) -> Op | None:
    """The operator said, else the one that the known direction means."""
    if target.op and not (target.op == "=" and target.direction in ("higher", "lower")):
        return target.op
    return {"higher": ">=", "lower": "<=", "equal": "="}.get(target.direction or "", target.op)  # type: ignore[return-value]


def _number(target: Target, t: Fraction, a: Fraction, rules: RuleSet) -> Outcome:
    op = _operator(target)
    notes: list[str] = []
    if a < 0:
        notes.append("negative_actual")
        a = NOTHING
    variance = a - t
    rate = variance / abs(t) if t else None
    if op is None:  # no operator, no direction: only a hit can be judged
        if a == t:
            return Outcome(ONE, variance, rate, None, "met", tuple(notes))
        return Outcome(None, variance, rate, None, "unknown", (*notes, "direction_missing"))
    met = {"<": a < t, "<=": a <= t, "=": a == t, ">=": a >= t, ">": a > t}[op]
    favourable = None if a == t else (a < t if op in ("<", "<=") else a > t if op in (">", ">=") else False)
    if a == t and op in ("<", ">"):
        notes.append("strict_bound_hit")
    status: Status = "met" if met else "not_met"
    return Outcome(_attainment(op, t, a, rules), variance, rate, favourable, status, tuple(notes))


def _attainment(op: Op, t: Fraction, a: Fraction, rules: RuleSet) -> Fraction:
    if t == 0:
        return ONE if a <= 0 or op in (">=", ">") else NOTHING
    if op in ("<", "<="):
        if rules.lower_formula == "ratio" and a > t:
            return t / a
        return max(NOTHING, 2 - a / t)
    return max(NOTHING, a / t)


def _band(target: Target, a: Fraction) -> Outcome:
    low, high = target.value  # type: ignore[misc]
    kept = low <= a <= high  # type: ignore[operator]
    return Outcome(ONE if kept else NOTHING, None, None, None, "met" if kept else "not_met")


def _kept_by_date(target: Target, actual: Actual) -> Outcome:
    """A deadline is kept or not; a date without a year cannot be compared with one that has it."""
    wanted, found = str(target.value), str(actual.value)
    if actual.kind != "date" or wanted.startswith("--") != found.startswith("--"):
        return UNKNOWN
    kept = found <= wanted
    days = None
    if not wanted.startswith("--"):
        days = Fraction((date.fromisoformat(found) - date.fromisoformat(wanted)).days)
    return Outcome(ONE if kept else NOTHING, days, None, None if days == 0 else kept, "met" if kept else "not_met")


def evaluate_choice(grade: Literal[1, 2, 3], share: Decimal | None, rules: RuleSet) -> Outcome:
    """A qualitative target rated in three grades; ``share`` of the weight must lie in the grade's range."""
    if share is None:
        return UNKNOWN
    low, high = rules.choice_shares[grade - 1]
    top_open = grade > 1  # the better grade owns the edge
    if not (low <= share and (share < high if top_open else share <= high)):
        raise ValueError(f"第 {grade} 档的得分比例应在 {high} 至 {low} 之间（含 {low}），写的是 {share}")
    status: Status = {1: "met", 2: "partly_met", 3: "not_met"}[grade]  # type: ignore[assignment]
    return Outcome(Fraction(share), None, None, None, status)


@dataclass(frozen=True)
class CompoundPart:
    """The outcome of one part and its declared share of the weight (None: equal shares)."""

    outcome: Outcome
    share: Decimal | None = None


def evaluate_compound(parts: Sequence[CompoundPart], rules: RuleSet) -> Outcome:
    """Several targets in one: the mean of the parts' min(1, attainment), weighted where declared.

    Met when every part is, not met when none is even partly, unknown as soon as one part is unknown.
    """
    outcomes = [part.outcome for part in parts]
    if not parts or any(o.attainment is None for o in outcomes):
        return UNKNOWN
    shares = [Fraction(p.share) if p.share is not None else Fraction(1, len(parts)) for p in parts]
    attainment = sum((s * min(ONE, o.attainment) for s, o in zip(shares, outcomes, strict=True)), NOTHING)  # type: ignore[type-var]
    states = {o.status for o in outcomes}
    status: Status = "met" if states == {"met"} else "not_met" if states == {"not_met"} else "partly_met"
    notes = tuple(dict.fromkeys(n for o in outcomes for n in o.notes))
    return Outcome(attainment, None, None, None, status, notes)
