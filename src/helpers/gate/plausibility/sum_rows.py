"""Rows that look like records and are sums: the amount is that of all rows above, of the month's, or of all others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.gate.plausibility.subject import EXAMPLES
from helpers.year.engine import identifier, literal

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: A sum has so many rows at least; with cents, or of so many different amounts, it is hit by chance no more.
ROWS, DIFFERENT = 5, 4
#: A row without any text is a sum of so many others already.
BARE_ROWS = 2
#: The sum of a month has so many rows, and stands in so many months.
MONTH_ROWS, MONTHS = 3, 3
#: Larger tables are no ledgers that somebody added up.
LARGEST = 100_000


@dataclass(frozen=True)
class _Amount:
    file: str
    row: int
    month: int
    cents: int


def sum_rows(subject: Subject) -> Iterator[Check]:
    """Amounts that are, to the cent, the sum of the rows above them in the file, or of every other row."""
    for table in subject.tables:
        roles = subject.roles[table]
        summed = [c for c in roles.numbers if c in roles.money and c not in roles.key]
        if not summed or not BARE_ROWS < subject.count(table) <= LARGEST:
            continue
        for column in summed:
            amounts = _amounts(subject, table, column)
            bare = _bare_total(subject, table, amounts)
            if bare is not None:
                yield _total_note(subject, table, column, bare)
                continue
            sums = found_sums(amounts)
            if not sums:
                continue
            listed = " OR ".join(f"(source_file = {literal(a.file)} AND source_row = {a.row})" for a in sums[:EXAMPLES])
            yield subject.note(
                table,
                "sum_rows",
                f"有 {len(sums)} 行的{subject.called(table, column)}恰好等于上面各行（或其余各行）之和，疑似合计行，"
                "却作为记录计入",
                "核对这些行：确是合计的在来源里注明“合计”，或用 out_of_scope 剔除；确是一笔业务的，在 plausible 里说明",
                observed=len(sums),
                rows=subject.places(table, [column], listed),
                failing=len(sums),
                column=column,
            )


CHECKS = (sum_rows,)


def _bare_total(subject: Subject, table: str, amounts: Sequence[_Amount]) -> _Amount | None:
    """The row that says nothing but an amount (and a date), which is that of all other rows of its file."""
    texts = subject.roles[table].texts
    if not texts:
        return None
    blank = " AND ".join(f"{identifier(c)} IS NULL" for c in texts)
    bare = subject.query(f"SELECT source_file, source_row FROM {identifier(table)} WHERE {blank} LIMIT 50")
    for file, row in bare:
        own = [a for a in amounts if a.file == file]
        named = [a for a in own if (a.file, a.row) not in bare]
        amount = next((a for a in own if a.row == row), None)
        if amount and len(named) >= BARE_ROWS and 2 * amount.cents == sum(a.cents for a in own):
            return amount
    return None


def _total_note(subject: Subject, table: str, column: str, total: _Amount) -> Check:
    place = f"source_file = {literal(total.file)} AND source_row = {total.row}"
    return subject.note(
        table,
        "sum_rows",
        f"有 1 行只有{subject.called(table, column)}，没有任何文字，金额恰好是其余各行之和：是合计行，不是记录",
        "在来源里去掉这一行或注明“合计”，或用 out_of_scope 剔除；确是一笔业务的，在 plausible 里说明",
        observed=1,
        rows=subject.places(table, [column], place),
        failing=1,
        column=column,
        level="stop",
    )


def _amounts(subject: Subject, table: str, column: str) -> list[_Amount]:
    """The amounts of a table in the order of the files."""
    time, cell = subject.roles[table].time, identifier(column)
    month = f"coalesce(month({identifier(time)}), 0)" if time else "0"
    return [
        _Amount(str(file), int(row), int(number), int(cents))
        for file, row, number, cents in subject.query(
            f"SELECT source_file, source_row, {month}, CAST(round({cell} * 100) AS BIGINT) FROM {identifier(table)} "
            f"WHERE {cell} IS NOT NULL AND {cell} <> 0 ORDER BY 1, 2"
        )
    ]


def found_sums(amounts: Sequence[_Amount]) -> list[_Amount]:
    """The amounts that are sums: of all above in their file since the last sum, or of everything else in it."""
    found: dict[tuple[str, int], _Amount] = {}
    for file in dict.fromkeys(a.file for a in amounts):
        own = [a for a in amounts if a.file == file]
        found |= {(a.file, a.row): a for a in [*_of_all_above(own), *_of_all_others(own), *_of_months(own)]}
    return [found[place] for place in sorted(found)]


class _Part:
    """Amounts added up one after the other."""

    def __init__(self, amounts: Iterable[_Amount] = ()) -> None:
        self.rows, self.cents = 0, 0
        self.different: set[int] = set()
        for amount in amounts:
            self.add(amount)

    def add(self, amount: _Amount) -> None:
        self.rows, self.cents = self.rows + 1, self.cents + amount.cents
        self.different.add(amount.cents)

    def telling(self) -> bool:
        """Whether so many different amounts add up that no other amount is their sum by chance."""
        return self.rows >= ROWS and len(self.different) >= DIFFERENT


def _of_all_above(own: Sequence[_Amount]) -> Iterator[_Amount]:
    """Each sum of the rows above it: of all, or of those since the last sum."""
    above, since = _Part(), _Part()
    for amount in own:
        if any(part.cents == amount.cents and part.telling() for part in (above, since)):
            yield amount
            since = _Part()
        else:
            above.add(amount)
            since.add(amount)


def _of_all_others(own: Sequence[_Amount]) -> Iterator[_Amount]:
    """The one row that holds what all others are together, wherever it stands."""
    total = sum(a.cents for a in own)
    halves = [a for a in own if 2 * a.cents == total]
    if len(halves) == 1 and _Part(a for a in own if a is not halves[0]).telling():
        yield halves[0]


def _of_months(own: Sequence[_Amount]) -> Iterator[_Amount]:
    """Rows that are each what their month's rows above are together, in several months."""
    found: list[_Amount] = []
    part, month = _Part(), None
    for amount in own:
        if amount.month != month:
            part, month = _Part(), amount.month
        if part.rows >= MONTH_ROWS and part.cents == amount.cents:
            found.append(amount)
            part = _Part()
        else:
            part.add(amount)
    if len(found) >= MONTHS:
        yield from found
