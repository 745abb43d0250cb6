"""What a worksheet holds beyond its values: errors, formulas without a value, hidden rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Row and column, from 0.
Cell = tuple[int, int]


@dataclass(frozen=True)
class Marks:
    """``errors``: error cells and their texts. ``uncalculated``: formulas that no program has calculated, with
    their texts. ``hidden``: the rows that a filter or a hand has hidden. ``blank``: formulas that gave an empty text,
    where that may also mean that nobody has calculated them."""

    errors: Mapping[Cell, str] = field(default_factory=dict)
    uncalculated: Mapping[Cell, str] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    blank: Mapping[Cell, str] = field(default_factory=dict)


def letters(column: int) -> str:
    """0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell_name(cell: Cell) -> str:
    """ "C3"."""
    return f"{letters(cell[1])}{cell[0] + 1}"


def cell_of(name: str) -> Cell | None:
    """Row and column of "C3"; None where it is no such name."""
    head = name.rstrip("0123456789")
    if not head.isascii() or not head.isalpha() or head == name:
        return None
    column = 0
    for letter in head.upper():
        column = column * 26 + ord(letter) - 64
    return int(name[len(head) :]) - 1, column - 1


def range_name(first: Cell, last: Cell) -> str:
    """ "B2:B4"."""
    return cell_name(first) if first == last else f"{cell_name(first)}:{cell_name(last)}"
