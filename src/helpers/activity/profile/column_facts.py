"""What is known of one column of an export: its type, its values, what it likely means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from helpers.activity.profile.formats import DateFormats
from helpers.activity.profile.meanings import Meaning, lexicon


@dataclass(frozen=True)
class Value:
    """A text of a column: how often it stands there and in which row first."""

    text: str
    count: int
    row: int


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The type of a column and what follows from it.

    ``markers``: texts that likely mean nothing; ``maybe``: texts that may. ``unfit``: cells of no
    marker that are not of ``type``, ``unfit_values`` the most frequent of them. ``offsets``: offsets
    from UTC and how many times have them ("" for none). ``span``: the least and the greatest value.
    """

    type: str
    meaning: Meaning | None
    markers: tuple[Value, ...] = ()
    maybe: tuple[Value, ...] = ()
    unit: str | None = None
    formats: DateFormats | None = None
    offsets: dict[str, int] = field(default_factory=dict)
    unfit: int = 0
    unfit_values: tuple[Value, ...] = ()
    span: tuple[str, str] | None = None
    note: str | None = None

    @property
    def personal(self) -> bool:
        return bool(self.meaning and self.meaning.personal)

    @property
    def is_date(self) -> bool:
        return self.type in ("date", "datetime")

    def means(self, *names: str) -> bool:
        return self.meaning is not None and self.meaning.name in names


@dataclass(frozen=True, kw_only=True)
class Facts(Typed):
    """One column. ``cell``: its name in the sheet (``c3``). ``empty``: cells without text; ``distinct``:
    different texts that are no markers; ``few``: all of them where there are few."""

    cell: str
    header: str
    rows: int
    empty: int
    distinct: int
    examples: tuple[str, ...] = ()
    few: tuple[Value, ...] = ()

    @property
    def filled(self) -> int:
        """Cells that say something."""
        return self.rows - self.empty - sum(m.count for m in self.markers)


def beside_words(values: Sequence[Value]) -> tuple[Value, ...]:
    """0 and 1 in a column that says yes and no in words: they may be answers, or what an empty cell became."""
    figures = tuple(v for v in values if v.text in ("0", "1"))
    words = [v for v in values if v.text not in ("0", "1")]
    true = {str(w).lower() for w in lexicon("true")}
    both = {v.text.lower() in true for v in words if any(c.isalpha() for c in v.text)} == {True, False}
    return figures if both else ()
