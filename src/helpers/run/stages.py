"""Run one stage notebook by papermill and say on one screen why it failed, if it did."""

from __future__ import annotations

import logging
import re
import shlex
import shutil
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.run.at_the_desk import PLACE
from helpers.run.machine_faults import of_message, tight_limits
from helpers.run.parameters import check_parameters
from helpers.year.machine_memory import memory_limit_mb

if TYPE_CHECKING:
    from nbformat import NotebookNode

_HERE = Path(__file__).resolve()
#: The project's own notebooks stand beside ``src/``; an installed wheel carries them with it.
NOTEBOOKS = next(
    (folder for up in (3, 1) if (folder := _HERE.parents[up] / "notebooks").joinpath("1_clean.ipynb").is_file()),
    _HERE.parents[3] / "notebooks",
)


@dataclass(frozen=True)
class Stage:
    """A stage notebook; ``output`` is the file in the processed folder by which it shows that it is done, ``folders``
    hold what else it writes there."""

    name: str
    title: str
    output: str
    folders: tuple[str, ...] = ()

    @property
    def notebook(self) -> Path:
        return NOTEBOOKS / f"{self.name}.ipynb"


STAGES = (
    Stage("1_clean", "清洗", "clean.json", ("tables", "previous")),
    Stage("2_validate", "校验", "validation.json"),
    Stage("3_attainment", "完成情况", "attainment.json"),
    Stage("4_deviation", "偏差与改进", "deviation.json"),
    Stage("5_report", "报告", "results.json"),
)


CLEAN, VALIDATE, ATTAIN, DEVIATE, REPORT = STAGES


class StageFailed(Exception):
    """A stage notebook stopped (exit status 1); the message is one screen."""

    def __init__(self, stage: Stage, *, heading: str, line: str, error: str, cause: str) -> None:
        self.stage, self.heading, self.line, self.error, self.cause = stage, heading, line, error, cause
        super().__init__(cause)

    def screen(self, saved: str, command: str) -> str:
        """What a person needs: stage, place, cause, the saved notebook, how to run it again."""
        return "\n".join(
            [
                f"✗ {self.stage.name} {self.stage.title}：未完成",
                *([f"  小节：{self.heading}"] if self.heading else []),
                *([f"  代码：{self.line}"] if self.line else []),
                f"  原因：{self.error}",
                *[f"    {line}" for line in self.cause.splitlines()[:30]],
                f"  已执行的笔记本：{saved}",
                f"  改正后单独重跑这一步：{command}",
            ]
        )


def rerun_command(stage: Stage, fiscal_year: int, root: str) -> str:
    """The command that runs one stage again by papermill itself."""
    return (
        f"papermill notebooks/{stage.name}.ipynb {stage.name}.out.ipynb "
        f"-p fiscal_year {fiscal_year} -p root {shlex.quote(root)}"
    )


def run_stage(
    stage: Stage, parameters: Mapping[str, Any], output: Path, root: Path, *, then_likely: bool = False
) -> NotebookNode:
    """Execute a stage with ``root`` as working directory and return the notebook; ``output``: where papermill saves it,
    with its outputs where it has failed. ``then_likely``: another one will be executed there next, whose kernel is
    started meanwhile.

    Parameters are checked before a kernel starts (``ParameterError``). Raises ``StageFailed``.
    """
    checked = check_parameters(stage.notebook, parameters)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # what goes wrong is said once, below
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from helpers.run import kernel_ahead
        from helpers.run.kernel import NAME, StageKernelManager, start_next, watched

        if not kernel_ahead.waits():
            start_next(root)  # the first: while papermill is imported
        import papermill
        from nbclient.exceptions import DeadKernelError

        from helpers.run.outputs_aside import NAME as ENGINE

        begun: list[str] = []
        executed: list[NotebookNode] = []

        def begin(cell: Any, cell_index: int) -> None:  # noqa: ARG001 - by name
            if then_likely and not begun:
                start_next(root)
            begun.append(cell.source)

        try:
            with watched() as peak:
                papermill.execute_notebook(
                    _literal(stage.notebook),
                    _literal(output.resolve()),
                    checked,
                    cwd=str(root),
                    engine_name=ENGINE,
                    executed=executed,
                    kernel_name=NAME,
                    progress_bar=False,
                    kernel_manager_class=StageKernelManager,
                    shutdown_kernel="immediate",
                    record_timing=False,
                    # Written once, at the end or at the first error, not at the begin and end of every cell.
                    request_save_on_cell_execute=False,
                    on_cell_execute=begin,
                )
                return executed[0]
        except papermill.PapermillExecutionError as error:
            raise _failure(stage, output, error.ename, error.evalue) from None
        except DeadKernelError:
            raise _died(stage, output, "内核中途退出", peak[0], begun) from None
        except (RuntimeError, TimeoutError) as error:
            if not re.search("Kernel (died|didn't respond)", str(error)):
                raise
            raise _died(stage, output, "内核没有启动", peak[0]) from None


def _died(stage: Stage, output: Path, what: str, peak_mb: int, begun: Sequence[str] = ()) -> StageFailed:
    """A kernel that is gone tells nothing: what is known is which cells it had begun, what it held last, and how much
    there is."""
    if not output.is_file():
        shutil.copyfile(stage.notebook, output)
    if tight := tight_limits():
        words = f"[kernel_died]  {what}，多半是系统的限制太严：{'，'.join(tight)}"
        remedy = "处理：用 ulimit 放宽到 1024 后重新运行，或请系统管理员放宽"
    else:
        known = f"最多用到 {peak_mb / 1000:.2f} GB，" if peak_mb else ""
        limit = f"本机或所在容器最多可用 {memory_limit_mb() / 1000:.2f} GB"
        words = f"[kernel_died]  {what}，多半是内存不足：{known}{limit}"
        remedy = "处理：关闭别的程序，或放宽内存、进程数的限制后重新运行"
    heading, line = _place_of(stage, begun[-1]) if begun else ("", "")
    return StageFailed(stage, heading=heading, line=line, error="DeadKernelError", cause=f"{words}\n{remedy}")


def _place_of(stage: Stage, source: str) -> tuple[str, str]:
    """The section that a code cell of a stage stands in, and its last line; empty for what is none of its cells."""
    import nbformat

    heading = ""
    for cell in nbformat.read(stage.notebook, as_version=4).cells:
        if cell.cell_type == "markdown":
            titles = [row for row in cell.source.splitlines() if row.startswith("#")]
            heading = titles[-1].lstrip("# ") if titles else heading
        elif cell.source == source:
            return heading, source.rstrip().splitlines()[-1].strip()
    return "", ""


def _literal(path: Path) -> str:
    """papermill formats braces in paths; double them."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _failure(stage: Stage, output: Path, ename: str, evalue: str) -> StageFailed:
    """Where in the saved notebook the error stands, in the reader's words."""
    import nbformat

    notebook = nbformat.read(output, as_version=4)
    heading, line, place = "", "", None
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            titles = [row for row in cell.source.splitlines() if row.startswith("#")]
            heading = titles[-1].lstrip("# ") if titles else heading
            continue
        errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        if errors:
            traceback = "\n".join(errors[0].traceback)
            line = _failing_line(cell.source, traceback)
            # A message with a code says itself where and what to do; any other is a fault of the program.
            place = None if re.match(r"\[\w+\]", evalue) else _place(traceback)
            break
    if said := of_message(ename, evalue):
        return StageFailed(stage, heading=heading, line=line, error=ename, cause=said)
    evalue = evalue.strip() or "没有说明，多半是内存不足或系统的限制太严"
    cause = f"{evalue}\n出错位置：{place}" if place else evalue
    return StageFailed(stage, heading=heading, line=line, error=ename, cause=cause)


def _failing_line(source: str, traceback: str) -> str:
    """The line of the cell that the traceback points to, else the cell's last line."""
    # Of an error that was raised from another the last block is the cell's own.
    named = rf"Cell In *\[\d+\], line (\d+)|^{PLACE.format('([0-9]+)', '')}"
    numbers = [int(one or two) for one, two in re.findall(named, _uncoloured(traceback), re.MULTILINE)]
    lines = source.splitlines()
    if numbers and numbers[-1] <= len(lines):
        return f"第 {numbers[-1]} 行  {lines[numbers[-1] - 1].strip()}"
    return lines[-1].strip() if lines else ""


def _place(traceback: str) -> str | None:
    """Where in the library it happened first: of an error raised from another, the other's innermost line."""
    first = re.split(r"\n\n(?:The above exception|During handling)", _uncoloured(traceback))[0]
    places = re.findall(r"^File .*?[/\\](helpers[/\\]\S+\.py):(\d+), in (\w+)", first, re.MULTILINE)
    return "{} 第 {} 行（{}）".format(*places[-1]) if places else None


def _uncoloured(traceback: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", traceback)
