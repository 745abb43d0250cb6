"""What is said of single files and rows: examples of noted rows, the account of each export. Technical paper only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Cell, Fold
from helpers.report.results_types import Results, TableAccount, ValidationNote
from helpers.report.summary_phrases import short_path


def by_file(results: Results) -> Iterable[Block]:
    """Examples of the rows that were noted, and each export's rows where a table has several."""
    validation = results.get("validation")
    if validation:
        yield from _examples(results, validation.get("notes") or ())
    yield from _files_table(results["tables"])


def _examples(results: Results, notes: Sequence[ValidationNote]) -> Iterable[Block]:
    """Rows that a note of the data checks is about, by file and number."""
    rows = [
        [
            w.clause(note["words"]),
            short_path(example.get("source_file"), results["fiscal_year"]),
            w.BLANK if example.get("source_row") is None else str(example["source_row"]),
            _shown(example.get("value")),
        ]
        for note in notes
        for example in note.get("examples") or ()
    ]
    if rows:
        columns = [("校验内容", "left", 2.4), ("文件", "left", 2.0), ("行号", "right", 0.7), ("现值", "left", 1.4)]
        yield Fold(title="数据问题举例", blocks=(f.table("数据问题举例", columns, rows),))


def _shown(value: object) -> str:
    if value is None or value == "":
        return "（空）"
    return w.plain(value) if isinstance(value, str) else w.value_text(value, None)


def _files_table(tables: Sequence[TableAccount]) -> Iterable[Block]:
    """The same account for each export, where a table has several."""
    rows: list[list[str | Cell]] = []
    for table in tables:
        files = table.get("files") or []
        for at, file in enumerate(files if len(files) > 1 else []):
            merged = [Cell(text=w.clause(table.get("title") or table["table"]), rowspan=len(files))] if at == 0 else []
            aside = [f"{w.clause(one['reason'])}{one['rows']}行" for one in file["set_aside"]]
            rows.append(
                [
                    *merged,
                    file["file"].removeprefix("exports/"),
                    str(file["rows_in"]),
                    str(file["used"]),
                    "、".join(aside) or "无",
                ]
            )
    if rows:
        columns = [
            ("数据表", "left", 1.2),
            ("导出文件", "left", 1.8),
            ("读入行数", "right", 0.9),
            ("采用行数", "right", 0.9),
            ("剔除原因及行数", "left", 2.6),
        ]
        yield f.table("分文件核对情况", columns, rows)
