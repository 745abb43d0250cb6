"""Row by row: does the actual answer the target, and does the score follow from the two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from helpers.forms.audit.reading import NUMERIC, FormReading, Reading, finding, show
from helpers.indicators.attainment import in_unit_of, opposite_changes
from helpers.indicators.findings import Finding
from helpers.indicators.normal_text import normal
from helpers.indicators.rule_sets import Band, RuleSet
from helpers.indicators.scoring import is_overshoot, rate_of, score
from helpers.indicators.units import kind_of

TOLERANCE = Decimal("0.05")
#: Shares of the weight by bands of satisfaction, as 财预〔2021〕101号 names them.
BANDS = (Fraction(1), Fraction(8, 10), Fraction(5, 10))
DAYS = re.compile("当[天日]|同[天日]|次日|隔[天日]|第二天|工作日|当晚|日内|天内")


def score_without_values(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """Scored though neither a target nor an actual is stated."""
    for r in read.rows:
        if r.row.score and not r.says_target and not r.says_actual:
            hidden = "，指标值写在了名称里" if re.search("[0-9]", r.row.level3 or "") else ""
            yield finding(
                "score_without_values",
                "stop",
                f"“{r.name}”没有指标值，也没有实际完成值，却得了 {show(r.row.score)} 分{hidden}。",
                "补上年度指标值和实际完成值，或不计分。",
                where=r.place("target_text"),
            )


def full_on_shortfall(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """Full score though a target to be reached was missed."""
    for r in read.rows:
        if (
            r.full
            and r.missed
            and not _earned(r, rules)
            and r.target.direction in ("higher", "equal")
            and r.outcome.variance is not None
            and r.outcome.variance < 0
        ):
            yield finding(
                "full_on_shortfall",
                "stop",
                f"“{r.name}”指标值 {r.row.target_text}，实际完成 {r.row.actual_text}，没有完成却得满分。" + _assumed(r),
                f"按完成率计分，应得 {show(_by_rate(r), 2)} 分，并写明原因和改进措施。",
                arithmetic=_rate(r),
                where=r.place("score"),
            )


def reverse_breached(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """Full score though a limit was exceeded or a deadline passed."""
    for r in read.rows:
        if r.full and r.missed and not _earned(r, rules) and r.target.direction == "lower":
            right = f"，应得 {show(_by_rate(r), 2)} 分" if r.target.kind != "date" else ""
            yield finding(
                "reverse_breached",
                "stop",
                f"“{r.name}”指标值 {r.row.target_text}，实际完成 {r.row.actual_text}，超出限度却得满分。" + _assumed(r),
                f"按规则扣分{right}，并写明原因和改进措施。",
                arithmetic=_rate(r),
                where=r.place("score"),
            )


def _earned(r: Reading, rules: RuleSet) -> bool:
    """Whether the rule set itself gives the whole weight: a band, or a miss too small for the last digit."""
    satisfaction = "满意" in (r.row.level1 or "")
    return (
        r.outcome.attainment is not None
        and score(r.row.weight or Decimal(0), r.outcome, rules, satisfaction=satisfaction, rate=rate_of(r.actual))
        == r.row.weight
    )


def _assumed(r: Reading) -> str:
    return f"（按{r.row.level2 or r.row.level1}判断方向）" if r.assumed else ""


def _by_rate(r: Reading) -> Decimal:
    share = min(Fraction(1), r.outcome.attainment or Fraction(0))
    exact = Fraction(r.row.weight or 0) * share
    return (Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _rate(r: Reading) -> str | None:
    if r.outcome.attainment is None or not isinstance(r.target.value, Fraction):
        return None
    value, _ = in_unit_of(r.target, r.actual)
    if value is None:
        return None
    a, t = (
        show(v * 100 if r.target.unit == "比例" else v) + ("%" if r.target.unit == "比例" else "")
        for v in (value, r.target.value)
    )
    sum_ = f"{a} ÷ {t}" if r.target.direction != "lower" else f"2 − {a} ÷ {t}"
    points = (
        f"，{show(r.row.weight)} × {show(min(Fraction(1), r.outcome.attainment) * 100, 2)}% = {show(_by_rate(r), 2)}"
        if r.row.weight
        else ""
    )
    return f"{sum_} = {show(r.outcome.attainment * 100, 2)}%{points}" if r.target.value else f"{a} > 0"


def score_formula(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """A reduced score that no accepted formula gives."""
    printed = [r.row.score for r in read.rows if r.row.score is not None]
    finest = min(
        (Decimal(1).scaleb(min(0, int(s.normalize().as_tuple().exponent))) for s in printed), default=Decimal("0.01")
    )
    for r in read.rows:
        if not (
            r.reduced
            and r.missed
            and r.row.score
            and r.outcome.attainment is not None
            and r.target.kind in ("number", "duration", "frequency")
        ):
            continue
        weight, points = Fraction(r.row.weight or 0), Fraction(r.row.score)
        if not any(_gives(weight * share, points, finest) for share in accepted_shares(r, rules)):
            yield finding(
                "score_formula",
                "note",
                f"“{r.name}”得 {show(r.row.score)} 分，按完成率应得 {show(_by_rate(r), 2)} 分，"
                "通行的计分办法都得不出这个分数。",
                "改正得分，或写明所用的计分办法。",
                arithmetic=_rate(r),
                where=r.place("score"),
            )


def _gives(exact: Fraction, points: Fraction, finest: Decimal) -> bool:
    """Whether a formula's points were printed so: a table in whole points or tenths is rounded to them, half up."""
    half = Fraction(finest) / 2
    return abs(points - exact) <= Fraction(TOLERANCE) or (-half < points - exact <= half)


def accepted_shares(r: Reading, rules: RuleSet) -> list[Fraction]:
    """The shares of the weight that the accepted formulas give for a miss."""
    share = max(Fraction(0), min(Fraction(1), r.outcome.attainment or Fraction(0)))
    shares = [share, max(Fraction(0), (share - Fraction(6, 10)) / Fraction(4, 10))]
    value, _ = in_unit_of(r.target, r.actual)
    if r.target.direction == "lower" and value and isinstance(r.target.value, Fraction):
        shares.append(min(Fraction(1), r.target.value / value))
    if "满意" in (r.row.level1 or "") + (r.row.level3 or ""):
        shares += BANDS
        shares += [Fraction(Decimal(b.gives)) for b in rules.satisfaction_bands or () if isinstance(b, Band)]
    return shares


def deducted_though_met(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """Points taken off, unexplained, though the target was met."""
    for r in read.rows:
        if (
            r.outcome.status == "met"
            and r.row.weight
            and r.row.score is not None
            and r.row.score < r.row.weight - TOLERANCE
            and not r.reason
        ):
            yield finding(
                "deducted_though_met",
                "note",
                f"“{r.name}”已完成指标值，却只得 {show(r.row.score)} 分（分值 {show(r.row.weight)}），没有说明。",
                "写明扣分的理由，或改为满分。",
                where=r.place("score"),
            )


def overshoot(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """Far beyond the target, without a word about it."""
    for r in read.rows:
        if is_overshoot(r.target, r.outcome, rules) and not r.reason:
            yield finding(
                "overshoot",
                "note",
                f"“{r.name}”实际完成 {r.row.actual_text}，是指标值 {r.row.target_text} 的 "
                f"{show((r.outcome.attainment or 0) * 100, 1)}%，没有说明。",
                "说明大幅超额的原因；指标值定得偏低的，按偏离程度调整得分，并在下年度提高指标值。",
                arithmetic=_rate(r),
                where=r.place("actual_text"),
            )


def incomparable_units(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """Target and actual in units that cannot be meant for each other."""
    for r in read.rows:
        if "incomparable_units" in r.outcome.notes:
            kinds = {kind_of((u or "").partition("/")[0]) for u in (r.target.unit, r.actual.unit)}
            if kinds <= {"time", "workdays", "months"}:
                continue  # another yardstick, or a length that hangs on the month
            yield finding(
                "incomparable_units",
                "stop",
                f"“{r.name}”指标值 {r.row.target_text} 与实际完成值 {r.row.actual_text} 的单位不能比较。",
                "用同一单位填写指标值和实际完成值。",
                where=r.place("actual_text"),
            )


def actual_not_numeric(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """Words, or what cannot be read, as the answer to a figure."""
    for r in read.rows:
        if (
            (r.target.kind in NUMERIC or _only_figures(r))
            and r.says_actual
            and r.actual.kind in ("unknown", "choice")
            and r.actual.value in (None, r.actual.value)
            and not isinstance(r.actual.value, Fraction)
            and not r.none_of_it
        ):
            yield finding(
                "actual_not_numeric",
                "note",
                f"“{r.name}”的指标值是 {r.row.target_text}，实际完成值却写“{r.row.actual_text}”，不能据以判断。",
                "填写实际完成的数值和单位。",
                where=r.place("actual_text"),
            )


def _only_figures(r: Reading) -> bool:
    """Several limits or dates in one cell, each to be answered by itself."""
    return bool(r.target.parts) and all(part.kind in (*NUMERIC, "date") for part in r.target.parts)


def actual_missing(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """A target without an actual, in a form that reports results."""
    if not read.reports_results:
        return
    for r in read.rows:
        if r.says_target and not r.says_actual and (r.row.score is not None or read.form.complete is True):
            yield finding(
                "actual_missing",
                "note",
                f"“{r.name}”没有填写实际完成值。",
                "补填实际完成值；未开展的写明原因。",
                where=r.place("actual_text"),
            )


def other_yardstick(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """Target and actual measure different things."""
    for r in read.rows:
        if r.says_target and r.says_actual and (why := _different(r)):
            yield finding(
                "other_yardstick",
                "note",
                f"“{r.name}”的指标值“{r.row.target_text}”与实际完成值“{r.row.actual_text}”不是同一种衡量：{why}。",
                "按指标值的口径重新统计实际完成值。",
                where=r.place("actual_text"),
            )


def _different(r: Reading) -> str | None:
    limits = [r.target, *r.target.parts]
    units = {t.unit for t in limits if t.kind == "duration" and t.unit}
    words = normal(r.row.actual_text or "")
    if (
        units & {"小时", "工作日"}
        and not isinstance(r.actual.value, Fraction)
        and DAYS.search(words)
        and not re.search("小时|分钟|[0-9]", words)
        and "小时" in units
    ):
        return "要求以小时计，完成情况以日计"
    if {r.target.unit, r.actual.unit} == {"小时", "工作日"}:
        return "一个按日历时间，一个按工作日"
    if opposite_changes(r.target, r.actual):
        return "一个是上升，一个是下降"
    if "change_for_amount" in r.outcome.notes:
        return "一个是限额，一个是减少了多少"
    pair = {re.sub("^[万亿]", "", u or "") for u in (r.target.unit, r.actual.unit)}
    if pair == {"人", "人次"}:
        return "一个按人，一个按人次"
    if pair == {"比例", "百分点"}:
        return "一个是百分比，一个是百分点"
    return None


def operator_copied(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """The actual repeats the target's operator, so that the exact value is not shown."""
    for r in read.rows:
        if (
            "operator_copied" in r.actual.notes
            and r.target.kind in NUMERIC
            and re.search("[≥≤<>=]|^不|大于|小于|以[上下内]$", normal(r.row.actual_text or ""))
        ):
            yield finding(
                "operator_copied",
                "note",
                f"“{r.name}”的实际完成值照抄了“{r.row.actual_text}”，看不出实际是多少。",
                "填写实际完成的具体数值，不带 ≥、≤。",
                where=r.place("actual_text"),
            )


def actual_damaged(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """An actual that is impossible as it stands (a satisfaction of 290 %, 9 for a rate)."""
    for r in read.rows:
        if r.damage:
            yield finding(
                "actual_damaged",
                "note",
                f"“{r.name}”的实际完成值“{r.row.actual_text}”{r.damage}。",
                "对照原件改正，不要推测。",
                where=r.place("actual_text"),
            )


def target_damaged(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """A target that is unreadable or impossible as it stands."""
    for r in read.rows:
        if (
            r.target.damaged
            or "suspect_sign" in r.target.notes
            or (r.target.kind == "unknown" and re.search("[$^#@?]|[0-9][=][0-9]", r.row.target_text or ""))
        ):
            yield finding(
                "target_damaged",
                "note",
                f"“{r.name}”的指标值“{r.row.target_text}”{r.target.damaged or r.target.reason}。",
                "对照原件改正，不要推测。",
                where=r.place("target_text"),
            )
