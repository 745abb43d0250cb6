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
from tools.mutate.scenes import Scene, scenes
from tools.mutate.subject import KINDS
from tools.mutate.variations import Varied, run_seeds, run_variations

#: The report is written anew after so many mutants, so that a long run can be read while it lasts.
EVERY = 20


def main(arguments: Sequence[str] | None = None) -> None:
    asked = parse(arguments)
    started = time.perf_counter()
    mutants: list[Mutant] = []
    variations: list[Varied] = []

    def write() -> str:
        text = report(mutants, variations, said(asked))
        if asked.out:
            asked.out.write_text(text, encoding="utf-8")
        return text

    def hear(found: Mutant | Varied) -> None:
        (mutants if isinstance(found, Mutant) else variations).append(found)  # type: ignore[arg-type]
        print(table.progress(found), file=sys.stderr, flush=True)
        if (len(mutants) + len(variations)) % EVERY == 0:
            write()

    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        there = scenes(Path(folder), lambda name: matches(name, asked.scenes))
        damage_and_vary(asked, there, Path(folder), hear)
    print(write())
    print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-kind", type=int, default=3, help="mutants of each kind; 0 for none")
    parser.add_argument("--kinds", default="*", help="names or patterns, by commas")
    parser.add_argument("--scenes", default="*", help="2024, 2023, '2023 beside 2024', 'other layout', by commas")
    parser.add_argument("--variations", action="store_true", help="also write the undamaged exports otherwise")
    parser.add_argument("--seeds", type=int, default=0, help="also generate the example years from so many other seeds")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, help="also write the tables to this file")
    return parser.parse_args(arguments)


def said(asked: argparse.Namespace) -> str:
    """The arguments that made the report."""
    narrowed = [f"--{name} '{value}'" for name in ("kinds", "scenes") if (value := getattr(asked, name)) != "*"]
    return " ".join([f"--seed {asked.seed} --per-kind {asked.per_kind}", *narrowed])


def damage_and_vary(asked: argparse.Namespace, there: Sequence[Scene], folder: Path, hear: table.Hear) -> None:
    names = [name for name in KINDS if matches(name, asked.kinds)]
    wanted = tasks(names, [s.name for s in there], asked.seed, asked.per_kind)
    baselines = run_all(wanted, there, folder, asked.workers, hear)
    if asked.variations:
        run_variations(there, baselines, folder, asked.seed, hear)
    if asked.seeds:
        example = next(s.name for s in there if s.name == "2024")
        run_seeds(baselines[example][0], folder, asked.seeds, hear)


def matches(name: str, patterns: str) -> bool:
    return any(fnmatch.fnmatchcase(name, p.strip()) for p in patterns.split(","))


HEAD = """# What is said when an export is damaged

Written by `{how}` (`make mutate`); how it is done stands in `tools/mutate/`. Copies of the exports of whole years are
damaged at random places, one damage a mutant, and the year is evaluated by the code of the stage notebooks. A mutant is

- **stopped**: no report comes out (or **crash**: it ends with an error of the program instead of a message);
- **noted**: a new note names what is damaged: its table, file, column or row;
- **unnamed**: something new is said, but not of what is damaged, while a figure changed; it counts as silent;
- **harmless**: every figure is as it was: funds, activities, indicators, scores, causes, plan and spares;
- **silent**: a figure changed and nothing new is said.

The years: 2024; 2023 by itself; 2023 damaged while 2024 is evaluated, which compares itself with it; and a generated
year in another layout (other headers, formats, dates and ids, JSON lines, gzip, complaints as a log of events).
What the audit says of the deviations and what the last stage checks of the finished text is not asked."""


def report(mutants: Sequence[Mutant], variations: Sequence[Varied], how: str) -> str:
    """The tables as Markdown."""
    parts = [HEAD.format(how=f"python -m tools.mutate {how}")]
    if mutants:
        parts += [table.summary(mutants), table.by_scene(mutants), table.by_kind(mutants)]
        parts += ["## Silent, not named, or ended by an error of the program", table.quiet(mutants) or "None."]
    if variations:
        parts += ["## Undamaged variations", table.undamaged(variations)]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    main()
