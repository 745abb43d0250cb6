"""What a failed run leaves for whoever looks into it: no path of this machine, and nobody's personal data."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpers.files.on_screen import on_screen
from helpers.files.personal_data import masked
from helpers.run.personal_scan import personal_places
from helpers.run.stages import NOTEBOOKS

#: Paths of fewer parts are no place of ours: ``/``, ``/usr``.
LEAST_PARTS = 3


def error_text(message: object, root: Path) -> str:
    """A message as ``error.txt`` has it."""
    return f"{without_paths(root)(masked(on_screen(message)))}\n"


def without_paths(root: Path) -> Callable[[str], str]:
    """Names the project, the program and Python by what they are in the place of where they lie."""
    named = {root: ".", NOTEBOOKS.parent: "<selfeval>", Path(sys.prefix): "<python>", Path(sys.base_prefix): "<python>"}
    written: dict[str, str] = {}
    for path, name in named.items():
        for one in {path.absolute(), path.resolve()}:
            if len(one.parts) >= LEAST_PARTS:
                written[str(one)] = name
                if one.is_relative_to(home := Path("~").expanduser()) and one != home:
                    written[f"~/{one.relative_to(home).as_posix()}"] = name
    if not written:
        return str
    longest_first = sorted(written, key=len, reverse=True)
    any_of = re.compile(f"(?:{'|'.join(map(re.escape, longest_first))})(?![^/\\\\\\s'\":,)\\]}}\x1b])")
    return lambda text: any_of.sub(lambda found: written[found[0]], text)


def clean_up(folder: Path, root: Path) -> None:
    """Take out of what is left what does not belong there: texts are masked, of other files nothing stays."""
    short = without_paths(root)
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".ipynb", ".json") and path.is_file():
            told = json.loads(path.read_text(encoding="utf-8"))
            plain = _each(told, lambda text: masked(short(text)))
            if plain != told:
                path.write_text(f"{json.dumps(plain, ensure_ascii=False, indent=1)}\n", encoding="utf-8")
    for file in {place.file for place in personal_places(folder, lambda _value: False)}:
        if not file.endswith((".ipynb", ".json")):
            (folder / file).unlink(missing_ok=True)


def _each(value: Any, change: Callable[[str], str]) -> Any:
    """Nested data with every text changed; pictures are left."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: one if key.startswith("image/") else _each(one, change) for key, one in value.items()}
    return [_each(one, change) for one in value] if isinstance(value, list) else value
