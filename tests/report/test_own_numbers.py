"""A number in a hand-written sentence of the outline that no result gives stops publication."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.report.narrative import build_report
from helpers.report.own_numbers import unsourced
from tests.report import sample_results as sample


def found(sentence: str) -> list[str]:
    results: Any = sample.fy2024()
    results["outline"] = {
        "title": "简报",
        "contents": [
            {"opening": "摘要", "contents": [{"write": "decision"}]},
            {"chapter": "结论", "contents": [{"text": sentence}, {"write": "each_indicator"}]},
        ],
    }
    return [finding.message for finding in unsourced(results, build_report(results))]


@pytest.mark.parametrize(
    "sentence",
    [
        "全年办结得好。",
        "自评得{score}，执行率{execution_rate}。",
        "依据《项目支出绩效评价管理办法》（财预〔2020〕10号）编制。",
        "按 GB/T 9704—2012 排版，2025年2月20日经第3次会议审定，见附件2。",
        "全年预算178万元，驻场11人。",
        "驻场１１人。",
    ],
)
def test_what_is_quoted_cited_or_stands_in_the_results_passes(sentence: str) -> None:
    assert found(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("全年办结工单14999件。", "14999"),
        ("满意率达到97.35%，较好。", "97.35"),
        ("自评得{score}，另有７７７次上门服务。", "777"),
    ],
)
def test_a_number_of_its_own_is_named_with_its_sentence(sentence: str, number: str) -> None:
    (message,) = found(sentence)
    assert f"写着 {number}，结果里没有这个数" in message
    assert sentence[:10] in message
