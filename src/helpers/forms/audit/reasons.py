"""What is said about a shortfall: a cause, and a measure with owner, date and yardstick."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from helpers.forms.audit.fund_checks import execution_rate
from helpers.forms.audit.reading import FormReading, Reading, finding, show
from helpers.indicators.findings import Finding, Place
from helpers.indicators.rule_sets import RuleSet

#: Words that name nothing, longest first.
HOLLOW = sorted(
    (
        "客观原因",
        "主观原因",
        "各种原因",
        "多种原因",
        "多方面原因",
        "特殊原因",
        "特殊情况",
        "历史原因",
        "其他原因",
        "其它原因",
        "工作原因",
        "实际原因",
        "实际情况",
        "各种因素",
        "多种因素",
        "客观因素",
        "不可控因素",
        "种种原因",
        "有关原因",
        "相关原因",
        "某些原因",
        "工作不到位",
        "不够到位",
        "未达预期",
        "未完成目标",
        "未达到目标",
        "未完成指标",
        "没有完成",
        "未完成",
        "加强管理",
        "加强领导",
        "提高认识",
        "高度重视",
        "继续努力",
        "进一步加强",
        "进一步完善",
        "进一步提高",
        "进一步改进",
        "进一步努力",
        "今后改进",
        "今后加强",
        "今后",
        "下一步",
        "下年",
        "将",
        "加强",
        "完善",
        "改进",
        "提高",
        "努力",
        "存在偏差",
        "存在差距",
        "有偏差",
        "略有偏差",
        "偏差较小",
        "偏差",
        "原因",
        "影响",
        "由于",
        "因为",
        "受",
        "因",
        "等",
        "的",
        "了",
        "所致",
        "导致",
        "造成",
        "有所",
        "继续",
        "工作",
        "管理",
        "力度",
        "措施",
        "和",
        "及",
        "改进措施",
        "整改",
        "落实",
        "积极",
        "不断",
        "切实",
        "争取",
        "尽快",
        "按要求",
        "情况",
    ),
    key=len,
    reverse=True,
)
MEASURE = re.compile(
    "加强|加大|完善|优化|改进|建立|健全|提前|督促|推进|制定|细化|强化|落实|调整|储备|培训|规范|改善|提高"
)
OWNER = re.compile("岗|科|处室|部门|中心|办公室|单位|公司|服务商|供应商|承包商|运维方|负责|责任|牵头|小组|由")
WHEN = re.compile(
    r"[0-9]+\s*[年月日天周]|季度|年底|月底|年内|下年|明年|次年|今年|本年|上半年|下半年|前完成|期限|立即|即日"
)
YARDSTICK = re.compile(r"[0-9]|达到|降至|降到|提高到|提升到|控制在|不低于|不高于|不超过|以上|以内|目标值|衡量")


#: Words by which a text speaks of what was or was not spent.
MONEY_WORDS = re.compile("预算|资金|经费|执行率|支出|结余|结转|拨付|支付|尾款|质保金|节约|节省")


def needs_reason(r: Reading) -> bool:
    """Missed by its figures, or scored below its weight."""
    return r.missed or (r.reduced and r.outcome.status != "met")


def no_reason(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """A shortfall, of an indicator or of spending, without cause or measure.

    An excerpt may have lost them: there only a miss that the form itself scored below its weight
    speaks, and only where other rows show that the column of reasons was copied.
    """
    yield from _execution(read, rules)
    if not read.reports_results:
        return
    excerpt = read.form.complete is False
    copied = any(r.row.deviation_text for r in read.rows)
    for r in read.rows:
        if needs_reason(r) and not r.reason and (not excerpt or (copied and r.missed and r.reduced)):
            yield finding(
                "no_reason",
                "note",
                f"“{r.name}”没有完成（{_facts(r)}），没有写原因和改进措施。",
                "写明原因、改进措施、责任岗位和期限。",
                where=r.place("deviation_text"),
            )


def _execution(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """Spending below the rate from which a reason is compulsory, and no text that speaks of the money."""
    form, limit, rate = read.form, rules.execution_reason_below, execution_rate(read.form)
    if limit is None or rate is None or rate >= Fraction(limit) or form.complete is not True:
        return
    if any(text and MONEY_WORDS.search(text) for text in (form.result, *(row.deviation_text for row in form.rows))):
        return
    yield finding(
        "no_reason",
        "note",
        f"预算执行率低于 {show(limit * 100)}%，没有写原因。",
        "写明没有执行的金额、原因和以后的安排。",
        arithmetic=f"{show(form.funds.spent)} ÷ {show(form.funds.adjusted)} = {show(rate * 100, 2)}%",
        where=Place(field="exec_rate_printed"),
    )


def _facts(r: Reading) -> str:
    parts = [
        f"指标值 {r.row.target_text}" if r.row.target_text else "",
        f"实际 {r.row.actual_text}" if r.row.actual_text else "",
        f"得分 {r.row.score} / {r.row.weight}" if r.reduced else "",
    ]
    return "，".join(p for p in parts if p)


def is_hollow(text: str) -> bool:
    """Whether nothing is left once the words that name nothing are taken out."""
    rest = re.sub(r"[\s,，。;；:：、.()（）“”]", "", text)
    for word in HOLLOW:
        rest = rest.replace(word, "")
    return len(rest) < 4


def vague_reason(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """A cause that names nothing."""
    for r in read.rows:
        if needs_reason(r) and r.reason and is_hollow(r.reason):
            yield finding(
                "vague_reason",
                "note",
                f"“{r.name}”的原因写作“{r.reason}”，没有说出是什么。",
                "写明具体是哪个环节、多少件、由什么造成。",
                where=r.place("deviation_text"),
            )


def plan_incomplete(read: FormReading, rules: RuleSet) -> Iterator[Finding]:
    """A measure with neither owner, nor date, nor yardstick."""
    for r in read.rows:
        if (
            needs_reason(r)
            and r.reason
            and not is_hollow(r.reason)
            and MEASURE.search(r.reason)
            and not any(pattern.search(r.reason) for pattern in (OWNER, WHEN, YARDSTICK))
        ):
            yield finding(
                "plan_incomplete",
                "note",
                f"“{r.name}”的改进措施“{r.reason}”没有责任岗位、期限，也没有衡量办法。",
                "写明由哪个岗位、在何时之前、做到什么程度。",
                where=r.place("deviation_text"),
            )
