"""The start page: what is declared, blank, stale, done or failed, and what comes next."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from helpers.report.blocks import Table
from helpers.run import by_hand, start_page
from helpers.run.closing import START, closing
from helpers.run.parameters import ParameterError
from helpers.run.stages import NOTEBOOKS, STAGES
from helpers.run.year_state import look_at, next_step, year_state
from helpers.year.root import Root
from tests.run.small_project import edit, run_all, shows_nothing, write_project


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shows_nothing(monkeypatch)
    write_project(tmp_path)
    return tmp_path


def words(root: Path) -> list[str]:
    return [one.word for one in year_state(root, 2024).stages]


def column(table: Table, number: int) -> list[str]:
    return [row[number].text for row in table.rows]


def test_a_year_that_was_never_run(root: Path) -> None:
    state = year_state(root, 2024)
    assert column(start_page.declared(state), 2) == ["已填好", "已填好", "已填好", "没有", "没有", "没有", "2 个文件"]
    assert column(start_page.stages(state), 1) == ["还没有结果"] * 5 + ["还没有"]
    assert next_step(state).startswith("打开 [1 清洗](1_clean.ipynb)")


def test_the_notice_of_the_data_stands_below_the_inputs(root: Path) -> None:
    assert start_page.declared(year_state(root, 2024)).note is None
    edit(root / "data/raw/2024/year.yml", "overall_goal: 保障运行", "overall_goal: 保障运行\nnotice: 示例数据")
    assert start_page.declared(year_state(root, 2024)).note == "示例数据"
    edit(root / "data/raw/2024/year.yml", "notice: 示例数据", "notice: [")
    assert start_page.declared(year_state(root, 2024)).note is None


def test_a_year_without_files_says_how_to_begin(root: Path) -> None:
    state = year_state(root, 2025)
    assert words(root) == ["absent"] * 5
    assert [one.word for one in state.stages] == ["blocked"] * 5
    assert "selfeval new-year 2025" in next_step(state)


def test_after_all_stages_the_package_comes_next(root: Path) -> None:
    run_all(root)
    state = year_state(root, 2024)
    assert [one.word for one in state.stages] == ["done"] * 5
    assert next_step(state) == "五步都已完成：运行 `selfeval run --year 2024` 生成成套材料。"


def test_what_a_change_makes_stale_is_named_with_file_and_key(root: Path) -> None:
    run_all(root)
    edit(root / "data/raw/2024/indicators.yml", "target: 不低于50件", "target: 不低于60件")
    state = year_state(root, 2024)
    assert [one.word for one in state.stages] == ["done", "done", "stale", "stale", "stale"]
    assert state.stages[2].why == "data/raw/2024/indicators.yml 的 indicators.count.target有改动"
    assert state.stages[3].why == f"3_attainment：{state.stages[2].why}"
    assert "[3 完成情况](3_attainment.ipynb)" in next_step(state)


def test_blanks_are_counted_by_file_and_listed_with_their_lines(root: Path) -> None:
    edit(root / "data/raw/2024/plan.yml", "owner: 信息岗", "owner: 待填")
    edit(root / "data/raw/2024/year.yml", "overall_goal: 保障运行", "overall_goal: 待填")
    state = year_state(root, 2024)
    assert column(start_page.declared(state), 2)[:3] == ["1 处待填", "已填好", "1 处待填"]
    assert next_step(state) == "填好上面列出的 2 处待填，再运行 `selfeval check --year 2024`。"
    listed = start_page.faults(state)[0]
    assert isinstance(listed, Table)
    assert [(row[0].text, row[3].text) for row in listed.rows] == [
        ("data/raw/2024/year.yml", "待填"),
        ("data/raw/2024/plan.yml", "待填"),
    ]
    assert all(row[1].text.isdigit() for row in listed.rows)


def test_faults_block_the_stages_and_say_what_to_correct(root: Path) -> None:
    edit(root / "data/raw/2024/indicators.yml", "weight: 45", "wieght: 45")
    state = year_state(root, 2024)
    assert [one.word for one in state.stages] == ["blocked"] * 5
    assert "处问题" in column(start_page.declared(state), 2)[1]
    assert next_step(state).startswith("改正上面列出的")


REMARK = "- {id: score.total, words: 自评总分, sheet: 2024-0123456789abcdef, remark: 请说明依据, answer: ANSWER}\n"


def test_remarks_are_listed_with_how_many_wait_for_an_answer(root: Path) -> None:
    file = root / "data/raw/2024/remarks.yml"
    file.write_text(f"remarks:\n{REMARK.replace('ANSWER', '')}{REMARK.replace('ANSWER', '见附件')}", encoding="utf-8")
    run_all(root)
    state = year_state(root, 2024)
    assert [(row[0].text, row[2].text) for row in start_page.declared(state).rows][-2] == ("remarks.yml", "1 条未答复")
    assert next_step(state).startswith("有 1 条审核意见尚未答复：在 `data/raw/2024/remarks.yml`")
    edit(file, "answer: }", "answer: 已补充}")
    assert column(start_page.declared(year_state(root, 2024)), 2)[-2] == "均已答复"


def test_remarks_that_cannot_be_read_are_faults_beside_those_of_approvals(root: Path) -> None:
    (root / "data/raw/2024/remarks.yml").write_text("remrks: []\n", encoding="utf-8")
    (root / "data/raw/2024/approvals.yml").write_text("aprovals: []\n", encoding="utf-8")
    state = year_state(root, 2024)
    assert column(start_page.declared(state), 2)[-3:-1] == ["1 处问题", "1 处问题"]


def test_how_the_last_run_failed_is_told(root: Path) -> None:
    failed = Root(root).failed(2024)
    failed.mkdir(parents=True)
    (failed / "error.txt").write_text("✗ 2_validate 校验：未完成\n  原因：GateStopped\n", encoding="utf-8")
    state = year_state(root, 2024)
    assert start_page.faults(state)[0].text == "上次运行没有完成：\n✗ 2_validate 校验：未完成\n  原因：GateStopped"
    assert next_step(state).startswith("上次运行没有完成")


def test_a_run_that_is_at_work_is_waited_for(root: Path) -> None:
    Root(root).reports.mkdir()
    with FileLock(Root(root).lock(2024)):
        state = year_state(root, 2024)
    assert state.running and next_step(state).startswith("2024 年度正在运行")
    assert not year_state(root, 2024).running


def test_a_package_edited_by_hand_is_named(root: Path) -> None:
    package = Root(root).package(2024)
    package.mkdir(parents=True)
    (package / "manifest.json").write_text('{"outputs": []}', encoding="utf-8")
    (package / "report.docx").write_text("报告", encoding="utf-8")
    by_hand.note(package, by_hand.as_made(package))
    assert year_state(root, 2024).package == "stale"
    (package / "report.docx").chmod(0o644)
    (package / "report.docx").write_text("领导改过", encoding="utf-8")
    state = year_state(root, 2024)
    assert column(start_page.stages(state), 2)[-1] == "report.docx"


def test_nothing_is_written(root: Path) -> None:
    before = sorted(p for p in root.rglob("*"))
    start_page.links(year_state(root, 2024))
    assert sorted(p for p in root.rglob("*")) == before


def test_a_root_without_data_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"\[no_root\]"):
        look_at(2024, str(tmp_path))


def test_links_of_the_projects_own_root_lead_to_files(tmp_path: Path) -> None:
    state = year_state(NOTEBOOKS.parent, 2024)
    for target in re.findall(r"\]\(([^)]+)\)", start_page.links(state)):
        assert (NOTEBOOKS / target).exists() or target.startswith("../reports/"), target
    shutil.copytree(NOTEBOOKS.parent / "data" / "raw", tmp_path / "data" / "raw")
    assert "../reports/" not in start_page.links(year_state(tmp_path, 2024))


def test_every_stage_ends_with_its_checks_and_the_next_one() -> None:
    assert [re.findall(r"\]\((.+)\)", closing(stage, 2024)) for stage in STAGES] == [
        ["2_validate.ipynb"],
        ["3_attainment.ipynb"],
        ["4_deviation.ipynb"],
        ["5_report.ipynb"],
        ["00_开始.ipynb"],
    ]
    assert all(closing(stage, 2024).startswith("**检查通过**") for stage in STAGES)
    assert "selfeval run --year 2024" in closing(STAGES[-1], 2024)
    for stage in STAGES:
        cells = json.loads(stage.notebook.read_text(encoding="utf-8"))["cells"]
        assert "".join(cells[-1]["source"]).endswith("ws.done()")
    assert (NOTEBOOKS / START).is_file()
