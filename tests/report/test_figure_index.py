"""Each figure is found by its id, as an address of the HTML and by searching; the reviewer's sheet has the same ids."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from helpers.formats.html import render_html
from helpers.report.approved import approvable, approved_changes
from helpers.report.documents import filed, technical
from helpers.report.figure_ids import figure_id, fitting
from helpers.report.narrative import build_report
from helpers.report.published_figures import published_figures
from helpers.report.review_rows import review_rows
from helpers.year.approvals import Approval, ApprovalsFile, Reason
from tests.report import sample_results as sample


def with_names(*categories: str) -> Any:
    results = copy.deepcopy(sample.fy2024())
    first = results["activities"][0]
    results["activities"] = [{**first, "category": name, "count": at} for at, name in enumerate(categories, start=5)]
    results["activity_total"] = sum(one["count"] for one in results["activities"])
    return results


def page(results: Any) -> Any:
    return html.document_fromstring(render_html(build_report(results)))


WILD = with_names('P1 - "Critical" <a> & b=c', "P1 - 'Critical' a b c", "50%", "**粗**", "网络\n设备", "50 %", "普通")


@pytest.mark.parametrize("results", [sample.fy2024(), WILD])
def test_every_figure_and_statement_has_its_id_once_in_the_page(results: Any) -> None:
    whole = page(results)
    ids = [one.get("id") for one in whole.iter() if isinstance(one.tag, str) and one.get("id")]
    assert len(ids) == len(set(ids))
    rows = review_rows(results)
    assert {row.id for row in rows} <= {*ids}
    assert set(published_figures(results)) <= {*ids}
    assert not [name for name in ids if re.search(r"[\s\"'`<>=&#%*]", name)]
    (index,) = whole.find_class("index")
    listed = [cells[0].text_content() for row in index.iter("tr") if (cells := row.findall("td"))]
    assert listed == [row.id for row in rows], "searched for, each is found"
    assert [row.find("td/a").get("href") for row in index.iter("tr") if row.find("td") is not None] == [
        f"#{row.id}" for row in rows
    ]


def test_an_id_leads_to_where_the_figure_is_printed() -> None:
    whole = page(sample.fy2024())
    at = {one.get("id"): one for one in whole.iter() if isinstance(one.tag, str) and one.get("id")}
    for name, shown in (
        ("score.total", "99.69分，优"), ("budget.spent", "177"), ("budget.execution_rate", "99.4%"),
        ("indicators.complaints.actual", "2件"), ("indicators.complaints.target", "不高于10件"),
        ("indicators.complaints.score", "12.5"), ("indicators.timeliness.status", "未完成"),
        ("activity_total", "14405"),
    ):  # fmt: skip
        assert at[name].text_content().startswith(shown), name
        assert not [one for one in at[name].iterancestors() if one.get("class") == "index"], name
    part = next(e for e in sample.fy2024()["indicators"] if e.get("parts"))["parts"][1]
    told = at[figure_id("indicators", "timeliness", part.get("name") or part["level3"], "actual")]
    assert told.tag == "li" and "96.2%" in told.text_content()


def test_the_filed_papers_have_no_index() -> None:
    blocks = build_report(sample.fy2024())
    for paper in (filed(blocks), technical(blocks)):
        assert "数字和结论的编号" not in "".join(one.model_dump_json(exclude={"anchor"}) for one in paper)
    assert "数字和结论的编号" in render_html(blocks)


def test_names_that_come_to_one_id_are_told_apart_and_none_is_lost() -> None:
    found = published_figures(with_names("A B", "A_B", "A\tB"))
    assert [(name, one.value) for name, one in found.items() if name.startswith("activities.")] == [
        ("activities.A_B", 5), ("activities.A_B~2", 6), ("activities.A_B~3", 7),
    ]  # fmt: skip


def test_an_approval_by_the_names_of_before_still_holds() -> None:
    results = with_names("P1 - Critical", "P2")
    old = {name.replace("P1_-_Critical", "P1 - Critical"): v for name, v in approvable(results).items()}
    assert "activities.P1 - Critical" in old
    whole = Approval(manifest_sha256="0" * 64, reviewer="财务负责人岗", date="2025-03-01", figures=old)  # type: ignore[arg-type]
    assert approved_changes(results, ApprovalsFile(approvals=(whole,))) == []
    changed = whole.model_copy(update={"figures": {**old, "activities.P1 - Critical": 9}})
    (found,) = approved_changes(results, ApprovalsFile(approvals=(changed,)))
    assert "现为5" in found["message"]
    reason = Reason(figure="activities.P1 - Critical", now=5, reason="补登记")
    (found,) = approved_changes(results, ApprovalsFile(approvals=(changed,), reasons=(reason,)))
    assert found["level"] == "note"


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_an_id_is_an_address_and_stays_what_it_is(names: list[str]) -> None:
    made = figure_id(*names)
    assert not re.search(r"[\s\"'`<>=&#%*\\]", made)
    assert fitting(made) == made
    assert fitting("终端 运维") == "终端_运维" and figure_id("plan", "2024-1") == "plan.2024-1"
