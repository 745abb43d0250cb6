"""A run that is killed leaves no kernel at work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from helpers.run.server import can_serve

RUN = """
import asyncio, signal, sys, time
from pathlib import Path
from helpers.run.forked import holding
from helpers.run.kernel import StageKernelManager

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # a job started with nohup hands on that it is ignored

async def main():
    manager = StageKernelManager()
    await manager.start_kernel()
    if sys.argv[2:]:
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready()
        client.execute(sys.argv[2])
        while not Path(sys.argv[2].split("'")[1]).exists():
            await asyncio.sleep(0.05)
    print(manager.provisioner.pid, flush=True)
    await asyncio.sleep(120)

with open(sys.argv[1], "w") as lock, holding(lock.fileno()):
    asyncio.run(main())
"""
#: Goes on for ever, and lets no other thread of its process have its turn.
BUSY = "open('{}', 'w').close(); import re; re.match('(a+)+$', 'a' * 60 + 'b')"


@pytest.mark.parametrize("signalled", [signal.SIGKILL, signal.SIGHUP])
@pytest.mark.parametrize("busy", [False, True])
def test_a_kernel_and_its_server_end_with_the_run_that_was_killed(
    tmp_path: Path, signalled: signal.Signals, busy: bool
) -> None:
    assert can_serve() or os.name == "nt"
    cell = [BUSY.format(tmp_path / "begun")] if busy else []
    command = [sys.executable, "-c", RUN, str(tmp_path / "lock"), *cell]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as run:
        assert run.stdout is not None
        kernel = psutil.Process(int(run.stdout.readline()))
        assert str(tmp_path / "lock") in [one.path for one in kernel.open_files()], "nobody else may run the year yet"
        server = kernel.parent()
        assert server is not None and "forkserver" in " ".join(server.cmdline())
        assert server.ppid() == run.pid
        run.send_signal(signalled)
    end = time.monotonic() + 60
    while (kernel.is_running() or server.is_running()) and time.monotonic() < end:
        time.sleep(0.1)
    assert not kernel.is_running() and not server.is_running()


INTERRUPTED = """
import sys
from helpers.run import kernel_ahead
from helpers.run.forked import start_forked

def interrupted():
    process = start_forked(kernel_ahead.waits, folder=".", env={}) if sys.argv[1] == "ended" else start_forked(
        __import__("time").sleep, 3600, folder=".", env={}
    )
    print(process.pid, flush=True)
    raise KeyboardInterrupt

interrupted()
"""


@pytest.mark.skipif(not can_serve(), reason="nothing is forked here")
@pytest.mark.parametrize("left", ["ended", "at work"])
def test_a_run_that_is_interrupted_does_not_wait_for_what_it_has_just_started(left: str) -> None:
    command = [sys.executable, "-c", INTERRUPTED, left]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")
    assert not psutil.pid_exists(int(done.stdout))
