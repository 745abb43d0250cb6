"""Whether a bound points the right way, and whether a figure says what it is a figure of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from helpers.forms.audit.reading import FormReading, Reading, finding
from helpers.indicators.findings import Finding
from helpers.indicators.lexicon import direction_of
from helpers.indicators.normal_text import normal
from helpers.indicators.parse import CAPPED
from helpers.indicators.rule_sets import RuleSet
from helpers.indicators.units import COUNTS, DURATIONS


def direction_conflict(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """The stated direction contradicts the operator, or the operator contradicts what satisfaction is for."""
    for r in read.rows:
        upside_down = _upside_down(r)
        if "direction_conflict" in r.target.notes or upside_down:
            yield finding(
                "direction_conflict",
                "stop",
                f"“{r.name}”的指标值“{r.row.target_text}”方向与" + ("指标相反。" if upside_down else "运算符相反。"),
                "改正指标方向或运算符。",
                where=r.place("target_text"),
            )


#: Names of things made or reached, of which a limit upwards makes no sense …
MADE = re.compile(
    "^(?:新建|修建|改建|建设|新增|新修|修缮|改造|安装|购置|采购|培训|完成|开展|举办|种植|硬化|铺设|配备|发放|救助|资助|扶持)"
)
MADE_UNITS = (
    "座",
    "栋",
    "幢",
    "处",
    "公里",
    "米",
    "平方米",
    "立方米",
    "亩",
    "公顷",
    "口",
    "盏",
    "所",
    "台",
    "套",
    "户",
)
#: … and of things that are to be kept small.
KEPT_SMALL = re.compile("控制|限|因公|会议|公务|出国|接待|编制|成本|费|支出|能耗|消耗|超|不|占用|偏差|误差")


def _upside_down(r: Reading) -> bool:
    """≤ for what is to be reached or built, or ≥ for harm."""
    name, unit = normal(r.row.level3 or ""), r.target.unit or ""
    change = {"increase", "decrease"} & set(r.target.notes)
    if r.target.kind != "number" or change or KEPT_SMALL.search(name):
        return False
    by_name = direction_of(r.row.level3, r.target.unit)
    if r.target.op in (">", ">="):
        return by_name == "lower" and not unit.startswith("元") and bool(r.target.value)
    if r.target.op not in ("<", "<="):
        return False
    if unit == "比例":
        return bool(re.search("(?<!不)满意[度率]?", name)) or (by_name == "higher" and bool(CAPPED.search(name)))
    built = "数量" in (r.row.level2 or "") and unit in MADE_UNITS and by_name != "lower"
    return unit in COUNTS and bool((MADE.match(name) and by_name == "higher") or built) and unit not in DURATIONS


def direction_missing(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """Neither the text nor the name says whether more or less is better, and the result hangs on it."""
    for r in read.rows:
        if "direction_missing" in r.outcome.notes and r.target.direction is None:
            yield finding(
                "direction_missing",
                "note",
                f"“{r.name}”的指标值“{r.row.target_text}”没有写 ≥ 或 ≤，无法判断 {r.row.actual_text} 是否完成。",
                "在指标值前写明 ≥、≤ 或 =。",
                where=r.place("target_text"),
            )


def sign_missing(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """A bare figure up to 1 beside a percentage, 195万 beside money, 11次 beside 1次/月: it may mean either."""
    for r in read.rows:
        if "period_missing" in r.actual.notes:
            yield finding(
                "sign_missing",
                "note",
                f"“{r.name}”的指标值是 {r.row.target_text}，实际完成值“{r.row.actual_text}”没有写是每期还是全年的次数，"
                "不能确定是否完成。",
                "写明是每期还是全年，例如“全年12次”。",
                where=r.place("actual_text"),
            )
        if "sign_missing" in r.outcome.notes:
            yield finding(
                "sign_missing",
                "note",
                f"“{r.name}”的指标值是 {r.row.target_text}，实际完成值写“{r.row.actual_text}”，{_unsaid(r)}，"
                "不能确定是多少。",
                "指标值和实际完成值都写明 %、万元、元/人·月等单位，例如“95%”。",
                where=r.place("actual_text"),
            )


def _unsaid(r: Reading) -> str:
    """Which of the two has no unit, or none of the period that the other has."""
    if r.actual.unit and r.target.unit:
        return "没有写是每期的还是全年的"
    missing = [name for name, unit in (("指标值", r.target.unit), ("实际完成值", r.actual.unit)) if not unit]
    return f"{'和'.join(missing)}没有写单位"
