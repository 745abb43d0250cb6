"""What stops the reading of a form: what, in which file and where, and what to do."""

from __future__ import annotations

from helpers.files.refusal import FileError


class FormError(Exception):
    """A file holds no form that can be read. ``code`` is for machines; ``place``: line, sheet or cell."""

    def __init__(
        self, code: str, file: str, message: str, *, place: str | None = None, hint: str | None = None
    ) -> None:
        self.code, self.file, self.place, self.hint = code, file, place, hint
        where = f"{file}  {place}" if place else file
        super().__init__(f"{where}  [{code}]  {message}" + (f"\n    处理：{hint}" if hint else ""))

    @classmethod
    def of(cls, error: FileError) -> FormError:
        """A file that cannot be read, as what stops the reading of a form."""
        rows = "；".join(f"第 {row} 行{text}" for row, text in error.rows[:2])
        return cls(error.code, error.file, error.message, place=error.place or rows or None, hint=error.hint)
