"""Kernels for stage notebooks: private, on IPC instead of TCP ports, forked from a warm server.

Starting a kernel and importing the libraries costs far more than the work of a stage. Where the
platform can fork, kernels come from ``multiprocessing``'s fork server that has imported them once;
elsewhere an ordinary kernel starts. Either way the kernel is this Python, whatever kernelspecs a
user has installed, and it reads no start-up files of the user's IPython profile.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any, cast

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Type, default

from helpers.run import kernel_ahead
from helpers.run.forked import start_forked
from helpers.run.looked_at import looked_at_every
from helpers.run.server import can_serve, private_folder

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from jupyter_client.connect import KernelConnectionInfo

NAME = "python3"
#: A file of the project root named like a module (calendar.py, queue.py) is data, never imported.
NO_CWD = "--InteractiveShellApp.ignore_cwd=True"
#: Nobody asks a stage what was typed before, and where there is no room it would only be complained about.
NO_HISTORY = "--HistoryManager.enabled=False"

#: The kernel that was started last.
_started: list[int] = []


@contextlib.contextmanager
def watched() -> Iterator[list[int]]:
    """The most memory in megabytes that kernels have held so far, looked at four times a second."""
    import psutil

    _started.clear()
    peak = [0]

    def look() -> None:
        with contextlib.suppress(psutil.Error, OSError, IndexError):
            peak[0] = max(peak[0], psutil.Process(_started[-1]).memory_info().rss // 10**6)

    with looked_at_every(0.25, look):
        yield peak


def serve(connection_file: str) -> None:
    """In the forked process: become an IPython kernel."""
    from ipykernel.kernelapp import IPKernelApp

    # With its parent known, the kernel is quiet and ends when the server does.
    app = IPKernelApp.instance(parent_handle=os.getppid())
    app.initialize(["-f", connection_file, NO_CWD, NO_HISTORY])
    app.start()


def start_next(root: Path) -> None:
    """Start a kernel for the stage after the one that is at work, if there is room for both."""
    kernel_ahead.start(serve, root, private_folder())


class _Forked:
    """A forked process behind the few methods of ``subprocess.Popen`` that a provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        self.pid = process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.pid is not None and self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class ForkProvisioner(LocalProvisioner):
    """Launches a kernel by forking the warm server."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:  # noqa: ARG002 - jupyter's
        assert self.parent is not None
        folder = kwargs.get("cwd") or str(Path.cwd())
        waiting = cast(StageKernelManager, self.parent).waiting
        process = (
            waiting.process
            if waiting is not None
            else start_forked(serve, self.parent.connection_file, folder=folder, env=kwargs["env"])
        )
        self.process = cast("subprocess.Popen[bytes]", _Forked(process))
        self.pid, self.pgid = process.pid, None
        _started.append(process.pid or 0)
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """Returns once it has ended, which takes some milliseconds, where others look ten times a second."""
        await super().kill(restart=restart)
        for _ in range(200):
            if await self.poll() is not None:
                return
            await asyncio.sleep(0.005)


class _Specs(KernelSpecManager):
    """Knows one kernel: this Python."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:  # noqa: ARG002 - whatever is asked for
        metadata = {"kernel_provisioner": {"provisioner_name": "selfeval-fork"}} if can_serve() else {}
        argv = [sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}", NO_CWD, NO_HISTORY]
        return KernelSpec(argv=argv, display_name="Python 3", language="python", metadata=metadata, name=NAME)


class StageKernelClient(AsyncKernelClient):
    """Talks to a kernel of its own."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Until the kernel answers and is heard. The library's own goes on for a fifth of a second, to see that nothing
        is said any more; whoever listens here tells by its number what is the answer to what."""
        end = math.inf if timeout is None else time.monotonic() + timeout
        while time.monotonic() < end:
            self.kernel_info()
            with contextlib.suppress(Empty):
                if (await self.get_shell_msg(timeout=1))["msg_type"] == "kernel_info_reply":
                    await self.get_iopub_msg(timeout=0.02)  # else asked before it was connected
                    return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")


class StageKernelManager(AsyncKernelManager):
    """One private kernel: its sockets and its IPython profile live in a temporary folder. One that waits already for a
    stage in the working folder is taken."""

    client_factory = Type(StageKernelClient, AsyncKernelClient)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.waiting = kernel_ahead.take(Path.cwd())
        private = private_folder()
        self._folder = self.waiting.folder if self.waiting else Path(tempfile.mkdtemp(prefix="k", dir=private))
        self.transport = "ipc" if os.name == "posix" and private is not None else "tcp"
        self.connection_file = str(self._folder / kernel_ahead.CONNECTION)
        if self.waiting:
            self.load_connection_file()

    def write_connection_file(self, **kwargs: Any) -> None:
        """A kernel that waits has read its own."""
        if self.waiting is None:
            super().write_connection_file(**kwargs)

    @default("kernel_spec_manager")
    def _own_specs(self) -> KernelSpecManager:
        return _Specs(parent=self)

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        env = kernel_ahead.surroundings(self._folder, kwargs.pop("env", None))
        # Only the run speaks on the screen; a forked kernel has none.
        quiet: dict[str, Any] = {} if can_serve() else {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return await super()._async_pre_start_kernel(env=env, **quiet, **kwargs)

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(self._folder, ignore_errors=True)

    pre_start_kernel = _async_pre_start_kernel
    cleanup_resources = _async_cleanup_resources
