"""Read filled-in self-evaluation forms from whatever file they are in: workbook, document, web page or list."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from helpers.files.file_kinds import document_of, kind_of
from helpers.files.refusal import FileError
from helpers.forms.filled_form import Form
from helpers.forms.readers.any_workbook import read_book
from helpers.forms.readers.form_error import FormError
from helpers.forms.readers.form_lists import csv_grid, list_row, read_jsonl, read_list
from helpers.forms.readers.grid import Grid
from helpers.forms.readers.head_words import column_of, head
from helpers.forms.readers.leftovers import leftovers, with_narrative
from helpers.forms.readers.official_layout import read_layout
from helpers.forms.readers.pdf_pages import read_pdf, refuse_unruled
from helpers.forms.readers.tables_and_words import grids_of
from helpers.forms.readers.web_page import read_html
from helpers.forms.readers.word import read_docx

KINDS = "自评表可以是 .xlsx、.xls、.docx、.pdf（有文字）、.html、.csv 或 .jsonl"
AGAIN = "用 Excel 或 WPS 打开，另存为 .xlsx 后再试"
#: What exports may be and forms may not: of these nobody knows how a cell looks.
NO_FORMS = {
    "zip": (
        "not_a_workbook",
        "这是普通压缩包，不是自评表文件",
        "对压缩包运行 selfeval audit，或解压后对里面的文件运行",
    ),
    "gzip": ("not_a_workbook", "这是 gzip 压缩文件，不是自评表文件", "解压后，对里面的自评表文件运行"),
    "ods": ("not_a_workbook", "这是 OpenDocument 文件，不是 .xlsx 工作簿", AGAIN),
    "xml": ("not_a_workbook", "内容是 XML，不是工作簿", AGAIN),
    "parquet": ("unknown_format", "这是 Parquet 文件", f"{KINDS}；请用原来的表格文件"),
    "doc": (
        "old_format",
        "这是旧格式的文字文档（.doc、.wps）",
        "用 Word 或 WPS 打开，另存为 .docx（表格也可复制到 .xlsx）后再试",
    ),
    "rtf": ("old_format", "这是 RTF 文档", "用 Word 或 WPS 打开，另存为 .docx 或 .xlsx 后再试"),
}


def read_forms(path: Path) -> list[Form]:
    """All tables of a file, in the file's order; what a file is goes by its content first.

    A workbook holds official layouts or lists on its visible sheets; other sheets are passed over.
    Raises ``FileNotFoundError``, or ``FormError`` where there is no form to read.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    if path.is_dir():
        raise FormError("is_folder", path.name, "这是文件夹，不是文件", hint="写出文件夹里的文件名")
    return forms_of(path.read_bytes(), path.name)


#: The title of a sheet that repeats a form with sign, figure and unit of the target in columns of their own.
SPLIT = "（指标分栏）"


def forms_of(content: bytes, file: str) -> list[Form]:
    """All tables of a file's bytes; ``file`` is the name it is shown by. Raises ``FormError``."""
    try:
        kind = document_of(content, file) or kind_of(io.BytesIO(content), file)
        if kind in NO_FORMS:
            code, message, hint = NO_FORMS[kind]
            raise FormError(code, file, message, hint=hint)
        if kind == "json":
            return _some(read_jsonl(content, file), [], file)
        grids, unread, remarks = _grids(content, file, kind)
    except FileError as error:
        raise FormError.of(error) from error
    except FormError:
        raise
    except Exception as error:  # whatever damaged bytes make of a parser: a number of 5,000 digits, an unknown version
        what = f"读不出这个文件，可能已损坏（{type(error).__name__}：{str(error)[:60]}）"
        hint = "重新导出完整的文件；或用 Excel、Word、WPS 打开，另存后再试"
        raise FormError("unreadable", file, what, hint=hint) from error
    forms = _some(_once(grids), grids, file)
    forms = [replace(form, remarks=remarks) for form in forms]
    return [replace(forms[0], unplaced=(*forms[0].unplaced, *unread)), *forms[1:]]


def _grids(content: bytes, file: str, kind: str) -> tuple[list[Grid], list[tuple[str, str]], tuple[str, ...]]:
    """The sheets of a file, what of it is no text that could be read, and what a person should know of the reading."""
    if kind == "pdf":
        pdf = read_pdf(content, file)
        refuse_unruled(pdf.items, file)
        return grids_of(pdf.items, file), pdf.unread, pdf.remarks
    if kind == "docx":
        written = read_docx(content, file)
        return grids_of(written.items, file), [], written.remarks
    if kind == "html":
        return grids_of(read_html(content, file), file), [], ()
    if kind in ("xls", "xlsx"):
        return read_book(content, file), [], ()
    return [csv_grid(content, file)], [], ()


def _once(grids: Sequence[Grid]) -> list[Form]:
    """The forms of all sheets; one that says that it is another one in split columns is read only where it is alone."""
    found = [(_is_split(grid), _forms(grid)) for grid in grids]
    return [form for split, forms in found if not split for form in forms] or [f for _, forms in found for f in forms]


def _is_split(grid: Grid) -> bool:
    return any(SPLIT in text for texts in grid.texts[:1] for text in texts)


def _forms(grid: Grid) -> list[Form]:
    row = list_row(grid)
    if row is not None:
        return read_list(grid, row)
    forms = [with_narrative(form, grid) for form in read_layout(grid) if form.rows]
    return _with_leftovers(forms, grid)


def _with_leftovers(forms: Sequence[Form], grid: Grid) -> list[Form]:
    """What none of a sheet's forms holds is named with the first of them."""
    if not forms:
        return []
    return [replace(forms[0], unplaced=tuple(leftovers(grid, forms))), *forms[1:]]


def _some(forms: list[Form], grids: list[Grid], file: str) -> list[Form]:
    """The forms, or ``FormError`` that says how near the file comes to being one."""
    if any(form.rows for form in forms):
        return forms
    for grid in grids:
        for row, texts in enumerate(grid.texts):
            keys = [column_of(text) for text in texts]
            if "level3" in keys:
                told = "、".join(head(text) for text in dict.fromkeys(texts) if head(text))[:120]
                raise FormError(
                    "no_form",
                    file,
                    f"这一行有“{texts[keys.index('level3')].strip()}”，但没有认出指标值一列，或下面没有指标行：{told}",
                    place=grid.place(row, keys.index("level3")),
                    hint="表头要有：三级指标、年度指标值、实际完成值（以及分值、得分等）",
                )
    raise FormError(
        "no_form", file, "没有找到自评表：没有一处同时有“三级指标”和“指标值”两个表头", hint=f"核对文件；{KINDS}"
    )


__all__ = ["FormError", "forms_of", "read_forms"]
