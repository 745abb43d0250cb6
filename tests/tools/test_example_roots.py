"""The small examples: written again by their tool, sound, judged as meant, and free of the large example's words."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from helpers.activity.clean import clean_year
from helpers.deviation.explain import compare_years, explain_year
from helpers.deviation.options_table import options_table, with_replays
from helpers.deviation.plan import follow_up, plan_rows
from helpers.deviation.spares_plan import spares_plan
from helpers.fonts.packaged import check_glyphs
from helpers.gate import judge_year
from helpers.measures.figures import Measures
from helpers.measures.year_attained import attain_year
from helpers.report.assemble import Sources, attainment_json, results_json
from helpers.report.blocks import to_json
from helpers.report.narrative import followed_report
from helpers.report.own_audit import audit_narrative, audit_own_form, audit_year
from helpers.report.results import validate_results
from helpers.run.check import check_year, remarks
from helpers.year.load import Year, load_year
from tools.example_roots.__main__ import write_all

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NAMES = ["hospital", "school"]
#: What only the large example speaks of.
FOREIGN = re.compile("法院|审判|法庭|庭审|干警|诉讼|办案|书记员|法官")
REACHED = {
    "hospital": {
        "orders": ("met", Fraction(436)),
        "upkeep": ("met", Fraction(309, 312)),
        "repaired": ("not_met", Fraction(386, 436)),
        "cost": ("met", Fraction(175229000, 43600)),
        "arrival": ("met", Fraction(417, 436)),
        "again": ("met", Fraction(24, 436)),
        "satisfaction": ("met", Fraction(94, 96)),
    },
    "school": {
        "buildings": ("met", Fraction(19)),
        "again": ("met", Fraction(38, 684)),
        "restored": ("not_met", Fraction(620, 684)),
        "cost": ("met", Fraction(64759500, 1900)),
        "cuts": ("met", Fraction(270, 60)),
        "satisfaction": ("met", Fraction(370, 412)),
    },
}


def judged(name: str, folder: Path) -> tuple[Year, dict[str, Any], Any]:
    """The year, its results and what the gate says, as the stages make them one after the other."""
    year = load_year(EXAMPLES / name, 2024)
    accounts = json.loads(json.dumps([one.to_json() for one in clean_year(year, folder)]))
    gate = judge_year(year, folder, accounts, None, None, [])
    with Measures(year, folder) as measures:
        found = attain_year(year, measures)
        deviations = explain_year(found, measures, None, None)
        options, by_id = options_table(measures, None, deviations)
        deviation = {
            "deviations": deviations,
            "comparisons": compare_years(found, measures, None, None),
            "followup": follow_up(None, None, measures),
            "plan": with_replays(plan_rows(year, measures, []), year, by_id),
            "spares": {**spares_plan(year, measures, None), "options": options},
        }
    attainment = attainment_json(found, None, Sources(year, accounts, {}))
    attainment["audit"] = [finding.to_json() for finding in audit_year(found)]
    results = results_json(
        year, attainment=attainment, deviation=deviation, tables=accounts, validation=gate.for_results(), provenance={}
    )
    results["audit"] = audit_own_form(results, year)
    return year, json.loads(json.dumps(results)), gate


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_sound_judged_as_meant_and_tells_only_of_itself(name: str, tmp_path: Path) -> None:
    assert [str(fault) for fault in (*check_year(EXAMPLES / name, 2024), *remarks(EXAMPLES / name, 2024))] == []
    year, results, gate = judged(name, tmp_path)
    assert [(check.table, check.rule) for check in gate.checks if not check.success] == []
    assert all(table["used"] == table["rows_in"] for table in results["tables"])
    reached = {one["id"]: (one["status"], one["actual"]) for one in results["indicators"]}
    assert reached == {id_: (status, pytest.approx(float(value))) for id_, (status, value) in REACHED[name].items()}
    missed = [(d["indicator"], d["lead"]["cause"]) for d in results["deviations"] if d["kind"] == "shortfall"]
    assert missed == {"hospital": [("repaired", "等待进口配件")], "school": [("restored", "供电模块故障")]}[name]
    report, ledger = followed_report(results)
    results["audit"] = audit_narrative(results, report, year, ledger)
    assert results["audit"] == [], "neither stops nor notes"
    validate_results(results)
    check_glyphs(report)
    assert not FOREIGN.search(json.dumps([results, to_json(report)], ensure_ascii=False))
    assert results["notice"].startswith("示例数据：")


def test_the_committed_exports_are_what_the_tool_writes(tmp_path: Path) -> None:
    made = write_all(tmp_path)
    assert len(made) == 8
    for path in made:
        assert (EXAMPLES / path.relative_to(tmp_path)).read_bytes() == path.read_bytes(), path.name
    assert len(list(EXAMPLES.glob("*/data/raw/2024/exports/*"))) == 8


@pytest.mark.parametrize("name", NAMES)
def test_the_authored_files_speak_of_their_own_trade(name: str) -> None:
    for path in (EXAMPLES / name / "data" / "raw" / "2024").rglob("*"):
        if path.is_file():
            assert not FOREIGN.search(path.read_text("utf-8-sig")), path.name
