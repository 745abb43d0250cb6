"""What lies in the folder of a package, and what is in its files: no link is followed, nothing is read without end."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

#: What went into a package and what came out.
MANIFEST = "manifest.json"
Kind = Literal["file", "link", "special", "folder"]
#: The most that is read of one file of a package; those of ours stay far below.
LARGEST = 256 * 2**20
#: The most entries that are looked at, and how deep.
MOST, DEEPEST = 2_000, 8
CHUNK = 2**20
#: What looking at files leaves beside them: previews, locks of office programs, checkpoints.
_LEFT = re.compile(
    r"(?:^|/)(?:Thumbs\.db|desktop\.ini|\.DS_Store|~\$[^/]*|\.~lock\.[^/]*#|\.ipynb_checkpoints(?:/[^/]*)?)$",
    re.IGNORECASE,
)


class NotRead(OSError):
    """A file of a package that is not read: a link, no plain file, or too large."""


@dataclass(frozen=True)
class Entry:
    """One thing in a package by its path inside it; ``folder`` is one that holds nothing, or is not looked into."""

    name: str
    kind: Kind
    bytes: int = 0


def left_by_programs(entry: Entry) -> bool:
    """Whether something is neither ours nor anybody's: what programs leave where files were looked at."""
    return entry.kind in ("file", "folder") and bool(_LEFT.search(entry.name))


def entries(folder: Path) -> dict[str, Entry]:
    """Everything in a package that is not a folder with something in it, by name, in order; links are not followed."""
    return {one.name: one for one in sorted(_walk(folder, "", 0), key=lambda one: one.name)[:MOST]}


def _walk(folder: Path, inside: str, depth: int) -> Iterator[Entry]:
    with os.scandir(folder) as found:
        for number, one in enumerate(found):
            if number >= MOST:
                return
            name = f"{inside}{os.fsencode(one.name).decode('utf-8', 'backslashreplace')}"
            if one.is_symlink():
                yield Entry(name, "link")
            elif one.is_dir(follow_symlinks=False):
                below = list(_walk(Path(one.path), f"{name}/", depth + 1)) if depth < DEEPEST else []
                yield from below or [Entry(name, "folder")]
            elif one.is_file(follow_symlinks=False):
                yield Entry(name, "file", one.stat(follow_symlinks=False).st_size)
            else:
                yield Entry(name, "special")


def content(folder: Path, name: str, at_most: int = LARGEST) -> bytes:
    """The content of a plain file of a package. Raises ``NotRead``, another ``OSError`` where it cannot be read."""
    return b"".join(_chunks(folder, name, at_most))


def sha256(folder: Path, name: str, at_most: int = LARGEST) -> str:
    """The sha256 of a plain file of a package. Raises as ``content``."""
    found = hashlib.sha256()
    for chunk in _chunks(folder, name, at_most):
        found.update(chunk)
    return found.hexdigest()


def _chunks(folder: Path, name: str, at_most: int) -> Iterator[bytes]:
    path = folder / name
    if ".." in Path(name).parts or path == Path(name):
        raise NotRead(f"{name}：不在成套材料里")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if not stat.S_ISREG(path.lstat().st_mode):
        raise NotRead(f"{name}：不是普通文件")
    with os.fdopen(os.open(path, flags), "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise NotRead(f"{name}：不是普通文件")
        read = 0
        while chunk := stream.read(CHUNK):
            read += len(chunk)
            if read > at_most:
                raise NotRead(f"{name}：超过 {at_most:,} 字节")
            yield chunk
