"""Work of a run that nothing waits for yet, done by a second process beside what is going on.

While the gate judges, what the fourth stage works out of the same tables is worked out already and kept as its parts,
which the stage then takes over as it does those of an earlier run: by their reads, never by trust. While one process
makes some of the formats, another makes the rest: it is there while the last stage is at work, and has imported what it
needs when its turn comes. Where there is no room for two, or whatever fails here, the work is
done when its turn comes, by who can say what is wrong.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from helpers.run.forked import end, room_for_two, start_forked
from helpers.run.stages import DEVIATE, REPORT, STAGES

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

#: What the second process makes of a package: about half of the work.
OTHERS = ("report.docx", "self_evaluation.xlsx", "technical.pdf")
#: What lies in a package before anything is made of it.
FIRST = ("results.json", "validation.json", *(f"notebooks/{stage.name}.ipynb" for stage in STAGES))
#: Bytes of tidy tables beyond which two processes at once would hold too much.
MOST_BYTES = 40_000_000


class Beside:
    """A second process at work, or none where there is no room for one."""

    def __init__(self, process: BaseProcess | None) -> None:
        self._process = process

    def done(self) -> bool:
        """Wait for the work; whether all of it was done."""
        if self._process is None:
            return False
        self._process.join()
        return self._process.exitcode == 0

    def stop(self) -> None:
        if self._process is not None:
            end(self._process)


@contextmanager
def working(work: Callable[..., object], *given: Any, folder: Path) -> Iterator[Beside]:
    """``work`` of the library, in this folder, beside what is done inside; it does not outlast it."""
    process = None
    with contextlib.suppress(RuntimeError, OSError):  # no room for a process: its turn comes later
        if room_for_two():
            env = {**os.environ, "MPLBACKEND": "agg"}
            process = start_forked(work, *given, folder=str(folder), env=env)
    beside = Beside(process)
    try:
        yield beside
    finally:
        beside.stop()


class Others:
    """The process that makes ``OTHERS`` in the folder of a package; it does not outlast what is done inside.

    ``without``: once it is done, in which files of the package it has found nothing personal (``files_without``).
    """

    def __init__(self, package: Path, root: Path) -> None:
        self._package, self._root, self._stack = package, root, ExitStack()
        self._beside: Beside | None = None
        self.without: Mapping[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def get_ready(self) -> None:
        """Start it, so that it imports what it needs; the rest of the package need not be there yet."""
        if self._beside is None:
            self._end, its_end = map(self._stack.enter_context, Pipe())
            work = working(make_others, str(self._package.resolve()), its_end, folder=self._root)
            self._beside = self._stack.enter_context(work)

    def begin(self) -> None:
        """Its turn has come, if it is there."""
        self.get_ready()
        with contextlib.suppress(OSError):  # it has ended already
            self._end.send_bytes(b"begin")

    def done(self) -> bool:
        """Wait for the files; whether all of them were made."""
        if self._beside is None or not self._beside.done():
            return False
        self.without = self._end.recv()
        return True


def import_formats_beside() -> None:
    """Import what the package is made with, in a thread. Whatever fails here fails again where it is needed."""

    def work() -> None:
        with contextlib.suppress(Exception):
            import pyarrow.compute  # noqa: F401
            import pypdfium2  # noqa: F401

            import helpers.formats.html
            import helpers.formats.papers
            import helpers.formats.pdf
            from helpers.fonts.packaged import advance, drawable, typesetters_fonts
            from helpers.fonts.subsets import face_read

            drawable()
            for face in ("song", "hei"):
                advance("一", face)
            for face in helpers.formats.html.EMBEDDED:
                face_read(face)
            typesetters_fonts()

    threading.Thread(target=work, daemon=True).start()


def explain_ahead(root: str, fiscal_year: int) -> None:
    """Every part of the fourth stage, kept where it looks for them."""
    from helpers.deviation.apart import explain_in_parts
    from helpers.run.workspace import open_stage

    ws = open_stage(DEVIATE.name, fiscal_year, root)
    if sum(path.stat().st_size for path in ws.tables.glob("*.parquet")) > MOST_BYTES:
        return
    explain_in_parts(ws.part, [one.id for one in ws.year.indicators.indicators])


def make_others(folder: str, run: Connection) -> None:
    """The files for Word and Excel and the technical paper of a package, from what lies in its folder when ``run`` says
    that it is this process's turn; and a look for personal data through them."""
    import docx
    import pyarrow.compute  # noqa: F401
    import pypdfium2  # noqa: F401
    from nbformat import v4

    import helpers.formats.docx
    import helpers.formats.pdf
    import helpers.formats.xlsx  # noqa: F401
    from helpers.fonts.packaged import typesetters_fonts
    from helpers.formats.papers import blocks_of, files
    from helpers.report.results import load_results
    from helpers.run.personal_scan import files_without

    typesetters_fonts()
    docx.Document()
    run.recv_bytes()
    package = Path(folder)
    # Read without being validated: the run has written it.
    report = v4.reads((package / "notebooks" / f"{REPORT.name}.ipynb").read_text(encoding="utf-8"))
    makers = files(blocks_of(report), load_results(package / "results.json"))
    write(package, makers, OTHERS)
    run.send(files_without(package, [name for name in OTHERS if name in makers]))


def write(package: Path, makers: Mapping[str, Callable[[], bytes]], names: Iterable[str]) -> None:
    """Make those of these files that the package has: not every year has a technical paper."""
    for name in names:
        if name in makers:
            (package / name).write_bytes(makers[name]())
