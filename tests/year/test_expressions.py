"""Expressions may say what is true of a row, and nothing else."""

import re

import pytest

from helpers.year.expressions import ExpressionError, check_expression, columns_of, compared_values

COLUMNS = {"hours": "DOUBLE", "category": "VARCHAR", "repair": "BOOLEAN", "opened_at": "TIMESTAMP"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hours <= 1", "BOOLEAN"),
        ("category in ('个人办公设备故障', '会议') and not repair", "BOOLEAN"),
        ("case when hours > 1 then 1 else 0 end", "INTEGER"),
        ("date_diff('day', opened_at, year_end)", "BIGINT"),
        ("category like '%打印%' or category is null", "BOOLEAN"),
        ("coalesce(hours, 0) between 1 and 2 -- 说明", "BOOLEAN"),
        ("opened_at::date >= year_start", "BOOLEAN"),
    ],
)
def test_expressions_over_the_columns(text: str, kind: str) -> None:
    assert check_expression(text, COLUMNS) == kind


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("hour <= 1", "没有列 hour", "是否想写 hours"),
        ("tickets.hours <= 1", "没有列 tickets.hours", None),
        ("lenght(category) > 1", "不能用函数 lenght", "是否想写 length"),
        ("hours <=", "不是可用的表达式", None),
        ("hours <= 1; drop table tickets", "不是可用的表达式", None),
        ("hours from tickets", "只能写一个表达式", None),
        ("hours, repair", "只能写一个表达式", None),
        ("(select 1) = 1", "不能用 subquery", None),
        ("count(*) > 1", "不能用函数 count_star", None),
        ("sum(hours) over () > 1", "不能用 window", None),
        ("read_text('/etc/passwd') = ''", "不能用函数 read_text", None),
        ("random() > 0.5", "不能用函数 random", None),
        ("opened_at < now()", "不能用函数 now", None),
        ("current_date > year_end", "没有列 current_date", None),
        ("getenv('HOME') = ''", "不能用函数 getenv", None),
        ("category + 1 > 2 and repair > 'x'", "列 category 是文字（type: text），不能用 + 计算", "type: number"),
        ("category <= 1", "列 category 是文字（type: text），不能与数字 1 比较", "category <= '1'"),
        ("category between 1 and 2", "不能与数字 1 比较", "category between '1' and '2'"),
        ("hours <= '一小时'", "列 hours 是数字（type: number），不能与文字 '一小时' 比较", "hours <= 1"),
        ("repair = '是'", "列 repair 是真假（type: boolean），不能与文字 '是' 比较", "not repair"),
        ("hours = ''", "不能与文字 '' 比较", "hours is null"),
        ("category > hours", "列 category 是文字（type: text），列 hours 是数字", "type: number"),
        ("hours like '1%'", "列 hours 是数字（type: number），不能用 like", "type: text"),
        ("hour(category) > 3", "不能用 hour", "type: datetime"),
        ("year_start > 5", "列 year_start 是日期（type: date），不能与数字 5 比较", "'2024-03-01'"),
        ("year_start = '上午'", "不能与文字 '上午' 比较", "'2024-03-01'"),
        ("*", "不能用 star", None),
        ("", "不是可用的表达式", None),
    ],
)
def test_everything_else_is_refused_with_its_meaning(text: str, message: str, hint: str | None) -> None:
    with pytest.raises(ExpressionError, match=re.escape(message)) as caught:
        check_expression(text, COLUMNS)
    if hint:
        assert hint in str(caught.value.hint)


def test_a_condition_must_be_true_or_false() -> None:
    with pytest.raises(ExpressionError, match="真或假"):
        check_expression("hours", COLUMNS, boolean=True)


def test_the_columns_that_are_read() -> None:
    assert columns_of("hours > 1 and category = 'repair'") == {"hours", "category"}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("category = '故障' and hours <= 1", {("category", "故障")}),
        ("not ('a''b' <> category) or category not in ('c', 'd')", {("category", v) for v in ("a'b", "c", "d")}),
        ("category like '%x%' or starts_with(category, 'y') or hours = 4", set()),
        ("case when category = 'x' then 1 else 0 end = 1", {("category", "x")}),
    ],
)
def test_texts_that_columns_are_compared_with(text: str, pairs: set[tuple[str, str]]) -> None:
    assert compared_values(text) == pairs


def test_a_column_named_like_a_word_of_sql_is_written_in_quotes() -> None:
    columns = {**COLUMNS, "at": "TIMESTAMP", "order": "BIGINT"}
    for text, name in (("month(at) <= 3", "at"), ("order > 1", "order")):
        with pytest.raises(ExpressionError) as caught:
            check_expression(text, columns)
        assert f'加双引号："{name}"' in str(caught.value.hint)
    assert check_expression('month("at") <= 3 and "order" > 1', columns) == "BOOLEAN"


GROWN = "replace(" * 9 + "'aaaaaaaaaa'" + ", 'a', 'aaaaaaaaaa')" * 9


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lpad(category, 2000000000, 'x')", "lpad 的长度"),
        ("lpad(category, hours, 'x')", "lpad 的长度"),
        ("lpad('a', -1, 'x')", "lpad 的长度"),
        (GROWN, "反复加长文字"),
        (
            "replace(replace(replace(replace(category, 'a', category), 'b', category), 'c', category), 'd', category)",
            "反复",
        ),
        ("category = '" + "x" * 30_000 + "'", "超过 20000 字"),
        ("(" * 3_000 + "1" + ")" * 3_000, "表达式"),
    ],
)
def test_an_expression_that_would_take_the_memory_is_refused_at_once(text: str, words: str) -> None:
    with pytest.raises(ExpressionError, match=words):
        check_expression(text, {"category": "VARCHAR", "hours": "BIGINT"})


def test_texts_are_shortened_and_filled_up_as_often_as_needed() -> None:
    text = "replace(replace(replace(replace(lpad(category, 8, '0'), ' ', ''), '-', ''), '（', '('), 'ab', 'c')"
    assert check_expression(text, {"category": "VARCHAR"}) == "VARCHAR"
