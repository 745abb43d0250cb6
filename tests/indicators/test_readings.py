"""Kinds of cells that were once read wrong without a word: each is read right, or asked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.indicators import evaluate, load_rules, parse_actual, parse_target
from helpers.indicators.lexicon import direction_of, words

RULES = load_rules("caiyu-2020-10")


@pytest.mark.parametrize(
    ("name", "unit", "direction"),
    [
        ("农药使用削减量", "吨", "higher"),
        ("二氧化碳减排量", "吨", "higher"),
        ("公用经费压减额", "元", "higher"),
        ("日常开支压减率", "比例", "higher"),
        ("更新老化破损座椅", "个", "higher"),
        ("带动贫困家庭", "户", "higher"),
        ("资助家境贫困新生", "人", "higher"),
        ("清理积压案卷", "件", "higher"),
        ("采购违规次数", "次", "lower"),
        ("贫困学生人数", "人", None),
        ("无障碍坡道数量", "处", "higher"),
        ("无安全事故", "起", "lower"),
        ("草原火灾受害率", "比例", "lower"),
        ("水田撂荒率", "比例", "lower"),
        ("供水漏损率", "比例", "lower"),
        ("脱贫户返贫率", "比例", "lower"),
        ("差评率", "比例", "lower"),
        ("因病致贫人数", "人", "lower"),
        ("化肥使用量", "吨", None),
        ("未完成率", "比例", "lower"),
        ("事故发生率", "比例", "lower"),
        ("无故障率", "比例", "higher"),
        ("事故下降率", "比例", "higher"),
        ("成本增长率", "比例", "lower"),
        ("收入增长率", "比例", "higher"),
        ("下降率", "比例", None),
        ("城镇化率", "比例", None),
        ("某某率", "比例", None),
        ("设备完好率", "比例", "higher"),
        ("投诉办结率", "比例", "higher"),
        ("维护成本控制数", None, "lower"),
        ("印刷费", "元", "lower"),
        ("公务接待支出", "元", "lower"),
        ("高血压随访控制数", "人", "higher"),
    ],
)
def test_direction_by_end_and_head(name: str, unit: str | None, direction: str | None) -> None:
    assert direction_of(name, unit) == direction


@given(stem=st.text(alphabet="甲乙丙丁戊己庚辛壬癸", min_size=1, max_size=5))
def test_an_unknown_rate_has_no_direction(stem: str) -> None:
    assert direction_of(f"{stem}率", "比例") is None


@given(thing=st.sampled_from(["林地", "本市", "全年", "牲畜", "设施"]), harm=st.sampled_from(words("harm_rate")))
def test_a_rate_of_harm_is_less(thing: str, harm: str) -> None:
    assert direction_of(f"{thing}{harm}率", "比例") == "lower"


PER = st.sampled_from(["月", "天", "年", "学期"])


@given(
    amount=st.integers(1, 99999),
    money=st.sampled_from(["元", "万元"]),
    head=st.sampled_from(["人", "户", "亩", "生"]),
    rest=PER,
    sign=st.sampled_from("·、.*•"),
    brackets=st.booleans(),
)
def test_compound_units_keep_every_part(
    amount: int, money: str, head: str, rest: str, sign: str, brackets: bool
) -> None:
    unit = f"{head}{sign}{rest}"
    found = parse_target(f"{amount}{money}/({unit})" if brackets else f"{amount}{money}/{unit}")
    assert (found.kind, found.unit) == ("number", f"元/{head}·{rest}")
    assert found.value == amount * (10**4 if money == "万元" else 1)


@pytest.mark.parametrize(
    ("text", "op", "value", "unit"),
    [
        ("每人每月500元", None, 500, "元/人·月"),
        ("500元每人每月", None, 500, "元/人·月"),
        ("500元/每人每年", None, 500, "元/人·年"),
        ("每吨不超过30元", "<=", 30, "元/吨"),
        ("每月不少于300人次", ">=", 300, "人次/月"),
        ("20吨/年", None, 20, "吨/年"),
    ],
)
def test_compound_units_in_words(text: str, op: str | None, value: int, unit: str) -> None:
    found = parse_target(text)
    assert (found.op, found.value, found.unit) == (op, value, unit)


DATES = st.dates(min_value=date(2015, 1, 1), max_value=date(2030, 12, 31))


@given(day=DATES, before=st.sampled_from(["完成时间为", "竣工时间：", "计划于", "验收日期为", "于"]))
def test_a_date_among_words_is_that_date(day: date, before: str) -> None:
    text = f"{before}{day.year}年{day.month}月{day.day}日"
    for found in (parse_target(text), parse_actual(text)):
        assert (found.kind, found.value) == ("date", day.isoformat())


@given(day=DATES, word=st.sampled_from(["同比", "较", "与", "比"]))
def test_a_year_compared_with_is_no_figure(day: date, word: str) -> None:
    assert parse_target(f"{word}{day.year}年").value is None
    assert parse_target(f"≥{day.year}年{day.month}月{day.day}日").value is None


def test_money_without_its_unit_is_asked() -> None:
    assert parse_target("30万", name="绿化养护费").kind == "unknown"
    assert "万元" in (parse_target("≤30万", name="项目成本").reason or "")
    assert parse_target("30万元", name="绿化养护费").value == 300000
    assert parse_target("30万", name="网站访问量").value == 300000
    money = evaluate(parse_target("≤30万元"), parse_actual("29万"), RULES)
    assert (money.status, money.notes) == ("unknown", ("sign_missing",))
    assert evaluate(parse_target("≥3万人次"), parse_actual("3.3万"), RULES).attainment == F(11, 10)
    assert evaluate(parse_target("≥3万"), parse_actual("3.3万人次"), RULES).attainment == F(11, 10)


@pytest.mark.parametrize(
    ("text", "name"), [("290 %", "群众满意"), ("≥280%", "受益对象满意度"), ("≥9", "群众满意度"), ("≥8", "验收合格率")]
)
def test_damaged_targets_are_asked(text: str, name: str) -> None:
    assert parse_target(text, name=name).damaged


@pytest.mark.parametrize("text", ["9?", "≥9?", "到0次", "到3件"])
def test_unreadable_cells_are_unknown(text: str) -> None:
    assert (parse_target(text).value, parse_actual(text).value) == (None, None)


@pytest.mark.parametrize("text", ["无", "没有", "不涉及", "本年度不涉及", "不适用", "未涉及", "均无"])
def test_not_applicable_is_never_zero(text: str) -> None:
    found = parse_actual(text)
    assert (found.kind, found.value, found.notes) == ("unknown", None, ("not_applicable",))


def test_words_that_say_zero_are_zero() -> None:
    assert [parse_actual(t).value for t in ("无投诉", "未发生", "零事故", "0起")] == [0, 0, 0, 0]


@given(
    percent=st.integers(1, 100),
    before=st.sampled_from(["均达", "已完成", "均达到", "全部达到", "都达", "各项均达", "达成率为"]),
)
def test_words_before_a_figure_do_not_change_it(percent: int, before: str) -> None:
    found = parse_actual(f"{before}{percent}%")
    assert (found.value, found.unit, found.op) == (F(percent, 100), "比例", None)


@given(share=st.decimals(min_value="0.01", max_value=1, places=2), least=st.integers(2, 100))
def test_a_bare_share_beside_a_percentage_is_asked(share: Decimal, least: int) -> None:
    found = evaluate(parse_target(f"≥{least}%"), parse_actual(str(share)), RULES)
    assert (found.status, found.attainment, found.notes) == ("unknown", None, ("sign_missing",))


@given(items=st.lists(st.sampled_from(["成立小组", "建立制度", "开展检查", "及时通报"]), min_size=2, max_size=4))
def test_list_numbers_are_no_damage(items: list[str]) -> None:
    for pattern in ("({}){}", "{}.{}", "{}、{}"):
        found = parse_target("；".join(pattern.format(n, item) for n, item in enumerate(items, 1)))
        assert (found.kind, found.value, found.notes) == ("choice", "；".join(items).replace("；", ";"), ())


def test_an_excess_is_no_actual() -> None:
    assert parse_actual("超任务43%").notes == ("excess_only",)
