"""Every figure of the tables leads to where it comes from: a query with files and rows, or who states it in what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from helpers.report.blocks import Fold, Heading, Table
from helpers.report.narrative import build_report
from helpers.report.narrative.indicators import found_words
from tests.report import sample_results as sample


def flat(blocks: Iterable[Any]) -> Iterator[Any]:
    for block in blocks:
        yield block
        if isinstance(block, Fold):
            yield from flat(block.blocks)


def told(results: Any) -> tuple[set[str], dict[str, str]]:
    """The anchors to which cells link, and what stands in each fold with an anchor."""
    blocks = list(flat(build_report(results)))
    tables = [
        b for b in blocks if isinstance(b, Table) and b.columns[0].title != "编号"
    ]  # the index follows what is there
    links = {c.link for b in tables for row in b.rows for c in row if c.link}
    folds = {b.anchor: "\n".join(x.text for x in b.blocks) for b in blocks if isinstance(b, Fold) and b.anchor}
    headings = {b.anchor: b.text for b in blocks if isinstance(b, Heading) and b.anchor}
    return links, {**headings, **folds}


def with_budget(evidence: Any) -> Any:
    results = sample.fy2024()
    results["budget"]["evidence"] = evidence
    results["activity_evidence"] = {"table": "tickets", "sql": "SELECT 1", "inputs": [], "shares": []}
    return results


COMPUTED = {"kind": "computed", "measure": "spent", "words": "支出", "sql": "SELECT sum(amount) FROM ledger",
            "inputs": [], "rows": 34}  # fmt: skip


def test_no_link_leads_nowhere() -> None:
    links, places = told(with_budget(COMPUTED))
    assert {"e-activities", "e-the-budget"} <= links
    assert links <= set(places), links - set(places)


def test_a_stated_figure_leads_to_its_document_and_note() -> None:
    results = sample.fy2024()
    entry = next(e for e in results["indicators"] if e["evidence"]["kind"] == "stated")
    entry["evidence"]["documents"] = [
        {"document": "填报说明", "date": "2025-01-20", "custodian": "综合办公室", "sha256": None,
         "file": "data/raw/2024/evidence/填报说明.md"}
    ]  # fmt: skip
    entry["evidence"]["note"] = "没有说明测算方法"
    _, places = told(results)
    said = places[f"e-{entry['id']}"]
    for words in ("由我单位填报", "《填报说明》（2025年1月20日，综合办公室保管）", "没有说明测算方法。",
                  "《填报说明》：evidence/填报说明.md。"):  # fmt: skip
        assert words in said, words


def test_what_was_spent_leads_to_its_query_or_to_who_states_it() -> None:
    said = told(with_budget(COMPUTED))[1]["e-the-budget"]
    assert "全年执行177万元，与全年预算178万元之比为99.4%，由34条记录计算。" in said
    assert "SELECT sum(amount) FROM ledger" in said
    stated = told(with_budget({"kind": "stated"}))[1]["e-the-budget"]
    assert "执行数由我单位填报，不是由记录计算得出。" in stated


def test_the_rows_of_a_quotient_are_called_those_of_its_numerator() -> None:
    ratio: Any = {"kind": "computed", "words": "支出除以人数", "rows": 34,
                  "sql": "(SELECT sum(amount) FROM ledger) / (SELECT count(*) FROM roster)"}  # fmt: skip
    assert "，分子依据34条记录计算。" in found_words(ratio, "我院")
    assert "，依据34条记录计算。" in found_words({**ratio, "sql": "SELECT sum(amount) FROM ledger"}, "我院")


def computed_activities() -> Any:
    results = with_budget(COMPUTED)
    account = {"rows_in": 20_000, "used": 14_000, "set_aside": [{"reason": "合计行", "rows": 6_000}]}
    results["tables"] = [{"table": "tickets", "title": "工单", "entities": 13_900, **account,
                          "files": [{"file": "exports/工单.csv", **account}]}]  # fmt: skip
    for entry in results["activities"]:
        entry["evidence"] = {
            "kind": "computed",
            "sql": f"SELECT count(*) FROM tickets WHERE category = '{entry['category']}'",
            "inputs": [{"file": "data/raw/2024/exports/工单.csv", "sha256": "5945ff720d83" + "0" * 52}],
            "rows": entry["count"],
            "set_aside": [{"reason": f"原因{n}", "rows": n} for n in range(8, 0, -1)],
            "corrected": 2,
        }
    return results


def activity_cells(results: Any) -> list[tuple[str, str | None]]:
    """Text and link of the column of counts."""
    tables = [b for b in flat(build_report(results)) if isinstance(b, Table) and b.caption.endswith("年度运维活动")]
    return [(row[2].text, row[2].link) for row in tables[-1].rows]


def test_each_kind_of_activity_leads_to_its_count_query_files_and_rows() -> None:
    results = computed_activities()
    cells = activity_cells(results)
    assert cells[0] == ("9974", "e-activities-1")
    assert cells[-1][1] == "e-activities"
    said = told(results)[1]["e-activities-1"]
    for words in (
        "“个人办公设备故障”9974次，由9974条记录逐条清点。",
        "SELECT count(*) FROM tickets WHERE category = '个人办公设备故障'",
        "exports/工单.csv（读入20000行，采用14000行，校验值5945ff720d83）",
        "整理后的数据表：工单（tickets）13900条。",
        "没有采用的行：原因88行、原因77行、原因66行、原因55行、原因44行、原因33行、其他原因3行。",
        "按更正单改过的行：2行。",
    ):
        assert words in said, words


def test_of_very_many_kinds_all_lead_to_the_one_query() -> None:
    results = computed_activities()
    results["activities"] = [{**results["activities"][0], "category": f"类别{n}"} for n in range(61)]
    assert {link for _, link in activity_cells(results)} == {"e-activities"}


def test_the_amounts_of_the_budget_lead_to_the_year_file() -> None:
    results = with_budget({"kind": "stated", "inputs": [{"file": "data/raw/2024/year.yml", "sha256": "ab" * 32}]})
    results["budget"]["declared"] = results["budget"]["evidence"]
    links, places = told(results)
    assert "e-the-budget-declared" in links
    assert "年初预算178万元，全年预算178万元" in places["e-the-budget-declared"]
    for anchor in ("e-the-budget", "e-the-budget-declared"):
        assert "写在年度文件year.yml（校验值abababababab）。" in places[anchor]
