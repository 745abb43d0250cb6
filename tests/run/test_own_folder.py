"""Nothing that another process writes gets between the stages of a run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpers.run.own_folder import own_processed
from helpers.run.stages import ATTAIN, CLEAN, STAGES, VALIDATE
from helpers.run.workspace import StageOrderError, open_stage
from helpers.year.root import OWN_PROCESSED, Root
from tests.run.small_project import outputs, run_all, run_here, shows_nothing, write_project


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shows_nothing(monkeypatch)
    write_project(tmp_path)
    return tmp_path


def test_an_orphan_that_writes_during_a_run_changes_nothing_of_it(root: Path) -> None:
    run_all(root)
    cold, final = outputs(root), root / "data" / "processed" / "2024"
    ledger = root / "data/raw/2024/exports/ledger.csv"
    ledger.write_text(ledger.read_text(encoding="utf-8") + "V99,2024-05-05,1\n", encoding="utf-8")
    with own_processed(root, 2024):
        run_here(CLEAN, root)
        # what an orphan of an earlier run would still write
        (final / "tables" / "ledger.parquet").write_bytes(cold["tickets.parquet"])
        (final / "attainment.json").write_text("{}", encoding="utf-8")
        for stage in STAGES[1:]:
            run_here(stage, root)
    mine = outputs(root)
    run_all(root)
    assert outputs(root) == mine and mine["ledger.parquet"] != cold["ledger.parquet"]


def test_the_year_stands_as_it_was_until_the_run_ends_and_then_whole(root: Path) -> None:
    run_all(root)
    before, all_of_it = outputs(root), Root(root).all_processed
    report = root / "data/raw/2024/indicators.yml"
    report.write_text(report.read_text(encoding="utf-8").replace("不低于50件", "不低于60件"), encoding="utf-8")
    with own_processed(root, 2024) as own:
        assert run_here(CLEAN, root).processed == own
        assert Root(root).processed(2024) == own and Root(root).processed(2023) == all_of_it / "2023"
        run_all(root)
        del os.environ[OWN_PROCESSED]
        assert outputs(root) == before
        os.environ[OWN_PROCESSED] = f"2024={own.name}"
    assert outputs(root)["attainment.json"] != before["attainment.json"]
    assert [p.name for p in all_of_it.iterdir()] == ["2024"] and OWN_PROCESSED not in os.environ


def test_a_run_that_is_interrupted_leaves_what_its_stages_have_done(root: Path) -> None:
    def interrupted() -> None:
        with own_processed(root, 2024):
            run_here(CLEAN, root)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert run_here(VALIDATE, root).read("1_clean")["tables"]
    assert [p.name for p in Root(root).all_processed.iterdir()] == ["2024"]


def test_what_killed_runs_have_left_is_cleared_away(root: Path) -> None:
    processed = Root(root).all_processed
    for name in (".2024.0123456789abcdef.run", ".2023.0123456789abcdef.run", "2024/tables/.stage-xyz"):
        (processed / name / "inner").mkdir(parents=True)
    with own_processed(root, 2024) as own:
        assert not (own / "tables" / ".stage-xyz").exists()
    assert sorted(p.name for p in processed.iterdir()) == [".2023.0123456789abcdef.run", "2024"]
    assert list((processed / "2024").rglob(".stage-*")) == []


def test_a_processed_folder_that_is_a_link_stays_one(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("scratch") / "2024"
    elsewhere.mkdir()
    Root(root).all_processed.mkdir(parents=True)
    (Root(root).all_processed / "2024").symlink_to(elsewhere)
    with own_processed(root, 2024):
        run_here(CLEAN, root)
    assert (elsewhere / "clean.json").is_file() and (Root(root).all_processed / "2024").is_symlink()
    assert [p.name for p in elsewhere.parent.iterdir()] == ["2024"]


@pytest.mark.parametrize("how", ["changed", "added", "gone"])
def test_a_later_stage_refuses_tables_that_the_first_did_not_write(root: Path, how: str) -> None:
    for stage in (CLEAN, VALIDATE):
        run_here(stage, root)
    table = root / "data/processed/2024/tables/ledger.parquet"
    {
        "changed": lambda: table.write_bytes(table.with_name("tickets.parquet").read_bytes()),
        "added": lambda: table.with_name("other.parquet").write_bytes(b"x"),
        "gone": table.unlink,
    }[how]()
    with pytest.raises(StageOrderError, match=r"\[tables_changed\].*(ledger|other)\.parquet"):
        open_stage(ATTAIN.name, 2024, str(root)).tables  # noqa: B018 - looking is what is tried
