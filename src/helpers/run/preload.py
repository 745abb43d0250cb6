"""Imported once by the server from which stage kernels are forked, so that each kernel starts warm.

What the first stage needs is imported before it is forked; the rest while it runs, see ``_import_rest``.
"""

import contextlib
import os
import threading

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("MPLBACKEND", "agg")

# What each kernel would import when it starts, and with its first question to a database.
import faulthandler
import resource

import chinese_calendar
import duckdb
import ipykernel.debugger
import ipykernel.kernelapp
import IPython.core.completer
import IPython.core.completerlib
import IPython.core.debugger
import IPython.core.logger
import IPython.core.oinspect
import IPython.extensions.storemagic
import pandas
import pyarrow.csv
import pyarrow.pandas_compat
import pyarrow.parquet
import tornado.platform.asyncio
import tqdm

import helpers.formats.display
import helpers.report.stage_checks
import helpers.run.beside
import helpers.run.closing
import helpers.run.kernel
import helpers.run.workspace
from helpers.files.personal_data import hits
from helpers.fonts.machine import system_fonts
from helpers.fonts.packaged import advance, drawable
from helpers.indicators.lexicon import words
from helpers.run.code_reach import sources_at_start
from helpers.run.server import WARM_GATE, WARM_WORK
from helpers.run.stage_record import made_by
from helpers.run.stages import STAGES

# A progress bar's default lock is a named semaphore, which a killed kernel would leave behind.
tqdm.tqdm.set_lock(threading.RLock())

for stage in STAGES:
    made_by(stage, sources_at_start())
system_fonts()
advance("一")
drawable()
words("time_end")
hits("四个字的0000")


def _import_rest() -> None:
    """Beside the first stage: what only later stages need. Whatever fails here fails again where it is needed, in
    the stage that can say so."""
    with contextlib.suppress(Exception):
        if os.environ.get(WARM_GATE):
            import pyarrow.dataset

            import helpers.gate.adapter
            import helpers.gate.large
            import helpers.gate.plausibility
            import helpers.gate.together

            helpers.gate.adapter.get_ready()
        _import_work()
        import matplotlib.backends.backend_agg
        import matplotlib.backends.backend_svg

        import helpers.report.approved
        import helpers.report.assemble
        import helpers.report.personal_notes
        import helpers.report.results
        import helpers.run.manifest
        from helpers.fonts.packaged import register_matplotlib

        register_matplotlib()
        helpers.report.results.checker()


def _import_work() -> None:
    """What figures are worked out and told with: the third stage needs it first."""
    with contextlib.suppress(Exception):
        if os.environ.get(WARM_WORK):
            import scipy.stats
            import statsmodels.stats.proportion

            import helpers.deviation.apart
            import helpers.measures.year_attained
        import matplotlib.figure

        import helpers.report.narrative.by_outline
        import helpers.report.own_audit


if os.environ.get(WARM_GATE):
    import helpers.activity.both_years
    import helpers.activity.handed_over
else:
    _import_work()  # the first two stages are likely to be taken over

_server, _rest = os.getpid(), threading.Thread(target=_import_rest, daemon=True)


def _before_fork() -> None:
    """A kernel is forked from a process that has one thread."""
    if os.getpid() == _server and _rest.ident is not None:
        _rest.join()


def _after_first_fork() -> None:
    if _rest.ident is None and os.getpid() == _server:
        _rest.start()


os.register_at_fork(before=_before_fork, after_in_parent=_after_first_fork)
