"""A remarks sheet as a reviewer mails it back: what is taken, what is not, and that nothing edited passes unsaid."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from ruamel.yaml import YAML

from helpers.formats.xlsx import write_forms
from helpers.report.narrative import build_report
from helpers.report.results import dump_results, validate_results
from helpers.report.review_rows import open_remarks, review_rows, sheet_mark, with_remarks
from helpers.trust.remarks_file import NotRemarks, take_remarks
from helpers.year.review_remarks import RemarksFile, load_remarks
from tests.conftest import selfeval
from tests.report import sample_results as sample

Edit = Callable[[Any], None]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data" / "raw" / "2024").mkdir(parents=True)
    folder = tmp_path / "reports" / "2024"
    folder.mkdir(parents=True)
    (folder / "results.json").write_text(dump_results(sample.fy2024()), encoding="utf-8")
    return tmp_path


def mailed(root: Path, edit: Edit, results: Any = None) -> Path:
    book = openpyxl.load_workbook(io.BytesIO(write_forms(results or sample.fy2024())))
    edit(book["审核意见"])
    book.save(root / "发回.xlsx")
    return root / "发回.xlsx"


def row_of(page: Any, name: str) -> int:
    return next(cell.row for (cell,) in page.iter_rows(max_col=1) if cell.value == name)


def remark(page: Any, name: str = "budget.spent", **columns: str) -> None:
    row = row_of(page, name)
    for column, value in {"D": "请补充支出明细", "E": "需补充", "F": "财政审核岗", **columns}.items():
        page[f"{column}{row}"] = value


def test_the_sheet_has_every_figure_under_the_id_that_results_have(root: Path) -> None:
    names = [row.id for row in review_rows(sample.fy2024())]
    first = sample.fy2024()["indicators"][0]["id"]
    assert {"package", "score.total", "budget.spent", f"indicators.{first}.actual", "overall_goal"} <= set(names)
    assert len(names) == len(set(names))


def test_a_remark_is_taken_once_and_waits_for_its_answer(root: Path) -> None:
    file = mailed(root, remark)
    taken = take_remarks(file, root)
    assert (taken.notes, taken.faults, len(taken.remarks)) == ((), (), 1)
    (one,) = load_remarks(root, 2024).remarks
    assert (one.id, one.remark, one.verdict, one.post) == ("budget.spent", "请补充支出明细", "需补充", "财政审核岗")
    assert one.shown == "177万元" and one.answer is None and one.sheet == sheet_mark(sample.fy2024())
    again = take_remarks(file, root)
    assert (len(again.remarks), again.again) == (0, 1)


def test_an_answer_stays_when_further_remarks_come(root: Path) -> None:
    take_remarks(mailed(root, remark), root)
    path = root / "data" / "raw" / "2024" / "remarks.yml"
    path.write_text(path.read_text("utf-8").replace("answer:", "answer: 已补充"), encoding="utf-8")
    take_remarks(mailed(root, lambda page: remark(page, "score.total")), root)
    assert [one.answer for one in load_remarks(root, 2024).remarks] == ["已补充", None]


def test_an_unknown_id_and_a_formula_and_another_verdict_are_not_taken(root: Path) -> None:
    def edit(page: Any) -> None:
        remark(page, "score.total", D='=HYPERLINK("http://x","y")')
        remark(page, "score.grade", E="大概可以")
        remark(page, "budget.adjusted")
        page[f"A{row_of(page, 'budget.spent')}"] = "budget.spend"
        page[f"D{row_of(page, 'budget.spend')}"] = "意见"

    taken = take_remarks(mailed(root, edit), root)
    assert [one.id for one in taken.remarks] == ["budget.adjusted"]
    told = "\n".join(taken.faults)
    assert all(code in told for code in ("[formula]", "[unknown_verdict]", "[unknown_id]")) and "budget.spend" in told


def test_an_edited_figure_is_said_and_ours_is_kept(root: Path) -> None:
    def edit(page: Any) -> None:
        remark(page)
        page[f"C{row_of(page, 'score.total')}"] = "100分"

    (note,) = take_remarks(mailed(root, edit), root).notes
    assert "[edited]" in note and "score.total" in note and "100分" in note and "以材料为准" in note


def test_a_sheet_of_an_earlier_version_is_taken_with_what_it_showed(root: Path) -> None:
    earlier = {**sample.fy2024(), "score": {**sample.fy2024()["score"], "total": 98.0, "upper": 98.0}}
    taken = take_remarks(mailed(root, lambda page: remark(page, "score.total"), earlier), root)
    assert "[other_version]" in taken.notes[0] and "1 处现已不同" in taken.notes[0]
    assert taken.remarks[0].shown == "98分"


def test_a_sheet_of_another_project_year_or_file_is_refused(root: Path) -> None:
    with pytest.raises(NotRemarks, match="other_package"):
        take_remarks(mailed(root, remark, {**sample.fy2024(), "project": "别的项目"}), root)
    with pytest.raises(NotRemarks, match="no_package"):
        take_remarks(mailed(root, remark, {**sample.fy2024(), "fiscal_year": 2023}), root)
    (root / "x.xlsx").write_bytes(b"PK no workbook")
    with pytest.raises(NotRemarks, match="not_a_workbook"):
        take_remarks(root / "x.xlsx", root)
    openpyxl.Workbook().save(root / "y.xlsx")
    with pytest.raises(NotRemarks, match="no_remarks_sheet"):
        take_remarks(root / "y.xlsx", root)
    with pytest.raises(NotRemarks, match="not_a_remarks_sheet"):
        take_remarks(mailed(root, lambda page: page.insert_rows(1)), root)
    assert not (root / "data" / "raw" / "2024" / "remarks.yml").exists()


def test_what_was_remarked_is_printed_with_its_answer_and_noted_without(root: Path) -> None:
    take_remarks(mailed(root, remark), root)
    file = load_remarks(root, 2024)
    results = with_remarks(sample.fy2024(), file)
    validate_results(results)
    assert [(one["check"], one["level"]) for one in open_remarks(results, file)] == [("remark_unanswered", "note")]
    told = "".join(block.model_dump_json() for block in build_report(results))
    assert "审核意见及答复" in told and "请补充支出明细" in told and "尚未答复" in told
    answered = RemarksFile(remarks=(file.remarks[0].model_copy(update={"answer": "明细见佐证材料3"}),))
    assert open_remarks(results, answered) == []
    told = "".join(block.model_dump_json() for block in build_report(with_remarks(sample.fy2024(), answered)))
    assert "明细见佐证材料3" in told and "均已答复" in told


def test_without_remarks_nothing_is_printed() -> None:
    assert with_remarks(sample.fy2024(), RemarksFile()) == sample.fy2024()
    assert "审核意见及答复" not in "".join(block.model_dump_json() for block in build_report(sample.fy2024()))


def test_the_command_says_what_to_do_next(root: Path) -> None:
    done = selfeval("remarks", str(mailed(root, remark)), "--root", str(root))
    assert done.returncode == 0, done.stderr
    assert "收到意见 1 条" in done.stdout and "answer" in done.stdout and "selfeval run --year 2024" in done.stdout
    assert YAML(typ="safe").load((root / "data" / "raw" / "2024" / "remarks.yml").read_text("utf-8"))["remarks"]
    assert selfeval("remarks", str(root / "没有.xlsx"), "--root", str(root)).returncode == 2


def test_names_with_line_breaks_and_blanks_are_not_taken_for_edited(root: Path) -> None:
    results = sample.fy2024()
    results["indicators"][0]["level3"] = "驻场  人员\n（年末）"
    results["activities"][0]["category"] = "甲  乙"
    (root / "reports" / "2024" / "results.json").write_text(dump_results(results), encoding="utf-8")
    taken = take_remarks(mailed(root, remark, results), root)
    assert (taken.notes, taken.faults, len(taken.remarks)) == ((), (), 1)
