"""results.json: what the contract takes, what it refuses and where, and that it is the same bytes."""

from __future__ import annotations

import json

import pytest

from helpers.report.results import ResultsFault, dump_results, load_results, schema, validate_results, write_results
from tests.report import sample_results as sample


@pytest.mark.parametrize("make", [sample.fy2024, sample.bare, sample.unknown, sample.many])
def test_samples_keep_the_contract(make):
    data = make()
    assert validate_results(data) is data


def test_the_schema_is_a_schema():
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema())


def change(data, path, value):
    *steps, last = path
    for step in steps:
        data = data[step]
    data[last] = value


@pytest.mark.parametrize(
    ("path", "value", "place", "words"),
    [
        (("schema_version",), 2, "schema_version", "只能是 1，现为 2"),
        (("fiscal_year",), "2024", "fiscal_year", '应为整数，现为 "2024"'),
        (("indicators", 3, "score"), "9.9", "indicators[3].score", '应为数字或null，现为 "9.9"'),
        (
            ("indicators", 0, "status"),
            "done",
            "indicators[0].status",
            '只能是 met、partly_met、not_met、unknown，现为 "done"',
        ),
        (("indicators", 0, "target", "op"), "≥", "indicators[0].target.op", '只能是 <、<=、=、>=、>、null，现为 "≥"'),
        (("indicators",), [], "indicators", "至少要有 1 项，现为 []"),
        (
            ("indicators", 2, "parts", 0, "actual_text"),
            5,
            "indicators[2].parts[0].actual_text",
            "应为文字或null，现为 5",
        ),
        (("posts", "date"), "2025/2/20", "posts.date", "写法不合"),
        (("plan", 0, "due"), "6月底", "plan[0].due", "写法不合"),
        (("activities", 0, "count"), -1, "activities[0].count", "不得小于 0，现为 -1"),
        (("activities", 0, "monthly"), [1, 2], "activities[0].monthly", "至少要有 12 项"),
        (("plan", 0, "indicator"), "speed", "plan[0].indicator", "没有编号为 speed 的指标"),
        (("deviations", 0, "indicator"), "speed", "deviations[0].indicator", "没有编号为 speed 的指标"),
        (("indicators", 1, "id"), "staff", "indicators[1].id", "指标编号 staff 重复"),
        (("tables", 0, "used"), 14404, "tables[0].rows_in", "读入14530行，采用14404行，剔除125行，对不上"),
    ],
)
def test_faults_are_named_by_place(path, value, place, words):
    data = sample.fy2024()
    change(data, path, value)
    with pytest.raises(ResultsFault) as caught:
        validate_results(data)
    assert caught.value.path == place
    assert words in str(caught.value)
    assert caught.value.code == "results_schema"


def test_a_missing_key_is_named():
    data = sample.fy2024()
    del data["budget"]["spent"]
    with pytest.raises(ResultsFault, match="^results_schema: budget: 缺少 spent"):
        validate_results(data)


def test_every_fault_is_kept():
    data = sample.fy2024()
    data["fiscal_year"], data["project"] = None, ""
    with pytest.raises(ResultsFault, match="另有1处") as caught:
        validate_results(data)
    assert [place for place, _ in caught.value.faults] == ["fiscal_year", "project"]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(value):
    data = sample.fy2024()
    data["score"]["total"] = value
    with pytest.raises(ResultsFault, match="results_value: score.total"):
        validate_results(data)


def test_foreign_numbers_are_refused():
    import numpy

    data = sample.fy2024()
    data["score"]["total"] = numpy.float64(99.5)
    with pytest.raises(ResultsFault, match="score.total: float64 不能写入 JSON"):
        validate_results(data)


def test_the_text_does_not_depend_on_how_dicts_were_filled():
    def turned(value):
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in reversed(value)}
        return [turned(item) for item in value] if isinstance(value, list) else value

    data = sample.fy2024()
    assert dump_results(turned(data)) == dump_results(data)


def test_the_text_is_in_contract_order_and_readable():
    text = dump_results({**sample.fy2024(), "zz": -0.0, "aa": 1})
    data = json.loads(text)
    keys = list(data)
    assert keys[:4] == ["schema_version", "fiscal_year", "project", "institution"]
    assert keys[-2:] == ["aa", "zz"]
    assert list(data["budget"])[:3] == ["initial", "adjusted", "spent"]
    assert [i["id"] for i in data["indicators"]][:2] == ["staff", "complaints"]
    assert "信息化运维服务" in text and '"zz": 0.0' in text
    assert data["budget"]["execution_rate"] == 1770000 / 1780000


def test_written_and_read_back(tmp_path):
    path = tmp_path / "结果 文件" / "results.json"
    path.parent.mkdir()
    write_results(path, sample.fy2024())
    first = path.read_bytes()
    assert load_results(path) == sample.fy2024()
    write_results(path, load_results(path))
    assert path.read_bytes() == first
    assert first.endswith(b"}\n")


@pytest.mark.parametrize("text", ["{", '{"score": NaN}'])
def test_a_broken_file_is_refused(tmp_path, text):
    path = tmp_path / "results.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ResultsFault, match="results_json: results.json: 不是合格的 JSON"):
        load_results(path)


def test_proposals_of_spares_name_an_indicator_that_is_there():
    data = sample.fy2024()
    row = {"id": "spare-X", "indicator": "speed", "action": "储备", "status": "proposed"}
    data["spares"] = {
        "fiscal_year": 2024,
        "reason": None,
        "parts": [],
        "replay": None,
        "out_of_sample": None,
        "replacement": {"reason": None, "models": []},
        "proposals": [row],
    }
    with pytest.raises(ResultsFault, match="没有编号为 speed 的指标") as caught:
        validate_results(data)
    assert caught.value.path == "spares.proposals[0].indicator"
    data["spares"]["proposals"][0]["indicator"] = data["indicators"][0]["id"]
    assert validate_results(data) is data
    data["spares"]["parts"] = [{"part": "X", "demand": 3, "stock": 0, "reason": None}]
    with pytest.raises(ResultsFault, match="不得小于 1") as caught:
        validate_results(data)
    assert caught.value.path == "spares.parts[0].stock"
