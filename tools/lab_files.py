"""Files as JupyterLab sees them: a published package is to be looked at, never saved over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError

#: What lies in every package, and together nowhere else.
OF_A_PACKAGE = ("manifest.json", "results.json")


def in_package(path: Path) -> bool:
    """Whether a path leads into a published package."""
    return any(all((folder / name).is_file() for name in OF_A_PACKAGE) for folder in path.parents)


class PackagesReadOnly(AsyncLargeFileManager):
    """The server's own, but what lies in a package is shown as read-only: rights alone do not stop an administrator."""

    def is_writable(self, path: str) -> bool:
        return not in_package(Path(self._get_os_path(path))) and super().is_writable(path)

    async def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        if in_package(Path(self._get_os_path(path))):
            raise HTTPError(403, f"[package_read_only]  {path} 是已发布的成套材料，没有保存；请另存到别处再改")
        saved: dict[str, Any] = await super().save(model, path)
        return saved
