"""Whether rows come in the order of the source, looked at as they go by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute


class SourceOrder:
    """Rows with ``source_file`` and ``source_row``: those of one of the ``files`` after the other, each from top to
    bottom."""

    def __init__(self, files: Sequence[str]) -> None:
        self._files = list(files)
        self._begun: list[str] = []
        self._last: tuple[str, int] | None = None

    def look(self, group: pa.Table) -> None:
        """The next rows, at least one."""
        names = pa.concat_arrays(group.column("source_file").chunks)
        rows = group.column("source_row").to_numpy()
        begins = np.empty(len(rows), dtype=bool)
        begins[0] = self._last is None or names[0].as_py() != self._last[0] or rows[0] <= self._last[1]
        begins[1:] = pyarrow.compute.not_equal(names[1:], names[:-1]).to_numpy(zero_copy_only=False)
        begins[1:] |= rows[1:] <= rows[:-1]
        # One too many tells as much as thousands.
        left = len(self._files) + 1 - len(self._begun)
        self._begun += names.take(pa.array(np.flatnonzero(begins)[:left])).to_pylist()
        self._last = names[-1].as_py(), int(rows[-1])

    def kept(self) -> bool:
        """Whether all that was looked at is in order, and of every file."""
        return self._begun == self._files
