"""A generated year in another layout: other headers, formats, dates, ids; complaints as a log of events."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tools.mutate import grid as grids
from tools.mutate import moments, seeds
from tools.mutate.grid import Form, Grid

SEED = "another layout"
#: Format by table, in the order of its files.
FORMS: dict[str, Sequence[tuple[str, Form]]] = {
    "tickets": (
        ("desk_h1.jsonl.gz", Form("jsonl", gzip=True)),
        ("desk_h2.csv", Form("csv", encoding="gb18030", delimiter=";", newline="\r\n")),
        ("events.csv.gz", Form("csv", gzip=True)),
        ("security.jsonl", Form("jsonl")),
    ),
    "ledger": (("ledger.csv", Form("csv", delimiter="\t")),),
    "roster": (("roster.jsonl", Form("jsonl")),),
    "complaints": (("complaint_log.csv", Form("csv", encoding="utf-8-sig")),),
    "survey": (("survey.xlsx", Form("xlsx", sheet="answers")),),
    "facilities": (("facilities.csv", Form("csv", delimiter=";", quote_all=True)),),
    "devices": (("devices.csv.gz", Form("csv", gzip=True, delimiter="\t")),),
    "parts": (("parts.csv", Form("csv")),),
    "stock_moves": (("stock.xlsx", Form("xlsx", sheet="moves")),),
}
DATES = ["%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y-%m"]
GRAIN = {
    "case": "complaint_id",
    "time": "at",
    "opens": "event = 'registered'",
    "resolves": "event = 'closed'",
    "attributes": {"kind": "last", "about": "last", "dept": "last", "content": "last", "verdict": "last"},
}


def write(root: Path) -> None:
    """Both years below ``root``; the same figures as the generator's own layout gives."""
    with tempfile.TemporaryDirectory() as scratch:
        source = seeds.write(Path(scratch) / "generated", SEED)
        for year in (2023, 2024):
            _write_year(source / "data" / "raw" / str(year), root / "data" / "raw" / str(year))


def _write_year(source: Path, target: Path) -> None:
    yaml = YAML()
    yaml.width = 4096
    declared = yaml.load(source / "year.yml")
    (target / "exports").mkdir(parents=True)
    for name in ("indicators.yml", "plan.yml", "corrections.yml"):
        (target / name).write_text((source / name).read_text(encoding="utf-8"), encoding="utf-8")
    for path in source.glob("evidence/*"):
        (target / "evidence").mkdir(exist_ok=True)
        (target / "evidence" / path.name).write_bytes(path.read_bytes())
    for table, spec in declared["tables"].items():
        files = [spec["files"]] if isinstance(spec["files"], str) else list(spec["files"])
        read = [grids.read(source / f, spec.get("header_row", 1)) for f in files]
        made = [_relaid(one, spec) for one in read]
        if table == "complaints":
            made = [_as_events(made[0])]
        names = [f"exports/{name}" for name, _ in FORMS[table]]
        for one, name, (_, form) in zip(made, names, FORMS[table], strict=True):
            one.form = form
            (target / name).write_bytes(_texts(one).content())
        _redeclare(spec, table, names)
    with (target / "year.yml").open("w", encoding="utf-8") as stream:
        yaml.dump(declared, stream)


def header(column: str) -> str:
    return column.replace("_", " ").capitalize()


def _relaid(old: Grid, spec: Any) -> Grid:
    """The declared columns that the export has, under other headers, records only."""
    columns = spec["columns"]
    sources = {c: ([d["from"]] if isinstance(d["from"], str) else list(d["from"])) for c, d in columns.items()}
    there = {c: at for c, names in sources.items() if (at := old.find(names)) is not None}
    rows = []
    for n in old.data():
        row = old.rows[n]
        rows.append([_cell(row[at], columns[c].get("type", "text")) for c, at in there.items()])
    rows = [r for r in rows if r[0] not in (None, "")]
    return Grid(old.form, [], [header(c) for c in there], rows)


def _cell(value: Any, kind: str) -> Any:
    moment = moments.read(value) if kind in ("date", "datetime") else None
    if moment is not None and not re.fullmatch(r"\d{4}-\d{2}", str(value)):
        return moment
    if isinstance(value, str):
        text = re.sub(r"\b(GD|BZ|AQ|TS|BJ|JN)(\d\d)-?", lambda m: f"{m[1].translate(LETTERS)}-{m[2]}-", value)
        return re.sub(r"^记-", "V", text)
    return value


#: Other prefixes of ids.
LETTERS = str.maketrans("GDBZAQTSJN", "KLMOUVWXYP")


def _texts(one: Grid) -> Grid:
    """Times as text, day first, in files that have no types of their own."""
    if one.form.kind == "xlsx":
        return one

    def text(value: Any) -> Any:
        if isinstance(value, datetime):
            clock = value.hour or value.minute or value.second
            return value.strftime("%d.%m.%Y %H:%M:%S" if clock else "%d.%m.%Y")
        return value if value is None and one.form.kind == "jsonl" else "" if value is None else str(value)

    one.rows = [[text(v) for v in row] for row in one.rows]
    return one


def _as_events(one: Grid) -> Grid:
    """Each complaint as an event when it was registered, and one when it was closed."""
    place = {name: one.header.index(header(name)) for name in ("complaint_id", "reported_on", "closed_on", "verdict")}
    kept = [n for n, name in enumerate(one.header) if name not in (header("reported_on"), header("closed_on"))]
    events = []
    for row in one.rows:
        carried = [row[n] for n in kept]
        blank = ["" if one.header[n] == header("verdict") else row[n] for n in kept]
        events.append((row[place["reported_on"]], [*blank, row[place["reported_on"]], "registered"]))
        if row[place["closed_on"]]:
            events.append((row[place["closed_on"]], [*carried, row[place["closed_on"]], "closed"]))
    events = [e for n, e in enumerate(events) if e not in events[:n]]
    events.sort(key=lambda e: e[0])
    return Grid(one.form, [], [*(one.header[n] for n in kept), header("at"), header("event")], [e for _, e in events])


def _redeclare(spec: Any, table: str, files: list[str]) -> None:
    """The year file's declaration of a table in the new layout."""
    spec["files"] = files
    spec["dates"] = DATES
    spec.pop("header_row", None)
    for column, declared in spec["columns"].items():
        declared["from"] = header(column)
        declared.pop("dates", None)
    if table == "parts":
        # No price changed: written by one hand, the catalogues of both years are the same to the byte.
        spec["loss"] = {"as_last_year": True, "why": "目录两年未变"}
    if table == "complaints":
        for gone in ("reported_on", "closed_on"):
            del spec["columns"][gone]
        spec["columns"]["at"] = {"from": header("at"), "type": "datetime", "words": "发生时间"}
        spec["columns"]["event"] = {"from": header("event"), "words": "事项进展"}
        spec["grain"] = GRAIN
        spec["year_by"] = "opened_at"
        for gone in ("key", "keep"):
            spec.pop(gone, None)
        spec["grain"] = {**GRAIN, "out_of_scope": spec.pop("out_of_scope")}
