"""A stage notebook in somebody's JupyterLab: declared errors in plain words, the year's lock, ``selfeval`` on the path.

In a run none of this has anything to do, but the plain words: the run holds the lock and works in a folder of its own.
"""

from __future__ import annotations

import contextlib
import linecache
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from helpers.year.root import OWN_PROCESSED, Root

#: A message of ours says itself what, where and what to do: its code stands in brackets near its beginning.
CODED = re.compile(r"\[[a-z][a-z0-9]*(?:_[a-z0-9]+)*\](?:\s|$)")
#: How a block of plain words names the line of the cell; ``run/stages.py`` looks for it.
PLACE = "位置：本单元格第 {} 行  {}"


class YearActive(Exception):
    """The year is being run by somebody else at this moment."""


def sit_down() -> None:
    """In a notebook: what is declared is shown as one plain block, and programs of the environment are found."""
    shell = _shell()
    if shell is None:
        return
    if Exception not in shell.custom_exceptions:
        shell.set_custom_exc((Exception,), _shown)
    scripts, path = str(Path(sys.executable).parent), os.environ.get("PATH", "")
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join(filter(None, [scripts, path]))


def is_declared(error: BaseException) -> bool:
    """Whether an error is one of ours whose message is meant for whoever works with the notebook."""
    ours = type(error).__module__.partition(".")[0] == "helpers"
    return ours and bool(CODED.search("\n".join(str(error).splitlines()[:3])))


def plain_block(error: BaseException, traceback: Any) -> list[str]:
    """The message, and which line of the cell it came from."""
    place = _line_of_cell(traceback)
    return [*str(error).splitlines(), *([PLACE.format(*place)] if place else [])]


def _shown(shell: Any, kind: type[BaseException], error: BaseException, traceback: Any, tb_offset: Any = None) -> None:
    """What IPython calls for every error: all but ours is shown as ever."""
    if is_declared(error):
        shell._showtraceback(kind, error, ["\n".join(plain_block(error, traceback))])
    else:
        shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)


def _line_of_cell(traceback: Any) -> tuple[int, str] | None:
    """The first line that does not belong to the machinery: the cell's own."""
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_name == "<module>" and traceback.tb_frame.f_globals.get("__name__") == "__main__":
            return traceback.tb_lineno, linecache.getline(code.co_filename, traceback.tb_lineno).strip()
        traceback = traceback.tb_next
    return None


# --- the year's lock ------------------------------------------------------------------------------

#: The locks that this kernel holds until its cell has ended.
_held: dict[Path, Any] = {}


def in_run(fiscal_year: int) -> bool:
    """Whether this process works for a run of the year, which holds its lock."""
    return os.environ.get(OWN_PROCESSED, "").partition("=")[0] == str(fiscal_year)


def hold_until_cell_ends(root: Path, fiscal_year: int) -> None:
    """Nobody else runs the year while this cell does; raises ``YearActive`` at once where somebody does already.

    The lock goes with the process, however it ends. Where there are no locks, or nothing may be written, there is none.
    """
    path = Root(root).lock(fiscal_year)
    if in_run(fiscal_year) or path in _held:
        return
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=0)
    try:
        path.parent.mkdir(exist_ok=True)
        lock.acquire()
    except Timeout:
        raise YearActive(
            f"[run_active]  {fiscal_year} 年度正在由另一个进程运行（selfeval run，或另一个笔记本里正在执行的单元格），"
            "本单元格没有执行\n    处理：等它结束后再运行本单元格"
        ) from None
    except (OSError, NotImplementedError):
        return
    _held[path] = lock
    _at_end_of_cell(lambda: _let_go(path))


def _let_go(path: Path) -> None:
    lock = _held.pop(path, None)
    if lock is not None:
        lock.release(force=True)


def _at_end_of_cell(do: Callable[[], object]) -> None:
    """Once, after the present cell, whether or not it fails; at once where there are no cells."""
    shell = _shell()
    if shell is None:
        do()
        return

    def ended(*_: Sequence[Any]) -> None:
        with contextlib.suppress(ValueError):
            shell.events.unregister("post_run_cell", ended)
        do()

    shell.events.register("post_run_cell", ended)


def _shell() -> Any:
    """The kernel's shell; None outside a notebook, where nothing of IPython is imported."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None
