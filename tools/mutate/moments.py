"""Times in cells: read whatever way they are written, and written again the same way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Any

_YEAR_FIRST = re.compile(r"(\d{4})(\D)(\d{1,2})(?:(\D)(\d{1,2}))?(日?)(?:([ T]+)(\d{1,2}):(\d{2})(?::(\d{2}))?)?$")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?$")


def read(value: Any) -> datetime | None:
    """The time in a cell, None where there is none."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    text = unicodedata.normalize("NFKC", value.strip())
    try:
        if found := _YEAR_FIRST.match(text):
            y, m, d, h, mi, s = (int(found[n] or (1 if n == 5 else 0)) for n in (1, 3, 5, 8, 9, 10))
            return datetime(y, m, d, h, mi, s)
        if found := _DAY_FIRST.match(text):
            d, m, y, h, mi, s = (int(found[n] or 0) for n in (1, 2, 3, 4, 5, 6))
            return datetime(y, m, d, h, mi, s)
    except ValueError:
        return None
    return None


def like(model: Any, moment: datetime) -> Any:
    """The moment written as ``model`` is."""
    if isinstance(model, datetime):
        return moment
    text = unicodedata.normalize("NFKC", str(model).strip())
    if found := _YEAR_FIRST.match(text):
        wide = re.search(r"\D0\d", text[4:8]) is not None or len(found[3]) == 2
        two = (lambda n: f"{n:02d}") if wide else str
        day = f"{found[4]}{two(moment.day)}{found[6]}" if found[5] else ""
        return f"{moment.year}{found[2]}{two(moment.month)}{day}" + _clock(found[7], found[10], moment)
    if found := _DAY_FIRST.match(text):
        clock = _clock(" " if found[4] else None, found[6], moment)
        return f"{moment.day:02d}.{moment.month:02d}.{moment.year}{clock}"
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _clock(gap: str | None, seconds: str | None, moment: datetime) -> str:
    return "" if gap is None else f"{gap}{moment:%H:%M}" + (f":{moment:%S}" if seconds is not None else "")


def changed(value: Any, change: Callable[[datetime], datetime]) -> Any:
    """The cell with its time changed; left as it is where it holds no time or the change makes none."""
    moment = read(value)
    if moment is None:
        return value
    try:
        return like(value, change(moment))
    except (ValueError, OverflowError):
        return value
