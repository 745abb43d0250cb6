"""Which project years lie below a folder, and which of those asked for do not."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.year.root import Root

#: No project lies deeper below the folder than this.
DEEPEST = 8
#: Folders of a project root in which no other project lies.
OWN = ("data", "reports")


class BatchRefused(Exception):
    """The caller's mistake (exit status 2): what, where, what to do; nothing was run."""


@dataclass(frozen=True, order=True)
class Task:
    """One fiscal year of the project at ``place``, a path below the folder that was asked for ("." for itself)."""

    place: str
    fiscal_year: int


@dataclass(frozen=True)
class Found:
    """What there is to run, and the asked years that a project does not have."""

    tasks: tuple[Task, ...]
    absent: tuple[Task, ...]


def parse_years(text: str) -> tuple[int, ...]:
    """The fiscal years of ``2023,2024``, in order and once each; raises ``BatchRefused``."""
    words = [word for word in re.split(r"[,，、;；\s]+", text.strip()) if word]
    wrong = [word for word in words if not re.fullmatch(r"20\d\d", word, re.ASCII)]
    if wrong or not words:
        raise BatchRefused(
            f"--years {text}  [bad_years]  "
            + (f"“{wrong[0]}”不是年度" if wrong else "没有写年度")
            + "\n    处理：写四位数的年度，几个年度之间用逗号隔开，如 --years 2023,2024"
        )
    return tuple(sorted({int(word) for word in words}))


def find_projects(folder: Path, years: Sequence[int]) -> Found:
    """The asked years of every project at or below ``folder``, in order; raises ``BatchRefused`` if there are none."""
    if not folder.is_dir():
        raise BatchRefused(
            f"{folder}  [no_folder]  没有这个文件夹\n    处理：写一个存放各项目的文件夹，每个项目下有 data/raw/<年度>/"
        )
    places = sorted(project_roots(folder))
    if not places:
        raise BatchRefused(
            f"{folder}  [no_projects]  该文件夹及其下 {DEEPEST} 层以内没有项目"
            "（项目文件夹须有 data/raw/<年度>/year.yml）\n"
            "    处理：核对文件夹；新项目先用 selfeval new-year <年度> --root <项目文件夹> 建立年度文件"
        )
    asked = [(place, year, Root(folder / place).has_year(year)) for place in places for year in years]
    tasks = tuple(Task(place, year) for place, year, there in asked if there)
    if not tasks:
        have = sorted({year for place in places for year in Root(folder / place).years()})
        raise BatchRefused(
            f"{folder}  [no_years]  {len(places)} 个项目都没有所要的年度（{'、'.join(map(str, years))}）\n"
            f"    现有年度：{'、'.join(map(str, have))}\n    处理：改写 --years，或先建立该年度的年度文件"
        )
    return Found(tasks, tuple(Task(place, year) for place, year, there in asked if not there))


def project_roots(folder: Path) -> Iterator[str]:
    """Every project root at or below ``folder``, as a path below it; links to folders are followed, each once."""
    seen: set[Path] = set()
    for at, below, _ in os.walk(folder, followlinks=True):
        here = Path(at)
        place = here.relative_to(folder)
        real = here.resolve()
        if real in seen or len(place.parts) > DEEPEST:
            below.clear()
            continue
        seen.add(real)
        own = bool(Root(here).years())
        below[:] = sorted(name for name in below if not (name.startswith(".") or (own and name in OWN)))
        if own:
            yield place.as_posix()
