"""The annex of reviewers' remarks, each with its answer."""

from __future__ import annotations

from collections.abc import Iterable

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block
from helpers.report.results_types import Results

TITLE = "审核意见及答复"


def review_remarks(results: Results) -> Iterable[Block]:
    """What was remarked, by whom, and what is answered; nothing where nothing was."""
    remarks = results.get("remarks") or ()
    if not remarks:
        return
    still = sum(not one.get("answer") for one in remarks)
    told = f"，其中{still}条尚未答复" if still else "，均已答复"
    yield from f.para(f"对以前报送的材料收到审核意见{len(remarks)}条{told}。“报送时”为审核人当时看到的内容。")
    columns = [("序号", "center", 0.5), ("内容", "left", 1.6), ("报送时", "left", 1.2), ("审核意见", "left", 2.4)]
    columns += [("审核岗位", "left", 1.0), ("答复", "left", 2.4)]
    rows = []
    for at, one in enumerate(remarks, start=1):
        said = "；".join(filter(None, (w.plain(one.get("verdict")), w.plain(one.get("remark")))))
        shown = w.brief(one.get("shown"), 60) or w.BLANK
        answer = w.plain(one.get("answer")) or "尚未答复"
        rows.append([str(at), w.plain(one["words"]), shown, said, w.plain(one.get("post")) or w.BLANK, answer])
    yield f.table("审核意见及答复", columns, rows)
