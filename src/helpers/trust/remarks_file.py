"""``selfeval remarks``: the remarks sheet that a reviewer mailed back, read into remarks.yml to be answered there."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from helpers.files.unpacked import MOST_MEMBERS, SMALL
from helpers.formats.xlsx.review import HEAD_ROW, HEADS, MARK, VERDICTS
from helpers.report import wording as w
from helpers.report.figure_ids import fitting
from helpers.report.results import ResultsFault, load_results
from helpers.report.review_rows import ReviewRow, digest_of, review_rows, sheet_mark
from helpers.report.showable import showable
from helpers.run.workspace import find_root
from helpers.trust.appended import append_entries
from helpers.year.review_remarks import Remark, Verdict, load_remarks, remarks_path
from helpers.year.root import Root, shown_raw

SHEET = "审核意见"
HEAD = """\
# 审核人发回的意见（selfeval remarks 写入；不计入任何输入的散列，只有报告一步读取）。
# 在每条的 answer 下写明答复，重新运行后意见和答复印入附件；留空的注明“尚未答复”。
"""
#: A remarks sheet of any year has fewer rows, and no remark is longer.
MOST_ROWS, LONGEST = 20_000, 4_000


class NotRemarks(Exception):
    """The file is no remarks sheet that can be read here; ``status`` is the exit status."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Cells:
    """A row of the sheet: its number in the file and its texts; ``formulas``: heads under which a formula stands."""

    number: int
    texts: tuple[str, ...]
    formulas: tuple[str, ...]

    @property
    def said(self) -> bool:
        return any(self.texts[3:5]) or bool({*self.formulas} & {*HEADS[3:]})


@dataclass(frozen=True)
class Sheet:
    whose: str
    mark: str
    rows: tuple[Cells, ...]


@dataclass(frozen=True)
class Taken:
    """What came of it: ``faults`` are rows that were not taken, ``notes`` what is to be known of those that were."""

    file: Path
    remarks: tuple[Remark, ...]
    again: int
    notes: tuple[str, ...]
    faults: tuple[str, ...]


def take_remarks(file: Path, root: Path) -> Taken:
    """Read the sheet and add what is new to remarks.yml. Raises ``NotRemarks``, ``ParameterError``,
    ``YearFileError``, ``OSError``."""
    sheet, place = read_sheet(file), find_root(root)
    year = int(sheet.mark[:4])
    path = Root(place).package(year) / "results.json"
    if not path.is_file():
        raise NotRemarks(
            f"{file}  [no_package]  这里没有 {year} 年度的成套材料，不能核对编号\n"
            f"    处理：用 --root 指向生成它的项目文件夹，或先运行 selfeval run --year {year}",
            2,
        )
    try:
        results = showable(load_results(path))
    except ResultsFault as error:
        raise NotRemarks(f"{path}  [no_results]  results.json 读不出来：{str(error)[:200]}", 2) from None
    ours = f"{w.plain(results['institution'])}　{w.plain(results['project'])}"
    if w.plain(sheet.whose) != w.plain(ours):
        raise NotRemarks(
            f"{file}  [other_package]  意见表是“{w.brief(sheet.whose, 60)}”的，这里的材料是“{w.brief(ours, 60)}”的\n"
            "    处理：核对文件，或用 --root 指向它所属的项目文件夹"
        )
    known = {row.id: row for row in review_rows(results)}
    notes = list(_version(sheet, sheet_mark(results), known))
    remarks, faults = _remarks(sheet, known)
    there = load_remarks(place, year).remarks
    new = [one for one in remarks if not any(_same(one, other) for other in there)]
    target = remarks_path(place, year)
    if new:
        entries = ({k: v for k, v in one.model_dump().items() if v is not None or k == "answer"} for one in new)
        append_entries(target, "remarks", entries, HEAD)
    return Taken(target, tuple(new), len(remarks) - len(new), tuple(notes), tuple(faults))


def _same(one: Remark, other: Remark) -> bool:
    return (one.id, one.remark, one.verdict, one.post) == (other.id, other.remark, other.verdict, other.post)


# --- the workbook ---------------------------------------------------------------------------------


def read_sheet(file: Path) -> Sheet:
    """The remarks sheet of a workbook. Raises ``NotRemarks``, ``FileNotFoundError``."""
    import openpyxl

    content = file.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
            if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > SMALL:
                raise NotRemarks(f"{file}  [too_big]  解开后太大，不是意见表\n    处理：核对文件")
        book = openpyxl.load_workbook(io.BytesIO(content))
    except NotRemarks:
        raise
    except Exception:  # noqa: BLE001 - whatever is wrong in a workbook of unknown origin, it is not one that can be read
        raise NotRemarks(
            f"{file}  [not_a_workbook]  不是能打开的 .xlsx 工作簿\n"
            "    处理：在 Excel 或 WPS 中打开，另存为 .xlsx；加密的先去掉密码"
        ) from None
    if SHEET not in book.sheetnames:
        raise NotRemarks(
            f"{file}  [no_remarks_sheet]  没有名为“{SHEET}”的表\n    处理：请审核人发回 self_evaluation.xlsx，表名不改"
        )
    return _sheet(file, book[SHEET])


def _sheet(file: Path, page: Any) -> Sheet:
    heads = tuple(w.plain(page.cell(HEAD_ROW + 1, at).value) for at in range(1, len(HEADS) + 1))
    mark = w.plain(page.cell(3, 1).value).removeprefix(MARK)
    if heads != HEADS or not re.fullmatch(r"\d{4}-[0-9a-f]{16}", mark):
        raise NotRemarks(
            f"{file}  [not_a_remarks_sheet]  “{SHEET}”表的表头或材料标识被改动，不能对应到材料\n"
            f"    处理：第 3 行应为“{MARK}年度-16位标识”，第 {HEAD_ROW + 1} 行应为 {'、'.join(HEADS)}；"
            "把意见抄回原来的表"
        )
    if page.max_row > MOST_ROWS:
        raise NotRemarks(f"{file}  [too_long]  “{SHEET}”表有 {page.max_row} 行，不是意见表\n    处理：删去表后的空行")
    rows = []
    for at, cells in enumerate(page.iter_rows(min_row=HEAD_ROW + 2, max_col=len(HEADS)), start=HEAD_ROW + 2):
        texts = tuple(w.plain(cell.value) for cell in cells)
        formulas = tuple(head for head, cell in zip(HEADS, cells, strict=True) if cell.data_type == "f")
        if any(texts):
            rows.append(Cells(at, texts, formulas))
    return Sheet(w.plain(page.cell(2, 1).value), mark, tuple(rows))


# --- what it says ---------------------------------------------------------------------------------


def _version(sheet: Sheet, now: str, known: dict[str, ReviewRow]) -> Iterator[str]:
    """Whether the sheet is of the package that lies here, and whether its figures were edited."""
    own = [list(row.texts[:3]) for row in sheet.rows]
    institution, _, project = sheet.whose.partition("　")
    untouched = f"{sheet.mark[:4]}-{digest_of([institution, project], own)}" == sheet.mark
    if sheet.mark != now:
        rows = [row for row in sheet.rows if row.texts[0] in known and known[row.texts[0]].shown != row.texts[2]]
        named = f"，{len(rows)} 处现已不同，如第 {rows[0].number} 行 {rows[0].texts[0]}" if rows else ""
        version = f"[other_version]  意见针对的是另一版材料（{sheet.mark}，现为 {now}）"
        yield f"{version}{named}；意见照收，报送时的内容一并记下"
    elif not untouched:
        for row in sheet.rows:
            mine = known.get(row.texts[0])
            if mine and (mine.words, mine.shown) != row.texts[1:3]:
                yield (
                    f"[edited]  第 {row.number} 行 {mine.id}：表中被改为“{w.brief(' '.join(row.texts[1:3]), 60)}”，"
                    f"材料中是“{w.brief(f'{mine.words} {mine.shown}', 60)}”；以材料为准"
                )
    if sheet.mark != now and not untouched:
        yield "[edited]  意见表的前三列或材料标识被改动过，报送时的内容未必是原样"


def _remarks(sheet: Sheet, known: dict[str, ReviewRow]) -> tuple[list[Remark], list[str]]:
    taken: list[Remark] = []
    faults: list[str] = []
    for row in sheet.rows:
        if not row.said:
            continue
        name, _, _, remark, verdict, _ = row.texts
        name = fitting(name)  # sheets of before have names as they stand
        formulas = [head for head in row.formulas if head in HEADS[3:] or head == HEADS[0]]
        if formulas:
            faults.append(f"第 {row.number} 行 {name}  [formula]  “{'、'.join(formulas)}”里是公式，没有读取；改为文字")
        elif name not in known:
            faults.append(f"第 {row.number} 行 “{w.brief(name, 60)}”  [unknown_id]  材料里没有这个编号；核对第一列")
        elif verdict and verdict not in VERDICTS:
            written = f"“是否认可”写“{w.brief(verdict, 20)}”，应为 {'、'.join(VERDICTS)}"
            faults.append(f"第 {row.number} 行 {name}  [unknown_verdict]  {written}")
        elif len(remark) > LONGEST:
            faults.append(f"第 {row.number} 行 {name}  [too_long]  意见超过 {LONGEST} 字；另附文件")
        else:
            taken.append(_remark(row, known[name], sheet.mark))
    return taken, faults


def _remark(row: Cells, mine: ReviewRow, mark: str) -> Remark:
    _, _, shown, remark, verdict, post = row.texts
    return Remark(
        id=mine.id,
        words=mine.words,
        shown=(shown if "材料中的数值或文字" not in row.formulas else "") or mine.shown,
        remark=remark or None,
        verdict=cast(Verdict, verdict) if verdict else None,
        post=post or None,
        sheet=mark,
    )


def lines(taken: Taken, year: int) -> Iterator[str]:
    """What the command says: what was taken, what was not and why, what to do next."""
    yield from (f"注意  {note}" for note in taken.notes[:12])
    if len(taken.notes) > 12:
        yield f"注意  另有 {len(taken.notes) - 12} 处前三列被改动"
    yield from (f"没有读取  {fault}" for fault in taken.faults[:20])
    if len(taken.faults) > 20:
        yield f"没有读取  另有 {len(taken.faults) - 20} 行"
    again = f"，{taken.again} 条以前已收过" if taken.again else ""
    if not taken.remarks:
        yield f"没有新的意见{again}"
        return
    yield f"收到意见 {len(taken.remarks)} 条{again}，记入 {shown_raw(year)}/{taken.file.name}"
    yield f"下一步：在其中每条的 answer 下写明答复，再运行 selfeval run --year {year}；答复印在附件“审核意见及答复”"
