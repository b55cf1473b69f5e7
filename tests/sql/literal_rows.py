"""Literal rows for the tables of a warehouse."""

from __future__ import annotations

from typing import Any

import duckdb

from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.warehouse.ddl import identifier

ALWAYS_THERE: dict[str, Any] = {
    "operation": "label_detection",
    "aggregate_by": "TIMESTAMPS",
    "mode": "bulk",
    "schema_version": 1,
    "row_counts": [],
    "reconciled": True,
    "held_back": False,
    "landed_at": "2026-05-01 12:00:00+00",
    "file": "results-00000.jsonl.zst",
    "byte_offset": 0,
    "reason": "broken",
    "record": b"{",
    "count": 1,
}


class Warehouse:
    """Tables that take literal rows; what is left out is NULL, or a default if it must not be."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con

    def put(self, table: str, *rows: dict[str, Any]) -> None:
        for row in rows:
            told = {
                field.name: ALWAYS_THERE[field.name]
                for field in TABLES[table].schema
                if not field.nullable and field.name in ALWAYS_THERE
            } | row
            unknown = told.keys() - set(TABLES[table].schema.names)
            assert not unknown
            if "row_counts" in told:
                told["row_counts"] = dict(told["row_counts"])
            columns = ", ".join(map(identifier, told))
            marks = ", ".join(
                "?::MAP(VARCHAR, BIGINT)" if name == "row_counts" else "?" for name in told
            )
            values = [
                duckdb.Value(value, "MAP(VARCHAR, BIGINT)") if name == "row_counts" else value
                for name, value in told.items()
            ]
            self.con.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)

    def video(self, job_id: str, *labels: dict[str, Any], **job: Any) -> None:
        """A finished result of label detection, as `result` makes it."""
        self.result("label_detection", job_id, *labels, **job)

    def moderated(self, job_id: str, *labels: dict[str, Any], **job: Any) -> None:
        """A finished result of video moderation, as `result` makes it."""
        self.result("content_moderation", job_id, *labels, **job)

    def result(
        self, operation: Operation, job_id: str, *elements: dict[str, Any], **job: Any
    ) -> None:
        """A finished result of a video, TIMESTAMPS unless told otherwise, with elements in order.

        `ledger`: what the ledger says beside what the job's row says.
        """
        spec = VIDEO_OPERATIONS[operation]
        form = job.get("aggregate_by", "TIMESTAMPS")
        landed = job.pop("landed_at", "2026-05-01 12:00:00+00")
        ledger = job.pop("ledger", {})
        key = {"job_id": job_id, "aggregate_by": form}
        name = {"video_s3_object_bucket": "media", "video_s3_object_name": f"{job_id}.mp4"}
        self.put(spec.jobs_table.name, key | name | {"job_status": "SUCCEEDED"} | job)
        length = job.get("video_metadata_duration_millis")
        facts = {"operation": operation, "status": job.get("job_status", "SUCCEEDED")}
        facts |= {"input_s3_object_name": f"{job_id}.mp4", "video_metadata_duration_millis": length}
        self.put("loads", key | {"landed_at": landed} | facts | ledger)
        at = spec.position.column
        self.put(spec.elements_table.name, *(key | {at: n} | row for n, row in enumerate(elements)))

    def request(self, job_id: str, **told: Any) -> None:
        """How a video job, TIMESTAMPS unless told otherwise, was started here."""
        key = {"job_id": job_id, "aggregate_by": "TIMESTAMPS", "request": "{}"}
        self.put("job_requests", key | told)

    def images(self, job_id: str, *images: dict[str, Any], **job: Any) -> None:
        """A finished bulk job: `key` of each image and its `labels` (name, confidence, ...)."""
        landed = job.pop("landed_at", "2026-05-01 12:00:00+00")
        ledger = job.pop("ledger", {})
        self.put("media_analysis_jobs", {"job_id": job_id, "status": "SUCCEEDED"} | job)
        counts = {"moderation_images": len(images)}
        facts = {
            "operation": "media_analysis",
            "aggregate_by": None,
            "status": job.get("status", "SUCCEEDED"),
            "status_message": job.get("failure_details_message"),
            "started_at": job.get("creation_timestamp"),
            "finished_at": job.get("completion_timestamp"),
            "images": len(images),
            "row_counts": counts,
        }
        self.put("loads", {"job_id": job_id, "landed_at": landed} | facts | ledger)
        for index, image in enumerate(images):
            where = {"job_id": job_id, "image_index": index}
            source = {"source_ref": f"s3://media/{image['key']}", "source_ref_bucket": "media"}
            model = {"moderation_model_version": image.get("model", "7.0")}
            model["source_ref_etag"] = image.get("etag")
            self.put("moderation_images", where | source | model | {"source_ref_key": image["key"]})
            labels = enumerate(image.get("labels", []))
            self.put("moderation_labels", *(where | {"label_index": n} | row for n, row in labels))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.con.execute(query).fetchall()
