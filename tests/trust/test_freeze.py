"""Approving a package, and a run that changes what was approved."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import selfeval
from tests.run.small_project import edit
from tests.trust import tampered as t

APPROVE = ("--reviewer", "财务负责人岗", "--date", "2025-03-01")


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_life_of_an_approval(made: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(made, root, symlinks=True)
    package, raw = root / "reports" / "2024", root / "data" / "raw" / "2024"
    published = contents(package)

    done = selfeval("freeze", str(package), *APPROVE, "--remarks", "同意")
    assert done.returncode == 0, done.stderr
    text = (raw / "approvals.yml").read_text(encoding="utf-8")
    assert "reviewer: 财务负责人岗" in text and "date: 2025-03-01" in text and "score.total: 93.96" in text
    assert "已经核准过" in selfeval("freeze", str(package), *APPROVE).stdout
    assert (raw / "approvals.yml").read_text(encoding="utf-8") == text

    assert "没有变化" in selfeval("run", "--year", "2024", "--root", str(root)).stdout
    assert selfeval("run", "--year", "2024", "--root", str(root), "--force").returncode == 0
    assert contents(package) == published

    edit(raw / "exports" / "ledger.csv", "V01,2024-01-11,7511", "V01,2024-01-11,8511")
    stopped = selfeval("run", "--year", "2024", "--root", str(root))
    assert stopped.returncode == 1
    assert "[approved_figure]" in stopped.stderr
    row = next(line.split("写明理由：")[1] for line in stopped.stderr.splitlines() if "figure: budget.spent" in line)
    assert row == "- {figure: budget.spent, now: 91858, reason: 待填}"
    assert contents(package) == published

    rows = [line.split("写明理由：")[1] for line in stopped.stderr.splitlines() if "写明理由：-" in line]
    reasons = "\n".join(row.replace("待填", "补记一笔支付") for row in rows)
    (raw / "approvals.yml").write_text(f"{text}reasons:\n{reasons}\n", encoding="utf-8")
    again = selfeval("run", "--year", "2024", "--root", str(root))
    assert again.returncode == 0, again.stderr
    assert "理由：补记一笔支付" in (package / "results.json").read_text(encoding="utf-8")
    assert "没有变化" in selfeval("run", "--year", "2024", "--root", str(root)).stdout


def test_what_does_not_hold_is_not_approved(made: Path, tmp_path: Path) -> None:
    package = t.copied(made / "reports" / "2024", tmp_path / "2024")
    t.replace_text(package / "report.html", "93.96分", "93.97分")
    done = selfeval("freeze", str(package), *APPROVE, "--root", str(made))
    assert done.returncode == 1
    assert "[not_verified]" in done.stderr
    assert not (made / "data" / "raw" / "2024" / "approvals.yml").exists()
    lost = selfeval("freeze", str(package), *APPROVE)
    assert lost.returncode == 2
    assert "[no_root]" in lost.stderr
    assert selfeval("freeze", str(package), "--reviewer", "x", "--date", "1.3.2025").returncode == 2
