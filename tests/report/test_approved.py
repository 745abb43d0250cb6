"""An approved figure that is another one now stops the run until its reason is written; then the reason is printed."""

from __future__ import annotations

from datetime import date
from typing import Any

from helpers.report.approved import approvable, approved_changes
from helpers.report.narrative import build_report
from helpers.year.approvals import Approval, ApprovalsFile, Reason
from tests.report import sample_results as sample


def approval(results: Any, on: str = "2025-03-01", **figures: Any) -> Approval:
    told = {**approvable(results), **{name.replace("__", "."): value for name, value in figures.items()}}
    return Approval(manifest_sha256="0" * 64, reviewer="财务负责人岗", date=date.fromisoformat(on), figures=told)


def test_nothing_is_said_of_figures_that_are_as_approved() -> None:
    results = sample.fy2024()
    assert approved_changes(results, ApprovalsFile()) == []
    assert approved_changes(results, ApprovalsFile(approvals=(approval(results),))) == []


def test_a_change_without_reason_stops_and_says_what_to_write() -> None:
    results = sample.fy2024()
    (found,) = approved_changes(results, ApprovalsFile(approvals=(approval(results, budget__spent=1760000),)))
    assert (found["check"], found["level"]) == ("approved_figure", "stop")
    assert found["message"] == "2025年3月1日由财务负责人岗核准的全年执行数是176万元，现为177万元，没有写明理由"
    assert "data/raw/2024/approvals.yml 的 reasons 下写明理由" in str(found["remedy"])
    assert "- {figure: budget.spent, now: 1770000, reason: 待填}" in str(found["remedy"])


def test_a_reason_lets_it_pass_and_is_printed() -> None:
    results = sample.fy2024()
    reasons = (Reason(figure="budget.spent", now=1770000, reason="补记一笔年末支付"),)
    file = ApprovalsFile(approvals=(approval(results, budget__spent=1760000),), reasons=reasons)
    (found,) = approved_changes(results, file)
    assert found["level"] == "note"
    results["audit"] = [*results["audit"], found]
    told = "".join(block.model_dump_json() for block in build_report(results))
    assert "核准的全年执行数是176万元，现为177万元，理由：补记一笔年末支付" in told


def test_a_reason_for_another_value_is_no_reason() -> None:
    results = sample.fy2024()
    reasons = (Reason(figure="budget.spent", now=1765000, reason="补记一笔年末支付"),)
    file = ApprovalsFile(approvals=(approval(results, budget__spent=1760000),), reasons=reasons)
    assert [one["level"] for one in approved_changes(results, file)] == ["stop"]


def test_approving_what_has_a_reason_changes_nothing_that_is_printed() -> None:
    results = sample.fy2024()
    reasons = (Reason(figure="budget.spent", now=1770000, reason="补记"),)
    first = approval(results, budget__spent=1760000)
    before = approved_changes(results, ApprovalsFile(approvals=(first,), reasons=reasons))
    both = ApprovalsFile(approvals=(first, approval(results, "2025-04-01")), reasons=reasons)
    assert approved_changes(results, both) == before


def test_a_figure_that_is_gone_counts_as_changed() -> None:
    results = sample.fy2024()
    (found,) = approved_changes(results, ApprovalsFile(approvals=(approval(results, indicators__old__actual=5),)))
    assert "核准的indicators.old.actual是5，现为没有" in found["message"]
