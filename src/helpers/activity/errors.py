"""What stops the cleaning of an export: what, in which file and row, and what to do (exit status 1)."""

from __future__ import annotations

from collections.abc import Sequence

from helpers.files.personal_data import Marks
from helpers.files.refusal import FileError


class ExportError(Exception):
    """An export cannot be read or used as declared.

    ``code`` is for machines; ``file`` is relative to the year's folder; ``rows`` are the rows of the
    file concerned (from 1, header included), with their text where that helps. Personal data in any of it is masked.
    """

    def __init__(
        self, code: str, file: str, message: str, *, rows: Sequence[tuple[int, str]] = (), hint: str | None = None
    ) -> None:
        marks = Marks()
        file, message, hint = marks.masked(file), marks.masked(message), hint and marks.masked(hint)
        rows = [(row, marks.masked(text)) for row, text in rows]
        self.code, self.file, self.rows, self.hint = code, file, tuple(rows), hint
        lines = [f"{file}  [{code}]  {message}"]
        lines += [f"    第 {row} 行：{text}" for row, text in self.rows[:5]]
        lines += [f"    ……共 {len(self.rows)} 行"] if len(self.rows) > 5 else []
        lines += [f"    处理：{hint}"] if hint else []
        super().__init__("\n".join(lines))

    @classmethod
    def of(cls, error: FileError) -> ExportError:
        """A file that cannot be read, as what stops the cleaning."""
        message = f"{error.place}：{error.message}" if error.place else error.message
        return cls(error.code, error.file, message, rows=error.rows, hint=error.hint)
