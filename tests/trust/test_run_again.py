"""``selfeval verify --root``: the year is run again elsewhere, and what differs is told with its reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.run.parameters import ParameterError
from helpers.trust import verdict_words as screen
from helpers.trust.again import run_again
from helpers.trust.verified import verify_package
from tests.conftest import selfeval
from tests.run.small_project import edit
from tests.trust import tampered as t


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """The inputs of the package, to be changed."""
    shutil.copytree(made / "data" / "raw", tmp_path / "root" / "data" / "raw")
    return tmp_path / "root"


def test_the_same_inputs_give_the_same_bytes_and_nothing_is_written_beside_them(made: Path, root: Path) -> None:
    done = selfeval("verify", str(made / "reports" / "2024"), "--root", str(root))
    assert done.returncode == 0, done.stdout
    assert "✓ 材料自身一致，由输入重新计算，逐字节相同" in done.stdout
    assert [p.name for p in root.iterdir()] == ["data"]
    assert [p.name for p in (root / "data").iterdir()] == ["raw"]


def test_a_remark_in_a_year_file_changes_bytes_alone(made: Path, root: Path) -> None:
    year = root / "data" / "raw" / "2024" / "year.yml"
    year.write_text(year.read_text(encoding="utf-8") + "# 备注\n", encoding="utf-8")
    verdict = verify_package(made / "reports" / "2024")
    again = run_again(verdict.package, root)
    assert (again.status, again.changes, again.numbers, again.words) == (3, (), (), ())
    assert set(again.files) == {"results.json", "manifest.json"}
    assert again.reasons == ("data/raw/2024/year.yml 有改动",)
    assert screen.status(verdict, again) == 3


def test_changed_figures_are_told_with_what_changed_behind_them(made: Path, root: Path) -> None:
    folder = root / "data" / "raw" / "2024"
    ledger = (folder / "exports" / "ledger.csv").read_text(encoding="utf-8")
    assert "V01,2024-01-11,7511" in ledger
    edit(folder / "exports" / "ledger.csv", "V01,2024-01-11,7511", "V01,2024-01-11,8511")
    edit(folder / "indicators.yml", "target: 不低于95%, weight: 45, explain", "target: 不低于90%, weight: 45, explain")
    verdict = verify_package(made / "reports" / "2024")
    again = run_again(verdict.package, root)
    assert again.status == 1
    by_name = {change.id: change for change in again.changes}
    assert again.changes[0].id == "score.total"
    assert by_name["budget.spent"].difference == 1000
    assert by_name["budget.spent"].shown[2] == "+1000元"
    assert by_name["budget.spent"].reasons == ("输入 data/raw/2024/exports/ledger.csv 有改动",)
    assert by_name["indicators.in_time.target"].shown[:2] == ("不低于95%", "不低于90%")
    assert "目标由“不低于95%”改为“不低于90%”" in by_name["indicators.in_time.score"].reasons
    assert "indicators.in_time.actual" not in by_name
    assert any("“一天内完成率”得分" in reason for reason in by_name["score.total"].reasons)
    told = "\n".join(screen.verdict_lines(verdict, again))
    assert "全年执行数：" in told
    assert "原因：输入 data/raw/2024/exports/ledger.csv 有改动" in told
    assert told.splitlines()[-1] == "✗ 不一致：见上"


def test_a_forger_who_made_everything_anew_is_found_by_the_inputs(made: Path, root: Path, tmp_path: Path) -> None:
    """A package of other records is whole in itself; only the records tell."""
    package = t.copied(made / "reports" / "2024", tmp_path / "2024")
    (root / "data" / "raw" / "2024" / "exports" / "tickets.csv").write_text("编号\n", encoding="utf-8")
    verdict = verify_package(package)
    again = run_again(verdict.package, root)
    assert verdict.status == 0
    assert again.status == 1
    assert again.stopped is not None
    assert "data/raw/2024/exports/tickets.csv 与清单所记的不同" in again.reasons
    assert "重新计算  没有完成" in "\n".join(screen.verdict_lines(verdict, again))


def test_a_root_without_the_year_is_the_callers_mistake(made: Path, tmp_path: Path) -> None:
    (tmp_path / "data" / "raw").mkdir(parents=True)
    with pytest.raises(ParameterError, match="no_year"):
        run_again(verify_package(made / "reports" / "2024").package, tmp_path)
