"""A run over a package that was changed by hand makes it again, keeps what was changed, and says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import selfeval
from tests.run.small_project import write_project
from tests.trust import tampered as t


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("edited") / "root"
    write_project(root)
    assert selfeval("run", "--year", "2024", "--root", str(root)).returncode == 0
    return root


def run(root: Path) -> str:
    done = selfeval("run", "--year", "2024", "--root", str(root))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_edits_are_kept_and_named_and_forged_scores_are_not_printed(root: Path) -> None:
    package = root / "reports" / "2024"
    assert "没有变化" in run(root)
    published = {p: p.read_bytes() for p in package.rglob("*") if p.is_file()}
    for path in published:
        path.chmod(0o644)
    t.replace_in_zip(package / "report.docx", "word/document.xml", "93.96", "99.96")
    t.replace_text(package / "results.json", '"total": 93.96', '"total": 99.96')
    (package / "批注.txt").write_text("请核", encoding="utf-8")
    t.cover_up(package)
    told = run(root)
    assert "没有变化" not in told
    assert "得分 93.96" in told
    assert "reports/2024.set_aside/：manifest.json、report.docx、results.json、批注.txt" in told
    aside = root / "reports" / "2024.set_aside"
    assert json.loads((aside / "results.json").read_text(encoding="utf-8"))["score"]["total"] == 99.96
    assert (aside / "批注.txt").read_text(encoding="utf-8") == "请核"
    assert {p: p.read_bytes() for p in package.rglob("*") if p.is_file()} == published
    assert "没有变化" in run(root)


def test_a_package_whose_manifest_proves_nothing_is_made_again(root: Path) -> None:
    package = root / "reports" / "2024"
    (package / "manifest.json").chmod(0o644)
    t.edit_json(
        package / "manifest.json", lambda m: m["outputs"].append({"file": "/dev/zero", "sha256": "", "bytes": 0})
    )
    assert "没有变化" not in run(root)
    (package / "manifest.json").chmod(0o644)
    t.edit_json(package / "manifest.json", lambda m: m.update(outputs=[], self_sha256=t.seal({**m, "outputs": []})))
    assert "没有变化" not in run(root)
    assert "没有变化" in run(root)
