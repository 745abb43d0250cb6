"""A batch from the command line: bytes as of single runs, failures said, interrupted and resumed, refusals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from helpers.cli import app
from helpers.run import batch
from helpers.run.batch import short_reason, write_portfolio
from helpers.run.batch_cluster import Workers
from helpers.run.batch_projects import Found, Task
from helpers.run.batch_screen import SHOWN, closing, duration, line_of, screen, seconds_left
from helpers.run.batch_worker import Bounds, Outcome
from tests import small_year
from tests.report.made_facts import facts
from tests.run.test_whole_run import fingerprint

TABLE = """\
  log:
    title: 登记簿
    files: exports/*.csv
    columns: {no: 编号, day: {from: 日期, type: date}}
    year_by: day
    key: no
"""
INDICATORS = """\
measures: {count: {table: log, agg: count, unit: 件, words: 记录数}}
indicators:
  - {id: count, level1: 产出指标, level2: 数量指标, level3: 处理件数, definition: 全年处理件数, target: 不低于3件,
     weight: 90, actual: {measure: count}}
"""


def project(root: Path, unit: str, days: int, extra: str = "") -> None:
    year = small_year.head().replace("某单位", unit) + TABLE + extra
    rows = "".join(f"N{day},2024-01-{day:02d}\n" for day in range(1, days + 1))
    small_year.write(root, year, indicators=INDICATORS, files={"log.csv": f"编号,日期\n{rows}"})


#: Ctrl-C is heard, whatever started the tests: a job in the background hears none.
HEARING = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from helpers.cli import main; main()"
)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-P", "-c", HEARING, *arguments]


def test_a_batch_is_interrupted_resumed_and_gives_the_bytes_of_single_runs(tmp_path: Path, run_cli) -> None:
    many = tmp_path / "各 单位"
    project(many / "甲", "甲局", 5)
    project(many / "区" / "乙", "乙局", 2)
    project(many / "坏", "坏局", 5, "colour: red\n")
    asked = ("batch", str(many), "--years", "2023,2024")

    with subprocess.Popen(
        command(*asked, "--workers", "1"), stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True
    ) as first:
        assert first.stderr is not None
        seen = next(line for line in first.stderr if line.startswith("[2/3]"))
        os.killpg(first.pid, signal.SIGINT)
        rest = first.stderr.read()
    assert first.returncode == 1 and "已中断" in rest and "Traceback" not in rest, seen + rest
    assert not (many / "portfolio").exists() and not (many / ".portfolio.next").exists()

    done = run_cli(*asked, "--workers", "2")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "3 个项目，3 个项目年度；工作进程 2 个" in done.stderr and "缺少年度：区/乙 没有 2023 年度" in done.stderr
    assert "未完成 1 个，缺少年度 3 个" in done.stdout and "内存最多" in done.stdout
    assert "✗ 坏 2024：data/raw/2024/year.yml:" in done.stdout and "[unknown_key]" in done.stdout
    assert "没有变化" in done.stderr  # what was finished before the interruption
    error = (many / "坏" / "reports" / "2024.failed" / "error.txt").read_text(encoding="utf-8")
    assert "[unknown_key]" in error and "colour" in error

    rows = {r["place"]: r for r in pyarrow.parquet.read_table(many / "portfolio" / "portfolio.parquet").to_pylist()}
    assert (rows["甲"]["unit"], rows["甲"]["score"], rows["甲"]["rank"]) == ("甲局", 99.0, 1)
    assert (rows["区/乙"]["score"], rows["区/乙"]["not_met"], rows["区/乙"]["missed"]) == (69.0, 1, ["处理件数"])
    assert rows["坏"]["failed"] and rows["坏"]["rank"] is None and str(tmp_path) not in rows["坏"]["failure"]
    for place in ("甲", "区/乙"):
        assert (many / "portfolio" / rows[place]["report"]).is_file()

    before = fingerprint(many / "portfolio")
    again = run_cli(*asked)
    assert again.returncode == 1 and "没有变化、未重跑的 2 个" in again.stdout
    assert fingerprint(many / "portfolio") == before

    for place in ("甲", "区/乙"):
        alone = tmp_path / "单独" / place
        project(alone, place[-1] + "局", 5 if place == "甲" else 2)
        assert run_cli("run", "--year", "2024", "--root", str(alone)).returncode == 0
        one, other = fingerprint(many / place / "reports" / "2024"), fingerprint(alone / "reports" / "2024")
        assert one.keys() == other.keys() and [name for name in one if one[name] != other[name]] == []


# --- refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nowhere", "--years", "2024"), "no_folder"),
        (("empty", "--years", "2024"), "no_projects"),
        (("one", "--years", "2031"), "no_years"),
        (("one", "--years", "next"), "bad_years"),
        (("one", "--years", "2024", "--workers", "0"), "bad_workers"),
        (("one", "--years", "2024", "--workers", "1", "--scheduler", "tcp://a:1"), "workers_or_scheduler"),
        (("one", "--years", "2024", "--scheduler", "here"), "bad_address"),
        (("one", "--years", "2024", "--out", "one"), "out_not_portfolio"),
        (("one", "--years", "2024", "--out", "file"), "out_not_portfolio"),
        (("one", "--years", "2024", "--out", "file/below"), "not_writable"),
    ],
)
def test_the_callers_mistakes_end_before_anything_runs(
    arguments: tuple[str, ...], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("a file", encoding="utf-8")
    project(tmp_path / "one", "某局", 5)
    before = fingerprint(tmp_path)
    done = CliRunner().invoke(app, ["batch", *arguments])
    assert done.exit_code == 2 and f"[{code}]" in done.output and "处理：" in done.output
    assert fingerprint(tmp_path) == before and not (tmp_path / "one" / "reports").exists()


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "short"),
    [
        ("[run_active]  正在运行，请等它结束后再试", "[run_active] 正在运行，请等它结束后再试"),
        (
            "data/raw/2024/indicators.yml:7  [unknown_key]  甲\n    建议：乙\ndata/raw/2024/plan.yml:9  [bad]  丙",
            "data/raw/2024/indicators.yml:7 [unknown_key] 甲（另有1处）",
        ),
        (
            "✗ 2_validate 校验：未完成\n  小节：三、处理\n  原因：GateStopped\n    [gate_stop]  工单.csv\n    x",
            "2_validate 校验：未完成。[gate_stop] 工单.csv",
        ),
        ("/at/root/reports/x  [not_writable]  不能写入 /at/root", "reports/x [not_writable] 不能写入 ."),
        ("\n没有代码的一句\n另一句", "没有代码的一句"),
        ("", "没有说明"),
        ("[a]  " + "长" * 400, "[a] " + "长" * 295 + "…"),
    ],
)
def test_a_screen_becomes_one_line_without_paths_of_this_machine(message: str, short: str) -> None:
    assert short_reason(message, Path("/at/root")) == short


def test_what_is_left_is_estimated_from_what_was_run() -> None:
    assert seconds_left([], 5, 2) is None and seconds_left([], 0, 2) == 0.0
    assert seconds_left([10, 20], 8, 2) == 15 * 3.5
    assert seconds_left([10], 1, 4) == 5.0
    assert [duration(s) for s in (5, 89, 90, 3000, 4800)] == ["5秒", "89秒", "2分钟", "50分钟", "1小时20分"]


def test_each_finished_task_is_a_line() -> None:
    task = Task("区/甲", 2024)
    assert line_of(Outcome(task=task, facts=facts(98.5), seconds=17.34)) == "✓ 区/甲 2024  得分 98.5  等级 优  17.3 s"
    assert line_of(Outcome(task=task, facts=facts(98.5), fresh=False)).endswith("没有变化")
    open_ = Outcome(task=task, facts=facts(50, complete=False, grade=None), seconds=1.0)
    assert line_of(open_) == "✓ 区/甲 2024  得分 已评50  等级 无法判定  1.0 s"
    assert line_of(Outcome(task=task, message="[x]")) == "✗ 区/甲 2024  未完成"


@pytest.mark.parametrize("terminal", [False, True])
def test_what_a_batch_shows_while_it_runs_and_at_the_end(
    terminal: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = Task("甲", 2024), Task("乙[1]", 2024)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    lines: list[str] = []
    found, workers = Found((one, two), (Task("甲", 2023),)), Workers(None, 2, Bounds(1, 9600), "内存只够 2 个")  # type: ignore[arg-type]
    done = Outcome(task=one, facts=facts(98.5), seconds=20.0, peak_mb=830)
    failed = Outcome(task=two, message=f"{tmp_path}/乙[1]/a.csv  [bad]  坏", peak_mb=410)
    with screen(found, workers, lines.append) as heard:
        for outcome in (None, done, None, failed):
            heard(outcome)
    shown = "\n".join(lines) + capsys.readouterr().err
    for words in (
        "2 个项目，2 个项目年度；工作进程 2 个，每个 1 线程、内存 9.6 GB",
        "注意：内存只够 2 个",
        "缺少年度：甲 没有 2023 年度的年度文件",
        "[1/2] ✓ 甲 2024  得分 98.5  等级 优  20.0 s",
        "[2/2] ✗ 乙[1] 2024  未完成",
    ):
        assert words in shown
    assert ("约剩 10秒" in lines[-2]) is not terminal
    (tmp_path / "乙[1]" / "reports" / "2024.failed").mkdir(parents=True)
    (tmp_path / "乙[1]" / "reports" / "2024.failed" / "error.txt").write_text("x", encoding="utf-8")
    assert closing(batch.Batch(tmp_path, (done, failed), found, tmp_path / "portfolio")) == [
        "完成 1 个项目年度（其中没有变化、未重跑的 0 个），未完成 1 个，缺少年度 1 个",
        "每个工作进程（含其内核）内存最多 0.83 GB",
        "✗ 乙[1] 2024：a.csv [bad] 坏",
        f"    全文：{tmp_path}/乙[1]/reports/2024.failed/error.txt",
        f"汇总：{tmp_path}/portfolio/portfolio.html",
        f"      {tmp_path}/portfolio/portfolio.parquet",
    ]


def test_many_failures_end_on_one_screen(tmp_path: Path) -> None:
    failed = [Outcome(task=Task(f"单位{n}", 2024), message="a.csv [bad] 坏") for n in range(SHOWN + 2)]
    for number, last in ((SHOWN, f"✗ 单位{SHOWN - 1} 2024：a.csv [bad] 坏"), (SHOWN + 2, "    另有 2 个未完成，")):
        told = closing(batch.Batch(tmp_path, tuple(failed[:number]), Found((), ()), tmp_path / "portfolio"))
        assert sum(line.startswith("✗") for line in told) == SHOWN
        assert told[-3].startswith(last) and told[-2].startswith("汇总：")


def test_an_earlier_portfolio_stays_until_the_new_one_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something breaks between the two files: the old ones stay, and nothing of the new ones."""
    project(tmp_path / "甲", "甲局", 5)
    old = tmp_path / "portfolio"
    old.mkdir()
    (old / "portfolio.html").write_text("earlier", encoding="utf-8")
    monkeypatch.setattr(batch, "run_tasks", lambda *_: [Outcome(task=Task("甲", 2024), facts=facts(90))])
    monkeypatch.setattr("helpers.formats.portfolio_parquet.portfolio_parquet", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        batch.run_batch(tmp_path, (2024,), _silent, workers=1)
    assert fingerprint(old) == {"portfolio.html": b"earlier"} and not (tmp_path / ".portfolio.next").exists()


def _silent(found: object, there: object) -> object:
    from contextlib import nullcontext

    return nullcontext(lambda _: None)


def test_the_same_outcomes_give_the_same_bytes_wherever_they_lie(tmp_path: Path) -> None:
    written = []
    for name in ("一", "二"):
        folder, work = tmp_path / name, tmp_path / name / "work"
        work.mkdir(parents=True)
        stopped = f"✗ 1_clean 清洗：未完成\n  原因：X\n    [bad]  {folder}/乙/data/raw/2024/a.csv"
        outcomes = [Outcome(task=Task("甲", 2024), facts=facts(90)), Outcome(task=Task("乙", 2024), message=stopped)]
        write_portfolio(work, folder / "portfolio", folder, outcomes if name == "一" else outcomes[::-1])
        written.append(fingerprint(work))
    assert written[0] == written[1] and set(written[0]) == {"portfolio.html", "portfolio.parquet"}


def test_all_projects_of_a_year_are_run_before_the_next_year_which_takes_over_their_tables() -> None:
    tasks = [Task("甲", 2023), Task("甲", 2024), Task("乙", 2024), Task("乙", 2023)]
    assert batch.in_turn(tasks) == [*tasks[3:], tasks[0], tasks[2], tasks[1]]
