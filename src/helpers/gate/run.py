"""The gate itself: every rule on every table, and what the cleaning said of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from helpers.gate.builtin_rules import About, Rule, about_table, columns_of_rule, rules_of
from helpers.gate.expectation_types import check_rule
from helpers.gate.loss_limits import loss_checks
from helpers.gate.result import LISTED, SOURCE, Check, FailingRow, GateResult
from helpers.gate.stand_ins import stand_in_checks
from helpers.gate.unseen import unseen_remarks, unseen_rule
from helpers.indicators.plain import plain
from helpers.year.expressions import ExpressionError
from helpers.year.personal import MASKED

if TYPE_CHECKING:
    import pandas as pd

    from helpers.activity.clean import Reconciliation
    from helpers.gate.adapter import Outcome
    from helpers.gate.large import TidyFile, Verdict
    from helpers.year.load import Year


def validate_year(
    year: Year,
    tables: Mapping[str, pd.DataFrame | TidyFile],
    reconciliation: Iterable[Reconciliation | Mapping[str, Any]],
) -> GateResult:
    """All rules of a year on its tidy tables, what was lost on the way to them first; see ``run_gate``."""
    about = {table: about_table(spec) for table, spec in year.year.tables.items()}
    accounts = [_plain_account(account) for account in reconciliation]
    found = run_gate(tables, rules_of(year), reconciliation=accounts, about=about, fiscal_year=year.fiscal_year)
    lost = loss_checks(year, {account["table"]: account for account in accounts})
    return replace(found, checks=(*lost, *found.checks))


def run_gate(
    tables: Mapping[str, pd.DataFrame | TidyFile],
    rules: Mapping[str, Sequence[Rule]],
    *,
    reconciliation: Iterable[Reconciliation | Mapping[str, Any]] = (),
    about: Mapping[str, About] | None = None,
    fiscal_year: int | None = None,
) -> GateResult:
    """Great Expectations' verdict on every rule, with the failing rows by file and row.

    ``tables``: tidy columns plus ``source_file`` and ``source_row``, as frames or left in their files
    (see ``large``). ``reconciliation``: what
    ``activity.clean_year`` returned, as objects or as plain data. ``about``: types, personal
    columns and titles. ``fiscal_year`` gives ``year_start`` and ``year_end`` to ``where``.

    Nothing is raised for what the data or a rule says: call ``raise_if_stopped`` on the result.
    """
    about = about or {}
    accounts = {account["table"]: account for account in map(_plain_account, reconciliation)}
    checks: list[Check] = []
    for table in dict.fromkeys((*tables, *rules, *accounts)):
        known = about.get(table, About())
        if table in tables:
            checks += _checks_of(table, tables[table], rules.get(table, ()), known, fiscal_year)
        else:
            checks += [_could_not(table, known, rule, "没有这张表的数据") for rule in rules.get(table, ())]
        if table in accounts:
            checks += _account_checks(table, accounts[table], tables.get(table), known)
            checks += stand_in_checks(table, known.title, accounts[table])
    return GateResult(tuple(checks), {table: len(frame) for table, frame in tables.items()})


# --- one table ------------------------------------------------------------------------------------


def _checks_of(
    table: str, rows: pd.DataFrame | TidyFile, rules: Sequence[Rule], about: About, fiscal_year: int | None
) -> list[Check]:
    import pandas as pd

    if isinstance(rows, pd.DataFrame):
        return _table_checks(table, rows, rules, about, fiscal_year)
    from helpers.gate import large

    with large.opened(rows) as judge:
        return [_file_check(table, rows, rule, about, judge) for rule in rules]


def _file_check(
    table: str, file: TidyFile, rule: Rule, about: About, judge: Callable[[Rule, Mapping[str, str]], Verdict]
) -> Check:
    """A rule on a table that stays in its file."""
    problems = check_rule(
        rule, {column: about.types.get(column, "") for column in file.columns if column not in SOURCE}
    )
    if problems:
        return _could_not(table, about, rule, "；".join(problems))
    try:
        verdict = judge(rule, about.types)
    except ExpressionError as error:
        return _could_not(table, about, rule, f"where 无法执行：{error}")
    listed = replace(verdict.outcome, positions=tuple(range(len(verdict.rows))))
    return replace(_check(table, about, rule, listed, verdict.rows), failing=verdict.failing)


def _table_checks(
    table: str, frame: pd.DataFrame, rules: Sequence[Rule], about: About, fiscal_year: int | None
) -> list[Check]:
    """Rules with the same ``where`` are judged together; the checks come in the rules' order."""
    from helpers.gate import adapter, frames

    judged = frames.judged_frame(frame, about.types)
    known = {column: about.types.get(column, "") for column in judged.columns}
    found: dict[int, Check] = {}
    groups: dict[str | None, list[int]] = {}
    for number, rule in enumerate(rules):
        problems = check_rule(rule, known)
        if problems:
            found[number] = _could_not(table, about, rule, "；".join(problems))
        else:
            groups.setdefault(rule.where, []).append(number)
    for where, numbers in groups.items():
        try:
            part = (
                judged if where is None else judged.take(frames.positions_where(frame, where, about.types, fiscal_year))
            )
        except ExpressionError as error:
            found |= {n: _could_not(table, about, rules[n], f"where 无法执行：{error}") for n in numbers}
            continue
        asked = [(rules[n].expectation, rules[n].arguments) for n in numbers]
        outcomes = adapter.judge(part, asked, about.types)
        for number, outcome in zip(numbers, outcomes, strict=True):
            found[number] = _check(table, about, rules[number], outcome, frame)
    return [found[number] for number in range(len(rules))]


def _check(table: str, about: About, rule: Rule, outcome: Outcome, frame: pd.DataFrame) -> Check:
    columns = columns_of_rule(rule.arguments)
    hidden = bool(about.personal & set(columns))
    error = "GX 报告的错误涉及个人信息，不予列出" if outcome.error and hidden else outcome.error
    observed = MASKED if hidden and outcome.observed is not None else outcome.observed
    return Check(
        table=table,
        title=about.title,
        rule=rule.id,
        origin=rule.origin,
        expectation=rule.expectation,
        arguments=plain(rule.arguments),
        where=rule.where,
        level=rule.level,
        success=outcome.success,
        rows=outcome.rows,
        failing=len(outcome.positions),
        observed=observed,
        words=rule.words,
        remedy=rule.remedy,
        error=error,
        failing_rows=_failing_rows(frame, outcome.positions[:LISTED], columns, about),
    )


def _failing_rows(
    frame: pd.DataFrame, positions: Sequence[int], columns: Sequence[str], about: About
) -> tuple[FailingRow, ...]:
    """The rows at these positions: where they stand in the exports and what the judged columns hold."""
    from helpers.gate.frames import cell_text

    rows = frame.take(list(positions))
    named = "、".join(about.names.get(column, column) for column in columns)
    places = {name: list(rows[name]) if name in rows else [None] * len(rows) for name in SOURCE}
    cells = [
        [MASKED] * len(rows) if column in about.personal else [cell_text(v) for v in rows[column]] for column in columns
    ]
    # A single empty cell is None; among several it has to be said.
    values = [
        value[0] if len(value) == 1 else "，".join("空" if v is None else v for v in value)
        for value in zip(*cells, strict=True)
    ]
    return tuple(
        FailingRow(None if file is None else str(file), None if row is None else int(row), named, value)
        for file, row, value in zip(places["source_file"], places["source_row"], values, strict=True)
    )


def _could_not(table: str, about: About, rule: Rule, why: str) -> Check:
    return Check(
        table=table,
        title=about.title,
        rule=rule.id,
        origin=rule.origin,
        expectation=rule.expectation,
        arguments=plain(rule.arguments),
        where=rule.where,
        level=rule.level,
        success=None,
        rows=0,
        failing=0,
        observed=None,
        words=rule.words,
        remedy=rule.remedy,
        error=why,
    )


# --- what the cleaning said -----------------------------------------------------------------------


def _plain_account(account: Reconciliation | Mapping[str, Any]) -> dict[str, Any]:
    return dict(account) if isinstance(account, Mapping) else account.to_json()


def _account_rules(table: str, repeats: bool) -> list[Rule]:
    """Rules over one row: the account of a table's rows. ``repeats``: whether repeated rows are noted."""
    equal = "expect_column_pair_values_to_be_equal"
    again = "重新运行清洗；仍不一致的，是程序的错误，请连同 validation.json 一并报告"
    return [
        Rule(
            id="rows_reconciled",
            expectation=equal,
            arguments={"column_A": "rows_in", "column_B": "accounted"},
            level="stop",
            words="读入行数须等于采用行数与各类剔除行数之和",
            remedy=again,
            origin="reconciliation",
        ),
        Rule(
            id="files_reconciled",
            expectation="expect_column_values_to_be_between",
            arguments={"column": "files_off", "max_value": 0},
            level="stop",
            words="每个文件的读入行数须等于采用行数与剔除行数之和",
            remedy=again,
            origin="reconciliation",
        ),
        Rule(
            id="rows_arrived",
            expectation=equal,
            arguments={"column_A": "entities", "column_B": "arrived"},
            level="stop",
            words="送交校验的行数须等于清洗得出的行数",
            remedy=again,
            origin="reconciliation",
        ),
        Rule(
            id="cells_readable",
            expectation="expect_column_values_to_be_between",
            arguments={"column": "unreadable_cells", "max_value": 0},
            level="note",
            words="各单元格的内容须能识别",
            remedy=(
                "核对这些单元格；写法有误的用 corrections.yml 更正，"
                f"另一种写法的在 tables.{table} 的 dates、empty 等处补上"
            ),
            origin="reconciliation",
        ),
        *(
            [
                Rule(
                    id="rows_differ",
                    expectation="expect_column_values_to_be_between",
                    arguments={"column": "repeated_kept", "max_value": 0},
                    level="note",
                    words="各行不应与别的行完全相同",
                    remedy=f"确属重复登记的，在 tables.{table} 里写 exact_duplicates: set_aside 或 key；"
                    "确是不同记录的写 exact_duplicates: keep",
                    origin="reconciliation",
                )
            ]
            if repeats
            else []
        ),
    ]


def _account_checks(
    table: str, account: Mapping[str, Any], frame: pd.DataFrame | TidyFile | None, about: About
) -> list[Check]:
    import pandas as pd

    from helpers.gate import adapter

    aside = sum(entry["rows"] for entry in account["set_aside"])
    row = {
        "rows_in": account["rows_in"],
        "accounted": account["used"] + aside,
        "entities": account.get("entities", account["used"]),
        "arrived": 0 if frame is None else len(frame),
        "unreadable_cells": account.get("unreadable_cells", 0),
        "repeated_kept": account.get("repeated_kept", 0),
    }
    off = [
        f["file"] for f in account.get("files", ()) if f["rows"] != f["used"] + sum(s["rows"] for s in f["set_aside"])
    ]
    row["files_off"] = len(off)
    judged = pd.DataFrame([row])
    rules = _account_rules(table, about.repeats)
    outcomes = adapter.judge(judged, [(rule.expectation, rule.arguments) for rule in rules])
    reconciled, files, arrived, readable, *repeated = (
        _check(table, about, rule, outcome, judged) for rule, outcome in zip(rules, outcomes, strict=True)
    )
    said = (
        f"读入 {row['rows_in']} 行，采用 {account['used']} 行，剔除 {aside} 行",
        f"清洗得出 {row['entities']} 行，送到 {row['arrived']} 行",
    )
    return [
        _about_table(reconciled, said[0]),
        _about_table(files, "、".join(off)),
        _about_table(arrived, said[1]),
        _cells(readable, account, row["unreadable_cells"]),
        *(_repeated(check, row["repeated_kept"]) for check in repeated),
        *_unseen(table, account, about),
    ]


def _unseen(table: str, account: Mapping[str, Any], about: About) -> list[Check]:
    """Nothing where each file was read as it looks."""
    import pandas as pd

    from helpers.gate import adapter

    remarks = unseen_remarks(account)
    if not remarks:
        return []
    rule, judged = unseen_rule(table), pd.DataFrame([{"unseen": len(remarks)}])
    (outcome,) = adapter.judge(judged, [(rule.expectation, rule.arguments)])
    return [
        replace(_about_table(_check(table, about, rule, outcome, judged), "；".join(remarks)), failing=len(remarks))
    ]


def _about_table(check: Check, observed: str) -> Check:
    """The account is one line: no row of an export fails, the table as a whole does."""
    return replace(check, failing=0, failing_rows=(), observed=None if check.success else observed)


def _repeated(check: Check, rows: int) -> Check:
    """Which of equal rows is the repetition nobody can say: their number is told."""
    told = _about_table(check, f"有 {rows} 行在声明的各列上与前面的行完全相同，照样采用")
    return told if check.success else replace(told, failing=rows)


def _cells(check: Check, account: Mapping[str, Any], total: int) -> Check:
    """A failing count of unreadable cells names the cells."""
    cells = account.get("unreadable") or ()
    listed = tuple(FailingRow(c["source_file"], c["source_row"], c["column"], c["value"]) for c in cells)
    return replace(check, failing=0 if check.success else total, failing_rows=() if check.success else listed[:LISTED])
