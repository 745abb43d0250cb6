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
class Scope:
    """What one writer was told: numbers, how long the lists are that it has looked at, and the longest mapping."""

    told: set[str] = field(default_factory=set)
    lists: dict[int, int] = field(default_factory=dict)
    named: int = 0

    def copy(self) -> Scope:
        return Scope({*self.told}, {**self.lists}, self.named)

    @property
    def most(self) -> int:
        """Up to which number it may count."""
        return max(self.named, sum(self.lists.values()))


@dataclass
class Ledger:
    """What has been said so far: ``scopes`` of the writers at work, all numbers ``told``, and what has no source.
    ``shortest``: up to this number anybody may count."""

    shortest: int
    scopes: list[Scope] = field(default_factory=lambda: [Scope()])
    everything: Scope = field(default_factory=Scope)
    unsourced: list[tuple[str, str]] = field(default_factory=list)

    @property
    def told(self) -> set[str]:
        return self.everything.told

    def counted(self, scope: Scope) -> int:
        """Up to which number a writer may count what is listed in what it has looked at."""
        return max(self.shortest, scope.most)

    def end(self, scope: Scope) -> None:
        self.everything.told |= scope.told
        self.everything.lists |= scope.lists
        self.everything.named = max(self.everything.named, scope.named)


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
        ledger.scopes[-1].told.update(numbers(text))
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
        return Named((key, _followed(inner)) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return Listed(_followed(inner) for inner in value)
    return _told(value)


class Listed(list[Any]):
    """A list of the results: whoever looks at it may say how many of its entries are this or that."""

    def __len__(self) -> int:
        _looked_at(self)
        return super().__len__()

    def __iter__(self) -> Iterator[Any]:
        _looked_at(self)
        return super().__iter__()

    def __getitem__(self, at: Any) -> Any:
        _looked_at(self)
        return super().__getitem__(at)


class Named(dict[str, Any]):
    """Entries of the results by name, gone through like a list."""

    def __len__(self) -> int:
        _looked_at(self)
        return super().__len__()

    def __iter__(self) -> Iterator[str]:
        _looked_at(self)
        return super().__iter__()

    def values(self) -> Any:
        _looked_at(self)
        return super().values()

    def items(self) -> Any:
        _looked_at(self)
        return super().items()


def _looked_at(entries: Listed | Named) -> None:
    ledger = _LEDGER.get()
    if ledger is None:
        return
    scope = ledger.scopes[-1]
    if isinstance(entries, list):
        scope.lists[id(entries)] = list.__len__(entries)
    else:
        scope.named = max(scope.named, dict.__len__(entries))


@contextmanager
def following(data: Any) -> Iterator[Ledger]:
    """While a report is written of ``data``."""
    ledger = Ledger(_longest(data))
    token = _LEDGER.set(ledger)
    try:
        yield ledger
    finally:
        _LEDGER.reset(token)
        ledger.end(ledger.scopes[0])


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
    ledger.scopes.append(ledger.scopes[-1].copy())
    try:
        yield
    finally:
        ledger.end(ledger.scopes.pop())


def judge(blocks: Iterable[Any]) -> None:
    """Note what blocks that the present writer has made say beyond what it was told."""
    ledger = _LEDGER.get()
    if ledger is not None:
        scope = ledger.scopes[-1]
        ledger.unsourced += unsourced(blocks, scope.told, ledger.counted(scope))


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
