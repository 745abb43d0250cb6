"""A small table with its declaration, sound as it stands; each test breaks one thing in a copy."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from helpers.year.tables import Table

DECLARED: dict[str, Any] = {
    "title": "运维工单",
    "files": "exports/工单_*.csv",
    "columns": {
        "ticket_id": "工单编号",
        "category": {"from": ["业务类别", "工单类型"], "required": True},
        "opened_at": {"from": "受理时间", "type": "datetime"},
        "resolved_at": {"from": "完成时间", "type": "datetime"},
        "repair": {"from": "是否维修", "type": "boolean"},
        "requester": "报修人",
        "cost": {"from": "费用", "type": "money"},
        "visits": {"from": "上门次数", "type": "integer"},
        "closed_on": {"from": "办结日期", "type": "date"},
    },
    "derived": {
        "hours": {"clock": "hours", "start": "opened_at", "end": "resolved_at"},
        "workdays": {"clock": "workdays", "start": "opened_at", "end": "resolved_at"},
        "days_open": {"clock": "workdays", "start": "opened_at", "end": "closed_on"},
    },
    "year_by": "opened_at",
    "key": "ticket_id",
    "personal": ["requester"],
}


def spec(**changes: Any) -> Table:
    return Table.model_validate({**DECLARED, **changes})


def tickets() -> pd.DataFrame:
    """Six sound rows from two files; the last ticket is still open."""
    opened = pd.to_datetime(
        [
            "2024-01-02 08:00",
            "2024-03-01 09:30",
            "2024-05-06 10:00",
            "2024-08-07 14:00",
            "2024-11-11 16:00",
            "2024-12-31 17:30",
        ]
    )
    resolved = pd.to_datetime(
        ["2024-01-02 08:40", "2024-03-01 10:00", "2024-05-08 10:00", "2024-08-07 14:00", "2024-11-12 09:00", None]
    )
    return pd.DataFrame(
        {
            "ticket_id": ["T1", "T2", "T3", "T4", "T5", "T6"],
            "category": ["桌面", "桌面", "维修", "桌面", "维修", "桌面"],
            "opened_at": opened,
            "resolved_at": resolved,
            "repair": pd.Series([False, False, True, False, True, False], dtype=object),
            "requester": ["E01", "E02", "E03", "E04", "E05", "E06"],
            "cost": pd.Series(
                [Decimal("0.10"), Decimal("0.20"), None, Decimal("0.30"), Decimal("5.00"), None], dtype=object
            ),
            "visits": pd.Series([1, 1, 2, 1, 3, None], dtype="Int64"),
            "closed_on": pd.to_datetime(
                ["2024-01-02", "2024-03-01", "2024-05-08", "2024-08-07", "2024-11-12", None]
            ).date,
            "hours": (resolved - opened).total_seconds() / 3600,
            "workdays": [0, 0, 2, 0, 1, None],
            "days_open": [0, 0, 2, 0, 1, None],
            "source_file": ["exports/工单_上半年.csv"] * 3 + ["exports/工单_下半年.csv"] * 3,
            "source_row": [2, 3, 5, 2, 3, 4],
        }
    )


def broken(column: str, row: int, value: Any) -> pd.DataFrame:
    """The sound tickets with one cell changed."""
    frame = tickets()
    values = frame[column].astype(object)
    values.iloc[row] = value
    kind = frame[column].dtype
    return frame.assign(**{column: values if pd.api.types.is_object_dtype(kind) else values.astype(kind)})


def account(**changes: Any) -> dict[str, Any]:
    """The reconciliation of the sound tickets as plain data."""
    return {
        "table": "tickets",
        "title": "运维工单",
        "rows_in": 9,
        "used": 6,
        "entities": 6,
        "set_aside": [{"reason": "测试工单", "rows": 2}, {"reason": "空行", "rows": 1}],
        "unreadable_cells": 0,
        "unreadable": [],
        **changes,
    }
