"""A run that is killed leaves no kernel at work."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psutil

from helpers.run.server import can_serve

RUN = """
import asyncio, sys, time
from helpers.run.kernel import StageKernelManager

async def main():
    manager = StageKernelManager()
    await manager.start_kernel()
    print(manager.provisioner.pid, flush=True)
    await asyncio.sleep(120)

asyncio.run(main())
"""


def test_a_kernel_and_its_server_end_with_the_run_that_was_killed() -> None:
    assert can_serve() or os.name == "nt"
    with subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE, encoding="utf-8") as run:
        assert run.stdout is not None
        kernel = psutil.Process(int(run.stdout.readline()))
        server = kernel.parent()
        assert server is not None and "forkserver" in " ".join(server.cmdline())
        assert server.ppid() == run.pid
        run.kill()
    end = time.monotonic() + 60
    while (kernel.is_running() or server.is_running()) and time.monotonic() < end:
        time.sleep(0.1)
    assert not kernel.is_running() and not server.is_running()
