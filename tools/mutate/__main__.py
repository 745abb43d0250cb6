"""``python -m tools.mutate [--seed N] [--per-kind K] [--kinds a,b]``: damage, evaluate, print the table by kind."""

from __future__ import annotations

import argparse
import fnmatch
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tools.mutate import kinds as _kinds  # noqa: F401  (registers the kinds)
from tools.mutate import table
from tools.mutate.run import Mutant, run_all, tasks
from tools.mutate.scenes import scenes
from tools.mutate.subject import KINDS

#: The report is written anew after so many mutants, so that a long run can be read while it lasts.
EVERY = 20


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-kind", type=int, default=3)
    parser.add_argument("--kinds", default="*", help="names or patterns, by commas")
    parser.add_argument("--scenes", default="*", help="2024, 2023, '2023 beside 2024', 'other layout', by commas")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, help="also write the tables to this file")
    asked = parser.parse_args(arguments)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        there = scenes(Path(folder), lambda name: matches(name, asked.scenes))
        names = [name for name in KINDS if matches(name, asked.kinds)]
        wanted = tasks(names, [s.name for s in there], asked.seed, asked.per_kind)
        how, found = f"--seed {asked.seed} --per-kind {asked.per_kind}", []

        def hear(mutant: Mutant) -> None:
            tell(mutant)
            found.append(mutant)
            if asked.out and (len(found) % EVERY == 0 or len(found) == len(wanted)):
                asked.out.write_text(report(found, how), encoding="utf-8")

        run_all(wanted, there, Path(folder), asked.workers, hear)
    print(report(found, how))
    print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)


def matches(name: str, patterns: str) -> bool:
    return any(fnmatch.fnmatchcase(name, p.strip()) for p in patterns.split(","))


def tell(mutant: Mutant) -> None:
    """A line of progress."""
    if mutant.verdict is not None:
        line = f"{mutant.seconds:5.1f} s  {mutant.task.kind:28}  {table.told(mutant)[:150]}  {mutant.verdict.result}"
        print(line, file=sys.stderr, flush=True)


def report(found: Sequence[Mutant], how: str) -> str:
    """The tables as Markdown."""
    parts = [
        f"`python -m tools.mutate {how}`",
        table.summary(found),
        table.by_scene(found),
        table.by_kind(found),
        "## Silent, not named, or ended by an error of the program",
        table.quiet(found) or "None.",
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    main()
