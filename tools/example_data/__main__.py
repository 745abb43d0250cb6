"""``python -m tools.example_data [--out DIR]``: write all exports of both years below DIR (data/raw)."""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.example_data.exports import write_all


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.example_data", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[2] / "data" / "raw")
    for path in write_all(parser.parse_args().out):
        print(path)


if __name__ == "__main__":
    main()
