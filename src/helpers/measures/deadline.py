"""Something is called if work takes longer than it may: one thread watches all of it, for there are thousands of
queries, most of which take less time than the start of a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

#: Seconds between two looks; the watcher ends after so many looks at nothing.
LOOK, LOOKS = 0.05, 40


@dataclass(eq=False)
class _Work:
    ends: float
    call: Callable[[], object]


class _Watcher:
    """Looks at all that runs, from a thread of its own while there is something to look at."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[_Work] = set()
        self._thread: threading.Thread | None = None

    def begin(self, work: _Work) -> None:
        with self._lock:
            self._running.add(work)
            # A forked process has inherited the thread's name, not the thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                self._thread.start()

    def end(self, work: _Work) -> None:
        with self._lock:
            self._running.discard(work)

    def _watch(self) -> None:
        idle = 0
        while True:
            time.sleep(LOOK)
            with self._lock:
                idle = 0 if self._running else idle + 1
                if idle > LOOKS:
                    self._thread = None
                    return
                self._call_late()

    def _call_late(self) -> None:
        for work in [one for one in self._running if one.ends <= time.monotonic()]:
            self._running.discard(work)
            work.call()


_WATCHER = _Watcher()


@contextmanager
def interrupted_after(seconds: float, call: Callable[[], object]) -> Iterator[None]:
    """``call``, from another thread, once the work inside has taken so many seconds; never after it has ended."""
    work = _Work(time.monotonic() + seconds, call)
    _WATCHER.begin(work)
    try:
        yield
    finally:
        _WATCHER.end(work)
