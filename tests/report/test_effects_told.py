"""What finished measures moved, and years that cannot be compared, in words."""

from __future__ import annotations

from helpers.report.blocks import Paragraph
from helpers.report.narrative import overall, plans
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
        "第1项措施完成以前的15个月，衡量指标为65%，完成以后的10个月为100%；同一时期没有涉及的同类记录由91%变为93%。"
        "扣除同类记录的变化、季节起落后，完成前后提高30个百分点，估计在13至47个百分点之间。"
    )


def followed(*entries: dict[str, object]) -> list[str]:
    measure = {"action": "某措施", "owner": "某岗", "yardstick": {"unit": "比例"}}
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
        assert "也可能没有变化" in told(**more) and "估计在" not in told(**more)
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
