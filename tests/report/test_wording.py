"""Figures into words: units, rounding that never crosses a line, and the field's phrases."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers.report import wording as w


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.9943820224719101, "99.4%"),
        (103 / 112, "92%"),
        (1, "100%"),
        (0.1, "10%"),
        (0, "0%"),
        (0.005, "0.5%"),
        (2.0, "200%"),
        (0.9149499, "91.5%"),
        (0.9145, "91.5%"),
        (0.91449, "91.4%"),
        (Decimal("0.29705"), "29.7%"),
    ],
)
def test_a_fraction_is_a_percentage_half_up(value, text):
    assert w.ratio_text(value) == text


def test_rounding_never_says_all_or_nothing():
    assert w.ratio_text(0.99999) == "99.999%"
    assert w.ratio_text(1.00001) == "100.001%"
    assert w.ratio_text(0.00001) == "0.001%"


def test_a_miss_never_reads_like_the_target():
    assert w.ratio_text(0.89998, apart=[0.9]) == "89.998%"
    assert w.ratio_text(0.9, apart=[0.9]) == "90%"
    assert w.value_text(9.999, "件", apart=[10]) == "9.999件"


def test_floating_point_dust_is_no_difference():
    assert w.ratio_text(0.9 + 1e-12, apart=[0.9]) == "90%"


def test_a_column_of_percentages_keeps_two_decimals():
    assert [w.ratio_text(v, keep=True) for v in (0.692, 0.001, 1)] == ["69.20%", "0.10%", "100.00%"]


def test_declared_decimals_are_kept_and_what_was_set_is_printed_as_set():
    assert w.value_text(103 / 112, "比例", places=2) == "91.96%"
    assert w.value_text(1770000 / 11, "元/人", places=0) == "16万元/人"
    assert w.value_text(0.9775, "比例", places=w.AS_SAID) == "97.75%"


def test_a_rate_has_the_decimals_that_give_its_score():
    assert w.rate_text(177 / 178, 10, 9.94) == "99.4%"
    assert w.rate_text(0.9576, 12.5, 11.97) == "95.76%"
    assert w.rate_text(1.0218, 10, 10) == "102.2%"
    assert w.rate_text(0.5, None, None) == "50%"


def test_a_column_says_what_rounding_takes_from_its_sum():
    assert w.column_of([0.25, 0.25, 0.5], 1) == (["0.25", "0.25", "0.50"], "")
    assert w.column_of([0.604, 0.604, 0.302], 1.51) == (["0.60", "0.60", "0.30"], "0.01")
    assert w.column_of([0.9996, 0.0004], 1) == (["0.9996", "0.0004"], "")


def test_yuan_beside_larger_amounts():
    assert [w.yuan_text(v) for v in (5615, 197340, 0)] == ["5615元", "197,340元", "0元"]


@pytest.mark.parametrize(
    ("yuan", "text"),
    [
        (1780000, "178万元"),
        (1770000 / 11, "16.09万元"),
        (123456.78, "12.35万元"),
        (9999.99, "9999.99元"),
        (10000, "1万元"),
        (0, "0元"),
        (-20000, "-2万元"),
    ],
)
def test_money(yuan, text):
    assert w.money_text(yuan) == text


def test_spending_just_short_of_the_budget_is_told_apart():
    assert w.money_text(1779999, apart=[1780000]) == "177.9999万元"


def test_a_difference_of_amounts_takes_their_unit():
    assert w.gap_text(9090.90909, "元/人", 170000) == "0.9万元/人"
    assert w.gap_text(9090.90909, "元/人") == "9090.9元/人"


def test_columns_in_wan_have_the_decimals_of_the_prose():
    assert w.wan_text(1234567.89) == "123.46"
    assert w.wan_text(1780000) == "178"


@pytest.mark.parametrize(
    ("hours", "text"),
    [(0, "0小时"), (0.5, "30分钟"), (1, "1小时"), (1.5, "1.5小时"), (49.2, "49.2小时"), (0.01, "0.6分钟")],
)
def test_durations(hours, text):
    assert w.duration_text(hours) == text


@pytest.mark.parametrize(
    ("iso", "text"),
    [
        ("2025-06-30", "2025年6月30日"),
        ("2024-01", "2024年1月"),
        ("2024-03-05T09:30:00", "2024年3月5日09:30"),
        ("11月底前", "11月底前"),
    ],
)
def test_dates(iso, text):
    assert w.date_text(iso) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (11, "人", "11人"),
        (0.25, "比例", "25%"),
        (160909.0909, "元/人", "16.1万元/人"),
        (23456, "元", "2.35万元"),
        (187.8578, "小时", "187.9小时"),
        (1.857, "次", "1.86次"),
        (1, "工作日", "1个工作日"),
        (2, None, "2"),
        ("2024-11-30", None, "2024年11月30日"),
        ([0.9, 1.1], "比例", "90%至110%"),
        (None, "件", "无法判定"),
        (True, None, "是"),
    ],
)
def test_values_by_unit(value, unit, text):
    assert w.value_text(value, unit) == text


def target(op, value, unit, direction=None, kind="number"):
    return {"kind": kind, "op": op, "value": value, "unit": unit, "direction": direction}


@pytest.mark.parametrize(
    ("indicator", "words"),
    [
        ({"target": target(">=", 1.0, "比例"), "variance": -0.036, "favourable": False}, "低于目标3.6个百分点"),
        ({"target": target(">=", 0.9, "比例"), "variance": 0.05, "favourable": True}, "高于目标5个百分点"),
        ({"target": target("<=", 10, "件"), "variance": -8, "favourable": True}, "优于目标（低8件）"),
        ({"target": target("<=", 10, "件"), "variance": 2, "favourable": False}, "超出目标2件"),
        ({"target": target(None, 10, "件", "lower"), "variance": -1, "favourable": True}, "优于目标（低1件）"),
        ({"target": target("=", 10, "件", "lower"), "variance": -1, "favourable": True}, "优于目标（低1件）"),
        ({"target": target(None, 11, "人", "higher"), "variance": 0, "favourable": None}, "达到目标"),
        ({"target": target("<", 10, "件"), "variance": 0, "favourable": None}, "恰好等于目标值"),
        ({"target": target(None, 11, "人"), "variance": 2, "favourable": None}, "与目标相差2人"),
        (
            {"target": target("<=", "2024-11-30", None, kind="date"), "variance": 3.0, "favourable": False},
            "晚于目标3天",
        ),
        ({"target": target("<=", "2024-11-30", None, kind="date"), "variance": -3, "favourable": True}, "早于目标3天"),
        ({"target": target(">=", 1, "件"), "variance": None}, ""),
    ],
)
def test_variance(indicator, words):
    assert w.variance_words(indicator) == words


def test_a_share_of_timed_cases_is_better_the_higher_it_is():
    part = {
        "target": target("<=", 1.0, "小时", "lower", "duration"),
        "required": 1.0,
        "variance": -0.0022,
        "favourable": False,
    }
    assert w.actual_unit(part) == "比例"
    assert w.variance_words(part) == "低于目标0.2个百分点"
    assert w.actual_unit({"target": target("<=", 2.0, "小时", "lower", "duration")}) == "小时"


def test_a_kept_upper_bound_has_no_percentage():
    bound = target("<=", 10, "件")
    assert w.attainment_words({"target": bound, "attainment": 1.8}) == "优于目标"
    assert w.attainment_words({"target": bound, "attainment": 1.0}) == "100%"
    assert w.attainment_words({"target": bound, "attainment": 0.8}) == "80%"
    assert w.attainment_words({"target": target(">=", 0.05, "比例"), "attainment": 2.0}) == "200%"
    assert w.attainment_words({"target": bound, "attainment": None}) == "—"


def test_status_and_scores():
    assert [w.status_words(s) for s in ("met", "partly_met", "not_met", "unknown")] == [
        "完成",
        "部分完成",
        "未完成",
        "无法判定",
    ]
    assert w.score_text(9.94) == "9.94分"
    assert w.score_text(None) == "未评分"


def test_authored_texts_become_clauses_and_sentences():
    assert w.plain("甲\n乙  丙 **丁**") == "甲乙 丙 ＊＊丁＊＊"
    assert w.clause("等待备件。") == "等待备件"
    assert w.sentence("等待备件") == "等待备件。"
    assert w.sentence("见附件（略）") == "见附件（略）。"
    assert w.sentence("是否延期？") == "是否延期？"
    assert w.sentence(None) == ""
    assert w.brief("一二三四五六", 4) == "一二三……"
    assert w.listing(["甲", "乙", "丙"], 2) == "甲、乙等3项"


def test_a_text_is_cut_behind_a_clause_that_ends_not_long_before() -> None:
    assert w.brief("向供应商寻购停产机型的电源板和主板，按上年用量储备", 24) == "向供应商寻购停产机型的电源板和主板……"
    assert w.brief("先办，再说" + "很长的一段话" * 5, 24) == ("先办，再说" + "很长的一段话" * 5)[:23] + "……"
    assert w.brief("正好放得下，不必截断", 10) == "正好放得下，不必截断"
