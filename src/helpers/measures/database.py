"""Tidy tables as a DuckDB database that can reach nothing else: no file, no network, no setting."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from helpers.measures.coded_frame import coded_frame as of_batches
from helpers.measures.deadline import interrupted_after
from helpers.year.engine import fence, identifier, literal, one_file, open_engine, threads_for, year_bounds
from helpers.year.fiscal import FiscalYear

#: What a query may hold in memory; beyond it the database spills to disk, up to ``SPILL``.
MEMORY, SPILL = "1500MB", "20GB"
#: How long one query may take.
SECONDS = 600.0


def open_tables(files: Mapping[str, Path], fiscal: FiscalYear | None) -> duckdb.DuckDBPyConnection:
    """Each Parquet file as a view, with ``year_start`` and ``year_end`` where there is a fiscal year.

    The files are read where they lie; memory is bounded, and expressions can reach no other file.
    """
    size = sum(path.stat().st_size for path in files.values() if path.is_file())
    connection = open_engine(MEMORY, threads=threads_for(size) or 2)
    for table, path in files.items():
        connection.execute(
            f"CREATE VIEW {identifier(table)} AS SELECT *{year_bounds(fiscal)} FROM read_parquet({one_file(path)})"
        )
    spill = next(iter(files.values())).parent / ".spill" if files else Path(".spill")
    connection.execute(f"SET temp_directory = {literal(str(spill))}")
    connection.execute(f"SET max_temp_directory_size = '{SPILL}'")
    fence(connection, files.values())
    return connection


class QueryStopped(Exception):
    """A query took more time or memory than it may, or failed on a value; ``code`` is for machines."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"[{code}]  {message}")


def run(
    connection: duckdb.DuckDBPyConnection, query: str, what: str, seconds: float = SECONDS
) -> duckdb.DuckDBPyConnection:
    """Execute a query within bounds of time and memory; ``what`` names it in the message.

    Raises ``QueryStopped``.
    """
    with _bounded(connection, what, seconds):
        return connection.execute(query)


def fetch(connection: duckdb.DuckDBPyConnection, query: str, what: str, seconds: float = SECONDS) -> pa.Table:
    """The answer as an Arrow table; see ``run``."""
    with _bounded(connection, what, seconds):
        return connection.sql(query).to_arrow_table()


def frame(connection: duckdb.DuckDBPyConnection, query: str, what: str, seconds: float = SECONDS) -> pd.DataFrame:
    """The answer as a data frame, texts left in Arrow's memory, decimals as floats; see ``run``."""
    table = fetch(connection, query, what, seconds)
    plain = [pa.field(f.name, pa.float64() if pa.types.is_decimal(f.type) else f.type) for f in table.schema]
    answer: pd.DataFrame = table.cast(pa.schema(plain)).to_pandas(date_as_object=False)
    return answer


#: Rows that are in memory as texts at one time while they become numbers.
AT_ONCE = 100_000


def coded_frame(
    connection: duckdb.DuckDBPyConnection, query: str, what: str, few: Collection[str] = (), seconds: float = SECONDS
) -> pd.DataFrame:
    """The answer as a data frame in which each text is a number and a list of texts (a categorical), and so are whole
    numbers in the columns of ``few``: a million rows take some tens of megabytes; see ``run``."""
    with _bounded(connection, what, seconds):
        reader = connection.sql(query).to_arrow_reader(AT_ONCE)
        return of_batches(reader.schema, reader, few)


@contextmanager
def _bounded(connection: duckdb.DuckDBPyConnection, what: str, seconds: float) -> Iterator[None]:
    """Interrupt what runs on the connection after so many seconds, and say in words why it stopped."""
    try:
        with interrupted_after(seconds, connection.interrupt):
            yield
    except duckdb.InterruptException as error:
        raise QueryStopped(
            "too_slow", f"{what}：计算超过 {seconds:g} 秒，已停止。把条件或算式写得简单些，或先在 derived 里算成列"
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise QueryStopped(
            "too_large", f"{what}：计算所需的内存超过 {MEMORY}，已停止。减少分组的取值，或先在 derived 里算成列"
        ) from error
    except duckdb.Error as error:
        raise QueryStopped(
            "not_computable", f"{what}：{in_words(error)}。核对 where、value 里的算式是否适合每一行的值"
        ) from error


#: What a text could not be read as, by DuckDB's name of the type.
_READ_AS = {"INT": "整数", "BIGINT": "整数", "HUGEINT": "整数", "DOUBLE": "数字", "DECIMAL": "数字", "DATE": "日期"}
_READ_AS |= {"TIMESTAMP": "日期时间", "BOOL": "真假"}


def in_words(error: duckdb.Error) -> str:
    """What went wrong with a value, without the value: it may be somebody's name."""
    said = str(error).splitlines()[0]
    found = re.search(r"(?i)convert string .* to '?(\w+).*?(?:source column (\w+))?$", said)
    if isinstance(error, duckdb.ConversionException) and found:
        kind = next((words for name, words in _READ_AS.items() if found[1].upper().startswith(name)), found[1])
        return f"{f'列 {found[2]} ' if found[2] else ''}里有读不成{kind}的文字"
    if isinstance(error, duckdb.ConversionException):
        return "有的值转换不成所要的类型"
    return said
