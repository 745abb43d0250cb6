"""Read filled-in self-evaluation forms from JSON Lines, CSV and XLSX files."""

from __future__ import annotations

import io
from pathlib import Path

from helpers.files.file_kinds import kind_of
from helpers.files.refusal import FileError
from helpers.forms.filled_form import Form
from helpers.forms.readers.form_error import FormError
from helpers.forms.readers.form_lists import csv_grid, list_row, read_jsonl, read_list
from helpers.forms.readers.grid import Grid, read_workbook
from helpers.forms.readers.head_words import column_of, head
from helpers.forms.readers.official_layout import read_layout

KINDS = "自评表可以是 .xlsx、.csv 或 .jsonl"
AGAIN = "用 Excel 或 WPS 打开，另存为 .xlsx 后再试"
#: What exports may be and forms may not: a form is read as it looks, and only an XLSX says that.
NO_FORMS = {
    "zip": ("not_a_workbook", "这是普通压缩包，不是 .xlsx 工作簿", "解压后，对里面的自评表文件运行"),
    "gzip": ("not_a_workbook", "这是 gzip 压缩文件，不是 .xlsx 工作簿", "解压后，对里面的自评表文件运行"),
    "ods": ("not_a_workbook", "这是 OpenDocument 文件，不是 .xlsx 工作簿", AGAIN),
    "xls": ("old_format", "这是旧格式（.xls、.et）的工作簿", AGAIN),
    "html": ("not_a_workbook", "内容是网页，不是工作簿", AGAIN),
    "xml": ("not_a_workbook", "内容是 XML，不是工作簿", AGAIN),
    "parquet": ("unknown_format", "这是 Parquet 文件", f"{KINDS}；请用原来的表格文件"),
}


def read_forms(path: Path) -> list[Form]:
    """All tables of a file, in the file's order; what a file is goes by its content first.

    A workbook holds official layouts or lists on its visible sheets; other sheets are passed over.
    Raises ``FileNotFoundError``, or ``FormError`` where there is no form to read.
    """
    file = path.name
    if not path.exists():
        raise FileNotFoundError(path)
    if path.is_dir():
        raise FormError("is_folder", file, "这是文件夹，不是文件", hint="写出文件夹里的文件名")
    content = path.read_bytes()
    try:
        kind = kind_of(io.BytesIO(content), file)
        if kind in NO_FORMS:
            code, message, hint = NO_FORMS[kind]
            raise FormError(code, file, message, hint=hint)
        if kind == "json":
            return _some(read_jsonl(content, file), [], file)
        grids = read_workbook(content, file) if kind == "xlsx" else [csv_grid(content, file)]
    except FileError as error:
        raise FormError.of(error) from error
    return _some([form for grid in grids for form in _forms(grid)], grids, file)


def _forms(grid: Grid) -> list[Form]:
    row = list_row(grid)
    return read_list(grid, row) if row is not None else [form for form in read_layout(grid) if form.rows]


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


__all__ = ["FormError", "read_forms"]
