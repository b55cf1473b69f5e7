"""`sql`: ask the published file, or the lake, whose tables no SQL can change here.

Everything else is DuckDB with the rights of who asks: other files can be read and written.
"""

from __future__ import annotations

import argparse
import sys

import duckdb

from rekognition_tables.cli.printed.answer import put
from rekognition_tables.cli.printed.question import asked
from rekognition_tables.settings import Settings
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.lake.connection import gist


def run(options: argparse.Namespace, settings: Settings) -> int:
    statement = sys.stdin.read() if options.statement == "-" else options.statement
    with read_only(settings.published) as con:
        begun = False
        try:
            with asked(con, statement) as (schema, batches):
                begun = True
                put(schema, batches, options)
        except (duckdb.Error, ValueError) as error:
            told = f"{gist(error)}." if isinstance(error, duckdb.Error) else str(error)
            raise ValueError(f"{told} {_left(options)}" if begun else told) from error
    return 0


def _left(options: argparse.Namespace) -> str:
    """What became of an answer that had begun."""
    if options.parquet:
        return f"{options.parquet} is not written."
    return "What was printed is not the whole answer."
