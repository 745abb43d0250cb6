"""A folder or an archive of forms: which files are read, within bounds, and the bytes of each."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from helpers.files.archives import member_name
from helpers.files.names import passed_over
from helpers.files.unpacked import DAMAGED
from helpers.forms.readers.form_error import FormError

MOST_FILES = 20_000
MOST_DEPTH = 3
#: One file, and all that an archive unpacks to.
MOST_OF_ONE, MOST_OF_ALL = 200_000_000, 4_000_000_000
#: What may hold a form, and what is named because it did before somebody saved it so.
FORMS: tuple[str, ...] = (
    ".xlsx",
    ".xlsm",
    ".xls",
    ".et",
    ".docx",
    ".docm",
    ".pdf",
    ".html",
    ".htm",
    ".csv",
    ".tsv",
    ".txt",
    ".jsonl",
)
FORMS += (".ndjson", ".json", ".doc", ".wps", ".rtf", ".ods", ".xlsb", ".mht", ".mhtml", ".ofd", ".rar", ".7z")
WORKBOOK_MEMBERS = ("[content_types].xml", "mimetype", "content.xml", "xl/workbook.xml", "word/document.xml")


@dataclass(frozen=True)
class Source:
    """One file: where it lies, its place in archives from the outermost on, and the name that it is shown by."""

    path: Path
    inner: tuple[int, ...]
    shown: str

    def content(self) -> bytes:
        """The file's bytes. Raises ``FormError`` where an archive does not give it, ``OSError`` as files do."""
        return _content(self.path, self.inner, self.shown) if self.inner else self.path.read_bytes()


@dataclass(frozen=True)
class Found:
    """``sources``: what is read, in order; ``refused``: archives that cannot be; ``others``: files of other kinds."""

    sources: tuple[Source, ...]
    refused: tuple[FormError, ...] = ()
    others: tuple[str, ...] = ()


def is_collection(path: Path) -> bool:
    """Whether a path is a folder or an archive of files."""
    if path.is_dir():
        return True
    with path.open("rb") as stream:
        if stream.read(2) != b"PK":
            return False
    return _is_archive(path)


def find_sources(path: Path) -> Found:
    """The files of a folder (all levels) or an archive. Raises ``FormError`` where there are too many, or none."""
    sources: list[Source] = []
    refused: list[FormError] = []
    others: list[str] = []
    if path.is_dir():
        listed = sorted(p for p in path.rglob("*") if p.is_file())
        files = [(p, p.relative_to(path).as_posix()) for p in listed]
    else:
        files = [(path, path.name)]
    for file, shown in files:
        if passed_over(shown):
            continue
        if file.suffix.lower() == ".zip" or (file == path):
            _look_into(file, (), shown, sources, refused, others)
        elif file.suffix.lower() in FORMS:
            sources.append(Source(file, (), shown))
        else:
            others.append(shown)
        if len(sources) > MOST_FILES:
            raise FormError("too_big", path.name, f"里面的文件超过 {MOST_FILES} 个", hint="分成几个文件夹，分别运行")
    if not sources and not refused:
        there = "、".join(others[:5]) or "没有文件"
        raise FormError(
            "no_form",
            path.name,
            f"里面没有自评表文件，只有：{there}",
            hint="放入 .xlsx、.xls、.docx、.pdf、.html 等自评表",
        )
    return Found(tuple(sources), tuple(refused), tuple(others))


def _look_into(
    path: Path, inner: tuple[int, ...], shown: str, sources: list[Source], refused: list[FormError], others: list[str]
) -> None:
    """The members of an archive, those of archives inside of it among them."""
    try:
        if len(inner) >= MOST_DEPTH:
            raise FormError("too_deep", shown, f"压缩包套了 {MOST_DEPTH} 层以上", hint="解压后再运行")
        archive = _opened(path, inner, shown)
        members = archive.infolist()
        if len(members) > MOST_FILES or sum(one.file_size for one in members) > MOST_OF_ALL:
            raise FormError("too_big", shown, "压缩包里的文件过多或过大", hint="分成几个压缩包，分别运行")
    except FormError as error:
        refused.append(error)
        return
    named = sorted((member_name(one), at) for at, one in enumerate(members) if not one.is_dir())
    for name, at in named:
        if passed_over(name):
            continue
        suffix, title = PurePosixPath(name).suffix.lower(), f"{shown}/{name}"
        if suffix == ".zip":
            _look_into(path, (*inner, at), title, sources, refused, others)
        elif suffix in FORMS:
            sources.append(Source(path, (*inner, at), title))
        else:
            others.append(title)


def _is_archive(path: Path) -> bool:
    """Whether a zip file is an archive of files, not a workbook or a document."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.replace("\\", "/").lower() for name in archive.namelist()}
    except DAMAGED:
        return path.suffix.lower() == ".zip"
    return not any(name in names for name in WORKBOOK_MEMBERS) and not any(n.endswith("workbook.xml") for n in names)


def _content(path: Path, inner: tuple[int, ...], shown: str) -> bytes:
    """One member's bytes, never more than it may have."""
    archive = _opened(path, inner[:-1], shown)
    try:
        entry = archive.infolist()[inner[-1]]
        if entry.flag_bits & 1:
            raise FormError("password", shown, "压缩包设有密码", hint="解开密码重新压缩，或解压后再运行")
        if entry.file_size > MOST_OF_ONE:
            raise FormError("too_big", shown, "解开后超过 200 MB，不会是自评表", hint="核对文件")
        with archive.open(entry) as stream:
            return stream.read(MOST_OF_ONE)
    except (*DAMAGED, zlib.error, RuntimeError) as error:
        hint = "重新压缩或重新下载后再试"
        raise FormError("damaged_archive", shown, "压缩包里的这个文件解不开，压缩包可能不完整", hint=hint) from error


def _opened(path: Path, inner: tuple[int, ...], shown: str) -> zipfile.ZipFile:
    """The archive that lies at a place. Raises ``FormError``."""
    try:
        return _archive(path, inner)
    except DAMAGED as error:
        hint = "重新压缩或重新下载后再试"
        raise FormError("damaged_archive", shown, "压缩包打不开，文件可能不完整或已损坏", hint=hint) from error


@lru_cache(maxsize=4)
def _archive(path: Path, inner: tuple[int, ...]) -> zipfile.ZipFile:
    """Opened once for its many members."""
    return zipfile.ZipFile(io.BytesIO(_content(path, inner, path.name)) if inner else path)
