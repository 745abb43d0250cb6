"""What became of a mutant: stopped, noted, harmless or silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.mutate.engine import Outcome, Said
from tools.mutate.subject import Damage

if TYPE_CHECKING:
    from helpers.year.load import Year

CLASSES = ("stopped", "crash", "noted", "unnamed", "harmless", "silent")
#: Figures that are told first when several changed.
FIRST = (".budget.spent", ".actual", ".count", ".activity_total", ".score", "rate", ".value", ".gap")


@dataclass(frozen=True)
class Verdict:
    """``by``: who spoke; ``named``: whether it names what is damaged; ``moved``: figures before and after.

    ``crash``: the run ended with an error of the program instead of a message. ``unnamed``: something
    new was said, but not of what is damaged; it counts as silent where a figure changed.
    """

    result: str
    by: tuple[str, ...] = ()
    named: bool = False
    moved: tuple[tuple[str, Any, Any], ...] = ()
    said: str = ""


def words_for(damage: Damage, year: Year) -> list[str]:
    """What a message may call the damaged thing: files, tables, columns."""
    names = [f.rsplit("/", 1)[-1] for f in damage.files if f != "year.yml"]
    for table in damage.tables:
        spec = year.year.tables[table]
        names += [spec.title, f"（{table}）", f"tables.{table}"]
        for column in damage.columns:
            declared = spec.columns.get(column)
            names += [*declared.source, declared.words or ""] if declared else []
    return [n for n in names if n]


def names_it(said: Said, damage: Damage, words: list[str]) -> bool:
    """Whether a note is of the damaged table, or names its file, a damaged column or row."""
    return said.table in damage.tables or bool(said.rows & damage.rows) or any(w in said.text for w in words)


def new_notes(before: Outcome, after: Outcome) -> Iterator[Said]:
    """Notes that were not there, or are about more rows than before."""
    for key, said in after.notes.items():
        known = before.notes.get(key)
        if known is None or said.failing > known.failing or (known.failing == 0 and said.text != known.text):
            yield said


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[tuple[str, Any, Any], ...]:
    """The figures that differ, the most telling first."""
    differing = [
        (name, before.get(name), after.get(name))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]

    def rank(one: tuple[str, Any, Any]) -> tuple[int, int]:
        return next((n for n, word in enumerate(FIRST) if one[0].endswith(word)), len(FIRST)), ".previous" in one[0]

    return tuple(sorted(differing, key=rank))


def classify(
    damage: Damage, year: Year, before: Outcome, after: Outcome, causes: Callable[[], tuple[tuple[str, Any, Any], ...]]
) -> Verdict:
    """``causes``: the differences of stage 4, asked for only where nothing else tells."""
    words = words_for(damage, year)
    if after.stop is not None:
        told = any(w in after.stop for w in words)
        return Verdict("crash" if after.crash else "stopped", (after.stopped_by,), told, said=after.stop)
    notes = list(new_notes(before, after))
    named = [n for n in notes if names_it(n, damage, words)]
    if named:
        return Verdict(
            "noted", tuple(n.by for n in named), True, moved(before.figures, after.figures)[:3], named[0].text
        )
    changed = moved(before.figures, after.figures) or causes()
    if not changed:
        return Verdict("harmless", tuple(n.by for n in notes))
    if notes:
        return Verdict("unnamed", tuple(n.by for n in notes), False, changed[:3], notes[0].text)
    return Verdict("silent", (), False, changed[:3])
