"""One load's statements, in its transaction: replace results, write the ledger, check, derive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from rekognition_tables.errors import IncompleteResults, ReconciliationFailed
from rekognition_tables.flatten.commits import Commit, other_version
from rekognition_tables.operations.names import OPERATIONS, Operation
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.operations.table import KEYS
from rekognition_tables.operations.tables import TABLES, WRITTEN, Table
from rekognition_tables.results_root.layout import ResultKey
from rekognition_tables.warehouse import precomputed
from rekognition_tables.warehouse.checks import checks
from rekognition_tables.warehouse.committed_files import assert_known
from rekognition_tables.warehouse.connection import CATALOG
from rekognition_tables.warehouse.ddl import identifier, literal
from rekognition_tables.warehouse.sql_files import read

RESULTS_AT_ONCE = 1000
ROWS_AT_ONCE = 2_000_000  # what the checks group at once, and small files hold together, in memory


def in_batches(wanted: Iterable[Commit]) -> Iterator[list[Commit]]:
    """Commits in groups that one statement per table can take."""
    batch: list[Commit] = []
    rows = 0
    for commit in wanted:
        size = sum(file.rows for file in commit.files)
        if batch and (len(batch) == RESULTS_AT_ONCE or rows + size > ROWS_AT_ONCE):
            yield batch
            batch, rows = [], 0
        batch.append(commit)
        rows += size
    if batch:
        yield batch


def ledger_rows(batch: Sequence[Commit], loaded_at: datetime) -> pa.Table:
    """One row of `loads` per commit; a held back one is in the ledger with loaded_at NULL."""
    rows = [
        {
            **commit.facts,
            "job_id": commit.key.job_id,
            "operation": commit.key.operation,
            "aggregate_by": commit.key.aggregate_by,
            "attempt": commit.attempt,
            "schema_version": commit.schema_version,
            "row_counts": list(commit.row_counts.items()),
            "reconciled": commit.reconciled,
            "reason": commit.reason,
            "accepted_reason": commit.accepted.reason if commit.accepted else None,
            "held_back": commit.held_back,
            "landed_at": commit.landed_at,
            "flattened_at": commit.flattened_at,
            "loaded_at": None if commit.held_back else loaded_at,
        }
        for commit in batch
    ]
    return pa.Table.from_pylist(rows, schema=TABLES["loads"].schema)


def in_ledger(
    con: duckdb.DuckDBPyConnection, keys: Iterable[ResultKey]
) -> dict[ResultKey, tuple[object, ...]]:
    """What of those jobs is in the warehouse, to compare with `fingerprint` of a commit."""
    jobs = list({key.job_id for key in keys})
    query = (
        f"{read('load', 'read_ledger').statement}\nWHERE job_id IN (SELECT UNNEST(?::VARCHAR[]))"
    )
    rows = con.execute(query, [jobs]).fetchall()
    return {
        ResultKey(operation, job_id, aggregate_by): tuple(rest)
        for operation, job_id, aggregate_by, *rest in rows
        if operation in OPERATIONS  # a later program may have loaded others
    }


def assert_of_these_versions(con: duckdb.DuckDBPyConnection, replaced: Iterable[ResultKey]) -> None:
    """SchemaMismatch when rows of another version are there that this load does not replace."""
    versions = con.execute(f"SELECT DISTINCT operation, schema_version FROM {CATALOG}.loads")
    for operation, version in versions.fetchall():
        if operation not in SPECS or version == SPECS[operation].schema_version:
            continue  # of an operation that this program does not know nothing is touched
        query = (
            f"SELECT job_id, aggregate_by FROM {CATALOG}.loads"
            " WHERE operation = ? AND schema_version = ?"
        )
        rows = con.execute(query, [operation, version]).fetchall()
        keys = {ResultKey(operation, *row) for row in rows} - set(replaced)
        if keys:
            raise other_version(operation, version, f"{operation} {min(keys).name}")


def fingerprint(commit: Commit) -> tuple[object, ...]:
    """Changes whenever the result must be loaded again."""
    return (
        commit.attempt,
        commit.schema_version,
        round(commit.flattened_at.astimezone(UTC).timestamp() * 1_000_000),
        commit.accepted.reason if commit.accepted else None,
    )


def replace_results(
    con: duckdb.DuckDBPyConnection,
    batch: Sequence[Commit],
    sources: Mapping[str, str],
    there: set[ResultKey],
    loaded_at: datetime,
) -> dict[str, int]:
    """Put `batch` in the place of what stands of the same results. Rows written, by table.

    `sources`: where the rows of those that are not held back come from. `there`: results of the
    ledger; only those are deleted, so that a new result costs no scan of the tables.
    """
    replaced = [commit for commit in batch if commit.key in there]
    if replaced:
        _delete(con, replaced)
    shown = [commit for commit in batch if not commit.held_back]
    counts = {
        table.name: _insert(con, table, sources[table.name], shown)
        for table in WRITTEN
        if table.name in sources
    }
    con.register("ledger_rows", ledger_rows(batch, loaded_at))
    columns = _columns(TABLES["loads"])
    con.execute(
        f"INSERT INTO {CATALOG}.loads ({columns}) SELECT {columns} FROM temp.main.ledger_rows"
    )
    return counts


def _delete(con: duckdb.DuckDBPyConnection, replaced: Sequence[Commit]) -> None:
    con.register("replaced", ledger_rows(replaced, datetime.now(UTC)).select(list(KEYS)))
    _assert_all_can_be_deleted(con)
    operations_replaced = {commit.key.operation for commit in replaced}
    tables = [one for one in TABLES.values() if operations_replaced & set(one.operations)]
    for table in tables:
        con.execute(
            f"DELETE FROM {_qualified(table)} AS old USING temp.main.replaced "
            f"WHERE {_same_result(table, 'old', 'replaced')} AND {_written_by(table, 'replaced')}"
        )
    precomputed.delete(con, "temp.main.replaced", operations_replaced)
    con.unregister("replaced")


def _assert_all_can_be_deleted(con: duckdb.DuckDBPyConnection) -> None:
    """SchemaMismatch when a result to replace has rows in a table that is not known here."""
    same = _same_result(TABLES["loads"], "load", "replaced")
    query = (
        f"SELECT DISTINCT UNNEST(MAP_KEYS(row_counts)) FROM {CATALOG}.loads AS load "
        f"SEMI JOIN temp.main.replaced ON {same}"
    )
    assert_known("Tables", (str(name) for (name,) in con.execute(query).fetchall()), TABLES)


def _insert(
    con: duckdb.DuckDBPyConnection, table: Table, source: str, shown: Sequence[Commit]
) -> int:
    statement = (
        f"INSERT INTO {_qualified(table)} ({_columns(table)}) SELECT {_columns(table)} "
        f"FROM {source}"
    )
    (written,) = con.execute(statement).fetchall()[0]
    wanted = sum(commit.row_counts.get(table.name, 0) for commit in shown)
    if written != wanted:
        files = [file.path for one in shown for file in one.files if file.table == table.name]
        raise IncompleteResults(
            f"The commits name {wanted} rows of {table.name}, their files hold {written}: "
            f"{', '.join(files[:3])}{', ...' if len(files) > 3 else ''}.",
            file=files[0],
            advice="Flatten those results again, then load.",
        )
    return int(written)


def check_and_precompute(con: duckdb.DuckDBPyConnection, sources: Mapping[str, str]) -> None:
    """Every check over the results being loaded, then what is derived from them.

    ReconciliationFailed names check and result. Temporary relations of the tables' names stand
    before the tables, so the same SQL looks at a batch here and at the whole of a published file.
    Of a table with one row a result they hold what the warehouse now has of these results, and so
    a result that already was there; of the others they are the rows being loaded, since to look for
    more would cost what the warehouse is large. What else stands there is for the same checks over
    all that is published (the DAG `check_warehouse`).
    """
    for table in TABLES.values():
        kind, rows = _in_this_load(table, sources)
        con.execute(f"CREATE TEMP {kind} {identifier(table.name)} AS {rows}")
    for check in checks().values():
        failures = con.execute(f"{check.statement}\nLIMIT 1").fetchall()
        if failures:
            raise _failed(check.name, *failures[0])
    precomputed.compute(con, _with_rows(sources))
    for table in TABLES.values():
        kind, _ = _in_this_load(table, sources)
        con.execute(f"DROP {kind} temp.main.{identifier(table.name)}")
    con.unregister("ledger_rows")


def _with_rows(sources: Mapping[str, str]) -> set[Operation]:
    """The operations of which this load has rows."""
    return {name for name, spec in SPECS.items() if any(one.name in sources for one in spec.tables)}


def _in_this_load(table: Table, sources: Mapping[str, str]) -> tuple[str, str]:
    """What the checks of a load take for `table`: TABLE or VIEW, and its rows."""
    rows = f"SELECT {_columns(table)} FROM"
    if not table.one_a_result:
        return "VIEW", f"{rows} {sources.get(table.name, f'{_qualified(table)} WHERE false')}"
    same = _same_result(table, "there", "batch")
    return "TABLE", (  # read once: in a lake that is as many requests as it has files
        f"{rows} {_qualified(table)} AS there SEMI JOIN temp.main.ledger_rows AS batch "
        f"ON {same} AND {_written_by(table, 'batch')}"
    )


def _same_result(table: Table, one: str, other: str) -> str:
    """A condition: rows of `table` and another one are of the same result."""
    return " AND ".join(
        f"{one}.{key} IS NOT DISTINCT FROM {other}.{key}"
        if key == "aggregate_by"
        else f"{one}.{key} = {other}.{key}"
        for key in table.keys
    )


def _written_by(table: Table, results: str) -> str:
    """A condition: the operation of these results writes `table`."""
    operations = ", ".join(literal(operation) for operation in table.operations)
    return f"{results}.operation IN ({operations})"


def _failed(
    check: str, operation: str, job_id: str, aggregate_by: str | None, problem: str
) -> ReconciliationFailed:
    form = f" {aggregate_by}" if aggregate_by else ""
    return ReconciliationFailed(
        f"Check {check} failed for {operation} {job_id}{form}: {problem}. Nothing was loaded.",
        operation=operation,
        job_id=job_id,
        aggregate_by=aggregate_by,
        reason=problem,
        check=check,
        advice="Look at the landed result, flatten it again, then load; rows that somebody put "
        "into the warehouse are gone after `rekognition-results load --all`.",
    )


def _qualified(table: Table) -> str:
    return f"{CATALOG}.main.{identifier(table.name)}"


def _columns(table: Table) -> str:
    return ", ".join(identifier(name) for name in table.names)
