"""What was promised each year, and what became of it: adopted, done, verified, and whether it worked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from helpers.report import wording as w
from helpers.report.facts import para, plan_of, table, yardstick_of
from helpers.report.many_years import ManyYears
from helpers.report.results_plans import Action

WORKED = {True: "有效", False: "未见成效", None: "尚不能认定"}


@dataclass(frozen=True)
class Promise:
    """A measure of ``year``: as it was promised, and as the year after found it; None where that is not here."""

    year: int
    promised: Action | None
    found: Action | None
    found_in: int | None

    @property
    def action(self) -> Action:
        known = self.promised or self.found
        assert known is not None
        return known

    @property
    def outcome(self) -> str:
        if self.found is None:
            return "尚无核实"
        if self.found["status"] != "done":
            return "未完成"
        return WORKED[self.found.get("verified")]


def promises(many: ManyYears) -> list[Promise]:
    """Each year's measures in order; what only a follow-up tells of belongs to the year before it."""
    made = {(year, one["id"]): one for year, results in many.results.items() for one in plan_of(results)}
    found: dict[tuple[int, str], tuple[Action, int]] = {}
    for year, results in many.results.items():
        for one in results.get("followup", ()):
            past = [y for y in many.years if y < year and (y, one["id"]) in made]
            found[past[-1] if past else year - 1, one["id"]] = one, year
    return [
        Promise(year, made.get((year, name)), *found.get((year, name), (None, None)))
        for year, name in sorted({*made, *found}, key=lambda key: (key[0], key[1]))
    ]


def measures_blocks(many: ManyYears) -> Iterator[Any]:
    found = promises(many)
    if not found:
        yield from para("各年度没有提出改进措施。")
        return
    counts = Counter(one.outcome for one in found)
    order = ("有效", "未见成效", "尚不能认定", "未完成", "尚无核实")
    told = "、".join(f"{words}{counts[words]}条" for words in order if counts[words])
    again = [one for one in found if one.action.get("carried_from")]
    more = [f"，其中{len(again)}条由以前年度结转"] if again else []
    yield from para(f"各年度共提出改进措施{len(found)}条：{told}" + "".join(more) + "。")
    heads = ("年度", "措施", "提出时", "责任岗位", "完成时限", "衡量指标和目标", "落实", "成效", "认定")
    widths = (0.6, 2.4, 0.7, 1.0, 1.0, 1.6, 1.2, 1.4, 0.8)
    columns = [(head, "left", width) for head, width in zip(heads, widths, strict=True)]
    note = "“尚无核实”指后一年度的成套材料不在对照范围内，或其中没有核实这项措施。"
    yield table("改进措施及成效", columns, [_row(one) for one in found], note=note)


def _row(one: Promise) -> list[str]:
    action, found = one.action, one.found
    stick = yardstick_of(action)
    goal = "，".join(filter(None, (w.clause(stick.get("words")), w.clause(stick.get("target_text"))))) or w.BLANK
    due = action.get("due")
    done = w.UNKNOWN if found is None else _done(found)
    name = w.plain(action["action"]) + (f"（结转自{action['carried_from']}）" if action.get("carried_from") else "")
    return [
        f"{one.year}年",
        f"{action['id']}　{name}",
        w.PLAN_STATUS_WORDS[one.promised["status"]] if one.promised else w.BLANK,
        w.plain(action.get("owner")) or w.TO_FILL,
        w.date_text(due) if due else w.TO_FILL,
        goal,
        done if found is not None else w.BLANK,
        _moved(found) if found is not None else w.BLANK,
        one.outcome,
    ]


def _done(found: Action) -> str:
    day = found.get("done_on")
    state = w.PLAN_STATUS_WORDS[found["status"]]
    return f"{state}（{w.date_text(day)}）" if day else state


def _moved(found: Action) -> str:
    stick = yardstick_of(found)
    before, after = (w.value_text(stick.get(side), stick.get("unit")) for side in ("before", "after"))
    return f"{before}→{after}" if stick else w.BLANK
