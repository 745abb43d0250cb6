"""Indicator by indicator: the target, the actual, how it was found, last year, what needs a word."""

from __future__ import annotations

import re
from collections.abc import Iterable

from helpers.indicators.plain import is_number
from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Items
from helpers.report.figure_ids import figure_id
from helpers.report.fiscal_words import year_words
from helpers.report.narrative.chapters import Point, about, see
from helpers.report.results_indicators import Evidence, Indicator, Judged, Part
from helpers.report.results_types import Results

NOTE_WORDS = {
    "strict_bound_hit": "目标不含界限值本身，实际值恰好等于界限值，按未完成计，得分按公式计算",
    "rounded_to_full": "与目标相差很小，未完成；得分按公式计算，保留两位小数后与分值相等",
    "part_of_year": "记录只涵盖本年度的一部分月份，按已有的月份评判，不看走势，也不与上年比较",
    "part_of_year_open": "记录只涵盖本年度的一部分月份，不能代表全年，因此按无法判定处理",
    "negative_actual": "实际值为负数，按零计算",
    "direction_missing": "目标没有写明是越高越好还是越低越好，无法判定是否完成",
    "incomparable_units": "目标与实际完成值的计量单位不能比较",
    "operator_copied": "填报的实际值照抄了目标的比较符号，没有给出确切数值",
    "approximate": "实际值为约数",
    "lower_bound": "实际值为约数，按其下限计算",
    "bounds_straddle": "未能识别的记录足以改变是否完成的判定，因此按无法判定处理",
}
"""What the marks on a result mean to a reader."""
_QUOTIENT = re.compile(r"\(SELECT .*\) / \(SELECT ", re.DOTALL)
_TOLD_BY_KIND = {"overshoot", "fragile"}
_TOLD_BY_EVIDENCE = {"stated_without_method"}


def each_indicator(results: Results) -> Iterable[Point]:
    """One point for every indicator, in the order of the table."""
    for entry in results["indicators"]:
        yield Point(w.clause(entry["level3"]), tuple(_blocks(results, entry)), about(entry["id"]))


def _blocks(results: Results, entry: Indicator) -> Iterable[Block]:
    yield from f.para(_result(entry))
    parts = entry.get("parts") or ()
    if parts:
        anchors = tuple(
            figure_id("indicators", entry["id"], part.get("name") or part["level3"], "actual") for part in parts
        )
        yield Items(items=tuple(part_words(part) for part in parts), anchors=anchors)
    yield from f.para(_combined(entry), *_evidence(results, entry), _previous(results, entry))
    yield from f.para(*_to_explain(results, entry))


# --- target and actual ----------------------------------------------------------------------------


def _result(entry: Indicator) -> str:
    target = w.plain(entry.get("target_text"))
    goal = f"目标为{w.quoted(target)}" if target else "没有写明目标"
    full = f"（分值{w.score_text(entry['weight'])}）" if entry["weight"] is not None else ""
    if entry["status"] == "unknown":
        filed = w.clause(entry.get("actual_text"))
        if filed and {"bounds_straddle", "part_of_year_open"} & {*(entry.get("notes") or ())}:
            return f"本指标{goal}，按已识别的记录计算为{filed}，完成情况无法判定，暂不评分{full}。"
        what = f"实际填报为{w.quoted(filed)}，不能与目标比较" if filed else "实际完成值没有取得"
        return f"本指标{goal}，{what}，完成情况无法判定，暂不评分{full}。"
    actual = f"，实际完成{f.actual_words(entry)}" if not entry.get("parts") else ""
    variance = w.variance_words(entry)
    variance = f"，{variance}" if variance else ""
    told = f"，{w.status_words(entry['status'])}" if entry["status"] != "met" or not variance else ""
    score = "暂不评分" if entry["score"] is None else f"得{w.score_text(entry['score'])}"
    return f"本指标{goal}{actual}{variance}{told}，{score}{full}。"


def part_words(part: Part) -> str:
    """One part of a compound target: its limit, the actual, how they compare."""
    name, target = f.part_name(part), w.clause(part.get("target_text"))
    status = w.status_words(part["status"])
    variance = w.variance_words(part)
    variance = f"，{variance}" if variance else ""
    if part.get("actual") is None:
        return f"{name}：要求{target}，实际完成值没有取得，{status}。"
    if w.is_timed_share(part):
        required = part.get("required") or 1
        share = f.actual_words(part)
        rule = f"要求达到{w.ratio_text(required)}"
        return f"{name}：时限为{target}，在时限内完成的占{share}，{rule}{variance}，{status}。"
    return f"{name}：目标为{w.quoted(target)}，实际完成{f.actual_words(part)}{variance}，{status}。"


def _combined(entry: Indicator) -> str:
    """How the parts make up the whole, and what was assumed where the target leaves it open."""
    parts = entry.get("parts") or ()
    if not parts:
        return ""
    told = ""
    if entry["attainment"] is not None:
        shares = [part.get("share_of_weight") for part in parts]
        equal = all(share is None for share in shares)
        how = "同等对待" if equal else f"按{'、'.join(w.ratio_text(s or 0) for s in shares)}的比重"
        rate = w.rate_text(entry["attainment"], entry["weight"], entry["score"])
        told = f"各部分{how}，完成率按各自完成率（最高计至{w.ratio_text(1)}）平均，为{rate}。"
    timed = [p for p in parts if w.is_timed_share(p) and p.get("required") == 1]
    if timed:
        told += f"目标没有写明须有多大比例在时限内完成，按{w.ratio_text(1)}计算。"
    return told


# --- how it was found -----------------------------------------------------------------------------


def _evidence(results: Results, entry: Indicator) -> list[str]:
    """Where the actual comes from: computed from records, stated, or rated, with its caveats."""
    evidence = f.evidence_of(entry)
    parts = entry.get("parts") or ()
    told = [_computed(f.evidence_of(part), f"“{f.part_name(part)}”部分") for part in parts] or [
        found_words(evidence, f.self_name(results))
    ]
    notes = [w.sentence(evidence.get("method")), w.sentence(w.tight(evidence.get("note")))]
    notes += [w.sentence(w.tight(f.evidence_of(part).get("note"))) for part in parts]
    labels = ["测算方法：" if notes[0] else "", ""] + [""] * len(parts)
    return told + [label + note for label, note in zip(labels, notes, strict=True)]


def found_words(evidence: Evidence, me: str) -> str:
    """Where an actual comes from: from records, stated with its documents, or rated."""
    kind = evidence.get("kind")
    if kind == "computed":
        return _computed(evidence, "实际完成值")
    documents = _documents(evidence)
    if kind == "stated":
        basis = f"，佐证材料为{documents}" if documents else "，没有列出佐证材料"
        silent = "" if evidence.get("method") or evidence.get("note") else "没有提供测算方法。"
        return f"实际完成值由{me}填报，不是由记录计算得出{basis}。{silent}"
    if kind == "rated":
        basis = f"，依据{documents}" if documents else ""
        return f"本指标为定性指标，完成等次由评定得出{basis}。"
    return ""


def _computed(evidence: Evidence, what: str) -> str:
    words, rows = w.clause(evidence.get("words")), evidence.get("rows")
    if not words:
        return ""
    # Of a quotient the rows are those of its numerator.
    which = "分子" if _QUOTIENT.match(evidence.get("sql") or "") else ""
    counted = f"，{which}依据{rows}条记录" if rows else ""
    return f"{what}按{w.quoted(words)}的口径{counted}计算。"


def _documents(evidence: Evidence) -> str:
    told = []
    for document in evidence.get("documents") or ():
        more = [w.date_text(date)] if (date := document.get("date")) else []
        more += [f"{w.clause(document['custodian'])}保管"] if document.get("custodian") else []
        told.append(f"《{w.clause(document['document'])}》" + (f"（{'，'.join(more)}）" if more else ""))
    return "、".join(told)


# --- last year ------------------------------------------------------------------------------------


def _previous(results: Results, entry: Indicator) -> str:
    """Last year's result and the change since."""
    told = "".join(_change(results, part, f"“{f.part_name(part)}”") for part in entry.get("parts") or ())
    return told or _change(results, entry, "")


def _change(results: Results, entry: Judged, name: str) -> str:
    past = f.previous_of(entry)
    words = w.clause(past.get("actual_text"))
    unit = w.actual_unit(entry)
    if not words and past.get("actual") is not None:
        words = w.value_text(past["actual"], unit)
    if not words:
        return ""
    state = f"（{w.status_words(status)}）" if (status := past.get("status")) else ""
    year = year_words(results, past["fiscal_year"])
    if entry.get("parts"):
        return f"{year}{w.clause(words).replace(':', '：').replace(';', '；')}{state}。"
    lead = f"{year}{name}实际完成{words}{state}"
    if why := f.unlike_words(entry):
        return f"{lead}，{why}，不作比较。"
    old, new = past.get("actual"), entry.get("actual")
    figures = [v for v in (old, new) if is_number(v)]
    if len(figures) < 2:
        return f"{lead}。"
    change = w.exact(figures[1]) - w.exact(figures[0])
    if change == 0:
        return f"{lead}，本年持平。"
    up, down = ("提高", "下降") if unit == "比例" else ("增加", "减少")
    return f"{lead}，本年{up if change > 0 else down}{w.gap_text(abs(change), unit, old, entry.get('decimals'))}。"


# --- what needs a word ----------------------------------------------------------------------------


def _to_explain(results: Results, entry: Indicator) -> Iterable[str]:
    kinds = {d["kind"] for d in results["deviations"] if d["indicator"] == entry["id"]}
    if "shortfall" in kinds:
        yield f"未达目标的原因和改进措施{see('shortfalls', '见{}')}。"
    if "overshoot" in kinds:
        yield f"实际完成值明显超出目标{see('overshoots')}。"
    if "fragile" in kinds:
        yield f"目标已经达到，但结果不够稳固{see('fragile')}。"
    if "trend" in kinds:
        yield f"各期走势需要关注{see('trends')}。"
    notes = [*(entry.get("notes") or ()), *(n for p in entry.get("parts") or () for n in p.get("notes") or ())]
    for note in dict.fromkeys(notes):
        unknown = f"该指标带有标注“{note}”" if note.isascii() else note
        yield w.sentence(NOTE_WORDS.get(note, unknown))
    for finding in results["audit"]:
        where = finding.get("where") or {}
        check = finding["check"]
        told_already = check in _TOLD_BY_EVIDENCE or (check in _TOLD_BY_KIND and check in kinds)
        if where.get("level3") == entry["level3"] and not told_already:
            yield w.sentence(w.tight(finding["message"]))
