"""The funds block of a form: execution rate and score, totals against their parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from helpers.forms.audit.reading import FormReading, Reading, finding, show
from helpers.forms.filled_form import Form, FundLine
from helpers.indicators.findings import Finding, Place
from helpers.indicators.normal_text import normal
from helpers.indicators.rule_sets import RuleSet
from helpers.indicators.scoring import execution

COLUMNS = (("initial", "年初预算数"), ("adjusted", "全年预算数"), ("spent", "全年执行数"))
#: A row of the table that is the execution of the budget itself.
EXECUTION_ROW = re.compile(
    "^(?:项目|年度|全年|财政)?(?:预算|资金)(?:资金)?(?:执行|支出)(?:率|情况|进度)?(?:\\(.*\\))?$"
)
#: Amounts are printed to this many of the form's unit at best.
MONEY_STEP = Decimal("0.005")


def overspend(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """More spent than the adjusted budget, in total or in a part."""
    for line in (read.form.funds, *read.form.fund_parts):
        if (
            line.spent is not None
            and line.adjusted is not None
            and line.spent > line.adjusted + MONEY_STEP
            and not _void(line, read.form)
        ):
            whose = f"“{line.name}”" if line.name else "项目"
            yield finding(
                "overspend",
                "stop",
                f"{whose}全年执行数 {show(line.spent)} 超过全年预算数 {show(line.adjusted)}{read.form.money_unit}。",
                "核对执行数；确有追加的，应把追加数计入全年预算数。",
                arithmetic=f"{show(line.spent)} > {show(line.adjusted)}",
                where=Place(field="spent"),
            )


def _void(line: FundLine, form: Form) -> bool:
    """A part of a block whose total was left at zero is judged by ``fund_total_vs_parts``."""
    return line.adjusted == 0 and form.fund_total is not None and line is not form.funds and line.spent == 0


def fund_total_vs_parts(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """The total line is not the sum of its parts; a total above the listed parts only where all are listed."""
    form, wrong = read.form, []
    if form.fund_total is None or not form.fund_parts:
        return
    for key, words in COLUMNS:
        total, parts = getattr(form.fund_total, key), [getattr(p, key) for p in form.fund_parts]
        listed = [p for p in parts if p is not None]
        if total is None or not listed:
            continue
        added = sum(listed, Decimal(0))
        over = added > total + MONEY_STEP
        short = added < total - MONEY_STEP and form.complete is True and len(listed) == len(parts)
        if over or short:
            wrong.append(f"{words}：{' + '.join(show(p) for p in listed)} = {show(added)} ≠ {show(total)}")
    if wrong:
        yield finding(
            "fund_total_vs_parts",
            "stop",
            "年度资金总额与各项来源之和不符。",
            "按资金来源重新汇总年度资金总额，并据此重算执行率。",
            arithmetic="；".join(wrong),
            where=Place(field="fund_total"),
        )


def _void_total(form: Form) -> bool:
    """The total line was left at zero though its parts are not: what follows from it is the same fault."""
    total = form.fund_total
    return (
        total is not None
        and not any((total.initial, total.adjusted, total.spent))
        and any(p.spent for p in form.fund_parts)
    )


def execution_rate(form: Form) -> Fraction | None:
    """Spent ÷ adjusted budget; None where either is missing or nothing was budgeted."""
    if form.funds.adjusted is None or form.funds.spent is None or form.funds.adjusted <= 0:
        return None
    return Fraction(form.funds.spent) / Fraction(form.funds.adjusted)


def printed_rate(text: str | None, near: Fraction) -> tuple[Fraction, Fraction] | None:
    """A printed rate as a fraction and the worth of its last digit; a bare 0.99 is taken for whichever is nearer."""
    match = re.fullmatch(r"([0-9]+(?:\.([0-9]+))?)(%?)", normal(text or ""))
    if match is None:
        return None
    number, step = Fraction(match[1]), Fraction(1, 10 ** len(match[2] or ""))
    if match[3] or abs(number / 100 - near) <= abs(number - near):
        return number / 100, step / 100
    return number, step


def exec_rate(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """The printed rate does not follow from the funds; a difference of rounding only is a note."""
    exact = execution_rate(read.form)
    printed = printed_rate(read.form.exec_rate_printed, exact) if exact is not None else None
    if exact is None or printed is None or _void_total(read.form):
        return
    value, step = printed
    off = abs(value - exact)
    if off <= step / 2 + Fraction(1, 10**9):
        return
    level: Literal["note", "stop"] = "note" if off <= step else "stop"
    funds = read.form.funds
    yield finding(
        "exec_rate",
        level,
        f"印出的执行率 {read.form.exec_rate_printed} 与资金数算出的 {show(exact * 100, 2)}% 不符"
        + ("，差在取舍。" if level == "note" else "。"),
        "执行率 = 全年执行数 ÷ 全年预算数，四舍五入后填写。",
        arithmetic=f"{show(funds.spent)} ÷ {show(funds.adjusted)} = {show(exact * 100, 3)}%",
        where=Place(field="exec_rate_printed"),
    )


def exec_score(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """The execution score does not follow from the funds; a difference of rounding only is a note, a cent nothing."""
    yield from _execution_rows(read, rules)
    form, exact = read.form, execution_rate(read.form)
    if exact is None or form.exec_score is None or form.exec_weight is None or _void_total(form):
        return
    own = rules.model_copy(update={"execution_weight": form.exec_weight})
    right = execution(form.funds.spent or Decimal(0), form.funds.adjusted or Decimal(0), own).score
    assert right is not None
    share = min(exact, Fraction(1)) * Fraction(form.exec_weight)
    unrounded = right if rules.execution_bands else Decimal(share.numerator) / share.denominator
    off = abs(form.exec_score - right)
    digits = Decimal(1).scaleb(min(0, int(form.exec_score.normalize().as_tuple().exponent)))
    # One decimal or two are how scores are printed; whole points are rounding, and said.
    if off <= Decimal("0.01") or (digits < 1 and form.exec_score == unrounded.quantize(digits, ROUND_HALF_UP)):
        return
    rounding = off <= Decimal("0.05") or form.exec_score == unrounded.quantize(Decimal(1), ROUND_HALF_UP)
    yield finding(
        "exec_score",
        "note" if rounding else "stop",
        f"预算执行得分 {show(form.exec_score)} 与执行率算出的 {show(right, 2)} 不符"
        + ("，差在取舍。" if rounding else "。"),
        "得分 = 分值 × 执行率，超过 100% 的按 100% 计。",
        arithmetic=f"{show(form.exec_weight)} × {show(min(exact, Fraction(1)) * 100, 2)}% = {show(right, 2)}",
        where=Place(field="exec_score"),
    )


def _execution_rows(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """The execution rate as a row of the table: where its cells show no target to be judged by, by the rate itself."""
    for r in read.rows:
        if not EXECUTION_ROW.search(normal(r.row.level3 or r.row.level2 or r.row.level1 or "")):
            continue
        rate, weight, score = _rate_of_row(r, read.form), r.row.weight, r.row.score
        if rate is None or weight is None or score is None or rules.execution_bands:
            continue
        share = min(rate, Fraction(1)) * Fraction(weight)
        right = Decimal(share.numerator) / share.denominator
        whole = right.quantize(Decimal(1), ROUND_HALF_UP)
        if abs(score - right) <= Decimal("0.05") or (score == whole and score != weight):
            continue
        yield finding(
            "exec_score",
            "stop",
            f"“{r.name}”得分 {show(score)} 与执行率算出的 {show(right, 2)} 不符。",
            "得分 = 分值 × 执行率，超过 100% 的按 100% 计。",
            arithmetic=f"{show(weight)} × {show(min(rate, Fraction(1)) * 100, 2)}% = {show(right, 2)}",
            where=r.place("score"),
        )


def _rate_of_row(r: Reading, form: Form) -> Fraction | None:
    """The rate that the row's own cells show, else that of the funds; None where another check judges the row."""
    a, t = r.actual, r.target
    if r.outcome.status != "unknown" and t.direction == "higher":
        return None
    if isinstance(a.value, Fraction) and a.unit == "比例":
        return a.value if not isinstance(t.value, Fraction) or t.value == 1 else None
    if isinstance(a.value, Fraction) and isinstance(t.value, Fraction) and t.value > 0 and a.unit == t.unit:
        return a.value / t.value
    return execution_rate(form) if not r.says_actual else None


def budget_trimmed(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """The full-year budget was cut to what had been spent: the rate is 100 % by construction."""
    for line in (read.form.funds, read.form.fund_total, *read.form.fund_parts):
        if not line or not line.initial or line.adjusted is None or not line.spent:
            continue
        if line.adjusted == line.spent and line.adjusted < line.initial:
            yield finding(
                "budget_trimmed",
                "note",
                f"全年预算数由 {show(line.initial)} 调减为 {show(line.adjusted)}{read.form.money_unit}，"
                "恰好等于全年执行数，执行率因此是 100%。",
                "说明调减的依据和时间；按年初预算另列执行率。",
                arithmetic=f"{show(line.spent)} ÷ {show(line.initial)} = "
                f"{show(line.spent / line.initial * 100, 2)}%（按年初预算）",
                where=Place(field="budget_adjusted"),
            )
            return
