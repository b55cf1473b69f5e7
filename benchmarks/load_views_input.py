"""A warehouse of so many million labels, and as many moderation rows, as loads would leave it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

from benchmarks.load import NOON, fill
from transforms.layout import Layout
from transforms.tables import SCHEMA_VERSION
from transforms.warehouse.connection import opened
from transforms.warehouse.precomputed import compute_anew

IMAGES = 10_000  # of a bulk job, the most it takes
JOB = "md5('m' || (i // 10000))"
KEY = "'2026/' || lpad((i // 10000 % 12 + 1)::VARCHAR, 2, '0') || '/shop-' || (hash(i) % 200)"
ROOTS = ["Explicit", "Violence", "Visually Disturbing", "Drugs & Tobacco", "Alcohol", "Gambling"]
# Half of the images have findings: one of the first level, one of the second under it, and every
# fourth one of the third. Each tenth job looks at the images of the job before it again.
MODERATION = {
    "media_analysis_jobs": f"SELECT {JOB} AS job_id, 'bulk' AS mode, 'SUCCEEDED' AS status,"
    " $noon::TIMESTAMPTZ + to_seconds(i) AS creation_timestamp,"
    " $noon::TIMESTAMPTZ + to_seconds(i + 60) AS completion_timestamp"
    " FROM range(0, $images, 10000) t(i)",
    "moderation_images": f"SELECT {JOB} AS job_id, i % 10000 AS image_index,"
    " 's3://media/' || key AS source_ref, 'media' AS source_ref_bucket, key AS source_ref_key,"
    " (i // 10000 % 10 // 9 + 6) || '.1' AS moderation_model_version FROM (SELECT i,"
    f" {KEY.replace('i //', 'n //').replace('hash(i)', 'hash(n)')} || '/' || n || '.jpg' AS key"
    " FROM (SELECT i, CASE WHEN i // 10000 % 10 = 9 THEN i - 10000 ELSE i END AS n"
    " FROM range($images) t(i)))",
    "moderation_labels": f"SELECT {JOB} AS job_id, i % 10000 AS image_index, n AS label_index,"
    " CASE n WHEN 0 THEN root WHEN 1 THEN root || ' 2' ELSE root || ' 3' END AS name,"
    " CASE n WHEN 0 THEN '' WHEN 1 THEN root ELSE root || ' 2' END AS parent_name,"
    " n + 1 AS taxonomy_level, 50 + hash(i, n) % 50000 / 1000.0 AS confidence"
    " FROM (SELECT i, $roots[(hash(i) % 6 + 1)::BIGINT] AS root FROM range(0, $images, 2) t(i)),"
    " range(3) s(n) WHERE n < 2 OR i % 8 = 0",
}


def first_job() -> str:
    """A video job that every warehouse has."""
    return hashlib.md5(b"0").hexdigest()


def first_image() -> str:
    """An image that every warehouse has."""
    with duckdb.connect(":memory:") as con:
        query = "SELECT source_ref FROM (" + MODERATION["moderation_images"] + ")"
        ((name,),) = con.execute(f"{query} ORDER BY image_index LIMIT 1", {"images": 1}).fetchall()
    return str(name)


def filled(layout: Layout, warehouse: Path, millions: float) -> None:
    fill(layout, warehouse, millions)
    images = max(int(millions * 1_000_000) // 2 // IMAGES, 1) * IMAGES
    with opened(warehouse, 0) as con:
        values = {"images": images, "noon": NOON, "roots": ROOTS}
        for table, query in MODERATION.items():
            used = {name: value for name, value in values.items() if f"${name}" in query}
            con.execute(f"INSERT INTO {table} BY NAME {query}", used)
        con.execute(
            "INSERT INTO loads BY NAME SELECT job_id, 'media_analysis' AS operation,"
            " '00001' AS attempt, $version AS schema_version,"
            " map {'moderation_images': 10000} AS row_counts, true AS reconciled,"
            " false AS held_back, $noon::TIMESTAMPTZ AS landed_at,"
            " $noon::TIMESTAMPTZ AS flattened_at FROM media_analysis_jobs",
            {"version": SCHEMA_VERSION, "noon": NOON},
        )
        con.execute("BEGIN")
        compute_anew(con)
        con.execute("COMMIT")
