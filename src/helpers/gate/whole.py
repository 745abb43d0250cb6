"""The whole gate of a year: rules, plausibility, and last year's tables before anything is compared with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.gate.result import LISTED, Check, GateResult, check_from_json
from helpers.gate.run import validate_year
from helpers.year.engine import cores
from helpers.year.faults import did_you_mean
from helpers.year.tidy import tidy_columns

if TYPE_CHECKING:
    from helpers.activity.clean import Reconciliation
    from helpers.year.faults import Fault
    from helpers.year.load import Year

    Accounts = Iterable[Reconciliation | Mapping[str, Any]]
    #: Work on one year by itself, the year, and what the cleaning said of it, to what the work gives.
    Alone = Callable[[Any, int, Any], Any]

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
    alone: Alone | None = None,
) -> GateResult:
    """Every rule and every plausibility check of a year on its tidy tables in ``folder``.

    Last year's tables pass the same gate first. Where they would stop, this year stops too: whatever
    is compared with them would be wrong. What is implausible in them is noted under last year's title.
    ``alone``: who does the work on one year by itself, or takes it over from the last time.
    """
    from helpers.gate.large import tidy_tables

    def at_once(work: Any, fiscal_year: int, said: Any) -> Any:
        own = (year, folder) if fiscal_year == year.fiscal_year else (previous, previous_folder)
        return work(*own, None, folder, said)

    alone, told = alone or at_once, _plain(accounts)
    if previous is None or previous_folder is None:
        rules, plausible = _from_json(alone(judge_alone, year.fiscal_year, told))
        return GateResult((*rules.checks, *plausible), rules.rows)
    told_before = _plain(previous_accounts)
    before, noted = _from_json(alone(judge_alone, previous.fiscal_year, told_before))
    stops = _stopped(before, year, previous)
    trusted = None if stops else previous
    with _beside(folder, previous_folder) as asked:
        checks = asked(year, folder, told, trusted, previous_folder, told_before)
        found = validate_year(year, tidy_tables(folder, year), told)
        noted = [_of_last_year(check, previous.fiscal_year) for check in noted]
        return GateResult((*found.checks, *checks.result(), *stops, *noted), found.rows)


def judge_alone(year: Year, folder: Path, _previous: None, _folder: Path, accounts: Accounts) -> dict[str, Any]:
    """What the gate says of a year by itself, as JSON: its ``rules`` and what is ``plausible``; see ``judge_year``."""
    from helpers.gate.large import tidy_tables

    with _beside(folder) as asked:
        plausible = asked(year, folder, accounts)
        rules = validate_year(year, tidy_tables(folder, year), accounts)
        return {"rules": rules.to_json(), "plausible": [check.to_json() for check in plausible.result()]}


def _from_json(told: Mapping[str, Any]) -> tuple[GateResult, list[Check]]:
    rules = told["rules"]
    return GateResult(tuple(map(check_from_json, rules["checks"])), rules["rows"]), [
        check_from_json(check) for check in told["plausible"]
    ]


def _plain(accounts: Accounts) -> list[dict[str, Any]]:
    return [dict(a) if isinstance(a, Mapping) else a.to_json() for a in accounts]


@contextmanager
def _beside(*folders: Path) -> Iterator[Callable[..., Future[list[Check]]]]:
    """Plausibility is asked about by a database of its own, beside Great Expectations; where the tables are large, one
    after the other."""
    small = sum(map(_bytes, folders)) <= SMALL
    with ThreadPoolExecutor(1) as pool:

        def asked(*about: Any) -> Future[list[Check]]:
            answer = pool.submit(_plausibility, min(2, cores()) if small else 1, *about)
            if not small:
                wait([answer])
            return answer

        yield asked


def _plausibility(at_once: int, *about: Any) -> list[Check]:
    from helpers.gate.plausibility import open_subject, plausibility_checks

    with open_subject(*about) as subject:
        return plausibility_checks(subject, at_once)


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
