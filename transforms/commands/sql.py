"""`sql`: ask the published file, or the lake, read-only, whether a load runs or not."""

from __future__ import annotations

import argparse
import sys

import duckdb

from transforms.commands.answer import put
from transforms.settings import Settings
from transforms.warehouse.connection import read_only
from transforms.warehouse.lake_connection import gist


def run(options: argparse.Namespace, settings: Settings) -> int:
    statement = sys.stdin.read() if options.statement == "-" else options.statement
    with read_only(settings.published) as con:
        try:
            answer = con.execute(statement)
            if answer is None:  # DuckDB's answer to nothing but blanks and comments
                raise ValueError("There is no SQL statement to run.")
            found = answer.to_arrow_reader()
        except duckdb.Error as error:
            raise ValueError(f"{gist(error)}.") from error
        put(found, options)
    return 0
