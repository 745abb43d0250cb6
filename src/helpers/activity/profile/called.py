"""What a suggested table and its columns are called, by what the columns mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from helpers.activity.profile.column_facts import Facts
from helpers.activity.profile.log_structure import Structure
from helpers.activity.profile.meanings import GENERAL, MOMENTS, lexicon, plain_header

TITLES = {
    "tickets": "工单",
    "ledger": "收支台账",
    "survey": "满意度问卷",
    "devices": "设备台账",
    "stock": "备件",
    "records": "记录",
}


def table_kind(columns: Sequence[Facts], found: Structure) -> str:
    """What the table is called: by what its columns mean."""
    means = {f.meaning.name for f in columns if f.meaning}
    if (
        found.events
        or ("ticket_id" in means and means & {"opened_at", "created_at", "resolved_at", "closed_at"})
        or found.clocks
    ):
        return "tickets"
    if means & {"amount"} and not means & {"device_id", "device"}:
        return "ledger"
    if means & {"satisfaction", "rating"}:
        return "survey"
    if means & {"part", "part_no"}:
        return "stock"
    return "devices" if means & {"device_id", "device"} else "records"


def column_words(columns: Sequence[Facts], kind: str, *, is_log: bool) -> dict[str, str]:
    """By cell, what readers call a column with a foreign header, where that leaves no doubt.

    A header that holds a known word among others, that is known for a wider or narrower thing (``loose`` in the
    lexicon), or that means a moment or the number of a case outside a table of cases, is left to the analyst; so are
    two columns that would be called the same. Whatever the header says in Chinese, it says itself.
    """
    said = {f.cell: _short(f.meaning.words) for f in columns if f.meaning and _settled(f, kind, is_log=is_log)}
    times = Counter([*said.values(), *(f.header for f in columns if not f.header.isascii())])
    return {cell: words for cell, words in said.items() if times[words] == 1}


def _settled(facts: Facts, kind: str, *, is_log: bool) -> bool:
    meant = facts.meaning
    if not meant or not meant.exact or not facts.header.isascii() or meant.name in GENERAL:
        return False
    if meant.name == "at" and not is_log:
        return False
    if meant.name in ("ticket_id", *MOMENTS) and kind != "tickets":
        return False
    return plain_header(facts.header) not in {plain_header(str(word)) for word in lexicon("loose")}


def _short(words: str) -> str:
    """受理（登记）时间 is a choice for the analyst: 受理时间 for a reader."""
    return re.sub("（.*?）", "", words)
