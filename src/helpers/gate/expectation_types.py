"""Which expectation types and arguments there are, known without importing Great Expectations.

``expectations.json`` is generated from the pinned version by ``python -m helpers.gate.adapter``; a test
keeps the two in agreement. So the year files can be checked in milliseconds.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Protocol

from helpers.indicators.plain import is_number
from helpers.year.faults import did_you_mean

if TYPE_CHECKING:
    from helpers.year.faults import Fault
    from helpers.year.load import Year

#: Expectations whose bounds are values of the column (elsewhere they are counts, shares, lengths).
VALUE_BOUNDS = frozenset(
    {
        "expect_column_values_to_be_between",
        "expect_column_max_to_be_between",
        "expect_column_min_to_be_between",
        "expect_column_median_to_be_between",
    }
)
#: Expectations that calculate with the column.
NUMERIC = frozenset(
    {
        "expect_column_mean_to_be_between",
        "expect_column_sum_to_be_between",
        "expect_column_stdev_to_be_between",
        "expect_column_value_z_scores_to_be_less_than",
        "expect_column_values_to_not_be_outliers",
        "expect_multicolumn_sum_to_equal",
        "expect_column_quantile_values_to_be_between",
    }
)
#: Expectations that read the column's text.
TEXTUAL = frozenset(
    {
        "expect_column_values_to_match_regex",
        "expect_column_values_to_not_match_regex",
        "expect_column_values_to_match_regex_list",
        "expect_column_values_to_not_match_regex_list",
        "expect_column_value_lengths_to_be_between",
        "expect_column_value_lengths_to_equal",
        "expect_column_values_to_match_strftime_format",
        "expect_column_values_to_be_dateutil_parseable",
        "expect_column_values_to_be_json_parseable",
        "expect_column_values_to_match_json_schema",
    }
)
#: Arguments that GX can do without, but then it checks nothing.
NEEDED = frozenset({"regex", "type_list", "partition_object", "threshold", "column_set", "column_list"})
#: Arguments of GX that our rules say in their own way.
OURS = {
    "row_condition": "用 where 限定行",
    "condition_parser": "用 where 限定行",
    "severity": "用 level 写 stop 或 note",
    "meta": "用 words 和 remedy 说明",
    "notes": "用 words 说明",
    "description": "用 words 说明",
}
KIND_WORDS = {
    "number": "数字",
    "boolean": " true 或 false",
    "text": "文字",
    "date": "日期",
    "list": "列表",
    "texts": "文字的列表",
    "columns": "列名的列表",
    "pairs": "成对的值的列表",
    "mapping": "键值对",
    "column": "列名",
}
COLUMN_WORDS = {"number": "数字列", "text": "文字列", "date": "日期列", "boolean": "是否列"}


class Asks(Protocol):
    """A declared or derived rule: what the check of its arguments reads."""

    @property
    def expectation(self) -> str: ...
    @property
    def arguments(self) -> Mapping[str, Any]: ...


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Any]:
    """``{"expectations": {type: {argument: {"kinds", "choices", "required"}}}, "unusable": {type: why}}``."""
    text = resources.files("helpers.gate").joinpath("expectations.json").read_text(encoding="utf-8")
    return json.loads(text)


def check_rule(rule: Asks, columns: Mapping[str, str] | Iterable[str]) -> list[str]:
    """Everything that is wrong with a rule, without running it; an empty list when it can run.

    ``columns``: the table's tidy columns, with their SQL types where known.
    """
    types = dict(columns) if isinstance(columns, Mapping) else dict.fromkeys(columns, "")
    known = catalogue()
    if rule.expectation in known["unusable"]:
        return [f"{rule.expectation} 不能用在这里：{known['unusable'][rule.expectation]}"]
    arguments = known["expectations"].get(rule.expectation)
    if arguments is None:
        return [
            _said(f"没有 {rule.expectation} 这种检查", did_you_mean(rule.expectation, sorted(known["expectations"])))
        ]
    problems = list(_argument_problems(rule, arguments, types))
    return problems or list(_value_problems(rule, types))


def year_faults(year: Year) -> list[Fault]:
    """The faults of the rules declared in year.yml, for the check of the year files."""
    from helpers.gate.builtin_rules import about_table

    lines, faults = year.lines["year.yml"], []
    for table, spec in year.year.tables.items():
        types = about_table(spec).types
        for index, rule in enumerate(spec.gate):
            place = ("tables", table, "gate", index)
            faults += [
                lines.fault("bad_rule", place, problem, value=rule.expectation) for problem in check_rule(rule, types)
            ]
    return faults


def _said(message: str, hint: str | None) -> str:
    return f"{message}；{hint}" if hint else message


# --- the shape of the arguments -------------------------------------------------------------------


def _argument_problems(rule: Asks, known: Mapping[str, Any], types: Mapping[str, str]) -> Iterator[str]:
    for name, value in rule.arguments.items():
        if name in known:
            yield from _kind_problems(name, value, known[name], types)
        elif name in OURS:
            yield f"{rule.expectation} 不写参数 {name}：{OURS[name]}"
        else:
            yield _said(f"{rule.expectation} 没有参数 {name}", did_you_mean(str(name), sorted(known)))
    for name, wanted in known.items():
        if (wanted.get("required") or name in NEEDED) and rule.arguments.get(name) is None:
            yield f"{rule.expectation} 缺少参数 {name}"


def _kind_problems(name: str, value: Any, wanted: Mapping[str, Any], types: Mapping[str, str]) -> Iterator[str]:
    if value is None and not wanted.get("required"):
        return
    if "choices" in wanted:
        if value not in wanted["choices"]:
            yield f"参数 {name} 只能写 {'、'.join(wanted['choices'])}，现为 {value}"
        return
    kinds = wanted["kinds"]
    if kinds and not any(_is(kind, value) for kind in kinds):
        words = "或".join(dict.fromkeys(KIND_WORDS[kind] for kind in kinds))
        yield f"参数 {name} 应为{words}，现为 {_shown(value)}"
        return
    named = [value] if "column" in kinds else value if "columns" in kinds else []
    for column in named:
        if column not in types:
            yield _said(f"没有列 {column}", did_you_mean(str(column), list(types)))


def _is(kind: str, value: Any) -> bool:
    match kind:
        case "boolean":
            return isinstance(value, bool)
        case "number":
            return is_number(value)
        case "text" | "column":
            return isinstance(value, str)
        case "date":
            return as_moment(value) is not None
        case "texts" | "columns":
            return isinstance(value, list | tuple) and bool(value) and all(isinstance(v, str) for v in value)
        case "list":
            return isinstance(value, list | tuple)
        case "pairs":
            return isinstance(value, list | tuple) and all(isinstance(v, list | tuple) and len(v) == 2 for v in value)
        case "mapping":
            return isinstance(value, Mapping)
    raise AssertionError(kind)


def as_moment(value: Any) -> datetime.datetime | None:
    """A date, date-time or ISO text as a date-time without zone; None for anything else."""
    if isinstance(value, datetime.datetime):
        return value if value.tzinfo is None else None
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day)
    if isinstance(value, str) and re.match(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return as_moment(datetime.datetime.fromisoformat(value))
        except ValueError:
            return None
    return None


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "……"


# --- what the arguments say -----------------------------------------------------------------------


def _value_problems(rule: Asks, types: Mapping[str, str]) -> Iterator[str]:
    given = {name: value for name, value in rule.arguments.items() if value is not None}
    share = given.get("mostly")
    if share is not None and not 0 <= share <= 1:
        yield f"参数 mostly 是比例，应在 0 与 1 之间，现为 {share}"
    yield from _bound_problems(rule.expectation, given)
    yield from _pattern_problems(given)
    for column in (given.get("column"), given.get("column_A"), given.get("column_B"), *given.get("column_list", ())):
        if column is not None:
            yield from _type_problems(rule.expectation, str(column), kind_of(types.get(column, "")), given)


def _bound_problems(expectation: str, given: Mapping[str, Any]) -> Iterator[str]:
    known = catalogue()["expectations"][expectation]
    if "min_value" not in known or "max_value" not in known:
        return
    low, high = given.get("min_value"), given.get("max_value")
    if low is None and high is None:
        yield f"{expectation} 的 min_value 和 max_value 至少要写一个"
    elif low is not None and high is not None:
        first, last = as_moment(low), as_moment(high)
        if (first is None) != (last is None):
            yield "min_value 和 max_value 要同为数字或同为日期"
        elif first > last if first and last else low > high:
            yield f"min_value {given['min_value']} 大于 max_value {given['max_value']}"


def _pattern_problems(given: Mapping[str, Any]) -> Iterator[str]:
    for pattern in [given.get("regex"), *given.get("regex_list", ())]:
        if pattern is None:
            continue
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"正则表达式有误：{_shown(pattern)}（{error}）"


def kind_of(sql_type: str) -> str:
    """number, text, date, boolean, or "" when the type is not known."""
    if sql_type.startswith(("BIGINT", "INTEGER", "DOUBLE", "DECIMAL", "HUGEINT", "SMALLINT", "FLOAT")):
        return "number"
    return {"VARCHAR": "text", "DATE": "date", "TIMESTAMP": "date", "BOOLEAN": "boolean"}.get(sql_type, "")


def _type_problems(expectation: str, column: str, kind: str, given: Mapping[str, Any]) -> Iterator[str]:
    if not kind:
        return
    called = f"列 {column} 是{COLUMN_WORDS[kind]}"
    if expectation in NUMERIC and kind != "number":
        yield f"{called}，{expectation} 要用在数字列上"
    if expectation in TEXTUAL and kind != "text":
        yield f"{called}，{expectation} 要用在文字列上"
    if expectation in VALUE_BOUNDS:
        for name in ("min_value", "max_value"):
            if name in given and not (kind in ("number", "date") and _is(kind, given[name])):
                yield f"{called}，不能与 {name} 的 {_shown(given[name])} 比较"
    for value in given.get("value_set", ()) if "column" in given else ():
        if value is not None and not _is(kind, value):
            yield f"{called}，value_set 里的 {_shown(value)} 不会与它相等"
