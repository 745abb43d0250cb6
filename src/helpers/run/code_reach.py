"""Which of the library's files a notebook can reach, and what stands in its code cells.

A module is reached if a code cell or a reached module imports it, at its head or within a function, or names it in a
string. Imports for type checkers alone do not count; those in a package's ``__getattr__`` count where something is
taken from the package itself. The library imports nothing by a name put together at run time, and a test compares
all this with what stages really import and open.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from helpers.run.stages import STAGES
from helpers.year.seen import digest

CODE = Path(__file__).resolve().parents[1]
_FOR_CHECKERS = re.compile(r"^if TYPE_CHECKING:\n(?:[ \t]+[^\n]*\n|\n)+", re.MULTILINE)
_ON_DEMAND = re.compile(r"^def __getattr__\(.*", re.MULTILINE | re.DOTALL)
_PLAIN = re.compile(r"^[ \t]*import[ \t]+(helpers[\w., \t]*)", re.MULTILINE)
_FROM = re.compile(r"^[ \t]*from[ \t]+(helpers[\w.]*)[ \t]+import[ \t]+(\((?:#[^\n]*|[^)#])*\)|[^\n(]*)", re.MULTILINE)
_NO_NAME = re.compile(r"#[^\n]*|\bas[ \t]+\w+")
_NAMED = re.compile(r"helpers(?:\.\w+)+")
#: Where one of these begins: a word to look for is found ten times as fast as the begin of a line.
_PLAIN_WORD, _FROM_WORD = re.compile(r"import[ \t]+helpers"), re.compile(r"from[ \t]+helpers")
#: What executes and keeps a stage's notebook, whatever stands in it.
MACHINERY = "import helpers.run.kernel, helpers.run.notebooks, helpers.run.stages"
#: Imports beforehand what stages import themselves: it is named, but gives nothing to what they find.
WARMING = "run/preload.py"
#: What a wheel carries besides the library: stage notebooks count by their code cells, the lock by its own hash.
CARRIED = ("notebooks", "requirements.lock")


@dataclass(frozen=True)
class Source:
    """A file of the library: its hash, and for a module the names that it imports, and its text. ``on_demand``: what
    a package imports only when something that it does not hold is asked of it."""

    sha256: str
    imports: frozenset[str] = frozenset()
    on_demand: frozenset[str] = frozenset()
    text: str = ""


class Sources(dict[str, Source]):
    """The library's files by their path inside ``helpers``; never changed once they have been read."""

    @cached_property
    def reached(self) -> dict[str, dict[str, str]]:
        """What texts reach, each looked for once: a stage asks of itself, and of those before it at each read."""
        return {}

    @cached_property
    def users(self) -> dict[str, frozenset[str]]:
        """By each file that is no module the modules that may open it: those of its own package that name it or its
        folder; where none of them does, every one of the package."""
        return {name: _users(name, self) for name in self if not name.endswith(".py")}


def read_sources() -> Sources:
    """Every file of the library as it lies on the disk."""
    return _read(tuple(_states(str(CODE), "")))


def _states(folder: str, inside: str) -> Iterator[tuple[str, int, int, int, int]]:
    """Every file with what the file system says of it; whatever writes to a file changes that."""
    for entry in sorted(os.scandir(folder), key=lambda one: one.name):
        if not inside and entry.name in CARRIED:
            continue
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _states(entry.path, f"{inside}{entry.name}/")
        else:
            told = entry.stat()
            yield f"{inside}{entry.name}", told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns


@lru_cache(maxsize=2)
def _read(states: tuple[tuple[str, int, int, int, int], ...]) -> Sources:
    found = Sources()
    for name, *_ in states:
        content = (CODE / name).read_bytes()
        found[name] = _source(hashlib.sha256(content).hexdigest(), content, is_module=name.endswith(".py"))
    return found


@lru_cache(maxsize=1024)
def _source(sha256: str, content: bytes, *, is_module: bool) -> Source:
    if not is_module:
        return Source(sha256)
    text = content.decode("utf-8")
    later = "".join(_ON_DEMAND.findall(text)) if "def __getattr__(" in text else ""
    return Source(sha256, frozenset(imported(text.removesuffix(later))), frozenset(imported(later)), text)


@cache
def sources_at_start() -> Sources:
    """The library as it was when this process first asked, which is what it has imported."""
    return read_sources()


def imported(text: str) -> set[str]:
    """The dotted names inside the library that a text imports; a name may be one of a module, or in a module."""
    if "if TYPE_CHECKING:" in text:
        text = _FOR_CHECKERS.sub("", text)
    plain = [found[1] for found in _lines(_PLAIN, _PLAIN_WORD, text)]
    names = {name for line in plain for name in re.findall(r"helpers[\w.]*", line)}
    names |= {f"{name}.*" for name in names}  # whatever it holds may be asked of it
    names |= {one[0] for one in _NAMED.finditer(text) if text[max(one.start() - 1, 0)] in "\"'"}
    for found in _lines(_FROM, _FROM_WORD, text):
        names |= {f"{found[1]}.{name}" for name in re.findall(r"\w+", _NO_NAME.sub("", found[2]))}
    return names


def _lines(statement: re.Pattern[str], word: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The statements in a text that begin where a line does, each of which holds the word."""
    end = 0
    for found in word.finditer(text):
        start = text.rfind("\n", 0, found.start()) + 1
        if start >= end and (whole := statement.match(text, start)):
            end = whole.end()
            yield whole


def reached(text: str, sources: Sources) -> dict[str, str]:
    """The files of the library that a text reaches, with their hashes."""
    if text not in sources.reached:
        sources.reached[text] = _reached(text, sources)
    return dict(sources.reached[text])


def _reached(text: str, sources: Sources) -> dict[str, str]:
    found, asked = set[str](), set[str]()
    waiting = [*imported(text)]
    while waiting:
        name = waiting.pop()
        modules, package = _modules(name, sources)
        for module in modules:
            if module not in found and module != WARMING:
                found.add(module)
                waiting += sources[module].imports
        if package and package not in asked:
            asked.add(package)
            waiting += sources[package].on_demand
    found |= {name for name, users in sources.users.items() if not users.isdisjoint(found)}
    return {name: sources[name].sha256[:16] for name in sorted(found)}


def _modules(dotted: str, sources: Sources) -> tuple[list[str], str | None]:
    """The files that importing a dotted name runs, its packages and the module itself; and the package that is asked
    for the name where it is no module."""
    parts = dotted.split(".")[1:]
    found, package = ["__init__.py"], "__init__.py"
    for depth in range(1, len(parts) + 1):
        place = "/".join(parts[:depth])
        if f"{place}/__init__.py" in sources:
            package = f"{place}/__init__.py"
            found.append(package)
            continue
        if f"{place}.py" in sources:
            found.append(f"{place}.py")
            return found, None
        return found, package
    return found, None


def _users(data: str, sources: Sources) -> frozenset[str]:
    folder = data.rpartition("/")[0]
    while folder and f"{folder}/__init__.py" not in sources:
        folder = folder.rpartition("/")[0]
    own = [name for name in sources if name.endswith(".py") and name.rpartition("/")[0] == folder]
    inner = data.removeprefix(f"{folder}/").split("/")
    said = [f'"{part}"' for part in inner]
    naming = [name for name in own if any(part in sources[name].text for part in said)]
    return frozenset(naming or own)


def code_cells(notebook: Path) -> str:
    """The code cells of a notebook, one after the other, each with its tags; no outputs, no words."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = [(_text(c), sorted(c.get("metadata", {}).get("tags", []))) for c in cells if c["cell_type"] == "code"]
    return "\n".join(f"# cell {tags}\n{text}" for text, tags in code)


def program_sha256(sources: Sources) -> str:
    """One hash over the library, its packaged data included, and the code cells of the stage notebooks."""
    listed = [[name, sources[name].sha256] for name in sorted(sources)]
    cells = [[stage.name, code_cells(stage.notebook)] for stage in STAGES]
    return hashlib.sha256(json.dumps([listed, cells], ensure_ascii=False).encode()).hexdigest()


def prose_sha256() -> str:
    """One hash over all that the stage notebooks say besides their code, and the names of their cells."""
    told = []
    for stage in STAGES:
        cells = json.loads(stage.notebook.read_text(encoding="utf-8"))["cells"]
        told.append([[c.get("id"), None if c["cell_type"] == "code" else _text(c)] for c in cells])
    return digest(told)


def _text(cell: Mapping[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)
