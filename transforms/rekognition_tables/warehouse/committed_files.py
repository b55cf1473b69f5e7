"""The Parquet files that commits name: on this machine, with the checksum of their commit."""

from __future__ import annotations

import glob
import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from rekognition_tables.errors import IncompleteResults, SchemaMismatch
from rekognition_tables.flatten.commits import Commit, TableFile
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.results_root.files import is_local, local
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.ddl import identifier, literal, no_rows

DOWNLOADS_AT_ONCE = 16  # each waits for the object store most of its time
FILES_AT_ONCE = 64  # for DuckDB: an insert keeps 0.7 MB a file (measured, 26 columns) to the end
ADVICE = "Flatten that result again (`rekognition-results flatten`), then load."


def fetch(layout: Layout, commits: Iterable[Commit], folder: Path) -> dict[str, list[Path]]:
    """Where each table's files of these commits can be read, in the commits' order.

    Files of a remote results root are copied to `folder`; local ones are read where they are.
    IncompleteResults, with `file`, when one is gone or is not what its commit says. SchemaMismatch
    when a later program wrote them.
    """
    wanted = [(commit, file) for commit in commits for file in commit.files]
    assert_known("Tables", (file.table for _, file in wanted), TABLES)
    with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
        places = pool.map(lambda one: _fetch_one(layout, one[0], one[1], folder), wanted)
        found: dict[str, list[Path]] = {}
        for (_, file), place in zip(wanted, places, strict=True):
            found.setdefault(file.table, []).append(place)
    return found


@contextmanager
def sources(
    con: duckdb.DuckDBPyConnection, files: Mapping[str, Sequence[Path]]
) -> Iterator[dict[str, str]]:
    """What to read each table's files from, as a FROM clause, in the files' order.

    DuckDB reads a few files itself, big ones in parallel. Many small ones would cost it more memory
    for each file than they hold rows, so they are put together first.
    """
    found: dict[str, str] = {}
    registered = []
    for table, some in files.items():
        if len(some) <= FILES_AT_ONCE and not any(_is_unreadable(str(file)) for file in some):
            found[table] = parquet(table, some)
            columns = con.sql(f"FROM {found[table]} LIMIT 0").columns
            assert_known("Columns", columns, TABLES[table].schema.names, f" of {table}")
        else:
            name = f"files of {table}"
            con.register(name, _together(table, some))
            registered.append(name)
            found[table] = f"temp.main.{identifier(name)}"
    try:
        yield found
    finally:
        for name in registered:
            con.unregister(name)


def _together(table: str, files: Sequence[Path]) -> pa.Table:
    schema = TABLES[table].schema
    with ThreadPoolExecutor() as pool:
        parts = pool.map(lambda file: conformed(pq.ParquetFile(file).read(), schema), files)
        # One chunk: DuckDB would keep each of many apart as it does files.
        return pa.concat_tables(parts).combine_chunks()


def conformed(part: pa.Table, schema: pa.Schema) -> pa.Table:
    """With the columns of today: NULL in those that were added since it was written.

    SchemaMismatch when it has others: a later program wrote it.
    """
    assert_known("Columns", part.schema.names, schema.names)
    columns = [
        part[field.name].cast(field.type)
        if field.name in part.schema.names
        else pa.nulls(len(part), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def assert_known(what: str, found: Iterable[str], known: Iterable[str], of: str = "") -> None:
    """SchemaMismatch for committed data that this program would leave out, for ever."""
    if unknown := set(found) - set(known):
        raise SchemaMismatch(
            f"{what} {', '.join(sorted(unknown))}{of}: a later version of this program wrote them, "
            "and this one does not know them.",
            advice="Load with that version: nothing was changed.",
        )


def parquet(table: str, files: Sequence[Path]) -> str:
    """A FROM clause over these files, in their order, with the columns of today."""
    names = ", ".join(literal(glob.escape(str(file))) for file in files)
    written = f"read_parquet([{names}], hive_partitioning = false, union_by_name = true)"
    return f"(FROM {written} UNION ALL BY NAME {no_rows(TABLES[table])})"


def _is_unreadable(path: str) -> bool:
    """True for a name that DuckDB cannot be given: a backslash parts folders in its patterns."""
    return "\\" in path and path != glob.escape(path)


def _fetch_one(layout: Layout, commit: Commit, file: TableFile, folder: Path) -> Path:
    path = layout.root / file.path
    try:
        if is_local(path):
            place = local(path)
        else:
            place = folder / hashlib.sha256(file.path.encode()).hexdigest()
            with path.open("rb") as source, place.open("wb") as target:
                shutil.copyfileobj(source, target, 2**20)
        with place.open("rb") as data:
            digest = hashlib.file_digest(data, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise _incomplete(commit, file, f"{path} is gone.") from error
    if digest != file.sha256:
        raise _incomplete(commit, file, f"{path} does not have the checksum in its commit.")
    return place


def _incomplete(commit: Commit, file: TableFile, what: str) -> IncompleteResults:
    return IncompleteResults(
        what,
        operation=commit.key.operation,
        job_id=commit.key.job_id,
        attempt=commit.attempt,
        file=file.path,
        advice=ADVICE,
    )
