"""Processes of a run, forked from the warm server: each knows what the run knows, holds its lock and ends with it."""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing import reduction
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from helpers.run.server import can_serve, start_server
from helpers.year import remembered
from helpers.year.engine import SMALL, cores
from helpers.year.machine_memory import memory_limit_mb

#: The locks that the run holds: as long as one of its processes lives, nobody else gets them.
_held: list[int] = []
#: What has been forked and may still be there.
_forked: list[BaseProcess] = []


@contextlib.contextmanager
def holding(lock: int | None) -> Iterator[None]:
    """Processes that are started meanwhile hold the lock with this descriptor too, until they have ended."""
    _held[:] = [] if lock is None else [lock]
    try:
        yield
    finally:
        _held.clear()


def start_forked(work: Callable[..., object], *given: Any, folder: str, env: dict[str, str]) -> BaseProcess:
    """A process that does ``work`` of the library in this folder; to be called where ``server.can_serve`` holds.

    Raises ``RuntimeError`` where the server is gone.
    """
    process = forked(work, *given, folder=folder, env=env)
    try:
        process.start()
    except (EOFError, ConnectionError):
        raise RuntimeError("Kernel died with the server, before it was there") from None
    return process


def forked(work: Callable[..., object], *given: Any, folder: str, env: dict[str, str]) -> BaseProcess:
    """The same, not started yet; the server is."""
    start_server()
    context = multiprocessing.get_context("forkserver")
    process = context.Process(target=_in_run, args=(work, given, folder, env, _Locks(), remembered.answers()))
    _forked[:] = [one for one in _forked if one.exitcode is None]
    _forked.append(process)
    return process


def end_all() -> None:
    """End what is left. A run that is interrupted may just have started a process that nobody knows of yet, and Python
    would wait for its end before it ends itself, for ever."""
    while _forked:
        end(_forked.pop())


def end(process: BaseProcess) -> None:
    """End a process, if it was started and has not ended yet."""
    if process.pid is not None and process.exitcode is None:
        process.kill()
        process.join()


#: Before multiprocessing itself waits: it was imported, and has registered, earlier.
atexit.register(end_all)


def room_for_two() -> bool:
    """Two cores and memory for two; where years run side by side, the cores have their work."""
    return can_serve() and cores() > 1 and memory_limit_mb() >= SMALL


class _Locks:
    """The locks that are held, handed over with the process that is started."""

    def __reduce__(self) -> Any:
        return list, ([reduction.DupFd(one) for one in _held],)


def _in_run(
    work: Callable[..., object],
    given: tuple[Any, ...],
    folder: str,
    env: dict[str, str],
    locks: list[Any],
    known: dict[str, dict[Any, Any]],
) -> None:
    """In the forked process. ``known``: what the run has worked out of the year files."""
    _die_with_run()
    for lock in locks:
        lock.detach()  # open for as long as this process lives
    remembered.take_over(known)
    os.setsid()
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    # What lies beside the data is data, whatever it is called and however the run was started.
    sys.path[:] = [one for one in sys.path if one and Path(one).resolve() != Path(folder).resolve()]
    threading.Thread(target=_end_with_run, daemon=True).start()
    work(*given)


def _die_with_run() -> None:
    """Have the system itself end this process as soon as the run is gone, whatever a library is busy with just then.

    The pipe over which the run has started it gives the signal once its other end is closed. A second way for
    platforms that cannot do so is ``_end_with_run``.
    """
    run = multiprocessing.parent_process()
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        assert run is not None
        fcntl.fcntl(run.sentinel, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(run.sentinel, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(run.sentinel, fcntl.F_SETFL, fcntl.fcntl(run.sentinel, fcntl.F_GETFL) | os.O_ASYNC)
        if wait([run.sentinel], 0):  # it was gone already
            os._exit(1)


def _end_with_run() -> None:
    """A run that was killed leaves no process at work: the server would go on as long as one of them does."""
    run = multiprocessing.parent_process()
    if run is not None:
        wait([run.sentinel])
        os._exit(1)
