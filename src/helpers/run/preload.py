"""Imported once by the server from which stage kernels are forked, so that each kernel starts warm."""

import os
import threading

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("MPLBACKEND", "agg")

import duckdb
import ipykernel.kernelapp
import matplotlib.figure
import pandas
import pyarrow.csv
import pyarrow.parquet
import tqdm

import helpers.deviation
import helpers.formats.display
import helpers.measures.year_attained
import helpers.report.narrative
import helpers.run.workspace

# A progress bar's default lock is a named semaphore, which a killed kernel would leave behind.
tqdm.tqdm.set_lock(threading.RLock())
