"""What the gate found: every check, its counts and failing rows, and whether the run may go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from helpers.year.tables import Level

#: Failing rows listed per check; their number is always exact.
LISTED = 200
#: Columns that say where a row comes from.
SOURCE = ("source_file", "source_row")
#: What the one-screen message shows.
SHOWN_CHECKS, SHOWN_ROWS = 4, 3


@dataclass(frozen=True)
class FailingRow:
    """One row that fails a check, by its place in the export.

    ``source_file`` is relative to the year's folder, ``source_row`` counts from 1, header included;
    ``column`` names the column or columns that were judged, ``value`` what stands there (None: empty).
    """

    source_file: str | None
    source_row: int | None
    column: str
    value: str | None

    def __str__(self) -> str:
        row = f" 第 {self.source_row} 行" if self.source_row is not None else ""
        place = f"{self.source_file}{row}" if self.source_file else "（没有来源位置）"
        return f"{place}  {self.column}：{'空' if self.value is None else self.value}"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One rule on one table. ``success`` is Great Expectations' own verdict, None where it gave none.

    ``rows``: rows that were judged (after ``where``); ``failing``: how many of them fail, of which
    ``failing_rows`` lists the first; 0 where a rule is about the table as a whole, which then has
    ``observed``. ``error``: why the rule could not be carried out; that stops the run at any level. ``accepted``: the
    declared reason for which what was found is no failure.
    """

    table: str
    title: str
    rule: str
    origin: str
    expectation: str
    arguments: Mapping[str, Any]
    where: str | None
    level: Level
    success: bool | None
    rows: int
    failing: int
    observed: Any
    words: str
    remedy: str
    error: str | None = None
    failing_rows: tuple[FailingRow, ...] = ()
    accepted: str | None = None

    @property
    def stops(self) -> bool:
        return self.success is None or (not self.success and self.level == "stop")

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "failing_rows": [asdict(row) for row in self.failing_rows]}


def check_from_json(told: Mapping[str, Any]) -> Check:
    """The check of which ``Check.to_json`` told."""
    return Check(**{**told, "failing_rows": tuple(FailingRow(**row) for row in told["failing_rows"])})


@dataclass(frozen=True)
class GateResult:
    """All checks in the order of tables and rules; ``rows``: table → rows that reached the gate."""

    checks: tuple[Check, ...]
    rows: Mapping[str, int] = field(default_factory=dict)

    @property
    def stopped(self) -> bool:
        return any(check.stops for check in self.checks)

    def failed(self, level: Level) -> tuple[Check, ...]:
        """The checks of one level that fail; those that could not be carried out count as stop."""
        return tuple(c for c in self.checks if not c.success and ("stop" if c.stops else "note") == level)

    def summary(self) -> dict[str, Any]:
        return {
            "checks": len(self.checks),
            "failed_stop": len(self.failed("stop")),
            "failed_note": len(self.failed("note")),
            "stopped": self.stopped,
        }

    def to_json(self) -> dict[str, Any]:
        """What ``validation.json`` holds: plain data, no times, ids or absolute paths."""
        return {
            "schema_version": 1,
            "summary": self.summary(),
            "rows": dict(self.rows),
            "checks": [check.to_json() for check in self.checks],
        }

    def for_results(self, examples: int = 5) -> dict[str, Any]:
        """The ``validation`` object of ``results.json``: counts, each failed note with examples, what was accepted."""
        counts = self.summary()
        return {
            "checks": counts["checks"],
            "failed_stop": counts["failed_stop"],
            "failed_note": counts["failed_note"],
            "notes": [_note(check, examples) for check in self.failed("note")],
            "accepted": [{**_note(c, examples), "why": c.accepted} for c in self.checks if c.accepted],
        }

    def raise_if_stopped(self) -> None:
        """Raise ``GateStopped`` when a stop-level check fails or a check could not be carried out."""
        if self.stopped:
            raise GateStopped(self)


def _note(check: Check, examples: int) -> dict[str, Any]:
    """What a reader is told of a check that found something."""
    return {
        "table": check.table,
        "rule": check.rule,
        "words": check.words,
        "remedy": check.remedy,
        "failing_rows": check.failing,
        "examples": [
            {"source_file": r.source_file, "source_row": r.source_row, "value": r.value}
            for r in check.failing_rows[:examples]
        ],
    }


class GateStopped(Exception):
    """The tables do not pass the gate (exit status 1); the message is one screen."""

    code = "gate_stop"

    def __init__(self, result: GateResult) -> None:
        self.result = result
        failed = result.failed("stop")
        lines = [f"数据校验未通过，运行到此停止  [{self.code}]", f"共 {len(failed)} 项须更正："]
        for number, check in enumerate(failed[:SHOWN_CHECKS], start=1):
            lines += _check_lines(number, check)
        rest = len(failed) - SHOWN_CHECKS
        lines += [f"……另有 {rest} 项，见 validation.json"] if rest > 0 else []
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[GateStopped], tuple[GateResult]]:
        return GateStopped, (self.result,)  # survives the way between processes


class NotThrough(Exception):
    """The gate has stopped, and its results are read by a later stage all the same."""


def refuse_stopped(validation: dict[str, Any]) -> None:
    """Nothing goes on behind a gate that has stopped; raises ``NotThrough``."""
    if validation["summary"]["stopped"]:
        raise NotThrough(
            "[gate_stop]  校验未通过，不能继续\n    处理：看 2_validate 列出的行，更正后从 1_clean 起重新运行"
        )


def _check_lines(number: int, check: Check) -> list[str]:
    """The rule, the first failing rows, what to do."""
    table = f"{check.title}（{check.table}）" if check.title else check.table
    lines = [f"{number}. {table}：{check.words}"]
    if check.error is not None:
        return [*lines, f"   规则无法执行：{check.error}", f"   处理：改正 year.yml 中这条规则（{check.rule}）"]
    lines += [f"   {row}" for row in check.failing_rows[:SHOWN_ROWS]]
    if check.failing > SHOWN_ROWS:
        lines.append(f"   ……共 {check.failing} 行")
    elif not check.failing and check.observed is not None:
        lines.append(f"   实际为：{check.observed}")
    return [*lines, f"   处理：{check.remedy}"]
