"""Something that is looked at again and again, from a thread of its own, while work goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def looked_at_every(seconds: float, look: Callable[[], object]) -> Iterator[None]:
    """``look``, so many seconds after the last time, until the work inside has ended; no look goes on after it."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(seconds):
            look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
