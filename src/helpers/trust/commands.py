"""What the commands of this room answer: the text for the terminal, and the exit status."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from helpers.files.on_screen import no_such_file
from helpers.run.parameters import ParameterError
from helpers.trust import many_packages, remarks_file, side_by_side, verdict_words
from helpers.trust.again import Progress, run_again
from helpers.trust.freeze import NotFrozen, approved_words, freeze, home_of, signature_found
from helpers.trust.opened import NoPackage
from helpers.trust.signature import public_key
from helpers.trust.verified import verify_package
from helpers.year.faults import YearFileError


class Refused(Exception):
    """A command ends here; ``status`` is its exit status, the message one screen."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(verdict_words.plain(message))
        self.status = status


@contextmanager
def _refusals(written: Path | None = None) -> Iterator[None]:
    try:
        yield
    except (NoPackage, ParameterError, YearFileError) as error:
        raise Refused(str(error), 2) from None
    except NotFrozen as error:
        raise Refused(str(error), 1) from None
    except remarks_file.NotRemarks as error:
        raise Refused(str(error), error.status) from None
    except FileNotFoundError as error:
        raise Refused(no_such_file(error.filename or written), 2) from None
    except OSError as error:
        file = error.filename or written or ""
        raise Refused(
            f"{file}  [not_written]  不能读写：{error.strerror or error}\n    处理：换一个文件夹，或给账户读写的权限", 2
        ) from None


def verify(
    package: Path, root: Path | None, progress: Progress, *, as_json: bool, key: Path | None = None
) -> tuple[str, int]:
    """``selfeval verify``; ``key``: the file of the public key by which it should be signed. Raises ``Refused``."""
    with _refusals():
        owner = public_key(key) if key is not None else None
        found = verify_package(package)
        again = run_again(found.package, root, progress) if root is not None else None
        approved = approved_words(found.package, root) if root is not None else None
        signed = signature_found(found.package, root or home_of(package), owner) if owner is not None else None
    if as_json:
        text = _json(verdict_words.verdict_json(found, again, approved, signed))
    else:
        text = "\n".join(verdict_words.verdict_lines(found, again, approved, signed))
    return text, verdict_words.status(found, again, signed)


def diff(before: str, after: str, root: Path, html: Path | None, *, as_json: bool) -> str:
    """``selfeval diff``; raises ``Refused``."""
    with _refusals(html):
        found = side_by_side.compare(before, after, root)
        if html is not None:
            html.write_text(side_by_side.as_html(found), encoding="utf-8")
    return _json(side_by_side.as_json(found)) if as_json else "\n".join(side_by_side.lines(found))


def compare(years: Sequence[int], root: Path, out: Path | None, *, as_json: bool) -> str:
    """``selfeval compare``; raises ``Refused``."""
    with _refusals(out):
        many, unsound = many_packages.read_years(years, root)
        if out is not None:
            out.write_text(many_packages.page(many, unsound), encoding="utf-8")
    if as_json:
        return _json(many_packages.as_json(many, unsound))
    written = [f"对照：{out}"] if out is not None else ["写成网页：加 --out 文件名.html"]
    return "\n".join([*many_packages.lines(many, unsound), *written])


def remarks(file: Path, root: Path) -> tuple[str, int]:
    """``selfeval remarks``; raises ``Refused``."""
    with _refusals():
        taken = remarks_file.take_remarks(file, root)
    said = remarks_file.lines(taken, int(taken.file.parent.name))
    return "\n".join(verdict_words.plain(line) for line in said), 1 if taken.faults else 0


def approve(
    package: Path, root: Path | None, *, reviewer: str, on: date, remarks: str | None, key: Path | None = None
) -> str:
    """``selfeval freeze``; raises ``Refused``."""
    with _refusals():
        place = root if root is not None else home_of(package)
        done = freeze(verify_package(package), place, reviewer=reviewer, on=on, remarks=remarks, key=key)
    return f"已核准{'并签名' if key else ''}，记入 {done}" if done else "这份材料已经核准过，没有改动"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
