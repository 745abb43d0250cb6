"""The whole gate of a year: rules, plausibility, and last year's tables before anything is compared with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.gate.result import LISTED, Check, GateResult
from helpers.gate.run import validate_year
from helpers.year.faults import did_you_mean
from helpers.year.tidy import tidy_columns

if TYPE_CHECKING:
    from helpers.activity.clean import Reconciliation
    from helpers.year.faults import Fault
    from helpers.year.load import Year

    Accounts = Iterable[Reconciliation | Mapping[str, Any]]

#: The id of the check that last year's tables pass the gate.
PREVIOUS_GATE = "previous_gate"
#: Bytes of tidy tables up to which two databases are open at a time; beyond it memory counts more than time.
SMALL = 64_000_000


def judge_year(
    year: Year,
    folder: Path,
    accounts: Accounts,
    previous: Year | None = None,
    previous_folder: Path | None = None,
    previous_accounts: Accounts = (),
) -> GateResult:
    """Every rule and every plausibility check of a year on its tidy tables in ``folder``.

    Last year's tables pass the same gate first. Where they would stop, this year stops too: whatever
    is compared with them would be wrong. What is implausible in them is noted under last year's title.
    """
    from helpers.gate.large import tidy_tables

    accounts, previous_accounts = tuple(accounts), tuple(previous_accounts)
    folders = [folder, *([previous_folder] if previous_folder else [])]
    stops: list[Check] = []
    noted: list[Check] = []
    # The questions of both years are answered by databases of their own, beside Great Expectations.
    beside = sum(map(_bytes, folders)) <= SMALL
    with ThreadPoolExecutor(2) as pool:

        def asked(*about: Any) -> Future[list[Check]]:
            answer = pool.submit(_plausibility, *about)
            if not beside:
                wait([answer])
            return answer

        if previous is not None and previous_folder is not None:
            own = asked(previous, previous_folder, previous_accounts)
            before = validate_year(previous, tidy_tables(previous_folder, previous), previous_accounts)
            stops = _stopped(before, year, previous)
        trusted = None if stops else previous
        checks = asked(year, folder, accounts, trusted, previous_folder, previous_accounts)
        found = validate_year(year, tidy_tables(folder, year), accounts)
        if previous is not None and previous_folder is not None:
            noted = [_of_last_year(check, previous.fiscal_year) for check in own.result()]
        return GateResult((*found.checks, *checks.result(), *stops, *noted), found.rows)


def _plausibility(*about: Any) -> list[Check]:
    from helpers.gate.plausibility import open_subject, plausibility_checks

    with open_subject(*about) as subject:
        return plausibility_checks(subject)


def _bytes(folder: Path) -> int:
    """The size of the tidy tables in a folder."""
    return sum(path.stat().st_size for path in folder.glob("*.parquet"))


def _of_last_year(check: Check, fiscal_year: int) -> Check:
    """A note on last year's tables, told apart from this year's."""
    words = f"{fiscal_year} 年度的{check.title}：{check.words}"
    return replace(check, title=f"{fiscal_year}年度{check.title}", rule=f"previous:{check.rule}", words=words)


def _stopped(before: GateResult, year: Year, previous: Year) -> list[Check]:
    """One stop for each of last year's tables that does not pass the gate."""
    failed: dict[str, list[Check]] = {}
    for check in before.failed("stop"):
        failed.setdefault(check.table, []).append(check)
    return [_stop(table, checks, year, previous) for table, checks in failed.items()]


def _stop(table: str, checks: Sequence[Check], year: Year, previous: Year) -> Check:
    accepted = [one.why for one in year.year.plausible if one.check == PREVIOUS_GATE and one.table in (None, table)]
    before = previous.fiscal_year
    said = "；".join(check.words for check in checks)
    rows = tuple(row for check in checks for row in check.failing_rows)[:LISTED]
    return replace(
        checks[0],
        title=f"{before}年度{checks[0].title}",
        rule=PREVIOUS_GATE,
        origin="plausibility",
        expectation=PREVIOUS_GATE,
        arguments={},
        where=None,
        level="stop",
        success=bool(accepted),
        failing=sum(check.failing for check in checks),
        words=f"{before} 年度的数据未通过校验，与上年的比较不能用：{said}",
        remedy=f"先更正 data/raw/{before} 里的导出或 corrections.yml，再运行本年度",
        error=None,
        failing_rows=rows,
        accepted=accepted[0] if accepted else None,
    )


def plausible_faults(year: Year) -> list[Fault]:
    """What is wrong with the accepted notes of a year file."""
    if not year.year.plausible:
        return []
    from helpers.gate.plausibility import check_ids

    lines, faults, known = year.lines["year.yml"], [], sorted([*check_ids(), PREVIOUS_GATE])
    for index, one in enumerate(year.year.plausible):
        place = ("plausible", index)
        if one.check not in known:
            message, hint = f"没有 {one.check} 这项合理性检查", did_you_mean(one.check, known)
            faults.append(lines.fault("unknown_name", (*place, "check"), message, value=one.check, hint=hint))
        if one.table is not None and one.table not in year.year.tables:
            message, hint = f"没有表 {one.table}", did_you_mean(one.table, list(year.year.tables))
            faults.append(lines.fault("unknown_name", (*place, "table"), message, value=one.table, hint=hint))
            continue
        named = [one.table] if one.table else list(year.year.tables)
        columns = sorted({c for table in named for c in tidy_columns(year.year.tables[table])})
        if one.column is not None and one.column not in columns:
            message, hint = f"没有列 {one.column}", did_you_mean(one.column, columns)
            faults.append(lines.fault("unknown_name", (*place, "column"), message, value=one.column, hint=hint))
    return faults
