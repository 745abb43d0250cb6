"""Each thing that the doctor looks at, once sound and once not, with its remedy."""

from __future__ import annotations

import json
import subprocess
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from helpers.run import doctor
from helpers.run.doctor import Said, examine, lines, locked
from tests.conftest import selfeval

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "raw" / "2024"
    folder.mkdir(parents=True)
    (folder / "year.yml").write_text("fiscal_year: 2024\n", encoding="utf-8")
    return tmp_path


def said(root: Path, code: str) -> Said:
    return next(one for one in examine(root) if one.code == code)


def test_this_environment_can_run(root: Path) -> None:
    found = examine(root)
    assert [one.words for one in found if one.level == "fault"] == []
    assert list(lines(found))[-1].startswith("可以运行")


def test_the_command_says_it_in_both_forms(root: Path) -> None:
    done = selfeval("doctor", "--root", str(root), "--json")
    assert done.returncode == 0
    assert {"python", "disk", "memory"} <= {one["code"] for one in json.loads(done.stdout)}
    lost = selfeval("doctor", "--root", str(root / "nowhere"))
    assert lost.returncode == 1 and "处理：--root 写已有的文件夹" in lost.stdout


def test_a_lock_may_name_several_versions_of_a_package() -> None:
    first = "numpy==1.1 ; python_version < '3.12' \\\n    --hash=sha256:a\n"
    text = f"{first}numpy==2.2 ; python_version >= '3.12' \\\nRich.X==3\n"
    assert locked(text) == {"numpy": {"1.1", "2.2"}, "rich-x": {"3"}}


@pytest.mark.parametrize(
    ("code", "name", "value", "words", "remedy"),
    [
        ("python", "OLDEST", (3, 99), "太旧", "3.11"),
        ("disk", "shutil.disk_usage", lambda _: Usage(1, 1, 5 * 10**8), "剩余 0.5 GB", "清理"),
        ("memory", "memory_limit_mb", lambda: 500, "0.5 GB", "内存"),
        ("limits", "tight_limits", lambda: ["同时打开的文件只许 64 个"], "64", "ulimit"),
        ("temporary", "_can_write", lambda _: False, "写不了", "TMPDIR"),
        ("rights", "_can_write", lambda _: False, "写不了", "权限"),
        ("fonts", "font_files", lambda: [Path("nowhere.ttf")], "nowhere.ttf", "重新"),
        ("clock", "time.time", lambda: 0.0, "早于", "校准"),
        ("packages", "metadata.requires", lambda _: ["no-such-library>=1"], "no-such-library", "pip install"),
    ],
)
def test_what_is_wrong_is_said_with_its_remedy(
    root: Path, monkeypatch: pytest.MonkeyPatch, code: str, name: str, value: Any, words: str, remedy: str
) -> None:
    monkeypatch.setattr(f"helpers.run.doctor.{name}", value)
    found = said(root, code)
    assert found.level in ("fault", "note") and words in found.words and remedy in (found.remedy or "")


def test_another_version_is_a_note(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("duckdb==0.0.1\n", encoding="utf-8")
    monkeypatch.setattr(doctor, "LOCK", lock)
    found = said(root, "lock")
    assert found.level == "note" and "duckdb" in found.words
    monkeypatch.setattr(doctor, "LOCK", tmp_path / "none.lock")
    assert "没有 requirements.lock" in said(root, "lock").words


def test_leftovers_and_tables_of_no_year_are_named(root: Path) -> None:
    (root / "reports" / ".2024.next").mkdir(parents=True)
    (root / "data" / "processed" / "1999").mkdir(parents=True)
    assert ".2024.next" in said(root, "left_over").words
    assert "data/processed/1999" in said(root, "stale").words


def test_a_filter_that_is_declared_but_not_set_is_a_fault(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    (project / ".gitattributes").write_text("*.ipynb filter=clean-it diff=clean-it\n", encoding="utf-8")
    monkeypatch.setattr(doctor, "PROJECT", project)
    found = said(root, "git_filters")
    assert found.level == "note" and "filter.clean-it.clean" in found.words
    for key in ("filter.clean-it.clean", "diff.clean-it.textconv"):
        subprocess.run(["git", "-C", str(project), "config", key, "cat"], check=True)
    assert said(root, "git_filters").level == "ok"


def test_a_look_that_fails_is_said_and_the_rest_goes_on(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> int:
        raise ValueError("x")

    monkeypatch.setattr(doctor, "memory_limit_mb", broken)
    found = examine(root)
    assert "没能检查（ValueError：x）" in [one.words for one in found]
    assert any(one.code == "disk" for one in found)
