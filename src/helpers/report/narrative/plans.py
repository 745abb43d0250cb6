"""The improvement measures: this year's plan, and what became of last year's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Cell, Table
from helpers.report.figure_ids import figure_id
from helpers.report.fiscal_words import year_words
from helpers.report.narrative.options_text import replayed_words
from helpers.report.results_plans import Action, Yardstick
from helpers.report.results_types import Results
from helpers.report.summary_phrases import target_words

_FOLLOWED = {"done": "已完成", "carried": "未完成，结转本年", "proposed": "未采纳", "adopted": "实施中"}
SURE = 0.02
"""What would come about by chance more often than this is not called a change."""
_VERIFIED = {True: "核实有效", False: "核实未见效", None: "尚不能核实"}


def plan_blocks(actions: Sequence[Action], caption: str) -> list[Block]:
    """Measure, cause, post, date, yardstick and state of each action; long texts below the table."""
    long = [text for a in actions for text in (a["action"], a.get("cause"), a.get("expected_effect"))]
    return [_plan_table(actions, caption), *f.full_texts(long, f.CELL_LENGTH)]


def _plan_table(actions: Sequence[Action], caption: str) -> Table:
    columns = [
        ("序号", "center", 3),
        ("改进措施", "left", 12),
        ("针对的原因", "left", 9),
        ("责任岗位", "center", 5.5),
        ("完成期限", "center", 5.5),
        ("衡量指标", "left", 10),
        ("状态", "center", 4),
    ]
    rows: list[list[str | Cell]] = [
        [
            str(at),
            Cell(text=_action(action), anchor=figure_id("plan", action["id"])),
            _cause(action),
            w.clause(action.get("owner")) or w.BLANK,
            w.date_text(due) + ("（建议）" if action["status"] == "proposed" else "")
            if (due := action.get("due"))
            else w.BLANK,
            yardstick_words(action),
            state_words(action),
        ]
        for at, action in enumerate(actions, start=1)
    ]
    return f.table(caption, columns, rows)


def _action(action: Action) -> str:
    effect = w.brief(action.get("expected_effect"), f.CELL_LENGTH)
    told = w.brief(action["action"], f.CELL_LENGTH) + (f"（预期效果：{effect}）" if effect else "")
    return told + replayed_words(action)


def _cause(action: Action) -> str:
    cause = w.brief(action.get("cause"), f.CELL_LENGTH) or w.BLANK
    return {True: f"{cause}（已确认）", False: f"{cause}（已排除）", None: cause}[action.get("confirmed")]


def yardstick_words(action: Action, decimals: int | None = None) -> str:
    """What is measured, its target, and this year's figure from which it starts."""
    yardstick = action.get("yardstick") or {}
    words, target = w.clause(yardstick.get("words")), target_words(yardstick)
    start = yardstick.get("before")
    told = [words or "", f"目标{target}" if target else ""]
    if start is not None:
        goal = yardstick.get("target")
        apart = [goal] if isinstance(goal, int | float) else []
        told.append(f"本年为{w.value_text(start, yardstick.get('unit'), apart, decimals)}")
    return "，".join(filter(None, told)) or w.BLANK


def state_words(action: Action) -> str:
    """Whether a measure is adopted, proposed or carried on."""
    words = w.PLAN_STATUS_WORDS[action["status"]]
    if action.get("carried_from") and action["status"] != "carried":
        return f"{words}（上年结转）"
    return "上年结转" if action["status"] == "carried" else words


def other_plans(results: Results) -> Iterable[Block]:
    """The measures for indicators that have no deviation of their own in the report."""
    raised = {deviation["indicator"] for deviation in results["deviations"]}
    actions = [action for action in f.plan_of(results) if action["indicator"] not in raised]
    if actions:
        yield from f.para(f"除上述偏离外，另有改进措施{len(actions)}项。")
        yield from plan_blocks(actions, "其他改进措施")


def followup(results: Results) -> Iterable[Block]:
    """Each measure of last year's plan with its yardstick before and after and the verdict."""
    entries = results.get("followup") or []
    if not entries:
        return
    yield from f.para(_counted(entries))
    year = results["fiscal_year"]
    columns = [
        ("序号", "center", 3),
        ("上年改进措施", "left", 10),
        ("落实情况", "left", 7),
        ("衡量指标及目标", "left", 9),
        (year_words(results, year - 1), "right", 5),
        (year_words(results, year), "right", 5),
        ("核实结论", "left", 10),
    ]
    rows = [[str(at), *_followed(results, entry)] for at, entry in enumerate(entries, start=1)]
    yield f.table("上年改进措施落实情况", columns, rows)
    told = [(_effect(at, entry), entry) for at, entry in enumerate(entries, start=1)]
    for words, _ in told:
        yield from f.para(words)
    yield from f.para("完成当月的记录，按完成日期分别计入完成以前和以后。" if any(words for words, _ in told) else "")
    regressed = [words for words, entry in told if words and _regressed(entry)]
    if regressed:
        which = "上述" if len(regressed) > 1 else "该项"
        yield from f.para(f"{which}指标上年没有达到目标，不采取措施通常也会有所回升，判断时已经从严。")


def _regressed(entry: Action) -> bool:
    """Whether a measure was judged more strictly, because its indicator had missed."""
    effect = entry.get("effect")
    return effect is not None and effect["regression_to_mean"]


def _effect(at: int, entry: Action) -> str:
    """By how much a finished measure moved its yardstick, against what it did not touch, and how sure that is."""
    effect, unit = entry.get("effect"), (entry.get("yardstick") or {}).get("unit")
    if not effect or entry["status"] != "done":
        return ""
    each = "折合每年" if effect.get("a_year") else ""
    told = (
        f"第{at}项措施完成以前有记录的{effect['months_before']}个月，"
        f"衡量指标{each}为{w.value_text(effect['before'], unit)}，"
        f"完成以后有记录的{effect['months_after']}个月{each}为{w.value_text(effect['after'], unit)}"
    )
    others = effect.get("comparison")
    if others:
        told += (
            f"；同一时期没有涉及的同类记录由{w.value_text(others['before'], unit)}"
            f"变为{w.value_text(others['after'], unit)}"
        )
    low, high = effect["interval"]
    way = "提高" if effect["change"] > 0 else "下降"
    size = w.gap_text(abs(effect["change"]), unit, effect["before"])
    less = "、".join(["同类记录的变化"] * bool(others) + ["季节起落"] * bool(effect.get("seasonal")))
    told += f"。{f'扣除{less}后，' if less else ''}完成前后{way}{size}"
    if low * high > 0 and effect["p_value"] < SURE:
        near, far = sorted((abs(low), abs(high)))
        bounds = (w.gap_text(bound, unit, effect["before"]) for bound in (near, far))
        told += f"，估计在{_range(*bounds)}之间。"
    else:
        told += "，尚不足以认定是措施的成效。"
    return told


def _range(near: str, far: str) -> str:
    """13.5至46.5个百分点: the unit once."""
    unit = far.lstrip("0123456789.,")
    return f"{near.removesuffix(unit)}至{far}"


def _counted(entries: Sequence[Action]) -> str:
    done = [entry for entry in entries if entry["status"] == "done"]
    good = sum(entry.get("verified") is True for entry in done)
    bad = sum(entry.get("verified") is False for entry in done)
    told = [f"已完成{len(done)}项" if done else "尚无一项完成"]
    told += [f"经本年数据核实有效{good}项"] * bool(good) + [f"核实未见效{bad}项"] * bool(bad)
    unclear = len(done) - good - bad
    told += [f"{unclear}项已完成但尚不能判断"] * bool(unclear and (good or bad))
    left = len(entries) - len(done)
    told += [f"{left}项没有完成"] * bool(left and done)
    return f"上年提出改进措施{len(entries)}项，{'，'.join(told)}。"


def _followed(results: Results, entry: Action) -> list[str | Cell]:
    yardstick = entry.get("yardstick") or {}
    words, target = w.clause(yardstick.get("words")), target_words(yardstick)
    state = _FOLLOWED[entry["status"]]
    if entry["status"] == "done" and (done_on := entry.get("done_on")):
        state = f"{w.date_text(done_on)}完成{_late(entry.get('due'), done_on)}"
    elif due := entry.get("due"):
        state += f"（原定{w.date_text(due)}）"
    name = figure_id("followup", entry["id"])
    return [
        Cell(text=w.brief(entry["action"], f.CELL_LENGTH), anchor=name),
        "，".join(filter(None, [w.clause(entry.get("owner")), state])),
        "，".join(filter(None, [words, f"目标{target}" if target else ""])) or w.BLANK,
        *(_figure(results, yardstick, moment) for moment in ("before", "after")),
        Cell(text=_verdict(entry), anchor=f"{name}.conclusion"),
    ]


def _verdict(entry: Action) -> str:
    """Of what was not finished there is nothing to verify, but why."""
    reason = w.clause(entry.get("conclusion"))
    if entry["status"] != "done":
        return reason or "没有完成"
    verdict = _VERIFIED[entry.get("verified")]
    return f"{verdict}：{reason}" if reason else verdict


def _late(due: str | None, done_on: str) -> str:
    """（原定2024年3月31日，逾期12天）; nothing where it was in time or no date was set."""
    days = (date.fromisoformat(done_on) - date.fromisoformat(due)).days if due else 0
    return f"（原定{w.date_text(due)}，逾期{days}天）" if due and days > 0 else ""


def _figure(results: Results, yardstick: Yardstick, moment: Literal["before", "after"]) -> str:
    """Last year's or this year's figure, with the decimals of the indicator that it also answers."""
    value, target = yardstick.get(moment), yardstick.get("target")
    if value is None:
        return w.BLANK
    apart = [target] if isinstance(target, int | float) else []
    return w.value_text(value, yardstick.get("unit"), apart, f.decimals_of(results, yardstick.get("measure")))
