"""The example years from other seeds of the generator: other records, the same totals."""

from __future__ import annotations

import multiprocessing
import random
import shutil
from pathlib import Path
from unittest.mock import patch

from tools.mutate.engine import PROJECT

NO_CORRECTIONS = "corrections: []\n"


def write(root: Path, seed: str) -> Path:
    """Both years below ``root`` with their year files; nothing is mistyped, so nothing is corrected."""
    raw = root / "data" / "raw"
    shutil.copytree(PROJECT / "data" / "raw", raw)
    for year in ("2023", "2024"):
        (raw / year / "corrections.yml").write_text(NO_CORRECTIONS, encoding="utf-8")
    # In a process of its own, for the generator remembers; no copy of this one, whose databases are open.
    process = multiprocessing.get_context("spawn").Process(target=_generate, args=(raw, seed))
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"the generator fails on seed {seed}")
    return root


def _generate(raw: Path, seed: str) -> None:
    from tools.example_data import dice, exports, sheets

    def seeded(self: dice.Dice, *parts: object) -> None:
        self._random = random.Random("/".join([seed, *map(str, parts)]))

    with (
        patch.object(dice.Dice, "__init__", seeded),
        patch.object(exports, "SPOILED_2024", ""),
        patch.object(sheets, "MISTYPED", (0, "", "")),
    ):
        exports.write_all(raw)
