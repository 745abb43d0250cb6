"""Which stages a change makes stale, what is said of it, and that what is taken over is what would be made anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.run import current, stage_record, stages
from helpers.run.code_reach import Sources, read_sources
from helpers.run.current import Current
from helpers.run.stages import CLEAN, STAGES, VALIDATE
from helpers.run.workspace import StageOrderError, open_stage
from helpers.year.hashes import file_sha256
from helpers.year.load import load_year
from helpers.year.seen import ABSENT, SeenYear
from tests.run import small_project
from tests.run.small_project import edit, outputs, run_all, run_here

NAMES = [stage.name for stage in STAGES]


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        small_project.shows_nothing(patch)
        yield


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose stages have run once; it is copied, never changed."""
    root = tmp_path_factory.mktemp("done")
    small_project.write_project(root)
    run_all(root)
    return root


@pytest.fixture
def root(done: Path, tmp_path: Path) -> Path:
    shutil.copytree(done, tmp_path / "根 目录")
    return tmp_path / "根 目录"


def stale(root: Path) -> dict[str, str]:
    """The stages that are not current by themselves, and why."""
    now = Current(root, 2024)
    return {stage.name: why for stage in STAGES if (why := now.why_not(stage))}


def raw(root: Path, name: str) -> Path:
    return root / "data" / "raw" / "2024" / name


def test_nothing_changed_nothing_stale(root: Path) -> None:
    assert stale(root) == {}


# --- one change, and what it makes stale ----------------------------------------------------------

CHANGES: dict[str, tuple[str, str, str, set[str], str]] = {
    "a target": (
        "indicators.yml",
        "不低于50件",
        "不低于130件",
        {"3", "4"},
        "indicators.yml 的 indicators.count.target",
    ),
    "a weight": ("indicators.yml", "不低于50件, weight: 45", "不低于50件, weight: 45.0", {"3", "4"}, "weight"),
    "a measure's words": ("indicators.yml", "words: 一天内完成的占比", "words: 一日办结率", {"3", "4"}, "in_a_day"),
    "a sentence of the outline": ("brief.yml", "全年办结得好", "全年办结得快", set(), "brief.yml"),
    "who is to act": ("plan.yml", "owner: 信息岗", "owner: 综合岗", {"4"}, "plan.yml 的 actions.a1.owner"),
    "what a table is called": ("year.yml", "title: 台账", "title: 支出台账", {"1", "2"}, "tables.ledger.title"),
    "the calendar": ("year.yml", "outline:", "calendar: weekdays\noutline:", {"2", "3", "4"}, "calendar"),
    "a comment": ("indicators.yml", "measures:", "# 说明\nmeasures:", set(), "indicators.yml"),
    "whose report it is": ("year.yml", "institution: 某单位", "institution: 某局", {"3"}, "year.yml 的 institution"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_makes_stale_what_reads_it(root: Path, name: str) -> None:
    file, old, new, expected, words = CHANGES[name]
    edit(raw(root, file), old, new)
    found = stale(root)
    assert expected <= {stage[0] for stage in found} and "5_report" in found, found
    cheap = {stage[0] for stage in found} - {"5"} - expected
    assert not cheap, found
    first = next(iter(found.values()))
    assert words in first and "有改动" in first


def test_an_export_makes_stale_its_own_cleaning_and_the_report_that_lists_it(root: Path) -> None:
    edit(raw(root, "exports/tickets.csv"), "T000,桌面", "T000,网络")
    assert set(stale(root)) == {"1_clean", "5_report"}
    assert stale(root)["1_clean"].startswith("data/raw/2024/exports/tickets.csv")


def test_a_file_that_a_pattern_means_too_is_seen(root: Path) -> None:
    text = "编号,类别,受理,完成,原因\nT900,桌面,2024-03-03 09:00:00,2024-03-03 10:00:00,其他\n"
    raw(root, "exports/tickets_2.csv").write_text(text, encoding="utf-8")
    assert "tickets" in stale(root)["1_clean"]
    (raw(root, "exports/tickets_2.csv")).rename(raw(root, "exports/other.csv"))
    assert stale(root) == {}


def test_the_files_of_the_year_before_are_seen(root: Path) -> None:
    shutil.copytree(root / "data/raw/2024", root / "data/raw/2023")
    edit(root / "data/raw/2023/year.yml", "fiscal_year: 2024", "fiscal_year: 2023")
    assert {"1_clean", "2_validate", "3_attainment", "4_deviation"} <= set(stale(root))


def test_a_file_handed_over_again_is_seen(root: Path) -> None:
    """Without year files the folder of the year before counts in one way only: as what may have been handed over."""
    before = root / "data/raw/2023/exports"
    before.mkdir(parents=True)
    (before / "another.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert stale(root) == {}
    shutil.copy(raw(root, "exports/ledger.csv"), before / "ledger.csv")
    assert set(stale(root)) == {"1_clean"}


# --- code, notebooks, surroundings ----------------------------------------------------------------


def with_change(name: str) -> Sources:
    sources = Sources(read_sources())
    sources[name] = replace(sources[name], sha256="0" * 64)
    return sources


@pytest.mark.parametrize(
    ("file", "first", "spared"),
    [
        ("report/narrative/by_outline.py", "5_report", 4),
        ("deviation/effect.py", "4_deviation", 3),
        ("gate/plausibility/twins.py", "2_validate", 1),
        ("gate/expectations.json", "2_validate", 1),
        ("activity/cells.py", "1_clean", 0),
        ("indicators/rulesets/caiyu-2020-10.yml", "1_clean", 0),
    ],
)
def test_a_change_of_the_library_makes_stale_what_reaches_it(
    root: Path, monkeypatch: pytest.MonkeyPatch, file: str, first: str, spared: int
) -> None:
    monkeypatch.setattr(current, "read_sources", lambda: with_change(file))
    found = stale(root)
    assert next(iter(found)) == first and "5_report" in found
    assert f"helpers/{file}" in found[first]
    assert not set(NAMES[:spared]) & set(found)


def changed_notebook(root: Path, patch: pytest.MonkeyPatch, change: Callable[[nbformat.NotebookNode], None]) -> None:
    """The stage notebooks from a copy, in which that of the gate is changed."""
    folder = root / "notebooks"
    shutil.copytree(stages.NOTEBOOKS, folder)
    notebook = nbformat.read(folder / "2_validate.ipynb", as_version=4)
    change(notebook)
    nbformat.write(notebook, folder / "2_validate.ipynb")
    patch.setattr(stages, "NOTEBOOKS", folder)


def saved_after_running(notebook: nbformat.NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = [nbformat.v4.new_output("stream", text="seen")]
            cell.metadata["execution"] = {"iopub.execute_input": "2024-01-01T00:00:00"}
        else:
            cell.source += "\n\n另一句话。"


def other_code(notebook: nbformat.NotebookNode) -> None:
    next(cell for cell in notebook.cells if cell.cell_type == "code").source += "\nmore = 1"


def test_outputs_and_words_of_a_notebook_are_no_code(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed_notebook(root, monkeypatch, saved_after_running)
    (root / "notebooks/.ipynb_checkpoints").mkdir()
    shutil.copy(root / "notebooks/1_clean.ipynb", root / "notebooks/.ipynb_checkpoints/1_clean-checkpoint.ipynb")
    (root / "notebooks/compare_years.ipynb").write_text("{}", encoding="utf-8")
    assert stale(root) == {}


def test_code_cells_of_a_notebook_are(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed_notebook(root, monkeypatch, other_code)
    assert stale(root) == {"2_validate": "笔记本的代码有改动", "5_report": "程序有改动"}


def test_other_libraries_and_another_version_of_the_record_are_not_believed(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "lock").write_text("pandas==0", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(stage_record, "LOCK", tmp_path / "lock")
        assert set(stale(root).values()) == {"requirements.lock 有改动"}
    monkeypatch.setattr(stage_record, "FORMAT", stage_record.FORMAT + 1)
    assert set(stale(root).values()) == {"没有可信的运行记录"}


# --- damage ---------------------------------------------------------------------------------------

DAMAGE: dict[str, tuple[str, str]] = {
    "validation.json": ("2_validate", "validation.json 与运行记录不符"),
    "tables/tickets.parquet": ("1_clean", "tables/tickets.parquet 与运行记录不符"),
    "kept/3_attainment.json": ("3_attainment", "没有可信的运行记录"),
}


@pytest.mark.parametrize("file", DAMAGE)
@pytest.mark.parametrize("how", ["half", "one byte", "gone", "empty"])
def test_a_damaged_cache_is_not_believed_and_mended_by_running_again(root: Path, file: str, how: str) -> None:
    stage, words = DAMAGE[file]
    before = outputs(root)
    path = root / "data/processed/2024" / file
    content = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        wrong = content[:9] + bytes([content[9] ^ 1]) + content[10:]
        path.write_bytes({"half": content[: len(content) // 2], "one byte": wrong, "empty": b""}[how])
    assert stale(root)[stage] in (words, "还没有结果")
    run_here(next(one for one in STAGES if one.name == stage), root)
    assert stale(root) == {} and outputs(root) == before


def test_a_record_that_is_whole_but_says_nonsense_is_not_believed(root: Path) -> None:
    path = stage_record.record_path(root / "data/processed/2024", "2_validate")
    said = {"format": stage_record.FORMAT, "stage": "2_validate"}
    rest: dict[str, Any] = {"made_by": {}, "reads": [], "files": {}, "year_files": []}
    for content in ({}, said, {**said, **rest, "reads": [3]}, {**said, **rest, "year_files": [[2024]]}):
        stage_record.write_whole(path, content)
        assert stale(root)["2_validate"] == "没有可信的运行记录"
    path.write_text("[1]", encoding="utf-8")
    assert stale(root)["2_validate"] == "没有可信的运行记录"


# --- early cut-off --------------------------------------------------------------------------------


def test_what_follows_stands_where_a_stage_finds_the_same_again(root: Path) -> None:
    edit(raw(root, "year.yml"), "exports/tickets*.csv", "exports/ticket*.csv")
    assert set(stale(root)) == {"1_clean", "5_report"}
    before = outputs(root)
    run_here(CLEAN, root)
    assert set(stale(root)) == {"5_report"} and outputs(root) == before  # it names the hashes of the year files


# --- by hand --------------------------------------------------------------------------------------


def test_by_hand_only_what_changed_is_refused_and_named(root: Path) -> None:
    edit(raw(root, "indicators.yml"), "不低于50件", "不低于130件")
    assert open_stage("2_validate", 2024, str(root)).read("1_clean")["tables"]
    assert "summary" in open_stage("3_attainment", 2024, str(root)).read("2_validate")
    with pytest.raises(StageOrderError) as refused:
        open_stage("4_deviation", 2024, str(root)).read("3_attainment")
    assert "[stage_stale]" in str(refused.value) and "notebooks/3_attainment.ipynb" in str(refused.value)
    assert "data/raw/2024/indicators.yml 的 indicators.count.target" in str(refused.value)


def test_by_hand_the_first_stage_that_is_stale_is_named(root: Path) -> None:
    edit(raw(root, "exports/tickets.csv"), "T000,桌面", "T000,网络")
    with pytest.raises(StageOrderError, match=r"exports/tickets\.csv有改动[\s\S]*notebooks/1_clean\.ipynb"):
        open_stage("5_report", 2024, str(root)).read("4_deviation")
    run_here(CLEAN, root)
    with pytest.raises(StageOrderError, match=r"notebooks/2_validate\.ipynb"):
        open_stage("5_report", 2024, str(root)).read("4_deviation")


def test_what_is_read_after_the_output_was_written_counts_too(root: Path) -> None:
    ws = open_stage("2_validate", 2024, str(root))
    ws.write({"summary": {"stopped": False}})
    assert Current(root, 2024).why_not(VALIDATE) is None
    assert ws.year.year.institution == "某单位"
    edit(raw(root, "year.yml"), "institution: 某单位", "institution: 某局")
    assert "institution" in str(Current(root, 2024).why_not(VALIDATE))


def test_values_seen_in_two_states_of_the_year_files_are_looked_at_one_by_one(root: Path) -> None:
    ws = open_stage("2_validate", 2024, str(root))
    assert ws.year.year.institution == "某单位"
    edit(raw(root, "year.yml"), "institution: 某单位", "# 改过\ninstitution: 某局")
    other = SeenYear(load_year(root, 2024), ws.reads, file_sha256)
    assert other.year.overall_goal == ws.year.year.overall_goal
    ws.write({"summary": {"stopped": False}})
    assert "institution" in str(Current(root, 2024).why_not(VALIDATE))
    edit(raw(root, "year.yml"), "# 改过\ninstitution: 某局", "institution: 某单位")
    assert Current(root, 2024).why_not(VALIDATE) is None
    record = stage_record.read_record(root / "data/processed/2024", VALIDATE)
    assert record is not None and record.year_files[2024] == ABSENT


# --- whatever is edited ---------------------------------------------------------------------------

EDITS = [
    *((file, old, new) for file, old, new, *_ in CHANGES.values()),
    ("year.yml", "key: voucher", "key: voucher\n    checks: {shifted: set_aside}"),
    ("year.yml", "words: 受理至完成的小时数", "words: 小时数"),
    ("year.yml", "    year_by: opened_at", "    synonyms: {category: {网络: [会议]}}\n    year_by: opened_at"),
    ("year.yml", "initial: 10万元", "initial: 12万元"),
    ("indicators.yml", "value: hours <= 24", "value: hours <= 2"),
    ("indicators.yml", "explain: [cause, category]", "explain: [category]"),
    ("indicators.yml", "不低于95%, weight", "不低于20%, weight"),
    ("plan.yml", "target: 不低于95%", "target: 不低于80%"),
    ("exports/tickets.csv", "T003,桌面", "T003,网络"),
    ("exports/ledger.csv", "V01,2024-01-11,7511", "V01,2024-01-11,9511"),
]


@settings(max_examples=4, derandomize=True, suppress_health_check=list(HealthCheck))
@given(chosen=st.lists(st.sampled_from(EDITS), min_size=1, max_size=3, unique=True), by_steps=st.booleans())
def test_whatever_is_edited_reuse_and_recompute_give_the_same_bytes(
    done: Path, tmp_path_factory: pytest.TempPathFactory, chosen: list[tuple[str, str, str]], by_steps: bool
) -> None:
    folder = tmp_path_factory.mktemp("edited")
    reused, anew = folder / "reused", folder / "anew"
    shutil.copytree(done, reused)
    for file, old, new in chosen:
        if old in (text := raw(reused, file).read_text(encoding="utf-8")):
            raw(reused, file).write_text(text.replace(old, new, 1), encoding="utf-8")
        if by_steps:
            run_stale(reused)
    run_stale(reused)
    shutil.copytree(reused / "data/raw", anew / "data/raw")
    run_all(anew)
    assert outputs(reused) == outputs(anew)
    assert stale(reused) == {}


def run_stale(root: Path) -> None:
    now = Current(root, 2024)
    for stage in STAGES:
        if now.why_not(stage):
            run_here(stage, root)
            now = Current(root, 2024)


def test_results_hold_nothing_of_the_cache(root: Path) -> None:
    results = json.loads((root / "data/processed/2024/results.json").read_text(encoding="utf-8"))
    assert "inputs_sha256" not in results and "kept" not in json.dumps(results)
