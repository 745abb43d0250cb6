"""Work that is given up after some time, though no line of Python is run meanwhile."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TooSlow(BaseException):
    """The time is over. No ``Exception``: a library that keeps its own from its caller must not keep this one."""


@contextmanager
def at_most(seconds: float | None) -> Iterator[None]:
    """Raise ``TooSlow`` in the work after so many seconds: matching a pattern listens to signals, and to nothing else.

    Signals are for a process's first thread, which is where a stage's cells run; elsewhere, and where there are no
    timers, the work takes its time.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def over(_number: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
