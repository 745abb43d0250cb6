"""More notations of real tables, and what must hold for any text."""

import re
from fractions import Fraction as F

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.indicators import evaluate, load_rules, parse_actual, parse_target, score
from helpers.indicators.normal_text import normal
from helpers.indicators.render import format_target
from helpers.indicators.units import BASE

RULES = load_rules("caiyu-2020-10")


@pytest.mark.parametrize(
    ("text", "kind", "op", "value", "unit"),
    [
        ("不得低于90%", "number", ">=", F(9, 10), "比例"),
        ("达到或超过90%", "number", ">=", F(9, 10), "比例"),
        ("大于或者等于3", "number", ">=", F(3), None),
        ("95%(含)以上", "number", ">=", F(95, 100), "比例"),
        ("不超5%", "number", "<=", F(5, 100), "比例"),
        ("控制在≤2小时", "duration", "<=", F(2), "小时"),
        ("3个工作日内", "duration", "<=", F(3), "工作日"),
        ("≤30min", "duration", "<=", F(1, 2), "小时"),
        ("一周内", "duration", "<=", F(168), "小时"),
        ("≤200毫秒", "duration", "<=", F(1, 18000), "小时"),
        ("百分之九十五", "number", None, F(95, 100), "比例"),
        ("千分之三", "number", None, F(3, 1000), "比例"),
        ("九成以上", "number", ">=", F(9, 10), "比例"),
        ("一百二十人", "number", None, F(120), "人"),
        ("三十万元", "number", None, F(300000), "元"),
        ("￥1,500.50", "number", None, F(15005, 10), "元"),
        ("100元/人·月", "number", None, F(100), "元/人·月"),
        ("≤620万/月", "number", "<=", F(6200000), "/月"),
        ("10台(套)", "number", None, F(10), "台套"),
        ("100m²", "number", None, F(100), "平方米"),
        ("37个基层医疗机构", "number", None, F(37), "个"),
        ("本年度已完成37个基层医疗机构基药补助制度实施。", "number", None, F(37), "个"),
        ("48小时内修复率≥95%", "number", ">=", F(95, 100), "比例"),
        ("为0", "number", "=", F(0), None),
        ("零事故", "number", None, F(0), None),
        ("90%~95%", "band", None, (F(9, 10), F(95, 100)), "比例"),
        ("90%≤X≤100%", "band", None, (F(9, 10), F(1)), "比例"),
        ("不低于5,不高于10", "band", None, (F(5), F(10)), None),
        ("100%±2%", "band", None, (F(98, 100), F(102, 100)), "比例"),
        ("每季度不少于1次", "frequency", ">=", F(1), "次/季度"),
        ("一年两次", "frequency", None, F(2), "次/年"),
        ("年底前", "date", "<=", "--12-31", None),
        ("2024年内完成", "date", "<=", "2024-12-31", None),
        ("2024-12-31前", "date", "<=", "2024-12-31", None),
        ("2024年1月前", "date", "<=", "2023-12-31", None),
        ("第四季度前", "date", "<=", "--09-30", None),
        ("2021年1月-12月", "period", None, ("2021-01", "2021-12"), None),
        ("2018—2022年", "period", None, ("2018-01", "2022-12"), None),
        ("7×24小时", "choice", None, "7*24小时", None),
        ("是", "choice", None, "是", None),
        ("不超预算", "choice", None, "不超预算", None),
        ("一人一档", "choice", None, "一人一档", None),
    ],
)
def test_a_limit(text: str, kind: str, op: str | None, value: object, unit: str | None) -> None:
    found = parse_target(text)
    assert (found.kind, found.op, found.value, found.unit) == (kind, op, value, unit)


@pytest.mark.parametrize(
    "text",
    [
        "10 20",
        "8 8",
        "12.50.3",
        "1e5",
        "1:3",
        "三分之二",
        "5-Apr",
        "不高于",
        "不超过若干件",
        "第3方评估合格",
        "按合同约定",
        "**",
        "xx",
        "2月30日前",
        "2023年2月29日前",
        "1月前",
        "100²0",
        "2人以上10人以下",
        "abc",
    ],
)
def test_what_cannot_be_one_target_is_unknown(text: str) -> None:
    found = parse_target(text)
    assert found.kind == "unknown" and found.reason and found.value is None


def test_a_change_is_read_as_its_size() -> None:
    up, down = parse_target("比上年增长5%以上"), parse_target("较上年下降3%")
    assert (up.value, up.op, up.notes) == (F(5, 100), ">=", ("increase",))
    assert (down.value, down.direction, down.notes) == (F(3, 100), "higher", ("decrease",))
    assert evaluate(down, parse_actual("上升4%"), RULES).status == "unknown"
    assert evaluate(down, parse_actual("下降4%"), RULES).status == "met"


def test_lists_are_compounds() -> None:
    found = parse_target("①采购10台\n②培训5次")
    assert [(p.value, p.unit, p.direction) for p in found.parts] == [(F(10), "台", "higher"), (F(5), "次", "higher")]
    mixed = parse_target("响应及时,解决率≥95%")
    assert [p.kind for p in mixed.parts] == ["choice", "number"]


@pytest.mark.parametrize(
    ("name", "target", "direction"),
    [
        ("有效投诉", "10件", "lower"),
        ("投诉处理率", "100%", "higher"),
        ("设备故障率", "5%", "lower"),
        ("故障修复率", "95%", "higher"),
        ("经费支出合规率", "100%", "higher"),
        ("单位面积成本", "90元", "lower"),
        ("影院营业收入", "150万元", "higher"),
        ("平均响应时间", "30分钟", "lower"),
        ("对死亡家庭进行扶助", "63人", None),
        ("高血压随访控制数", "3807人", "higher"),
        ("成本控制率", "95%", None),
        ("参与信访接待和处理案件数量", "6件", "higher"),
        ("不满意率", "5%", "lower"),
        ("培训人数", "200人", "higher"),
        ("采购总价", "20万元", None),
        ("免费开放天数", "300天", "higher"),
    ],
)
def test_direction_by_the_name(name: str, target: str, direction: str | None) -> None:
    assert parse_target(target, name=name).direction == direction


def test_an_actual_without_unit_is_read_in_the_targets() -> None:
    money = evaluate(parse_target("≤90万元"), parse_actual("90"), RULES)
    assert (money.attainment, money.status) == (F(1), "met")
    assert evaluate(parse_target("≥100百分比"), parse_actual("100"), RULES).attainment == 1
    for beside in ("0.98", "1", "0.5"):  # a share of one, or a percent: asked, not multiplied
        asked = evaluate(parse_target("≥95%"), parse_actual(beside), RULES)
        assert (asked.status, asked.attainment, asked.notes) == ("unknown", None, ("sign_missing",))
    assert evaluate(parse_target("≥95%"), parse_actual("98"), RULES).attainment == F(98, 95)
    assert evaluate(parse_target("≥4万人次"), parse_actual("44000人次"), RULES).attainment == F(11, 10)
    assert evaluate(parse_target("≥2公里"), parse_actual("1500米"), RULES).attainment == F(3, 4)


def test_words_for_reached_are_no_figure() -> None:
    for words in ("达成预期指标", "已完成", "全部完成", "完成", "按计划完成"):
        found = parse_actual(words)
        assert (found.kind, found.value) == ("unknown", None) and found.reason
    assert parse_actual("已完成37个").value == 37
    assert parse_actual("达95%").op is None


SIGNS = ["", "≥", "≤", "<", ">", "=", "不低于", "不超过", "少于", "控制在", "至少", "大于等于"]
UNITS = [
    "",
    "%",
    "‰",
    "人",
    "件",
    "个",
    "万元",
    "元",
    "小时",
    "分钟",
    "天",
    "个工作日",
    "次/月",
    "元/人",
    "分",
    "平方米",
    "人次",
    "个月",
]
NUMBERS = st.decimals(min_value=0, max_value=10**7, places=2, allow_nan=False).map(lambda d: f"{d.normalize():f}")


@given(st.sampled_from(SIGNS), NUMBERS, st.sampled_from(UNITS), st.sampled_from(["", "以上", "以内", "(含)以上"]))
def test_written_and_read_again_it_is_the_same_target(sign: str, number: str, unit: str, after: str) -> None:
    first = parse_target(sign + number + unit + after)
    if first.kind == "unknown":  # two bounds that contradict each other
        return
    again = parse_target(format_target(first))
    assert (again.kind, again.op, again.value, again.unit) == (first.kind, first.op, first.value, first.unit)


@given(
    st.dates(min_value=__import__("datetime").date(2000, 1, 1), max_value=__import__("datetime").date(2100, 1, 1)),
    st.booleans(),
)
def test_dates_are_written_and_read_again(day, by: bool) -> None:
    first = parse_target(f"{day.year}年{day.month}月{day.day}日" + ("前" if by else ""))
    assert (first.kind, first.value, first.op) == ("date", day.isoformat(), "<=" if by else None)
    again = parse_target(format_target(first))
    assert (again.kind, again.value, again.op) == (first.kind, first.value, first.op)


@given(
    st.lists(
        st.tuples(st.sampled_from(["≥", "不超过"]), st.integers(0, 999), st.sampled_from(["人", "台", "%", "小时"])),
        min_size=2,
        max_size=4,
    )
)
def test_compounds_are_written_and_read_again(parts) -> None:
    first = parse_target("、".join(f"{s}{n}{u}" for s, n, u in parts))
    again = parse_target(format_target(first))
    assert again.kind == first.kind
    assert [(p.kind, p.op, p.value, p.unit) for p in again.parts] == [
        (p.kind, p.op, p.value, p.unit) for p in first.parts
    ]


PIECES = st.sampled_from(
    [
        *"0123456789.%‰,，、;-~±≥≤<>= \n()（）[]零一二三十百千万亿两半成",
        "不低于",
        "以上",
        "内",
        "年",
        "月",
        "日",
        "人",
        "件",
        "万元",
        "小时",
        "个工作日",
        "完成",
        "达到",
        "率",
        "次/月",
        "余",
        "约",
        "增长",
        "下降",
        "底前",
        "分之",
        "①",
        "²",
        "½",
        "٣",
        "Ⅳ",
        "𝟗",
        "㎡",
    ]
)
FACTORS = {factor for _, factor in BASE.values()} | {F(1)}


def in_text(value: F, text: str) -> bool:
    """Whether a base-unit value is a number of the text times what one of some unit is worth."""
    numbers = {F(n) for n in re.findall(r"\d+(?:\.\d+)?", normal(text), re.ASCII)} | {
        F(n) for n in re.findall(r"\d+", normal(text), re.ASCII)
    }
    numbers |= {F(0)} if re.search("[零无0]", text) else set()
    return any(abs(value) == n * f for n in numbers for f in FACTORS)


@given(st.lists(PIECES, max_size=14).map("".join))
@settings(max_examples=400)
@example("100²0")
@example("10 20人")
@example("第1批10台")
def test_no_text_crashes_and_no_figure_is_invented(text: str) -> None:
    target, actual = parse_target(text), parse_actual(text)
    for found in (target, *target.parts, actual):
        values = found.value if isinstance(found.value, tuple) else (found.value,)
        for value in values:
            if isinstance(value, F) and found.kind != "band":
                assert in_text(value, text), (text, value)
        if found.kind == "unknown":
            assert found.value is None and found.reason


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_and_name_is_read_or_unknown(text: str, name: str) -> None:
    found = parse_target(text, name=name)
    assert found.text == text and (found.kind != "unknown" or found.reason)


@given(
    st.sampled_from(["≥", "≤", "="]),
    st.integers(1, 500),
    st.integers(0, 1000),
    st.integers(0, 1000),
    st.integers(1, 100),
)
def test_scores_are_monotone_and_bounded(sign: str, t: int, one: int, other: int, weight: int) -> None:
    target = parse_target(f"{sign}{t}件")
    low, high = sorted((one, other))
    points = [score(weight, evaluate(target, parse_actual(f"{a}件"), RULES), RULES) for a in (low, high)]  # type: ignore[arg-type]
    assert all(0 <= p <= weight for p in points)
    assert points[0] <= points[1] if sign != "≤" else points[0] >= points[1]


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_scores_do_not_depend_on_the_unit(t: int, a: int) -> None:
    yuan = evaluate(parse_target(f"≤{t}元"), parse_actual(f"{a}元"), RULES)
    ten_thousand = evaluate(parse_target(f"≤{t / 10**4:.4f}万元"), parse_actual(f"{a / 10**4:.4f}万元"), RULES)
    assert yuan.attainment == ten_thousand.attainment and yuan.status == ten_thousand.status


@pytest.mark.parametrize("text", ["≥95分位", "不低于90分位数", "第95百分位", "P95≤4小时", "95%分位数≤2小时"])
def test_a_quantile_is_no_number_of_points(text: str) -> None:
    read = parse_target(text)
    assert read.kind == "unknown"
    assert "分位数" in (read.reason or "")
    assert parse_actual(text).value is None


@pytest.mark.parametrize(("text", "value"), [("≥95分", 95), ("部分位置改善10处", 10)])
def test_points_and_places_are_numbers(text: str, value: int) -> None:
    assert parse_target(text).value == value
