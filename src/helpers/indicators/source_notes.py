"""What the source of a year leaves open, raised from declared facts: notes for whoever reads the report.

Each check reads only what is declared; where that is absent it is silent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Literal

from helpers.indicators.actuals import parse_actual
from helpers.indicators.alike import Counted, repeated
from helpers.indicators.findings import About, Finding, Place
from helpers.indicators.model import Outcome, Target
from helpers.indicators.normal_text import normal
from helpers.indicators.parse import parse_target
from helpers.indicators.rule_sets import RuleSet
from helpers.indicators.scoring import is_fragile, is_overshoot
from helpers.indicators.units import DURATIONS


@dataclass(frozen=True, kw_only=True)
class IndicatorFacts:
    """One indicator: what was declared, found, and printed by the source."""

    id: str
    level1: str
    level3: str
    target: Target
    outcome: Outcome
    part_targets: tuple[Target, ...] = ()
    stated: bool = False
    method: str | None = None
    overshoot_declared: bool = False
    interval: tuple[float, float] | None = None
    sample: tuple[int, int] | None = None
    reported_actual: str | None = None
    reported_sample: int | None = None
    sampled: bool = False
    counted: tuple[Counted, ...] = ()
    divides_all_spending: bool = False


@dataclass(frozen=True)
class StatementFacts:
    about: str
    says: Literal["met", "not_met"]
    text: str


@dataclass(frozen=True, kw_only=True)
class SourceFacts:
    """One year: amounts in 元, printed weights by level-1 group (None: nothing printed)."""

    table: About
    indicators: tuple[IndicatorFacts, ...]
    adjusted: Decimal
    spent: Decimal
    unspent_reason: str | None = None
    parts: tuple[tuple[str, Decimal | None], ...] = ()
    printed_weights: tuple[tuple[str, Decimal | None], ...] = ()
    statements: tuple[StatementFacts, ...] = ()
    activities: int = 0
    activities_with_target: int = 0
    lower_bounds: tuple[str, ...] = ()
    weights_basis: str | None = None


def notes_on_source(facts: SourceFacts, rules: RuleSet) -> list[Finding]:
    """All notes, in the order of the report; every one at level note."""
    found = [
        *group_without_weight(facts, rules),
        *weights_inferred(facts),
        *spent_split_unknown(facts),
        *unspent_reason_missing(facts, rules),
        *mixed_denominator(facts),
        *[f for one in facts.indicators for check in PER_INDICATOR for f in check(one, rules)],
        *text_vs_figure(facts),
        *overlapping_indicators(facts),
        *lower_bound(facts),
        *activity_without_target(facts),
    ]
    return [replace(one, table=facts.table) for one in found]


# --- the form as a whole --------------------------------------------------------------------------


def group_without_weight(facts: SourceFacts, rules: RuleSet) -> Iterator[Finding]:
    """A level-1 group for which the source prints no weight, though the others reach the full total."""
    silent = [name for name, weight in facts.printed_weights if weight is None]
    printed = sum((w for _, w in facts.printed_weights if w is not None), Decimal(0))
    for name in silent:
        usual = rules.group_weights.get(name)
        standard = f"；通行分值为 {usual:f} 分" if usual is not None else ""
        yield Finding(
            check="group_without_weight",
            level="note",
            message=f"公布的自评表没有印出“{name}”的分值，其余各组与预算执行合计已有 "
            f"{printed + rules.execution_weight:f} 分{standard}。",
            remedy="核实各组分值；核实前按规则集的通行分值测算。",
            arithmetic=" + ".join(f"{n} {w:f}" for n, w in facts.printed_weights if w is not None)
            + f" + 预算执行 {rules.execution_weight:f} = {printed + rules.execution_weight:f}",
            where=Place(field="weight"),
        )


def weights_inferred(facts: SourceFacts) -> Iterator[Finding]:
    """The weights are not the source's own."""
    if facts.weights_basis:
        yield Finding(
            check="weights_inferred",
            level="note",
            message=f"一级指标以下的分值没有公布，各项得分均须注明：{facts.weights_basis}。",
            remedy="取得申报时的分值后，在 indicators.yml 里改写 weight，并删去 weights_basis。",
            arithmetic=None,
            where=Place(field="weight"),
        )


def spent_split_unknown(facts: SourceFacts) -> Iterator[Finding]:
    """The budget is split into parts, what was spent is not."""
    missing = [name for name, spent in facts.parts if spent is None]
    if len(facts.parts) > 1 and missing:
        yield Finding(
            check="spent_split_unknown",
            level="note",
            message=f"预算分为{'、'.join(n for n, _ in facts.parts)}，但支出没有按这些部分列示。",
            remedy="从支出台账按部分归集后，在 budget.parts 里填写 spent。",
            arithmetic=None,
            where=Place(field="budget"),
        )


def unspent_reason_missing(facts: SourceFacts, rules: RuleSet) -> Iterator[Finding]:
    """Money is left and nobody says why; from the rule set's rate down a reason is compulsory."""
    left = facts.adjusted - facts.spent
    if left > 0 and not facts.unspent_reason:
        limit = rules.execution_reason_below
        compulsory = limit is not None and facts.adjusted > 0 and facts.spent < limit * facts.adjusted
        yield Finding(
            check="unspent_reason_missing",
            level="note",
            message=f"全年预算有 {_wan(left)} 没有支出，没有说明原因。"
            + (
                f"执行率低于 {(limit * 100).normalize():f}%，按评分规则必须说明。"
                if limit is not None and compulsory
                else ""
            ),
            remedy="在 budget.unspent_reason 里写明结余原因。",
            arithmetic=f"{_wan(facts.adjusted)} − {_wan(facts.spent)} = {_wan(left)}",
            where=Place(field="budget"),
        )


def mixed_denominator(facts: SourceFacts) -> Iterator[Finding]:
    """A cost per head that divides the spending of every part of the budget."""
    if len(facts.parts) < 2:
        return
    for one in facts.indicators:
        if one.divides_all_spending:
            yield Finding(
                check="mixed_denominator",
                level="note",
                message=f"“{one.level3}”用全部支出（含{'、'.join(n for n, _ in facts.parts)}）去除，"
                "分子与分母的范围不一致。",
                remedy="写明口径，或只用与分母对应的那部分支出计算。",
                arithmetic=None,
                where=Place(level3=one.level3, field="actual"),
            )


# --- indicator by indicator -----------------------------------------------------------------------


def target_in_name(one: IndicatorFacts, rules: RuleSet) -> Iterator[Finding]:
    """The indicator's name states its target."""
    text = normal(one.level3)
    named = parse_target(
        text[
            next(
                (
                    i
                    for i, c in enumerate(text)
                    if c in "≥≤<>=" or text[i:].startswith(("不低于", "不少于", "不高于", "不超过", "少于", "大于"))
                ),
                len(text),
            ) :
        ]
    )
    if named.kind in ("number", "duration") and named.op:
        yield Finding(
            check="target_in_name",
            level="note",
            message=f"指标名称“{one.level3}”里写着指标值。",
            remedy="名称只写考核什么，指标值写在年度指标值一栏。",
            arithmetic=None,
            where=Place(level3=one.level3, field="level3"),
        )


def overshoot(one: IndicatorFacts, rules: RuleSet) -> Iterator[Finding]:
    """Far beyond the target, without a word."""
    if is_overshoot(one.target, one.outcome, rules, declared=one.overshoot_declared):
        assert one.outcome.attainment is not None
        assert rules.overshoot_from is not None
        times = float(one.outcome.attainment)
        yield Finding(
            check="overshoot",
            level="note",
            message=f"“{one.level3}”的实际完成值是指标值的 {times:.4g} 倍，"
            f"达到须作说明的 {float(rules.overshoot_from):g} 倍。",
            remedy="说明超出的原因；指标值确实定低了的，下年调整。",
            arithmetic=None,
            where=Place(level3=one.level3, field="actual"),
        )


def stated_without_method(one: IndicatorFacts, rules: RuleSet) -> Iterator[Finding]:
    """A figure that is only stated, with no way to get it."""
    if one.stated and not one.method and one.target.kind == "number":
        yield Finding(
            check="stated_without_method",
            level="note",
            message=f"“{one.level3}”的实际完成值系填报，没有公布测算方法，照录，不作推算。",
            remedy="补充测算方法和依据，写入 method 和 evidence。",
            arithmetic=None,
            where=Place(level3=one.level3, field="actual"),
        )


def no_sample_size(one: IndicatorFacts, rules: RuleSet) -> Iterator[Finding]:
    """The source prints a surveyed share without the number of replies."""
    if one.sampled and one.reported_actual and one.reported_sample is None:
        yield Finding(
            check="no_sample_size",
            level="note",
            message=f"公布的自评材料只写“{one.level3}”为 {one.reported_actual}，没有写样本量。",
            remedy="同时写明发放、回收和有效份数。",
            arithmetic=None,
            where=Place(level3=one.level3, field="actual"),
        )


def fragile(one: IndicatorFacts, rules: RuleSet) -> Iterator[Finding]:
    """Met, but the sample cannot tell it from a miss."""
    if is_fragile(one.target, one.outcome, one.interval):
        assert one.interval is not None
        low, high = (f"{bound * 100:.1f}%" for bound in one.interval)
        sample = f"（{one.sample[1]} 份有效答复中 {one.sample[0]} 份）" if one.sample else ""
        yield Finding(
            check="fragile",
            level="note",
            message=f"“{one.level3}”达到指标值，但由抽样{sample}推断，总体水平在 {low} 至 {high} 之间，跨过了指标值，"
            "结论不稳固。",
            remedy="下年扩大样本，或在报告里写明区间。",
            arithmetic=None,
            where=Place(level3=one.level3, field="actual"),
        )


def other_yardstick(one: IndicatorFacts, rules: RuleSet) -> Iterator[Finding]:
    """The source answers a limit of time or a figure with words of another measure."""
    limits = [t for t in one.part_targets if t.kind == "duration"] or (
        [one.target] if one.target.kind == "duration" else []
    )
    if not limits or not one.reported_actual:
        return
    text = normal(one.reported_actual)
    answered = parse_actual(one.reported_actual)
    if not isinstance(answered.value, Fraction) and "%" not in text and not all(_unit_in(t, text) for t in limits):
        units = "、".join(dict.fromkeys(t.text for t in limits))
        yield Finding(
            check="other_yardstick",
            level="note",
            message=f"“{one.level3}”的指标值是{units}，公布的完成情况为{one.reported_actual}，用的是另一种尺度，也没有写完成的比例。",
            remedy="按指标值的尺度统计并写明达到的比例。",
            arithmetic=None,
            where=Place(level3=one.level3, field="actual"),
        )


def _unit_in(target: Target, text: str) -> bool:
    words = {"小时": ("小时", "分钟"), "工作日": ("工作日",)}
    return any(word in text for word in words.get(target.unit or "", DURATIONS))


PER_INDICATOR = (target_in_name, overshoot, stated_without_method, no_sample_size, fragile, other_yardstick)


# --- text, activities -----------------------------------------------------------------------------


def text_vs_figure(facts: SourceFacts) -> Iterator[Finding]:
    """The source says that a whole group is met, and elsewhere, or the records, that one of it is not."""
    groups = {one.id: one.level1 for one in facts.indicators}
    names = {one.id: one.level3 for one in facts.indicators}
    for claim in facts.statements:
        if claim.says != "met":
            continue
        inside = [one for one in facts.indicators if claim.about in (one.level1, one.id)]
        denied = [
            s
            for s in facts.statements
            if s.says == "not_met" and (s.about in (one.id for one in inside) or groups.get(s.about) == claim.about)
        ]
        missed = [one for one in inside if one.outcome.status in ("not_met", "partly_met")]
        if not denied and not missed:
            continue
        against = [f"一处称{s.text}" for s in denied]
        against += [
            f"而“{one.level3}”按记录测算没有全部完成" for one in missed if one.id not in {s.about for s in denied}
        ]
        where = names.get(denied[0].about) if denied else missed[0].level3
        about = names.get(claim.about, claim.about)
        yield Finding(
            check="text_vs_figure",
            level="note",
            message=f"公布的自评材料对“{about}”是否完成的说法前后不一致：{'；'.join(against)}。",
            remedy="以测算结果为准，改正文字。",
            arithmetic=None,
            where=Place(level3=where, field="narrative"),
        )


def overlapping_indicators(facts: SourceFacts) -> Iterator[Finding]:
    """Two indicators that say the same again; see ``alike``."""
    for one, other in combinations(facts.indicators, 2):
        if how := repeated((one.level3, one.counted), (other.level3, other.counted)):
            yield Finding(
                check="overlapping_indicators",
                level="note",
                message=f"“{one.level3}”与“{other.level3}”{how}。",
                remedy="合并，或写明两者的区别。",
                arithmetic=None,
                where=Place(level3=one.level3, field="level3"),
            )


def lower_bound(facts: SourceFacts) -> Iterator[Finding]:
    """Counts that the source gives as 余."""
    for category in facts.lower_bounds:
        yield Finding(
            check="lower_bound",
            level="note",
            message=f"公布的自评材料对“{category}”只给出下限（“余”），确切次数不详。",
            remedy="写明确切次数。",
            arithmetic=None,
            where=Place(field="activities"),
        )


def activity_without_target(facts: SourceFacts) -> Iterator[Finding]:
    """Activities that nobody set a target for."""
    without = facts.activities - facts.activities_with_target
    if without:
        amount = "均" if without == facts.activities else f"有 {without} 类"
        yield Finding(
            check="activity_without_target",
            level="note",
            message=f"列出的 {facts.activities} 类年度活动{amount}没有设指标值，次数只说明工作量，"
            "不能说明是否完成计划。",
            remedy="对主要活动设定年度计划数。",
            arithmetic=None,
            where=Place(field="activities"),
        )


def _wan(yuan: Decimal) -> str:
    return f"{(yuan / 10000).normalize():f}万元"


__all__ = ["IndicatorFacts", "SourceFacts", "StatementFacts", "notes_on_source"]
