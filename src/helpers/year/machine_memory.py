"""How much memory this process may take: the machine's, or less where a container or a limit says so."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

#: Where nothing can be found out.
UNKNOWN_MB = 4_000
CGROUPS = Path("/sys/fs/cgroup")


@cache
def memory_limit_mb() -> int:
    """The smallest of all limits, in megabytes."""
    return min([*_machine(), *_resource_limits(), *cgroup_limits()], default=UNKNOWN_MB * 10**6) // 10**6


def _machine() -> Iterator[int]:
    try:
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # no such question on this platform
        return


def _resource_limits() -> Iterator[int]:
    if sys.platform == "win32":
        return
    import resource

    for which in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        soft, _ = resource.getrlimit(which)
        if soft != resource.RLIM_INFINITY:
            yield soft


def cgroup_limits(told: Path = Path("/proc/self/cgroup"), mounted: Path = CGROUPS) -> Iterator[int]:
    """The limits of the control groups of this process and of all around them, of either version."""
    try:
        lines = told.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, place = line.split(":", 2)
        base = mounted if not controllers else mounted / "memory" if "memory" in controllers.split(",") else None
        if base is None:
            continue
        name = "memory.max" if not controllers else "memory.limit_in_bytes"
        inside = Path(place.lstrip("/"))
        for folder in (base / inside, *(base / parent for parent in inside.parents), base):
            try:
                text = (folder / name).read_text(encoding="ascii").strip()
            except (OSError, ValueError):
                continue
            if text.isdecimal() and int(text) < 2**60:
                yield int(text)
