"""Generated logs of one and ten million rows, against DuckDB's conversion of the same CSV to Parquet.

``python -m tools.bench.scale [MILLIONS]``: only so many millions; a hundred need 70 GB of disk and an hour.
Every row is read, judged and measured. The baseline is measured before and after the work, because other work on the
machine would otherwise look like a difference.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from tools.bench.lines import line, seconds
from tools.bench.log import YEAR, write_project

MILLION = 1_000_000
GIB = 2**30
CONNECT = "import duckdb, sys; c = duckdb.connect(); c.execute('SET enable_progress_bar = false'); "
CONVERT = CONNECT + "c.execute(f\"COPY (FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}' (FORMAT parquet)\")"
NOTHING = CONNECT + "c.execute('SELECT 1')"
IMPORTS = """
import sys
from pathlib import Path
from helpers.activity.clean import clean_year
from helpers.gate import validate_year
from helpers.gate.large import tidy_tables
from helpers.measures.year_attained import attain_year
from helpers.measures.figures import Measures
from helpers.year.load import load_year
"""
WORK = """
root = Path(sys.argv[1])
year, out = load_year(root, int(sys.argv[2])), root / "tidy"
accounts = clean_year(year, out)
validate_year(year, tidy_tables(out, year), accounts).raise_if_stopped()
with Measures(year, out) as measures:
    attain_year(year, measures)
assert accounts[0].rows_in == int(sys.argv[3]), accounts[0].rows_in
"""


def main() -> None:
    """One million rows by the whole run, ten million through cleaning, gate and measures."""
    with tempfile.TemporaryDirectory() as folder:
        _whole_run(Path(folder))
    millions(10)


def _whole_run(folder: Path) -> None:
    log = write_project(folder / "million", MILLION)
    write_project(folder / "empty", 0)
    before = _baseline(log, folder)
    runs = [(_run(folder / "empty"), _run(folder / "million")) for _ in range(3)]
    empty = statistics.median(spent for (spent, _), _ in runs)
    whole, peak = statistics.median(spent for _, (spent, _) in runs), max(peak for _, (_, peak) in runs)
    baseline = statistics.median([*before, *_baseline(log, folder)])
    line("1,000,000 rows: selfeval run beyond an empty year", whole - empty, baseline)
    line("1,000,000 rows: peak memory of all processes", peak / GIB, 2.0, "GiB")


def millions(number: int) -> None:
    """Cleaning with clocks and holds, gate and measures of so many million rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = write_project(folder, number * MILLION)
        before = _baseline(log, folder)
        spent, peak = _watched([sys.executable, "-c", IMPORTS + WORK, name, str(YEAR), str(number * MILLION)])
        baseline = statistics.median([*before, *_baseline(log, folder)])
        # The baseline is without the start of its interpreter, too.
        started = min(seconds(lambda: subprocess.run([sys.executable, "-c", IMPORTS], check=True)) for _ in range(3))
        line(f"{number * MILLION:,} rows: clean, gate and measures", spent - started, baseline)
        line(f"{number * MILLION:,} rows: the same with the imports before it", spent, baseline)
        line(f"{number * MILLION:,} rows: peak memory of all processes", peak / GIB, 3.0, "GiB")


def _baseline(log: Path, folder: Path) -> list[float]:
    """DuckDB alone, without the start of the interpreter."""
    started = seconds(lambda: subprocess.run([sys.executable, "-c", NOTHING], check=True))
    convert = [sys.executable, "-c", CONVERT, str(log), str(folder / "converted.parquet")]
    return [seconds(lambda: subprocess.run(convert, check=True)) - started for _ in range(2)]


def _run(root: Path) -> tuple[float, int]:
    return _watched([sys.executable, "-m", "helpers.cli", "run", "--year", str(YEAR), "--root", str(root), "--force"])


def _watched(command: list[str]) -> tuple[float, int]:
    """Seconds, and the most memory that the process and its children held at one time."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8")
    peak = 0

    def watch() -> None:
        nonlocal peak
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, errors = process.communicate()
    spent = time.perf_counter() - start
    watcher.join()
    if process.returncode:
        raise SystemExit(errors)
    return spent, peak


def _memory(pid: int) -> int:
    total = 0
    try:
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            total += process.memory_info().rss
    except psutil.Error:  # a process that has just ended
        pass
    return total


if __name__ == "__main__":
    millions(*map(int, sys.argv[1:])) if sys.argv[1:] else main()
