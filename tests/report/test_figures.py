"""Charts: the same bytes, text alternatives and data from the results, nothing drawn of nothing."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from helpers.fonts.packaged import MissingGlyph
from helpers.report.figures import (
    activity_months_chart,
    cause_pareto_chart,
    monthly_chart,
    style,
    trend_chart,
    years_chart,
)
from tests.report import sample_results as sample


def all_charts(data):
    repair = data["indicators"][2]["parts"][1]
    return [
        *activity_months_chart(data),
        *cause_pareto_chart(data["deviations"][0], "cause-1", "故障维修"),
        *cause_pareto_chart(data["deviations"][1], "cause-2", "一般桌面运维"),
        *monthly_chart(repair, "months-1", "故障维修"),
        *trend_chart(data),
        *years_chart([data, {**sample.bare(), "fiscal_year": 2023}]),
    ]


@pytest.fixture(scope="module")
def charts():
    return all_charts(sample.fy2024())


def rows(figure):
    return [tuple(cell.text for cell in row) for row in figure.data.rows]


def test_the_same_results_give_the_same_bytes(charts):
    assert [figure.svg for figure in all_charts(sample.fy2024())] == [figure.svg for figure in charts]


def test_a_users_own_settings_change_nothing(charts):
    import matplotlib

    with matplotlib.rc_context({"font.size": 20, "axes.grid": True, "svg.fonttype": "none", "axes.facecolor": "red"}):
        assert activity_months_chart(sample.fy2024())[0].svg == charts[0].svg


def test_svg_stands_in_another_document_without_anything_external(charts):
    seen = set()
    for figure in charts:
        root = ET.fromstring(figure.svg)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.get("viewBox")
        ids = set(re.findall(r' id="([^"]+)"', figure.svg))
        links = set(re.findall(r'(?:href="#|url\(#)([^")]+)', figure.svg))
        assert links == ids
        assert not ids & seen, "two charts share an id"
        seen |= ids
        for sign in ("<style", "style=", "<script", "<metadata", "<!--", "<image", "<text", "<?xml", "font-family"):
            assert sign not in figure.svg, sign
        assert not re.findall(r'href="(?!#)', figure.svg)
        assert len(figure.svg) < 130_000


def test_text_alternatives_tell_the_figures(charts):
    for figure in charts:
        assert figure.alt.endswith("。") and len(figure.alt) > 15
        assert figure.data.rows


def test_months_add_up_to_all_activity():
    (figure,) = activity_months_chart(sample.fy2024())
    assert [column.title for column in figure.data.columns] == [
        "月份",
        "个人办公设备故障",
        "审判庭保障",
        "业务系统运维",
        "其他17类",
        "合计",
    ]
    assert sum(int(row[-1]) for row in rows(figure)) == 14405
    for row in rows(figure):
        assert sum(map(int, row[1:-1])) == int(row[-1])


def test_causes_add_up_to_the_gap():
    (figure,) = cause_pareto_chart(sample.fy2024()["deviations"][0], "c", "故障维修")
    assert rows(figure) == [
        ("等待备件", "2.9个百分点，累计78.3%"),
        ("厂商返修", "0.5个百分点，累计91.3%"),
        ("未记录原因", "0.3个百分点，累计100%"),
    ]


def test_negative_contributions_are_not_added_up():
    (figure,) = cause_pareto_chart(sample.fy2024()["deviations"][1], "c", "一般桌面运维")
    assert [text for _, text in rows(figure)] == ["0.3个百分点", "-0.04个百分点"]


def test_many_causes_keep_their_sum():
    causes = [{"cause": f"原因{n}", "contribution": 0.01, "rows": 1} for n in range(20)] + [
        {"cause": None, "contribution": 0.1}
    ]
    (figure,) = cause_pareto_chart({"gap": 0.3, "unit": "比例", "causes": causes}, "c", "某项")
    found = rows(figure)
    assert len(found) == 12
    assert found[-2:] == [("其余10项合计", "10个百分点，累计66.7%"), ("未记录原因", "10个百分点，累计100%")]


def test_months_of_a_share_against_its_target():
    (figure,) = monthly_chart(sample.fy2024()["indicators"][2]["parts"][1], "m", "故障维修")
    assert figure.alt.startswith("折线图，故障维修各月情况，目标100%，12个月未达目标：2024年1月95%；")
    assert rows(figure)[0] == ("2024年1月", "95%", "60")


def test_months_of_a_count_have_no_target_line():
    counted = sample.indicator("c", "产出指标", "质量指标", "有效投诉", target=sample.target("<=", 10, "件"))
    counted["monthly"] = [{"month": f"2024-{m:02d}", "value": m % 2, "n": m % 2} for m in range(1, 13)]
    (figure,) = monthly_chart(counted, "m", "有效投诉")
    assert figure.alt.startswith("柱形图，有效投诉各月情况：")


def test_a_missing_month_is_left_out():
    part = sample.fy2024()["indicators"][2]["parts"][1]
    part["monthly"][4].update(value=None, n=0)
    (figure,) = monthly_chart(part, "m", "故障维修")
    assert len(rows(figure)) == 11


def test_years_side_by_side():
    (figure,) = trend_chart(sample.fy2024())
    assert rows(figure) == [
        ("完成时效（故障维修）", "91.2%", "96.2%", "100%"),
        ("节能环保设施使用率", "98%", "100%", "100%"),
        ("满意率不低于90%", "90.5%", "92%", "90%"),
    ]
    (years,) = years_chart([sample.fy2024(), sample.unknown()])
    assert rows(years) == [("2022年", "未评定", "—"), ("2024年", "99.69分", "99.4%")]


def test_nothing_to_draw_is_no_chart():
    data = sample.unknown()
    assert activity_months_chart(data) == ()
    assert trend_chart(sample.bare()) == ()
    assert monthly_chart(sample.bare()["indicators"][0], "m", "某项") == ()
    assert cause_pareto_chart({"gap": 0.1, "unit": "比例", "causes": []}, "c", "某项") == ()
    assert (
        cause_pareto_chart({"gap": 0.1, "unit": "比例", "causes": [{"cause": "甲", "contribution": 0.1}]}, "c", "某项")
        == ()
    )
    assert years_chart([sample.bare()]) == ()


def test_a_character_that_the_font_lacks_stops_the_chart():
    data = sample.fy2024()
    data["activities"][0]["category"] = "办公\U0001f600设备"
    with pytest.raises(MissingGlyph, match="“\U0001f600”（U\\+1F600）：图 months") as caught:
        activity_months_chart(data)
    assert caught.value.faults == (("\U0001f600", "图 months"),)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("提高干警办公办案效率", ["提高干警办公办案效率"]),
        ("更新模块及待上线系统安全检测", ["更新模块及待上", "线系统安全检测"]),
        ("漏洞扫描（网站及信息系统、服务器、办公终端）", ["漏洞扫描（网站及信息系", "统、服务器、办公终端）"]),
        ("一二三四五六七八九十一二（甲）", ["一二三四五六七八", "九十一二（甲）"]),
        ("", [""]),
    ],
)
def test_names_wrap_evenly_and_whole(text, lines):
    found = style.wrapped(text).split("\n")
    assert "".join(found) == text
    assert found == lines


def test_labels_of_points_do_not_cross_the_targets_line():
    from helpers.report.figures.series import _sides

    values = [90.0, 98.0, 90.0, 101.0, 90.0]
    assert _sides(values)[1] is False, "a peak has its label above"
    above_target_within, below_target_within = _sides(values, 100.0, 3.0)[3], _sides(values, 100.0, 3.0)[1]
    assert (above_target_within, below_target_within) == (False, True)
