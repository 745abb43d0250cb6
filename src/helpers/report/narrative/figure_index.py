"""The index of the HTML: figures and statements by the ids that they have on the reviewer's sheet, too."""

from __future__ import annotations

from collections.abc import Iterable

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Cell
from helpers.report.figure_ids import figure_id
from helpers.report.narrative.chapters import BUDGET, DECLARED, about, reasons, whence
from helpers.report.narrative.evidence_folds import activity_anchor
from helpers.report.results_types import Results
from helpers.report.review_rows import review_rows

TITLE = "数字和结论的编号"
#: Characters of a statement: in full it stands where its id leads.
MOST_SHOWN = 60


def figure_index(results: Results) -> Iterable[Block]:
    """A row for each: its id leads to where it stands, its value to where it comes from."""
    yield from f.para("点编号到达该数在文中的位置，点数值到达它的来历；审核意见表用的是同样的编号。")
    columns = [("编号", "left", 4.0), ("内容", "left", 4.0), ("材料中的数值或文字", "left", 5.0)]
    counted = {
        figure_id("activities", entry["category"]): activity_anchor(results, at)
        for at, entry in enumerate(results["activities"], start=1)
    }
    rows: list[list[str | Cell]] = [
        [
            Cell(text=row.id, link=row.id, anchor=row.id),
            row.words,
            Cell(text=w.brief(row.shown, MOST_SHOWN), link=counted.get(row.id) or _source(row.id)),
        ]
        for row in review_rows(results)
    ]
    yield f.table("", columns, rows)


def _source(name: str) -> str | None:
    """The anchor of what a figure rests on; a format follows it where it is there."""
    kind, _, rest = name.partition(".")
    of, _, what = rest.partition(".")
    if kind == "indicators":
        asked = what.rpartition(".")[2]
        return {"target": about(of), "weight": about(of), "status": reasons(of)}.get(asked, whence(of))
    if kind == "deviations":
        return reasons(of)
    if kind == "budget":
        return whence(BUDGET if of in ("spent", "execution_rate", "score") else DECLARED)
    return whence("activities") if name == "activity_total" else None
