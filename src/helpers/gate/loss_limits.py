"""Whether too much of a table was lost to be believed: limits that hold by default, loosened only with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from helpers.gate.result import Check, FailingRow
from helpers.year.load import Year
from helpers.year.reads import columns_of_figures
from helpers.year.tables import Level, Table

#: What may be lost where ``loss`` does not say otherwise: rows that cannot be read, cells that a figure
#: reads, rows without a required value, versions of one record within a file.
ROWS, CELLS, BLANKS, REPEATS = Decimal("0.01"), Decimal("0.005"), Decimal("0.1"), Decimal("0.1")
#: Losses below this share of a table stand in its account, without a note.
NOTED = Decimal("0.001")
#: Fewer versions of a record than this are no sign of cut-off keys, unless they are most of a file.
VERSIONS = 20
#: No message offers to loosen a limit beyond this, in percent.
LARGEST = 20
#: Where every other file has so many rows, one with none is incomplete: by chance it is empty once in e^20.
FULL = 20
#: A file may lose so many rows while its table is within the limit.
STRAY = 2
UNREAD = ("unreadable", "missing", "shifted", "impossible")

Account = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One limit that is passed: ``rows`` against the ``allowed`` ones, where, an example or more, what to do."""

    rule: str
    words: str
    remedy: str
    rows: int
    allowed: int
    examples: tuple[FailingRow, ...]
    observed: str
    level: Level = "stop"


def loss_checks(year: Year, accounts: Mapping[str, Account]) -> Iterator[Check]:
    """A failing check for each limit that a table's account passes."""
    for table, account in accounts.items():
        spec = year.year.tables[table]
        read = columns_of_figures(year, table)
        for finding in _findings(table, spec, account, read):
            yield _check(table, spec, finding)


def _findings(table: str, spec: Table, account: Account, read: frozenset[str]) -> Iterator[Finding]:
    losses = account.get("losses", ())
    empty = _empty(table, spec, account, losses)
    if empty:
        yield empty
        return
    gone = [
        found for file in account.get("files", ()) if (found := _file(table, spec, file, _of(losses, file), account))
    ]
    yield from gone
    known = {finding.examples[0].source_file for finding in gone if finding.level == "stop"}
    rest = [one for one in losses if one["file"] not in known]
    yield from _rows(table, spec, account, rest)
    yield from _versions(table, spec, account, rest)
    yield from _cells(table, spec, account, rest, read)
    yield from _overlaps(account)


def _of(losses: Sequence[Account], file: Account) -> list[Account]:
    return [one for one in losses if one["file"] == file["file"]]


def _sum(losses: Sequence[Account], *kinds: str) -> int:
    return sum(one["rows"] for one in losses if one["kind"] in kinds)


# --- tables and files -----------------------------------------------------------------------------


def _empty(table: str, spec: Table, account: Account, losses: Sequence[Account]) -> Finding | None:
    """A table without a used row, unless that is declared and nothing was lost on the way."""
    if account["used"] or (spec.loss and spec.loss.may_be_empty and not _sum(losses, *UNREAD, "blank")):
        return None
    rows = account["rows_in"]
    why = "、".join(f"{one['reason']}{one['rows']}行" for one in account["set_aside"])
    words = f"读入 {rows} 行，没有一行可以采用：{why}" if rows else "文件里只有表头，没有记录"
    file = account["files"][0]["file"] if account.get("files") else None
    return Finding(
        rule="table_lost",
        words=words,
        remedy=(
            _remedy(spec, losses)
            + f"；本年确实没有记录的，在 tables.{table} 里写 loss: {{may_be_empty: true, why: 理由}}"
        )
        if not rows or not _sum(losses, *UNREAD)
        else _remedy(spec, losses),
        rows=max(rows, 1),
        allowed=0,
        examples=_examples(spec, losses) or (FailingRow(file, None, "整张表", f"{rows} 行"),),
        observed=words,
    )


def _file(table: str, spec: Table, file: Account, losses: Sequence[Account], account: Account) -> Finding | None:
    """A file that lost most of its rows, or holds nothing of this year."""
    name, rows = file["file"], file["rows"]
    if not rows:
        return _empty_file(table, spec, name, account)
    lost, other = _sum(losses, *UNREAD), _sum(losses, "other_year")
    records = file["used"] + sum(one["rows"] for one in losses if one["kind"] not in ("cell", "repeated"))
    if lost * 2 > records and lost > _allowed(spec.loss.rows if spec.loss else None, ROWS, rows):
        return Finding(
            rule=f"file_lost:{name}",
            words=f"文件 {name} 的 {rows} 行中有 {lost} 行无法识别，多数记录已经丢失",
            remedy=_remedy(spec, losses) + _loosen(table, "rows", lost, rows),
            rows=lost,
            allowed=records // 2,
            examples=_examples(spec, losses),
            observed=f"{lost} 行",
        )
    if other and not file["used"] and other * 2 > records and not (spec.loss and spec.loss.other_years):
        return Finding(
            rule=f"file_of_other_year:{name}",
            words=f"文件 {name} 没有一行属于本年度（{other} 行属于其他年度），像是误交了别的年度的文件",
            remedy=f"换成本年度的导出文件；确实如此的，在 tables.{table} 里写 loss: {{other_years: true, why: 理由}}",
            rows=other,
            allowed=0,
            examples=_examples(spec, losses, ("other_year",)),
            observed=f"{other} 行",
        )
    return None


def _empty_file(table: str, spec: Table, name: str, account: Account) -> Finding | None:
    """One of several files has a head and no row: a stop where it is declared by its name and every other file has
    so many rows that none is no chance; of many files (one a month) one may be empty."""
    if spec.loss and spec.loss.may_be_empty:
        return None
    others = [file["rows"] for file in account.get("files", ()) if file["file"] != name]
    expected = name in spec.files and min(others, default=0) >= FULL
    return Finding(
        rule=f"file_empty:{name}",
        words=f"文件 {name} 只有表头，没有记录",
        remedy=f"核对导出条件；确实没有记录的，在 tables.{table} 里写 loss: {{may_be_empty: true, why: 理由}}",
        rows=1,
        allowed=0,
        examples=(FailingRow(name, None, "整个文件", "0 行"),),
        observed="0 行",
        level="stop" if expected else "note",
    )


# --- rows -----------------------------------------------------------------------------------------


def _rows(table: str, spec: Table, account: Account, losses: Sequence[Account]) -> Iterator[Finding]:
    """Rows set aside because they cannot be read, over the table and in each file; those without a required value."""
    declared = spec.loss
    limit = declared.rows if declared else None
    lost, total = _sum(losses, *UNREAD), account["rows_in"]
    damaged = [
        file["file"]
        for file in account.get("files", ())
        if _sum(_of(losses, file), *UNREAD) > max(_allowed(limit, ROWS, file["rows"]), STRAY)
    ]
    if lost > _allowed(limit, ROWS, total) or damaged:
        own = [one for one in losses if one["file"] in damaged] if damaged else losses
        named = f"（{'、'.join(damaged[:3])}）" if damaged else ""
        yield Finding(
            rule="rows_lost",
            words=f"{total} 行中有 {lost} 行因无法识别而不能采用{named}，"
            f"超过 {_percent(limit, ROWS)}：{_reasons(losses)}",
            remedy=_remedy(spec, own) + _loosen(table, "rows", lost, total),
            rows=lost,
            allowed=_allowed(limit, ROWS, total),
            examples=_examples(spec, own),
            observed=f"{lost} 行",
        )
    elif lost > NOTED * total:
        yield Finding(
            rule="rows_lost",
            words=f"{total} 行中有 {lost} 行因无法识别而不能采用：{_reasons(losses)}",
            remedy=_remedy(spec, losses),
            rows=lost,
            allowed=0,
            examples=_examples(spec, losses),
            observed=f"{lost} 行",
            level="note",
        )
    blank, most = _sum(losses, "blank"), declared.blanks if declared else None
    if blank > _allowed(most, BLANKS, total):
        yield Finding(
            rule="required_blank",
            words=f"{total} 行中有 {blank} 行缺少必填的内容，"
            f"超过 {_percent(most, BLANKS)}：{_reasons(losses, ('blank',))}",
            remedy="补填后重新导出；核对这一列在来源里是否漏导" + _loosen(table, "blanks", blank, total),
            rows=blank,
            allowed=_allowed(most, BLANKS, total),
            examples=_examples(spec, losses, ("blank",)),
            observed=f"{blank} 行",
        )


def _versions(table: str, spec: Table, account: Account, losses: Sequence[Account]) -> Iterator[Finding]:
    """Far more rows of one key than reopened records explain, as when the keys were cut off."""
    limit = spec.loss.repeats if spec.loss else None
    for file in account.get("files", ()):
        versions, rows = _sum(_of(losses, file), "version"), file["rows"]
        if versions > max(_allowed(limit, REPEATS, rows), VERSIONS) or (limit is None and versions * 2 > rows > 2):
            yield Finding(
                rule=f"versions:{file['file']}",
                words=(
                    f"文件 {file['file']} 的 {rows} 行中有 {versions} 行因编号与别的行相同而不采用，"
                    f"超过 {_percent(limit, REPEATS)}"
                ),
                remedy=f"核对编号（{'、'.join(spec.key)}）是否被截短或改写，改正后重新导出"
                + _loosen(table, "repeats", versions, rows),
                rows=versions,
                allowed=_allowed(limit, REPEATS, rows),
                examples=_examples(spec, _of(losses, file), ("version",)),
                observed=f"{versions} 行",
            )


def _cells(
    table: str, spec: Table, account: Account, losses: Sequence[Account], read: frozenset[str]
) -> Iterator[Finding]:
    """Columns that a figure reads, in which values of used rows could not be read."""
    limit = spec.loss.cells if spec.loss else None
    words = spec.column_words()
    allowed = _allowed(limit, CELLS, account["used"])
    for column in sorted({one["column"] for one in losses if one["kind"] == "cell"} & read):
        own = [one for one in losses if one["kind"] == "cell" and one["column"] == column]
        cells = _sum(own, "cell")
        if cells > allowed:
            files = "、".join(dict.fromkeys(one["file"] for one in own))
            yield Finding(
                rule=f"cells_lost:{column}",
                words=(
                    f"列 {column}（{words[column]}）有 {cells} 个单元格无法识别（{files}），"
                    f"度量要用到这一列，超过 {_percent(limit, CELLS)}"
                ),
                remedy=_remedy(spec, own) + _loosen(table, "cells", cells, account["used"]),
                rows=cells,
                allowed=allowed,
                examples=_examples(spec, own, ("cell",)),
                observed=f"{cells} 个单元格",
            )


def _overlaps(account: Account) -> Iterator[Finding]:
    """Two files that share most of the smaller one; the rows count once."""
    rows = {file["file"]: file["rows"] for file in account.get("files", ())}
    for pair in account.get("overlaps", ()):
        first, second, shared = pair["first"], pair["second"], pair["rows"]
        if shared * 2 > min(rows[first], rows[second]):
            words = f"文件 {second} 与 {first} 有 {shared} 行完全相同，两个文件的范围大部分重叠，重叠的行只计一次"
            yield Finding(
                rule=f"files_overlap:{second}",
                words=words,
                remedy="核对是否少交了另一份文件，重新导出互不重叠的文件",
                rows=shared,
                allowed=0,
                examples=(FailingRow(second, None, "重叠的行", f"{shared} 行"),),
                observed=f"{shared} 行",
                level="note",
            )


# --- words ----------------------------------------------------------------------------------------


def _allowed(declared: Decimal | None, default: Decimal, rows: int) -> int:
    return int((default if declared is None else declared) * rows)


def _percent(declared: Decimal | None, default: Decimal) -> str:
    return f"{((default if declared is None else declared) * 100).normalize():f}%"


def _loosen(table: str, key: str, lost: int, rows: int) -> str:
    """How to allow it, with a share that would be enough; most of a table is not to be waved through."""
    enough = Decimal(-(-lost * 1000 // max(rows, 1))) / 10
    if enough > LARGEST:
        return ""
    return f"；确实可以接受的，在 tables.{table} 里写 loss: {{{key}: {enough:f}%, why: 理由}}，理由会印在报告里"


def _reasons(losses: Sequence[Account], kinds: Sequence[str] = UNREAD) -> str:
    rows: dict[str, int] = {}
    for one in losses:
        if one["kind"] in kinds:
            rows[one["reason"]] = rows.get(one["reason"], 0) + one["rows"]
    return "、".join(f"{reason} {number} 行" for reason, number in rows.items())


def _remedy(spec: Table, losses: Sequence[Account]) -> str:
    """What helps against the most frequent loss."""
    unread = [one for one in losses if one["kind"] in (*UNREAD, "cell")]
    if not unread and _sum(losses, "other_year"):
        return "像是误交了别的年度的文件，换成本年度的导出文件"
    if not unread:
        return "核对导出的文件和 out_of_scope 等声明"
    worst = max(unread, key=lambda one: one["rows"])
    column = worst["column"]
    match worst["kind"]:
        case "unreadable" | "cell":
            how = {
                "date": "在 dates 里补上这种写法",
                "datetime": "在 dates 里补上这种写法",
                "boolean": "在 true、false 里补上这种写法",
            }
            how["integer"] = "在来源里改成整数后重新导出，编号之类不参与计算的把 type 改成 text"
            told = how.get(spec.columns[column].type, "在来源里改成普通的数字后重新导出")
            return (
                f"核对列 {column} 的写法，{told}；"
                f"表示没有的在 columns.{column} 的 empty 里补上，个别录错的用 corrections.yml 更正"
            )
        case "missing":
            return f"在来源系统补填 {column} 后重新导出；这些行不是记录的，用 out_of_scope 写明理由剔除"
        case "impossible":
            return (
                f"核对列 {column} 的日期，录错的用 corrections.yml 更正；表示没有的（如 2099 年）"
                f"把这种写法写在 columns.{column} 的 empty 里"
            )
    return "核对分隔符和各列是否错位，重新导出"


def _examples(
    spec: Table, losses: Sequence[Account], kinds: Sequence[str] = (*UNREAD, "blank")
) -> tuple[FailingRow, ...]:
    words = spec.column_words()
    listed = [one for one in losses if one["kind"] in kinds]
    return tuple(
        FailingRow(one["file"], row, words.get(one["column"] or "") or one["reason"], text)
        for one in sorted(listed, key=lambda one: -one["rows"])
        for row, text in one["examples"]
    )


def _check(table: str, spec: Table, finding: Finding) -> Check:
    """The finding as Great Expectations judges it: so many rows, no more than allowed."""
    import pandas as pd

    from helpers.gate import adapter

    kind = "expect_column_values_to_be_between"
    arguments = {"column": "rows", "max_value": finding.allowed}
    outcome = adapter.judge(pd.DataFrame([{"rows": finding.rows}]), [(kind, arguments)])[0]
    return Check(
        table=table,
        title=spec.title,
        rule=finding.rule,
        origin="reconciliation",
        expectation=kind,
        arguments=arguments,
        where=None,
        level=finding.level,
        success=outcome.success,
        rows=1,
        failing=finding.rows,
        observed=finding.observed,
        words=finding.words,
        remedy=finding.remedy,
        error=outcome.error,
        failing_rows=finding.examples,
    )
