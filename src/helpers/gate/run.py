"""The gate itself: every rule on every table, and what the cleaning said of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from helpers.gate.builtin_rules import About, Rule, about_table, columns_of_rule, rules_of
from helpers.gate.expectation_types import check_rule
from helpers.gate.loss_limits import loss_checks
from helpers.gate.result import LISTED, SOURCE, Check, FailingRow, GateResult
from helpers.gate.row_accounts import account_rules, counted_rows, files_off
from helpers.gate.stand_ins import stand_in_checks
from helpers.gate.unseen import unseen_remarks, unseen_rule
from helpers.indicators.plain import plain
from helpers.year.expressions import ExpressionError
from helpers.year.personal import MASKED

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from helpers.activity.clean import Reconciliation
    from helpers.gate.adapter import Outcome
    from helpers.gate.large import TidyFile, Verdict
    from helpers.gate.together import Asked
    from helpers.year.fiscal import FiscalYear
    from helpers.year.load import Year


def validate_year(
    year: Year,
    tables: Mapping[str, pd.DataFrame | TidyFile],
    reconciliation: Iterable[Reconciliation | Mapping[str, Any]],
) -> GateResult:
    """All rules of a year on its tidy tables, what was lost on the way to them first; see ``run_gate``."""
    about = {table: about_table(spec) for table, spec in year.year.tables.items()}
    accounts = [_plain_account(account) for account in reconciliation]
    found = run_gate(tables, rules_of(year), reconciliation=accounts, about=about, fiscal=year.fiscal)
    lost = loss_checks(year, {account["table"]: account for account in accounts})
    return replace(found, checks=(*lost, *found.checks))


def run_gate(
    tables: Mapping[str, pd.DataFrame | TidyFile],
    rules: Mapping[str, Sequence[Rule]],
    *,
    reconciliation: Iterable[Reconciliation | Mapping[str, Any]] = (),
    about: Mapping[str, About] | None = None,
    fiscal: FiscalYear | None = None,
) -> GateResult:
    """Great Expectations' verdict on every rule, with the failing rows by file and row.

    ``tables``: tidy columns plus ``source_file`` and ``source_row``, as frames or left in their files
    (see ``large``). ``reconciliation``: what
    ``activity.clean_year`` returned, as objects or as plain data. ``about``: types, personal
    columns and titles. ``fiscal`` gives ``year_start`` and ``year_end`` to ``where``.

    Nothing is raised for what the data or a rule says: call ``raise_if_stopped`` on the result.
    """
    about = about or {}
    accounts = {account["table"]: account for account in map(_plain_account, reconciliation)}
    judged = _checks_of(tables, rules, about, fiscal)
    counted = _account_checks(accounts, {table: len(rows) for table, rows in tables.items()}, about)
    checks: list[Check] = []
    for table in dict.fromkeys((*tables, *rules, *accounts)):
        known = about.get(table, About())
        if table in tables:
            checks += judged[table]
        else:
            checks += [_could_not(table, known, rule, "没有这张表的数据") for rule in rules.get(table, ())]
        if table in accounts:
            checks += counted[table]
            checks += stand_in_checks(table, known.title, accounts[table])
    return GateResult(tuple(checks), {table: len(frame) for table, frame in tables.items()})


# --- the tables -----------------------------------------------------------------------------------


def _checks_of(
    tables: Mapping[str, pd.DataFrame | TidyFile],
    rules: Mapping[str, Sequence[Rule]],
    about: Mapping[str, About],
    fiscal: FiscalYear | None,
) -> dict[str, list[Check]]:
    """The checks of each table in the order of its rules. What is asked alike of several tables is asked once."""
    import pandas as pd

    from helpers.gate import frames, together

    found: dict[str, dict[int, Check]] = {table: {} for table in tables}
    parts: list[_Part] = []
    with frames.conditions(fiscal) as positions:
        for table, rows in tables.items():
            known, own = about.get(table, About()), rules.get(table, ())
            if isinstance(rows, pd.DataFrame):
                parts += _parts(table, rows, own, known, positions, found[table])
            else:
                found[table] = _file_checks(table, rows, own, known)
    outcomes = together.judge_all([part.asked for part in parts])
    for part, answers in zip(parts, outcomes, strict=True):
        known = about.get(part.table, About())
        for (number, rule), outcome in zip(part.rules.items(), answers, strict=True):
            found[part.table][number] = _check(part.table, known, rule, outcome, part.frame)
    return {table: [checks[number] for number in range(len(rules.get(table, ())))] for table, checks in found.items()}


def _file_checks(table: str, file: TidyFile, rules: Sequence[Rule], about: About) -> dict[int, Check]:
    from helpers.gate import large

    with large.opened(file) as judge:
        return {number: _file_check(table, file, rule, about, judge) for number, rule in enumerate(rules)}


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


@dataclass(frozen=True)
class _Part:
    """The rules of one table that have the same ``where``, by their number; ``frame`` is the whole table."""

    table: str
    frame: pd.DataFrame
    rules: Mapping[int, Rule]
    asked: Asked


def _parts(
    table: str,
    frame: pd.DataFrame,
    rules: Sequence[Rule],
    about: About,
    positions: Callable[[pd.DataFrame, str, Mapping[str, str]], np.ndarray],
    found: dict[int, Check],
) -> Iterator[_Part]:
    """What is to be judged; rules that cannot be are put into ``found`` at once."""
    from helpers.gate import frames, together

    about_columns = together.asked_about(frame, [(rule.expectation, rule.arguments) for rule in rules])
    judged = frames.judged_frame(frame[about_columns], about.types)
    known = {column: about.types.get(column, "") for column in frame.columns if column not in SOURCE}
    groups: dict[str | None, dict[int, Rule]] = {}
    for number, rule in enumerate(rules):
        problems = check_rule(rule, known)
        if problems:
            found[number] = _could_not(table, about, rule, "；".join(problems))
        else:
            groups.setdefault(rule.where, {})[number] = rule
    for where, own in groups.items():
        try:
            part = judged if where is None else judged.take(positions(frame, where, about.types))
        except ExpressionError as error:
            found |= {n: _could_not(table, about, rule, f"where 无法执行：{error}") for n, rule in own.items()}
            continue
        asked = [(rule.expectation, rule.arguments) for rule in own.values()]
        yield _Part(table, frame, own, together.Asked(part, asked, about.types))


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

    if not positions:
        return ()
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


def _account_checks(
    accounts: Mapping[str, Mapping[str, Any]], arrived: Mapping[str, int], about: Mapping[str, About]
) -> dict[str, list[Check]]:
    """The checks of every table's account. The accounts are judged as one frame with a row for each table."""
    if not accounts:
        return {}
    import pandas as pd

    from helpers.gate import together

    rows = {table: counted_rows(account, arrived.get(table, 0)) for table, account in accounts.items()}
    judged = pd.DataFrame(list(rows.values()))
    asked = [(rule.expectation, rule.arguments) for rule in account_rules("")]
    (outcomes,) = together.judge_all([together.Asked(judged, asked)])
    found: dict[str, list[Check]] = {}
    for number, (table, account) in enumerate(accounts.items()):
        known, row = about.get(table, About()), rows[table]
        checks = [
            _check(table, known, rule, _of_row(outcome, number), judged)
            for rule, outcome in zip(account_rules(table), outcomes, strict=True)
        ]
        found[table] = [*_told(checks, account, row, known.repeats), *_unseen(table, account, known)]
    return found


def _of_row(outcome: Outcome, number: int) -> Outcome:
    """The outcome for one row of a frame."""
    if outcome.success is None:
        return replace(outcome, rows=1)
    there = number in outcome.positions
    return replace(outcome, success=not there, rows=1, positions=(number,) if there else ())


def _told(checks: Sequence[Check], account: Mapping[str, Any], row: Mapping[str, int], repeats: bool) -> list[Check]:
    """The checks with what they found in words. ``repeats``: whether repeated rows are noted."""
    reconciled, files, arrived, readable, repeated = checks
    aside = row["accounted"] - account["used"]
    said = (
        f"读入 {row['rows_in']} 行，采用 {account['used']} 行，剔除 {aside} 行",
        f"清洗得出 {row['entities']} 行，送到 {row['arrived']} 行",
    )
    return [
        _about_table(reconciled, said[0]),
        _about_table(files, "、".join(files_off(account))),
        _about_table(arrived, said[1]),
        _cells(readable, account, row["unreadable_cells"]),
        *([_repeated(repeated, row["repeated_kept"])] if repeats else []),
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
