"""The years that are damaged: the example years, last year's exports beside this year's, and one in another layout."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tools.mutate import other
from tools.mutate.engine import PROJECT
from tools.mutate.subject import Damage, Exports

if TYPE_CHECKING:
    from helpers.year.load import Year


@dataclass(frozen=True)
class Scene:
    """A project root; the exports of ``damaged`` are damaged while ``evaluated`` is evaluated."""

    name: str
    root: Path
    evaluated: int
    damaged: int

    def _year(self, fiscal_year: int) -> Year | None:
        from helpers.year.load import load_year

        there = (self.root / "data" / "raw" / str(fiscal_year) / "year.yml").is_file()
        return load_year(self.root, fiscal_year) if there else None

    @cached_property
    def exports(self) -> Exports:
        year = self._year(self.damaged)
        assert year is not None
        return Exports(year, self._year(self.damaged - 1))

    @property
    def folder(self) -> Path:
        return self.root / "data" / "raw" / str(self.damaged)

    def work(self, root: Path) -> Scene:
        """The same scene in a copy of the root, where damage may be done."""
        if not root.exists():
            shutil.copytree(self.root / "data" / "raw", root / "data" / "raw")
        return Scene(self.name, root, self.evaluated, self.damaged)

    @contextmanager
    def damage(self, damage: Damage) -> Iterator[None]:
        """The damaged files in place; afterwards all is as before."""
        kept = {f: (self.folder / f).read_bytes() if (self.folder / f).is_file() else None for f in damage.files}
        for file, content in damage.files.items():
            (self.folder / file).write_bytes(content)
        try:
            yield
        finally:
            for file, old in kept.items():
                if old is None:
                    (self.folder / file).unlink()
                else:
                    (self.folder / file).write_bytes(old)


def scenes(folder: Path, wanted: Callable[[str], bool]) -> list[Scene]:
    """The wanted scenes, their roots made below ``folder``."""
    example, alone, layout = folder / "example", folder / "alone", folder / "other"
    there = [
        Scene("2024", example, 2024, 2024),
        Scene("2023 beside 2024", example, 2024, 2023),
        Scene("2023", alone, 2023, 2023),
        Scene("other layout", layout, 2024, 2024),
    ]
    picked = [s for s in there if wanted(s.name)]
    roots = {s.root for s in picked}
    if example in roots:
        shutil.copytree(PROJECT / "data" / "raw", example / "data" / "raw")
    if alone in roots:
        shutil.copytree(PROJECT / "data" / "raw" / "2023", alone / "data" / "raw" / "2023")
    if layout in roots:
        other.write(layout)
    return picked
