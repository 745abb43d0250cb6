"""The words by which forms head their columns and lines."""

from __future__ import annotations

import re

from helpers.indicators.text import normal

#: Column of an indicator row → how forms head it (compared without spaces, brackets and their content).
COLUMNS: dict[str, re.Pattern[str]] = {key: re.compile(f"^(?:{words})$") for key, words in {
    "institution": "institution|单位|单位名称|实施单位|填报单位|项目单位|预算单位|资金使用单位",
    "project": "project|项目|项目名称|转移支付项目名称",
    "year": "year|年度|年份|自评年度|评价年度",
    "level1": "level1|一级指标|一级|指标类别",
    "level2": "level2|二级指标|二级|指标类型",
    "level3": "level3|三级指标|三级|指标名称|指标内容|具体指标|绩效指标名称|三级指标名称",
    "target_text": "target_text|target|年度指标值|指标值|年初指标值|年度目标值|目标值|绩效指标值|预期指标值|计划指标值|年初目标值|预期值|年度绩效指标值|预期目标值|全年指标值|设定指标值|年初设定指标值",
    "direction": "指标方向|指标性质|性质|方向|指标属性",
    "operator": "运算符号|运算符|计算符号|比较符|比较符号|符号|计算符",
    "value": "数值|指标内容值|值",
    "unit": "度量单位|计量单位|指标单位|单位",
    "actual_text": "actual_text|actual|实际完成值|全年实际完成值|全年完成值|完成值|实际值|指标完成值|年度完成值|完成情况|实际完成情况|全年实际完成情况|全年实际值|年度实际完成值|实际完成指标值|指标完成情况",
    "weight": "weight|分值|权重|指标分值|标准分|标准分值|满分|分值权重|权重分值|指标权重",
    "score": "score|得分|自评得分|自评分|实际得分|评价得分|指标得分|自评分值|折算得分",
    "deviation_text": "deviation_text|deviation|.*(?:偏差|未完成|未达标).*(?:原因|措施).*|原因分析.*|改进措施|.*原因和.*措施|.*原因及.*措施|备注说明",
}.items()}
SPLIT = ("direction", "operator", "value", "unit")
TABLE_KEYS = ("table_kind", "complete", "money_unit", "budget_initial", "budget_adjusted", "spent", "exec_rate_printed", "exec_weight", "exec_score",
              "total_printed", "goal", "result")
AMOUNTS: dict[str, re.Pattern[str]] = {key: re.compile(f"^(?:{words})$") for key, words in {
    "initial": "年初预算数?|年初预算金额|年初预算",
    "adjusted": "全年预算数?|调整后?预算数?|全年预算金额|预算数|全年预算数?A|调整预算数A?",
    "spent": "全年执行数?|执行数|全年执行数?B|实际支出数?|全年支出数?|决算数|执行金额|预算执行数",
    "weight": "分值|权重",
    "rate": "执行率|预算执行率.*|.*执行率.*B.?A.*",
    "score": "得分|自评得分",
}.items()}
TOTAL_ROW = re.compile("^(?:总分|总计|合计|自评总分|总得分|自评得分合计|得分合计|总分.*)$")
END_ROW = re.compile("^(?:说明|注|备注|填报人|填表人|联系人|联系电话|单位负责人|评价结论|自评结论|其他需.*说明.*|绩效自评结论.*|自评等级.*)")
EXECUTION_ROW = re.compile("^(?:预算|资金)执行(?:率|情况)?$")
FUND_TOTAL = re.compile("资金总额|年度资金|合计|总额")
LABELS: dict[str, re.Pattern[str]] = {
    "project": re.compile("^(?:项目名称|转移支付.*名称|专项名称)$"),
    "institution": re.compile("^(?:实施单位|项目单位|资金使用单位|项目实施单位|填报单位|单位名称|预算单位|实施部门)$"),
    "department": re.compile("^(?:主管部门|中央主管部门|项目主管部门|地方主管部门|省级主管部门)$"),
}
GOAL = re.compile("^(?:预期目标|年初设定目标|总体目标|年度目标|年初目标|年度总体目标|预期绩效目标)$")
RESULT = re.compile("^(?:实际完成情况|全年实际完成情况|目标完成情况|年度总体目标完成情况|完成情况|总体目标完成情况)$")


def head(text: str | None) -> str:
    """A head for comparison: no spaces, no line breaks, no brackets with what they hold."""
    plain = normal(text or "").replace(";", "")
    return re.sub(r"\([^()]*\)|\(|\)|[:*\"]", "", plain)


def column_of(text: str | None, keys: tuple[str, ...] = tuple(COLUMNS)) -> str | None:
    """Which column a head names, if any."""
    plain = head(text)
    return next((key for key in keys if plain and COLUMNS[key].match(plain)), None)
