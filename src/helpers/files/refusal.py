"""Why a file cannot be read: what, where in it, and what to do."""

from __future__ import annotations

from collections.abc import Sequence


class FileError(Exception):
    """A file cannot be read, or not without guessing.

    ``code`` is for machines; ``file`` the name that it is shown by; ``rows`` the rows concerned (from 1) with
    their text, ``place`` one cell ("Sheet!C3").
    """

    def __init__(
        self,
        code: str,
        file: str,
        message: str,
        *,
        rows: Sequence[tuple[int, str]] = (),
        place: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.code, self.file, self.message = code, file, message
        self.rows, self.place, self.hint = tuple(rows), place, hint
        super().__init__(f"{file}  [{code}]  {message}")
