"""What the executed notebooks of a package should show, by what results.json and validation.json say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from helpers.formats.display import WORDS, bundle, words_bundle
from helpers.report import stage_checks, views
from helpers.report.blocks import MIME, Table, from_json
from helpers.report.results_types import Results
from helpers.run.closing import closing
from helpers.run.stages import STAGES, Stage

Json = dict[str, Any]
#: What an output shows, from what it shows now: a list that holds only a part of the results keeps its choice.
Shown = Callable[[Sequence[Any]], Sequence[Any]]


def expected_notebook(stage: Stage, there: bytes, results: Results, validation: Json, report: Sequence[Any]) -> bytes:
    """The executed notebook as it should be: today's cells, the parameters of the year, and outputs made again.

    Raises ``ValueError``, ``KeyError``, ``TypeError`` where ``there`` is no executed notebook of the stage.
    """
    import nbformat

    from helpers.run.notebooks import with_prose

    executed = nbformat.reads(there.decode("utf-8"), as_version=4)
    if sum(cell.cell_type == "code" for cell in executed.cells) != _code_cells(stage) + 1:
        raise ValueError("代码单元格的数目与程序不符")
    notebook = with_prose(executed, nbformat.read(stage.notebook, as_version=4))
    wanted = list(_outputs(results, validation, report)[stage.name])
    for cell in notebook.cells:
        if cell.get("id") == "injected-parameters":
            cell["source"] = f'# Parameters\nfiscal_year = {results["fiscal_year"]}\nroot = "."\n'
        for output in cell.get("outputs", []):
            if MIME in output.get("data", {}):
                shown = wanted.pop(0) if wanted else list
                output["data"] = nbformat.from_dict(bundle(shown(from_json(output["data"][MIME]))))
            elif WORDS in output.get("data", {}):
                output["data"] = nbformat.from_dict(words_bundle(closing(stage, results["fiscal_year"])))
    return (nbformat.writes(notebook) + "\n").encode()


def _code_cells(stage: Stage) -> int:
    cells = json.loads(stage.notebook.read_text(encoding="utf-8"))["cells"]
    return sum(cell["cell_type"] == "code" for cell in cells)


def _outputs(results: Results, validation: Json, report: Sequence[Any]) -> Mapping[str, list[Shown]]:
    """By stage what its outputs show, one after the other; those that are not listed are taken as they are."""
    names = {entry["id"]: entry["level3"] for entry in results["indicators"]}
    deviations = [
        _fixed(views.causes(one, names), *views.waiting(one, names, number))
        for number, one in enumerate(results["deviations"], start=1)
    ]
    plans = _fixed(
        views.plan(results.get("followup") or [], "上年改进措施落实情况"), views.plan(results["plan"], "改进措施")
    )
    checks = _fixed(stage_checks.explained(results["deviations"], results.get("spares")))
    told = cast(Json, results.get("provenance") or {})
    inputs = [(one["file"], one["bytes"], one["sha256"][:12]) for one in told.get("inputs") or ()]
    found = {
        "1_clean": [
            _some_of(inputs),
            _fixed(views.reconciliation(results["tables"])),
            _fixed(stage_checks.cleaned(results["tables"])),
        ],
        "2_validate": [
            _fixed(views.checks(validation)),
            _fixed(stage_checks.passed_gate(validation)),
            _fixed(views.failing(validation)),
        ],
        "3_attainment": [
            _fixed(views.indicators(results), views.activities(results)),
            _some_of(_rows(views.findings(results["audit"]))),
        ],
        "4_deviation": [*deviations, *_stock(results), checks, plans],
        "5_report": [_fixed(stage_checks.told()), _fixed(*report)],
    }
    assert set(found) == {stage.name for stage in STAGES}
    return found


def _stock(results: Results) -> list[Shown]:
    blocks = views.stock(results.get("spares"))
    return [_fixed(*blocks)]


def _fixed(*blocks: Any) -> Shown:
    return lambda _: blocks


def _rows(table: Table) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in row) for row in table.rows]


def _some_of(rows: Iterable[Sequence[Any]]) -> Shown:
    """The table that is there, without the rows that the results do not hold."""
    known = {tuple("" if value is None else str(value) for value in row) for row in rows}

    def shown(there: Sequence[Any]) -> Sequence[Any]:
        table, *rest = there
        return [
            table.model_copy(update={"rows": tuple(r for r in table.rows if tuple(c.text for c in r) in known)}),
            *rest,
        ]

    return shown
