"""``python -m tools.example_roots [--out DIR]``: write the exports of both small examples below DIR (examples)."""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.example_roots import hospital, school
from tools.example_roots.sheet import write

MADE = {"hospital": hospital.exports, "school": school.exports}


def write_all(out: Path) -> list[Path]:
    """The exports of each example in ``<out>/<name>/data/raw/2024/exports``; returns the files."""
    return [
        write(out / name / "data" / "raw" / "2024" / "exports" / file, head, rows)
        for name, make in MADE.items()
        for file, (head, rows) in make().items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.example_roots", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[2] / "examples")
    for path in write_all(parser.parse_args().out):
        print(path)


if __name__ == "__main__":
    main()
