"""`status`: every published result, and whether it reconciles. 1 when one is held back."""

from __future__ import annotations

import argparse

from rekognition_tables.cli.printed.answer import put
from rekognition_tables.cli.printed.question import asked
from rekognition_tables.settings import Settings
from rekognition_tables.warehouse.connection import read_only

QUERY = """
SELECT operation, job_id, aggregate_by, status, reconciled, held_back, loaded_at,
    coalesce(accepted_reason, reason, status_message) AS note
FROM loads
ORDER BY held_back DESC, reconciled, operation, job_id, aggregate_by
"""
TOTALS = """
SELECT count(*), count(*) FILTER (held_back), count(*) FILTER (NOT reconciled),
    max(loaded_at)::VARCHAR
FROM loads
"""


def run(options: argparse.Namespace, settings: Settings) -> int:
    published = settings.published
    with read_only(published) as con:
        with asked(con, QUERY) as (schema, batches):
            put(schema, batches, options)
        results, held_back, unreconciled, last = con.execute(TOTALS).fetchall()[0]
    if not (options.json or options.csv or options.parquet):
        print(f"\n{results} results, {unreconciled} do not reconcile, {held_back} held back.")
        print(f"{published}, last load {last or 'never'}.")
    return 1 if held_back else 0
