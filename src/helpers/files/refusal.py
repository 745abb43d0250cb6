"""Why a file cannot be read: what, where in it, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from helpers.files.personal_data import Marks


class FileError(Exception):
    """A file cannot be read, or not without guessing.

    ``code`` is for machines; ``file`` the name that it is shown by; ``rows`` the rows concerned (from 1) with
    their text, ``place`` one cell ("Sheet!C3"). Personal data in any of it is masked.
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
        marks = Marks()
        self.code, self.file, self.message = code, marks.masked(file), marks.masked(message)
        self.rows = tuple((row, marks.masked(text)) for row, text in rows)
        self.place, self.hint = place, hint and marks.masked(hint)
        super().__init__(f"{self.file}  [{code}]  {self.message}")
