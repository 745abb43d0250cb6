"""Imported once by the server from which stage kernels are forked, so that each kernel starts warm."""

import os
import threading

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("MPLBACKEND", "agg")

import duckdb  # noqa: F401
import ipykernel.kernelapp  # noqa: F401
import matplotlib.figure  # noqa: F401
import pandas  # noqa: F401
import pyarrow.csv
import pyarrow.parquet  # noqa: F401
import tqdm

import helpers.deviation
import helpers.formats.display
import helpers.measures.year_attained
import helpers.report.narrative
import helpers.run.workspace  # noqa: F401

# A progress bar's default lock is a named semaphore, which a killed kernel would leave behind.
tqdm.tqdm.set_lock(threading.RLock())
