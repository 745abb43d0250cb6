"""What no query gives: figures that the year files state, with the file that says so; the rows of each table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from helpers.report.assemble_evidence import left_out
from helpers.report.results_indicators import Evidence, File, Indicator
from helpers.report.results_types import Budget, Results
from helpers.year.root import shown_raw

#: Which year file states what.
YEAR_FILE, INDICATORS_FILE = "year.yml", "indicators.yml"


def stated_in_year_files(results: Results) -> Results:
    """The results in which every figure without a query names the year file that states it, with its hash."""
    files = (results.get("provenance") or {}).get("inputs") or []
    found = {name: _file(files, f"{shown_raw(results['fiscal_year'])}/{name}") for name in (YEAR_FILE, INDICATORS_FILE)}
    budget: Budget = {**results["budget"], "declared": _declared(found[YEAR_FILE])}
    if "evidence" in budget:
        budget["evidence"] = _with_file(budget["evidence"], found[YEAR_FILE])
    told = {
        **results,
        "budget": budget,
        "indicators": [_indicator(one, found[INDICATORS_FILE]) for one in results["indicators"]],
    }
    return cast(Results, told)


def table_evidence(table: Mapping[str, Any], fiscal_year: int) -> Evidence:
    """Where the account of a table comes from: every row of its exports, and the query of what they became."""
    return {
        "kind": "computed",
        "measure": None,
        "words": "导出文件逐行读入，采用和剔除逐行记账；采用的行归并成记录",
        "sql": f"SELECT count(*) FROM {table['table']}",
        "inputs": [
            {"file": f"{shown_raw(fiscal_year)}/{file['file']}", "sha256": file["sha256"], "bytes": file["bytes"]}
            for file in table["files"]
        ],
        "rows": table["rows_in"],
        **left_out([table]),
    }


def _file(files: list[File], path: str) -> list[File]:
    return [one for one in files if one["file"] == path]


def _declared(files: list[File]) -> Evidence:
    words = "年初预算数、全年预算数及其组成，由年度文件写明"
    return {"kind": "stated", "measure": None, "words": words, "sql": None, "inputs": files, "rows": None}


def _indicator(entry: Indicator, files: list[File]) -> Indicator:
    told: Any = {**entry}
    if entry.get("evidence"):
        told["evidence"] = _with_file(told["evidence"], files)
    told["parts"] = [_indicator(cast(Indicator, part), files) for part in entry.get("parts") or ()]
    return cast(Indicator, told)


def _with_file(evidence: Evidence, files: list[File]) -> Evidence:
    return evidence if evidence["kind"] == "computed" else {**evidence, "inputs": files}
