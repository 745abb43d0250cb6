"""Years side by side: which indicator is which, and that nothing is joined that counts something else."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from helpers.report.blocks import Figure, Table
from helpers.report.figures.many_years_charts import course_chart
from helpers.report.many_years import ManyYears, many_years, revised_targets
from helpers.report.many_years_measures import promises
from helpers.report.many_years_told import notice_of, told
from tests.report import sample_results as sample

Edit = Callable[[Any], None]


def year(number: int, edit: Edit | None = None) -> Any:
    found = copy.deepcopy(sample.fy2024())
    found["fiscal_year"] = number
    for entry in found["indicators"]:
        entry["previous"] = None
    found["plan"], found["followup"] = [], []
    if edit:
        edit(found)
    return found


def pair(edit: Edit) -> ManyYears:
    return many_years([year(2024, edit), year(2023)])


def last(results: Any) -> Any:
    return results["indicators"][-1]


def line(many: ManyYears, name: str) -> Any:
    return next(one for one in many.lines if one.name == name)


NAME = last(year(2024))["level3"]


def test_the_same_indicator_is_one_line_in_order_of_years() -> None:
    found = line(pair(lambda _: None), NAME)
    assert [p.year for p in found.points] == [2023, 2024]
    assert [[p.year for p in run] for run in found.runs] == [[2023, 2024]]


def test_another_definition_begins_a_new_line_with_a_mark() -> None:
    many = pair(lambda r: last(r).update(definition="只计书面答卷"))
    found = line(many, NAME)
    assert [[p.year for p in run] for run in found.runs] == [[2023], [2024]]
    assert "只计书面答卷" in found.points[1].broken[0]
    cells = [c.text for b in told(many) if isinstance(b, Table) for row in b.rows for c in row]
    assert any(text.endswith("※") for text in cells)
    assert any("指标定义由" in text for text in cells)


def test_other_measure_words_and_queries_break_but_another_year_in_a_query_does_not() -> None:
    def query(text: str) -> Edit:
        return lambda r: last(r).update(evidence={"kind": "computed", "words": "满意答卷占比", "sql": text})

    same = [year(y, query(f"SELECT 1 FROM t WHERE day >= '{y}-01-01' AND day < '{y + 1}-01-01'")) for y in (2023, 2024)]
    assert line(many_years(same), NAME).points[1].broken == ()
    other = [year(2023, query("SELECT 1 FROM t")), year(2024, query("SELECT 1 FROM t WHERE valid"))]
    assert "查询语句不同" in line(many_years(other), NAME).points[1].broken[0]


def test_another_id_is_matched_by_name_and_said() -> None:
    many = pair(lambda r: last(r).update(id="renamed"))
    found = line(many, NAME)
    assert len(found.points) == 2 and found.points[1].broken == ()
    assert found.points[1].said == (f"编号由{found.points[0].id}改为renamed，按名称对应",)


def test_ids_that_change_places_are_followed_by_name() -> None:
    def swap(r: Any) -> None:
        one, other = r["indicators"][0], r["indicators"][1]
        one["id"], other["id"] = other["id"], one["id"]

    many = pair(swap)
    for found in many.lines:
        assert len({p.entry["level3"] for p in found.points}) == 1


def test_an_id_given_to_something_else_is_never_one_line() -> None:
    many = pair(lambda r: last(r).update(level3="完全不同的指标"))
    found = line(many, "完全不同的指标")
    assert "名称由" in found.points[-1].broken[0] and [len(run) for run in found.runs] == [1, 1]


def test_an_indicator_of_one_year_is_not_there_in_the_other() -> None:
    many = pair(lambda r: r["indicators"].pop())
    found = line(many, NAME)
    assert [p.year for p in found.points] == [2023]
    assert course_chart(found, 1) == ()


def test_unknown_stays_unknown() -> None:
    many = pair(lambda r: last(r).update(actual=None, actual_text=None, status="unknown", score=None))
    assert line(many, NAME).points[1].number is None
    assert many.facts[2024].complete is False and not many.comparable(2023, 2024)
    texts = [c.text for b in told(many) if isinstance(b, Table) for row in b.rows for c in row]
    assert "无法判定，无法判定" in texts and any(text.startswith("未评全") for text in texts)


def test_a_year_that_is_not_there_breaks_the_line() -> None:
    many = many_years([year(2022), year(2024)])
    assert many.gaps == [2023]
    assert [len(run) for run in line(many, NAME).runs] == [1, 1]


def test_targets_are_revised_by_value_not_by_wording() -> None:
    reworded = pair(lambda r: last(r).update(target_text="≥ 90%（不低于）"))
    assert revised_targets(reworded) == []

    def higher(r: Any) -> None:
        last(r).update(target_text="不低于95%", target={**last(r)["target"], "value": 0.95})

    (one,) = revised_targets(pair(higher))
    assert (one.after.year, one.way) == (2024, "收紧")


def test_other_rules_make_scores_not_comparable() -> None:
    many = pair(lambda r: r.update(rules={"id": "other", "title": "另一办法"}))
    assert many.yardsticks == {2023: "口径1", 2024: "口径2"}
    text = " ".join(getattr(b, "text", "") for b in told(many))
    assert "不作比较：两个年度评分口径不同" in text


def measure(name: str, **more: Any) -> Any:
    return {"id": name, "indicator": "i", "action": "做一件事", "status": "adopted", **more}


def test_what_was_promised_is_told_with_what_became_of_it() -> None:
    def then(r: Any) -> None:
        r["followup"] = [
            measure("2023-1", status="done", verified=True),
            measure("2023-2", status="done", verified=False),
            measure("2023-3", status="done", verified=None),
            measure("2023-4", status="carried"),
        ]
        r["plan"] = [measure("2024-1")]

    before = year(2023, lambda r: r.update(plan=[measure(f"2023-{n}") for n in range(1, 5)]))
    found = {one.action["id"]: one for one in promises(many_years([before, year(2024, then)]))}
    assert {name: one.outcome for name, one in found.items()} == {
        "2023-1": "有效",
        "2023-2": "未见成效",
        "2023-3": "尚不能认定",
        "2023-4": "未完成",
        "2024-1": "尚无核实",
    }


def shortfall(cause: str, **more: Any) -> Any:
    one = {"dimension": "cause", "cause": cause, "contribution": 0.02, "misses": 5, **more}
    return {"indicator": last(year(2024))["id"], "kind": "shortfall", "gap": 0.02, "unit": "比例", "causes": [one]}


def test_the_same_cause_again_is_said_and_chance_is_not() -> None:
    def blocks(*causes: Any) -> str:
        both = [year(2023 + at, lambda r, one=one: r.update(deviations=[one])) for at, one in enumerate(causes)]
        return " ".join(getattr(b, "text", "") for b in told(many_years(both)))

    assert "同一原因再次出现的有1个" in blocks(shortfall("备件到货迟"), shortfall("备件到货迟"))
    assert "没有同一原因在两个以上年度出现" in blocks(shortfall("备件到货迟"), shortfall("用户不在位"))
    chance = {"dimension": "device_model", "beyond_chance": False}
    assert "没有记录到未达目标的原因" in blocks(shortfall("PC-1", **chance), shortfall("PC-1", **chance))


def test_every_chart_has_its_table_and_the_notice_stands_on_top() -> None:
    many = pair(lambda r: last(r).update(actual=0.9))
    figures = [block for block in told(many) if isinstance(block, Figure)]
    assert figures and all(figure.data.rows and figure.alt for figure in figures)
    assert notice_of(many) == year(2024)["notice"]
    mixed = many_years([year(2023, lambda r: r.update(notice="试算。")), year(2024)])
    assert (notice_of(mixed) or "").startswith("2023年度：试算；2024年度：")
