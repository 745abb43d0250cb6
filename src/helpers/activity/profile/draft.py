"""A declaration as it is suggested: where it comes from, its keys, and the remarks beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Source:
    """The file that was looked at, and how it was read where that was said or found."""

    file: str
    sheet: str | None = None
    header_row: int = 1
    encoding: str | None = None
    cut_off: bool = False
    found: tuple[tuple[str, str], ...] = ()
    header_rows: int = 1
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Declaration:
    """``entries``: the keys of one table in year.yml; ``remarks``: comments by their place, e.g.
    ``("columns", "opened_at")``; ``names``: the tidy name of each column that is declared, by its cell."""

    table: str
    entries: Mapping[str, Any]
    remarks: Mapping[tuple[str, ...], tuple[str, ...]]
    names: Mapping[str, str]
    left_out: tuple[tuple[int, str, str], ...]


@dataclass
class Draft:
    """A declaration while it is being written: ``names`` and readers' ``words`` by cell, ``remarks`` by place."""

    names: dict[str, str]
    words: dict[str, str] = field(default_factory=dict)
    entries: dict[str, Any] = field(default_factory=dict)
    remarks: dict[tuple[str, ...], list[str]] = field(default_factory=dict)

    def remark(self, *place: str, text: str) -> None:
        self.remarks.setdefault(place, []).append(text)
