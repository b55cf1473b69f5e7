"""What became of the jobs: status, cost, reconciliation, expiry, members nobody knows yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from literal_rows import Warehouse

from rekognition_tables.operations.names import OPERATIONS, Operation
from rekognition_tables.operations.spec import SPECS, VIDEO_OPERATIONS

MEDIA = {"operation": "media_analysis", "aggregate_by": None}


def test_a_bulk_job_has_its_duration_and_the_price_of_its_images(warehouse: Warehouse) -> None:
    warehouse.images(
        "m",
        {"key": "a.jpg"},
        {"key": "b.jpg"},
        creation_timestamp="2026-05-01 10:00:00+00",
        completion_timestamp="2026-05-01 10:01:30+00",
    )
    assert warehouse.ask(
        "SELECT operation, job_id, status, reconciled, seconds, estimated_usd::DOUBLE"
        " FROM job_status"
    ) == [("media_analysis", "m", "SUCCEEDED", True, 90.0, 0.002)]


@pytest.mark.parametrize("operation", VIDEO_OPERATIONS)
def test_a_video_job_costs_by_the_minute_and_is_timed_by_its_request(
    warehouse: Warehouse, operation: Operation
) -> None:
    times = {"started_at": "2026-05-01 10:00:00+00", "finished_at": "2026-05-01 10:00:20+00"}
    warehouse.result(operation, "v", video_metadata_duration_millis=90_000, ledger=times)
    query = "SELECT input_s3_object_name, seconds, round(estimated_usd, 6)::DOUBLE FROM job_status"
    assert warehouse.ask(query) == [("v.mp4", 20.0, 0.15)]


def test_a_job_whose_start_nobody_told_has_no_duration(warehouse: Warehouse) -> None:
    warehouse.video("v", ledger={"finished_at": "2026-05-01 10:00:20+00"})
    query = "SELECT started_at, finished_at IS NOT NULL, seconds FROM job_status"
    assert warehouse.ask(query) == [(None, True, None)]


def test_a_video_job_has_one_cost_whichever_forms_its_result_has(warehouse: Warehouse) -> None:
    minute = {"video_metadata_duration_millis": 60_000}
    for job, forms in (
        ("both", ("TIMESTAMPS", "SEGMENTS")),
        ("segments", ("SEGMENTS",)),
        ("timestamps", ("TIMESTAMPS",)),
    ):
        for form in forms:
            warehouse.video(job, aggregate_by=form, **minute)
    # the other form is held back, so its rows are in no table
    warehouse.video("waits", aggregate_by="SEGMENTS", **minute)
    held = {"job_id": "waits", "aggregate_by": "TIMESTAMPS", "held_back": True}
    warehouse.put("loads", held | {"reconciled": False, "reason": "cut"})
    query = "SELECT job_id, forms, estimated_usd, state, held_back, reason FROM job_status"
    both = ["SEGMENTS", "TIMESTAMPS"]
    assert warehouse.ask(f"{query} ORDER BY ALL") == [
        ("both", both, 0.1, "loaded", False, None),
        ("segments", ["SEGMENTS"], 0.1, "loaded", False, None),
        ("timestamps", ["TIMESTAMPS"], 0.1, "loaded", False, None),
        ("waits", both, 0.1, "loaded", True, "cut"),
    ]


def test_a_job_costs_what_its_region_does_if_somebody_set_a_price_there(
    warehouse: Warehouse,
) -> None:
    warehouse.con.execute(
        "INSERT INTO prices"
        " VALUES ('label_detection', 'eu-west-1', 0.12, 'minute', '2026-05-01', 'me')"
    )
    for job, region in (("here", "eu-west-1"), ("there", "us-east-1")):
        warehouse.video(job, video_metadata_duration_millis=60_000, ledger={"region": region})
    query = "SELECT job_id, estimated_usd FROM job_status ORDER BY job_id"
    assert warehouse.ask(query) == [("here", 0.12), ("there", 0.1)]


def test_a_failed_job_says_why_and_no_cost_is_claimed(warehouse: Warehouse) -> None:
    warehouse.images("m", status="FAILED", failure_details_message="no such bucket")
    query = "SELECT status, status_message, estimated_usd, not_estimated FROM job_status"
    assert warehouse.ask(query) == [("FAILED", "no such bucket", None, "a failed job")]


def test_a_held_back_result_is_in_the_status_without_rows_of_its_own(warehouse: Warehouse) -> None:
    warehouse.put(
        "loads",
        {
            "job_id": "v",
            "aggregate_by": "TIMESTAMPS",
            "reconciled": False,
            "held_back": True,
            "reason": "cut",
            "status": "SUCCEEDED",
        },
    )
    query = "SELECT job_id, state, status, reconciled, held_back, reason FROM job_status"
    assert warehouse.ask(query) == [("v", "held back", "SUCCEEDED", False, True, "cut")]


def test_every_operation_has_one_price_with_date_and_source(warehouse: Warehouse) -> None:
    assert warehouse.ask(
        "SELECT operation FROM prices WHERE as_of IS NOT NULL AND source LIKE 'https://aws%'"
        " ORDER BY 1"
    ) == [(name,) for name in sorted(OPERATIONS)]


def test_reconciliation_lays_the_summary_beside_what_was_written(warehouse: Warehouse) -> None:
    summary = {"lines_sent": 4, "lines_analysed": 3, "lines_refused": 1, "lines_received": 3}
    warehouse.images("m", {"key": "a.jpg"}, {"key": "b.jpg"}, ledger=summary)
    warehouse.put("quarantined_records", {"job_id": "m", "line_number": 3} | MEDIA)
    assert warehouse.ask(
        "SELECT job_id, reconciled, lines_sent, lines_analysed, lines_refused, rows_written,"
        " lines_put_aside FROM reconciliation"
    ) == [("m", True, 4, 3, 1, 2, 1)]


def test_a_quarantined_label_is_no_quarantined_line(warehouse: Warehouse) -> None:
    warehouse.video("v")
    warehouse.put(
        "quarantined_records",
        {"job_id": "v", "aggregate_by": "TIMESTAMPS", "line_number": 1, "label_index": 7},
    )
    query = "SELECT lines_put_aside, records_put_aside FROM reconciliation"
    assert warehouse.ask(query) == [(0, 1)]


@pytest.mark.parametrize("operation", VIDEO_OPERATIONS)
@pytest.mark.parametrize("days, listed", [(4.9, False), (5.1, True), (6.9, True), (7.1, False)])
def test_a_video_result_expires_seven_days_after_it_was_seen_finished(
    warehouse: Warehouse, operation: Operation, days: float, listed: bool
) -> None:
    finished = datetime.now(UTC) - timedelta(days=days)
    warehouse.result(operation, "v", ledger={"finished_at": finished})
    expected = [("v", finished + timedelta(days=7))] if listed else []
    assert warehouse.ask("SELECT job_id, expires_at FROM expiring_results") == expected


def test_a_bulk_job_expires_after_a_year(warehouse: Warehouse) -> None:
    landed = datetime.now(UTC) - timedelta(days=364)
    warehouse.images("m", landed_at=landed)
    assert warehouse.ask("SELECT job_id FROM expiring_results") == [("m",)]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_result_is_reconciled_with_the_rows_of_what_it_found(
    warehouse: Warehouse, operation: Operation
) -> None:
    counts = {SPECS[operation].elements_table.name: 3, "job_requests": 1, "unknown_fields": 9}
    of = {"operation": operation, "aggregate_by": SPECS[operation].forms[0]}
    warehouse.put("loads", {"job_id": "j", "row_counts": counts} | of)
    assert warehouse.ask("SELECT rows_written FROM reconciliation") == [(3,)]


def test_an_operation_that_is_not_known_has_no_cost_and_no_day_of_expiry(
    warehouse: Warehouse,
) -> None:
    warehouse.put("loads", {"job_id": "j", "operation": "later", "status": "SUCCEEDED"})
    assert warehouse.ask("SELECT estimated_usd FROM job_status") == [(None,)]
    assert warehouse.ask("FROM expiring_results") == []
    assert warehouse.ask("SELECT rows_written FROM reconciliation") == [(0,)]


def test_unknown_members_are_summed_up_by_path(warehouse: Warehouse) -> None:
    for job, day, count in (("v", 1, 2), ("w", 2, 3)):
        warehouse.video(job, landed_at=f"2026-05-0{day} 12:00:00+00")
        warehouse.put(
            "unknown_fields",
            {
                "job_id": job,
                "aggregate_by": "TIMESTAMPS",
                "path": "Labels[].New",
                "count": count,
                "example": job,
            },
        )
    assert warehouse.ask(
        "SELECT operation, path, occurrences, results, first_landed_at::VARCHAR, example"
        " FROM unknown_field_paths"
    ) == [("label_detection", "Labels[].New", 5, 2, "2026-05-01 12:00:00+00", "w")]


@pytest.mark.parametrize("order", [("v", "w"), ("w", "v")])
def test_of_results_landed_at_once_the_last_by_name_gives_the_example(
    warehouse: Warehouse, order: tuple[str, ...]
) -> None:
    for job in order:
        warehouse.video(job)
        field = {"aggregate_by": "TIMESTAMPS", "path": "New", "example": job}
        warehouse.put("unknown_fields", {"job_id": job} | field)
    assert warehouse.ask("SELECT example FROM unknown_field_paths") == [("w",)]
