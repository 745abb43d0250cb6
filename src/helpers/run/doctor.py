"""``selfeval doctor``: what of this machine, this environment and this root would keep a year from running, and the
remedy for each."""

from __future__ import annotations

import locale
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from helpers.fonts.packaged import font_files
from helpers.run.machine_faults import tight_limits
from helpers.run.server import private_folder
from helpers.run.stage_record import LOCK
from helpers.run.stages import NOTEBOOKS, STAGES
from helpers.year.machine_memory import memory_limit_mb
from helpers.year.root import Root

Level = Literal["ok", "note", "fault"]
MARKS = {"ok": "✓", "note": "△", "fault": "✗"}
#: Gigabytes free: below the first a run cannot end, below the second a large log may not.
NEEDED_GB, AMPLE_GB = 1, 5
#: Megabytes that a run of an ordinary year takes.
NEEDED_MB = 2000
OLDEST = (3, 11)
PROJECT = NOTEBOOKS.parent


@dataclass(frozen=True)
class Said:
    """One thing looked at: ``code`` for programs, ``words`` and ``remedy`` for people."""

    code: str
    level: Level
    words: str
    remedy: str | None = None


def examine(root: Path) -> list[Said]:
    """Everything, in the order in which it should be mended. Nothing is changed, and nothing of a fault escapes."""
    found: list[Said] = []
    for look in LOOKS:
        try:
            found += look(root)
        except Exception as error:  # noqa: BLE001 - what cannot be looked at is said, and the rest is looked at
            words = f"没能检查（{type(error).__name__}：{str(error)[:120]}）"
            found.append(Said(look.__name__.strip("_"), "note", words, "把这一行连同系统版本告诉维护人员"))
    return found


def lines(found: Iterable[Said]) -> Iterator[str]:
    counts = {"note": 0, "fault": 0, "ok": 0}
    for one in found:
        counts[one.level] += 1
        yield f"{MARKS[one.level]} [{one.code}]  {one.words}"
        if one.remedy:
            yield f"    处理：{one.remedy}"
    if counts["fault"]:
        yield f"须处理 {counts['fault']} 处，可留意 {counts['note']} 处"
    else:
        yield "可以运行" + (f"；可留意 {counts['note']} 处" if counts["note"] else "")


def as_json(found: Iterable[Said]) -> list[dict[str, str | None]]:
    return [asdict(one) for one in found]


# --- the environment ------------------------------------------------------------------------------


def _python(_: Path) -> Iterator[Said]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST:
        again = "安装 Python 3.11 以上，删去 .venv，按 README 重新安装（make report）"
        yield Said("python", "fault", f"Python {version} 太旧", again)
    else:
        yield Said("python", "ok", f"Python {version}（{sys.executable}）")


def locked(text: str) -> dict[str, set[str]]:
    """The versions of each package that a lock allows; several where they depend on the platform."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE):
        found.setdefault(_plain_name(name), set()).add(version)
    return found


def _plain_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _packages(_: Path) -> Iterator[Said]:
    installed = {_plain_name(one.name): one.version for one in metadata.distributions() if one.name}
    needed = {_plain_name(re.split(r"[\s;<>=!~\[(]", one)[0]) for one in metadata.requires("selfeval") or ()}
    missing = sorted(needed - set(installed))
    if missing:
        again = "删去 .venv 后 make report，或 pip install -r requirements.lock"
        yield Said("packages", "fault", f"缺少程序库 {'、'.join(missing[:8])}", again)
    if not LOCK.is_file():
        yield Said("lock", "note", "没有 requirements.lock，不能核对程序库的版本", "从完整的项目安装")
        return
    allowed = locked(LOCK.read_text(encoding="utf-8"))
    others = [f"{n} {v}" for n, v in sorted(installed.items()) if n in allowed and v not in allowed[n]]
    if others:
        words = f"{len(others)} 个程序库的版本与 requirements.lock 不同：{'、'.join(others[:6])}"
        again = "删去 .venv，按 README 重建环境（make report）"
        yield Said("lock", "note", f"{words}；数字应相同，文件的字节可能不同", again)
    elif not missing:
        yield Said("lock", "ok", f"程序库与 requirements.lock 一致（{len(set(installed) & set(allowed))} 个）")


def _own_files(_: Path) -> Iterator[Said]:
    lost = [stage.notebook.name for stage in STAGES if not stage.notebook.is_file()]
    # A checkout without links holds the link's text in the place of the notebook.
    lost += [s.notebook.name for s in STAGES if s.name not in lost and not _starts(s.notebook, b"{")]
    if lost:
        again = "重新取得完整的项目，或重新安装"
        yield Said("notebooks", "fault", f"{NOTEBOOKS} 里的 {'、'.join(dict.fromkeys(lost))} 不在或读不出", again)
    bad = [path.name for path in font_files() if not path.is_file() or path.stat().st_size < 100_000]
    if bad:
        yield Said("fonts", "fault", f"随附字体 {'、'.join(bad)} 不在或不完整", "重新取得完整的项目，或重新安装")
    if not lost and not bad:
        yield Said("files", "ok", "笔记本和随附字体齐全")


def _starts(path: Path, sign: bytes) -> bool:
    return path.is_file() and path.read_bytes()[:1] == sign


def _words(_: Path) -> Iterator[Said]:
    screen = (sys.stdout.encoding or "ascii").lower()
    try:
        "自评✓".encode(screen)
        yield Said("locale", "ok", f"屏幕能显示中文（{screen}，{locale.getpreferredencoding(False)}）")
    except (UnicodeEncodeError, LookupError):
        remedy = "设置环境变量 PYTHONUTF8=1（Windows：setx PYTHONUTF8 1），重开终端；不影响材料本身"
        yield Said("locale", "note", f"屏幕的编码是 {screen}，中文会显示成转义", remedy)


# --- the machine ----------------------------------------------------------------------------------


def _memory(_: Path) -> Iterator[Said]:
    limit = memory_limit_mb()
    level: Level = "ok" if limit >= NEEDED_MB else "note"
    remedy = None if level == "ok" else "关闭别的程序，或放宽容器的内存限制"
    yield Said("memory", level, f"可用内存上限 {limit / 1000:.1f} GB", remedy)
    if tight := tight_limits():
        yield Said("limits", "fault", "；".join(tight), "用 ulimit 放宽到 1024，或请系统管理员放宽")


def _temporary(_: Path) -> Iterator[Said]:
    folder = Path(tempfile.gettempdir())
    if not _can_write(folder):
        yield Said("temporary", "fault", f"临时文件夹 {folder} 写不了", "把环境变量 TMPDIR 指向能写的文件夹")
    elif os.name == "posix" and private_folder() is None:
        words = f"临时文件夹的路径太长（{len(str(folder))} 字符），改用网络端口通信"
        yield Said("temporary", "note", words, "把环境变量 TMPDIR 指向较短的路径，如 /tmp")
    else:
        free = shutil.disk_usage(folder).free / 10**9
        low = free < NEEDED_GB
        remedy = "清理，或把 TMPDIR 指向别的磁盘" if low else None
        yield Said("temporary", "fault" if low else "ok", f"临时文件夹 {folder}，剩余 {free:.1f} GB", remedy)


def _clock(root: Path) -> Iterator[Said]:
    now = time.time()
    newest = max((p.stat().st_mtime for p in Root(root).all_raw.glob("*/*.yml")), default=0.0)
    if newest > now + 86_400:
        yield Said("clock", "note", "系统时间早于年度文件的修改时间", "校准系统时间；数字不受影响，证书和同步会")
    else:
        yield Said("clock", "ok", f"系统时间 {time.strftime('%Y-%m-%d %H:%M', time.localtime(now))}")


# --- the root -------------------------------------------------------------------------------------


def _root(root: Path) -> Iterator[Said]:
    place = Root(root)
    if not root.is_dir():
        yield Said("root", "fault", f"没有 {root} 这个文件夹", "--root 写已有的文件夹")
        return
    if not place.all_raw.is_dir():
        new = "新项目把导出文件放进 data/raw/<年度>/exports/，再运行 selfeval new-year 年度"
        yield Said("root", "note", f"{root} 下没有 data/raw/", f"用 --root 指向项目文件夹；{new}")
        return
    unread = [p for p in sorted(place.all_raw.rglob("*")) if not os.access(p, os.R_OK)]
    if unread:
        named = "、".join(p.relative_to(root).as_posix() for p in unread[:5])
        yield Said("rights", "fault", f"读不了 {named}", "给运行的账户读取权限")
    for folder in (place.reports, place.all_processed):
        if not _can_write(_existing(folder)):
            yield Said("rights", "fault", f"写不了 {folder}", "给运行的账户写入权限，或用 --root 指向能写的副本")
    free = shutil.disk_usage(root).free / 10**9
    level: Level = "fault" if free < NEEDED_GB else "note" if free < AMPLE_GB else "ok"
    remedy = None if level == "ok" else "清理磁盘，或把项目移到别的磁盘"
    yield Said("disk", level, f"项目所在磁盘剩余 {free:.1f} GB", remedy)


def _left_over(root: Path) -> Iterator[Said]:
    """What runs that were killed have left: the next run of that year clears it away."""
    place = Root(root)
    left = [*place.all_processed.glob(".*.run"), *place.reports.glob(".*.next"), *place.reports.glob(".*left-*")]
    old = [p for p in place.all_processed.glob("[0-9]*") if p.name.isdigit() and not place.has_year(int(p.name))]
    if left:
        named = "、".join(p.name for p in sorted(left)[:5])
        yield Said("left_over", "note", f"有中断的运行留下的 {named}", "该年度正在运行时不要动；否则再运行一次会清理")
    if old:
        named = "、".join(f"data/processed/{p.name}" for p in sorted(old)[:5])
        yield Said("stale", "note", f"{named} 没有对应的年度文件", "确认不用后删去，可随时由运行重建")
    if not left and not old:
        yield Said("stale", "ok", "没有过期或残留的中间文件")


def _can_write(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    return next((p for p in (folder, *folder.absolute().parents) if p.is_dir()), Path())


def _git(_: Path) -> Iterator[Said]:
    """Filters that .gitattributes names do nothing until they stand in git's own settings."""
    attributes = PROJECT / ".gitattributes"
    if not attributes.is_file() or not (PROJECT / ".git").exists() or shutil.which("git") is None:
        return
    text = attributes.read_text(encoding="utf-8")
    wanted = {("filter", "clean"), ("diff", "command"), ("merge", "driver")}
    lacking = [
        f"{kind}.{name}.{key}"
        for kind, key in sorted(wanted)
        for name in sorted(set(re.findall(rf"\b{kind}=([\w-]+)", text)))
        if not _git_setting(f"{kind}.{name}.{key}") and not (kind == "diff" and _git_setting(f"diff.{name}.textconv"))
    ]
    if lacking:
        words = f".gitattributes 用到的 {'、'.join(lacking)} 没有设置，笔记本的输出会进入 git"
        yield Said(
            "git_filters", "note", words, "在项目文件夹里运行 sh tools/git_notebooks.sh install（装环境时会自动运行）"
        )
    else:
        yield Said("git_filters", "ok", "笔记本的 git 过滤器已设置")


def _git_setting(name: str) -> bool:
    command = ["git", "-C", str(PROJECT), "config", "--get", name]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 - fixed words


LOOKS: tuple[Callable[[Path], Iterator[Said]], ...] = (
    _python, _packages, _own_files, _words, _memory, _temporary, _clock, _root, _left_over, _git,
)  # fmt: skip
