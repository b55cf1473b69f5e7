"""Superset's connection to the published file: read-only, and new for each query.

DuckDB shares one open file among all connections of a process that name the same path, so a server
that opened the file itself would go on showing the old rows after a load. Here each connection is
an in-memory DuckDB of its own with the file attached: it sees the file that is there at that
moment, whole, and keeps it to its end.

What it runs are SELECTs that read tables. DuckDB's own parser says what a text is, so no way of
writing hides a function from that. The list is of what is allowed: of DuckDB's other table
functions some read or write files, some take raw addresses in memory, some change the process, and
with some one SELECT ends the server.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer
from typing import Any, Self

import duckdb
from duckdb_engine import ConnectionWrapper

CATALOG = "rekognition"
MEMORY = "512MB"  # of one query, which cannot spill: no file system is left to it
SECONDS = 120.0  # of one query: as long as its server waits for it (serve.sh)
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,  # nothing is downloaded
    "autoload_known_extensions": False,
    "memory_limit": MEMORY,
    "python_enable_replacements": False,  # no variable of Superset's is a table
    "temp_directory": "",
}
# What a program that writes to a DuckDB file keeps beside it. DuckDB adds the rows in it to what
# it reads, so whoever can put such a file there could forge what dashboards show.
LOGS = (".wal", ".wal.checkpoint", ".wal.recovery")
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
# One call makes a value of any length at once, past the limits of memory and time.
REFUSED_FUNCTIONS = frozenset(
    {"array_resize", "bitstring", "format", "list_resize", "lpad", "printf", "repeat", "rpad"}
)
NO_SELECT = (
    "Only SELECT statements are allowed here: this connection reads tables and nothing else."
)


class ReadingConnection:
    """DuckDB's connection, down to what Superset needs of it, which runs SELECTs on tables only."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self.begin, self.commit, self.rollback = con.begin, con.commit, con.rollback
        self.close = con.close

    def execute(self, statement: str, parameters: object = None) -> Self:
        refuse_all_but_reading(self._con, statement)
        self._within_limits(lambda: self._con.execute(statement, parameters))
        return self

    def fetchone(self) -> Any:
        return self._within_limits(self._con.fetchone)

    def fetchmany(self, size: int = 1) -> Any:
        return self._within_limits(lambda: self._con.fetchmany(size))

    def fetchall(self) -> Any:
        return self._within_limits(self._con.fetchall)

    def _within_limits(self, work: Callable[[], Any]) -> Any:
        """`work` of DuckDB's; one sentence when it takes too much memory or time."""
        watch = Timer(SECONDS, self._con.interrupt)
        watch.start()
        try:
            return work()
        except duckdb.OutOfMemoryException as error:
            raise duckdb.OutOfMemoryException(
                f"The query needs more than {MEMORY} of memory: narrow it, or take fewer columns."
            ) from error
        except duckdb.InterruptException as error:
            raise duckdb.InterruptException(
                f"The query takes more than {SECONDS:g} seconds: narrow it."
            ) from error
        finally:
            watch.cancel()

    @property
    def description(self) -> Any:
        return self._con.description

    @property
    def rowcount(self) -> int:
        return self._con.rowcount

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(published: Path) -> ReadingConnection:
    """The published file, attached read-only and chosen; nothing else on this machine is reachable.

    PermissionException when a log is beside the file.
    """
    for log in (published.with_name(published.name + ending) for ending in LOGS):
        if log.exists():
            raise duckdb.PermissionException(
                f"{log} would change what {published.name} shows, and no load puts it there: find "
                "out who did, and run `rekognition-results publish`, which removes it."
            )
    con = duckdb.connect(":memory:", config=CONFIG)
    try:
        path = str(published).replace("'", "''")
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"ATTACH '{path}' AS {CATALOG} (READ_ONLY)")
        con.execute(f"USE {CATALOG}")
        # Without external access an attached file and its log can still be opened by name, so the
        # file system goes too; the handle that is open stays. SQL cannot take any of it back.
        con.execute("SET enable_external_access = false")
        con.execute("SET disabled_filesystems = 'LocalFileSystem'")
        con.execute("SET lock_configuration = true")
    except duckdb.Error:
        con.close()
        raise
    return ReadingConnection(con)


def mutator(published: Path) -> Callable[..., tuple[Any, dict[str, Any]]]:
    """A DB_CONNECTION_MUTATOR: connections of `duckdb:///:memory:` are made by `connect`."""

    def mutate(uri: Any, params: dict[str, Any], *_: Any) -> tuple[Any, dict[str, Any]]:
        if uri.drivername == "duckdb" and uri.database == ":memory:":
            own: Any = connect  # not DuckDB's class, but all of it that the wrapper uses
            params = {**params, "creator": lambda: ConnectionWrapper(own(published))}
        return uri, params

    return mutate


def refuse_all_but_reading(con: duckdb.DuckDBPyConnection, statement: str) -> None:
    """PermissionException for what is no SELECT, or calls a function that is not allowed.

    `con`: any connection; only its parser is used. ParserException for what is no SQL.
    """
    if len(statement) > CHARACTERS:
        raise duckdb.PermissionException(
            f"The statement has more than {CHARACTERS:,} characters: shorten it."
        )
    for kind, function in _functions(_parsed(con, statement)):
        if kind == "FUNCTION" and function in REFUSED_FUNCTIONS:
            raise duckdb.PermissionException(
                f"The function {function} is not allowed here: one call can fill the memory."
            )
        if kind == "TABLE_FUNCTION" and function not in TABLE_FUNCTIONS:
            raise duckdb.PermissionException(
                f"The table function {function} is not allowed here: this connection reads tables "
                "and nothing else."
            )


def _parsed(con: duckdb.DuckDBPyConnection, statement: str) -> Any:
    with con.cursor() as parser:
        question = "SELECT json_serialize_sql(?::VARCHAR)"
        found = parser.execute(question, [statement]).fetchall()[0][0]
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


def _functions(tree: Any) -> Iterator[tuple[str, str]]:
    """Every function that is called in what DuckDB parsed: its kind and its name.

    A table function's has schema and catalog where they are given; of others they change nothing.
    """
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
                yield "TABLE_FUNCTION", ".".join(filter(None, parts)).lower()
            elif node.get("class") == "FUNCTION":
                yield "FUNCTION", node["function_name"].lower()
