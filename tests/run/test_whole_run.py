"""The main job from exports to package, and what stops it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from filelock import FileLock

from helpers.report.blocks import MIME, from_json
from tests.published import check_package

FILES = {
    "report.html",
    "report.pdf",
    "report.docx",
    "technical.pdf",
    "self_evaluation.xlsx",
    "results.json",
    "validation.json",
    "manifest.json",
    "notebooks",
}
STAGES = ["1_clean", "2_validate", "3_attainment", "4_deviation", "5_report"]


@pytest.fixture(scope="module")
def package(finished: Path) -> Path:
    return finished / "reports" / "2024"


@pytest.fixture(scope="module")
def results(package: Path) -> dict:
    return json.loads((package / "results.json").read_text(encoding="utf-8"))


def fingerprint(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def collect_all(notebook: nbformat.NotebookNode) -> list:
    """All blocks that a stage notebook shows."""
    data = [output.data.get(MIME) for cell in notebook.cells for output in cell.get("outputs", ()) if "data" in output]
    return [block for blocks in data if blocks for block in from_json(blocks)]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# --- what comes out -------------------------------------------------------------------------------


def test_the_package_is_whole_and_gives_the_published_figures(package: Path, results: dict) -> None:
    assert {p.name for p in package.iterdir()} == FILES
    assert check_package.differences(results) == []
    assert check_package.broken(package) == []


def test_the_check_of_the_published_figures_can_fail(results: dict) -> None:
    changed = json.loads(json.dumps(results))
    changed["activities"][0]["count"] -= 1
    changed["budget"]["spent"] += 0.01
    assert len(check_package.differences(changed)) == 3


def test_the_program_raises_what_the_published_material_leaves_open(results: dict) -> None:
    assert {finding["check"] for finding in results["audit"] if finding["level"] == "note"} >= {
        *("overshoot", "stated_without_method", "fragile", "no_sample_size", "other_yardstick", "text_vs_figure"),
        *("spent_split_unknown", "unspent_reason_missing", "lower_bound", "target_in_name", "overlapping_indicators"),
        *("mixed_denominator", "activity_without_target", "weights_inferred", "group_without_weight"),
    }


def test_nothing_of_the_machine_is_in_the_package(package: Path, finished: Path) -> None:
    import getpass
    import socket

    for name, content in fingerprint(package).items():
        if name.endswith((".ipynb", ".json", ".html")):
            text = content.decode("utf-8")
            assert (
                str(finished) not in text
                and "/tmp/" not in text
                and "papermill"
                not in json.dumps(json.loads(text).get("metadata", {}) if name.endswith(".ipynb") else {})
            ), name
            assert socket.gethostname() not in text or len(socket.gethostname()) < 4, name
            assert f"/home/{getpass.getuser()}" not in text, name


def test_html_asks_for_nothing_from_outside(package: Path) -> None:
    html = (package / "report.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in html and "<script" not in html
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""", html)
    assert "示例数据" in html and "<svg" in html


def test_the_executed_notebooks_ran_in_order(package: Path) -> None:
    assert sorted(p.stem for p in (package / "notebooks").iterdir()) == STAGES
    for stage in STAGES:
        cells = [c for c in nbformat.read(package / "notebooks" / f"{stage}.ipynb", 4).cells if c.cell_type == "code"]
        assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))
        assert not [o for c in cells for o in c.outputs if o.output_type == "error" or o.get("name") == "stderr"]


def test_the_analyst_sees_the_analysis_where_it_is_made(package: Path, results: dict) -> None:
    notebook = nbformat.read(package / "notebooks" / "4_deviation.ipynb", as_version=4)
    shown = list(collect_all(notebook))
    captions = [block.caption for block in shown if hasattr(block, "caption")]
    assert "完成时效·故障维修：未完成，差距 6.65个百分点" in captions
    assert "满意率不低于90%：不稳固，余量 1.96个百分点" in captions
    for words in (
        "完成时效·故障维修的时间用在哪里",
        "完成时效·故障维修各月",
        "备件储备测算（建议，尚未采纳）",
        "各型号设备的故障率",
    ):
        assert [c for c in captions if c.startswith(words)], words
    replayed = results["spares"]["replay"]
    assert any(f"{replayed['demands']}次领用" in getattr(block, "text", "") for block in shown)


def test_a_second_run_in_another_folder_gives_the_same_bytes(package: Path, tmp_path: Path, run_cli) -> None:
    shutil.copytree(package.parents[1] / "data" / "raw", tmp_path / "b" / "data" / "raw")
    done = run_cli(
        "run", "--year", "2024", "--root", str(tmp_path / "b"), env={"TZ": "America/New_York", "OMP_NUM_THREADS": "1"}
    )
    assert done.returncode == 0, done.stderr
    one, two = fingerprint(package), fingerprint(tmp_path / "b" / "reports" / "2024")
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def test_an_unchanged_year_is_not_run_again_unless_its_package_was_touched(finished: Path, run_cli) -> None:
    again = run_cli("run", "--year", "2024", "--root", str(finished))
    assert again.returncode == 0 and "没有变化" in again.stdout and "1_clean" not in again.stderr


# --- what stops it --------------------------------------------------------------------------------


@pytest.fixture
def root(data_root: Path) -> Path:
    """A root with an earlier package that must survive."""
    package = data_root / "reports" / "2024"
    package.mkdir(parents=True)
    (package / "report.html").write_text("earlier", encoding="utf-8")
    return data_root


def stopped(run_cli, root: Path, status: int) -> str:
    done = run_cli("run", "--year", "2024", "--root", str(root))
    assert done.returncode == status, done.stdout + done.stderr
    assert fingerprint(root / "reports" / "2024") == {"report.html": b"earlier"}
    assert len(done.stderr.splitlines()) <= 60
    return done.stderr


def test_an_unknown_key_stops_before_anything_runs(root: Path, run_cli) -> None:
    edit(root / "data/raw/2024/indicators.yml", "weight:", "wieght:")
    message = stopped(run_cli, root, 2)
    assert re.search(r"indicators\.yml:\d+  \[unknown_key\].*wieght", message) and "是否想写 weight" in message
    assert not (root / "data" / "processed").exists()


def test_a_target_that_makes_no_sense_stops(root: Path, run_cli) -> None:
    edit(root / "data/raw/2024/indicators.yml", "不高于10件", "不高于若干件")
    message = stopped(run_cli, root, 2)
    assert "[target_unreadable]" in message and "不高于若干件" in message


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("很多", "target_without_figure"),
        ("看着办 x", "target_without_figure"),
        ("?!", "target_unreadable"),
        ("290%", "incomparable_units"),
        ("5件、10件", "target_compound"),
    ],
)
def test_a_target_that_a_figure_cannot_answer_stops(root: Path, run_cli, target: str, code: str) -> None:
    edit(root / "data/raw/2024/indicators.yml", "target: 不高于10件", f"target: '{target}'")
    assert f"[{code}]" in stopped(run_cli, root, 2)


def test_a_missing_export_stops(root: Path, run_cli) -> None:
    victim = min((root / "data/raw/2024/exports").glob("*.csv"))
    victim.unlink()
    assert "[file_missing]" in stopped(run_cli, root, 2)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_truncated_export_stops_at_its_stage(root: Path, run_cli, suffix: str) -> None:
    victim = max((root / "data/raw/2024/exports").glob(f"*.{suffix}"), key=lambda p: p.stat().st_size)
    victim.write_bytes(victim.read_bytes()[: victim.stat().st_size * 3 // 5])
    message = stopped(run_cli, root, 1)
    assert "1_clean" in message and victim.name in message and "papermill notebooks/1_clean.ipynb" in message
    assert "三、处理" in message and (root / "reports/2024.failed/notebooks/1_clean.ipynb").is_file()
    assert (root / "reports/2024.failed/error.txt").is_file()


def test_another_run_of_the_year_keeps_this_one_out(root: Path, run_cli) -> None:
    with FileLock(root / "reports" / ".2024.lock"):
        assert "[run_active]" in stopped(run_cli, root, 1)


def test_a_year_without_files_and_a_root_without_data(root: Path, run_cli, tmp_path: Path) -> None:
    assert "现有年度" in run_cli("check", "--year", "2031", "--root", str(root)).stderr
    assert run_cli("run", "--year", "2031", "--root", str(root)).returncode == 2
    assert run_cli("run", "--year", "2024", "--root", str(tmp_path / "nothing")).returncode == 2
    assert run_cli("run", "--year", "next").returncode == 2
    assert run_cli("run", "--yaer", "2024").returncode == 2


def test_a_year_that_the_calendar_does_not_know_gets_the_block_to_paste(data_root: Path) -> None:
    from helpers.run.check import check_year

    (data_root / "data/raw/2024").rename(data_root / "data/raw/2031")
    year = data_root / "data/raw/2031/year.yml"
    edit(year, "fiscal_year: 2024", "fiscal_year: 2031")
    year.write_text(year.read_text(encoding="utf-8").replace("exported: 2025", "exported: 2032"), encoding="utf-8")
    (fault,) = [f for f in check_year(data_root, 2031) if f.code == "calendar_unknown"]
    assert fault.file.endswith("2031/year.yml") and fault.line and "holidays: [2031-01-01]" in str(fault.hint)
    edit(year, "calendar: cn ", "calendar: {years: {2031: {holidays: [2031-01-01]}}} ")
    assert check_year(data_root, 2031) == []


def test_check_says_when_all_is_well(run_cli) -> None:
    for year in ("2023", "2024"):
        done = run_cli("check", "--year", year)
        assert done.returncode == 0 and "检查通过" in done.stdout, done.stderr


def test_a_gate_violation_stops_with_file_and_row(root: Path, run_cli) -> None:
    victim = root / "data/raw/2024/exports/工单_2024下半年.csv"
    lines = victim.read_text(encoding="utf-8-sig").split("\r\n" if b"\r\n" in victim.read_bytes() else "\n")
    header = next(
        i for i, line in enumerate(lines) if line.startswith(("单号", "工单编号", "\ufeff")) or "报修时间" in line
    )
    number = next(
        i for i in range(header + 1, len(lines)) if re.search(r",E0[1-9],", lines[i]) and lines[i].count('"') == 0
    )
    lines[number] = re.sub(r",E0[1-9],", ",王某,", lines[number], count=1)
    victim.write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    message = stopped(run_cli, root, 1)
    assert "2_validate" in message and "[gate_stop]" in message and "工单_2024下半年.csv" in message
    assert "处理" in message and (root / "reports/2024.failed/validation.json").is_file()
    checks = json.loads((root / "reports/2024.failed/validation.json").read_text(encoding="utf-8"))["checks"]
    (failed,) = [c for c in checks if c["success"] is False and c["level"] == "stop"]
    assert failed["failing"] == 1 and failed["failing_rows"][0]["value"] == "王某"


def test_papermill_itself_gives_the_same_results(finished: Path, package: Path, tmp_path: Path) -> None:
    """The notebooks know nothing of the runner: plain papermill writes the same results."""
    import subprocess
    import sys

    from helpers.run.stages import NOTEBOOKS

    shutil.copytree(finished / "data" / "raw", tmp_path / "data" / "raw")
    for stage in STAGES:
        command = [
            sys.executable,
            "-m",
            "papermill",
            str(NOTEBOOKS / f"{stage}.ipynb"),
            str(tmp_path / f"{stage}.ipynb"),
            "-p",
            "fiscal_year",
            "2024",
            "-p",
            "root",
            ".",
            "--no-progress-bar",
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr[-2000:]
    mine = json.loads((tmp_path / "data/processed/2024/results.json").read_text(encoding="utf-8"))
    assert mine == json.loads((package / "results.json").read_text(encoding="utf-8"))


def test_a_stage_refuses_what_an_earlier_stage_made_of_other_inputs(data_root: Path) -> None:
    from helpers.run.workspace import StageOrderError, open_stage

    with pytest.raises(StageOrderError, match="stage_missing"):
        open_stage("2_validate", 2024, str(data_root)).read("1_clean")
    ws = open_stage("1_clean", 2024, str(data_root))
    assert ws.year.year.tables["tickets"].title
    ws.write({"tables": []})
    edit(data_root / "data/raw/2024/plan.yml", "owner: 信息技术岗", "owner: 综合办公室")
    assert open_stage("2_validate", 2024, str(data_root)).read("1_clean")["tables"] == []
    edit(data_root / "data/raw/2024/year.yml", f"title: {ws.year.year.tables['tickets'].title}", "title: 另一个名字")
    with pytest.raises(StageOrderError, match=r"stage_stale.*year\.yml 的 tables\.tickets\.title"):
        open_stage("2_validate", 2024, str(data_root)).read("1_clean")


def test_what_a_changed_target_does_not_touch_is_taken_over_and_the_package_is_that_of_a_cold_run(
    finished: Path, package: Path, tmp_path: Path, run_cli
) -> None:
    root = tmp_path / "again"
    shutil.copytree(finished / "data", root / "data")
    indicators = root / "data/raw/2024/indicators.yml"
    edit(indicators, "不高于10件", "不高于11件")
    first = run_cli("run", "--year", "2024", "--root", str(root))
    assert first.returncode == 0, first.stderr
    told = {line.split()[1]: line for line in first.stderr.splitlines() if line.startswith("✓")}
    assert [name for name in STAGES if "沿用" in told[name]] == STAGES[:2]
    assert "indicators.yml 的 indicators.complaints.target" in told["3_attainment"]
    assert "3_attainment 的结果" in told["5_report"]
    edit(indicators, "不高于11件", "不高于10件")
    again = run_cli("run", "--year", "2024", "--root", str(root))
    assert again.returncode == 0, again.stderr
    cold, reused = fingerprint(package), fingerprint(root / "reports" / "2024")
    assert cold.keys() == reused.keys()
    assert [name for name in cold if cold[name] != reused[name]] == []
