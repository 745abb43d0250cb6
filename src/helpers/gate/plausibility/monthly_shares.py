"""Shares of a table's rows in both years, month by month: how far they moved, and how far months move by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from helpers.gate.plausibility.value_counts import together, unpivoted
from helpers.year.engine import identifier
from helpers.year.tidy import record_columns, tidy_columns

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject

#: Values of one column that are followed, the most frequent of last year first, and how many it may have.
MOST_VALUES = 60
#: Months needed before they say how far a share moves by itself.
FEWEST_MONTHS = 6

Cells = tuple[tuple[int, int], ...]  # (hits, rows) a month


@dataclass(frozen=True)
class Share:
    """The rows of which something holds: ``value`` of ``column`` (None: that it is blank)."""

    column: str
    value: str | None
    now: Cells
    before: Cells

    @property
    def hits(self) -> int:
        return sum(k for k, _ in self.now)

    @property
    def hits_before(self) -> int:
        return sum(k for k, _ in self.before)

    @property
    def share(self) -> float:
        return self.hits / max(1, sum(n for _, n in self.now))

    @property
    def share_before(self) -> float:
        return self.hits_before / max(1, sum(n for _, n in self.before))

    @property
    def change(self) -> float:
        return self.share - self.share_before

    @property
    def expected(self) -> float:
        """Hits if last year's share had held."""
        return self.share_before * sum(n for _, n in self.now)

    @property
    def spread(self) -> float:
        """How many times more the months of a year vary than chance alone would have it; at least 1. The calmer
        year says it: what has been damaged in a part of a year varies by that."""
        return max(1.0, min(_dispersion(self.now), _dispersion(self.before)))

    @property
    def z(self) -> float:
        """The change in standard errors that the months' own spread allows for."""
        n, m = sum(n for _, n in self.now), sum(n for _, n in self.before)
        p = (self.hits + self.hits_before) / max(1, n + m)
        error = sqrt(self.spread * p * (1 - p) * (1 / max(1, n) + 1 / max(1, m)))
        return self.change / error if error else 0.0

    def steady_before(self) -> bool:
        """Whether most months of last year had it: what comes in bursts may stay away by itself."""
        return sum(1 for k, _ in self.before if k) >= 0.75 * len(self.before)

    def breaks(self) -> bool:
        """Whether most of the change came with the new year: what grows or wanes does so by and by."""
        if min(len(self.before), len(self.now)) < FEWEST_MONTHS:
            return True
        late, early = (sum(k for k, _ in c) / max(1, sum(n for _, n in c)) for c in (self.before[-3:], self.now[:3]))
        return (early - late) * self.change > 0 and abs(early - late) >= abs(self.change) / 2

    def faded_before(self) -> bool:
        """Whether it was already rare in the last months of last year, so that its end is no break."""
        late = self.before[-3:]
        if len(self.before) < FEWEST_MONTHS:
            return False
        expected = self.share_before * sum(n for _, n in late)
        return sum(k for k, _ in late) < max(2.0, expected / 2)


def _dispersion(cells: Cells) -> float:
    filled = [(k, n) for k, n in cells if n]
    total = sum(n for _, n in filled)
    p = sum(k for k, _ in filled) / max(1, total)
    if len(filled) < FEWEST_MONTHS or not 0 < p < 1:
        return 1.0
    return sum((k - n * p) ** 2 / (n * p * (1 - p)) for k, n in filled) / (len(filled) - 1)


# --- asked of the tables --------------------------------------------------------------------------


def both_have(subject: Subject, table: str) -> list[str]:
    """The record columns that a table has in both years, in the same type."""
    before = record_columns(subject.previous.year.tables[table]) if subject.previous else {}
    return [c for c, kind in record_columns(subject.tables[table]).items() if before.get(c) == kind]


def blanks(subject: Subject, table: str) -> list[Share]:
    """For every column, the rows in which it is blank."""
    return [share for share in _conditions(subject, table) if share.value is None]


def flags(subject: Subject, table: str) -> list[Share]:
    """For every boolean, derived ones included, the rows that are true of those that are known."""
    return [share for share in _conditions(subject, table) if share.value is not None]


def _conditions(subject: Subject, table: str) -> list[Share]:
    """The blanks of every column, and every boolean."""
    now, before = (tidy_columns(y.year.tables[table]) for y in (subject.year, subject.previous) if y)
    flags = [c for c, kind in now.items() if kind == "BOOLEAN" and before.get(c) == kind]
    asked: list[tuple[str, str | None, str]] = [
        (c, None, f"count_if({identifier(c)} IS NULL), count(*)") for c in both_have(subject, table)
    ]
    asked += [(c, "true", f"count(*) FILTER (WHERE {identifier(c)}), count({identifier(c)})") for c in flags]
    if not asked:
        return []
    ours, theirs = (_cells(subject, table, prefix, [one for _, _, one in asked]) for prefix in ("", "previous_"))
    return [Share(column, value, ours[n], theirs[n]) for n, (column, value, _) in enumerate(asked)]


def values(subject: Subject, table: str, columns: Sequence[str]) -> dict[str, list[Share]]:
    """For each text column of few values, the rows of each, last year's most frequent first; asked once a column."""
    known: dict[tuple[str, str], list[Share]] = subject.known.more.setdefault("monthly values", {})
    missing = [c for c in columns if (table, c) not in known]
    known |= {(table, c): shares for c, shares in _values(subject, table, missing).items()}
    return {c: known[table, c] for c in columns if known[table, c]}


def _values(subject: Subject, table: str, columns: Sequence[str]) -> dict[str, list[Share]]:
    """The same, with no shares for a column of too many values."""
    few = list(columns)
    for view in (table, f"previous_{table}"):
        few = [c for c, (different, _) in subject.kinds(view, few).items() if different <= MOST_VALUES]
    now, before = (_monthly(subject, table, prefix, few) for prefix in ("", "previous_"))
    found: dict[str, list[Share]] = {c: [] for c in columns}
    for column in few:
        there = {v for months in (*now[column].values(), *before[column].values()) for v in months if v is not None}
        if len(there) > MOST_VALUES:
            continue
        shares = [Share(column, v, *(_of_value(months[column], v) for months in (now, before))) for v in there]
        found[column] = sorted(shares, key=lambda s: (-s.hits_before, str(s.value)))
    return found


Months = dict[object, dict[str | None, int]]


def _monthly(subject: Subject, table: str, prefix: str, columns: Sequence[str]) -> dict[str, Months]:
    """For each column the rows of each value in each month, the months in order."""
    found: dict[str, Months] = {c: {} for c in columns}
    month = _month(subject, table, prefix)
    for part in together(columns, subject.count(prefix + table)):
        cells = unpivoted(part, prefix + table, f", {month} AS m")
        counted = subject.query(f"SELECT n, m, v, count(*) FROM ({cells}) GROUP BY n, m, v ORDER BY n, m")
        for n, month_, value, rows in counted:
            found[part[n]].setdefault(month_, {})[value] = int(rows)
    return found


def _of_value(months: Months, value: str) -> Cells:
    return tuple((values.get(value, 0), sum(values.values())) for values in months.values())


def _month(subject: Subject, table: str, prefix: str) -> str:
    year = subject.previous if prefix else subject.year
    date = year.year.tables[table].year_by if year else None
    return subject.year.fiscal.place_in_sql(identifier(date)) if date else "0"


def _cells(subject: Subject, table: str, prefix: str, counted: Sequence[str]) -> list[Cells]:
    """Hits and rows by month of each of these pairs of counts, the months in order; those without rows are left out."""
    month = _month(subject, table, prefix)
    rows = subject.query(
        f"SELECT {month}, {', '.join(counted)} FROM {identifier(prefix + table)} GROUP BY 1 ORDER BY 1"
    )
    pairs = ([(int(row[1 + 2 * n]), int(row[2 + 2 * n])) for row in rows] for n in range(len(counted)))
    return [tuple(pair for pair in one if pair[1]) for one in pairs]
