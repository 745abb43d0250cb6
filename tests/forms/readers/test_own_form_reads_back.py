"""self_evaluation.xlsx reads back with the figures that it was written from."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from helpers.formats.xlsx import write_forms
from helpers.forms.audit import audit_forms
from helpers.forms.filled_form import Form
from helpers.forms.readers import read_forms
from helpers.indicators import load_rules, parse_actual
from helpers.report.own_form import own_form
from tests.report import sample_results


def differences(form: Form, results: Mapping[str, Any], scored: bool) -> list[str]:
    """Every figure of a form that is not the one of results.json."""
    budget, entries = results["budget"], results["indicators"]
    expected: dict[str, Any] = {
        "institution": results["institution"],
        "project": results["project"],
        "year": str(results["fiscal_year"]),
        "rows": len(entries),
        "adjusted": money(budget["adjusted"]),
        "spent": money(budget["spent"]),
    }
    found: dict[str, Any] = {
        "institution": form.about.institution,
        "project": form.about.project,
        "year": form.about.year,
        "rows": len(form.rows),
        "adjusted": form.funds.adjusted,
        "spent": form.funds.spent,
    }
    if scored:
        expected |= {
            "initial": money(budget["initial"]),
            "exec_weight": points(budget["weight"]),
            "exec_score": points(budget["score"]),
            "total": points(results["score"]["total"]),
        }
        found |= {
            "initial": form.funds.initial,
            "exec_weight": form.exec_weight,
            "exec_score": form.exec_score,
            "total": form.total_printed,
        }
    rate = parse_actual(form.exec_rate_printed)
    expected["rate"], found["rate"] = (
        round(budget["execution_rate"], 4),
        None if rate.value is None else round(float(rate.value), 4),
    )
    for row, entry in zip(form.rows, entries, strict=False):
        at = entry["id"]
        expected |= {f"{at} {key}": entry[key] for key in ("level1", "level2", "level3", "target_text")}
        found |= {f"{at} {key}": getattr(row, key) for key in ("level1", "level2", "level3", "target_text")}
        if scored:
            expected |= {f"{at} {key}": points(entry[key]) for key in ("weight", "score")}
            found |= {f"{at} {key}": getattr(row, key) for key in ("weight", "score")}
    return [f"{key}: {found[key]!r}, not {expected[key]!r}" for key in expected if found[key] != expected[key]]


def money(yuan: float | None) -> Decimal | None:
    return None if yuan is None else Decimal(str(yuan)) / 10_000


def points(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def read_back(results: Mapping[str, Any], path: Path) -> list[Form]:
    path.write_bytes(write_forms(results))
    return read_forms(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "self_evaluation.xlsx"


def test_both_forms_read_back(path: Path) -> None:
    results = sample_results.fy2024()
    scored, transfer = read_back(results, path)
    assert differences(scored, results, True) == [] and differences(transfer, results, False) == []
    assert scored.goal == transfer.goal == results["overall_goal"]
    assert (scored.kind, transfer.kind, scored.money_unit, transfer.money_unit) == (
        "self_eval",
        "transfer_self_eval",
        "万元",
        "万元",
    )


def test_it_is_the_form_that_the_run_audits(path: Path) -> None:
    """What was audited before publishing is what stands in the file."""
    results = sample_results.fy2024()
    scored = read_back(results, path)[0]
    own = own_form(results)
    assert tuple(replace(row, place=None) for row in scored.rows) == own.rows
    assert replace(scored, rows=(), source=None, result=None, unplaced=()) == replace(own, rows=(), result=None)
    # The notice, the basis of the score and who signs stand on the page and belong to no row.
    notice, basis, signed, sealed = [words for _, words in scored.unplaced]
    assert notice == "示例数据：记录级数据系合成，仅用于演示，汇总数与公开数据一致。"
    assert basis == "按推定权重测算，非申报得分。"
    assert signed.startswith("填报：信息技术岗") and "签字" in signed and sealed.endswith("填报日期：2025年2月20日")


def test_a_changed_figure_is_seen(path: Path) -> None:
    results = sample_results.fy2024()
    changed = copy.deepcopy(results)
    changed["indicators"][1]["score"] -= 0.01
    changed["budget"]["spent"] += 0.01
    assert [d.split(":")[0] for d in differences(read_back(results, path)[0], changed, True)] == [
        "spent",
        f"{changed['indicators'][1]['id']} score",
    ]


def test_an_unscored_row_and_declared_funds(path: Path) -> None:
    results = sample_results.fy2024()
    results["indicators"][2] |= {"score": None, "actual": None, "actual_text": None, "status": "unknown", "parts": []}
    results["score"] |= {"total": 87.44, "grade": None}
    results["budget"]["sources"] = [{"name": "当年财政拨款", "initial": 1780000, "adjusted": 1780000, "spent": 1770000}]
    scored = read_back(results, path)[0]
    assert (
        scored.rows[2].score is None and scored.rows[2].actual_text is None and scored.rows[2].weight == Decimal("12.5")
    )
    # Where one line is the whole of the funds, the others are nothing.
    assert [(p.name, p.spent) for p in scored.fund_parts] == [
        ("当年财政拨款", Decimal(177)),
        ("上年结转资金", Decimal(0)),
        ("其他资金", Decimal(0)),
    ]
    assert scored.fund_total is not None


def test_the_published_package_reads_back_without_a_stop(finished: Path) -> None:
    package = finished / "reports" / "2024"
    results = json.loads((package / "results.json").read_text(encoding="utf-8"))
    forms = read_forms(package / "self_evaluation.xlsx")
    assert [differences(form, results, scored) for form, scored in zip(forms, (True, False), strict=True)] == [[], []]
    found = [one for own in audit_forms(forms, load_rules("caiyu-2020-10")) for one in own]
    assert [one.message for one in found if one.level == "stop"] == []
