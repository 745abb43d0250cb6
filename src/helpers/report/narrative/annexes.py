"""The use of the results, and the annexes: data checks, notes on the source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Cell, Fold, Items, Table
from helpers.report.narrative.chapters import chinese_number
from helpers.report.narrative.filed_words import hint_in_plain_words, in_plain_words
from helpers.report.results_types import (
    AcceptedNote,
    Finding,
    Results,
    TableAccount,
    Validation,
    ValidationNote,
)

MOST_ENUMERATED = 5


def enumerated(items: Sequence[str], lead: str) -> list[Block]:
    """The items as 一是…；二是…。 in one paragraph, or as a list where they are many or long."""
    items = [w.clause(item) for item in items]
    if len(items) == 1:
        return [*f.para(f"{lead}：{items[0]}。")]
    if len(items) <= MOST_ENUMERATED and sum(map(len, items)) < 400:
        told = "；".join(f"{chinese_number(at)}是{item}" for at, item in enumerate(items, start=1))
        return [*f.para(f"{lead}：{told}。")]
    return [*f.para(f"{lead}："), Items(items=tuple(f"{item}。" for item in items), ordered=True)]


def use_of_results(results: Results) -> Iterable[Block]:
    """What the institution means to do with the result."""
    items = results.get("use_of_results") or []
    if not items:
        yield from f.para("自评结果的应用安排尚未填写。")
        return
    only = w.clause(items[0]) if len(items) == 1 else ""
    if only.startswith(("用于", "作为")):
        yield from f.para(f"本次绩效自评结果拟{only}。")
    else:
        yield from enumerated(items, "本次绩效自评结果拟应用于以下方面")


# --- data checks ----------------------------------------------------------------------------------


def data_checks(results: Results) -> Iterable[Block]:
    """The checks of the records, the notes they left, and where every row went."""
    validation, tables = results.get("validation"), results["tables"]
    if not validation and not tables:
        yield from f.para("本年度没有数据校验结果。")
        return
    if validation:
        yield from f.para(_checked(validation, tables))
        if validation.get("notes"):
            yield _notes_table(results, validation["notes"])
        yield from _accepted(results, validation.get("accepted") or ())
    if tables:
        yield from f.para(_reconciled(tables))
        yield _reconciliation_table(tables)


def _checked(validation: Validation, tables: Sequence[TableAccount]) -> str:
    if not validation["checks"]:
        return (
            "本年度没有可供校验的数据表，实际完成值均系填报。"
            if not tables
            else "本年度没有设定校验项目，数据未作校验。"
        )
    rows = sum(table["rows_in"] for table in tables)
    over = f"对{len(tables)}张数据表、{rows}行记录" if tables else "对年度记录"
    stop, note = validation["failed_stop"], validation["failed_note"]
    told = f"{stop}项须更正后才能使用" if stop else "没有发现须更正后才能使用的问题"
    more = f"{note}项需要说明" if note else "全部通过" if not stop else "没有其他问题"
    return f"{over}进行了{validation['checks']}项校验，{told}，{more}。"


def _notes_table(results: Results, notes: Sequence[ValidationNote]) -> Table:
    columns = [
        ("数据表", "left", 1.2),
        ("校验内容", "left", 2.6),
        ("涉及行数", "right", 0.9),
        ("处理建议", "left", 2.6),
    ]
    rows = [
        [
            f.table_title(results, note["table"]),
            w.clause(in_plain_words(note["words"])),
            str(note["failing_rows"]),
            w.clause(hint_in_plain_words(note.get("remedy") or "")) or w.BLANK,
        ]
        for note in notes
    ]
    return f.table("需要说明的数据问题", columns, rows)


def _accepted(results: Results, notes: Sequence[AcceptedNote]) -> Iterable[Block]:
    """What was found implausible and is accepted all the same, with the declared reason."""
    if notes:
        columns = [("数据表", "left", 1.2), ("发现的情况", "left", 3.0), ("采信的理由", "left", 3.0)]
        rows = [
            [f.table_title(results, n["table"]), w.clause(in_plain_words(n["words"])), w.clause(n["why"])]
            for n in notes
        ]
        title = "已说明理由、予以采信的情况"
        yield Fold(title=title, blocks=(f.table(title, columns, rows),))


def _reconciled(tables: Sequence[TableAccount]) -> str:
    rows_in = sum(table["rows_in"] for table in tables)
    used = sum(table["used"] for table in tables)
    aside = rows_in - used
    corrected = sum(table.get("corrected") or 0 for table in tables)
    told = f"共读入{rows_in}行，采用{used}行"
    told += f"，剔除{aside}行，剔除原因列于下表" if aside else "，没有剔除"
    return f"{told}；按更正说明修改{corrected}行。" if corrected else f"{told}。"


def _reconciliation_table(tables: Sequence[TableAccount]) -> Table:
    columns = [
        ("数据表", "left", 1.4),
        ("读入行数", "right", 0.9),
        ("采用行数", "right", 0.9),
        ("形成条数", "right", 0.9),
        ("剔除行数", "right", 0.9),
        ("剔除原因", "left", 2.4),
    ]
    rows: list[list[str | Cell]] = []
    for table in tables:
        reasons = table["set_aside"] or [{"reason": "无", "rows": 0}]
        span = len(reasons)
        entities = table.get("entities")
        head = [
            Cell(text=w.clause(table.get("title") or table["table"])),
            Cell(text=str(table["rows_in"])),
            Cell(text=str(table["used"]), anchor=f"tables.{table['table']}.used"),
            Cell(text=w.BLANK if entities is None else str(entities)),
        ]
        for at, reason in enumerate(reasons):
            merged = [one.model_copy(update={"rowspan": span}) for one in head] if at == 0 else []
            rows.append([*merged, str(reason["rows"]), w.clause(reason["reason"])])
    note = "读入行数等于采用行数与剔除行数之和；形成条数是采用的行归并后的业务记录数。"
    for table in tables:
        if table.get("loss"):
            name = w.clause(table.get("title") or table["table"])
            note += f"“{name}”放宽了对记录丢失的限制，理由：{w.clause(table['loss']['why'])}。"
    return f.table("数据表核对情况", columns, rows, note=note)


# --- notes on the source --------------------------------------------------------------------------


def source_notes(results: Results) -> Iterable[Block]:
    """What the audit found in the results and in the source report."""
    findings = results["audit"]
    if not findings:
        yield from f.para("按填报规则自查，并与来源材料核对，没有发现须更正或须说明的事项。")
        return
    stops = sum(finding["level"] == "stop" for finding in findings)
    notes = len(findings) - stops
    told = [f"须更正{stops}项"] * bool(stops) + [f"须说明{notes}项"] * bool(notes)
    yield from f.para(f"按填报规则自查，并与来源材料核对，发现{'，'.join(told)}，列于下表。")
    columns = [("序号", "center", 0.7), ("涉及指标或部位", "left", 1.6), ("情况", "left", 3.6), ("处理", "left", 2.0)]
    rows = [
        [str(at), _where(finding), _finding(finding, bool(stops)), _remedy(finding)]
        for at, finding in enumerate(findings, start=1)
    ]
    yield f.table("自查和核对发现的事项", columns, rows)


_FIELDS = {
    "weight": "分值",
    "score": "得分",
    "budget": "项目资金",
    "activities": "年度活动",
    "narrative": "报告正文",
    "data": "数据表",
    "total": "总分",
}


def _where(finding: Finding) -> str:
    where = finding.get("where") or {}
    field = where.get("field") or ""
    return w.clause(where.get("level3")) or _FIELDS.get(field) or "全表"


def _remedy(finding: Finding) -> str:
    """What is to be done, as far as it concerns a reader: not which key of a file to edit."""
    return w.clause(hint_in_plain_words(finding.get("remedy") or "")) or w.BLANK


def _finding(finding: Finding, has_stops: bool) -> str:
    level = f"［{w.LEVEL_WORDS[finding['level']]}］" if has_stops else ""
    arithmetic = w.clause(finding.get("arithmetic"))
    return level + w.clause(w.tight(in_plain_words(finding["message"]))) + (f"（{arithmetic}）" if arithmetic else "")
