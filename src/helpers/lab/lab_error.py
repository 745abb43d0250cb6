"""What an analyst is told when something cannot be done: a code, what it is, what there is, what to do."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

from helpers.year.faults import did_you_mean

#: So many names are listed.
LISTED = 40


class LabError(Exception):
    """Something asked of a year cannot be answered. ``code`` is for machines; the message is one screen."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        self.code = code
        super().__init__(f"[{code}]  {message}" + (f"\n    处理：{hint}" if hint else ""))

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: the message says all."""
        return [str(self)]


class LabNotice(UserWarning):
    """Something about the year's tables that a reader of the figures has to know."""


# Said each time, also where a cell is run again; whoever has filters of their own keeps them.
warnings.simplefilter("always", LabNotice, append=True)


def unknown(code: str, kind: str, name: object, known: Iterable[str]) -> LabError:
    """There is nothing of this name; which are there, the likeliest first."""
    names = list(dict.fromkeys(known))
    listed = "、".join(names[:LISTED]) + ("……" if len(names) > LISTED else "") or "（没有）"
    close = did_you_mean(str(name), names) or ""
    hint = f"{close.removesuffix('?')}？" if close.startswith("是否") else None
    return LabError(code, f"没有{kind} {name}\n    现有的{kind}：{listed}", hint)
