"""The server from which stage kernels are forked: a process that has imported the libraries once."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import forkserver, util
from pathlib import Path


def forks(platform: str, methods: list[str]) -> bool:
    """Whether a warm process can be forked: macOS has the call, but its libraries do not bear it, and Python itself
    does not fork there unasked."""
    return "forkserver" in methods and platform != "darwin"


CAN_FORK = forks(sys.platform, multiprocessing.get_all_start_methods())
#: Set where the stage of the gate is likely to run: Great Expectations is imported beside the first stage; and where
#: anything has to be worked out again, and not only told.
WARM_GATE, WARM_WORK = "SELFEVAL_WARM_GATE", "SELFEVAL_WARM_WORK"
#: New objects after which a run, and each of its kernels, looks for what can be thrown away (see ``gc.set_threshold``):
#: nearly all that a run makes is still in use when Python would look by itself.
SELDOM = (50_000, 10, 10)
#: Where this is set, Python's own tracebacks are shown.
SHOW_ALL = "SELFEVAL_TRACEBACK"
#: The longest folder below which a Unix socket (k-ipc-1, listener-abcdefgh) still has a valid path.
LONGEST_FOLDER = 48
#: Folders of sockets begin so, and go on with the number of the process that made them.
PRIVATE = "se-"


def short_folder() -> Path | None:
    """A folder for sockets: their paths are limited to about 100 characters, whatever TMPDIR says.

    None where no such folder can be written to; the kernel then listens on the loopback interface.
    """
    for name in (tempfile.gettempdir(), os.environ.get("XDG_RUNTIME_DIR", ""), "/tmp", "/dev/shm", "/var/tmp"):  # noqa: S108 - private folders are made in these
        if name and len(os.fsencode(name)) <= LONGEST_FOLDER and os.access(name, os.W_OK | os.X_OK):
            return Path(name)
    return None


def can_serve() -> bool:
    """Whether kernels can be forked here."""
    return CAN_FORK and short_folder() is not None


def start_server(*, gate: bool = True, work: bool = True) -> None:
    """Start the server if it does not run yet, and return at once: it imports while the caller goes on.

    ``gate``: whether the gate is likely to run, which needs far more imported than all others; ``work``: whether the
    stages that work out figures are. What has not been imported here, a stage imports itself.
    """
    if not can_serve():
        return
    multiprocessing.get_context("forkserver").set_forkserver_preload(["helpers.run.no_garbage", "helpers.run.preload"])
    # The server must not import from the folder that it is started in; what this process starts else is its own affair.
    surroundings = {WARM_GATE: "1" if gate else "", WARM_WORK: "1" if work else "", "PYTHONSAFEPATH": "1"}
    with _temporary_folder(private_folder()), _environment(surroundings), _silent():
        forkserver.ensure_running()


@cache
def _private_folder(process: int) -> Path | None:  # of each process its own, whatever it was forked from
    short = short_folder()
    if short is None:
        return None
    sweep(short)
    made = Path(tempfile.mkdtemp(prefix=f"{PRIVATE}{process}-", dir=short))
    # After the server's own folder in it, which goes away with priority -100.
    util.Finalize(None, shutil.rmtree, args=(made, True), exitpriority=-200)
    return made


def private_folder() -> Path | None:
    """This process's own folder for sockets, removed when it ends."""
    return None if short_folder() is None else _private_folder(os.getpid())


def sweep(folder: Path) -> None:
    """Clear away the private folders of processes that were killed; those of others are none of ours."""
    if os.name == "nt":  # files have no owner there, and asking for a process sends it Ctrl-C
        return
    for left in folder.glob(f"{PRIVATE}*-*"):
        number = left.name.removeprefix(PRIVATE).partition("-")[0]
        with contextlib.suppress(OSError):
            if number.isdecimal() and left.lstat().st_uid == os.getuid() and not _lives(int(number)):
                shutil.rmtree(left, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def _silent() -> Iterator[None]:
    """Processes that are started meanwhile have nowhere to write their own tracebacks and warnings to: what goes wrong
    in them is told by the run, on one screen."""
    try:
        kept = None if os.environ.get(SHOW_ALL) else os.dup(2)
    except OSError:  # there is no such stream
        kept = None
    if kept is None:
        yield
        return
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """These variables hold for a while, also for what is started meanwhile."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _temporary_folder(folder: Path | None) -> Iterator[None]:
    """Temporary files are made in this folder for a while."""
    before = tempfile.tempdir
    tempfile.tempdir = before if folder is None else str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
