"""What a reviewer can remark on: every published figure and statement by its id, and what was remarked and answered.

A figure's id is its way through results.json (``indicators.<id>.actual``), the same that approvals and differences
name it by; statements have ids of the same kind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from helpers.indicators.findings import About, Finding, Place
from helpers.report import results_types
from helpers.report import wording as w
from helpers.report.facts import evidence_of
from helpers.report.figure_ids import figure_id
from helpers.report.published_figures import published_figures
from helpers.report.results_types import Results, ReviewRemark
from helpers.year.review_remarks import NAME, RemarksFile
from helpers.year.root import shown_raw

CHECK = "remark_unanswered"
WHOLE = "package"


@dataclass(frozen=True)
class ReviewRow:
    """One row of the remarks sheet."""

    id: str
    words: str
    shown: str


def review_rows(results: Results) -> list[ReviewRow]:
    """Figures and statements in the order of the report, the package as a whole first."""
    rows = [
        ReviewRow(WHOLE, "整份材料", f"{results['fiscal_year']}年度{w.clause(results['project'])}"),
        *_figures(results),
    ]
    rows += [
        ReviewRow(w.plain(name), w.plain(words), w.plain(text))
        for name, words, text in _statements(results)
        if w.plain(text)
    ]
    return list({row.id: row for row in reversed(rows)}.values())[::-1]


def _figures(results: Results) -> Iterator[ReviewRow]:
    for one in published_figures(results).values():
        yield ReviewRow(w.plain(one.id), w.plain(one.words), w.plain(one.shown))


def _statements(results: Results) -> Iterator[tuple[str, str, object]]:
    yield "overall_goal", "年度总体目标", results.get("overall_goal")
    yield "budget.unspent_reason", "未支出的原因", results["budget"].get("unspent_reason")
    for entry in results["indicators"]:
        evidence = evidence_of(entry)
        said = evidence.get("words") or evidence.get("method") or evidence.get("note")
        yield f"indicators.{entry['id']}.evidence", f"“{w.clause(entry['level3'])}”的取数口径", said
    for key, words in (("plan", "改进措施"), ("followup", "上年度措施")):
        for action in cast(list[dict[str, str]], results.get(key) or ()):
            name, called = figure_id(key, action["id"]), f"{words}{action['id']}"
            yield name, called, action["action"]
            yield f"{name}.cause", f"{called}针对的原因", action.get("cause")
            yield f"{name}.conclusion", f"{called}的结论", action.get("conclusion")


def sheet_mark(results: Results) -> str:
    """The name of this version of figures and statements, the same as long as none of them changes."""
    said = [[row.id, row.words, row.shown] for row in review_rows(results)]
    return f"{results['fiscal_year']}-{digest_of([results['institution'], results['project']], said)}"


def digest_of(head: list[str], rows: list[list[str]]) -> str:
    text = json.dumps([[w.plain(one) for one in head], rows], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def remarks_json(file: RemarksFile) -> list[ReviewRemark]:
    """The remarks as results.json carries them."""
    return [cast(ReviewRemark, one.model_dump(mode="json")) for one in file.remarks]


def open_remarks(results: Results, file: RemarksFile) -> list[results_types.Finding]:
    """A note for each remark that nobody has answered."""
    about = About(results["institution"], results["project"], str(results["fiscal_year"]))
    return [
        cast(
            results_types.Finding,
            Finding(
                check=CHECK,
                level="note",
                message=f"审核意见尚未答复：{w.clause(one.words)}（{one.id}）",
                remedy=f"在 {shown_raw(results['fiscal_year'])}/{NAME} 这一条的 answer 下写明答复",
                where=Place(field="remarks"),
                table=about,
            ).to_json(),
        )
        for one in file.remarks
        if not one.answer
    ]


def with_remarks(results: Results, file: RemarksFile) -> Results:
    """The results with what was remarked on them; as they are where nothing was."""
    if not file.remarks:
        return results
    return {**results, "remarks": remarks_json(file), "audit": [*results["audit"], *open_remarks(results, file)]}
