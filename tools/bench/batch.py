"""Many project years at once, against the plain way with the same notebooks; and what thousands would cost.

``python -m tools.bench.batch [COPIES]``: so many copies of the example root with its two years (12).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import mean

from helpers.formats.portfolio_page import portfolio_page
from helpers.formats.portfolio_parquet import portfolio_parquet
from helpers.report.portfolio import Entry, make_portfolio
from helpers.report.portfolio_facts import Facts, facts_of
from helpers.report.results import load_results
from tools.bench.lines import line, seconds
from tools.bench.runs import ROOT, plain_way
from tools.bench.scale import GIB, _watched

COPIES, YEARS = 12, (2023, 2024)
#: A large province's projects; workers of one ordinary machine, and of a small cluster.
MANY, MACHINES = 3500, ((2, 1), (16, 1), (16, 8))


def main(copies: int = COPIES) -> None:
    """Measured: a small batch, a larger one, an unchanged one, the portfolio of thousands. Reckoned: thousands."""
    with tempfile.TemporaryDirectory() as folder:
        plain = [_both_years(Path(folder) / "before")]
        workers = os.cpu_count() or 1
        few, _ = _batch(_copies(Path(folder) / "few", workers), workers)
        many = _copies(Path(folder) / "many", copies)
        spent, peak = _batch(many, workers)
        plain.append(_both_years(Path(folder) / "after"))
        count = copies * len(YEARS)
        line("two project years by papermill's and nbconvert's commands", mean(plain), None)
        line(f"{count} project years on {workers} workers: selfeval batch", spent, copies * mean(plain))
        line(f"{count} project years: peak memory of all processes", peak / GIB / workers, None, "GiB a worker")
        again, _ = _batch(many, workers)
        line(f"{count} project years, nothing changed", again, spent)
        facts = facts_of(load_results(many / "p000" / "reports" / str(YEARS[-1]) / "results.json"))
    _portfolio_of_many(facts)
    # Each worker does one after the other: what does not grow with the number of years is the start.
    more = count - workers * len(YEARS)
    each = (spent - few) / more * workers if more > 0 else spent / count * workers
    start = max(0.0, few - each * len(YEARS))
    for cores, machines in MACHINES:
        _reckoned(each, start, peak / workers, cores, machines)


def _both_years(folder: Path) -> float:
    """Seconds of the plain way: a first year, which has none before it, takes three quarters of the second."""
    one = _copies(folder, 1) / "p000"
    return sum(plain_way(one, year) for year in YEARS)


def _copies(folder: Path, count: int) -> Path:
    for number in range(count):
        shutil.copytree(ROOT / "data" / "raw", folder / f"p{number:03}" / "data" / "raw")
    return folder


def _batch(folder: Path, workers: int) -> tuple[float, int]:
    years = ",".join(map(str, YEARS))
    command = [sys.executable, "-m", "helpers.cli", "batch", str(folder), "--years", years, "--workers", str(workers)]
    return _watched(command)


def _portfolio_of_many(facts: Facts) -> None:
    """The roll-up alone, on figures of which each differs a little."""
    entries = [
        Entry(
            place=f"p{n:04}", fiscal_year=2024, facts=replace(facts, unit=f"单位{n}", total=facts.total - n % 97 / 10)
        )
        for n in range(MANY)
    ]
    made = make_portfolio(entries)
    line(f"portfolio of {MANY}: compare", seconds(lambda: make_portfolio(entries)), None)
    line(f"portfolio of {MANY}: page", seconds(lambda: portfolio_page(made)), None)
    line(f"portfolio of {MANY}: size of the page", len(portfolio_page(made).encode()) / 2**20, None, "MiB")
    line(f"portfolio of {MANY}: size of the table", len(portfolio_parquet(made)) / 2**20, None, "MiB")


def _reckoned(each: float, start: float, memory: float, workers: int, machines: int) -> None:
    """From the measured figures, linear in the number of years: a core a worker, of this machine's speed."""
    hours = (start + each * MANY / (workers * machines)) / 3600
    name = f"{MANY} project years on {machines} machine(s) of {workers} workers, reckoned"
    line(name, hours, None, "h")
    line(f"{name}: machine hours", hours * machines, None, "h")
    line(f"{name}: memory of each machine", memory * workers / GIB, None, "GiB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
