"""Whether two indicators say the same again: one measure over the same records, names that hardly differ, or one thing
(投诉) counted twice from one table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from difflib import SequenceMatcher

from helpers.indicators.lexicon import words
from helpers.indicators.normal_text import normal

#: Of so many characters of a name one may differ.
OF_CHARACTERS = 5


@dataclass(frozen=True)
class Counted:
    """How one figure of an indicator is counted. ``agg`` and ``tables``: how and from which, ``scope``: of which
    records, ``measure``: what of them; equal where the declarations are."""

    agg: str
    tables: frozenset[str]
    scope: tuple[str, ...]
    measure: tuple[str, ...]


def repeated(one: tuple[str, Collection[Counted]], other: tuple[str, Collection[Counted]]) -> str | None:
    """How two indicators, each by its name and what it counts, repeat each other; None where they do not.

    A quality that both names hold (率, 满意, 响应) is no likeness: they can be about other records, or other things.
    """
    (name, counted), (other_name, other_counted) = one, other
    if set(counted) & set(other_counted):
        return "由同一份记录按同一口径计算，内容重复"
    same_records = {c.scope for c in counted} & {c.scope for c in other_counted}
    if same_records and few_characters_apart(name, other_name):
        return "的名称只差个别字，由同一范围的记录计算，内容重叠"
    thing = next((word for word in words("object") if word in name and word in other_name), None)
    if thing and any(c.agg == d.agg == "count" and c.tables & d.tables for c in counted for d in other_counted):
        return f"都考核{thing}，用的是同一份记录，内容重叠"
    return None


def few_characters_apart(one: str, other: str) -> bool:
    """Whether two names are the same but for one character in five, none of which tells them apart (上半年、下半年)."""
    one, other = (normal(name).replace(" ", "") for name in (one, other))
    edits = [e for e in SequenceMatcher(None, one, other, autojunk=False).get_opcodes() if e[0] != "equal"]
    differing = sum(max(i2 - i1, j2 - j1) for _, i1, i2, j1, j2 in edits)
    if differing * OF_CHARACTERS > min(len(one), len(other)):
        return False
    signs = "".join(one[i1:i2] + other[j1:j2] for _, i1, i2, j1, j2 in edits)
    return not any(sign in words("apart") or sign.isdigit() or sign.isascii() for sign in signs)
