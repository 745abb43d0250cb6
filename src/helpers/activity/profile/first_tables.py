"""The tables of a first year, as suggested by the exports that lie there: written into year.yml, to be looked over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from helpers.activity.errors import ExportError
from helpers.activity.profile.block import block
from helpers.activity.profile.look import Profile, profile_file
from helpers.year.root import Root

#: What a year file says before any table is declared.
EMPTY = "\ntables: {}\n"
#: More files than this are looked at one by one by whoever knows them.
MOST_FILES = 40
#: Where the tables are declared already, only files as small as this are looked at: an export without records is small.
SMALL = 1 << 16
NOTHING = "核对导出是否成功、条件是否选对，重新导出后放回原处"
HEAD = """
# 以下各表由 exports/ 里的文件推定（selfeval new-year），逐行核对后再用。
tables:
"""


@dataclass(frozen=True)
class Looked:
    """An export with what it seems to be, or why nobody can tell; one without records has both."""

    name: str
    profile: Profile | None
    why: str = ""


def propose(root: Path, fiscal_year: int) -> list[str]:
    """Put suggested tables in the place of ``tables: {}``; a line for each file, nothing where there is none.

    Where the tables are those of the year before, only the exports without records are told.
    """
    folder = Root(root).raw(fiscal_year)
    path = folder / "year.yml"
    text = path.read_text(encoding="utf-8")
    files = sorted(p for p in (folder / "exports").rglob("*") if p.is_file() and _an_export(p))
    if EMPTY not in text:
        small = (_look(file, folder) for file in files if file.stat().st_size <= SMALL)
        return [f"  {one.name}：{one.why}" for one in small if one.why]
    looked = [_look(file, folder) for file in files[:MOST_FILES]]
    groups = [group for group in _alike([one for one in looked if one.profile]) if _rows(group)]
    names: set[str] = set()
    blocks = [_block(group, names) for group in groups]
    left = [one for one in looked if not any(one in group for group in groups)]
    if blocks:
        unread = [f"  # {one.name}：{one.why}\n" for one in left]
        path.write_text(text.replace(EMPTY, HEAD + "".join([*unread, *blocks])), encoding="utf-8")
    return list(_said(looked, groups, len(files)))


def _an_export(path: Path) -> bool:
    return not path.name.startswith((".", "~$")) and path.suffix.lower() not in (".md", ".txt", ".pdf", ".docx", ".doc")


def _look(file: Path, folder: Path) -> Looked:
    name = file.relative_to(folder).as_posix()
    if not file.stat().st_size:
        return Looked(name, None, f"空文件（0 字节），里面什么也没有；{NOTHING}")
    try:
        found = profile_file(file)
        return Looked(name, found, "" if found.rows else f"只有表头，没有一条记录；{NOTHING}")
    except ExportError as error:
        first = re.sub(r"\s+", " ", str(error).strip().splitlines()[0])
        return Looked(name, None, f"没有读出来，{first[:160]}")


def _alike(looked: Sequence[Looked]) -> list[list[Looked]]:
    """Files with the same headers, read the same way, are one table; the largest gets the plainest name."""
    groups: dict[tuple[object, ...], list[Looked]] = {}
    for one in looked:
        assert one.profile is not None
        source = one.profile.source
        headers = tuple(facts.header for facts in one.profile.columns)
        groups.setdefault((headers, source.header_row, source.header_rows), []).append(one)
    return sorted(groups.values(), key=lambda group: -_rows(group))


def _rows(group: Sequence[Looked]) -> int:
    return sum(one.profile.rows for one in group if one.profile)


def _block(group: Sequence[Looked], names: set[str]) -> str:
    """The block of the file with the most rows, over all files of the group."""
    found = max((one.profile for one in group if one.profile), key=lambda profile: profile.rows)
    declared = found.declaration
    name = next(n for n in (declared.table, *(f"{declared.table}_{at}" for at in range(2, 99))) if n not in names)
    names.add(name)
    files = [one.name for one in group]
    entries = {**declared.entries, "files": files if len(files) > 1 else files[0]}
    return block(replace(declared, table=name, entries=entries))


def _said(looked: Sequence[Looked], groups: Sequence[Sequence[Looked]], count: int) -> Iterator[str]:
    for group in groups:
        named = "、".join(one.name for one in group)
        yield f"  {named}：{_rows(group)} 行，已在 year.yml 的 tables 里写出推定的对应关系"
    yield from (f"  {one.name}：{one.why}" for one in looked if one.why)
    if count > len(looked):
        yield f"  另有 {count - len(looked)} 个文件没有看：用 selfeval profile 逐个看"
    if groups:
        yield "  推定的不一定对：用 selfeval profile 文件名 看每一列，再逐行核对"
