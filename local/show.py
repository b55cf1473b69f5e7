"""What a person sees at the end of the demo: tables, answers, and the next thing to try."""

from __future__ import annotations

import duckdb
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from rekognition_tables.errors import ResultsError
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.settings import Settings
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.sql_files import read

QUERIES = {
    "top_labels_by_screen_time": "Top labels by screen time",
    "images_that_need_review": "Images that need review",
    "jobs_and_whether_they_reconcile": "Jobs, and whether they reconcile",
}


def show_results(console: Console, settings: Settings, seconds: float) -> bool:
    """Print what the published file holds; True when there are jobs and all of them reconcile."""
    try:
        with read_only(settings.published) as con:
            jobs, unreconciled = _show_tables(console, con)
    except (FileNotFoundError, ResultsError) as error:
        console.print(f"[red]There is nothing published to read[/]: {error}")
        return False
    verdict = "all reconcile" if jobs and not unreconciled else f"{unreconciled} do not reconcile"
    console.print(f"{jobs} results, {verdict}. {seconds:.0f} seconds.")
    console.print(f"\nPublished: {settings.published}", soft_wrap=True)
    console.print(
        "Next: source .venv/bin/activate\n"
        "      rekognition-results sql "
        '"SELECT name, count(*) FROM latest_labels GROUP BY ALL ORDER BY 2 DESC LIMIT 5"',
        soft_wrap=True,
    )
    console.print("      make up    Airflow with its web page, on the same data")
    return bool(jobs) and not unreconciled


def _show_tables(console: Console, con: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Print rows and answers. How many results there are, and how many do not reconcile."""
    counts = Table("table", "rows", title="Tables", title_justify="left", box=SIMPLE)
    counts.columns[1].justify = "right"
    for name in TABLES:
        ((rows,),) = con.execute(f'SELECT count(*) FROM "{name}"').fetchall()
        counts.add_row(name, f"{rows:,}")
    console.print(counts)
    for name, title in QUERIES.items():
        console.print(_answer(con, name, title))
    query = "SELECT count(*), count(*) FILTER (NOT reconciled) FROM loads"
    ((jobs, unreconciled),) = con.execute(query).fetchall()
    return jobs, unreconciled


def _answer(con: duckdb.DuckDBPyConnection, name: str, title: str) -> Table:
    found = con.execute(read("queries", name).statement)
    columns = [column[0] for column in found.description or ()]
    table = Table(title=title, title_justify="left", box=SIMPLE)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in found.fetchall():
        table.add_row(*(_cell(name, cell) for name, cell in zip(columns, row, strict=True)))
    return table


def _cell(name: str, cell: object) -> str:
    if cell is None:
        return ""
    text = str(cell)
    if name == "job_id":
        return text if len(text) <= 12 else f"{text[:8]}…"
    # Of s3://bucket/key the key: it all has to fit into 80 characters.
    return text.split("/", 3)[-1] if name == "source_ref" else text
