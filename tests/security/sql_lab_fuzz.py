"""Statements for SQL Lab's connection: every function and setting of DuckDB, with odd arguments.

As a program it runs those that it is given as JSON lines, and says how each one ended.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from bi.superset.published import connect

ODD = {
    "VARCHAR": ["'{folder}/written'", "'-1'"],
    "BIGINT": ["-1", "9223372036854775807"],
    "INTEGER": ["-1", "2147483647"],
    "DOUBLE": ["'nan'::DOUBLE", "-1e308"],
    "BOOLEAN": ["true", "NULL"],
    "BLOB": ["'\\xFF\\x00'::BLOB", "''::BLOB"],
    "POINTER": ["1", "-1"],
    "DATE": ["DATE '290309-12-22 (BC)'", "'infinity'::DATE"],
    "TIMESTAMP": ["'-infinity'::TIMESTAMP", "TIMESTAMP '294247-01-10'"],
    "INTERVAL": ["INTERVAL '-178956970 years'", "INTERVAL '1 microsecond'"],
}
ANY = ["'{folder}/written'", "-1"]
LISTS = ["[]", "['{folder}/written', NULL]"]
ALWAYS = [  # what was done on the landed code, and its neighbours
    "SELECT * FROM enable_logging(storage='file', storage_config={{'path': '{folder}/log'}})",
    "SELECT * FROM enable_logging(storage='file', storage_path='{folder}/log')",
    "CALL enable_logging(storage='file', storage_path='{folder}/log')",
    "SELECT * FROM enable_profiling(save_location='{folder}/profile')",
    "SELECT * FROM arrow_scan(1, 1, 1)",
    "SELECT * FROM pandas_scan(1)",
    "SELECT * FROM query('FROM enable_logging(storage=''stdout'')')",
    "SELECT * FROM query('FROM pandas_scan(1)')",
    "FROM json_execute_serialized_sql(json_serialize_sql('FROM pandas_scan(1)'))",
    "WITH a AS (FROM pandas_scan(1)) SELECT 1",
    "SELECT (SELECT count(*) FROM pandas_scan(1))",
    "DESCRIBE FROM pandas_scan(1)",
    "SELECT 1; CALL enable_logging(storage='stdout')",
    "PREPARE a AS FROM pandas_scan(1)",
    "CREATE MACRO memory.main.m() AS TABLE FROM pandas_scan(1)",
    "CREATE TABLE memory.main.t AS SELECT 1",
    "EXPORT DATABASE '{folder}/export'",
    "COPY (SELECT 1) TO '{folder}/copy.csv'",
    "COPY (SELECT 'x'::BLOB) TO '{folder}/published.duckdb.wal' (FORMAT blob)",
    "ATTACH '{folder}/other.duckdb'",
    "INSTALL httpfs",
    "LOAD '{folder}/x.duckdb_extension'",
    "CHECKPOINT",
]
TEXT = "repeat('x', 100_000)"
LONG_VALUES = [  # each needs more than a query may have, in one value or in many
    "SELECT repeat('x', 3000000000)",
    "SELECT rpad('x', 2000000000, 'yyyyyyyyyyyyyyyy')",
    "SELECT printf('%2000000000d', 1)",
    "SELECT format('{:2000000000}', 1)",
    "SELECT array_resize([1], 1000000000)",
    "SELECT string_agg(repeat('x', 1000000), '') FROM range(3000)",
    "SELECT list(repeat('x', 1000000)) FROM range(3000)",
    f"SELECT replace({TEXT}, 'x', repeat('y', 30000))",
    f"SELECT regexp_replace({TEXT}, 'x', repeat('y', 30000), 'g')",
    f"SELECT translate({TEXT}, 'x', 'y') FROM range(30000)",
    "SELECT list_transform(range(3000), lambda x: repeat('x', 1000000))",
    "SELECT list_reduce(list_transform(range(40), lambda i: 'xx'), lambda x, y: x || x)",
    "SELECT repeat(repeat('x', 1000000), 3000)",
    "SELECT string_split(repeat('x,', 100000000), ',')",
    "SELECT to_json(range(300000000))",
    "WITH RECURSIVE a AS (SELECT 'x' AS x UNION ALL SELECT x || x FROM a) SELECT max(x) FROM a",
    "SELECT * FROM range(9223372036854775807) ORDER BY hash(range) LIMIT 1 OFFSET 100000000000",
]


def statements(folder: Path) -> list[str]:
    made = [*ALWAYS, *_functions(), *_settings()]
    told = [one.format(folder=folder) for one in made]
    return list(dict.fromkeys([*told, *LONG_VALUES]))


def _functions() -> Iterator[str]:
    found = duckdb.sql(
        "SELECT DISTINCT function_name, function_type, parameter_types"
        " FROM duckdb_functions() ORDER BY ALL"
    ).fetchall()
    for name, kind, types in found:
        quoted = '"' + name.replace('"', '""').replace("{", "{{").replace("}", "}}") + '"'
        for arguments in _arguments([kind_ or "ANY" for kind_ in types or ()]):
            if kind in ("table", "table_macro"):
                yield f"SELECT * FROM {quoted}({arguments})"
                yield f"CALL {quoted}({arguments})"
            elif kind == "pragma":
                yield f"PRAGMA {name}" + (f"({arguments})" if arguments else "")
                yield f"PRAGMA {name} = '{{folder}}/written'"
            elif kind in ("scalar", "aggregate", "macro"):
                yield f"SELECT {quoted}({arguments})"


def _arguments(types: list[str]) -> Iterator[str]:
    for which in (0, 1):
        yield ", ".join(_values(kind)[which] for kind in types)
    yield ", ".join("NULL" for _ in types)


def _values(kind: str) -> list[str]:
    if kind.endswith("[]"):
        return LISTS
    return ODD.get(kind, ANY)


def _settings() -> Iterator[str]:
    for (name,) in duckdb.sql("SELECT name FROM duckdb_settings() ORDER BY 1").fetchall():
        yield f"SET {name} = '{{folder}}/written'"
        yield f"SET GLOBAL {name} = 1"
        yield f"RESET {name}"
        yield f"PRAGMA {name} = '{{folder}}/written'"


def own_peak() -> int:
    """In MiB. Not getrusage's, which begins with what the process that started this one had."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def main() -> None:
    """One connection for all, as long as its process goes on."""
    published = Path(sys.argv[1])
    con = connect(published)
    for line in sys.stdin:
        try:
            con.execute(json.loads(line)).fetchmany(1)
            print("answer rows", flush=True)
        except (duckdb.Error, OverflowError, ValueError) as error:
            print("answer", type(error).__name__, flush=True)
            if isinstance(error, duckdb.FatalException | duckdb.InterruptException):
                con.close()
                con = connect(published)
    con.close()
    print("peak", own_peak())
    print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)


if __name__ == "__main__":
    main()
