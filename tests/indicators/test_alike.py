"""Indicators that repeat each other: by what they count, or by names that hardly differ, not by a common quality."""

from __future__ import annotations

import pytest

from helpers.indicators.alike import Counted, few_characters_apart, repeated
from helpers.report.own_audit import _counted
from helpers.year.declared_indicators import Measure

ALL, ONE = ("tickets", ""), ("tickets", "category = '网络'")
IN_TIME, DONE = ("share", "hours <= 4"), ("share", "resolved_at is not null")


def counted(scope: tuple[str, ...], what: tuple[str, ...]) -> tuple[Counted, ...]:
    return (Counted(what[0], frozenset(scope[:1]), scope, (*scope, *what)),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("系统故障修复及时率", "系统故障修理及时率"),
        ("师生满意率", "师生满意度"),
        ("投诉处理的及时率", "投诉处理及时率"),
        ("系统可用率", "系统可用率"),
    ],
)
def test_names_that_hardly_differ(one: str, other: str) -> None:
    assert few_characters_apart(one, other) and few_characters_apart(other, one)
    assert "只差个别字" in str(repeated((one, counted(ALL, IN_TIME)), (other, counted(ALL, DONE))))
    # of other records, or of none
    assert repeated((one, counted(ALL, IN_TIME)), (other, counted(ONE, IN_TIME))) is None
    assert repeated((one, ()), (other, ())) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("工单按时完成率", "巡检计划完成率"),
        ("业务系统可用率", "系统漏洞整改率"),
        ("响应率", "夜间响应率"),
        ("满意率", "合格率"),
        # a sign that makes the difference
        ("上半年师生满意率", "下半年师生满意率"),
        ("工单4小时恢复率", "工单8小时恢复率"),
        ("A栋网络设备可用率", "B栋网络设备可用率"),
        ("师生对服务满意的比例", "师生对服务不满意的比例"),
    ],
)
def test_a_common_word_is_no_likeness(one: str, other: str) -> None:
    assert not few_characters_apart(one, other)
    assert repeated((one, counted(ALL, IN_TIME)), (other, counted(ALL, DONE))) is None


def test_a_thing_is_counted_twice_from_one_table() -> None:
    """What the published material leaves open: two indicators about complaints."""
    ours, courts = ("complaints", "about = '信息化运维'"), ("complaints", "about = '诉讼服务'")
    said = repeated(("有效投诉", counted(ours, ("count",))), ("提供诉讼服务投诉建议", counted(courts, ("count",))))
    assert said == "都考核投诉，用的是同一份记录，内容重叠"
    other = counted(("letters", ""), ("count",))
    assert repeated(("有效投诉", counted(ours, ("count",))), ("提供诉讼服务投诉建议", other)) is None
    people, answers = counted(("training", ""), ("sum", "people")), counted(("training", ""), ("share", "satisfied"))
    assert repeated(("培训人次", people), ("培训满意度", answers)) is None


def test_one_measure_under_two_names() -> None:
    said = repeated(("故障恢复率", counted(ONE, IN_TIME)), ("网络保障水平", counted(ONE, IN_TIME)))
    assert said == "由同一份记录按同一口径计算，内容重复"
    assert repeated(("故障恢复率", counted(ONE, IN_TIME)), ("网络保障水平", counted(ONE, DONE))) is None
    assert repeated(("故障恢复率", counted(ONE, IN_TIME)), ("网络保障水平", counted(ALL, IN_TIME))) is None


def test_measures_are_compared_as_they_are_declared() -> None:
    share = {"agg": "share", "table": "tickets", "value": "hours <= 4", "words": "及时恢复的占比"}
    first, again, network, later = (
        _counted(Measure.model_validate({**share, **more}), ["tickets"])
        for more in (
            {},
            {"words": "四小时内恢复", "value": "hours  <= 4", "show": True},
            {"where": "category = '网络'"},
            {"value": "hours <= 8"},
        )
    )
    assert first == again and first.scope == later.scope and first.measure != later.measure
    assert network.scope != first.scope and network.measure != first.measure
