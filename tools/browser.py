"""A headless Chromium that is told what to do by its DevTools protocol: opened, asked, photographed.

Only tools and tests by hand need it; whoever runs them brings the browser (``CHROMIUM`` names it).
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tornado.websocket import WebSocketClientConnection, websocket_connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
#: Seconds that a page may take.
PATIENCE = 180.0
LARGEST = 64 * 2**20


class NoBrowser(RuntimeError):
    """There is no Chromium here."""


def browser() -> str:
    """The program; raises ``NoBrowser``."""
    found = next(filter(None, map(shutil.which, [os.environ.get("CHROMIUM", ""), *NAMES])), None)
    if found is None:
        raise NoBrowser("no Chromium found: install one, or name it in the environment variable CHROMIUM")
    return found


class Page:
    """One tab."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self.socket, self.number = socket, 0

    async def call(self, method: str, **parameters: Any) -> Any:
        self.number += 1
        await self.socket.write_message(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = await self.socket.read_message()
            if message is None:
                raise RuntimeError("the browser has gone")
            answer = json.loads(message)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(answer["error"]["message"])
                return answer["result"]

    async def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression, a promise awaited. Raises ``RuntimeError``."""
        found = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(found["exceptionDetails"].get("exception", {}).get("description", "error in the page"))
        return found["result"].get("value")

    async def wait(self, expression: str, seconds: float = PATIENCE) -> Any:
        """The first value of an expression that is true. Raises ``TimeoutError``."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if value := await self.ask(expression):
                    return value
            except RuntimeError:
                pass
            await asyncio.sleep(0.5)
        raise TimeoutError(expression)

    async def photograph(self, width: int, height: int, scale: float = 1.0) -> bytes:
        """The upper left corner of the page as PNG."""
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": scale}
        return base64.b64decode((await self.call("Page.captureScreenshot", format="png", clip=clip))["data"])


@asynccontextmanager
async def opened(width: int, height: int) -> AsyncIterator[Page]:
    """A browser with one empty tab, gone afterwards. Raises ``NoBrowser``, ``TimeoutError``."""
    with tempfile.TemporaryDirectory(prefix="selfeval-browser-", ignore_cleanup_errors=True) as profile:
        as_administrator = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        process = subprocess.Popen(
            [
                *(browser(), "--headless=new", *as_administrator, "--disable-gpu", "--hide-scrollbars"),
                *("--no-first-run", "--disable-background-networking", "--remote-debugging-port=0"),
                *(f"--user-data-dir={profile}", f"--window-size={width},{height}", "about:blank"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield Page(await websocket_connect(await _tab(Path(profile)), max_message_size=LARGEST))
        finally:
            process.terminate()
            process.wait(30)


async def _tab(profile: Path) -> str:
    """The address of the tab's protocol."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            port = (profile / "DevToolsActivePort").read_text(encoding="ascii").splitlines()[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{int(port)}/json") as answer:
                tabs = json.load(answer)
            return next(str(one["webSocketDebuggerUrl"]) for one in tabs if one["type"] == "page")
        except (OSError, ValueError, IndexError, StopIteration):
            await asyncio.sleep(0.3)
    raise TimeoutError("the browser does not answer")
