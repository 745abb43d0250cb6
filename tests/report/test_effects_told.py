"""What finished measures moved, and years that cannot be compared, in words."""

from __future__ import annotations

import pytest

from helpers.report import form_texts
from helpers.report.blocks import Paragraph
from helpers.report.figures import series
from helpers.report.narrative import deviations, indicators, main_text, overall, plans, signals
from tests.report import sample_results

EFFECT = {
    "before": 0.65,
    "after": 1.0,
    "change": 0.3,
    "interval": [0.13, 0.47],
    "p_value": 0.0004,
    "months_before": 15,
    "months_after": 10,
    "comparison": {"where": "x", "declared": False, "before": 0.91, "after": 0.93},
    "regression_to_mean": True,
    "seasonal": True,
}


def told(unit: str = "比例", **more: object) -> str:
    entry = {"status": "done", "yardstick": {"unit": unit}, "effect": {**EFFECT, **more}}
    return plans._effect(1, entry)


def test_an_effect_is_told_with_what_was_not_touched_and_how_sure_it_is() -> None:
    assert told() == (
        "第1项措施完成以前有记录的15个月，衡量指标为65%，完成以后有记录的10个月为100%；同一时期没有涉及的同类记录由91%变为93%。"
        "扣除同类记录的变化、季节起落后，完成前后提高30个百分点，估计在13至47个百分点之间。"
    )


def followed(*entries: dict[str, object]) -> list[str]:
    measure = {"id": "2023-1", "action": "某措施", "owner": "某岗", "yardstick": {"unit": "比例"}}
    found = plans.followup({"fiscal_year": 2024, "followup": [{**measure, **e} for e in entries]})
    return [block.text for block in found if isinstance(block, Paragraph)]


def test_that_a_bad_year_recovers_by_itself_is_said_once_below_all_measures() -> None:
    rule = "指标上年没有达到目标，不采取措施通常也会有所回升，判断时已经从严。"
    done = {"status": "done", "verified": True, "effect": EFFECT}
    assert followed(done, done)[-1] == f"上述{rule}" and sum(rule in text for text in followed(done, done)) == 1
    assert followed(done)[-1] == f"该项{rule}"
    assert rule not in "".join(followed({**done, "effect": {**EFFECT, "regression_to_mean": False}}))


def test_the_verdicts_on_last_years_measures_add_up() -> None:
    told = followed(*({"status": "done", "verified": v} for v in (True, False, None, None)), {"status": "carried"})
    assert told[0] == (
        "上年提出改进措施5项，已完成4项，经本年数据核实有效1项，核实未见效1项，2项已完成但尚不能判断，1项没有完成。"
    )


def test_what_may_be_nothing_is_said_to_be() -> None:
    for more in ({"interval": [-0.01, 0.6]}, {"p_value": 0.03}):
        assert "尚不足以认定是措施的成效" in told(**more) and "估计在" not in told(**more)
    plain = told(comparison=None, seasonal=False, regression_to_mean=False)
    assert plain.endswith("完成前后提高30个百分点，估计在13至47个百分点之间。") and "扣除" not in plain


def test_counts_are_told_as_a_years() -> None:
    text = told("件", before=40.2, after=20.1, change=-20.1, interval=[-30.0, -10.0], a_year=True, comparison=None)
    assert "衡量指标折合每年为40.2件" in text and "完成前后下降20.1件，估计在10至30件之间" in text


def test_only_finished_measures_are_told() -> None:
    assert plans._effect(1, {"status": "carried", "effect": EFFECT}) == ""
    assert plans._effect(1, {"status": "done", "effect": None}) == ""


def test_what_became_unknown_is_no_unchanged_result() -> None:
    data = sample_results.fy2024()
    for entry in data["indicators"]:
        if entry.get("previous"):
            entry["previous"]["status"] = entry["status"]
    words = " ".join(str(block) for block in overall.against_last_year(data))
    assert "完成情况没有变化" in words
    first = next(e for e in data["indicators"] if e.get("previous") and e["status"] == "met")
    first["previous"]["status"] = "unknown"
    words = " ".join(str(block) for block in overall.against_last_year(data))
    assert "完成情况没有变化" not in words and f"{first['level3']}上年无法判定、本年可以判定" in words.replace(
        "“", ""
    ).replace("”", "")


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("measured", "两年口径不同"),
        ("part_of_year", "两年的记录没有都涵盖全年"),
        ("repeats", "上年未计承接前一年的再次发生"),
    ],
)
def test_what_does_not_compare_is_told_and_not_compared(why: str, words: str) -> None:
    data = sample_results.fy2024()
    entry = next(e for e in data["indicators"] if (e.get("previous") or {}).get("actual_text") == "90.5%")
    plain = " ".join(map(str, (*overall.change_words(data), *indicators.each_indicator(data))))
    assert "90.5%（完成），本年" in plain and words not in plain
    entry["previous"]["unlike"] = why
    there = str(list(indicators.each_indicator(data)))
    assert f"90.5%（完成），{words}，不作比较。" in there and "90.5%（完成），本年" not in there
    summary = str(list(overall.change_words(data)))
    count = sum(bool(e.get("previous")) for e in data["indicators"]) - 1
    assert f"可比的{count}项" in summary and f"{entry['level3']}”两年口径或记录范围不同，不作比较" in summary
    assert f"上年为90.5%（{words}，不作比较）" in main_text._note(data, entry)
    assert entry["level3"] not in [one.name for one in series._compared(data)]


def test_where_nothing_compares_that_is_all_that_is_said() -> None:
    data = sample_results.fy2024()
    for entry in data["indicators"]:
        if entry.get("previous"):
            entry["previous"]["unlike"] = "measured"
    (block,) = overall.change_words(data)
    assert "可比的" not in str(block) and "不作比较" in str(block)


def test_the_forms_cause_is_where_the_misses_lie_not_groups_that_differ_by_chance() -> None:
    data = sample_results.fy2024()
    deviation = next(d for d in data["deviations"] if d["kind"] == "shortfall")
    indicator = next(e for e in data["indicators"] if e["id"] == deviation["indicator"])
    deviation["causes"] = [
        {"dimension": "team", "cause": cause, "contribution": size, "avoidable": None, "rows": 10, "misses": 5}
        for cause, size in (("甲", 0.03), ("乙", 0.02))
    ]
    deviation["dimensions"] = [{"dimension": "team", "test": "chi_square", "tells_apart": False, "groups": 2}]
    deviation["lead"] = {"kind": "combination", "values": {"hour": "9时"}, "rows": 20, "misses": 9}
    deviation["text_facts"] = {"rows": 500, "misses": 18}
    text = form_texts._causes(data, deviation, form_texts.BREVITIES[0])
    assert text == form_texts._causes(data, deviation, form_texts.BREVITIES[-1])
    assert text == "最集中的是受理时段为“9时”的记录，占全部未达到条数的50%"
    assert text in form_texts.deviation_text({**data, "form_cell_limit": None}, indicator)
    assert deviations._unexplained({**data, "plan": []}, {**deviation, "causes": []}) == ""


def test_an_effect_that_turns_is_told_with_both_numbers() -> None:
    def cause(name: str, misses: int, by_all: float, alike: float, **more: bool) -> dict[str, object]:
        others = {"expected": alike, "excess": misses - alike, "odds_ratio": 1.1, **more}
        return {"dimension": "kind", "cause": name, "misses": misses, "expected": by_all, "adjusted": others}

    told = signals.turned(
        {
            "column_words": {"kind": "故障原因", "system": "系统"},
            "dimensions": [{"dimension": "kind", "adjusted_for": ["system"], "compared_with": "all"}],
            "causes": [
                cause("硬件", 401, 436.1, 386.9, turned=True),
                cause("软件", 100, 105.8, 101.0),
                cause("未定", 96, 69.9, 130.5, turned=True),
            ],
        }
    )
    assert told == (
        "按故障原因看，“硬件”没有达到要求的401条，单独看少于按总体比例应有的436.1条；"
        "按系统相同的其他记录应有386.9条，实际反而偏多。"
        "按故障原因看，“未定”没有达到要求的96条，单独看多于按总体比例应有的69.9条；"
        "按系统相同的其他记录应有130.5条，实际反而偏少。"
    )
    assert signals.turned({"causes": [cause("软件", 100, 105.8, 101.0)]}) == ""
