"""Faults on demand: the Python object and the control API have the same verbs."""

from __future__ import annotations

import inspect
import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError, HTTPClientError
from emulated import Call, Media, all_elements, ended

from rekognition_emulator import Emulator
from rekognition_emulator.engine.faults import Faults
from rekognition_emulator.http.control import VERBS
from rekognition_emulator.videos.operation import VideoOperation

PLUMBING = {"clear", "strike", "job_orders", "choose"}


def control(emulator: Emulator, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """One call of the control API: status and answer."""
    data = json.dumps(body).encode() if body is not None else None
    asked = urllib.request.Request(f"{emulator.url}/_emulator/{path}", data, method=method)
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def outcomes(call: Call, count: int) -> list[str]:
    """What each of some list calls comes to: "" or an error code."""
    found = []
    for _ in range(count):
        try:
            call("ListMediaAnalysisJobs")
            found.append("")
        except ClientError as error:
            found.append(error.response["Error"]["Code"])
    return found


def test_the_next_calls_are_throttled(emulator: Emulator, both: Call) -> None:
    emulator.faults.throttle(times=2)
    assert outcomes(both, 3) == ["ThrottlingException", "ThrottlingException", ""]


def test_a_share_of_calls_is_throttled_the_same_in_each_run(emulator: Emulator, call: Call) -> None:
    runs = []
    for _ in range(2):
        emulator.faults.clear(seed=7)
        emulator.faults.throttle(share=0.5)
        runs.append(outcomes(call, 40))
    assert runs[0] == runs[1]
    assert 5 < runs[0].count("") < 35


def test_a_fault_can_be_meant_for_one_operation(emulator: Emulator, call: Call) -> None:
    emulator.faults.internal_error(operation="GetLabelDetection")
    assert outcomes(call, 1) == [""]
    with pytest.raises(ClientError, match="InternalServerError"):
        call("GetLabelDetection", JobId="unknown")


def test_a_refused_start_starts_nothing(emulator: Any, media: Media, call: Call) -> None:
    request = media.images() | {"ClientRequestToken": "one"}
    emulator.faults.internal_error()
    with pytest.raises(ClientError):
        call("StartMediaAnalysisJob", **request)
    assert emulator.counters.jobs_started.total() == 0


def test_a_cut_body_has_taken_effect(emulator: Any, media: Media, both: Call) -> None:
    request = media.images() | {"ClientRequestToken": "one"}
    emulator.faults.cut_body(operation="StartMediaAnalysisJob", reset=True)
    with pytest.raises((HTTPClientError, OSError, ValueError)):
        both("StartMediaAnalysisJob", **request)
    assert emulator.counters.jobs_started["StartMediaAnalysisJob"] == 1
    both("StartMediaAnalysisJob", **request)
    assert emulator.counters.jobs_started["StartMediaAnalysisJob"] == 1


def test_boto3_takes_a_body_cut_in_order_for_an_empty_answer(
    emulator: Any, media: Media, call: Call
) -> None:
    """Not our doing, and worth knowing: only the length in the headers tells."""
    job_id = call("StartLabelDetection", **media.video())["JobId"]
    emulator.clock.advance(2)
    emulator.faults.cut_body()
    page = call("GetLabelDetection", JobId=job_id)
    assert set(page) == {"ResponseMetadata"}


def test_a_delayed_answer_comes_all_the_same(emulator: Emulator, call: Call) -> None:
    emulator.faults.delay(0.05)
    assert outcomes(call, 1) == [""]


def test_pagination_tokens_can_die(
    operation: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    job_id = ended(emulator, call, operation, media.video(labels="50"))
    emulator.faults.dead_tokens()
    token = call(operation.get, JobId=job_id, MaxResults=10)["NextToken"]
    with pytest.raises(ClientError, match="InvalidPaginationToken"):
        call(operation.get, JobId=job_id, NextToken=token)
    assert len(all_elements(call, operation, job_id, MaxResults=10)) == 50


def test_in_progress_can_last(
    operation: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    video = call(operation.start, **media.video())["JobId"]
    bulk = call("StartMediaAnalysisJob", **media.images())["JobId"]
    emulator.clock.advance(2)
    emulator.faults.in_progress(times=2)
    statuses = [
        call(operation.get, JobId=video)["JobStatus"],
        call("GetMediaAnalysisJob", JobId=bulk)["Status"],
        call(operation.get, JobId=video)["JobStatus"],
        call("GetMediaAnalysisJob", JobId=bulk)["Status"],
    ]
    assert statuses == ["IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED", "SUCCEEDED"]


def test_a_result_manifest_can_be_damaged(emulator: Any, media: Media, call: Call) -> None:
    emulator.faults.break_result_line()
    emulator.faults.drop_result_lines(2)
    request = media.images(6)
    job_id = call("StartMediaAnalysisJob", **request)["JobId"]
    emulator.clock.advance(1)
    job = call("GetMediaAnalysisJob", JobId=job_id)
    lines = media.read(job["Results"]["S3Object"]).splitlines()
    statistics = json.loads(media.read(job["ManifestSummary"]["S3Object"]))["statistics"]
    assert (len(lines), statistics["valid-json-lines"]) == (4, 6)
    assert sum(not line.endswith(b"}") for line in lines) == 1


def test_a_video_job_can_be_made_to_fail(
    operation: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    emulator.faults.fail_job(message="No codec.", operation=operation.start)
    statuses = [
        call(operation.get, JobId=ended(emulator, call, operation, media.video())) for _ in range(2)
    ]
    assert [one["JobStatus"] for one in statuses] == ["FAILED", "SUCCEEDED"]
    assert (statuses[0]["StatusMessage"], statuses[0][operation.elements]) == ("No codec.", [])


def test_restart_keeps_or_loses_the_jobs(
    operation: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    job_id = call(operation.start, **media.video())["JobId"]
    emulator.restart()
    emulator.clock.advance(2)
    assert call(operation.get, JobId=job_id)["JobStatus"] == "SUCCEEDED"
    assert control(emulator, "POST", "restart", {"memory": False}) == (200, {"restarted": True})
    with pytest.raises(ClientError, match="ResourceNotFound"):
        call(operation.get, JobId=job_id)
    assert media.read({"Bucket": "media", "Name": "video.mp4"}) == b"a video"


def test_every_verb_is_in_the_control_api() -> None:
    public = {
        name
        for name, _ in inspect.getmembers(Faults, inspect.isfunction)
        if not name.startswith("_")
    }
    assert public - PLUMBING == set(VERBS)


def test_the_control_api_orders_and_clears(emulator: Emulator, call: Call) -> None:
    order = {"verb": "error", "code": "AccessDeniedException", "times": None}
    assert control(emulator, "POST", "faults", order) == (200, {"ordered": "error"})
    assert outcomes(call, 2) == ["AccessDeniedException"] * 2
    assert control(emulator, "DELETE", "faults", {"seed": 1})[0] == 200
    assert outcomes(call, 1) == [""]
    status, counters = control(emulator, "GET", "counters")
    assert (status, counters["calls"]) == (200, {"ListMediaAnalysisJobs": 3})


def test_the_systems_clock_is_not_turned() -> None:
    with Emulator() as emulator:
        status, answer = control(emulator, "POST", "clock", {"advance": 5})
        assert (status, "cannot be turned" in answer["error"]) == (400, True)
    with pytest.raises(RuntimeError, match="manual"):
        emulator.clock.advance(1)


def test_the_control_api_turns_the_clock(emulator: Emulator) -> None:
    before = emulator.clock.now()
    assert control(emulator, "POST", "clock", {"advance": 5}) == (200, {"now": before + 5})
    assert control(emulator, "GET", "health") == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "method,path,body,status",
    [
        ("POST", "faults", {"verb": "explode"}, 400),
        ("POST", "faults", {"verb": "throttle", "tims": 1}, 400),
        ("POST", "clock", {"advance": -1}, 400),
        ("POST", "nonsense", {}, 404),
    ],
)
def test_the_control_api_says_what_it_cannot_do(
    method: str, path: str, body: Any, status: int, emulator: Emulator
) -> None:
    found, answer = control(emulator, method, path, body)
    assert (found, bool(answer["error"])) == (status, True)
