"""Memory that was freed stays with a process for a while: a stage asks for the same again at once."""

from __future__ import annotations

import ctypes
from contextlib import suppress

#: glibc's names for what ``mallopt`` sets, from its ``malloc.h``.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
#: Bytes that lie free at the end of a heap before they go back to the system, and of a block that is asked of the
#: system by itself (the most that glibc allows). Both would grow by themselves, but from small beginnings and
#: only half as far: half of the pages that a stage touched it had given back before.
KEPT, OWN_BLOCK = 128 * 2**20, 32 * 2**20


def keep_freed_memory() -> bool:
    """Let this process, and what it forks, keep up to ``KEPT`` bytes of freed memory; False where this is not glibc."""
    with suppress(OSError, AttributeError, TypeError):  # another system, another C library
        mallopt = ctypes.CDLL(None).mallopt
        return bool(mallopt(TRIM_THRESHOLD, KEPT)) and bool(mallopt(MMAP_THRESHOLD, OWN_BLOCK))
    return False
