"""Every number of the narrative is one that a result gives: what is put into words is noted while it is written.

Numbers enter a text through ``helpers.report.wording``, as texts of the results, or as a number of the results itself
(``Told``). Each is noted for the writer that says it (``writing``); what a block says beyond that, and beyond counts of
listed things, comes from no result (``unsourced``). ``fixed`` declares a number that belongs to the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from helpers.report.blocks import Block

Data = TypeVar("Data")
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_NARROW = str.maketrans("０１２３４５６７８９．", "0123456789.")
#: What the outline numbers by itself, and beginnings of hashes.
_NUMBERED = re.compile(r"(?:附件|备查材料|技术说明|表|图)\d+|(?<![0-9A-Za-z])[0-9a-f]{12}(?![0-9A-Za-z])")


@dataclass
class Ledger:
    """What has been said so far: ``scopes`` of the writers at work, all numbers ``told``, and what has no source."""

    listed: int
    scopes: list[set[str]] = field(default_factory=lambda: [set()])
    told: set[str] = field(default_factory=set)
    unsourced: list[tuple[str, str]] = field(default_factory=list)


_LEDGER: ContextVar[Ledger | None] = ContextVar("numbers of the report being written", default=None)

#: Lists of months, the shortest that are counted through everywhere.
MONTHS = 12
#: Numbers that belong to words of the report.
_FIXED: set[str] = set()


def numbers(text: str) -> list[str]:
    """The numbers in a text, as they are compared: without separators of thousands."""
    return [found.replace(",", "") for found in NUMBER.findall(text.translate(_NARROW))]


def said(text: str) -> str:
    """The text itself, whose numbers come from the results."""
    ledger = _LEDGER.get()
    if ledger is not None:
        ledger.scopes[-1].update(numbers(text))
    return text


def fixed(text: str) -> str:
    """The text itself, whose numbers belong to the words of the report wherever they stand: a level of confidence."""
    _FIXED.update(numbers(text))
    return text


def number_of(number: int) -> int:
    """How many there are of something in the results, noted where it is written."""
    return Told(number)


class Told(int):
    """A whole number of the results, noted where it is written; so are sums, differences and products with it."""

    def __str__(self) -> str:
        return said(int.__repr__(self))

    def __format__(self, spec: str) -> str:
        return said(format(int(self), spec))

    def __add__(self, other: Any) -> Any:
        return _told(int.__add__(self, other))

    def __sub__(self, other: Any) -> Any:
        return _told(int.__sub__(self, other))

    def __mul__(self, other: Any) -> Any:
        return _told(int.__mul__(self, other))

    def __radd__(self, other: Any) -> Any:
        return _told(int.__radd__(self, other))

    def __rsub__(self, other: Any) -> Any:
        return _told(int.__rsub__(self, other))

    def __rmul__(self, other: Any) -> Any:
        return _told(int.__rmul__(self, other))


class ToldFloat(float):
    """Any other number of the results, noted where it is written as it is."""

    def __str__(self) -> str:
        return said(float.__repr__(self))

    def __format__(self, spec: str) -> str:
        return said(format(float(self), spec))


def _told(value: Any) -> Any:
    return Told(value) if type(value) is int else ToldFloat(value) if type(value) is float else value


def followed(value: Data) -> Data:
    """Nested data whose whole numbers are noted where they are written."""
    return _followed(value)


def _followed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _followed(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_followed(inner) for inner in value)
    return _told(value)


@contextmanager
def following(data: Any) -> Iterator[Ledger]:
    """While a report is written of ``data``."""
    ledger = Ledger(_longest(data))
    token = _LEDGER.set(ledger)
    try:
        yield ledger
    finally:
        _LEDGER.reset(token)
        ledger.told |= ledger.scopes[0]


def _longest(data: Any) -> int:
    """How many entries the longest list of the results has, of those that a text counts through."""
    lists = [
        *data.values(),
        *(inner for value in data.values() if isinstance(value, Mapping) for inner in value.values()),
    ]
    return max([MONTHS, *(len(one) for one in lists if isinstance(one, list | tuple))])


@contextmanager
def writing() -> Iterator[None]:
    """While one writer writes: it may say what those said that called it."""
    ledger = _LEDGER.get()
    if ledger is None:
        yield
        return
    ledger.scopes.append({*ledger.scopes[-1]})
    try:
        yield
    finally:
        ledger.told |= ledger.scopes.pop()


def judge(blocks: Iterable[Any]) -> None:
    """Note what blocks that the present writer has made say beyond what it was told."""
    ledger = _LEDGER.get()
    if ledger is not None:
        ledger.unsourced += unsourced(blocks, ledger.scopes[-1], ledger.listed)


def unsourced(blocks: Iterable[Any], told: set[str], listed: int) -> list[tuple[str, str]]:
    """The numbers in blocks that nobody told, each with its text; whole numbers up to ``listed`` may count a list."""
    return [
        (number, text)
        for text in texts(list(blocks))
        for number in numbers(_NUMBERED.sub(" ", text))
        if number not in told and number not in _FIXED and not (number.isdigit() and int(number) <= listed)
    ]


def texts(value: Any) -> Iterator[str]:
    """Every text of blocks, however deep; drawings, anchors and looks are not read."""
    if isinstance(value, Block):
        for name in type(value).model_fields:
            if name not in ("svg", "anchor", "anchors", "link", "type"):
                yield from texts(getattr(value, name))
    elif isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)
