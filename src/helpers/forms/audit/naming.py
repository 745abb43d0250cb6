"""Names and cells that do not say what they should: targets in names, rates in persons, placeholders, payments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from helpers.forms.audit.reading import FormReading, Reading, finding
from helpers.indicators.findings import Finding
from helpers.indicators.lexicon import head_of
from helpers.indicators.normal_text import normal
from helpers.indicators.notations import BEFORE
from helpers.indicators.parse import parse_target
from helpers.indicators.rule_sets import RuleSet
from helpers.indicators.units import factor_of

BOUND = re.compile(
    "(?:" + "|".join(re.escape(w) for w, _ in BEFORE if w not in ("为", "达", "超", "=")) + r")(?:约)?[0-9]"
)
AMOUNT = re.compile(r"(?:达到|达|为)?([0-9]+(?:\.[0-9]+)?(?:%|‰|万元|亿元|元|[\u4e00-\u9fff]{1,3}))")
FIGURE = re.compile(r"[0-9]+(?:\.[0-9]+)?")
#: The choices of a template, of which none was made.
CHOICES = re.compile(
    "好坏|高低|大小|多少|优劣|强弱|快慢|长短|是否|有无|是/否|有/无|好/坏|高/低|优/?良/?中/?差|优/?良/?差|好/?中/?差|定性|定量"
)
MASK = re.compile(r"[*_＊×xX]{2,}|[≥≤](?:[^0-9]|$)")
#: Names that say by themselves that money is meant, and amounts per head, which are a standard.
AMOUNT_ITSELF = re.compile("(?:资金|经费|支出|投资|金额)(?:金额|总?额|总?数)?$")
RATE_OF_PAY = re.compile("标准|单价|人均|每人|户均|亩均")
#: A length, an area or a count of built things inside a name; no dates, no money, no powers.
QUANTITY_IN_NAME = re.compile(
    r"(?<![0-9.A-Za-z年月第≥≤])([0-9]+(?:\.[0-9]+)?)(公里|千米|米|平方米|亩|公顷|座|处|台|套|户|人次|人|盏|口|吨)(?![0-9以及内上/])",
    re.ASCII,
)
EARNED = re.compile("收入|产值|营收|税收|销售|收益|增收|融资|投资额|节约")


def unit_vs_name(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """A rate that is valued in persons or pieces, or a deadline valued in percent."""
    for r in read.rows:
        head = head_of(r.row.level3 or "")
        if re.search("(?:时间|时限|期限|工期|日期|时长|周期|时点|时间节点)$", head) and r.target.unit == "比例":
            yield finding(
                "unit_vs_name",
                "note",
                f"“{r.name}”考核的是时间，指标值却写成“{r.row.target_text}”。",
                "写明完成的日期或时长；或把名称改成“按时完成率”。",
                where=r.place("target_text"),
            )
            continue
        if not re.search("率$|满意度$|比例$|占比$", head) or re.search("(?:频|效|功|汇|利|税|费|速|倍|概)率$", head):
            continue
        unit = r.target.unit if r.target.kind == "number" else None
        if unit and unit not in ("比例", "百分点", "分", "倍") and not unit.startswith("元"):
            yield finding(
                "unit_vs_name",
                "note",
                f"“{r.name}”是比率，指标值却写成“{r.row.target_text}”。",
                "改写成百分比，并写明分子和分母；或把名称改成数量。",
                where=r.place("target_text"),
            )


def target_in_name(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """The indicator's name states its target."""
    for r in read.rows:
        if r.row.level3 and states_target(r):
            yield finding(
                "target_in_name",
                "note",
                f"指标名称“{r.row.level3}”里写着指标值。",
                "名称只写考核什么，指标值写在年度指标值一栏。",
                where=r.place("level3"),
            )


def name_against_cell(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """The name states a quantity, and the target another one."""
    for r in read.rows:
        named = _named_quantity(r)
        if named is not None:
            yield finding(
                "name_against_cell",
                "note",
                f"指标名称“{r.row.level3}”里写着 {named}，指标值却是“{r.row.target_text}”。",
                "核对名称和指标值，改正其中一处；名称里不写数量。",
                where=r.place("target_text"),
            )


def _named_quantity(r: Reading) -> str | None:
    """The only quantity in the name, where the target is a figure of the same kind and another one."""
    if r.target.kind != "number" or r.target.damaged or not isinstance(r.target.value, Fraction):
        return None
    found = QUANTITY_IN_NAME.findall(normal(r.row.level3 or ""))
    if len(found) != 1:
        return None
    figure, unit = found[0]
    stated = parse_target(figure + unit)
    if not isinstance(stated.value, Fraction) or r.target.unit not in (None, stated.unit):
        return None
    same = {stated.value, stated.value / stated.scale, Fraction(figure)}
    return None if r.target.value in same or r.target.value == 100 else figure + unit


def states_target(r: Reading) -> bool:
    """A bound with a figure, a rate with its percentage at the end, a deadline, or the very target of the row."""
    name = re.sub(r"\(计算[^()]*\)", "", normal(r.row.level3 or ""))
    if (
        BOUND.search(name)
        or re.search(r"[率度][0-9]+(?:\.[0-9]+)?%$", name)
        or re.search(r"[0-9]{1,2}月(?:底|[0-9]{1,2}日)(?:之|以)?前", name)
    ):
        return True
    if r.target.kind not in ("number", "duration"):
        return False
    for text in AMOUNT.findall(name):
        figure = Fraction(FIGURE.findall(text)[0])
        for end in range(len(text), 1, -1):
            if figure * factor_of(text[:end].lstrip("0123456789.")) != r.target.value:
                continue
            found = parse_target(text[:end])
            if found.unit and (found.kind, found.value, found.unit) == (r.target.kind, r.target.value, r.target.unit):
                return True
    return False


def placeholder_values(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """Cells that only look filled: /, ** in a name, the weight repeated as target and actual."""
    masked = [r for r in read.rows if MASK.search(normal(re.sub("[0-9]+[kK]?[wW]", "", r.row.level3 or "")))]
    if masked:
        rows = "、".join(str(r.row.number) for r in masked)
        yield finding(
            "placeholder_values",
            "note",
            f"第 {rows} 行的指标名称里留着模板的空位（如“{masked[0].row.level3}”）。",
            "把空位填实，或删去括号里的内容。",
            where=masked[0].place("level3"),
        )
    for r in read.rows:
        same = {
            normal(str(v)).rstrip("0").rstrip(".") if "." in str(v) else normal(str(v))
            for v in (r.row.target_text, r.row.actual_text, r.row.weight, r.row.score)
        }
        if len(same) == 1 and None not in (r.row.target_text, r.row.weight, r.row.score):
            yield finding(
                "placeholder_values",
                "note",
                f"“{r.name}”的指标值、实际完成值、分值和得分都是 {r.row.target_text}，像是把分值填进了各栏。",
                "分别填写指标值和实际完成值。",
                where=r.place("target_text"),
            )
        elif r.row.weight and not r.says_target and (r.row.target_text or "").strip() and not r.row.score:
            yield finding(
                "placeholder_values",
                "note",
                f"“{r.name}”有分值 {r.row.weight}，指标值却只写了“{r.row.target_text}”。",
                "填写指标值，或不设分值。",
                where=r.place("target_text"),
            )
        elif r.row.score and CHOICES.fullmatch(normal(r.row.actual_text or "")):
            yield finding(
                "placeholder_values",
                "note",
                f"“{r.name}”的实际完成值写成“{r.row.actual_text}”，只是可选的档次，没有选定是哪一档。",
                "写明实际达到的档次和依据。",
                where=r.place("actual_text"),
            )
        elif (
            r.row.level3 is not None
            and re.fullmatch(r"[0-9./%-]+|指标[0-9一二三四]*|三级指标[0-9]*", normal(r.row.level3))
            and (r.says_target or r.row.weight)
        ):
            yield finding(
                "placeholder_values",
                "note",
                f"指标名称写成“{r.row.level3}”，不知道考核什么。",
                "写明指标名称，或删去这一行。",
                where=r.place("level3"),
            )


def spend_as_output(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """Money paid used as a quantity of output."""
    for r in read.rows:
        name = normal(r.row.level3 or "")
        group = r.row.level2 or ""
        amount = r.target.kind == "number" and (
            (r.target.unit == "元" and not RATE_OF_PAY.search(name))
            or (r.target.unit is None and AMOUNT_ITSELF.search(name))
        )
        if "数量" in group and amount and not EARNED.search(name):
            yield finding(
                "spend_as_output",
                "note",
                f"数量指标“{r.name}”考核的是花了多少钱，不是做成了什么。",
                "改用资金所换来的数量（台、次、人），花费列入成本指标。",
                where=r.place("level3"),
            )
