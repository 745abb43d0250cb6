"""One fiscal year as an analyst looks into it: current tables, the declared measures and indicators."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.activity.both_years import clean_years
from helpers.activity.errors import ExportError
from helpers.activity.handed_over import refuse_last_year
from helpers.lab.lab_error import LabError, LabNotice, unknown
from helpers.lab.typed import PLACE, Tables, open_columns, words_of
from helpers.measures.database import QueryStopped
from helpers.measures.figures import Measures
from helpers.run.at_the_desk import sit_down
from helpers.run.current import Current
from helpers.run.parameters import ParameterError
from helpers.run.stages import CLEAN
from helpers.run.workspace import StageOrderError, find_root, open_stage
from helpers.year.crosscheck import check_measures, require_sound
from helpers.year.declared_indicators import Measure
from helpers.year.faults import Fault, YearFileError
from helpers.year.idle_engines import states
from helpers.year.load import Lines, Year, load_year, validated
from helpers.year.root import Root
from helpers.year.seen import BEFORE, OWN

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab.contributions import Explained
    from helpers.lab.measured import Measured
    from helpers.lab.tried import Tried

#: What a measure is called that is not declared.
TRIED = "trial"


def open_year(fiscal_year: int, root: str | Path | None = None) -> LabYear:
    """See ``helpers.lab.year``."""
    sit_down()
    if isinstance(fiscal_year, bool) or not isinstance(fiscal_year, int):
        raise LabError("bad_year", f"年度要写成整数，如 lab.year(2024)，收到 {fiscal_year!r}")
    with in_words():
        place = find_root(Path(root) if root is not None else Path()).resolve()
        if not Root(place).has_year(fiscal_year):
            there = "、".join(str(year) for year in Root(place).years()) or "（没有）"
            raise LabError("year_missing", f"没有 {fiscal_year} 年度的 year.yml\n    现有的年度：{there}")
        year = require_sound(load_year(place, fiscal_year))
        why = Current(place, fiscal_year).why_not(CLEAN)
        if why is None:
            folder = Root(place).processed(fiscal_year)
            return LabYear(year, folder / OWN, folder / BEFORE)
        return _cleaned_here(year, why)


def _cleaned_here(year: Year, why: str) -> LabYear:
    """The year on tables made now, where nothing of the project is touched; what has not changed is taken over."""
    number = year.fiscal_year
    note = (
        f"{number}年度的整洁表不是现在的（{why}）：这里另行清洗一份，没有经过校验；"
        f"要校验并更新报告，运行 selfeval run --year {number}"
    )
    warnings.warn(note, LabNotice, stacklevel=4)
    folder, stage = _own_folder(year.root, number), open_stage(CLEAN.name, number, str(year.root))
    wanted = [(stage.year, folder / OWN), *([(stage.previous, folder / BEFORE)] if stage.previous else [])]
    clean_years(wanted, stage.basis)
    refuse_last_year(stage.year, folder / OWN, stage.previous, folder / BEFORE)
    return LabYear(year, folder / OWN, folder / BEFORE, note)


@cache
def _own_folder(_root: Path, _fiscal_year: int) -> Path:
    """Where the tables of a year are made here, for as long as this process lives: tables whose inputs stay as they
    are need not be made twice."""
    made = tempfile.mkdtemp(prefix="selfeval-lab-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


@contextmanager
def in_words() -> Iterator[None]:
    """What the library stops with, as the one error that an analyst meets here."""
    try:
        yield
    except YearFileError as error:
        raise LabError("year_files", str(error), "改正以后再运行一次 lab.year(…)") from None
    except QueryStopped as error:
        raise LabError(error.code, str(error).partition("]")[2].strip()) from None
    except ExportError as error:
        raise LabError(error.code, str(error)) from None
    except (ParameterError, StageOrderError) as error:
        code, _, said = str(error).removeprefix("[").partition("]")
        raise LabError(code, said.strip()) from None


class LabYear:
    """A fiscal year to look into; made by ``lab.year``.

    ``tables``: its tidy tables as data frames. ``measures``, ``indicators``: what is declared. The verbs are
    ``measure``, ``explain``, ``trace`` and ``try_target``; none of them writes into the project. ``note``: what a
    reader of the figures has to know of the tables.
    """

    def __init__(self, year: Year, tables: Path, previous: Path, note: str = "") -> None:
        self.declared, self._folder, self.note = year, tables, note
        self._last = previous if Root(year.root).has_year(year.fiscal_year - 1) else None
        self._seen = self._states()
        self.tables = Tables(year.year.tables, tables, self.look)
        self._engine: Measures | None = None

    @property
    def fiscal_year(self) -> int:
        return self.declared.fiscal_year

    def __repr__(self) -> str:
        files = self.declared
        return "\n".join(
            [
                f"{self.fiscal_year}年度 {files.year.project}",
                f"  表：{'、'.join(files.year.tables)}",
                f"  度量：{'、'.join(files.measures)}",
                f"  指标：{'、'.join(one.id for one in files.indicators.indicators)}",
                *([f"  注意：{self.note}"] if self.note else []),
            ]
        )

    # --- what is declared -------------------------------------------------------------------------

    @property
    def measures(self) -> pd.DataFrame:
        """The declared measures by name: words, kind, table, unit."""
        import pandas as pd

        rows = {
            name: {"words": one.words, "agg": one.agg, "table": one.table, "unit": one.unit}
            for name, one in self.declared.measures.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index", columns=["words", "agg", "table", "unit"])

    @property
    def indicators(self) -> pd.DataFrame:
        """The declared indicators, parts below their own: id, name, target, measure."""
        import pandas as pd

        rows = []
        for one in self.declared.indicators.indicators:
            rows.append((one.id, one.level3, one.target, one.actual.measure if one.actual else None))
            rows += [(f"{one.id}.{p.name}", p.name, p.target, p.actual.measure) for p in one.parts]
        return pd.DataFrame(rows, columns=["id", "name", "target", "measure"]).set_index("id")

    def columns(self, table: str) -> pd.DataFrame:
        """The columns of a table: words and type; personal ones are left out."""
        import pandas as pd

        spec = self.table(table)
        words = words_of(spec)
        kinds = {name: kind for name, kind in open_columns(spec).items() if name not in PLACE}
        return pd.DataFrame({"words": [words.get(n, n) for n in kinds], "type": [*kinds.values()]}, index=[*kinds])

    def table(self, name: str) -> Any:
        """The declaration of a table."""
        if name not in self.declared.year.tables:
            raise unknown("no_table", "表", name, self.declared.year.tables)
        return self.declared.year.tables[name]

    # --- verbs ------------------------------------------------------------------------------------

    def measure(self, spec: str | Mapping[str, Any]) -> Measured:
        """A declared measure by its name, or one written here as it would stand in indicators.yml.

        >>> y.measure("repairs_within_1_workday").by("cause")
        >>> y.measure({"table": "tickets", "agg": "share", "where": "repair", "value": "hours <= 8"}).value
        """
        from helpers.lab.measured import Measured

        self.look()
        if isinstance(spec, str):
            if spec not in self.declared.measures:
                raise unknown("no_measure", "度量", spec, self.declared.measures)
            return Measured(self, self.engine, spec)
        return Measured(self, self.over(self._with(spec)), TRIED)

    def explain(self, measure: str, by: str | Sequence[str] = (), target: str | None = None) -> Explained:
        """What the gap between target and actual is made of, over each of some columns; the parts add up to it.

        ``measure``: the name of a measure, or the id of an indicator or of a part. ``by``: as its ``explain`` when not
        said. ``target``: another one than that of its indicator.

        >>> y.explain("repairs_within_1_workday", by=["cause", "part_no"])
        """
        from helpers.lab.contributions import explained

        self.look()
        with in_words():
            return explained(self, measure, [by] if isinstance(by, str) else list(by), target)

    def trace(self, figure: str) -> pd.DataFrame:
        """The rows behind a figure: a measure, an indicator or part by id, or a figure of the report by its id.

        ``_value`` is what each row counts for. Personal columns are left out.

        >>> y.trace("activities.审判庭保障")
        """
        from helpers.lab.traced import traced

        self.look()
        with in_words():
            return traced(self, figure)

    def try_target(self, indicator: str, target: str) -> Tried:
        """What the year would come to with another target for an indicator, or a part of one; nothing is written.

        >>> y.try_target("satisfaction", "≥92%")
        """
        from helpers.lab.tried import tried

        self.look()
        with in_words():
            return tried(self, indicator, target)

    # --- for the verbs ----------------------------------------------------------------------------

    @property
    def engine(self) -> Measures:
        """The declared measures over the tables."""
        if self._engine is None:
            self._engine = self.over(self.declared)
        return self._engine

    def over(self, year: Year) -> Measures:
        """The measures of other declarations over the same tables."""
        return Measures(year, self._folder, self._last)

    def look(self) -> None:
        """Raise ``LabError`` where files have changed since the year was opened: figures would be of two minds."""
        if self._states() != self._seen:
            again = f"重新执行 lab.year({self.fiscal_year})"
            raise LabError("year_changed", f"{self.fiscal_year}年度的文件或整洁表在打开以后有改动", again)

    def _states(self) -> tuple[object, ...]:
        return states([*sorted(self.declared.folder.glob("*.yml")), *sorted(self._folder.glob("*.parquet"))])

    def _with(self, spec: Mapping[str, Any]) -> Year:
        """The year with one measure more; raises ``LabError`` with all that is wrong with it."""
        plain = {"words": "试算的度量", **spec} if isinstance(spec, Mapping) else spec
        model, faults = validated(plain, Measure, Lines("", {}))
        if model is None or faults:
            raise _refused(faults)
        file = self.declared.indicators
        more = replace(self.declared, indicators=file.model_copy(update={"measures": {**file.measures, TRIED: model}}))
        wrong = [one for one in check_measures(more) if one.where.startswith(f"measures.{TRIED}.")]
        if wrong:
            raise _refused(wrong)
        return more


def _refused(faults: Sequence[Fault]) -> LabError:
    """Faults of a measure that stands in no file."""
    said = []
    for one in faults:
        place = one.where.removeprefix(f"measures.{TRIED}.")
        said.append(f"{place}：{one.message}" + (f"（现值 {one.value}）" if one.value else ""))
        said += [f"    建议：{one.hint}"] if one.hint else []
    return LabError("bad_measure", "度量写得不对\n    " + "\n    ".join(said))
