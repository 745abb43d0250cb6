"""What is said to whoever keeps the year files, as the filed papers say it: no keys, no file of declarations."""

from __future__ import annotations

import re

from helpers.year.declared_indicators import Actual, Indicator, Measure
from helpers.year.models import Budget, Plausible, YearFile
from helpers.year.tables import Checks, Column, Loss, Table

#: How a hint says where a thing is to be written, and what the reader of a filed paper is told in its place. In order:
#: the longer way to say a thing stands before the shorter.
_SAID: tuple[tuple[str, str], ...] = (
    # reasons
    (r"在 plausible 里说明", "说明理由"),
    (r"在 tables\.\S+ 里写 loss: \{[^}]*\}(，理由会印在报告里)?", "说明理由"),
    (r"在 year\.yml 这张表里写 period 和理由", "说明业务期间和理由"),
    (r"写 not_personal: \[[^\]]*\]|写进 not_personal", "说明理由"),
    (r"按 year\.yml 的 not_personal，", "按填报单位的说明，"),
    (r"把这一列写进 personal", "列为个人信息"),
    # corrections
    (r"用 corrections\.yml 或 synonyms 更正", "列入更正说明或同义写法对照"),
    (r"用 corrections\.yml 更正", "列入更正说明予以更正"),
    (r"用 corrections\.yml 改为空", "列入更正说明改为空值"),
    (r" data/raw/(?P<year>\w+) 里的导出或 corrections\.yml", r"\g<year>年度的导出文件或更正说明"),
    # spellings
    (r"(补进|写) tables\.\S+\.synonyms\.[^\s；，:]+(: \{.*?\}(?=$|[；。]))?|写进 synonyms", "列入同义写法对照"),
    (r"和 synonyms", "和同义写法对照"),
    (r"(把这种写法写)?在 columns\.\S+ 的 empty 里(补上)?|在 columns\.\S+\.empty 里列出", "列为空值的写法"),
    (r"在 columns\.\S+\.dates 里写明", "写明日期的写法"),
    (r"在 dates 里补上这种写法", "补充声明这种日期写法"),
    (r"在 tables\.\S+ 的 dates、empty 等处补上", "补充声明"),
    (r"核对 columns\.\S+ 的 true、false 与来源的写法", "核对所声明的是、否写法与来源是否一致"),
    (r"在 columns\.\S+ 的 true、false 里补上来源的写法", "补充声明来源的是、否写法"),
    (r"在 true、false 里补上这种写法", "补充声明这种是、否写法"),
    (r"写进 true、false 或 empty", "补充声明"),
    (r"把 type 改成 text", "改按文字读取"),
    (r"（在 columns 里补写）", "（补充声明新的表头）"),
    # rows that are left out or kept
    (r"[用在] out_of_scope (里)?写明(?P<what>理由|条件)(剔除)?", r"写明\g<what>后剔除"),
    (r"[用在] out_of_scope (里剔除|剔除|写明)", "写明理由后剔除"),
    (r" out_of_scope 等声明", "剔除范围等声明"),
    (r"在 year\.yml 里用 keep 声明", "声明"),
    (r"在 checks 里写 \w+: set_aside|在 tables\.\S+ 里写 exact_duplicates: set_aside 或 key", "写明剔除"),
    (r"写 (unstarted|exact_duplicates): keep", "写明保留"),
    (r"在 near_duplicates 里声明", "予以声明"),
    (r"使 key 能", "使编号能"),
    # tables, columns, clocks
    (r"在 tables\.\S+\.timezone 里写明|在 timezone 里声明", "写明时区"),
    (r"在 tables\.\S+ 的这一列写 placeholders: keep", "予以声明"),
    (r"要读的工作表写在 tables\.\S+\.sheet", "要读的工作表予以声明"),
    (r"改正 tables\.\S+\.expect", "改正所填的控制数"),
    (r"与 expect 声明的控制数", "与声明的控制数"),
    (r"在这一列的声明里写 bare: percent，或把 measures\.\S+\.value 除以 \d+", "写明这一列是百分数，或换算后再计算"),
    (r"在条件里用 coalesce 写明", "在计算条件里写明"),
    (r"写进 activities、gate 或度量的条件", "列入年度活动、校验规则或计算条件"),
    (r"（columns\.\S+\.unit）", ""),
    (r"核对列 \w+ 的", "核对这一列的"),
    (r"在来源系统补填 \w+ 后", "在来源系统补填后"),
    # money, indicators, remarks
    (r"改正 (indicators\.yml|year\.yml 的 activities) 里的 reported", "改正所记的已公布数字"),
    (r" year\.yml 中 budget 里填写的金额", "填报的金额"),
    (r"在 budget\.unspent_reason 里?写明", "写明"),
    (r"在 budget\.parts 里填写 spent", "填列各部分的支出"),
    (r"在 indicators\.yml 里改写 weight，并删去 weights_basis", "改按申报的分值评分"),
    (r"，写入 method 和 evidence", ""),
    (r"在 \S+ 这一条的 answer 下写明", "写明"),
    (r"在 \S+ 的 reasons 下写明", "写明"),
    # a column by its table, behind its words; files, where nothing better is known
    (r"(?P<column>”的[^（）]*)（[a-z]\w*\.[a-z]\w*）", r"\g<column>"),
    (r"year\.yml 里", "年度声明中"),
    (r"year\.yml", "年度声明"),
    (r"corrections\.yml", "更正说明"),
)
_SUBSTITUTES = tuple((re.compile(pattern), words) for pattern, words in _SAID)
#: What a year file calls things; and a file of declarations.
_MODELS = (YearFile, Budget, Plausible, Table, Column, Checks, Loss, Indicator, Measure, Actual)
_KEYS = frozenset(alias for model in _MODELS for name, one in model.model_fields.items() for alias in (name, one.alias))
_WORD, _YEAR_FILE = re.compile(r"(?<![A-Za-z])[a-z][a-z_]+"), re.compile(r"\.ya?ml\b")
#: Values, headers and files of the records may look like one.
_OF_THE_RECORDS = re.compile(
    r"“[^”]*”|[^\s，；。、：]*\.(?:csv|tsv|txt|xls[xm]?|ods|zip|json|xml|html?)\b", re.IGNORECASE
)


def in_plain_words(text: str) -> str:
    """A statement without the keys of the year files, as far as there are words for them."""
    for pattern, words in _SUBSTITUTES:
        text = pattern.sub(words, text)
    return text


def hint_in_plain_words(text: str) -> str:
    """A hint without keys of the year files; what can be said in no other words is left out, clause by clause."""
    return "".join(part for part in re.split(r"(?<=[。；])", in_plain_words(text)) if not names_a_key(part))


def names_a_key(text: str) -> bool:
    """Whether a text names a key or a file of the year files."""
    told = _OF_THE_RECORDS.sub("", text)
    return bool(_YEAR_FILE.search(told) or not _KEYS.isdisjoint(_WORD.findall(told)))
