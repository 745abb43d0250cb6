"""A thousand filled-in forms of thirty rows in one folder, audited: workbooks, documents, web pages, old workbooks."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path

import xlsxwriter

from tests.files.made_workbooks import old_workbook
from tools.bench.lines import line, seconds

FORMS, ROWS = 1000, 30
#: What the work list of that folder may take, in seconds, on two cores.
WANTED = 30.0

Lines = list[list[str | float | None]]
#: level 1, level 2, name, target and actual with places for the figures.
INDICATORS: tuple[tuple[str, str, str, str, str], ...] = (
    ("产出指标", "数量指标", "巡查河道里程", "≥{t}公里", "{a}公里"),
    ("产出指标", "数量指标", "培训基层人员", "不少于{t}人次", "{a}人次"),
    ("产出指标", "质量指标", "设备验收合格率", "{p}%", "{q}%"),
    ("产出指标", "质量指标", "数据准确率", "≥{p}.5%", "{q}.8%"),
    ("产出指标", "时效指标", "故障平均修复时间", "≤{s}小时", "{s}小时"),
    ("产出指标", "时效指标", "项目完成时间", "12月{d}日前", "11月{d}日"),
    ("产出指标", "成本指标", "人均成本", "≤{t}元/人", "{t}元/人"),
    ("产出指标", "成本指标", "设备购置成本", "控制在{t}万元以内", "{t}.5万元"),
    ("效益指标", "社会效益指标", "群众知晓率", "{p}%以上", "{q}%"),
    ("效益指标", "社会效益指标", "服务能力", "明显提升", "明显提升"),
    ("效益指标", "可持续影响指标", "有效投诉起数", "≤{s}起", "{s}起"),
    ("满意度指标", "服务对象满意度", "服务对象满意度", "≥{p}%", "{q}%"),
)
REASONS = (None, None, None, "受汛期影响，第三季度停工；明年提前安排", "设备到货较晚，由信息科于6月底前完成")


def main() -> None:
    """The whole command with its work list, and the processor time that it takes."""
    with tempfile.TemporaryDirectory() as folder:
        write_forms(Path(folder), FORMS)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "helpers.cli", "audit", folder]
        spent = seconds(lambda: subprocess.run(command, capture_output=True, check=False))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    line(f"{FORMS} forms of {ROWS} rows: selfeval audit", spent, WANTED)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    line(f"{FORMS} forms of {ROWS} rows: processor time", busy, 2 * WANTED)


def write_forms(folder: Path, count: int) -> None:
    """Of every twenty forms nine are workbooks, six documents, three web pages and two old workbooks."""
    kinds: tuple[tuple[str, Callable[[Lines], bytes]], ...] = (
        *((".xlsx", _xlsx),) * 9,
        *((".docx", _docx),) * 6,
        *((".html", _html),) * 3,
        *((".xls", _xls),) * 2,
    )
    for number in range(count):
        suffix, write = kinds[number % len(kinds)]
        (folder / f"{number:04}{suffix}").write_bytes(write(form_lines(number)))


def form_lines(number: int) -> Lines:
    """The cells of one form; its figures differ from those of every other form."""
    blank: list[str | float | None] = [None] * 9
    budget, spent = 100 + number, 90 + number * 0.9
    lines: Lines = [
        ["项目支出绩效自评表", *blank[1:]],
        ["（2024年度）", *blank[1:]],
        ["项目名称", None, f"第{number}号河道与设备运行维护", *blank[3:]],
        ["主管部门", None, "某市水务局", None, None, "实施单位", f"某市第{number}管理站", None, None],
        ["项目资金（万元）", None, None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        [None, None, "年度资金总额", budget, budget, spent, 10, f"{spent / budget:.2%}", 9],
        [None, None, "其中：财政拨款", budget, budget, spent, "—", None, "—"],
        ["年度总体目标", "预期目标", None, None, None, "实际完成情况", None, None, None],
        [None, f"保障第{number}段河道设备运行", None, None, None, "运行正常", None, None, None],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析"],
    ]
    lines += _rows(number)
    return [*lines, ["总分", None, None, None, None, None, 100, 95.5, None]]


def _rows(number: int) -> Iterator[list[str | float | None]]:
    for at in range(ROWS):
        seed = number * 31 + at * 17
        level1, level2, name, target, actual = INDICATORS[at * len(INDICATORS) // ROWS]
        figures = {"t": 20 + seed % 4000, "a": 15 + seed * 7 % 5000, "p": 80 + seed % 19}
        figures |= {"q": 79 + seed * 3 % 21, "s": 1 + seed % 40, "d": 1 + seed % 28}
        values = [text.format(**figures) for text in (target, actual)]
        yield [None, level1, level2, f"{at + 1}号{name}", *values, 3, 3 - at % 2 * 0.5, REASONS[seed % len(REASONS)]]


def _xlsx(lines: Lines) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("自评表")
    border = book.add_format({"border": 1, "text_wrap": True})
    sheet.merge_range(0, 0, 0, 8, lines[0][0], border)
    for row, cells in enumerate(lines[1:], start=1):
        for column, value in enumerate(cells):
            sheet.write(row, column, value, border)
    book.close()
    return out.getvalue()


def _texts(lines: Lines) -> Iterator[Sequence[str]]:
    for cells in lines:
        yield [escape("" if value is None else str(value)) for value in cells]


def _html(lines: Lines) -> bytes:
    rows = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in cells) + "</tr>" for cells in _texts(lines))
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><table>{rows}</table></body></html>'.encode()


def _docx(lines: Lines) -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>" for text in cells) + "</w:tr>"
        for cells in _texts(lines)
    )
    main_kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main_kind}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        '<Relationship Id="r1" Target="word/document.xml" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{space}"><w:body><w:tbl>{rows}</w:tbl></w:body></w:document>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return out.getvalue()


def _xls(lines: Lines) -> bytes:
    return old_workbook(lines)
