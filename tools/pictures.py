"""The pictures of the READMEs, taken of the real thing: page one of the example's report, and JupyterLab's start page.

    python -m tools.pictures

Needs a package in ``reports/2024`` (``make report``) and a Chromium; both pictures show that the data are synthetic.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import lab
from tools.browser import NoBrowser, Page, opened

TARGET = lab.PROJECT / "docs" / "pictures"
REPORT = lab.PROJECT / "reports" / "2024" / "report.pdf"
#: Bytes that a picture may have; of page one its width, and how many greys say enough.
LARGEST, WIDTH, COLOURS = 200_000, 860, 16
LAB_WIDTH, LAB_HEIGHT = 1280, 1010
SECONDS = 120.0
#: The notebook alone: no list of files, everything run, from the top.
SHOWN = """(async () => {
  const app = window.jupyterapp;
  await app.restored;
  await app.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'});
  if (!document.querySelector('#jp-left-stack.lm-mod-hidden')) {
    await app.commands.execute('application:toggle-left-area');
  }
  const notebook = await app.commands.execute('docmanager:open', {path: START});
  app.shell.activateById(notebook.id);
  await notebook.context.ready;
  await notebook.sessionContext.ready;
  await app.commands.execute('notebook:run-all-cells');
  notebook.content.activeCellIndex = 0;
  notebook.content.node.querySelectorAll('.jp-WindowedPanel-outer').forEach(one => { one.scrollTop = 0; });
  return true;
})()"""
DIALOGS = "[...document.querySelectorAll('.jp-Dialog, .jp-toastContainer .Toastify__toast')].map(one => one.innerText)"


def page_one(pdf: Path | bytes) -> bytes:
    """The first page of a PDF, 1 pixel for each of ``WIDTH``."""
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        made = io.BytesIO()
        grey = page.render(scale=WIDTH / page.get_width(), grayscale=True).to_pil()
        grey.quantize(COLOURS).save(made, "PNG", optimize=True)
        return made.getvalue()


@contextmanager
def served() -> Iterator[str]:
    """JupyterLab as ``make lab`` starts it, on a free port; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="selfeval-lab-", ignore_cleanup_errors=True) as folder:
        yield from _served(port, folder)


def _served(port: int, folder: str) -> Iterator[str]:
    """``folder``: for what this JupyterLab keeps of settings and open tabs."""
    options = ["--no-browser", f"--ServerApp.port={port}", "--IdentityProvider.token=", "--ServerApp.password="]
    started = lab.command(
        [
            *options,
            "--LabApp.expose_app_in_browser=True",
            f"--LabApp.user_settings_dir={folder}",
            f"--LabApp.workspaces_dir={folder}",
        ],
        administrator=hasattr(os, "geteuid") and os.geteuid() == 0,
    )
    around = lab.surroundings(dict(os.environ), Path(sys.executable).parent)
    with subprocess.Popen(
        started, cwd=lab.PROJECT, env=around, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            _await(address)
            yield address
        finally:
            process.terminate()


def _await(address: str) -> None:
    end = time.monotonic() + SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{address}/api"):  # noqa: S310 - this machine's own
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


async def start_page(address: str) -> bytes:
    """JupyterLab at the start page, its cells run. Raises ``RuntimeError`` where something stands in the way."""
    async with opened(LAB_WIDTH, LAB_HEIGHT) as page:
        size = {"width": LAB_WIDTH, "height": LAB_HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        await page.call("Emulation.setDeviceMetricsOverride", **size)
        await page.call("Page.navigate", url=address)
        await page.wait("!!(window.jupyterapp && document.querySelector('.jp-Notebook .jp-Cell'))")
        await page.ask(SHOWN.replace("START", json.dumps(lab.START)))
        await page.wait("document.querySelectorAll('.jp-RenderedHTMLCommon table').length >= 2")
        await asyncio.sleep(2)
        await _undisturbed(page)
        return await page.photograph(LAB_WIDTH, LAB_HEIGHT)


async def _undisturbed(page: Page) -> None:
    if asked := await page.ask(DIALOGS):
        raise RuntimeError(f"JupyterLab asks or tells something: {asked}")


def main() -> int:
    if not REPORT.is_file():
        print("no package in reports/2024: make report first", file=sys.stderr)
        return 2
    TARGET.mkdir(exist_ok=True)
    pictures = {"page-one.png": page_one(REPORT)}
    try:
        with served() as address:
            pictures["lab.png"] = asyncio.run(start_page(address))
    except NoBrowser as error:
        print(error, file=sys.stderr)
        return 2
    for name, content in pictures.items():
        if len(content) > LARGEST:
            print(f"{name}: {len(content):,} bytes, more than {LARGEST:,}", file=sys.stderr)
            return 1
        (TARGET / name).write_bytes(content)
        print(f"{TARGET / name}: {len(content):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
