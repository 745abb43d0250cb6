"""Imported first by the server from which kernels are forked: what it imports stays, and is never searched for garbage.

Looking through half a million objects again and again took a tenth of the time of a stage, and its own copy of the
memory that it shares with the others.
"""

import gc
import os
import sys

from helpers.run.kept_memory import keep_freed_memory
from helpers.run.server import SELDOM

_server = os.getpid()


def _before_fork() -> None:
    if os.getpid() == _server:
        gc.freeze()


def _in_kernel() -> None:
    gc.set_threshold(*SELDOM)
    gc.enable()


gc.disable()
keep_freed_memory()
# Nobody debugs a kernel of a run, and ipykernel does without a debugger where there is none: this is how Python is told
# so. Importing it took a tenth of a second, and each kernel made one.
sys.modules["debugpy"] = None  # type: ignore[assignment]
os.register_at_fork(before=_before_fork, after_in_child=_in_kernel)
