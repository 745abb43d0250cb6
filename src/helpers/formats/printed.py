"""What every printed format says alike: lines below the title, the summary table, the date, what stays together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from helpers.fonts.packaged import advance
from helpers.formats.page_layout import height, sized
from helpers.report.blocks import Card, Cell, Closing, Front, Heading, Table, TableColumn

#: A paragraph of up to so many characters goes with the wide table that it leads to.
SHORT = 120
#: The notice's line at the head of a page, in full-width characters: 156 mm at 9 pt.
HEAD_WIDTH = 48.0
#: What the tables of page one may take together, in mm, below the title and the notice. In an editable paper less:
#: the fonts that stand in on the reader's machine may need more lines.
OPENING, OPENING_EDITABLE = 172.0, 158.0
#: Of a table that may be divided this many rows start it.
STARTING = 2


def report_date(front: Front | None) -> list[int]:
    """Year, month, day of the report: a PDF/A needs one, and it must not be the clock's."""
    found = [int(number) for number in re.findall(r"\d+", front.date)] if front else []
    return found[:3] if len(found) >= 3 else [front.fiscal_year + 1 if front else 2000, 1, 1]


def front_lines(front: Front) -> list[str]:
    """What stands below the title."""
    return [
        front.institution,
        *([f"评价期间：{front.period}"] if front.period else []),
        f"填报：{front.prepared_by}　复核：{front.checked_by}　{front.date}",
    ]


def notice_lines(notice: str) -> list[str]:
    """The notice for the head of a page: it breaks behind punctuation, never inside a word; a clause longer than a
    line is left to the typesetter."""
    lines = [""]
    for clause in re.findall(r"[^，。；：、]+[，。；：、]*|[，。；：、]+", notice):
        if lines[-1] and advance(lines[-1] + clause) > HEAD_WIDTH:
            lines.append("")
        lines[-1] += clause
    return lines


def tight_tables(blocks: Sequence[Any], room: float = OPENING) -> set[int]:
    """The tables of page one, by identity, where they would not fit into its ``room`` (mm) in the larger type: what is
    to be decided stands on one page."""
    main = [at for at, block in enumerate(blocks) if isinstance(block, Heading) and block.level == 1]
    if len(main) < 2 or not any(isinstance(b, Card) for b in blocks[: main[1]]):
        return set()
    opening = [b for b in blocks[: main[1]] if isinstance(b, Card | Table)]
    tables = [card_table(b) if isinstance(b, Card) else b for b in opening]
    high = sum(height(fitted, size) for size, fitted in map(sized, tables))
    return {id(block) for block in opening} if high > room else set()


def nested(above: list[int], level: int) -> int:
    """How deep a heading stands, so that no level is left out on the way down; ``above``, the levels that it stands
    under, is brought up to date."""
    while above and above[-1] >= level:
        above.pop()
    above.append(level)
    return len(above)


def attachment_lines(closing: Closing) -> list[str]:
    """附件：1.…, the further ones below the first number."""
    titles = closing.attachments
    if len(titles) == 1:
        return [f"附件：{titles[0]}"]
    return [f"{'附件：' if at == 1 else '　　　'}{at}.{title}" for at, title in enumerate(titles, start=1)]


def card_table(card: Card) -> Table:
    """The summary: the items side by side, their notes below."""
    columns = tuple(TableColumn(title=item.label, align="center") for item in card.items)
    rows = [tuple(Cell(text=item.value) for item in card.items)]
    rows += [tuple(Cell(text=item.note or "") for item in card.items)] * any(item.note for item in card.items)
    return Table(caption="", columns=columns, rows=tuple(rows))
