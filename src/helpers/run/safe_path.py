"""What lies in the folder that a command is started in is data, never a module, whatever it is called."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def import_nothing_from_here() -> None:
    """No file of the working directory is taken for a module, neither here nor by any process that is started: an
    empty entry of PYTHONPATH means that directory."""
    try:
        here = os.path.realpath(Path.cwd())
    except OSError:  # it was deleted, or may not be looked at
        here = ""
    own = os.path.realpath(Path(__file__).parents[2])
    sys.path[:] = [one for one in sys.path if one and (os.path.realpath(one) != here or here == own)]
    os.environ["PYTHONSAFEPATH"] = "1"
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join(os.path.abspath(one) for one in named if one)  # noqa: PTH100 - links stay
