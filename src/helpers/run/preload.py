"""Imported once by the server from which stage kernels are forked, so that each kernel starts warm."""

import os
import threading

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("MPLBACKEND", "agg")

import tqdm

# A progress bar's default lock is a named semaphore, which a killed kernel would leave behind.
tqdm.tqdm.set_lock(threading.RLock())
