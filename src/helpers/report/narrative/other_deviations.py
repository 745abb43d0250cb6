"""Deviations that are no shortfall: results far beyond their target, fragile ones, a course that needs watching."""

from __future__ import annotations

from collections.abc import Iterable

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block
from helpers.report.narrative import signals
from helpers.report.narrative.chapters import Point, reasons
from helpers.report.narrative.deviations import measures_of, months_blocks
from helpers.report.results_deviations import Deviation
from helpers.report.results_indicators import Judged
from helpers.report.results_types import Results


def overshoots(results: Results) -> Iterable[Point]:
    """Results far beyond their target: how far, on which basis, what follows for the next target."""
    for deviation in f.deviations_of(results, "overshoot"):
        entry = f.judged(results, deviation)
        if entry is None:
            continue
        words = w.attainment_words(entry)
        rate = f"完成率为{words}" if words != "优于目标" else "优于目标的幅度较大"
        lead = f"该项目标为{w.quoted(entry.get('target_text'))}，实际完成{f.actual_words(entry)}，{rate}。"
        advice = "下一年度应结合本年实际完成情况和测算依据，重新核定目标值。"
        since = signals.last_year(results, deviation, w.actual_unit(entry), entry.get("decimals"))
        told = f.para(lead, since, _basis(entry), advice)
        yield Point(
            f.subject(results, deviation),
            (*told, *_optional_measures(results, deviation)),
            reasons(deviation["indicator"]),
        )


def _basis(entry: Judged) -> str:
    evidence = f.evidence_of(entry)
    if evidence.get("kind") != "stated":
        return ""
    note = w.clause(evidence.get("note"))
    unclear = "，没有提供测算方法" if not evidence.get("method") and not note else ""
    return f"该实际值系填报{unclear}{f'，{note}' if note else ''}，不能由记录核实。"


def fragile(results: Results) -> Iterable[Point]:
    """Met results that might as well have been missed: a small sample, or one bad month away."""
    moving = {(d["indicator"], d.get("part")) for d in f.deviations_of(results, "trend")}
    for at, deviation in enumerate(f.deviations_of(results, "fragile")):
        entry = f.judged(results, deviation)
        if entry is None:
            continue
        what, unit = f.subject(results, deviation), w.actual_unit(entry)
        lead = f"该项目标为{w.quoted(entry.get('target_text'))}，实际完成{f.actual_words(entry)}，已达到目标"
        why = _bad_month(entry, deviation) or _sample(entry, deviation)
        blocks: list[Block] = [
            *f.para(f"{lead}。", why, signals.last_year(results, deviation, unit, entry.get("decimals")))
        ]
        # A course without a signal is no news about a target that was met.
        control = deviation.get("control")
        if control and control["signals"] and (deviation["indicator"], deviation.get("part")) not in moving:
            blocks += signals.control_blocks(deviation, unit, f"fragile-{at + 1}-control", what)
        yield Point(what, (*blocks, *_optional_measures(results, deviation)), reasons(deviation["indicator"]))


def _sample(entry: Judged, deviation: Deviation) -> str:
    interval = deviation.get("interval") or entry.get("interval")
    if not interval:
        return "但达标的余量很小，下一年度应继续关注。"
    known = deviation.get("text_facts") or {}
    rows = known.get("rows") or f.evidence_of(entry).get("rows")
    unit = w.actual_unit(entry)
    sample = f"但该结果只来自{rows}份样本，" if rows else "但该结果来自抽样，"
    side = "上限高于目标" if w.lower_is_better(entry) else "下限低于目标"
    return (
        f"{sample}据此推断，总体水平估计在{w.interval_text(interval, unit)}之间，"
        f"{side}，不能排除总体没有达到目标。下一年度应增加样本量后再作判断。"
    )


def _bad_month(entry: Judged, deviation: Deviation) -> str:
    known = deviation.get("text_facts") or {}
    if known.get("with_bad_month") is None or not known.get("month"):
        return ""
    unit = w.actual_unit(entry)
    value = known.get("month_value")
    own = f"（当月为{w.value_text(value, unit)}）" if value is not None else ""
    would = w.value_text(known["with_bad_month"], unit)
    return f"但如果再有一个月与{w.date_text(known['month'])}{own}相当，全年结果将为{would}，达不到目标。"


def trends(results: Results) -> Iterable[Point]:
    """Results whose course over the year or the years speaks against the target."""
    for at, deviation in enumerate(f.deviations_of(results, "trend")):
        entry = f.judged(results, deviation)
        if entry is None:
            continue
        what, unit = f.subject(results, deviation), w.actual_unit(entry)
        lead = (
            f"该项目标为{w.quoted(entry.get('target_text'))}，实际完成{f.actual_words(entry)}，各期走势不利于达到目标。"
        )
        blocks = [
            *f.para(
                lead,
                signals.course(results, deviation, unit),
                signals.last_year(results, deviation, unit, entry.get("decimals")),
            ),
            *months_blocks(entry, deviation, f"trend-{at + 1}", what),
            *signals.states_blocks(deviation, f"trend-{at + 1}-states", what),
        ]
        yield Point(what, (*blocks, *_optional_measures(results, deviation)), reasons(deviation["indicator"]))


def _optional_measures(results: Results, deviation: Deviation) -> list[Block]:
    """Measures where there are some and no shortfall of the indicator has listed them already."""
    missed = {d["indicator"] for d in f.deviations_of(results, "shortfall")}
    has = any(action["indicator"] == deviation["indicator"] for action in results["plan"])
    return measures_of(results, deviation["indicator"]) if has and deviation["indicator"] not in missed else []
