"""What is wrong with a declared input: one fault each, all of them listed, on one screen."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault in a declared input.

    ``code`` is for machines; ``where`` the dotted place inside the file; ``line`` counts from 1;
    ``hint`` says what is probably meant or what to do.
    """

    code: str
    file: str
    message: str
    line: int | None = None
    where: str = ""
    value: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        head = f"{place}  [{self.code}]  " + (f"{self.where}:" if self.where else "") + self.message
        tail = [f"    现值：{self.value}"] if self.value is not None else []
        tail += [f"    建议：{self.hint}"] if self.hint else []
        return "\n".join([head, *tail])


class YearFileError(Exception):
    """The year files cannot be used; ``faults`` lists every fault found (exit status 2)."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        blanks = [fault for fault in self.faults if fault.code == "blank_left"]
        others = [fault for fault in self.faults if fault.code != "blank_left"]
        # blanks are a list to work off: all of them, one a line
        shown = [str(fault) for fault in (*others[:SHOWN], *blanks)]
        rest = len(others) - SHOWN
        more = [f"……另有 {rest} 处，改正后再查"] if rest > 0 else []
        super().__init__("\n".join([f"年度文件有 {len(self.faults)} 处问题：", *shown, *more]))


def did_you_mean(word: str, known: Sequence[str]) -> str | None:
    """ "是否想写 x?" when a known word is close, else the list of known words when it is short."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"是否想写 {close[0]}?"
    if known and len(known) <= 40:
        return "可用的有：" + "、".join(known)
    return None
