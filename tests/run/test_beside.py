"""What a second process has done beside a run is the same work, done earlier; without it the same comes out."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from helpers.run import beside, forked
from helpers.run import run_year as run
from helpers.run.beside import FIRST, explain_ahead, make_others, working
from helpers.run.package_files import sha256
from helpers.run.run_year import RunStopped, run_year
from helpers.run.server import can_serve
from helpers.run.stage_record import KEPT
from helpers.run.stages import STAGES
from helpers.run.workspace import open_stage
from helpers.year.engine import MOST_THREADS
from helpers.year.root import Root
from tests.run import small_project

pytestmark = pytest.mark.skipif(not can_serve(), reason="no processes are forked here")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    small_project.write_project(tmp_path)
    return tmp_path


def write_here(name: str) -> None:
    Path(name).write_text(f"{os.getpid()}", encoding="utf-8")


def fail(name: str) -> None:
    raise ValueError(name)


def wait_long(name: str) -> None:
    write_here(name)
    time.sleep(120)


def test_the_work_is_done_in_the_folder_by_another_process(tmp_path: Path) -> None:
    with working(write_here, "done.txt", folder=tmp_path) as other:
        assert other.done()
    assert int((tmp_path / "done.txt").read_text("utf-8")) != os.getpid()


def test_work_that_failed_is_not_done(tmp_path: Path) -> None:
    with working(fail, "x", folder=tmp_path) as other:
        assert not other.done()


def test_work_that_nobody_waits_for_does_not_outlast_the_run(tmp_path: Path) -> None:
    begun = tmp_path / "begun.txt"
    with working(wait_long, "begun.txt", folder=tmp_path):
        while not (begun.is_file() and begun.read_text("utf-8")):
            time.sleep(0.02)
    assert not psutil.pid_exists(int(begun.read_text("utf-8")))


@pytest.mark.parametrize("lacking", ["memory", "cores"])
def test_where_there_is_no_room_nothing_is_started(
    lacking: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lacking == "memory":
        monkeypatch.setattr(forked, "memory_limit_mb", lambda: 2_000)
    else:
        monkeypatch.setenv(MOST_THREADS, "1")  # as in a batch
    with working(write_here, "done.txt", folder=tmp_path) as other:
        assert not other.done()
    assert not (tmp_path / "done.txt").exists()


def test_the_package_is_the_same_byte_by_byte_without_a_second_process(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    real = beside.start_forked
    monkeypatch.setattr(
        beside, "start_forked", lambda work, *given, **named: begun.append(work.__name__) or real(work, *given, **named)
    )
    run_year(root, 2024, force=True)
    assert begun == [explain_ahead.__name__, make_others.__name__]
    made = small_project.package(root)
    monkeypatch.setattr(beside, "room_for_two", lambda: False)
    run_year(root, 2024, force=True)
    assert len(begun) == 2 and small_project.package(root) == made


def test_a_second_process_that_fails_leaves_the_work_to_its_turn(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_year(root, 2024, force=True)
    made = small_project.package(root)
    real = beside.start_forked
    monkeypatch.setattr(beside, "start_forked", lambda _, *given, **named: real(fail, *map(str, given), **named))
    run_year(root, 2024, force=True)
    assert small_project.package(root) == made


def test_what_the_second_process_found_clean_is_known_by_its_hash(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known: list[dict[str, str]] = []
    real = run.personal_places
    monkeypatch.setattr(run, "personal_places", lambda *given: known.append(dict(given[2])) or real(*given))
    run_year(root, 2024, force=True)
    package = Root(root).package(2024)
    assert {*FIRST, "report.html", "report.docx", "self_evaluation.xlsx"} <= known[0].keys()
    assert known[0] == {name: sha256(package, name) for name in known[0]}
    monkeypatch.setattr(beside, "room_for_two", lambda: False)
    run_year(root, 2024, force=True)
    assert {*FIRST, "report.html"} == known[1].keys() and known[1].items() <= known[0].items()


def test_parts_worked_out_ahead_are_those_that_the_stage_looks_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for stage in STAGES[:3]:
        small_project.run_here(stage, root)
    explain_ahead(str(root), 2024)
    kept = {p.name for p in (Root(root).processed(2024) / KEPT).glob("4_deviation.*.part")}
    assert len(kept) == len(open_stage("4_deviation", 2024, str(root)).year.indicators.indicators) + 1
    monkeypatch.setattr("helpers.deviation.apart.explain_year", lambda *_: pytest.fail("worked out again"))
    small_project.run_here(STAGES[3], root)


def test_large_tables_are_left_to_their_turn(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for stage in STAGES[:1]:
        small_project.run_here(stage, root)
    monkeypatch.setattr(beside, "MOST_BYTES", 10)
    explain_ahead(str(root), 2024)
    assert not list((Root(root).processed(2024) / KEPT).glob("4_deviation.*.part"))


def test_a_gate_that_stops_ends_the_work_beside_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    real = beside.start_forked
    monkeypatch.setattr(
        beside, "start_forked", lambda _, *given, **named: started.append(real(wait_long, "x", **named)) or started[-1]
    )
    rule = "{expect_table_row_count_to_equal: {value: 3}, level: stop, words: 行数不符, remedy: 补齐}"
    small_project.edit(
        root / "data/raw/2024/year.yml", "    key: ticket_id\n", f"    key: ticket_id\n    gate: [{rule}]\n"
    )
    with pytest.raises(RunStopped, match="2_validate"):
        run_year(root, 2024)
    assert [one.exitcode for one in started] == [-9]
    assert not list(Root(root).all_processed.glob(".2024.*.run"))
