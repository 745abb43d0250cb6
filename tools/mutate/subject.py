"""What a kind of damage works on: the declared exports of one year as grids, and the account of what it did."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.mutate import grid as grids
from tools.mutate.grid import Grid, blank

if TYPE_CHECKING:
    from helpers.year.load import Year
    from helpers.year.tables import Table

Dice = random.Random


@dataclass
class Sheet:
    """One export of a table: its grid is a copy that may be changed."""

    table: str
    spec: Table
    file: str
    grid: Grid

    def at(self, column: str) -> int | None:
        """The position of a tidy column in this export."""
        return self.grid.find(self.spec.columns[column].source) if column in self.spec.columns else None

    def has(self, *columns: str) -> bool:
        return all(self.at(c) is not None for c in columns)

    def place(self, column: str) -> int:
        found = self.at(column)
        assert found is not None, column
        return found

    def there(self, *types: str) -> list[str]:
        """The tidy columns of these types (all, if none is named) in this export."""
        return [
            c for c, one in self.spec.columns.items() if self.at(c) is not None and (not types or one.type in types)
        ]

    def values(self, column: str, rows: Sequence[int] | None = None) -> list[Any]:
        place = self.place(column)
        return [self.grid.rows[n][place] for n in (self.grid.data() if rows is None else rows)]

    def filled(self, column: str) -> list[int]:
        """The records in which a column is not empty."""
        place, empty = self.place(column), {"—", "无", "?"}
        rows = self.grid.rows
        return [n for n in self.grid.data() if not blank(rows[n][place]) and rows[n][place] not in empty]

    def change(self, column: str, rows: Sequence[int], change: Callable[[Any], Any]) -> int:
        """Change these cells; how many are other than before."""
        place, changed = self.place(column), 0
        for n in rows:
            before = self.grid.rows[n][place]
            self.grid.rows[n][place] = change(before)
            changed += self.grid.rows[n][place] != before
        return changed

    def line(self, row: int) -> int:
        """The number of a row in the file, from 1."""
        return row + 2 + len(self.grid.above)


@dataclass(frozen=True)
class Damage:
    """``files``: path below the year's folder → content; ``what`` in words; the rest names what is damaged."""

    files: Mapping[str, bytes]
    what: str
    tables: tuple[str, ...]
    columns: tuple[str, ...] = ()
    rows: frozenset[tuple[str, int]] = field(default=frozenset())


@dataclass(frozen=True)
class Exports:
    """The exports of one undamaged year; ``before``: those of the year before it."""

    year: Year
    before: Year | None = None

    def sheets(self, table: str) -> list[Sheet]:
        """Copies of a table's exports, to be changed."""
        return [replace(one, grid=one.grid.copy()) for one in self._originals(table)]

    def _originals(self, table: str) -> list[Sheet]:
        spec = self.year.year.tables[table]
        return [Sheet(table, spec, f, read(self.year.folder / f, spec.header_row)) for f in spec.files]

    def any(self, dice: Dice, fits: Callable[[Sheet], Any], tables: Sequence[str] = ()) -> Sheet | None:
        """A random export that fits, each table as likely as another; tickets twice as likely."""
        names = [t for t in self.year.year.tables if not tables or t in tables]
        names += [t for t in names if t == "tickets"]
        dice.shuffle(names)
        for name in names:
            fit = [one for one in self._originals(name) if fits(one)]
            if fit:
                found = dice.choice(fit)
                return replace(found, grid=found.grid.copy())
        return None

    def previous(self, table: str) -> list[Sheet]:
        return Exports(self.before).sheets(table) if self.before and table in self.before.year.tables else []


@lru_cache(maxsize=64)
def read(path: Path, header_row: int) -> Grid:
    """Undamaged exports are read once."""
    found = grids.read(path, header_row)
    found.known = found.data()
    return found


def done(
    sheet: Sheet, what: str, *, columns: Sequence[str] = (), rows: Sequence[int] = (), more: Sequence[str] = ()
) -> Damage:
    """The damage of one export; ``rows``: positions in the changed grid; ``more``: other damaged tables."""
    lines = frozenset((sheet.file, sheet.line(n)) for n in rows)
    said = f"{sheet.file}: {what}"
    return Damage({sheet.file: sheet.grid.content()}, said, (sheet.table, *more), tuple(columns), lines)


def raw(sheet: Sheet, content: bytes, what: str, columns: Sequence[str] = ()) -> Damage:
    """Damage to the bytes of a file."""
    return Damage({sheet.file: content}, f"{sheet.file}: {what}", (sheet.table,), tuple(columns))


# --- the register of kinds ------------------------------------------------------------------------

Make = Callable[[Exports, Dice], Damage | None]


@dataclass(frozen=True)
class Kind:
    """A kind of damage: ``make`` gives None where an attempt fits nothing."""

    name: str
    group: str
    about: str
    make: Make


KINDS: dict[str, Kind] = {}


def kind(group: str, about: str) -> Callable[[Make], Make]:
    """Register a kind of damage under its function's name."""

    def register(make: Make) -> Make:
        name = make.__name__
        KINDS[name] = Kind(name, group, about, make)
        return make

    return register


def some(dice: Dice, rows: Sequence[int], low: float, high: float, least: int = 1) -> list[int]:
    """A random part of the rows, in order."""
    if not rows:
        return []
    number = max(least, round(len(rows) * dice.uniform(low, high)))
    return sorted(dice.sample(list(rows), min(number, len(rows))))


def attempts(kind: Kind, exports: Exports, seed: str) -> Iterator[Damage]:
    """Damages of a kind by a seed: the same seed, the same damage. Those that change nothing are passed over."""
    for attempt in range(12):
        made = kind.make(exports, random.Random(f"{kind.name}/{seed}/{attempt}"))
        if made and any(not _same(exports.year.folder / f, content) for f, content in made.files.items()):
            yield made


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content
