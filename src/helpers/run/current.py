"""Whether what a stage wrote is what it would write now, and if not, which change says so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from helpers.run.code_reach import Sources, program_sha256, read_sources
from helpers.run.inputs import InputFile, has_previous, input_files, inputs_digest
from helpers.run.stage_record import StageRecord, files_of, made_by, read_record
from helpers.run.stages import CLEAN, STAGES, Stage
from helpers.year.approvals import approvals_path
from helpers.year.hashes import file_sha256, input_sha256
from helpers.year.load import Year, load_year
from helpers.year.review_remarks import remarks_path
from helpers.year.root import Root, shown_raw
from helpers.year.seen import ABSENT, PARTS, Place, digest, files_now, of_year_now, value_now

#: Kinds of notes in the order in which a reason is looked for: the most telling first.
_ORDER = "value whole file exports again has_year stage tables input files inputs approvals remarks program"
TELLING = {kind: at for at, kind in enumerate(_ORDER.split())}


class Current:
    """One year of a project root as it stands at this moment: each file is looked at once."""

    def __init__(self, root: Path, fiscal_year: int) -> None:
        self.root, self.fiscal_year = root, fiscal_year
        self._years: dict[int, _Loaded | None] = {}
        self._whys: dict[Stage, str | None] = {}
        self._records: dict[Stage, StageRecord | None] = {}
        self._hashes: dict[Path, str] = {}

    @property
    def processed(self) -> Path:
        return Root(self.root).processed(self.fiscal_year)

    @cached_property
    def sources(self) -> Sources:
        return read_sources()

    @cached_property
    def inputs(self) -> tuple[InputFile, ...]:
        return input_files(self.root, self.fiscal_year, loaded_year)

    def why_not(self, stage: Stage) -> str | None:
        """Why the output of a stage is not what it would write now; None where it is.

        Earlier stages are taken to be current: their outputs are compared, not how these came about.
        """
        return self._why_not(stage, self.record(stage))

    def record(self, stage: Stage) -> StageRecord | None:
        """The record of a stage, where there is one that can be believed."""
        if stage not in self._records:
            self._records[stage] = read_record(self.processed, stage)
        return self._records[stage]

    def first_not(self, stage: Stage) -> tuple[Stage, str] | None:
        """The first of the stages behind an output, itself included, that is not current, and why."""
        records = {one: self.record(one) for one in STAGES[: STAGES.index(stage) + 1]}
        behind = {stage}
        for one in reversed(records):
            behind |= _read_by(records[one]) if one in behind else set()
        for one, record in records.items():
            if one in behind and one not in self._whys:  # the same for all that are built on it
                self._whys[one] = self._why_not(one, record)
            if one in behind and (why := self._whys[one]):
                return one, why
        return None

    def _why_not(self, stage: Stage, record: StageRecord | None) -> str | None:
        if not (self.processed / stage.output).is_file():
            return "还没有结果"
        return "没有可信的运行记录" if record is None else next(self._differences(stage, record), None)

    def _differences(self, stage: Stage, record: StageRecord) -> Iterator[str]:
        yield from _made_differently(record.made_by, made_by(stage, self.sources))
        changed = self.changed(record.reads, record.year_files)
        if changed:
            yield self._told(sorted(changed, key=lambda place: TELLING.get(str(place[0]), len(TELLING))))
        yield from (f"{file} 与运行记录不符" for file in self.changed_files(stage, record))

    def changed(self, reads: Mapping[Place, str], year_files: Mapping[int, str]) -> list[Place]:
        """The places at which something else stands than was seen. ``year_files``: what the year files said in which
        all values were seen; where they say it still, each of a thousand values need not be looked at."""
        same = {year for year, said in year_files.items() if said == self.year_files(year)}
        return [place for place, seen in reads.items() if not _of(place, same) and self.now(place) != seen]

    def changed_files(self, stage: Stage, record: StageRecord) -> list[str]:
        """The files of a stage that are not as it wrote them."""
        present = files_of(self.processed, stage, self.sha256)
        return [f for f in sorted({*present, *record.files}) if present.get(f) != record.files.get(f)]

    def now(self, place: Place) -> str:
        """The digest of what stands at a noted place now."""
        kind = place[0]
        if kind in ("value", "whole"):
            loaded = self._loaded(int(place[1]))
            return loaded.value_at(place) if loaded else ABSENT
        if kind in ("exports", "again", "file", "files"):
            year = self.year(int(place[1]))
            return of_year_now(year, place, self.sha256) if year else ABSENT
        if kind == "has_year":
            return str(has_previous(self.root, int(place[1]) + 1))
        if kind == "stage":
            path = self.processed / next(one.output for one in STAGES if one.name == place[1])
            return file_sha256(path) if path.is_file() else ABSENT
        if kind == "approvals":
            return approvals_digest(self.root, int(place[1]))
        if kind == "remarks":
            return remarks_digest(self.root, int(place[1]))
        if kind == "tables":
            return self.tables(str(place[1]))
        if kind == "input":
            path = self.root / str(place[1])
            return self.sha256(path) if path.is_file() else ABSENT
        if kind == "inputs":
            return inputs_digest(self.inputs)
        return program_sha256(self.sources) if kind == "program" else ABSENT

    def year(self, fiscal_year: int) -> Year | None:
        """The year files, where they are there; raises ``YearFileError``."""
        loaded = self._loaded(fiscal_year)
        return loaded.year if loaded else None

    def _loaded(self, fiscal_year: int) -> _Loaded | None:
        if fiscal_year not in self._years:
            there = Root(self.root).has_year(fiscal_year)
            states = _states(self.root, fiscal_year) if there else ()
            self._years[fiscal_year] = _loaded(self.root, fiscal_year, states) if there else None
        return self._years[fiscal_year]

    def year_files(self, fiscal_year: int) -> str:
        """What the authored files of a year say: where they say the same, every value of them is the same."""
        year = self.year(fiscal_year)
        return files_now(year) if year else "none"

    def tables(self, name: str) -> str:
        """One digest over the tidy tables of a folder."""
        paths = sorted(path for path in (self.processed / name).glob("*") if path.is_file())
        return digest([[path.name, self.sha256(path)] for path in paths])

    def sha256(self, path: Path) -> str:
        if path not in self._hashes:
            self._hashes[path] = input_sha256(path, self.processed)
        return self._hashes[path]

    def _told(self, changed: list[Place]) -> str:
        others = f" 等 {len(changed)} 处" if len(changed) > 1 else ""
        return f"{self._words(changed[0])}{others}有改动"

    def _words(self, place: Place) -> str:
        kind, *rest = place
        if kind in ("value", "whole"):
            return self._words_of_value(rest)
        if kind in ("file", "exports", "again", "files"):
            folder = shown_raw(int(rest[0]))
            return {
                "file": f"{folder}/{rest[-1]}",
                "exports": f"{folder} 中表 {rest[-1]} 的文件名单",
                "again": f"{shown_raw(int(rest[0]) - 1)}/exports",
                "files": f"{folder} 的年度文件",
            }[kind]
        if kind == "stage":
            return f"{rest[0]} 的结果"
        words = {
            "approvals": "approvals.yml",
            "remarks": "remarks.yml",
            "tables": "整洁表",
            "inputs": "输入文件的名单",
            "program": "程序",
            "has_year": "上年度文件夹的有无",
        }
        return words.get(str(kind), str(rest[-1]) if rest else str(kind))

    def _words_of_value(self, rest: list[Any]) -> str:
        """The file and the key, list entries by their names."""
        fiscal_year, part, *keys = rest
        year = self.year(int(fiscal_year))
        node: Any = getattr(year, str(part), None)
        said = []
        for key in keys:
            try:
                node = node[key] if isinstance(key, int) or isinstance(node, dict) else getattr(node, str(key))
            except (AttributeError, KeyError, IndexError, TypeError):
                node = None
            name = next((getattr(node, n) for n in ("id", "name", "title") if hasattr(node, n)), None)
            said.append(str(name or key + 1) if isinstance(key, int) else str(key))
        file = PARTS[str(part)] or (f"{year.year.outline}".removesuffix(".yml") + ".yml" if year else "提纲")
        return f"{shown_raw(int(fiscal_year))}/{file} 的 {'.'.join(said)}" if said else f"{file}"


def _read_by(record: StageRecord | None) -> set[Stage]:
    """The stages whose outputs a stage has read."""
    places = record.reads if record else ()
    names = {CLEAN.name if place[0] == "tables" else place[1] for place in places if place[0] in ("stage", "tables")}
    return {one for one in STAGES if one.name in names}


def approvals_digest(root: Path, fiscal_year: int) -> str:
    """The hash of what has been approved of a year, where anything has."""
    path = approvals_path(root, fiscal_year)
    return file_sha256(path) if path.is_file() else ABSENT


def remarks_digest(root: Path, fiscal_year: int) -> str:
    """The hash of what has been remarked on a year, where anything has."""
    path = remarks_path(root, fiscal_year)
    return file_sha256(path) if path.is_file() else ABSENT


def _of(place: Place, years: Collection[int]) -> bool:
    """Whether a place is a value of one of these years."""
    return place[0] in ("value", "whole") and place[1] in years


class _Loaded:
    """The year files as they were read. What stands in them stays, so each place is looked at once: the stages before
    one have read much the same, and are asked about at each of its reads."""

    def __init__(self, year: Year) -> None:
        self.year = year
        self._values: dict[Place, str] = {}

    def value_at(self, place: Place) -> str:
        """The digest of what stands at a noted place of kind ``value`` or ``whole``."""
        if place not in self._values:
            self._values[place] = value_now(self.year, place[2:], whole=place[0] == "whole")
        return self._values[place]


@lru_cache(maxsize=4)
def _loaded(root: Path, fiscal_year: int, _: tuple[tuple[str, int, int, int, int], ...]) -> _Loaded:
    """The year files, not read again while they are untouched."""
    return _Loaded(load_year(root, fiscal_year))


def loaded_year(root: Path, fiscal_year: int) -> Year:
    """``load_year``, which reads nothing again that is untouched."""
    return _loaded(root, fiscal_year, _states(root, fiscal_year)).year


def _states(root: Path, fiscal_year: int) -> tuple[tuple[str, int, int, int, int], ...]:
    """The authored files of a year as the file system tells of them; whatever writes to one changes that."""
    paths = sorted(Root(root).raw(fiscal_year).resolve().glob("*.yml"))
    told = [(path, path.stat()) for path in paths]
    return tuple((str(p), t.st_ino, t.st_size, t.st_mtime_ns, t.st_ctime_ns) for p, t in told)


def _made_differently(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """What a stage is made by today that it was not made by then."""
    words = {
        "notebook": "笔记本的代码有改动",
        "lock": "requirements.lock 有改动",
        "python": "换了 Python 版本",
        "platform": "换了平台",
        "fonts": "本机字体有变化",
    }
    for key, said in words.items():
        if then.get(key) != now[key]:
            yield said
    code = then.get("code")
    before: Mapping[str, str] = code if isinstance(code, dict) else {}
    changed = [name for name in sorted({*before, *now["code"]}) if before.get(name) != now["code"].get(name)]
    if changed:
        others = f" 等 {len(changed)} 个文件" if len(changed) > 1 else ""
        yield f"程序 helpers/{changed[0]}{others}有改动"
