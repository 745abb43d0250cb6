"""Hashes of large inputs, remembered between the stages of a run as long as the file is untouched."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path

#: Smaller files are hashed each time: that costs less than remembering.
LARGE = 16 * 2**20
NAME = "hashes.json"
_WRITING = threading.Lock()


def file_sha256(path: Path) -> str:
    """The sha256 of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def input_sha256(path: Path, folder: Path) -> str:
    """The sha256 of an input; of a large one as remembered in ``folder`` where the file system says that
    it has not been touched since (place, size, time of change and of the last change of anything)."""
    told = path.stat()
    if told.st_size < LARGE:
        return file_sha256(path)
    state = [told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns]
    # What lies in the folder itself is known by its place there: a run has a folder of its own until it ends.
    inside = path.is_relative_to(folder)
    key = path.relative_to(folder).as_posix() if inside else str(path.resolve())
    with _WRITING:
        known = _known(folder)
        if known.get(key, {}).get("state") != state:
            known[key] = {"state": state, "sha256": file_sha256(path)}
            folder.mkdir(parents=True, exist_ok=True)
            partial = folder / f"{NAME}.{os.getpid()}.partial"
            partial.write_text(json.dumps(known, indent=1), encoding="utf-8")
            partial.replace(folder / NAME)
        return str(known[key]["sha256"])


def _known(folder: Path) -> dict[str, dict[str, object]]:
    """What is remembered; of a file that was only half written, or by somebody else, nothing."""
    try:
        known = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {key: one for key, one in known.items() if isinstance(one, dict) and {"state", "sha256"} <= one.keys()}
