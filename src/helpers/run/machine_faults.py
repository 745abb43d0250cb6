"""What a machine refuses, in words: memory, files, processes, room on the disk, rights."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from helpers.year.machine_memory import memory_limit_mb

#: ZIP files, and with them DOCX and XLSX, know no earlier time.
EARLIEST = 315_532_800
#: Below so many files or processes a run may fail; and the files that are enough for any.
FEW, ENOUGH_FILES = 128, 1024


def in_words(error: BaseException) -> str | None:
    """What the machine lacks where that is what an error comes from, else None."""
    for one in _behind(error):
        if isinstance(one, MemoryError):
            return _no_memory()
        if said := of_message(type(one).__name__, str(one)):
            return said
        number = one.errno if isinstance(one, OSError) else getattr(one, "errno", None)
        if isinstance(number, int) and (said := _of_number(number, one)):
            return said
    return None


#: What libraries say of a lack, with the number that the system gives it; their kinds of errors that say so.
_MESSAGES = {
    "can't start new thread": errno.EAGAIN,
    **{os.strerror(one): one for one in (errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT, errno.ENOMEM)},
    **{os.strerror(one): one for one in (errno.EAGAIN, errno.EROFS)},
}
_NO_MEMORY = frozenset({"MemoryError", "_ArrayMemoryError", "ArrowMemoryError", "OutOfMemoryException"})
_OF_SYSTEM = frozenset({"OSError", "BlockingIOError", "RuntimeError", "IOException", "InternalException"})


def of_message(kind: str, message: str) -> str | None:
    """What the machine lacks where an error is known by its kind and message only: another process has met it, or a
    library that passes on no number."""
    if kind in _NO_MEMORY:
        return _no_memory()
    if kind not in _OF_SYSTEM:
        return None
    number = next((number for words, number in _MESSAGES.items() if words in message), None)
    return None if number is None else _of_number(number, OSError(number, message))


def _of_number(number: int, error: BaseException) -> str | None:
    place = getattr(error, "filename", None)
    where = f" {place}" if isinstance(place, str) else ""
    if number == errno.ENOMEM:
        return _no_memory()
    if number in (errno.EMFILE, errno.ENFILE):
        return "[too_few_files]  系统允许同时打开的文件太少\n    处理：用 ulimit -n 1024 放宽后重新运行"
    if number == errno.EAGAIN:
        return "[too_few_processes]  系统不允许再开进程\n    处理：关闭别的程序，或用 ulimit -u 放宽后重新运行"
    if number in (errno.ENOSPC, errno.EDQUOT):
        folder = where or f"（临时文件夹是 {_temporary()}）"
        return f"[disk_full]  磁盘已满，写不下{folder}\n    处理：腾出空间，或用 TMPDIR 指定别的临时文件夹"
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"[not_accessible]  没有权限读写{where}\n    处理：给运行的账户权限，或换一个文件夹"
    if number in (errno.ENAMETOOLONG, errno.EINVAL):
        return f"[bad_name]  系统不接受这个文件名{_short(where)}\n    处理：换一个较短的、普通的名字"
    return None


def _no_memory() -> str:
    limit = memory_limit_mb() / 1000
    return f"[no_memory]  内存不足：本机或所在容器最多可用 {limit:.1f} GB\n    处理：关闭别的程序，或放宽限制后重新运行"


def _temporary() -> str:
    try:
        return tempfile.gettempdir()
    except OSError:
        return "没有可写的"


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}……"


def _behind(error: BaseException) -> Iterator[BaseException]:
    """An error and those that it was raised from, the first cause last."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__  # type: ignore[assignment]


def screen_of(error: BaseException) -> str:
    """One screen of an error that nobody has foreseen: what the machine lacks, else kind, words and place."""
    if said := in_words(error):
        return said
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if re.search(r"[/\\]helpers[/\\]", one.filename)] or list(frames)
    place = f"，在 {Path(own[-1].filename).name} 第 {own[-1].lineno} 行" if own else ""
    words = " ".join(str(error).split())[:300] or "没有说明"
    return (
        f"[program_fault]  {type(error).__name__}{place}：{words}\n"
        "    处理：这是程序没有料到的情况，请连同所用的命令报告；原有的成套材料没有改动"
    )


def tight_limits() -> list[str]:
    """Limits of this process that a run is likely to meet, in words."""
    if sys.platform == "win32":
        return []
    import resource

    files, processes = (resource.getrlimit(one)[0] for one in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC))
    found = [f"同时打开的文件只许 {files} 个（ulimit -n）"] if 0 <= files < FEW else []
    return found + ([f"进程只许 {processes} 个（ulimit -u）"] if 0 <= processes < FEW and os.getuid() else [])


def widen_limits() -> None:
    """As many open files as may be asked for without a right, where few are allowed at first."""
    with contextlib.suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = ENOUGH_FILES if hard == resource.RLIM_INFINITY else min(hard, ENOUGH_FILES)
        if 0 <= soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def have_a_home() -> None:
    """Libraries look for settings at home and keep things there: where there is none, or none that may be written to,
    they get a folder that goes away with this process, or is swept by the next."""
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where there is no home
    kept = {"XDG_CONFIG_HOME": ".config", "XDG_CACHE_HOME": ".cache"}
    if home != "~" and all(_may_be_made(Path(os.environ.get(one) or Path(home) / kept[one])) for one in kept):
        return
    from helpers.run.server import private_folder

    folder = str(private_folder() or tempfile.gettempdir())
    os.environ.setdefault("MPLCONFIGDIR", folder)
    if home == "~":
        os.environ["HOME"] = folder


def _may_be_made(folder: Path) -> bool:
    """Whether a folder is there to be written to, or can be made."""
    there = next((one for one in (folder / "matplotlib", folder, *folder.parents) if os.access(one, os.F_OK)), folder)
    return os.access(there, os.W_OK | os.X_OK)


def clock_fault() -> str | None:
    """Whether the clock is so wrong that no file could be written."""
    if time.time() >= EARLIEST:
        return None
    return f"[clock_wrong]  计算机的时钟是 {time.strftime('%Y-%m-%d')}，早于 1980 年\n    处理：校准时钟后重新运行"


def open_streams() -> None:
    """Standard input and output that were closed lead nowhere: whatever is opened next would else be taken for them."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest free number, which is this one
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for good
