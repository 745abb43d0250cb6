"""The declarations of a year as somebody reads them: whatever is looked at is noted with a digest of what was seen.

Nobody lists what a stage depends on: a stage is given a ``SeenYear`` in the place of its ``Year``. It behaves like
it, and every field that is read, however deep, is noted by its place. Whatever looks at a whole entry at once (a
copy, a dump, a comparison) notes all of it. So a dependency can be noted too broadly, but not be forgotten.
"""

from __future__ import annotations

import datetime
import hashlib
import inspect
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import FunctionType
from typing import Any, cast

from pydantic import BaseModel

from helpers.files.names import matching_files
from helpers.year.load import Year
from helpers.year.personal_key import key_digest
from helpers.year.root import Root

#: What was read, and where: ("value", 2024, "indicators", "indicators", 3, "target").
Place = tuple[str | int, ...]
Hasher = Callable[[Path], str]
ABSENT = "absent"
#: How long a digest is.
DIGITS = 32
#: Set in the environment of a run that takes nothing over from runs of other years.
ALONE = "SELFEVAL_ALONE"
#: The folders of tidy tables among what a run keeps: the year's own, and last year's for comparison.
OWN, BEFORE = "tables", "previous"
#: The parts of a ``Year`` that are looked at key by key, and the files that they come from.
PARTS = {
    "year": "year.yml",
    "indicators": "indicators.yml",
    "plan": "plan.yml",
    "corrections": "corrections.yml",
    "outline": "",
}
_as_json = json.JSONEncoder(ensure_ascii=False).encode
_SCALARS = {str, int, float, bool, type(None), Decimal, datetime.date, datetime.datetime, datetime.time}


class Reads:
    """What has been read so far. ``told`` is called at each new note; ``above`` gets every note too."""

    def __init__(self, above: Reads | None = None) -> None:
        self.noted: dict[Place, str] = {}
        #: What the year files said in which all of a year's values were seen; nothing where they said different things.
        self.files: dict[int, str] = {}
        self.told: Callable[[], None] | None = None
        self._above = above

    def note(self, place: Place, seen: str) -> None:
        """Remember the first that was seen at a place: had it changed since, nothing made of it would be current."""
        if self._above is not None:
            self._above.note(place, seen)
        if place not in self.noted:
            self.noted[place] = seen
            if self.told is not None:
                self.told()

    def note_files(self, fiscal_year: int, seen: str) -> None:
        """Remember what the year files said in which values of a year are seen from now on."""
        if self._above is not None:
            self._above.note_files(fiscal_year, seen)
        self.files[fiscal_year] = seen if self.files.get(fiscal_year, seen) == seen else ABSENT

    def as_json(self) -> list[list[Any]]:
        return [[list(place), seen] for place, seen in sorted(self.noted.items(), key=lambda item: repr(item[0]))]

    def files_as_json(self) -> list[list[Any]]:
        return [[fiscal_year, seen] for fiscal_year, seen in sorted(self.files.items())]


def noted_from(listed: Any) -> dict[Place, str]:
    """The notes that ``Reads.as_json`` gave; raises ``ValueError`` or ``TypeError`` where they are none."""
    return {tuple(place): str(seen) for place, seen in listed}


def files_from(listed: Any) -> dict[int, str]:
    """The same of ``Reads.files_as_json``."""
    return {int(fiscal_year): str(seen) for fiscal_year, seen in listed}


# --- digests --------------------------------------------------------------------------------------


def digest(value: Any) -> str:
    """A short hash of what can be written as JSON."""
    return digest_of(_as_json(value).encode("utf-8", "surrogatepass"))


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGITS]


def seen_as(value: Any, *, whole: bool) -> str:
    """The digest of a value's ``shape``. Of what stands in a year file at thousands of places, most is the same."""
    if type(value) in _SCALARS:
        return _digest_of_scalar(type(value).__name__, repr(value))
    return digest(shape(value, whole=whole))


@lru_cache(maxsize=10_000)
def _digest_of_scalar(kind: str, text: str) -> str:
    return digest([kind, text])


def shape(value: Any, *, whole: bool) -> Any:
    """A value as JSON, types told apart; of the models in it only what they are, unless ``whole`` is asked for."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields if whole else ()
        return [type(value).__name__, *([f, shape(getattr(value, f), whole=whole)] for f in fields)]
    if isinstance(value, tuple | list):
        return ["list", *(shape(one, whole=whole) for one in value)]
    if isinstance(value, dict):
        return ["dict", *([repr(key), shape(one, whole=whole)] for key, one in value.items())]
    if type(value) not in _SCALARS:
        raise TypeError(f"no digest of a {type(value).__name__}")
    return [type(value).__name__, repr(value)]


def value_now(year: Year, place: Sequence[str | int], *, whole: bool) -> str:
    """The digest of what stands at a place of the year now."""
    node: Any = year
    try:
        for key in place:
            node = getattr(node, str(key)) if isinstance(node, BaseModel | Year) else node[key]
    except (AttributeError, KeyError, IndexError, TypeError):
        return ABSENT
    return seen_as(node, whole=whole)


def exports_now(year: Year, table: str) -> str:
    """Which files the patterns of a table mean; what is in them is noted file by file."""
    return digest([p.relative_to(year.folder).as_posix() for p in table_exports(year, table)])


def file_now(year: Year, file: str, sha256: Hasher) -> str:
    """The hash of a file of the year's folder."""
    path = year.folder / file
    return sha256(path) if path.is_file() else ABSENT


def again_now(year: Year, table: str, sha256: Hasher) -> str:
    """The files handed over last year that are, byte by byte, one of a table's."""
    before = Root(year.root).raw(year.fiscal_year - 1) / "exports"
    if not before.is_dir():
        return digest([])
    own = {p.stat().st_size: p for p in table_exports(year, table)}
    alike = sorted(p for p in before.rglob("*") if p.is_file() and p.stat().st_size in own)
    if not alike:
        return digest([])
    hashes = {sha256(p) for p in table_exports(year, table)}
    return digest([[p.relative_to(before).as_posix(), sha256(p)] for p in alike if sha256(p) in hashes])


def files_now(year: Year) -> str:
    """The authored files as they are written, to the letter."""
    return digest([year.year.outline, sorted(year.sha256.items())])


def table_exports(year: Year, table: str) -> list[Path]:
    """The exports of a table, in the order in which they are read."""
    spec = year.year.tables.get(table)
    patterns = spec.files if spec else ()
    return list(dict.fromkeys(p for pattern in patterns for p in matching_files(year.folder, pattern)))


# --- what is given to a stage ---------------------------------------------------------------------


class _Seen:
    """A model of a year file, each field noted when it is read. It passes for the model everywhere."""

    __slots__ = ("_given", "_model", "_place", "_reads")

    def __init__(self, model: BaseModel, place: Place, reads: Reads) -> None:
        for name, value in (("_model", model), ("_place", place), ("_reads", reads), ("_given", {})):
            object.__setattr__(self, name, value)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._model)

    def __getattr__(self, name: str) -> Any:
        if name in self._given:  # noted already
            return self._given[name]
        kind = type(self._model)
        if name in kind.model_fields:
            return self._field(name)
        found = inspect.getattr_static(kind, name, None)
        if isinstance(found, property) and found.fget is not None and _ours(found.fget):
            return found.fget(self)
        if isinstance(found, FunctionType) and _ours(found):
            return found.__get__(self)
        if isinstance(found, classmethod | staticmethod) or (found is not None and not hasattr(found, "__get__")):
            return getattr(kind, name)
        return getattr(_all_of(self), name)

    def _field(self, name: str) -> Any:
        value, place = getattr(self._model, name), (*self._place, name)
        self._reads.note(("value", *place), seen_as(value, whole=False))
        self._given[name] = _wrapped(value, place, self._reads)
        return self._given[name]

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._model, name, value)  # which refuses

    def __eq__(self, other: object) -> bool:
        return bool(_all_of(self) == _all_of(other))

    def __hash__(self) -> int:
        return hash(_all_of(self))

    def __iter__(self) -> Iterator[Any]:
        return iter(_all_of(self))

    def __repr__(self) -> str:
        return repr(_all_of(self))

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _all_of(self).__reduce_ex__(protocol)


def _ours(function: Any) -> bool:
    """A method of our own reads fields, which are noted one by one; what the library does is not looked into."""
    return str(getattr(function, "__module__", "")).startswith("helpers.")


def _all_of(value: Any) -> Any:
    """The model behind, all of it noted."""
    if type(value) is not _Seen:
        return value
    value._reads.note(("whole", *value._place), seen_as(value._model, whole=True))
    return value._model


def _wrapped(value: Any, place: Place, reads: Reads) -> Any:
    if isinstance(value, BaseModel):
        return _Seen(value, place, reads)
    if isinstance(value, tuple):
        return tuple(_wrapped(one, (*place, at), reads) for at, one in enumerate(value))
    if isinstance(value, dict):
        return {key: _wrapped(one, (*place, key), reads) for key, one in value.items()}
    return value


class SeenYear(Year):
    """A year that notes in ``reads`` what is read of it.

    Its folder is given to whoever cleans exports: the files of all its tables are noted, or of the one ``table``
    that the view is for. ``sha256`` gives the hash of a file.
    """

    def __init__(self, year: Year, reads: Reads, sha256: Hasher, table: str | None = None) -> None:
        whole, fiscal_year = year, year.fiscal_year
        parts = {part: _Seen(getattr(year, part), (fiscal_year, part), reads) for part in PARTS}
        own = {"_whole": whole, "_reads": reads, "_sha256": sha256, "_table": table, "_folder_given": False}
        own["fiscal_year"] = fiscal_year
        for name, value in {**own, **parts}.items():
            object.__setattr__(self, name, value)
        reads.note_files(fiscal_year, files_now(whole))

    def __getattribute__(self, name: str) -> Any:
        get = super().__getattribute__
        if name in ("root", "folder"):
            get("_note_exports")()
            return getattr(get("_whole"), name)
        if name in ("lines", "sha256"):
            get("_reads").note(("files", get("fiscal_year")), files_now(get("_whole")))
            return getattr(get("_whole"), name)
        return get(name)

    def _note_exports(self) -> None:
        if self._folder_given:
            return
        object.__setattr__(self, "_folder_given", True)
        whole = cast(Year, self._whole)
        for table in [self._table] if self._table else whole.year.tables:
            files = [p.relative_to(whole.folder).as_posix() for p in table_exports(whole, table)]
            for kind, named in (("exports", table), ("again", table), *(("file", file) for file in files)):
                place = (kind, whole.fiscal_year, named)
                self._reads.note(place, self.now(place))

    def apart(self, reads: Reads) -> SeenYear:
        """The year as somebody else sees it: what is read there is noted in ``reads``, whether or not it was here."""
        return SeenYear(self._whole, reads, self._sha256)

    def for_table(self, table: str) -> tuple[SeenYear, Reads]:
        """The year as the work on one table sees it, and what that work reads; it is noted here as well."""
        reads = Reads(self._reads)
        return SeenYear(self._whole, reads, self._sha256, table), reads

    def key_seen(self) -> str:
        """By what it is seen that personal columns were hashed with another key than today's; empty where there are
        none."""
        whole = cast(Year, self._whole)
        return key_digest(whole.root) if any(table.personal for table in whole.year.tables.values()) else ""

    def own_tables(self) -> list[Path]:
        """Where runs of this year and of the next keep the tidy tables of this year; nowhere for a run that is to do
        all by itself."""
        if os.environ.get(ALONE):
            return []
        root = Root(cast(Year, self._whole).root)
        return [root.processed(self.fiscal_year) / OWN, root.processed(self.fiscal_year + 1) / BEFORE]

    def note_all(self, noted: Mapping[Place, str]) -> None:
        """What the work on a table had read whose outcome is taken over."""
        for place, seen in noted.items():
            self._reads.note(place, seen)

    def now(self, place: Place) -> str:
        """The digest of what stands at a place of this year at present."""
        return of_year_now(self._whole, place, self._sha256)


def of_year_now(year: Year, place: Place, sha256: Hasher) -> str:
    """The digest at any place that a ``SeenYear`` notes, as things stand."""
    kind, rest = place[0], place[2:]
    if kind in ("value", "whole"):
        return value_now(year, rest, whole=kind == "whole")
    if kind == "exports":
        return exports_now(year, str(rest[0]))
    if kind == "file":
        return file_now(year, str(rest[0]), sha256)
    if kind == "again":
        return again_now(year, str(rest[0]), sha256)
    return files_now(year) if kind == "files" else ABSENT
