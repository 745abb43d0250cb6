"""How the figures were made: the rules applied, each measure in words and SQL, inputs with hashes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Fold, Items
from helpers.report.followed_numbers import fixed
from helpers.report.narrative import statistics
from helpers.report.narrative.by_file import by_file
from helpers.report.narrative.chapters import Section
from helpers.report.narrative.evidence_folds import evidence_folds, named
from helpers.report.results_indicators import Evidence, Judged
from helpers.report.results_types import Results
from helpers.report.summary_phrases import HASH_SHOWN, short_path

_CONFIDENCE = {"H": "已核实", "M": "待核实", "L": "推定"}
_KINDS = {"computed": "由记录计算", "stated": "由单位申报", "rated": "由评定得出"}


def basis(results: Results) -> Iterable[Section]:  # noqa: ARG001 - every writer is given the results
    """The sections of the annex on rules, measures and provenance."""
    yield Section("采用的评分规则", (rules,))
    yield Section("指标计算口径", (measures,))
    yield Section("统计判断的方法和数值", (statistics.exact,))
    yield Section("数据来源和复现方法", (sources,))


def rules(results: Results) -> Iterable[Block]:
    """The rule set as applied, each value with its source."""
    applied = results.get("rules")
    if applied:
        title = w.clause(applied.get("title") or applied["id"])
        yield from f.para(
            f"评分按{title}执行，采用的规则取值如下。" if applied.get("values") else f"评分按{title}执行。"
        )
    if results.get("weights_basis"):
        yield from f.para(f"分值说明：{w.sentence(results['weights_basis'])}")
    values = (applied.get("values") if applied else None) or []
    if values:
        columns = [("规则", "left", 2.0), ("取值", "left", 2.6), ("出处", "left", 2.0), ("核实情况", "center", 1.0)]
        rows = [
            [
                _RULE_WORDS.get(value["name"], w.clause(value["name"])),
                rule_value(value["name"], value["value"]),
                w.clause(value.get("source")) or w.BLANK,
                _CONFIDENCE.get(value.get("confidence") or "", w.clause(value.get("confidence")) or w.BLANK),
            ]
            for value in values
        ]
        yield f.table("评分规则取值", columns, rows)


_RULE_WORDS = {
    "execution_weight": "预算执行分值",
    "group_weights": "一级指标分值",
    "lower_formula": "上限类指标未达标时的计分",
    "pass_mark": "及格线",
    "satisfaction_bands": "满意度分档计分",
    "execution_bands": "预算执行分档计分",
    "execution_reason_below": "须说明原因的执行率",
    "choice_shares": "定性指标各等次得分比例",
    "grades": "评价等级",
    "overshoot_from": "须说明原因的超出幅度",
    "strict_hit_scores": "恰好等于界限值（不含界限）",
    "rescale_dropped": "指标不适用时",
}
_FORMULAS = {"difference": "按超出目标的比例扣分", "ratio": "按目标值与实际值之比"}
_SWITCHES = {
    "strict_hit_scores": ("不得分", "按公式得分"),
    "rescale_dropped": ("不调整其余分值", "剔除后其余分值按比例折算"),
}


def rule_value(name: str, value: Any) -> str:
    """One value of a rule set in words."""
    if value is None:
        return "不设"
    if name in _SWITCHES and isinstance(value, bool):
        return _SWITCHES[name][value]
    if name == "lower_formula":
        return _FORMULAS.get(value, w.plain(value))
    if name == "execution_reason_below":
        return f"低于{w.ratio_text(value)}"
    if name == "overshoot_from":
        return f"完成率达到{w.ratio_text(value)}"
    if name == "group_weights":
        return "，".join(f"{w.plain(group)}{w.score_text(weight)}" for group, weight in value.items()) or "由单位自定"
    if name == "choice_shares":
        return "，".join(f"{w.ratio_text(high)}至{w.ratio_text(low)}" for low, high in value)
    if name in ("grades", "satisfaction_bands", "execution_bands"):
        return "，".join(_band(name, band) for band in value)
    return _value(value)


def _band(name: str, band: Mapping[str, Any]) -> str:
    if band["at_least"] == 0:
        return "其余为" + w.plain(band["gives"]) if name == "grades" else "其余得" + w.ratio_text(band["gives"])
    if name == "grades":
        return f"{w.number_text(band['at_least'])}分及以上为{w.plain(band['gives'])}"
    return f"{w.ratio_text(band['at_least'])}及以上得{w.ratio_text(band['gives'])}"


def _value(value: Any) -> str:
    """A value of a kind that no rule set had so far."""
    if isinstance(value, str):
        return w.plain(value)
    if isinstance(value, bool):
        return w.value_text(value, None)
    if isinstance(value, int | float):
        return w.number_text(value, 6)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


# --- measures -------------------------------------------------------------------------------------


def measures(results: Results) -> Iterable[Block]:
    """For every figure how it was found, the query that gives it folded below."""
    rows = []
    for name, entry in _figures(results):
        evidence = f.evidence_of(entry)
        kind = _KINDS.get(evidence.get("kind") or "", w.BLANK)
        words = w.clause(evidence.get("words")) or w.clause(evidence.get("method")) or w.BLANK
        direction = w.clause(entry.get("direction_words")) or _direction(entry)
        rows.append([name, kind, words, _records(evidence), direction])
    columns = [
        ("指标", "left", 9),
        ("取得方式", "center", 5.5),
        ("口径", "left", 14),
        ("记录数", "right", 4),
        ("比较方向", "left", 8),
    ]
    yield f.table("指标取得方式和计算口径", columns, rows)
    clocks = dict.fromkeys(c for _, entry in _figures(results) for c in f.evidence_of(entry).get("clocks") or ())
    if clocks:
        yield from f.para("计时口径。" + "".join(w.sentence(w.clause(clock)) for clock in clocks))
    yield from evidence_folds(results)


def _figures(results: Results) -> Iterator[tuple[str, Judged]]:
    """Name and entry of everything that has a figure of its own."""
    for indicator in results["indicators"]:
        yield from named(indicator)


def _records(evidence: Evidence) -> str:
    return w.BLANK if evidence.get("rows") is None else str(evidence["rows"])


def _direction(entry: Judged) -> str:
    target = entry["target"]
    if w.is_timed_share(entry):
        return "占比越高越好"
    words = {"higher": "越高越好", "lower": "越低越好", "equal": "等于目标"}.get(target.get("direction") or "")
    source = {
        "text": "由目标文字判定",
        "year_file": "由年度文件指定",
        "lexicon": "由指标名称判定",
    }.get(target.get("direction_source") or "")
    if not words:
        return "没有写明" if target.get("kind") in ("number", "duration") else w.BLANK
    return f"{words}（{source}）" if source else words


# --- where it came from ---------------------------------------------------------------------------


def sources(results: Results) -> Iterable[Block]:
    """The inputs with their hashes, the environment, and the command that makes the report again."""
    made = results.get("provenance") or {}
    if not made:
        yield from f.para("没有记录数据来源。")
        return
    told = [f"运行环境为 Python {w.clause(made['python'])}"] if made.get("python") else []
    for sha256, words in ((made.get("code_sha256"), "程序"), (made.get("lock_sha256"), "依赖清单")):
        if sha256:
            told.append(f"{words}校验值为 {sha256[:HASH_SHOWN]}")
    inputs = made.get("inputs") or []
    yield from f.para(
        f"本报告由{len(inputs)}个输入文件生成，逐一列于下表。" if len(inputs) > 1 else "",
        f"{'，'.join(told)}。" if told else "",
        "输入文件、程序和依赖不变时，重新生成的报告与本报告一致。",
    )
    if inputs:
        columns = [("文件", "left", 3.0), ("字节数", "right", 1.0), ("校验值", "left", 1.5)]
        rows = [
            [
                short_path(item["file"], results["fiscal_year"]),
                w.BLANK if item.get("bytes") is None else str(item["bytes"]),
                item["sha256"][:HASH_SHOWN],
            ]
            for item in inputs
        ]
        note = f"校验值为文件 {fixed('SHA-256')} 值的前{HASH_SHOWN}位，完整值见 manifest.json。"
        table = f.table("输入文件", columns, rows, note=note)
        yield Fold(title=f"输入文件（{len(inputs)}个）", blocks=(table,))
    yield from by_file(results)
    commands = [w.plain(command) for command in made.get("commands") or ()]
    if commands:
        where = f"含有 data/raw/{results['fiscal_year']}/ 的项目文件夹"
        yield from f.para(f"重新生成本报告，按程序的 README 装好后，在{where}里运行：")
        yield Items(items=tuple(commands))
