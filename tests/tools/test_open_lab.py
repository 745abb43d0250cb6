"""``make lab``: the start page, programs on the path, nothing fetched, packages read-only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

from tools.lab import PROJECT, START, command, surroundings, terminal


def test_lab_opens_the_start_page_and_asks_nothing_of_the_internet() -> None:
    told = command(["--no-browser"], administrator=False)
    assert (PROJECT / START).is_file()
    assert unquote(next(one for one in told if "default_url" in one)).endswith(f"/lab/tree/{START}")
    assert {"--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"} <= set(told)
    assert told[-1] == "--no-browser" and "--allow-root" not in told
    assert "--allow-root" in command([], administrator=True)


def test_selfeval_is_found_first_and_what_was_set_stays() -> None:
    found = surroundings({"PATH": "/bin", "X": "1"}, Path("/env/bin"))
    assert found["PATH"] == f"{Path('/env/bin')}{os.pathsep}/bin" and found["X"] == "1"
    assert found["PYTHONPATH"] == str(PROJECT)
    assert surroundings({"PYTHONPATH": "a"}, Path("b"))["PYTHONPATH"] == f"{PROJECT}{os.pathsep}a"


def test_terminals_are_no_login_shells_which_may_forget_the_path() -> None:
    (option,) = terminal("posix", "/bin/zsh")
    assert option == "--ServerApp.terminado_settings=shell_command=/bin/zsh"
    assert terminal("nt", "powershell") == terminal("posix", None) == []
    assert any("terminado_settings" in one for one in command([], administrator=False)) == (os.name != "nt")


def test_lab_asks_nobody_about_news(tmp_path: Path) -> None:
    """As JupyterLab itself reads the settings, a user's own folders left out."""
    code = (
        "from jupyterlab_server.settings_utils import _get_overrides;"
        f"found, error = _get_overrides({str(tmp_path)!r});"
        "print(found['@jupyterlab/apputils-extension:notification'], error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=surroundings({**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path)}, Path(sys.executable).parent),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "'fetchNews': 'false'" in done.stdout and "'checkForUpdates': False" in done.stdout
    assert surroundings({"JUPYTER_CONFIG_PATH": "mine"}, Path("b"))["JUPYTER_CONFIG_PATH"].startswith(
        f"mine{os.pathsep}"
    )


LOOK = """
import asyncio, sys
from tornado.web import HTTPError
from tools.lab_files import PackagesReadOnly

async def main():
    files = PackagesReadOnly(root_dir=sys.argv[1])
    inside = await files.get("reports/2024/notebooks/a.ipynb", content=True)
    outside = await files.get("notebooks/a.ipynb", content=True)
    print(inside["writable"], outside["writable"])
    await files.save(outside, "notebooks/a.ipynb")
    try:
        await files.save(inside, "reports/2024/notebooks/a.ipynb")
    except HTTPError as error:
        print(error.status_code, error.log_message)

asyncio.run(main())
"""


def test_a_package_is_shown_read_only_and_never_saved_over(tmp_path: Path) -> None:
    text = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    for folder in ("reports/2024/notebooks", "notebooks"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.ipynb").write_text(text, encoding="utf-8")
    for name in ("manifest.json", "results.json"):
        (tmp_path / "reports" / "2024" / name).write_text("{}", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(tmp_path)], cwd=PROJECT, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == "False True"
    assert second.startswith("403 [package_read_only]  reports/2024/notebooks/a.ipynb")
    assert (tmp_path / "reports/2024/notebooks/a.ipynb").read_text(encoding="utf-8") == text
