"""The process of one of Superset's connections: it asks the published file, and ends with it.

    python query_process.py FILE MEMORY_BYTES SECONDS RESULT_BYTES     started by published.py

It reads calls of DuckDB's connection from its standard input, and answers them. DuckDB counts only
some of its memory, so the system limits that of the process, and ends it when a call takes too
long. Whatever else a statement does to its process, Superset's goes on.

What it runs are SELECTs that read tables. DuckDB's own parser says what a text is, so no way of
writing hides a function from that. The list is of what is allowed: of DuckDB's other table
functions some read or write files, some take raw addresses in memory, and some change the process.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

CATALOG = "rekognition"
MEMORY = "512MB"  # of what DuckDB counts; it cannot spill, since it has no file system
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,  # nothing is downloaded
    "autoload_known_extensions": False,
    "memory_limit": MEMORY,
    "python_enable_replacements": False,  # no variable of this program is a table
    "temp_directory": "",
}
# Where the machine or container itself has no memory left, Linux ends a query and not Superset.
WHO_ENDS_FIRST = Path("/proc/self/oom_score_adj")
CALLS = frozenset({"execute", "fetchone", "fetchmany", "fetchall"})
CHARACTERS = 100_000  # of a statement: Superset's longest for our charts has about 3,000
TABLE_FUNCTIONS = frozenset(
    {
        "duckdb_columns",
        "duckdb_constraints",
        "duckdb_functions",
        "duckdb_indexes",
        "duckdb_keywords",
        "duckdb_schemas",
        "duckdb_tables",
        "duckdb_types",
        "duckdb_views",
        "generate_series",
        "json_each",
        "json_tree",
        "range",
        "unnest",
    }
)
TOO_MUCH = f"The query needs more than {MEMORY} of memory: narrow it, or take fewer columns."
NO_SELECT = (
    "Only SELECT statements are allowed here: this connection reads tables and nothing else."
)


def attached(published: Path) -> duckdb.DuckDBPyConnection:
    """The published file, attached read-only and chosen; nothing else here is reachable."""
    con = duckdb.connect(":memory:", config=CONFIG)
    path = str(published).replace("'", "''")
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"ATTACH '{path}' AS {CATALOG} (READ_ONLY)")
    con.execute(f"USE {CATALOG}")
    # Without external access an attached file and its log can still be opened by name, so the
    # file system goes too; the handle that is open stays. SQL cannot take any of it back.
    con.execute("SET enable_external_access = false")
    con.execute("SET disabled_filesystems = 'LocalFileSystem'")
    con.execute("SET lock_configuration = true")
    return con


class Reader:
    """Calls of one connection, of which a statement answers `result_bytes` at most."""

    def __init__(self, published: Path, result_bytes: int) -> None:
        self._con = attached(published)
        self._result_bytes = result_bytes
        self._answered = 0

    def answer(self, name: str, arguments: tuple[Any, ...]) -> bytes:
        """What the call gives, pickled, or its error."""
        try:
            answer = pickle.dumps(self._called(name, arguments))
            self._answered += len(answer)
            if self._answered > self._result_bytes:
                raise duckdb.OperationalError(
                    f"The result has more than {self._result_bytes >> 20} MB: take fewer rows or "
                    "columns."
                )
            return answer
        except (duckdb.OutOfMemoryException, MemoryError):
            return pickle.dumps(duckdb.OutOfMemoryException(TOO_MUCH))
        except (duckdb.Error, OverflowError, ValueError) as error:
            return pickle.dumps(error)

    def _called(self, name: str, arguments: tuple[Any, ...]) -> Any:
        if name not in CALLS:
            raise duckdb.PermissionException(f"{name} is not allowed here.")
        if name == "execute":
            self._answered = 0
            refuse_all_but_reading(self._con, arguments[0])
        found = getattr(self._con, name)(*arguments)
        if not isinstance(found, duckdb.DuckDBPyConnection):
            return found
        # Superset reads the names alone, and DuckDB's types cannot be sent.
        return [(column[0], *[None] * 6) for column in found.description or []], found.rowcount


def refuse_all_but_reading(con: duckdb.DuckDBPyConnection, statement: str) -> None:
    """PermissionException for what is no SELECT, or reads a table function that is not allowed.

    `con`: any connection; only its parser is used. ParserException for what is no SQL.
    """
    if len(statement) > CHARACTERS:
        raise duckdb.PermissionException(
            f"The statement has more than {CHARACTERS:,} characters: shorten it."
        )
    for function in _table_functions(_parsed(con, statement)):
        if function not in TABLE_FUNCTIONS:
            raise duckdb.PermissionException(
                f"The table function {function} is not allowed here: this connection reads tables "
                "and nothing else."
            )


def _parsed(con: duckdb.DuckDBPyConnection, statement: str) -> Any:
    # no parameter: for one, DuckDB imports pandas, which takes half a second in a new process
    text = statement.replace("'", "''")
    with con.cursor() as parser:
        found = parser.execute(f"SELECT json_serialize_sql('{text}')").fetchall()[0][0]
    try:
        tree = json.loads(found)
    except RecursionError as error:
        raise duckdb.PermissionException(
            "The statement is nested too deeply: write it with fewer levels."
        ) from error
    if tree["error"]:
        if tree["error_type"] == "parser":
            raise duckdb.ParserException(f"Parser Error: {tree['error_message']}")
        raise duckdb.PermissionException(NO_SELECT)
    return tree["statements"]


def _table_functions(tree: Any) -> Iterator[str]:
    """Every table function in what DuckDB parsed, with schema and catalog where they are given."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            waiting.extend(node.values())
            if node.get("type") == "TABLE_FUNCTION":
                call = node["function"]
                parts = (call["catalog"], call["schema"], call["function_name"])
                yield ".".join(filter(None, parts)).lower()


def main() -> None:
    published, memory, seconds, result_bytes = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever DuckDB prints is no answer
    resource.setrlimit(resource.RLIMIT_DATA, (int(memory), int(memory)))
    with suppress(OSError):  # no Linux
        WHO_ENDS_FIRST.write_text("1000")
    try:
        reader = Reader(Path(published), int(result_bytes))
    except duckdb.Error as error:
        pickle.dump(error, answers)
        return
    answer = pickle.dumps(None)
    while True:
        answers.write(answer)
        answers.flush()
        try:
            name, arguments = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_REAL, float(seconds))  # SIGALRM ends the process
        answer = reader.answer(name, arguments)
        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    main()
