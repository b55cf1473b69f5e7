"""Jobs of image moderation that failed or left images out, with the number of each error."""

from __future__ import annotations

from literal_rows import Warehouse

ASK = "SELECT job_id, mode, status, code, images, message FROM moderation_job_errors ORDER BY ALL"


def refuse(warehouse: Warehouse, job_id: str, *codes: str) -> None:
    warehouse.put(
        "manifest_errors",
        *(
            {"job_id": job_id, "error_index": n, "code": code, "message": f"{code} on line {n}"}
            for n, code in enumerate(codes)
        ),
    )


def test_a_job_has_a_row_for_each_kind_of_error(warehouse: Warehouse) -> None:
    warehouse.images("whole", {"key": "a.jpg"})
    warehouse.images("some", {"key": "a.jpg"})
    warehouse.images("none", mode="image", status="FAILED")
    refuse(warehouse, "some", "GONE", "BROKEN", "GONE")
    refuse(warehouse, "none", "BROKEN")
    assert warehouse.ask(ASK) == [
        ("none", "image", "FAILED", "BROKEN", 1, "BROKEN on line 0"),
        ("some", "bulk", "SUCCEEDED", "BROKEN", 1, "BROKEN on line 1"),
        ("some", "bulk", "SUCCEEDED", "GONE", 2, "GONE on line 0"),
    ]


def test_a_failed_job_without_an_error_line_has_one_row(warehouse: Warehouse) -> None:
    warehouse.images("m", status="FAILED", failure_details_message="no access")
    found = warehouse.ask("SELECT code, images, status_message FROM moderation_job_errors")
    assert found == [(None, None, "no access")]


def test_an_error_without_a_code_is_counted(warehouse: Warehouse) -> None:
    warehouse.images("m")
    warehouse.put("manifest_errors", {"job_id": "m", "error_index": 0})
    assert warehouse.ask(ASK) == [("m", "bulk", "SUCCEEDED", None, 1, None)]


def test_video_jobs_are_not_here(warehouse: Warehouse) -> None:
    warehouse.video("v", job_status="FAILED")
    assert warehouse.ask(ASK) == []
