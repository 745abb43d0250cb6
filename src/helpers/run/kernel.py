"""Kernels for stage notebooks: private, on IPC instead of TCP ports, forked from a warm server.

Starting a kernel and importing the libraries costs far more than the work of a stage. Where the
platform can fork, kernels come from ``multiprocessing``'s fork server that has imported them once;
elsewhere an ordinary kernel starts. Either way the kernel is this Python, whatever kernelspecs a
user has installed, and it reads no start-up files of the user's IPython profile.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import default

from helpers.run.server import can_serve, short_folder, start_server
from helpers.year import remembered

if TYPE_CHECKING:
    import subprocess

    from jupyter_client.connect import KernelConnectionInfo

NAME = "python3"
#: A file of the project root named like a module (calendar.py, queue.py) is data, never imported.
NO_CWD = "--InteractiveShellApp.ignore_cwd=True"


def _serve(connection_file: str, cwd: str | None, env: dict[str, str], known: dict[str, dict[Any, Any]]) -> None:
    """In the forked process: become an IPython kernel. ``known``: what the run has worked out of the year files."""
    remembered.take_over(known)
    os.setsid()
    os.environ.clear()
    os.environ.update(env)
    if cwd:
        os.chdir(cwd)
    threading.Thread(target=_end_with_run, daemon=True).start()
    from ipykernel.kernelapp import IPKernelApp

    # With its parent known, the kernel is quiet and ends when the server does.
    app = IPKernelApp.instance(parent_handle=os.getppid())
    app.initialize(["-f", connection_file, NO_CWD])
    app.start()


def _end_with_run() -> None:
    """A run that was killed leaves no kernel at work: the server would go on as long as one of its kernels does."""
    run = multiprocessing.parent_process()
    if run is not None:
        wait([run.sentinel])
        os._exit(1)


class _Forked:
    """A forked process behind the few methods of ``subprocess.Popen`` that a provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, process: multiprocessing.process.BaseProcess) -> None:
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
        start_server()
        assert self.parent is not None
        folder = kwargs.get("cwd") or str(Path.cwd())
        context = multiprocessing.get_context("forkserver")
        process = context.Process(
            target=_serve, args=(self.parent.connection_file, folder, kwargs["env"], remembered.answers())
        )
        process.start()
        self.process = cast("subprocess.Popen[bytes]", _Forked(process))
        self.pid, self.pgid = process.pid, None
        return self.connection_info


class _Specs(KernelSpecManager):
    """Knows one kernel: this Python."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:  # noqa: ARG002 - whatever is asked for
        metadata = {"kernel_provisioner": {"provisioner_name": "selfeval-fork"}} if can_serve() else {}
        argv = [sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}", NO_CWD]
        return KernelSpec(argv=argv, display_name="Python 3", language="python", metadata=metadata, name=NAME)


class StageKernelManager(AsyncKernelManager):
    """One private kernel: its sockets and its IPython profile live in a temporary folder."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        short = short_folder()
        self._folder = Path(tempfile.mkdtemp(prefix="se-", dir=short))
        self.transport = "ipc" if os.name == "posix" and short is not None else "tcp"
        self.connection_file = str(self._folder / "k.json")

    @default("kernel_spec_manager")
    def _own_specs(self) -> KernelSpecManager:
        return _Specs(parent=self)

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        env = dict(kwargs.pop("env", None) or os.environ)
        env.update(IPYTHONDIR=str(self._folder), GX_ANALYTICS_ENABLED="false", MPLBACKEND="agg")
        return await super()._async_pre_start_kernel(env=env, **kwargs)

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(self._folder, ignore_errors=True)

    pre_start_kernel = _async_pre_start_kernel
    cleanup_resources = _async_cleanup_resources
