"""Run one fiscal year: check, five stages, the package, published together or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from helpers.run import manifest
from helpers.run.check import check_year
from helpers.run.notebooks import write_normalised
from helpers.run.publish import leave_failed, publish, repair, staging
from helpers.run.stages import STAGES, StageFailed, rerun_command, run_stage
from helpers.run.workspace import OUTPUTS, find_root, open_stage
from helpers.year.faults import YearFileError

Progress = Callable[[str], AbstractContextManager[Any]]


class RunStopped(Exception):
    """The run ended without a package (exit status 1); the message is one screen."""


@dataclass(frozen=True)
class Published:
    """Where the package lies; ``fresh`` is False when the one there was already of these inputs."""

    folder: Path
    fresh: bool
    results: dict[str, Any]


def run_year(
    root: Path, fiscal_year: int, *, force: bool = False, progress: Progress = lambda _: nullcontext()
) -> Published:
    """Run the year and publish ``reports/<fiscal_year>/``.

    Raises ``YearFileError`` (exit 2) before anything is touched, ``RunStopped`` (exit 1) when a
    stage fails, the gate stops, the run's own audit stops, or the year is being run already. The
    previous package stays as it was in each case.
    """
    root = find_root(root)
    faults = check_year(root, fiscal_year)
    if faults:
        raise YearFileError(faults)
    reports = root / "reports"
    reports.mkdir(exist_ok=True)
    final = reports / str(fiscal_year)
    try:
        with FileLock(reports / f".{fiscal_year}.lock", timeout=0):
            repair(final)
            return _run_locked(root, fiscal_year, final, force, progress)
    except Timeout:
        raise RunStopped(f"[run_active]  {fiscal_year} 年度正在由另一个进程运行，请等它结束后再试") from None


def _run_locked(root: Path, fiscal_year: int, final: Path, force: bool, progress: Progress) -> Published:
    described = manifest.basis(fiscal_year, open_stage("", fiscal_year, str(root)).inputs)
    if not force and manifest.is_current(final, described):
        return Published(final, False, _read(final / "results.json"))
    work = staging(final.parent, fiscal_year)
    try:
        _run_stages(root, fiscal_year, work, final, progress)
        with progress("package 成套材料"):
            results = _make_package(root, fiscal_year, work)
            _stop_on_findings(results)
            manifest.write_manifest(work, described)
            publish(work, final)
    except RunStopped as stopped:
        failed = leave_failed(work, final)
        (failed / "error.txt").write_text(f"{stopped}\n", encoding="utf-8")
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(final.with_name(f"{fiscal_year}.failed"), ignore_errors=True)
    return Published(final, True, results)


def _run_stages(root: Path, fiscal_year: int, work: Path, final: Path, progress: Progress) -> None:
    for stage in STAGES:
        executed = work / "executed" / f"{stage.name}.ipynb"
        executed.parent.mkdir(exist_ok=True)
        try:
            with progress(f"{stage.name} {stage.title}"):
                run_stage(stage, {"fiscal_year": fiscal_year, "root": "."}, executed, root)
        except StageFailed as failure:
            validation = root / "data" / "processed" / str(fiscal_year) / OUTPUTS["2_validate"]
            if stage.name == "2_validate" and validation.is_file():
                shutil.copyfile(validation, work / "validation.json")
            saved = f"{final.parent.name}/{final.name}.failed/notebooks/{stage.name}.ipynb"
            _keep_notebooks(work)
            raise RunStopped(failure.screen(saved, rerun_command(stage, fiscal_year, str(root)))) from None


def _keep_notebooks(work: Path) -> dict[str, Any]:
    """The executed notebooks, normalised, under ``notebooks/``."""
    kept = {
        p.stem: write_normalised(p, work / "notebooks" / p.name) for p in sorted((work / "executed").glob("*.ipynb"))
    }
    shutil.rmtree(work / "executed")
    return kept


def _make_package(root: Path, fiscal_year: int, work: Path) -> dict[str, Any]:
    """Everything that leaves the house, made in ``work``."""
    from helpers.formats.exporters import export_all
    from helpers.formats.xlsx import write_forms
    from helpers.report.results import write_results

    processed = root / "data" / "processed" / str(fiscal_year)
    results = _read(processed / OUTPUTS["5_report"])
    results.pop("inputs_sha256")
    validation = _read(processed / OUTPUTS["2_validate"])
    validation.pop("inputs_sha256")
    report = _keep_notebooks(work)["5_report"]
    write_results(work / "results.json", results)
    (work / "validation.json").write_text(json.dumps(validation, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for name, content in export_all(report).items():
        (work / name).write_bytes(content)
    (work / "self_evaluation.xlsx").write_bytes(write_forms(results))
    return results


def _stop_on_findings(results: dict[str, Any]) -> None:
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
