"""``make lab``: JupyterLab at the start page, with ``selfeval`` on the path of its terminals and notebooks.

Without make: ``python -m tools.lab`` with the environment's Python, on any platform. What stands behind it on the
command line is handed to JupyterLab.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

PROJECT = Path(__file__).resolve().parents[1]
START = "notebooks/00_开始.ipynb"
#: JupyterLab's settings for this project: nobody is asked whether news of Jupyter are wanted.
SETTINGS = PROJECT / "tools" / "jupyter"


def command(options: Sequence[str], *, administrator: bool) -> list[str]:
    """JupyterLab that looks at this project only: nothing is asked of the internet."""
    return [
        *(sys.executable, "-m", "jupyterlab"),
        f"--ServerApp.root_dir={PROJECT}",
        f"--LabApp.default_url=/lab/tree/{quote(START)}",
        "--ServerApp.contents_manager_class=tools.lab_files.PackagesReadOnly",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        *(["--allow-root"] if administrator else []),
        *terminal(os.name, os.environ.get("SHELL") or shutil.which("sh")),
        *options,
    ]


def terminal(system: str, shell: str | None) -> list[str]:
    """The shell of Lab's terminals. Of itself Lab starts a login shell where nobody sees its own output, and login
    files may set the path anew, without the environment's programs; on Windows there is no such shell."""
    if system == "nt" or not shell:
        return []
    return [f"--ServerApp.terminado_settings=shell_command={shlex.quote(shell)}"]


def surroundings(environment: dict[str, str], scripts: Path) -> dict[str, str]:
    """The environment's programs first, also for what Lab starts; the project's tools can be imported, and its settings
    are found behind those that are set already."""
    path = os.pathsep.join([str(scripts), *filter(None, [environment.get("PATH")])])
    modules = os.pathsep.join([str(PROJECT), *filter(None, [environment.get("PYTHONPATH")])])
    settings = os.pathsep.join([*filter(None, [environment.get("JUPYTER_CONFIG_PATH")]), str(SETTINGS)])
    return {**environment, "PATH": path, "PYTHONPATH": modules, "JUPYTER_CONFIG_PATH": settings}


def main(options: Sequence[str]) -> int:
    """The exit status of JupyterLab."""
    administrator = hasattr(os, "geteuid") and os.geteuid() == 0
    try:
        return subprocess.run(
            command(options, administrator=administrator),
            env=surroundings(dict(os.environ), Path(sys.executable).parent),
            cwd=PROJECT,
            check=False,
        ).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
