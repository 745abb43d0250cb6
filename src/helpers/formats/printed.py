"""What every printed format says alike: lines below the title, the summary table, the date, what stays together."""

from __future__ import annotations

import re

from helpers.report.blocks import Card, Cell, Front, Table, TableColumn

#: A paragraph of up to so many characters goes with the wide table that it leads to.
SHORT = 120
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
        f"项目：{front.project}",
        f"年度：{front.fiscal_year}",
        f"填报：{front.prepared_by}　复核：{front.checked_by}",
        front.date,
    ]


def card_table(card: Card) -> Table:
    rows = tuple((Cell(text=i.label), Cell(text=i.value), Cell(text=i.note or "")) for i in card.items)
    columns = (
        TableColumn(title="项目", width=2),
        TableColumn(title="结果", width=2, align="center"),
        TableColumn(title="说明", width=4),
    )
    return Table(caption="自评结果摘要", columns=columns, rows=rows)
