"""Whether complete and sound-looking tables can be true: checks derived from the data, without declaration.

A check is a function ``name(subject) -> Iterator[Check]``; its name is the id by which the year file
may accept what it says. It yields something only where it found something, one note a table (or a
table's column).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

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

#: In the order in which they speak; each lists its checks in its ``CHECKS``.
MODULES = (
    numbering,
    order_in_file,
    coverage,
    steps,
    date_slips,
    durations,
    amounts,
    payment_series,
    sum_rows,
    twins,
    keys_alike,
    versions_unlike,
    answers_apart,
    texts_against_codes,
    coded_values,
    placeholders,
    named_values,
    garbled,
    one_value,
    relations,
    filled_with,
    blank_figures,
    percent_scale,
    stated_figures,
    control_totals,
    across_tables,
    stints,
    registers_since,
    late_entries,
    since_last_year,
    shares_since,
    same_again,
    clocks_since,
)
CHECKS: tuple[CheckFunction, ...] = tuple(check for module in MODULES for check in module.CHECKS)


def check_ids() -> list[str]:
    """The ids that ``plausible`` in a year file may name."""
    return [check.__name__ for check in CHECKS]


def plausibility_checks(subject: Subject, at_once: int = 1) -> list[Check]:
    """What every check found, in the order of the checks; ``at_once``: how many of their modules ask at a time.

    A check that takes too long or fails on the data stops nothing: it is named in a note.
    """
    if at_once == 1:
        return [note for module in MODULES for note in _found(module.CHECKS, subject)]
    mine = threading.local()

    def found(checks: Sequence[CheckFunction]) -> list[Check]:
        mine.subject = getattr(mine, "subject", None) or subject.for_another_thread()
        return _found(checks, mine.subject)

    with ThreadPoolExecutor(at_once) as pool:
        return [note for notes in pool.map(found, [module.CHECKS for module in MODULES]) for note in notes]


def _found(checks: Sequence[CheckFunction], subject: Subject) -> list[Check]:
    found: list[Check] = []
    for check in checks:
        try:
            found += check(subject)
        except QueryStopped as stopped:
            found.append(_not_done(subject, check.__name__, stopped))
    return found


def _not_done(subject: Subject, check_id: str, stopped: QueryStopped) -> Check:
    table = next(iter(subject.tables))
    words = f"数据合理性检查 {check_id} 未能完成：{stopped}"
    return subject.note(table, check_id, words, "其余检查不受影响；请连同 validation.json 一并报告", failing=0)
