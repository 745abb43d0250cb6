"""Run one fiscal year: check, five stages, the package, published together or not at all."""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from helpers.files.json_text import indented
from helpers.report.approved import CHECK, approved_changes
from helpers.report.results import load_results, validate_results, write_results
from helpers.report.results_types import Results
from helpers.report.review_rows import remarks_json
from helpers.run import by_hand, kept_notebooks, kernel_ahead, manifest
from helpers.run.beside import FIRST, OTHERS, Beside, Others, explain_ahead, import_formats_beside, working, write
from helpers.run.check import check_year
from helpers.run.current import Current
from helpers.run.forked import end_all, holding
from helpers.run.inputs import input_files
from helpers.run.kept_memory import keep_freed_memory
from helpers.run.left_behind import clean_up, error_text
from helpers.run.machine_faults import clock_fault, in_words
from helpers.run.notebooks import write_normalised
from helpers.run.own_folder import own_processed
from helpers.run.personal_scan import allowed_by, files_without, personal_places, screen
from helpers.run.publish import leave_failed, publish, repair, staging
from helpers.run.server import SELDOM, start_server
from helpers.run.stages import CLEAN, DEVIATE, REPORT, STAGES, VALIDATE, StageFailed, rerun_command, run_stage
from helpers.run.workspace import find_root
from helpers.year.approvals import load_approvals
from helpers.year.faults import YearFileError
from helpers.year.load import load_year
from helpers.year.review_remarks import load_remarks
from helpers.year.root import Root
from helpers.year.seen import ALONE

Progress = Callable[[str], AbstractContextManager[Any]]


class RunStopped(Exception):
    """The run ended without a package (exit status 1); the message is one screen."""


@dataclass(frozen=True)
class Published:
    """Where the package lies; ``fresh`` is False when the one there was already of these inputs; ``aside``: what was
    changed in it by hand, or put there, and is kept beside it."""

    folder: Path
    fresh: bool
    results: Results
    aside: tuple[str, ...] = ()


def run_year(
    root: Path, fiscal_year: int, *, force: bool = False, progress: Progress = lambda _: nullcontext()
) -> Published:
    """Run the year and publish ``reports/<fiscal_year>/``.

    Raises ``YearFileError`` (exit 2) before anything is touched, ``RunStopped`` (exit 1) when a
    stage fails, the gate stops, the run's own audit stops, or the year is being run already. The
    previous package stays as it was in each case.
    """
    gc.set_threshold(*SELDOM)
    root = find_root(root)
    if fault := clock_fault():
        raise RunStopped(fault)
    final = Root(root).package(fiscal_year)
    _refuse_foreign(final)
    faults = check_year(root, fiscal_year, open_files=False)
    if faults:
        raise YearFileError(faults)
    try:
        final.parent.mkdir(exist_ok=True)
        lock = FileLock(Root(root).lock(fiscal_year), timeout=0)
        # The descriptor itself: a hook that is told of it would cost the way out on shares without locks.
        with lock, holding(lock._context.lock_file_fd):
            repair(final)
            return _run_locked(root, fiscal_year, final, force, progress)
    except Timeout:
        raise RunStopped(
            f"[run_active]  {fiscal_year} 年度正在由另一个进程运行（selfeval run，或 JupyterLab 里正在执行的单元格）\n"
            "    处理：等它结束后再试"
        ) from None
    except OSError as error:  # no right, a read-only share, a full disk, a share without locks
        said = in_words(error) or ""
        if said.startswith(("[no_memory]", "[too_few")):
            raise RunStopped(said) from None
        raise RunStopped(
            f"[not_writable]  不能写入 {error.filename or final.parent}：{error.strerror or error}\n"
            "    处理：给运行的账户写权限；只读的共享盘先把整个文件夹复制到本机，再用 --root 指向它"
        ) from None


def _refuse_foreign(final: Path) -> None:
    """What stands in the package's place and is none would be in the way once all the work is done."""
    what = "链接" if final.is_symlink() else "文件" if final.exists() and not final.is_dir() else None
    if what:
        raise RunStopped(
            f"[not_a_folder]  {final.parent.name}/{final.name} 是一个{what}，不是放成套材料的文件夹，没有改动\n"
            "    处理：把它移走或改名后重新运行；要放到别处的，用 --root 指向那里的项目文件夹"
        )


def _run_locked(root: Path, fiscal_year: int, final: Path, force: bool, progress: Progress) -> Published:
    described = manifest.basis(fiscal_year, input_files(root, fiscal_year))
    whole = not force and manifest.is_current(final, described) and by_hand.untouched(final)
    if whole and _approvals_told(root, fiscal_year, published := load_results(final / "results.json")):
        return Published(final, False, published)
    keep_freed_memory()
    start_server()
    os.environ[ALONE] = "1" if force else ""
    work = staging(final.parent, fiscal_year)
    try:
        with own_processed(root, fiscal_year) as own, Others(work, root) as others:
            if force:
                kept_notebooks.forget(own)
            _run_stages(root, fiscal_year, work, final, progress, others)
            with progress("package 成套材料"):
                results, without = _make_package(root, fiscal_year, work, others)
                _stop_on_findings(results)
                if manifest.basis(fiscal_year, input_files(root, fiscal_year)) != described:
                    raise RunStopped("[inputs_changed]  运行期间 data/raw/ 里的文件有改动，未发布\n    处理：重新运行")
                manifest.write_manifest(work, described, results.get("rules"))
                _stop_on_personal(root, fiscal_year, work, without)
                noted = by_hand.as_made(work)
                aside = by_hand.set_aside(final)
                by_hand.note(final, noted)
                publish(work, final)
    except RunStopped as stopped:
        _leave(work, final, stopped, root)
        raise
    except Exception as error:  # whatever fails after the notebooks ends in one screen too
        ended = RunStopped(_package_screen(error, final))
        _leave(work, final, ended, root)
        raise ended from error
    finally:
        end_all()
        shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(Root(root).failed(fiscal_year), ignore_errors=True)
    return Published(final, True, results, aside)


def _approvals_told(root: Path, fiscal_year: int, results: Results) -> bool:
    """Whether the package says what there is to say of approved figures and remarks: neither is an input of it."""
    told = [finding for finding in results["audit"] if finding["check"] == CHECK]
    if results.get("remarks", []) != remarks_json(load_remarks(root, fiscal_year)):
        return False
    return told == approved_changes(results, load_approvals(root, fiscal_year))


def _leave(work: Path, final: Path, stopped: RunStopped, root: Path) -> None:
    """Keep what was made, with the message; the executed notebooks among it."""
    if (work / "executed").is_dir():
        _keep_notebooks(work)
    try:
        clean_up(work, root)
    except Exception:  # noqa: BLE001 - what cannot be looked through is not left
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(exist_ok=True)
    failed = leave_failed(work, final)
    (failed / "error.txt").write_text(error_text(stopped, root), encoding="utf-8", errors="backslashreplace")


def _package_screen(error: Exception, final: Path) -> str:
    """What stopped the making of the package: its own words where it has some, else kind and place."""
    words = in_words(error) or str(error).strip() or "没有说明"
    coded = re.match(r"\[\w+\]|[a-z_]+: ", words)
    place = traceback.extract_tb(error.__traceback__)[-1]
    lines = [
        "✗ 成套材料：未完成，原有的成套材料没有改动",
        *(
            []
            if coded
            else [f"  [package_failed]  {type(error).__name__}，在 {Path(place.filename).name} 第 {place.lineno} 行"]
        ),
        *[f"    {line}" for line in words.splitlines()[:20]],
        f"  已做好的文件：{final.parent.name}/{final.name}.failed/",
        "  处理：按上面的说明改正后重新运行；说明不清楚的，连同 error.txt 一并报告"
        if not coded
        else "  处理：按上面的说明改正后重新运行",
    ]
    return "\n".join(lines)


def _run_stages(root: Path, fiscal_year: int, work: Path, final: Path, progress: Progress, others: Others) -> None:
    """Every stage in order; what an earlier run has left is taken over where it is what the stage would write now."""
    parameters, processed = {"fiscal_year": fiscal_year, "root": "."}, Root(root).processed(fiscal_year)
    ahead = Beside(None)
    with ExitStack() as beside:
        beside.callback(kernel_ahead.drop)
        for stage in STAGES:
            executed = work / "executed" / f"{stage.name}.ipynb"
            executed.parent.mkdir(exist_ok=True)
            why = Current(root, fiscal_year).why_not(stage) or kept_notebooks.why_none(processed, stage, parameters)
            if why is None:
                with progress(f"{stage.name} {stage.title}  沿用：所依据的都没有变化"):
                    kept_notebooks.take_over(processed, stage, executed)
                continue
            if stage == VALIDATE:
                ahead = beside.enter_context(working(explain_ahead, ".", fiscal_year, folder=root))
            if stage == REPORT:
                import_formats_beside()
                others.get_ready()
            try:
                with progress(f"{stage.name} {stage.title}  运行：{why}"):
                    if stage == DEVIATE:
                        ahead.done()
                    done = run_stage(stage, parameters, executed, root, then_likely=stage != REPORT)
                    kept_notebooks.keep(processed, stage, parameters, done, executed)
            except StageFailed as failure:
                _keep_failed(failure, fiscal_year, root, work)
                saved = f"{final.parent.name}/{final.name}.failed/notebooks/{stage.name}.ipynb"
                raise RunStopped(failure.screen(saved, rerun_command(stage, fiscal_year, str(root)))) from None


def _keep_failed(failure: StageFailed, fiscal_year: int, root: Path, work: Path) -> None:
    """What a stage that stopped has found, and the notebooks so far."""
    validation = Root(root).processed(fiscal_year) / VALIDATE.output
    if failure.stage == VALIDATE and validation.is_file():
        shutil.copyfile(validation, work / "validation.json")
    _keep_notebooks(work)


def _keep_notebooks(work: Path) -> dict[str, Any]:
    """The executed notebooks, normalised, under ``notebooks/``."""
    kept = {
        p.stem: write_normalised(p, work / "notebooks" / p.name) for p in sorted((work / "executed").glob("*.ipynb"))
    }
    shutil.rmtree(work / "executed")
    return kept


def _make_package(root: Path, fiscal_year: int, work: Path, others: Others) -> tuple[Results, Mapping[str, str]]:
    """Everything that leaves the house, made in ``work``; and which of it nothing personal was found in already."""
    from helpers.formats.papers import blocks_of, files

    processed = Root(root).processed(fiscal_year)
    results = validate_results(_read(processed / REPORT.output))
    validation = _read(processed / VALIDATE.output)
    report = _keep_notebooks(work)[REPORT.name]
    write_results(work / "results.json", results)
    (work / "validation.json").write_text(indented(validation) + "\n", encoding="utf-8", newline="\n")
    others.begin()
    makers = files(blocks_of(report), results)
    page, *own = [one for one in makers if one not in OTHERS]
    with ThreadPoolExecutor(1) as pool:
        write(work, makers, [page])
        looked = pool.submit(files_without, work, [page, *FIRST])  # while Typst is at work, which leaves Python alone
        write(work, makers, own)
        if not others.done():
            write(work, makers, OTHERS)
    return results, {**looked.result(), **others.without}


def _stop_on_personal(root: Path, fiscal_year: int, work: Path, without: Mapping[str, str]) -> None:
    """Nothing is published that names a person; what was made so far is not left either."""
    processed = Root(root).processed(fiscal_year)
    allowed = allowed_by(load_year(root, fiscal_year), processed / "tables", _read(processed / CLEAN.output)["tables"])
    if places := personal_places(work, allowed, without):
        for file in sorted({place.file for place in places}):
            (work / file).unlink()
        raise RunStopped(screen(places))


def _stop_on_findings(results: Results) -> None:
    stops = [f for f in results["audit"] if f["level"] == "stop"]
    if stops:
        lines = [
            f"  [{f['check']}]  {f['message']}"
            + (f"({f['arithmetic']})" if f.get("arithmetic") else "")
            + (f"\n    处理：{f['remedy']}" if f.get("remedy") else "")
            for f in stops[:10]
        ]
        raise RunStopped("\n".join([f"✗ 自评表自查有 {len(stops)} 处必须改正，未发布：", *lines]))


def _read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data
