"""Imported once by the server from which stage kernels are forked, so that each kernel starts warm."""

import os
import threading

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("MPLBACKEND", "agg")

import duckdb  # noqa: E402, F401
import ipykernel.kernelapp  # noqa: E402, F401
import matplotlib.figure  # noqa: E402, F401
import pandas  # noqa: E402, F401
import pyarrow.csv  # noqa: E402, F401
import pyarrow.parquet  # noqa: E402, F401
import tqdm  # noqa: E402

import helpers.deviation  # noqa: E402, F401
import helpers.measures.attainment  # noqa: E402, F401
import helpers.report.display  # noqa: E402, F401
import helpers.report.narrative  # noqa: E402, F401
import helpers.run.workspace  # noqa: E402, F401

# A progress bar's default lock is a named semaphore, which a killed kernel would leave behind.
tqdm.tqdm.set_lock(threading.RLock())
