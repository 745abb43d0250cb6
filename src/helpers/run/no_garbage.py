"""Imported first by the server from which kernels are forked: what it imports stays, and is never searched for garbage.

Looking through half a million objects again and again took a tenth of the time of a stage, and its own copy of the
memory that it shares with the others.
"""

import gc
import os

from helpers.run.server import SELDOM

_server = os.getpid()


def _before_fork() -> None:
    if os.getpid() == _server:
        gc.freeze()


def _in_kernel() -> None:
    gc.set_threshold(*SELDOM)
    gc.enable()


gc.disable()
os.register_at_fork(before=_before_fork, after_in_child=_in_kernel)
