"""Two versions of one file: the same bytes, the same to a reader, or what a reader finds different."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from helpers.trust.readable import Readable, Unreadable, readable

#: How much is shown on each side of a difference, and how many lines are compared one by one.
AROUND, MOST_LINES = 12, 20_000
NUMERAL = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Compared:
    """``told``: what a reader finds different, in words; empty where only bytes are."""

    same_bytes: bool
    told: tuple[str, ...] = ()
    #: Whether the numbers that a reader finds are the same ones.
    same_numerals: bool = True


def compared(name: str, there: bytes, wanted: bytes) -> Compared:
    """A file as it is beside what it should be."""
    if there == wanted:
        return Compared(True)
    right = readable(name, wanted)
    try:
        left = readable(name, there)
    except Unreadable as error:
        return Compared(False, (str(error),), False)
    told = [*_lines(left, right), *_seen(left, right)]
    return Compared(False, tuple(told), _numerals(left.lines) == _numerals(right.lines))


def _lines(there: Readable, wanted: Readable) -> Iterator[str]:
    """Each line that reads otherwise; the same lines in another order are told as such."""
    if there.lines == wanted.lines:
        return
    if max(len(there.lines), len(wanted.lines)) > MOST_LINES or Counter(there.lines) == Counter(wanted.lines):
        yield from _unordered(there.lines, wanted.lines)
        return
    matcher = difflib.SequenceMatcher(None, there.lines, wanted.lines, autojunk=False)
    for kind, i, j, k, m in _opcodes(matcher):
        if kind == "equal":
            continue
        ours, theirs = wanted.lines[k:m], there.lines[i:j]
        if len(ours) == len(theirs):
            yield from (
                _beside(there.lines, i + at) + shown(one, other)
                for at, (one, other) in enumerate(zip(theirs, ours, strict=True))
            )
        else:
            yield _beside(there.lines, i) + shown("".join(theirs), "".join(ours))


def _beside(lines: Sequence[str], at: int) -> str:
    """The line before, where the line itself is too short to say what it is about."""
    short = at < len(lines) and len(lines[at]) <= AROUND
    return f"{lines[at - 1][-AROUND:]}｜" if short and at else ""


def _opcodes(matcher: difflib.SequenceMatcher[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return matcher.get_opcodes()


def _unordered(there: Sequence[str], wanted: Sequence[str]) -> Iterator[str]:
    more, less = (
        list((Counter(there) - Counter(wanted)).elements()),
        list((Counter(wanted) - Counter(there)).elements()),
    )
    if not more and not less:
        yield "内容相同，次序不同"
    for at in range(max(len(more), len(less))):
        yield shown(more[at] if at < len(more) else "", less[at] if at < len(less) else "")


def shown(there: str, wanted: str) -> str:
    """The place where two texts begin to differ, with a little of what stands around it."""
    start = next(
        (at for at, (a, b) in enumerate(zip(there, wanted, strict=False)) if a != b), min(len(there), len(wanted))
    )
    end = next(
        (at for at, (a, b) in enumerate(zip(there[start:][::-1], wanted[start:][::-1], strict=False)) if a != b),
        min(len(there), len(wanted)) - start,
    )
    # A number is shown whole, or 99.41 → 99.42 would be 1 → 2.
    while start and re.match(r"[\d.,]", there[start - 1 : start]):
        start -= 1
    while end and re.match(r"[\d.,%]", there[len(there) - end : len(there) - end + 1]):
        end -= 1
    before = there[max(0, start - AROUND) : start]
    pieces = [text[start : len(text) - end] for text in (there, wanted)]
    found, right = (f"“{piece[:40]}{'…' if len(piece) > 40 else ''}”" if piece else "（没有）" for piece in pieces)
    rest = there[len(there) - end :][: AROUND // 2]
    return f"{'…' if start > AROUND else ''}{before}{found}{rest}，应为{right}"


def _seen(there: Readable, wanted: Readable) -> Iterator[str]:
    differing = [place for place in {**wanted.seen, **there.seen} if there.seen.get(place) != wanted.seen.get(place)]
    if differing:
        others = f"等 {len(differing)} 处" if len(differing) > 1 else ""
        yield f"{differing[0]}{others}看到的与应有的不同"


def _numerals(lines: Sequence[str]) -> Counter[str]:
    return Counter(found for line in lines for found in NUMERAL.findall(line))
