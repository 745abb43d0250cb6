"""The words by which forms head their columns and lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from helpers.indicators.normal_text import normal

#: Column of an indicator row → how forms head it (compared without spaces, brackets and their content).
COLUMNS: dict[str, re.Pattern[str]] = {
    key: re.compile(f"^(?:{words})$")
    for key, words in {
        "institution": "institution|单位|单位名称|实施单位|填报单位|项目单位|预算单位|资金使用单位|项目实施单位",
        "project": "project|项目|项目名称|转移支付项目名称|转移支付名称",
        "year": "year|年度|年份|自评年度|评价年度|预算年度",
        "level1": "level1|一级指标|一级|一级指标名称|指标类别",
        "level2": "level2|二级指标|二级|二级指标名称|指标类型",
        "level3": "level3|三级指标|三级|指标名称|指标内容|具体指标|绩效指标名称|三级指标名称|三级指标内容",
        "target_text": "target_text|target|(?:年度|年初|全年|预期|计划|设定|年初设定|年度绩效|绩效|年度预期|"
        "本年)?(?:指标值|目标值)|预期值|计划值|预期目标值|计划指标值|年度计划指标值",
        "direction": "direction|指标方向|指标性质|性质|方向|指标属性",
        "operator": "operator|运算符号|运算符|计算符号|比较符|比较符号|符号|计算符|关系符号",
        "value": "value|数值|指标内容值|值",
        "unit": "unit|度量单位|计量单位|指标单位|指标值单位",
        "actual_text": "actual_text|actual|(?:指标|年度|全年|实际|全年实际|年度实际|自评|截至年底|目标)?(?:完成值|"
        "完成情况|实际值|完成指标值|实现值)|实际完成|实际完成指标|全年实际完成|指标实际完成值|实际达到值",
        "weight": "weight|分值|权重|指标分值|标准分|标准分值|满分|分值权重|权重分值|指标权重|分值权重|权重%|"
        "分值/权重|权重/分值",
        "score": "score|得分|自评得分|自评分|实际得分|评价得分|指标得分|自评分值|折算得分|单位自评得分",
        "deviation_text": "deviation_text|deviation|.*(?:偏差|未完成|未达标|未达成|差异|偏离).*(?:原因|措施|说明).*|"
        "原因分析.*|改进措施|.*原因[和及与、].*措施|备注说明",
    }.items()
}
SPLIT = ("direction", "operator", "value", "unit")
ABOUT = ("institution", "project", "year")
TABLE_KEYS = (
    "table_kind",
    "complete",
    "money_unit",
    "budget_initial",
    "budget_adjusted",
    "spent",
    "exec_rate_printed",
    "exec_weight",
    "exec_score",
    "total_printed",
    "fund_total",
    "fund_parts",
    "goal",
    "result",
)
#: What a list may say of the whole table, repeated on its rows, in the words of the form.
TABLE_WORDS: dict[str, re.Pattern[str]] = {
    key: re.compile(f"^(?:{words})$")
    for key, words in {
        "table_kind": "表种|表格种类|表格类型",
        "complete": "是否完整|完整",
        "money_unit": "金额单位|资金单位|货币单位",
        "budget_initial": "年初预算数?|年初预算金额",
        "budget_adjusted": "全年预算数?|全年预算金额|调整后?预算数?|预算数",
        "spent": "全年执行数?|执行数|全年支出数?|决算数|实际支出数?",
        "exec_rate_printed": "执行率|预算执行率|资金执行率",
        "exec_weight": "(?:预算)?执行率?分值|(?:预算)?执行率?权重",
        "exec_score": "(?:预算)?执行率?得分",
        "total_printed": "总分|自评总分|总得分",
        "goal": "年度总体目标|总体目标|预期目标",
        "result": "总体目标完成情况|年度总体目标完成情况",
    }.items()
}
AMOUNTS: dict[str, re.Pattern[str]] = {
    key: re.compile(f"^(?:{words})$")
    for key, words in {
        "initial": "年初预算(?:安排)?(?:数|金额|资金)?|年初安排(?:数|资金)?|年初批复数",
        "adjusted": "全年预算(?:安排)?(?:数|金额|资金)?A?|年度预算(?:数|金额)?|(?:预算)?调整后?预算(?:数|金额)?A?|"
        "预算数A?|预算金额|预算安排数?|全年调整后?预算数|预算调整数",
        "spent": "全年执行(?:数|金额)?B?|(?:预算|实际)?执行(?:数|金额)B?|(?:全年)?实际支出(?:数|金额)?|全年支出(?:数|"
        "金额)?|决算数|支出金额|实际使用(?:数|金额)?",
        "weight": "分值|权重",
        "rate": "(?:全年|预算|资金)?(?:预算)?执行率.*|.*执行率.*B/?A.*",
        "score": "得分|自评得分",
    }.items()
}
TOTAL_ROW = re.compile(
    "^(?:总分值?|总计|合计|自评总分|总得分|自评得分合计|得分合计|合计得分|总分合计|综合得分|自评综合得分)$"
)
SUBTOTAL = re.compile(".*小计$")
EXECUTION_ROW = re.compile("^(?:预算|资金)?(?:预算)?执行(?:率|情况|率指标|情况指标)?$")
FUND_TOTAL = re.compile("资金总额|年度资金|合计|总额|总计")
#: Where the indicator rows are over: a note, a signature line (compared with its colon).
END = re.compile(
    "^(?:说明|注|备注|填报说明|填表说明|填表人|填报人|联系人|联系电话|单位负责人|项目负责人|经办人|审核人|评价结论|自评结论|绩效自评结论|自评等级|评价等级|其他需.{0,12}说明.*)(?:[:;0-9].*)?$"
)
TITLE = re.compile("自评表|目标表|申报表|绩效目标|监控表|绩效自评")
LABELS: dict[str, re.Pattern[str]] = {
    "project": re.compile("^(?:项目名称(?:及编码)?|转移支付.*名称|专项名称)$"),
    "institution": re.compile(
        "^(?:实施单位|项目单位|资金使用单位|项目实施单位|填报单位|单位名称|预算单位|实施部门|项目承担单位)(?:及代码)?$"
    ),
    "department": re.compile(
        "^(?:一级|财政|项目|中央|地方|省级|市级|县级)*主管(?:预算)?(?:部门|单位)(?:及代码|及编码)?$"
    ),
    "year": re.compile("^(?:预算|自评|评价|填报|项目)?年度$"),
}
#: Other labels of the head: what stands right of a label before the next one is its value.
OTHER_LABELS = re.compile(
    "^(?:项目编码|项目代码|项目类[别型]|项目属性|项目周期|项目期限?|项目负责人|负责人|联系人|联系电话|电话|填报日期|填表日期|填报人|单位负责人|资金性质|主管处室)$"
)
GOAL = re.compile(
    "^(?:(?:年初|年度)?(?:预期|设定|总体|绩效)?目标|年初设定目标|年度总体目标|预期绩效目标|年度绩效目标|年度预期目标|总体绩效目标)$"
)
RESULT = re.compile(
    "^(?:(?:年度|全年|目标|总体目标|年度总体目标|绩效目标|年度目标)?(?:实际)?完成情况|实际完成|全年实际完成情况)$"
)
LONGEST_HEAD = 60


@lru_cache(maxsize=8192)
def head(text: str | None) -> str:
    """A head for comparison: no spaces, no line breaks, no brackets with what they hold; empty for long texts."""
    if not text or len(text) > 4 * LONGEST_HEAD:
        return ""
    plain = re.sub(r"\s+", "", normal(text).replace(";", ""))
    plain = re.sub(r"\([^()]*\)", "", re.sub(r"\([^()]*\)", "", plain))
    plain = re.sub(r'[():*"\u2002]', "", plain)
    return plain if len(plain) <= LONGEST_HEAD else ""


@lru_cache(maxsize=8192)
def column_of(text: str | None) -> str | None:
    """Which column a head names, if any."""
    plain = head(text)
    return next((key for key, words in COLUMNS.items() if words.match(plain)), None) if plain else None


def list_keys(heads: Iterable[str]) -> list[str | None]:
    """The key of each column of a list, each key once; None for columns that are none of a form's."""
    written = [str(h).strip() for h in heads]
    keys = [h if h in (*TABLE_KEYS, *COLUMNS, "transcriber_note") else column_of(h) or _table_key(h) for h in written]
    if {"direction", "operator", "value"} & set(keys) or any(
        k == "institution" and head(h) != "单位" for k, h in zip(keys, written, strict=True)
    ):
        # 单位 beside another institution, or beside split targets, is the unit of the figure
        keys = ["unit" if k == "institution" and head(h) == "单位" else k for k, h in zip(keys, written, strict=True)]
    return [key if key not in keys[:at] else None for at, key in enumerate(keys)]


def _table_key(text: str) -> str | None:
    plain = head(text)
    return next((key for key, words in TABLE_WORDS.items() if words.match(plain)), None) if plain else None


def is_label(text: str) -> bool:
    """Whether a cell names something of the form's head rather than saying it."""
    plain = head(text)
    return bool(plain) and (any(words.match(plain) for words in LABELS.values()) or bool(OTHER_LABELS.match(plain)))


def joined_target(cells: dict[str, str | None]) -> str | None:
    """The target in one text where its parts stand in columns of their own, joined with blanks.

    定量 and 定性 say what kind of indicator it is, not what is asked; without a value there is no target.
    """
    value = cells.get("value") or cells.get("target_text")
    if not any(cells.get(key) for key in SPLIT):
        return value
    direction = cells.get("direction")
    kept = None if direction and re.fullmatch("定[量性](?:指标)?", direction.strip()) else direction
    if not value:
        return None
    operator, unit = cells.get("operator"), cells.get("unit")
    operator = None if operator and value.startswith(operator) else operator
    unit = None if unit and value.endswith((unit, "%", "％")) else unit
    return " ".join(part for part in (kept, operator, value, unit) if part)


def with_unit(actual: str | None, unit: str | None) -> str | None:
    """A bare number in the unit that the row states for target and actual in one column."""
    if actual and unit and re.fullmatch(r"[-+]?[0-9][0-9,]*(?:\.[0-9]+)?", normal(actual)):
        return f"{actual} {unit}"
    return actual
