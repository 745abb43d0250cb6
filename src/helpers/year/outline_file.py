"""A report's outline as it is written down: headings, what stands under them, sentences of the unit's own.

``outlines/*.yml`` beside this file are the ones that a year can choose by name; a year may bring its
own file. The report renders them (``helpers.report.narrative.by_outline``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from helpers.year.base import Identifier, Model, Words
from helpers.year.faults import did_you_mean

#: What the program can write under a heading, with words for the analyst.
CONTENTS = {
    "decision": "自评结论、未完成的指标、上年措施、拟批准的事项",
    "overview": "项目概况：服务范围、组织实施、评价方面",
    "funds": "资金情况：预算、支出、执行率、资金表",
    "funds_management": "资金管理情况（转移支付的七个方面）",
    "goals": "年度总体目标和指标设定情况",
    "outcome": "完成情况和得分、绩效指标完成情况表",
    "indicator_table": "绩效指标完成情况表（横排，附填报说明）",
    "activity_brief": "年度运维活动：一段话",
    "activity": "年度运维活动：分类表、分月图",
    "shown_measures": "不参加评分的度量：表、分月图",
    "since_last_year": "与上年比较：一段话",
    "against_last_year": "与上年比较：文字和图",
    "indicator_notes": "逐项指标的完成情况：每项一段",
    "each_indicator": "逐项指标的完成情况：每项一节，写明计算口径",
    "deviation_lead": "偏离情况的总起",
    "deviations_brief": "未达到目标的指标：每项一段，附分月图",
    "measures": "下一步改进措施表",
    "terms": "用语说明：正常起伏、估计的范围",
    "shortfalls": "未达到目标的指标：差距、原因、改进措施",
    "overshoots": "明显超出目标的指标",
    "fragile": "已达目标但不够稳固的指标",
    "trends": "走势需要关注的指标",
    "spare_stock": "备件储备测算",
    "replacement": "设备更换测算",
    "options": "各项措施的费用和效果比较",
    "other_plans": "其他改进措施",
    "followup": "上年改进措施落实情况",
    "use_of_results": "自评结果的应用",
    "closing": "附件清单、单位和日期",
    "data_checks": "数据校验和核对情况",
    "source_notes": "自查和核对发现的事项",
    "evidence_list": "佐证材料清单",
    "basis": "评分规则、计算口径、数据来源和复现方法",
}
#: What a sentence can quote from the results; ``actual.ID`` and ``target.ID`` are of one indicator.
QUOTES = {
    "project": "项目名称",
    "institution": "单位名称",
    "fiscal_year": "年度",
    "score": "自评总分",
    "grade": "评价等级",
    "adjusted": "全年预算",
    "spent": "全年执行数",
    "execution_rate": "预算执行率",
    "indicators": "指标数",
    "met": "完成的指标数",
    "missed": "未完成的指标数",
    "actual.": "某指标的实际完成值",
    "target.": "某指标的年度指标值",
}
QUOTE = re.compile(r"\{([^{}]*)\}")
LEVELS = ("opening", "chapter", "attachment", "technical", "section", "point")
#: What may stand under a heading of each kind; the whole file's is "".
INSIDE = {
    "": ("opening", "chapter", "attachment", "technical"),
    "opening": ("section", "point"),
    "chapter": ("section", "point"),
    "attachment": ("section", "point"),
    "technical": ("section", "point"),
    "section": ("point",),
    "point": (),
}
_WORDS = {
    "opening": "不编号的部分",
    "chapter": "章（一、）",
    "attachment": "附件",
    "technical": "技术说明",
    "section": "节（（一））",
    "point": "小点（1.）",
}


def _as_node(value: Any) -> Any:
    return {"write": value} if isinstance(value, str) else value


class Node(Model):
    """A heading with its contents, a sentence (``text``), or the name of something to write (``write``).

    ``id`` is the name by which ``attachments`` of a year file picks an attachment; one without is always filed.
    """

    opening: Words | None = None
    chapter: Words | None = None
    attachment: Words | None = None
    technical: Words | None = None
    id: Identifier | None = None
    section: Words | None = None
    point: Words | None = None
    text: Words | None = None
    write: str | None = None
    contents: tuple[Annotated[Node, BeforeValidator(_as_node)], ...] = ()

    @property
    def kind(self) -> str:
        """The one of its keys that says what it is."""
        return next(k for k in (*LEVELS, "text", "write") if getattr(self, k) is not None)

    @model_validator(mode="after")
    def _one_thing(self) -> Node:
        given = [k for k in (*LEVELS, "text", "write") if getattr(self, k) is not None]
        if len(given) != 1:
            raise ValueError(f"每一项只写 {'、'.join(LEVELS)}、text 之中的一个")
        if self.id is not None and given[0] != "attachment":
            raise ValueError("id 只写在附件（attachment）上")
        if given[0] in LEVELS and not self.contents:
            raise ValueError(f"标题“{getattr(self, given[0])}”下要有 contents")
        if given[0] not in LEVELS and self.contents:
            raise ValueError("contents 只写在标题下")
        return self


class Outline(Model):
    """An outline file."""

    title: Words
    contents: tuple[Annotated[Node, BeforeValidator(_as_node)], ...] = Field(min_length=1)

    def attachment_ids(self) -> list[str]:
        """The attachments that a year can pick from."""
        return [node.id for node in self.contents if node.id is not None]


def shipped_outlines() -> list[str]:
    """The names of the outlines that come with the program."""
    return sorted(Path(entry.name).stem for entry in _folder().iterdir() if entry.name.endswith(".yml"))


def shipped_outline(name: str) -> Path:
    """The file of a shipped outline."""
    return Path(str(_folder() / f"{name}.yml"))


def read_shipped(name: str) -> Outline:
    """A shipped outline; for a year's own see ``helpers.year.load``."""
    from ruamel.yaml import YAML

    return Outline.model_validate(YAML(typ="safe").load(shipped_outline(name)))


def _folder() -> Any:
    return resources.files(__package__).joinpath("outlines")


Place = tuple[str | int, ...]


def outline_faults(outline: Outline, indicators: set[str]) -> Iterator[tuple[str, Place, str, str, str | None]]:
    """What is wrong beyond shapes: code, place, message, value, hint of each fault."""
    seen: set[str] = set()
    for name, times in Counter(outline.attachment_ids()).items():
        if times > 1:
            yield "outline_twice", ("contents",), f"{times} 个附件的 id 都是 {name}", name, "每个附件用自己的 id"
    for place, parent, node in _walk(outline.contents, ("contents",), ""):
        value = getattr(node, node.kind)
        if node.kind == "write":
            yield from _unknown_content(place, value, seen)
            seen.add(value)
        elif node.kind == "text":
            yield from _sentence_faults((*place, "text"), value, indicators)
        elif node.kind not in INSIDE[parent]:
            allowed = "、".join(_WORDS[k] for k in INSIDE[parent]) or "文字"
            where = f"{_WORDS[parent]}之下" if parent else "最外层"
            yield "outline_level", (*place, node.kind), f"{where}只能放{allowed}", value, None
        if node.kind in LEVELS and re.search(r"\d", value):
            yield "outline_figure", (*place, node.kind), "标题由程序编号，不写数字", value, "删去数字"


def _walk(nodes: tuple[Node, ...], place: Place, parent: str) -> Iterator[tuple[Place, str, Node]]:
    for index, node in enumerate(nodes):
        here = (*place, index)
        yield here, parent, node
        yield from _walk(node.contents, (*here, "contents"), node.kind)


def _unknown_content(place: Place, value: str, seen: set[str]) -> Iterator[tuple[str, Place, str, str, str | None]]:
    if value not in CONTENTS:
        yield "outline_content", place, "程序没有这项内容", value, did_you_mean(value, list(CONTENTS))
    elif value in seen:
        yield "outline_twice", place, f"“{CONTENTS[value]}”写了两次", value, "只留一处"


def _sentence_faults(
    place: Place, text: str, indicators: set[str]
) -> Iterator[tuple[str, Place, str, str, str | None]]:
    """No figure is typed in an outline: it is quoted from the results."""
    if re.search(r"\d", QUOTE.sub("", text)):
        yield (
            "outline_figure",
            place,
            "提纲里不写数字，数字由结果代入",
            text,
            "用 {score}、{execution_rate}、{actual.指标} 一类的代入",
        )
    for quoted in QUOTE.findall(text):
        head, dot, rest = quoted.partition(".")
        if head + dot not in QUOTES:
            known = [q + "指标" if q.endswith(".") else q for q in QUOTES]
            yield "outline_quote", place, f"没有 {{{quoted}}} 这项代入", text, did_you_mean(quoted, known)
        elif dot and rest not in indicators:
            yield "outline_quote", place, f"没有指标 {rest}", text, did_you_mean(rest, sorted(indicators))
    if re.search(r"[{}]", QUOTE.sub("", text)):
        yield "outline_quote", place, "花括号没有成对", text, None
