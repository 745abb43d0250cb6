"""What stops the reading of a form: what, in which file and where, and what to do."""

from __future__ import annotations

from collections.abc import Callable

from helpers.files.refusal import FileError


class FormError(Exception):
    """A file holds no form that can be read. ``code`` is for machines; ``place``: line, sheet or cell."""

    def __init__(
        self, code: str, file: str, message: str, *, place: str | None = None, hint: str | None = None
    ) -> None:
        self.code, self.file, self.message, self.place, self.hint = code, file, message, place, hint
        where = f"{file}  {place}" if place else file
        super().__init__(f"{where}  [{code}]  {message}" + (f"\n    处理：{hint}" if hint else ""))

    def __reduce__(self) -> tuple[Callable[..., FormError], tuple[str | None, ...]]:
        """As it goes from one process to another."""
        return _again, (self.code, self.file, self.message, self.place, self.hint)

    @classmethod
    def of(cls, error: FileError) -> FormError:
        """A file that cannot be read, as what stops the reading of a form."""
        rows = "；".join(f"第 {row} 行{text}" for row, text in error.rows[:2])
        return cls(error.code, error.file, error.message, place=error.place or rows or None, hint=error.hint)


def _again(code: str, file: str, message: str, place: str | None, hint: str | None) -> FormError:
    return FormError(code, file, message, place=place, hint=hint)
