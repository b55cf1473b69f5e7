"""A warehouse of so many million labels, and as many moderation rows, as loads would leave it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

from benchmarks.load import NOON, fill
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import opened
from rekognition_tables.warehouse.precomputed import recompute

VIDEOS = ("label_detection",)
IMAGES = 10_000  # of a bulk job, the most it takes
JOB = "md5('m' || (i // 10000))"
KEY = "'2026/' || lpad((i // 10000 % 12 + 1)::VARCHAR, 2, '0') || '/shop-' || (hash(i) % 200)"
ROOTS = ["Explicit", "Violence", "Visually Disturbing", "Drugs & Tobacco", "Alcohol", "Gambling"]
# Half of the images have findings: one of the first level, one of the second under it, and every
# fourth one of the third. Each tenth job, from the second on, looks with a newer model
# at the images of the job before it again.
MODERATION = {
    "media_analysis_jobs": f"SELECT {JOB} AS job_id, 'bulk' AS mode, 'SUCCEEDED' AS status,"
    " $noon::TIMESTAMPTZ + to_seconds(i) AS creation_timestamp,"
    " $noon::TIMESTAMPTZ + to_seconds(i + 60) AS completion_timestamp"
    " FROM range(0, $images, 10000) t(i)",
    "moderation_images": f"SELECT {JOB} AS job_id, i % 10000 AS image_index,"
    " 's3://media/' || key AS source_ref, 'media' AS source_ref_bucket, key AS source_ref_key,"
    " md5(key) AS source_ref_etag,"
    " CASE WHEN i // 10000 % 10 = 1 THEN '7.1' ELSE '6.1' END AS moderation_model_version"
    " FROM (SELECT i,"
    f" {KEY.replace('i //', 'n //').replace('hash(i)', 'hash(n)')} || '/' || n || '.jpg' AS key"
    " FROM (SELECT i, CASE WHEN i // 10000 % 10 = 1 THEN i - 10000 ELSE i END AS n"
    " FROM range($images) t(i)))",
    "moderation_labels": f"SELECT {JOB} AS job_id, i % 10000 AS image_index, n AS label_index,"
    " CASE n WHEN 0 THEN root WHEN 1 THEN root || ' 2' ELSE root || ' 3' END AS name,"
    " CASE n WHEN 0 THEN '' WHEN 1 THEN root ELSE root || ' 2' END AS parent_name,"
    " n + 1 AS taxonomy_level, 50 + hash(i, n) % 50000 / 1000.0 AS confidence"
    " FROM (SELECT i, $roots[(hash(i) % 6 + 1)::BIGINT] AS root FROM range(0, $images, 2) t(i)),"
    " range(3) s(n) WHERE n < 2 OR i % 8 = 0",
    "moderation_content_types": f"SELECT {JOB} AS job_id, i % 10000 AS image_index,"
    " 0 AS content_type_index, 'Illustrated' AS name, 50 + hash(i) % 50000 / 1000.0 AS confidence"
    " FROM range(0, $images, 10) t(i)",
    # each job left ten more images out
    "manifest_errors": f"SELECT {JOB} AS job_id, i % 10000 // 1000 AS error_index,"
    " ['INVALID_S3_OBJECT', 'IMAGE_TOO_LARGE'][(hash(i) % 2 + 1)::BIGINT] AS code,"
    " 'The image could not be analysed.' AS message FROM range(0, $images, 1000) t(i)",
}
# Half as many labels of moderated videos: at each moment a root and one of its children, which
# change every ten seconds; every tenth label has a content type.
MODERATED_LABELS = 50_000  # of a video
MODERATED_JOB = f"md5('moderated ' || (i // {MODERATED_LABELS}))"
AT = f"i % {MODERATED_LABELS} AS label_index"
MODERATED = {
    "content_moderation_jobs": f"SELECT {MODERATED_JOB} AS job_id, 'TIMESTAMPS' AS aggregate_by,"
    " 'SUCCEEDED' AS job_status, 'media' AS video_s3_object_bucket,"
    f" {MODERATED_JOB} || '.mp4' AS video_s3_object_name, '7.0' AS moderation_model_version,"
    f" {MODERATED_LABELS // 2 * 504} AS video_metadata_duration_millis"
    f" FROM range(0, $labels, {MODERATED_LABELS}) t(i)",
    "video_moderation_labels": f"SELECT {MODERATED_JOB} AS job_id, 'TIMESTAMPS' AS aggregate_by,"
    f" {AT}, i % {MODERATED_LABELS} // 2 * 504 AS timestamp,"
    " CASE i % 2 WHEN 0 THEN root ELSE root || ' 2' END AS name,"
    " CASE i % 2 WHEN 0 THEN '' ELSE root END AS parent_name, i % 2 + 1 AS taxonomy_level,"
    " 50 + hash(i) % 50000 / 1000.0 AS confidence"
    " FROM (SELECT i, $roots[(hash(i // 40) % 6 + 1)::BIGINT] AS root FROM range($labels) t(i))",
    "video_moderation_label_content_types": f"SELECT {MODERATED_JOB} AS job_id,"
    f" 'TIMESTAMPS' AS aggregate_by, {AT}, 0 AS content_type_index, 'Animated' AS name,"
    " 50 + hash(i) % 50000 / 1000.0 AS confidence FROM range(0, $labels, 10) t(i)",
}
# Videos of usual length, each looked at by two models, a day before Amazon forgets the results.
USUAL_LABELS = 3_000
USUAL_JOB = "md5('usual ' || n || ' of model ' || model)"
USUAL = {
    "label_detection_jobs": "SELECT job.* REPLACE ({job} AS job_id,"
    " 'usual-' || n || '.mp4' AS video_s3_object_name, model || '.0' AS label_model_version)"
    " FROM (FROM label_detection_jobs WHERE job_id = $first) AS job",
    **{
        table: f"SELECT one.* REPLACE ({{job}} AS job_id) FROM (FROM {table}"
        f" WHERE job_id = $first AND label_index < {USUAL_LABELS}) AS one"
        for table in TABLES
        if "label_index" in TABLES[table].grain and TABLES[table].operations == VIDEOS
    },
    "label_instance_dominant_colors": "SELECT {job} AS job_id, aggregate_by, label_index,"
    " instance_index, 0 AS color_index, hash(label_index) % 256 AS red, 0 AS blue, 0 AS green,"
    " 'maroon' AS css_color, 12.5 AS pixel_percent FROM (FROM label_instances"
    f" WHERE job_id = $first AND label_index < {USUAL_LABELS})",
    "unknown_fields": "SELECT {job} AS job_id, 'label_detection' AS operation,"
    " 'TIMESTAMPS' AS aggregate_by, 'Labels[].Label.New' || field AS path, 1 AS count"
    " FROM range(3) f(field)",
    "job_requests": "SELECT {job} AS job_id, 'label_detection' AS operation,"
    " 'TIMESTAMPS' AS aggregate_by, '{{}}' AS request, 'etag ' || n AS input_etag,"
    " now() - INTERVAL 6 DAY AS landed_at, now() - INTERVAL 6 DAY AS finished_seen_at,"
    " now() - INTERVAL 6 DAY - to_minutes(10 - model) AS started_at",
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


def first_image_job() -> str:
    """The job of `first_image`."""
    return hashlib.md5(b"m0").hexdigest()


def usual_job() -> str:
    """A video job of usual length that every warehouse has."""
    return hashlib.md5(b"usual 0 of model 2").hexdigest()


def moderated_job() -> str:
    """A job of video moderation that every warehouse has."""
    return hashlib.md5(b"moderated 0").hexdigest()


def filled(layout: Layout, warehouse: Path, millions: float) -> None:
    fill(layout, warehouse, millions)
    images = max(int(millions * 1_000_000) // 2 // IMAGES, 2) * IMAGES
    with opened(warehouse, 0) as con:
        labels = images // MODERATED_LABELS * MODERATED_LABELS or MODERATED_LABELS
        values = {"images": images, "noon": NOON, "roots": ROOTS, "labels": labels}
        for table, query in (MODERATION | MODERATED).items():
            used = {name: value for name, value in values.items() if f"${name}" in query}
            con.execute(f"INSERT INTO {table} BY NAME {query}", used)
        _add_usual_videos(con, max(round(millions * 4), 1))
        _write_ledger(con)
        con.execute("BEGIN")
        recompute(con)
        con.execute("COMMIT")


def _add_usual_videos(con: duckdb.DuckDBPyConnection, videos: int) -> None:
    for table, query in USUAL.items():
        told = query.format(job=USUAL_JOB)
        used = {"first": first_job()} if "$first" in query else {}
        comma = "," if " FROM " in told else " FROM"
        con.execute(
            f"INSERT INTO {table} BY NAME {told}{comma} range({videos}) v(n), range(2, 4) m(model)",
            used,
        )


def _write_ledger(con: duckdb.DuckDBPyConnection) -> None:
    """What a load would have written for what is in the tables."""
    con.execute("DELETE FROM loads")
    counts = " UNION ALL ".join(
        f"SELECT '{table}' AS name, job_id, count(*) AS found FROM {table} GROUP BY job_id"
        for table in TABLES
        if table != "loads"
    )
    jobs = (
        "SELECT job_id, 'label_detection' AS operation, aggregate_by FROM label_detection_jobs"
        " UNION ALL SELECT job_id, 'media_analysis', NULL FROM media_analysis_jobs"
        " UNION ALL SELECT job_id, 'content_moderation', aggregate_by FROM content_moderation_jobs"
    )
    con.execute(
        "INSERT INTO loads BY NAME SELECT job.*, '00001' AS attempt, $version AS schema_version,"
        " counted.row_counts, true AS reconciled, false AS held_back, 'SUCCEEDED' AS status,"
        " request.started_at, request.finished_seen_at AS finished_at,"
        " coalesce(request.landed_at, $noon::TIMESTAMPTZ) AS landed_at, landed_at AS flattened_at"
        f" FROM ({jobs}) AS job JOIN (SELECT job_id, map_from_entries(list((name, found)))"
        f" AS row_counts FROM ({counts}) GROUP BY job_id) AS counted USING (job_id)"
        " LEFT JOIN job_requests AS request USING (job_id)",
        {"version": SPECS["label_detection"].schema_version, "noon": NOON},
    )
