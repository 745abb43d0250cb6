"""How the figures were made: the rules applied, each measure in words and SQL, inputs with hashes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from helpers.report import wording as w
from helpers.report.blocks import Block, Fold, Items, Paragraph
from helpers.report.narrative import facts as f
from helpers.report.narrative.annexes import HASH_SHOWN, short_path
from helpers.report.narrative.facts import Entry, Results
from helpers.report.narrative.outline import Section

_CONFIDENCE = {"H": "已核实", "M": "待核实", "L": "推定"}
_KINDS = {"computed": "由记录计算", "stated": "由单位申报", "rated": "由评定得出"}


def basis(results: Results) -> Iterable[Section]:
    """The sections of the annex on rules, measures and provenance."""
    yield Section("采用的评分规则", (rules,))
    yield Section("指标计算口径", (measures,))
    yield Section("数据来源和复现方法", (sources,))


def rules(results: Results) -> Iterable[Block]:
    """The rule set as applied, each value with its source."""
    applied = results.get("rules") or {}
    if applied:
        title = w.clause(applied.get("title") or applied["id"])
        yield from f.para(f"评分按{title}执行，采用的规则取值如下。" if applied.get("values") else f"评分按{title}执行。")
    if results.get("weights_basis"):
        yield from f.para(f"分值说明：{w.sentence(results['weights_basis'])}")
    values = applied.get("values") or []
    if values:
        columns = [("规则", "left", 2.4), ("取值", "left", 1.8), ("出处", "left", 2.4), ("核实情况", "center", 1.0)]
        rows = [
            [
                w.clause(value["name"]),
                _value(value["value"]),
                w.clause(value.get("source")) or w.BLANK,
                _CONFIDENCE.get(value.get("confidence") or "", w.clause(value.get("confidence")) or w.BLANK),
            ]
            for value in values
        ]
        yield f.table("评分规则取值", columns, rows)


def _value(value: Any) -> str:
    """A rule's value as text, whatever shape a rule set gives it."""
    if isinstance(value, str):
        return w.plain(value)
    if value is None or isinstance(value, bool | int | float):
        return w.BLANK if value is None else w.number_text(value, 6) if not isinstance(value, bool) else w.value_text(value, None)
    if isinstance(value, list):
        return "、".join(_value(item) for item in value)
    if isinstance(value, dict) and all(isinstance(item, str | int | float) for item in value.values()):
        return "；".join(f"{w.plain(key)} {_value(item)}" for key, item in value.items())
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


# --- measures -------------------------------------------------------------------------------------


def measures(results: Results) -> Iterable[Block]:
    """For every figure how it was found, the query that gives it folded below."""
    rows = []
    for name, entry in _figures(results):
        evidence = entry.get("evidence") or {}
        kind = _KINDS.get(evidence.get("kind") or "", w.BLANK)
        words = w.clause(evidence.get("words")) or w.clause(evidence.get("method")) or w.BLANK
        rows.append([name, kind, words, _records(evidence), w.clause(entry.get("direction_words")) or _direction(entry)])
    columns = [("指标", "left", 1.8), ("取得方式", "center", 1.1), ("口径", "left", 2.6), ("记录数", "right", 0.8), ("比较方向", "left", 1.6)]
    yield f.table("指标取得方式和计算口径", columns, rows)
    for name, entry in _figures(results):
        evidence = entry.get("evidence") or {}
        if evidence.get("sql"):
            yield Fold(title=f"{name}的查询语句", blocks=tuple(_query(evidence)))


def _figures(results: Results) -> Iterator[tuple[str, Entry]]:
    """Name and entry of everything that has a figure of its own."""
    for indicator in results["indicators"]:
        parts = indicator.get("parts") or ()
        for part in parts:
            yield f"{w.clause(indicator['level3'])}（{f.part_name(part)}）", part
        if not parts:
            yield w.clause(indicator["level3"]), indicator


def _records(evidence: Entry) -> str:
    return w.BLANK if evidence.get("rows") is None else str(evidence["rows"])


def _direction(entry: Entry) -> str:
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


def _query(evidence: Entry) -> Iterable[Paragraph]:
    # Only line breaks are touched: a query must stay what was run.
    yield Paragraph(text=" ".join(str(evidence["sql"]).split()), style="note")
    files = [short_path(item["file"]) for item in evidence.get("inputs") or ()]
    if files:
        yield Paragraph(text=f"数据文件：{w.listing(files, 8)}。", style="note")


# --- where it came from ---------------------------------------------------------------------------


def sources(results: Results) -> Iterable[Block]:
    """The inputs with their hashes, the environment, and the command that makes the report again."""
    made = results.get("provenance") or {}
    if not made:
        yield from f.para("没有记录数据来源。")
        return
    told = [f"运行环境为 Python {w.clause(made['python'])}"] if made.get("python") else []
    for key, words in (("code_sha256", "程序"), ("lock_sha256", "依赖清单")):
        if made.get(key):
            told.append(f"{words}校验值为 {made[key][:HASH_SHOWN]}")
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
                short_path(item["file"]),
                w.BLANK if item.get("bytes") is None else str(item["bytes"]),
                item["sha256"][:HASH_SHOWN],
            ]
            for item in inputs
        ]
        note = f"校验值为文件 SHA-256 值的前{HASH_SHOWN}位，完整值见 manifest.json。"
        table = f.table("输入文件", columns, rows, note=note)
        yield Fold(title=f"输入文件（{len(inputs)}个）", blocks=(table,))
    commands = [w.plain(command) for command in made.get("commands") or ()]
    if commands:
        yield from f.para("重新生成本报告的命令：")
        yield Items(items=tuple(commands))
