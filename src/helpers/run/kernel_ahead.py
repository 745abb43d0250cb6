"""The kernel of the next stage, forked beside the stage before it, so that it is there when its turn comes; that of
the first stage beside the run's own imports.

It waits in a process of its own and knows nothing yet; a stage whose kernel is not waiting, or has died meanwhile, gets
one in its turn.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.run.forked import end, forked, room_for_two

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

#: Of each kernel: its connection file, in a folder of its own.
CONNECTION = "k.json"


@dataclass
class Waiting:
    """A kernel of a run in ``root`` that nobody has talked to; ``folder`` holds its sockets and connection file."""

    root: Path
    folder: Path
    process: BaseProcess
    start: threading.Thread

    @property
    def connection_file(self) -> Path:
        return self.folder / CONNECTION

    def there(self) -> bool:
        """Whether it lives; to be asked once its start has ended."""
        return self.process.pid is not None and self.process.is_alive()

    def end(self) -> None:
        self.start.join()
        end(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)


#: What waits for its stage: one kernel at most.
_waiting: list[Waiting] = []


def start(serve: Callable[[str], None], root: Path, below: Path | None) -> None:
    """Start a kernel (``serve``, given its connection file) with a folder of its own in ``below``, and return at once.
    Nothing is started where there is no room for two processes at work."""
    drop()
    if below is not None and room_for_two():
        with contextlib.suppress(OSError):
            _waiting.append(_begun(serve, root.resolve(), below))


def waits() -> bool:
    """Whether a kernel waits, or is being started."""
    return bool(_waiting)


def take(root: Path) -> Waiting | None:
    """The kernel that waits for a stage in this folder, if one does and lives."""
    if not _waiting:
        return None
    found = _waiting[-1]
    found.start.join()  # an interruption meanwhile leaves it to be dropped
    _waiting.remove(found)
    if found.root == root.resolve() and found.there():
        return found
    found.end()
    return None


def drop() -> None:
    """End what waits."""
    while _waiting:
        _waiting[-1].end()
        _waiting.pop()


def surroundings(folder: Path, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a kernel, else as ``given`` or as here: no files of the user's own IPython, no charts on a
    screen."""
    return {**(given or os.environ), "IPYTHONDIR": str(folder), "GX_ANALYTICS_ENABLED": "false", "MPLBACKEND": "agg"}


def _begun(serve: Callable[[str], None], root: Path, below: Path) -> Waiting:
    from jupyter_client.connect import write_connection_file

    folder = Path(tempfile.mkdtemp(prefix="k", dir=below))
    file = folder / CONNECTION
    write_connection_file(
        str(file), transport="ipc", ip=str(file.with_suffix("")) + "-ipc", key=secrets.token_hex(16).encode()
    )
    process = forked(serve, str(file), folder=str(root), env=surroundings(folder))
    # The server forks once it has imported all; nobody waits for that here.
    start = threading.Thread(target=_start, args=(process,), daemon=True)
    start.start()
    return Waiting(root, folder, process, start)


def _start(process: BaseProcess) -> None:
    with contextlib.suppress(EOFError, OSError):  # without a server, or room, its turn comes later
        process.start()
