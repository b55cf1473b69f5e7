"""How fast the views answer: for one video or image, over all, and on plain Parquet instead.

    python -m benchmarks.load_views [--millions 10] [--rounds 3] [--views label_segments ...]

Every column of every row is computed (hashed and added up), as a client that fetches all would. The
views that rebuild what was received are asked for one job alone, of usual length: over all they are
an export. A view that is not listed, and an answer without rows, end the benchmark with an error.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from benchmarks.load_views_input import (
    filled,
    first_image,
    first_image_job,
    first_job,
    moderated_job,
    usual_job,
)
from benchmarks.results import machine, put_section
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.operations.tables import SETTINGS_TABLES, TABLES
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import opened, read_only
from rekognition_tables.warehouse.ddl import INTERNAL, PRECOMPUTED, identifier, literal
from rekognition_tables.warehouse.sql_files import precomputed, read, views

VIDEO = f"job_id = '{first_job()}'"  # of 50,000 labels
USUAL_VIDEO = f"job_id = '{usual_job()}'"  # of 3,000
IMAGE = f"source_ref = '{first_image()}'"
MODERATED_VIDEO = f"job_id = '{moderated_job()}'"  # of 50,000 labels
REBUILT = (  # one job at a time
    *(f"{name}_response" for name in VIDEO_OPERATIONS),
    "moderation_result_lines",
)
# name: the condition that asks for one video or one image; None where the grain knows neither
VIEWS: dict[str, str | None] = {
    "label_detection_analyses": VIDEO,
    "latest_label_detection_jobs": VIDEO,
    "latest_label_detection_jobs_by_configuration": VIDEO,
    "latest_labels": VIDEO,
    "latest_labels_by_configuration": VIDEO,
    "video_steps": VIDEO,
    "video_samples": VIDEO,
    "label_timeline": VIDEO,
    "label_screen_time": VIDEO,
    "label_segments": VIDEO,
    "label_cooccurrence": VIDEO,
    "label_companions": VIDEO,
    "object_counts": VIDEO,
    "label_objects": VIDEO,
    "label_share_of_videos": None,
    "box_heat_map": VIDEO,
    "box_heat_map_frame": VIDEO,
    "confidence_histogram": VIDEO,
    "label_taxonomy": None,
    "label_model_versions": "video_s3_object_bucket = 'media'"
    " AND video_s3_object_name = 'usual-0.mp4'",
    "job_status": VIDEO,
    "reconciliation": VIDEO,
    "expiring_results": USUAL_VIDEO,
    "unknown_field_paths": None,
    "moderation_jobs": None,
    "latest_moderation_images": IMAGE,
    "moderation_findings": IMAGE,
    "moderation_categories": IMAGE,
    "moderation_levels": IMAGE,
    "review_queue": IMAGE,
    "moderation_findings_by_prefix": None,
    "moderation_model_versions": IMAGE,
    "moderation_job_errors": None,
    "label_detection_response": USUAL_VIDEO,
    "label_detection_versions": VIDEO,
    "content_moderation_response": MODERATED_VIDEO,
    "content_moderation_versions": MODERATED_VIDEO,
    "content_moderation_analyses": MODERATED_VIDEO,
    "latest_content_moderation_jobs": MODERATED_VIDEO,
    "latest_content_moderation_jobs_by_configuration": MODERATED_VIDEO,
    "video_moderation_findings": MODERATED_VIDEO,
    "video_moderation_segments": MODERATED_VIDEO,
    "video_moderation_category_segments": MODERATED_VIDEO,
    "video_moderation_categories": MODERATED_VIDEO,
    "video_moderation_content_types": MODERATED_VIDEO,
    "video_review_queue": MODERATED_VIDEO,
    "moderation_result_lines": f"job_id = '{first_image_job()}' AND image_index = 0",
}


def refuse_other_views() -> None:
    """RuntimeError when VIEWS are not the views that there are."""
    differing = VIEWS.keys() ^ {view.name for view in views()}
    if differing:
        raise RuntimeError(
            f"VIEWS and sql/*/views differ in {', '.join(sorted(differing))}: list what there is."
        )


def as_parquet(warehouse: Path, folder: Path) -> duckdb.DuckDBPyConnection:
    """The same tables as Parquet files behind the same views: nothing loaded or precomputed."""
    con = duckdb.connect(":memory:", config={"temp_directory": str(folder / "spill")})
    with opened(warehouse, 0) as source:
        for table in (*TABLES, *SETTINGS_TABLES):
            place = literal(str(folder / f"{table}.parquet"))
            source.execute(f"COPY {identifier(table)} TO {place} (COMPRESSION zstd)")
            con.execute(f"CREATE VIEW {identifier(table)} AS FROM read_parquet({place})")
    con.execute(f"CREATE SCHEMA {PRECOMPUTED}")
    con.execute(f"CREATE SCHEMA {INTERNAL}")
    con.execute(read("load", "create_unlanded_jobs").statement)
    for file in precomputed():
        con.execute(f"CREATE VIEW {PRECOMPUTED}.{identifier(file.name)} AS {file.statement}")
    for view in views():
        con.execute(f"CREATE VIEW {identifier(view.name)} AS {view.statement}")
    return con


def best(con: duckdb.DuckDBPyConnection, view: str, where: str, rounds: int) -> tuple[float, int]:
    """Seconds of the fastest round, and how many rows it had. RuntimeError when it had none."""
    query = f"SELECT count(*), sum(hash(answer)) FROM {view} AS answer {where}"
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        ((rows, _),) = con.execute(query).fetchall()
        times.append(time.perf_counter() - began)
    if not rows:
        raise RuntimeError(
            f"{view} {where} has no rows: what it takes says nothing. Fill in what it shows."
        )
    return min(times), rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--views", nargs="+", default=list(VIEWS), choices=VIEWS, metavar="VIEW")
    options = parser.parse_args()
    refuse_other_views()
    with TemporaryDirectory() as name:
        folder = Path(name)
        warehouse = folder / "w.duckdb"
        filled(Layout.at(str(folder)), warehouse, options.millions)
        plain = as_parquet(warehouse, folder)
        lines = [
            machine(),
            f"{options.millions:g} million labels, and as many rows of moderation; milliseconds,"
            f" best of {options.rounds}. One: a video of 50,000 labels or an image; of"
            " expiring_results, label_model_versions and label_detection_response a video of 3,000."
            " The views that rebuild what was received do so one job at a time.\n",
            "| view | one | over all | rows | one, Parquet | over all, Parquet |",
            "|---|---|---|---|---|---|",
        ]
        with read_only(warehouse) as con:
            for view in options.views:
                cells = []
                for source in (con, plain):
                    one = over_all = count = "-"
                    if condition := VIEWS[view]:
                        seconds, _ = best(source, view, f"WHERE {condition}", options.rounds)
                        one = f"{1000 * seconds:.0f}"
                    if view not in REBUILT:
                        seconds, rows = best(source, view, "", options.rounds)
                        over_all, count = f"{1000 * seconds:,.0f}", f"{rows:,}"
                    cells.append(f"{one} | {over_all}")
                lines.append(f"| {view} | {cells[0]} | {count} | {cells[1]} |")
        plain.close()
    print("\n".join(lines))
    put_section("Views", "\n".join(lines))


if __name__ == "__main__":
    main()
