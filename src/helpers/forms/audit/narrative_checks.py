"""What the words of a form say against what its figures say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from helpers.forms.audit.reading import CENT, FormReading, Reading, finding, show
from helpers.forms.filled_form import Form
from helpers.indicators.findings import Finding, Place
from helpers.indicators.normal_text import normal
from helpers.indicators.rule_sets import RuleSet

ALL_DONE = re.compile(r"(?:均|全部|全面|都|皆)(?:已|按[时期]|圆满|如期|顺利)*(?:完成|达成|达到|达标|实现)")
GROUPS = ("产出", "效益", "满意度", "数量", "质量", "时效", "成本")
ROW_DONE = re.compile(
    r"^(?:已)?(?:全部|超额|全面|圆满|按期|按时)?(?:已)?(?:完成|达到|达成|实现)(?:了)?(?:年度|预期|全部|既定)?(?:目标值?|任务|指标值?)?[。.]?$"
)
ROW_MISSED = re.compile(
    "(?:未能?|没有)[^。;,，；]{0,12}(?:完成|达到|达成|达标|实现)|低于(?:目标|指标|预期)|未及时|不及时|延误|滞后|有待(?:进一步)?(?:提高|改进|加强|完善)|"
    "(?:仍|还)?需要?(?:进一步)?(?:改进|提高|加强)"
)
EXCEEDED = re.compile(
    r"超(?:额|出|过)?(?:完成)?(?:了)?(?:年度|年初|全年|预期|计划|既定)*(?:任务|目标|指标|计划)+(?:任务|值|量|数)?(?:的|了|约)?([0-9]+(?:\.[0-9]+)?)%"
)
HEDGED = re.compile("未|没有|不|除|部分|基本|大部|尚|但|仅")
FIGURES = (
    ("预算执行率", re.compile(r"(?:预算|资金)?执行率(?:为|达到?|是|约)?([0-9]+(?:\.[0-9]+)?)%")),
    ("自评总分", re.compile(r"(?:自评|总|综合)(?:得分|总分|评分|分)(?:为|是|达到?)?([0-9]+(?:\.[0-9]+)?)分")),
)


def text_vs_figure(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """The narrative contradicts a figure or itself."""
    yield from _rows(read)
    yield from _claims(read)
    yield from _figures(read)


def _rows(read: FormReading) -> Iterator[Finding]:
    for r in read.rows:
        words = normal(r.row.deviation_text or "")
        yield from _stated_share(r, words + ";" + normal(r.row.actual_text or ""))
        if r.missed and r.outcome.variance is not None and ROW_DONE.match(words):
            yield finding(
                "text_vs_figure",
                "stop",
                f"“{r.name}”写着“{r.row.deviation_text}”，但指标值是 {r.row.target_text}，"
                f"实际完成 {r.row.actual_text}。",
                "使文字与数字一致。",
                where=r.place("deviation_text"),
            )
        elif r.outcome.status == "met" and r.full and re.match("未(?:能)?(?:完成|达到|达成|达标)", words):
            yield finding(
                "text_vs_figure",
                "stop",
                f"“{r.name}”写着“{r.row.deviation_text}”，但实际完成 {r.row.actual_text} 已达到指标值 "
                f"{r.row.target_text}，且得满分。",
                "使文字与数字一致。",
                where=r.place("deviation_text"),
            )


def _stated_share(r: Reading, words: str) -> Iterator[Finding]:
    """超任务43% though the figures make it 29.57 %: the excess, or the whole share, may be meant."""
    reached = r.outcome.attainment
    if reached is None or r.target.direction == "lower" or r.target.kind not in ("number", "frequency"):
        return
    for match in EXCEEDED.finditer(words):
        said, step = Fraction(match[1]), Fraction(1, 10 ** len(match[1].partition(".")[2]))
        if all(abs(said - right) > step for right in (reached * 100 - 100, reached * 100)):
            yield finding(
                "text_vs_figure",
                "stop",
                f"“{r.name}”的文字说“{match[0]}”，按指标值 {r.row.target_text}、实际完成 {r.row.actual_text} 计算"
                f"是 {show(reached * 100, 2)}%。",
                "使文字与数字一致。",
                arithmetic=f"{show(reached * 100, 2)}% − 100% = {show(reached * 100 - 100, 2)}%",
                where=r.place("deviation_text"),
            )
            return


def _sentences(form: Form) -> Iterator[tuple[str, Reading | None, str]]:
    for field in ("result",):
        for sentence in re.split("[。;；\n]", getattr(form, field) or ""):
            yield sentence, None, field


def _claims(read: FormReading) -> Iterator[Finding]:
    """All of a group is said to be done, and a row of the group says or shows otherwise."""
    said: list[tuple[str, Reading | None, str]] = [(s, None, "result") for s, _, _ in _sentences(read.form)]
    said += [(s, r, "deviation_text") for r in read.rows for s in re.split("[。;；\n]", r.row.deviation_text or "")]
    for sentence, own, field in said:
        done = ALL_DONE.search(sentence)
        if done is None or ("指标" not in sentence and "目标" not in sentence):
            continue
        head = sentence[: done.start()]
        if HEDGED.search(head):
            continue
        groups = [g for g in GROUPS if g in head]
        against = [
            r
            for r in read.rows
            if (not groups or any(g in (r.row.level1 or "") + (r.row.level2 or "") for g in groups))
            and _falls_short(r, sentence)
        ]
        if against:
            r = against[0]
            shows = f"实际完成 {r.row.actual_text}" if r.missed else "文字承认没有全部做到"
            yield finding(
                "text_vs_figure",
                "stop",
                f"文字说“{sentence.strip()}”，但“{r.name}”{shows}。",
                "使文字与各项指标的结果一致。",
                where=(own or r).place(field),
            )


def _falls_short(r: Reading, claim: str) -> bool:
    if r.missed or (r.reduced and r.outcome.status != "met"):
        return True
    own = "".join(
        s for s in re.split("[。;；\n]", (r.row.deviation_text or "") + "。" + (r.row.actual_text or "")) if s != claim
    )
    return r.outcome.status == "unknown" and bool(ROW_MISSED.search(own))


def _figures(read: FormReading) -> Iterator[Finding]:
    """Figures in the narrative against the same figures of the form."""
    form, text = read.form, normal(read.form.result or "")
    funds = form.funds
    exact = (
        Fraction(funds.spent) / Fraction(funds.adjusted) * 100 if funds.spent is not None and funds.adjusted else None
    )
    stands = {"预算执行率": exact, "自评总分": Fraction(form.total_printed) if form.total_printed is not None else None}
    for words, pattern in FIGURES:
        right = stands[words]
        for match in pattern.finditer(text) if right is not None else ():
            step = Fraction(1, 10 ** len(match[1].partition(".")[2]))
            if right is not None and abs(Fraction(match[1]) - right) >= step:
                yield finding(
                    "text_vs_figure",
                    "stop",
                    f"文字里的{words} {match[1]} 与表中的 {show(right, 2)} 不符。",
                    "使文字与表中数字一致。",
                    where=Place(field="result"),
                )
    yield from _satisfaction(read, text)
    yield from _spent(read, text)


def _satisfaction(read: FormReading, text: str) -> Iterator[Finding]:
    rows = [
        r
        for r in read.rows
        if re.search("(?<!不)满意[度率]", r.row.level3 or "") and r.actual.unit == "比例" and not r.actual.op
    ]
    if len(rows) != 1 or not isinstance(rows[0].actual.value, Fraction):
        return
    right = rows[0].actual.value * 100
    for match in re.finditer(r"满意[度率](?:为|达到?|是)([0-9]+(?:\.[0-9]+)?)%", text):
        if abs(Fraction(match[1]) - right) >= Fraction(1, 10 ** len(match[1].partition(".")[2])):
            yield finding(
                "text_vs_figure",
                "stop",
                f"文字里的满意度 {match[1]}% 与表中的 {rows[0].row.actual_text} 不符。",
                "使文字与表中数字一致。",
                where=rows[0].place("result"),
            )


def _spent(read: FormReading, text: str) -> Iterator[Finding]:
    """支出177万元 against the amount in the funds block."""
    spent, unit = read.form.funds.spent, read.form.money_unit
    for match in (
        re.finditer(r"(?:全年|实际|累计|共|已)支出([0-9]+(?:\.[0-9]+)?)(万元|元)", text) if spent is not None else ()
    ):
        factor = {"万元": Decimal(10000), "元": Decimal(1)}
        here, there = Decimal(match[1]) * factor[match[2]], (spent or Decimal(0)) * factor.get(unit, Decimal(10000))
        step = factor[match[2]] / 10 ** len(match[1].partition(".")[2])
        if abs(here - there) >= max(step, CENT):
            yield finding(
                "text_vs_figure",
                "stop",
                f"文字里的支出 {match[1]}{match[2]} 与表中的 {show(spent)}{unit} 不符。",
                "使文字与表中数字一致。",
                where=Place(field="result"),
            )
