"""Whether complete and sound-looking tables can be true: checks derived from the data, without declaration.

A check is a function ``name(subject) -> Iterator[Check]``; its name is the id by which the year file
may accept what it says. It yields something only where it found something, one note a table (or a
table's column).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from helpers.gate.plausibility import (
    across_tables,
    amounts,
    answers_apart,
    blank_figures,
    clocks_since,
    coded_values,
    control_totals,
    coverage,
    date_slips,
    durations,
    filled_with,
    garbled,
    keys_alike,
    late_entries,
    named_values,
    numbering,
    one_value,
    order_in_file,
    payment_series,
    percent_scale,
    placeholders,
    registers_since,
    relations,
    same_again,
    shares_since,
    since_last_year,
    stated_figures,
    steps,
    stints,
    sum_rows,
    texts_against_codes,
    twins,
    versions_unlike,
)
from helpers.gate.plausibility.subject import Subject, open_subject
from helpers.gate.result import Check
from helpers.measures.database import QueryStopped

__all__ = ["CHECKS", "CheckFunction", "Subject", "check_ids", "open_subject", "plausibility_checks"]

CheckFunction = Callable[[Subject], Iterator[Check]]

#: Every check, in the order in which they speak; a module of checks lists its own in its ``CHECKS``.
CHECKS: tuple[CheckFunction, ...] = (
    *numbering.CHECKS,
    *order_in_file.CHECKS,
    *coverage.CHECKS,
    *steps.CHECKS,
    *date_slips.CHECKS,
    *durations.CHECKS,
    *amounts.CHECKS,
    *payment_series.CHECKS,
    *sum_rows.CHECKS,
    *twins.CHECKS,
    *keys_alike.CHECKS,
    *versions_unlike.CHECKS,
    *answers_apart.CHECKS,
    *texts_against_codes.CHECKS,
    *coded_values.CHECKS,
    *placeholders.CHECKS,
    *named_values.CHECKS,
    *garbled.CHECKS,
    *one_value.CHECKS,
    *relations.CHECKS,
    *filled_with.CHECKS,
    *blank_figures.CHECKS,
    *percent_scale.CHECKS,
    *stated_figures.CHECKS,
    *control_totals.CHECKS,
    *across_tables.CHECKS,
    *stints.CHECKS,
    *registers_since.CHECKS,
    *late_entries.CHECKS,
    *since_last_year.CHECKS,
    *shares_since.CHECKS,
    *same_again.CHECKS,
    *clocks_since.CHECKS,
)


def check_ids() -> list[str]:
    """The ids that ``plausible`` in a year file may name."""
    return [check.__name__ for check in CHECKS]


def plausibility_checks(subject: Subject) -> list[Check]:
    """What every check found, in the order of the checks.

    A check that takes too long or fails on the data stops nothing: it is named in a note.
    """
    found: list[Check] = []
    for check in CHECKS:
        try:
            found += check(subject)
        except QueryStopped as stopped:
            found.append(_not_done(subject, check.__name__, stopped))
    return found


def _not_done(subject: Subject, check_id: str, stopped: QueryStopped) -> Check:
    table = next(iter(subject.tables))
    words = f"数据合理性检查 {check_id} 未能完成：{stopped}"
    return subject.note(table, check_id, words, "其余检查不受影响；请连同 validation.json 一并报告", failing=0)
