"""Rows of tables without a key, as lists show them: short, the files they lie in named once below the list."""

from __future__ import annotations

import re
from collections.abc import Sequence

from helpers.report import wording as w
from helpers.report.narrative.chapters import chinese_number

#: What names a row that has no key: the export, and the number of the row in it (``explain._tickets``).
_PLACE = re.compile(r"exports/(.+)#(\d+)")
HEAD = "所在行"


def row_places(ids: Sequence[object]) -> tuple[list[str], str] | None:
    """第12行 (or 文件二第12行) for each id, and which files these are; None where an id is no place of a row."""
    found = [_PLACE.fullmatch(str(one)) for one in ids]
    places = [(match[1], match[2]) for match in found if match]
    if not places or len(places) < len(ids):
        return None
    files = list(dict.fromkeys(file for file, _ in places))
    if len(files) == 1:
        return [w.plain(f"第{row}行") for _, row in places], f"{HEAD}是导出文件{w.quoted(files[0])}中的行号"
    named = {file: f"文件{chinese_number(at)}" for at, file in enumerate(files, start=1)}
    told = "，".join(f"{name}为{w.quoted(file)}" for file, name in named.items())
    return [w.plain(f"{named[file]}第{row}行") for file, row in places], f"{HEAD}是导出文件中的行号，{told}"
