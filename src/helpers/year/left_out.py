"""A file with faulty entries as it reads without them, so that the rest can be looked at in the same pass."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Place = tuple[str | int, ...]
FileModel = TypeVar("FileModel", bound=BaseModel)
#: After so many rounds there is no use in going on: each leaves out what the last one found.
ROUNDS = 12


@dataclass(frozen=True)
class LeftOut:
    """``names``: every name on the way to what was left out; ``kept``: by the place of a list in what is left, which
    of its entries (from 0) are still there."""

    names: frozenset[str] = frozenset()
    kept: Mapping[Place, Sequence[int]] = field(default_factory=dict)

    def in_file(self, path: Sequence[str | int]) -> Place:
        """A place of what is left as it is in the file."""
        found: Place = ()
        for at, key in enumerate(path):
            entries = self.kept.get(tuple(path[:at]))
            found += (entries[key] if entries is not None and isinstance(key, int) and key < len(entries) else key,)
        return found


def without_faulty(plain: Any, model: type[FileModel]) -> tuple[FileModel | None, LeftOut]:
    """The model of what is left, None where that is none, and what was left out."""
    rest, names, kept = copy.deepcopy(plain), set[str](), dict[Place, list[int]]()
    for _ in range(ROUNDS):
        try:
            return model.model_validate(rest), LeftOut(frozenset(names), kept)
        except ValidationError as error:
            places = [_place(rest, tuple(one["loc"]), missing=one["type"] == "missing") for one in error.errors()]
        if not all(places):
            return None, LeftOut(frozenset(names), kept)
        for place in _outermost(places):
            names |= _names(rest, place)
            _remove(rest, place, kept)
    return None, LeftOut(frozenset(names), kept)


def _place(plain: Any, location: Place, *, missing: bool) -> Place:
    """The entry that an error is about, by keys that are there; the one around it where a key is missing, or where
    the whole of it does not fit. The entries of a file are two or three deep: what is inside one goes with it."""
    node, path = plain, []
    for key in location:
        inside = isinstance(node, dict) and key in node
        if inside or (isinstance(node, list) and isinstance(key, int) and key < len(node)):
            path.append(key)
            node = node[key]
    return tuple(path[:-1] if missing and len(path) > 2 and not isinstance(node, dict) else path)


def _outermost(places: Iterable[Place]) -> list[Place]:
    """Each place that lies in no other one, the last of a list first, so that none moves before it is its turn."""
    every = sorted(set(places), key=lambda place: [str(key).rjust(6, "0") for key in place])
    kept = [one for one in every if not any(one != other and one[: len(other)] == other for other in every)]
    return kept[::-1]


def _names(plain: Any, place: Place) -> set[str]:
    """What the entry and all around it are called."""
    node, found = plain, set[str]()
    for key in place:
        found |= {key} if isinstance(key, str) else set()
        node = node[key]
        if isinstance(node, dict):
            found |= {str(node[name]) for name in ("id", "name") if name in node}
    return found


def _remove(plain: Any, place: Place, kept: dict[Place, list[int]]) -> None:
    node, last = plain, place[-1]
    for key in place[:-1]:
        node = node[key]
    if isinstance(node, list):
        del kept.setdefault(place[:-1], [*range(len(node))])[int(last)]
    del node[last]
