"""Every file of a package made again from its results.json, and what a reader finds different."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from helpers.report.blocks import to_json
from helpers.report.results import ResultsFault, dump_results, validate_results
from helpers.report.results_types import Results
from helpers.report.showable import showable
from helpers.run.stages import STAGES
from helpers.trust.compared import Compared, compared
from helpers.trust.opened import Opened
from helpers.trust.readable import Unreadable, data
from helpers.trust.sums import wrong_sums

RESULTS, VALIDATION = "results.json", "validation.json"


@dataclass
class Findings:
    """``wrong``: figures or words that cannot be right; ``bytes``: files that read the same in other bytes;
    ``unchecked``: what could not be looked into, and why."""

    wrong: list[str] = field(default_factory=list)
    bytes: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Made:
    """By which program a package was made: ``same`` as the one that verifies; else ``otherwise`` says what differs."""

    same: bool
    otherwise: str = ""


def check_contents(package: Opened, made: Made) -> Findings:
    """The files of a package beside what its results say that they are."""
    found = Findings()
    try:
        results, validation = read_results(package), data(package.files[VALIDATION])
    except (KeyError, ResultsFault, Unreadable) as error:
        found.wrong.append(f"{RESULTS}、{VALIDATION}：读不出来，{str(error)[:300]}")
        found.unchecked.append("其余文件的数字（没有可用的 results.json）")
        return found
    try:
        found.wrong += [f"{RESULTS}：{words}" for words in wrong_sums(results, validation)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        found.wrong.append(f"{VALIDATION}：结构不对，{type(error).__name__} {str(error)[:100]}")
    _check_files(package, made, results, validation, found)
    return found


def read_results(package: Opened) -> Results:
    """Raises ``KeyError``, ``ResultsFault``, ``Unreadable``."""
    return validate_results(data(package.files[RESULTS]))


def _check_files(package: Opened, made: Made, results: Results, validation: Any, found: Findings) -> None:
    for name, content in ((RESULTS, dump_results(results)), (VALIDATION, _dumped(validation))):
        _judge_data(name, package, content.encode(), found)
    report = _report(package, made, results, found)
    if report is None:
        return
    for name, make in _rendered(report, results).items():
        _judge(name, package, make, made, found)
    if not made.same:
        found.unchecked.append(f"已执行的笔记本的文字和图表，各文件的字节：{made.otherwise}")
        return
    from helpers.trust.shown_work import expected_notebook

    for stage in STAGES:
        name = f"notebooks/{stage.name}.ipynb"
        there = package.files.get(name, b"")
        _judge(
            name,
            package,
            partial(expected_notebook, stage, there, results, validation, report),
            made,
            found,
        )


def _judge_data(name: str, package: Opened, wanted: bytes, found: Findings) -> None:
    """What everything else is made from has nothing but its hash to be compared with: that of the same data as it was
    written first."""
    if name in package.changed and hashlib.sha256(wanted).hexdigest() != package.listed[name]:
        found.wrong.append(f"{name}：发布后改过，内容与清单的散列不符")
    elif package.files[name] != wanted:
        found.bytes.append(name)


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _report(package: Opened, made: Made, results: Results, found: Findings) -> Sequence[Any] | None:
    """The report's blocks: made from the results; of another program those that the package carries."""
    from helpers.report.narrative import build_report

    carried = carried_report(package)
    try:
        built: Sequence[Any] | None = build_report(showable(results))
    except Exception as error:  # noqa: BLE001 - forged results may lack anything
        found.wrong.append(f"{RESULTS}：由它写不出报告，{type(error).__name__} {str(error)[:100]}")
        return carried
    if made.same or carried is None:
        return built
    if to_json(list(built or ())) != to_json(list(carried)):
        found.unchecked.append(f"报告的文字是否由 results.json 得出：{made.otherwise}")
        return carried
    return built


def carried_report(package: Opened) -> Sequence[Any] | None:
    """The report that the package's own executed notebook shows."""
    import nbformat

    from helpers.formats.display import collect

    try:
        notebook = nbformat.reads(package.files[f"notebooks/{STAGES[-1].name}.ipynb"].decode("utf-8"), as_version=4)
        return collect(notebook) or None
    except Exception:  # noqa: BLE001 - whatever stands there is no notebook of ours
        return None


def _rendered(report: Sequence[Any], results: Results) -> Mapping[str, Callable[[], bytes]]:
    """By file how it is made."""
    from helpers.formats.papers import files

    return files(report, results)


def _judge(name: str, package: Opened, make: Callable[[], bytes], made: Made, found: Findings) -> None:
    if name not in package.files:
        return
    there = package.files[name]
    try:
        difference = compared(name, there, make())
    except Exception as error:  # noqa: BLE001 - forged contents may not be rendered, whatever the renderer says
        found.wrong.append(
            f"{name}：重新生成不了，{str(error).splitlines()[0][:200] if str(error) else type(error).__name__}"
        )
        return
    if difference.same_bytes:
        if name in package.changed:
            found.wrong.append(f"{name}：内容无误，但清单写的散列不是它的")
        return
    _told(name, difference, made, found, changed=name in package.changed)


def _told(name: str, difference: Compared, made: Made, found: Findings, *, changed: bool) -> None:
    if not difference.told:
        if changed or made.same:
            found.bytes.append(name)
        return
    if made.same or not difference.same_numerals:
        found.wrong += [f"{name}：{words}" for words in difference.told]
    elif changed:
        found.wrong.append(f"{name}：发布后改过：{difference.told[0]}")
    else:
        found.unchecked.append(f"{name} 的版式和用语：{made.otherwise}")
