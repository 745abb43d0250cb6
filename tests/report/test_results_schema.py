"""The schema in git is the one that the types make, and the two say the same of any document."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from helpers.report.results import ResultsFault, validate_results
from helpers.report.results_schema import inner_rule, properties, schema
from tests.report import sample_results as sample
from tools.make_schema import TARGET, schema_text


def test_the_schema_in_git_is_the_generated_one():
    assert TARGET.read_text(encoding="utf-8") == schema_text(), "run make schema"


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(schema())


def test_rules_are_found_through_references_and_lists():
    indicators = inner_rule(schema(), "indicators")
    assert list(properties(inner_rule(indicators, 0)))[:4] == ["id", "name", "level1", "level2"]
    assert inner_rule(schema(), "nothing_of_the_kind") == {}
    words = inner_rule(inner_rule(inner_rule(schema(), "deviations"), 0), "column_words")
    assert inner_rule(words, "cause") == {"type": "string"}


def changed(path: tuple[str | int, ...], value: Any) -> Any:
    data = sample.fy2024()
    place: Any = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = copy.deepcopy(value)
    return data


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (("schema_version",), 1.0, None),
        (("fiscal_year",), 2024.0, None),
        (("fiscal_year",), 2024.5, ("fiscal_year", "应为整数，现为 2024.5")),
        (("fiscal_year",), True, ("fiscal_year", "应为整数，现为 true")),
        (("budget", "initial"), 5, None),
        (("budget", "initial"), True, ("budget.initial", "应为数字或null，现为 true")),
        (("budget", "note_of_ours"), {"a": 1}, None),
        (("posts", "phone"), "1", ("posts", "不认识的键 phone")),
        (("audit",), [{"check": "x", "level": "note", "message": "y", "where": {"row": 3, "cell": "B3"}}], None),
        (("audit",), [{"check": "x", "level": "note"}], ("audit[0]", "缺少 message")),
        (("indicators", 0, "actual"), [1, "二"], None),
        (("indicators", 0, "actual"), [1, None], ("indicators[0].actual[1]", "应为数字或文字，现为 null")),
        (("indicators", 0, "actual"), {}, ("indicators[0].actual", "应为数字或文字或列表或null，现为 {}")),
        (("indicators", 0, "required"), 0, ("indicators[0].required", "须大于 0，现为 0")),
        (("deviations", 0, "column_words"), {"cause": 5}, ("deviations[0].column_words.cause", "应为文字，现为 5")),
        (("posts",), {}, ("posts", "缺少 prepared_by、checked_by、date")),
    ],
)
def test_types_and_schema_agree(path, value, fault):
    data = changed(path, value)
    assert Draft202012Validator(schema()).is_valid(data) == (fault is None)
    if fault is None:
        assert validate_results(data) is data
        return
    with pytest.raises(ResultsFault) as caught:
        validate_results(data)
    assert caught.value.faults == [fault]


def test_a_fault_inside_does_not_hide_one_above_it():
    data = sample.fy2024()
    del data["budget"]["spent"]
    data["budget"]["parts"][0]["budget"] = "30万元"
    with pytest.raises(ResultsFault) as caught:
        validate_results(data)
    assert caught.value.faults == [
        ("budget", "缺少 spent"),
        ("budget.parts[0].budget", '应为数字，现为 "30万元"'),
    ]
