"""A new year from last year's files or from an official form; what is left to fill is listed by check."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from helpers.cli import app
from helpers.formats.xlsx import write_forms
from helpers.forms.readers import read_forms
from helpers.run.check import check_year
from helpers.year.load import load_year
from helpers.year.new_year import BLANK, NewYearError, new_year
from tests.conftest import PROJECT
from tests.forms.readers import form_samples
from tests.report import sample_results

FILES = {"year.yml", "indicators.yml", "plan.yml", "corrections.yml"}
#: What an analyst writes into the blanks, by the key that they stand under.
ANSWERS: dict[str, Any] = {
    "date": datetime.date(2026, 2, 10),
    "due": datetime.date(2026, 6, 30),
    "exported": datetime.date(2026, 1, 5),
    "initial": "178万元",
    "adjusted": "178万元",
    "spent": "170万元",
    "stated": "12",
    "document": "验收记录",
    "custodian": "办公室",
    "population": 600,
    "direction": "higher",
    "budget": None,
    "weight": 10,
    "grade": 1,
    "share": 0.9,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "新 项目"


@pytest.fixture
def with_last_year(root: Path) -> Path:
    shutil.copytree(PROJECT / "data" / "raw" / "2024", root / "data" / "raw" / "2024")
    return root


@pytest.fixture
def own_form(tmp_path: Path) -> Path:
    path = tmp_path / "self_evaluation.xlsx"
    path.write_bytes(write_forms(sample_results.fy2024()))
    return path


def loaded(root: Path, name: str, year: int = 2025) -> Any:
    return YAML(typ="safe").load((root / "data" / "raw" / str(year) / name).read_text(encoding="utf-8"))


def fill(root: Path, year: int, answers: dict[str, Any] = ANSWERS) -> int:
    """Write an answer into each blank; returns how many there were."""
    filled = 0

    def visit(node: Any) -> None:
        nonlocal filled
        for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
            if isinstance(value, str) and BLANK in value:
                node[key], filled = answers[key], filled + 1
            elif isinstance(value, dict | list):
                visit(value)

    yaml = YAML()
    yaml.width = 4096
    for name in sorted(FILES):
        path = root / "data" / "raw" / str(year) / name
        tree = yaml.load(path)
        visit(tree)
        yaml.dump(tree, path)
    return filled


def cli(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def fingerprint(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# --- from last year -------------------------------------------------------------------------------


def test_last_years_structure_is_carried_over(with_last_year: Path) -> None:
    before = fingerprint(with_last_year / "data" / "raw" / "2024")
    assert {p.name for p in new_year(with_last_year, 2025)} == FILES
    folder = with_last_year / "data" / "raw" / "2025"
    assert {p.name for p in folder.iterdir()} == FILES | {"exports", "evidence"}
    assert fingerprint(with_last_year / "data" / "raw" / "2024") == before
    old, new = loaded(with_last_year, "year.yml", 2024), loaded(with_last_year, "year.yml")
    assert (
        new["fiscal_year"] == 2025 and new["project"] == old["project"] and list(new["tables"]) == list(old["tables"])
    )
    assert new["tables"]["tickets"]["columns"] == old["tables"]["tickets"]["columns"]
    assert new["tables"]["tickets"]["files"][0] == "exports/工单_2025上半年.csv" and new["tables"]["ledger"][
        "document"
    ].startswith("2025年度")
    assert (new["posts"]["date"], new["budget"]["initial"], new["budget"]["spent"]) == (
        BLANK,
        BLANK,
        old["budget"]["spent"],
    )
    assert "source" not in new and "weights_basis" not in new
    text = (folder / "year.yml").read_text(encoding="utf-8")
    assert "# 按受理时间归入年度" in text and "\"category = '测试' or title like '%测试%'\"" in text, (
        "comments and quotes stay"
    )
    assert text.startswith("# 2025年度") and "2024年度：" not in text


def test_what_only_last_year_knew_is_left_out_and_an_own_outline_is_copied(with_last_year: Path) -> None:
    folder = with_last_year / "data" / "raw" / "2024"
    own = "title: 简报\ncontents:\n  - {chapter: 结论, contents: [outcome]}   # 自拟\n"
    (folder / "brief.yml").write_text(own, encoding="utf-8")
    path = folder / "year.yml"
    text = path.read_text(encoding="utf-8").replace("outline: default", "outline: brief.yml")
    path.write_text(text + "\nfunds_management:\n  - {item: 使用规范性, statement: 专款专用}\n", encoding="utf-8")
    new_year(with_last_year, 2025)
    new = loaded(with_last_year, "year.yml")
    assert "sources" not in new["budget"] and "funds_management" not in new and new["outline"] == "brief.yml"
    assert "reported" not in new["budget"]
    assert not any("reported" in item for item in new["activities"]["items"])
    assert (with_last_year / "data" / "raw" / "2025" / "brief.yml").read_text(encoding="utf-8") == own


def test_indicators_keep_their_measures_but_not_their_results(with_last_year: Path) -> None:
    new_year(with_last_year, 2025)
    old, new = loaded(with_last_year, "indicators.yml", 2024), loaded(with_last_year, "indicators.yml")
    assert new["measures"] == old["measures"]
    assert [(i["id"], i["target"], i["weight"]) for i in new["indicators"]] == [
        (i["id"], i["target"], i["weight"]) for i in old["indicators"]
    ]
    by_id = {i["id"]: i for i in new["indicators"]}
    assert (
        by_id["complaints"]["actual"] == {"measure": "complaints_valid"}
        and by_id["efficiency"]["actual"]["stated"] == BLANK
    )
    assert by_id["satisfaction"]["sample"] == {"population": BLANK} and not any(
        "reported" in i for i in new["indicators"]
    )


def test_unfinished_measures_are_carried_with_a_new_date(with_last_year: Path) -> None:
    path = with_last_year / "data" / "raw" / "2024" / "plan.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("status: adopted", "status: done\n    done_on: 2024-12-01", 1),
        encoding="utf-8",
    )
    new_year(with_last_year, 2025)
    actions = loaded(with_last_year, "plan.yml")["actions"]
    assert [(a["id"], a["carried_from"], a["due"]) for a in actions] == [
        ("2025-1", "2024-2", BLANK),
        ("2025-2", "2024-3", BLANK),
    ]


def test_a_measure_whose_indicator_is_gone_stays_as_a_comment(with_last_year: Path, tmp_path: Path) -> None:
    book, (sheet,) = form_samples.book_of("表")
    form_samples.scored(sheet)
    new_year(with_last_year, 2025, form_samples.saved(book, tmp_path / "表.xlsx"))
    text = (with_last_year / "data" / "raw" / "2025" / "plan.yml").read_text(encoding="utf-8")
    assert loaded(with_last_year, "plan.yml") == {"actions": []}
    assert "# 2024-2（timeliness）：按服务范围内的设备型号提前储备备件" in text


# --- blanks ---------------------------------------------------------------------------------------


def test_every_blank_is_listed_with_file_line_and_what_belongs_there(with_last_year: Path) -> None:
    new_year(with_last_year, 2025)
    done = cli("check", "--year", 2025, "--root", with_last_year)
    assert done.exit_code == 2
    blanks = [line for line in done.stderr.splitlines() if "[blank_left]" in line]
    written = [
        (name, number)
        for name in FILES
        for number, line in enumerate(
            (with_last_year / "data" / "raw" / "2025" / name).read_text(encoding="utf-8").splitlines(), start=1
        )
        if BLANK in line and not line.startswith("#")
    ]
    listed = {
        (line.split("  ")[0].split("/")[-1].split(":")[0], int(line.split("  ")[0].split(":")[1])) for line in blanks
    }
    assert listed == set(written) and len(blanks) > 20, "all of them, however many"
    assert any("posts.date" in line and "写日期，如 2025-02-20" in line for line in blanks)
    assert "bad_value" not in done.stderr and "wrong_type" not in done.stderr, "a blank is one fault, not two"


def test_other_faults_are_not_hidden_by_blanks(with_last_year: Path) -> None:
    new_year(with_last_year, 2025)
    path = with_last_year / "data" / "raw" / "2025" / "year.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("outline: default", "outlin: default"), encoding="utf-8")
    done = cli("check", "--year", 2025, "--root", with_last_year)
    assert done.exit_code == 2 and "[unknown_key]" in done.stderr.splitlines()[1] and "[blank_left]" in done.stderr


# --- from a form ----------------------------------------------------------------------------------


def test_the_indicators_of_a_form(root: Path, own_form: Path) -> None:
    root.mkdir()
    new_year(root, 2025, own_form)
    tree, form = loaded(root, "indicators.yml"), read_forms(own_form)[0]
    assert [(i["level1"], i["level2"], i["level3"], i["target"], i["weight"]) for i in tree["indicators"]] == [
        (r.level1, r.level2, r.level3, r.target_text, float(r.weight or 0)) for r in form.rows
    ]
    assert [i["id"] for i in tree["indicators"]] == [f"q{n}" for n in range(1, 9)]
    assert BLANK in tree["indicators"][0]["actual"]["stated"] and len(tree["indicators"][2]["parts"]) == 2
    declared = loaded(root, "year.yml")
    assert (declared["project"], declared["institution"], declared["overall_goal"]) == (
        form.about.project,
        form.about.institution,
        form.goal,
    )
    assert (declared["budget"]["initial"], declared["budget"]["adjusted"], declared["budget"]["spent"]) == (
        "178万元",
        "178万元",
        BLANK,
    )
    assert "取自 self_evaluation.xlsx 绩效自评表（2024年度）" in (
        root / "data" / "raw" / "2025" / "indicators.yml"
    ).read_text(encoding="utf-8")


def test_round_trip_from_our_own_form(root: Path, own_form: Path) -> None:
    root.mkdir()
    new_year(root, 2025, own_form)
    assert fill(root, 2025) > 20 and [str(f) for f in check_year(root, 2025)] == []
    assert cli("check", "--year", 2025, "--root", root).exit_code == 0


def test_round_trip_beside_last_year(with_last_year: Path, own_form: Path) -> None:
    """Indicators that last year had keep their id and measure; targets and weights are the form's."""
    new_year(with_last_year, 2025, own_form)
    old, new = load_year(with_last_year, 2024), loaded(with_last_year, "indicators.yml")
    assert [i["id"] for i in new["indicators"]] == [i.id for i in old.indicators.indicators]
    assert new["indicators"][1]["actual"] == {"measure": "complaints_valid"}
    exports = with_last_year / "data" / "raw" / "2025" / "exports"
    for path in (with_last_year / "data" / "raw" / "2024" / "exports").iterdir():
        shutil.copy(path, exports / path.name.replace("2024", "2025"))
    assert fill(with_last_year, 2025) > 5 and [str(f) for f in check_year(with_last_year, 2025)] == []


def test_rows_of_one_name_are_indicators_of_their_own(with_last_year: Path, tmp_path: Path) -> None:
    book, (sheet,) = form_samples.book_of("表")
    rows = [
        ("产出指标", "质量指标", "有效投诉", "不高于8件", None, 45, None, None),
        ("产出指标", "质量指标", "有效投诉", "不高于3件", None, 45, None, None),
    ]
    form_samples.scored(sheet, rows=rows, total=False)
    new_year(with_last_year, 2025, form_samples.saved(book, tmp_path / "表.xlsx"))
    text = (with_last_year / "data" / "raw" / "2025" / "indicators.yml").read_text(encoding="utf-8")
    assert [(i["id"], i["target"]) for i in loaded(with_last_year, "indicators.yml")["indicators"]] == [
        ("complaints", "不高于8件"),
        ("q2", "不高于3件"),
    ]
    assert "&id0" not in text


def test_a_form_without_weights_and_in_yuan(root: Path, tmp_path: Path) -> None:
    root.mkdir()
    book, (sheet,) = form_samples.book_of("表")
    form_samples.transfer(sheet)
    sheet["A7"] = "资金投入情况（元）"
    new_year(root, 2025, form_samples.saved(book, tmp_path / "表.xlsx"))
    assert {i["weight"] for i in loaded(root, "indicators.yml")["indicators"]} == {BLANK}
    assert loaded(root, "year.yml")["budget"] == {"initial": "80元", "adjusted": "80元", "spent": BLANK}


# --- neither, and what is refused -----------------------------------------------------------------


def test_a_first_year_is_a_commented_template(root: Path) -> None:
    root.mkdir()
    new_year(root, 2025)
    text = (root / "data" / "raw" / "2025" / "year.yml").read_text(encoding="utf-8")
    assert loaded(root, "year.yml")["project"] == BLANK and "#     files: exports/工单_2025.csv" in text
    faults = check_year(root, 2025)
    assert {f.code for f in faults} == {"blank_left"} and ("data/raw/2025/year.yml", 5) in {
        (f.file, f.line) for f in faults
    }


def test_the_example_in_the_template_is_sound(root: Path) -> None:
    """Uncommented, with its blanks filled, the template checks."""
    root.mkdir()
    new_year(root, 2025)
    folder = root / "data" / "raw" / "2025"
    (folder / "exports" / "工单_2025.csv").write_text("工单编号,受理时间\nA1,2025-01-02 10:00\n", encoding="utf-8")
    for name, empty in (
        ("year.yml", "tables: {}"),
        ("indicators.yml", "measures: {}\nindicators: []"),
        ("plan.yml", "actions: []"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        start = text.index(empty)
        examples = [
            line.removeprefix("# ")
            for line in text[start + len(empty) :].splitlines()
            if line.startswith("# ") and (line.startswith(("# measures:", "# indicators:", "# actions:", "#  ")))
        ]
        (folder / name).write_text(
            text[:start] + ("tables:\n" if name == "year.yml" else "") + "\n".join(examples) + "\n", encoding="utf-8"
        )
    fill(root, 2025, {**ANSWERS, "project": "甲", "institution": "乙", "overall_goal": "丙"})
    assert [str(f) for f in check_year(root, 2025)] == [] and load_year(root, 2025).plan.actions[0].id == "2025-1"


def test_an_existing_year_is_never_overwritten(with_last_year: Path, own_form: Path) -> None:
    before = fingerprint(with_last_year)
    done = cli("new-year", 2024, "--root", with_last_year, "--from", own_form)
    assert done.exit_code == 2 and "[year_exists]" in done.stderr and "year.yml" in done.stderr
    assert fingerprint(with_last_year) == before


def test_exports_that_are_there_already_stay(root: Path) -> None:
    exports = root / "data" / "raw" / "2025" / "exports"
    exports.mkdir(parents=True)
    (exports / "工单.csv").write_text("编号\n", encoding="utf-8")
    done = cli("new-year", 2025, "--root", root)
    assert (
        done.exit_code == 0
        and "year.yml  7 处待填" in done.stdout
        and f"selfeval check --year 2025 --root {root}" in done.stdout
    )
    assert (exports / "工单.csv").read_text(encoding="utf-8") == "编号\n" and {
        p.name for p in exports.parent.iterdir()
    } > FILES
    assert [p.name for p in exports.parent.parent.iterdir()] == ["2025"], "nothing is left beside it"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["1899"], 2, "[bad_year]"),
        (["2025", "--root", "没有"], 2, "[no_root]"),
        (["2025", "--from", "没有.xlsx"], 2, "[file_missing]"),
        (["2025", "--from", "坏.xlsx"], 1, "[unreadable]"),
        (["2025", "--from", "名单.csv"], 1, "[no_form]"),
    ],
)
def test_what_stops_it_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], status: int, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04...")
    (tmp_path / "名单.csv").write_text("姓名\n甲\n", encoding="utf-8")
    done = cli("new-year", *arguments)
    assert (
        done.exit_code == status
        and words in done.stderr
        and "处理：" in done.stderr + "处理：" * (words == "[file_missing]")
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["名单.csv", "坏.xlsx"]


def test_the_root_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(NewYearError, match=r"\[no_root\]"):
        new_year(tmp_path / "没有", 2025)
