"""Weights and scores of a form: what does not add up, what exceeds its bound, what stands there twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from helpers.forms.audit.reading import CENT, FormReading, Reading, finding, show
from helpers.indicators.findings import Finding, Place
from helpers.indicators.normal_text import normal
from helpers.indicators.rule_sets import RuleSet

FULL = Decimal(100)
TOLERANCE = Decimal("0.05")
NEARLY_ALL = Decimal("0.8")


def weight_sum(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """Weights, execution included, do not total 100. An excerpt can only be found to exceed it."""
    form, weights = read.form, [r.row.weight for r in read.rows if r.row.weight is not None]
    if not weights or form.kind == "target_only":
        return
    rows, execution = sum(weights, Decimal(0)), form.exec_weight
    whole = rows + (execution or 0)
    if form.complete is True:
        groups_silent = [r for r in read.rows if r.row.weight is None]
        accepted = {FULL} if execution is not None else {FULL, FULL - rules.execution_weight}
        if all(abs(whole - good) > TOLERANCE for good in accepted) and not (groups_silent and whole < FULL):
            yield _weights(rows, execution, whole)
    elif form.complete is None and whole > FULL + TOLERANCE and form.kind in (None, "self_eval"):
        yield _weights(rows, execution, whole)


def _weights(rows: Decimal, execution: Decimal | None, whole: Decimal) -> Finding:
    sides = f"指标分值 {show(rows)}" + (f" + 预算执行 {show(execution)}" if execution is not None else "")
    return finding(
        "weight_sum",
        "stop",
        f"分值合计为 {show(whole)} 分，不是 100 分。",
        "调整指标分值，使其与预算执行分值合计为 100 分。",
        arithmetic=f"{sides} = {show(whole)} ≠ 100",
        where=Place(field="weight"),
    )


def total_sum(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """The printed total is not the sum of the rows; only where every row of the table is there and scored."""
    form = read.form
    scores = [r.row.score for r in read.rows if r.row.weight or r.row.score is not None]
    if form.total_printed is None or form.complete is not True or not scores or None in scores:
        return
    rows = sum((s for s in scores if s is not None), Decimal(0))
    accepted = (
        [rows + form.exec_score]
        if form.exec_score is not None
        else [rows, rows + (form.exec_weight or rules.execution_weight)]
    )
    if form.exec_score is None and form.funds.spent is not None and form.funds.adjusted:
        rate = min(Decimal(1), form.funds.spent / form.funds.adjusted)
        accepted.append(rows + rate * (form.exec_weight or rules.execution_weight))
    if all(abs(form.total_printed - good) > TOLERANCE for good in accepted):
        right = accepted[0]
        parts = f"各项得分 {show(rows)}" + (
            f" + 预算执行 {show(form.exec_score)}" if form.exec_score is not None else ""
        )
        yield finding(
            "total_sum",
            "stop",
            f"印出的总分 {show(form.total_printed)} 不等于各项得分之和 {show(right)}。",
            "核对各项得分，改正总分。",
            arithmetic=f"{parts} = {show(right)} ≠ {show(form.total_printed)}",
            where=Place(field="total_printed"),
        )


def group_without_weight(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """A level-1 group without any weight while the others have theirs."""
    groups: dict[str, list[Reading]] = defaultdict(list)
    for reading in read.rows:
        if reading.row.level1:
            groups[reading.row.level1].append(reading)
    weighted = [g for g, rows in groups.items() if any(r.row.weight for r in rows)]
    if read.form.complete is False or not weighted:
        return
    printed = [(g, sum((r.row.weight or Decimal(0) for r in groups[g]), Decimal(0))) for g in weighted]
    execution = read.form.exec_weight
    whole = sum((w for _, w in printed), execution or Decimal(0))
    for group in groups:
        if group not in weighted and all(r.row.weight is None for r in groups[group]):
            usual = rules.group_weights.get(group)
            sum_ = " + ".join(f"{g} {show(w)}" for g, w in printed) + (
                f" + 预算执行 {show(execution)}" if execution is not None else ""
            )
            yield finding(
                "group_without_weight",
                "note",
                f"“{group}”没有分值" + (f"，通行分值为 {show(usual)} 分" if usual is not None else "") + "。",
                "补上该组各指标的分值，并核对其余各组的分值。",
                arithmetic=f"{sum_} = {show(whole)}",
                where=Place(groups[group][0].row.number, groups[group][0].row.level3, "weight"),
            )


def single_indicator(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """One indicator carries nearly all of the weight."""
    most = FULL - rules.execution_weight
    for r in read.rows:
        if r.row.weight is not None and r.row.weight >= NEARLY_ALL * most and r.row.weight <= FULL:
            yield finding(
                "single_indicator",
                "note",
                f"“{r.name}”一项占 {show(r.row.weight)} 分，其他方面几乎不计分。",
                "增设反映产出、效益和满意度的指标，分散分值。",
                arithmetic=f"{show(r.row.weight)} ÷ {show(most)} = {show(r.row.weight / most * 100, 1)}%",
                where=r.place("weight"),
            )


def score_above_weight(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """More points than the indicator has."""
    for r in read.rows:
        if r.row.weight is not None and r.row.score is not None and r.row.score > r.row.weight + CENT:
            yield finding(
                "score_above_weight",
                "stop",
                f"“{r.name}”得分 {show(r.row.score)} 超过分值 {show(r.row.weight)}。",
                "得分不得超过分值，超额完成也只得满分。",
                arithmetic=f"{show(r.row.score)} > {show(r.row.weight)}",
                where=r.place("score"),
            )
        if r.row.score is not None and r.row.score < 0:
            yield finding(
                "score_above_weight",
                "stop",
                f"“{r.name}”得分 {show(r.row.score)} 为负数。",
                "得分最低为 0 分。",
                where=r.place("score"),
            )


def double_weighting(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """Scores that have been multiplied by the weight once more: weight² ÷ 100 for what was fully met."""

    def squared(r: Reading) -> bool:
        w, s = r.row.weight, r.row.score
        return bool(
            w
            and s is not None
            and r.outcome.status != "not_met"
            and abs(s - w * w / FULL) <= Decimal("0.01")
            and r.reduced
        )

    scored = [r for r in read.rows if r.row.weight and r.row.score is not None]
    hit = [r for r in scored if squared(r)]
    if len(hit) >= 2 and len(hit) * 2 > len(scored):
        first = hit[0]
        yield finding(
            "double_weighting",
            "stop",
            f"有 {len(hit)} 行的得分又乘了一次分值所占的比例，满分的指标也只得了一部分。",
            "得分 = 分值 × 完成率，不要再折算权重。",
            arithmetic="；".join(
                f"{show(r.row.weight)} × {show(r.row.weight)}% = {show(r.row.score)}" for r in hit[:4]
            ),
            where=first.place("score"),
        )


def duplicate_indicator(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """The same indicator with the same target stands there twice."""
    seen: dict[tuple[str, str], Reading] = {}
    for r in read.rows:
        if not r.row.level3 or not r.says_target or len(normal(r.row.level3)) < 2:
            continue
        key = (normal(r.row.level3), normal(r.row.target_text or ""))
        if key in seen:
            yield finding(
                "duplicate_indicator",
                "stop",
                f"“{r.name}”与第 {seen[key].row.number} 行重复，同一结果计了两次分。",
                "删去一行，把它的分值并入另一行或其他指标。",
                where=r.place("level3"),
            )
        else:
            seen[key] = r
