"""Freed memory is kept: what a process touches again it need not be given again."""

import platform
import subprocess
import sys

import pytest

WORK = """
import resource, sys
from helpers.run.kept_memory import keep_freed_memory

if sys.argv[1] == "kept":
    assert keep_freed_memory()
for _ in range(20):
    blocks = [b"x" * 25_000_000 for _ in range(4)]
    del blocks
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


def faults(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", WORK, how], capture_output=True, check=True, encoding="utf-8")
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told to keep memory")
def test_what_is_freed_and_asked_for_again_is_not_asked_of_the_system_again() -> None:
    assert faults("kept") * 5 < faults("as it is")
