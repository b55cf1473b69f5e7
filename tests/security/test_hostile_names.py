"""Names that others choose: no path leaves the root, no SQL changes, no log line is forged."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from airflow.sdk.exceptions import AirflowException
from hostile import FOLDERS, HOSTILE, few, is_one_line, root
from hypothesis import example, given, settings
from hypothesis import strategies as st
from upath import UPath

from rekognition_results.aws.calls import told_to_airflow
from rekognition_results.planning.completions import completion_of
from rekognition_results.planning.input_manifests import _source_ref
from rekognition_results.planning.planner import put_manifest
from rekognition_results.planning.s3_listing import S3Uri
from rekognition_tables.allowed_values import Allowed
from rekognition_tables.errors import RequestRefused, ResultsError, one_line
from rekognition_tables.flatten.commits import Commit, TableFile, read_commit
from rekognition_tables.flatten.results import flatten
from rekognition_tables.jobs.plans import (
    MediaObject,
    PlannedRequest,
    planned_requests,
    taken,
    write_plan,
)
from rekognition_tables.jobs.requests import (
    StartRequest,
    note_committed,
    note_given_up,
    note_started,
)
from rekognition_tables.landing.attempts import SUCCESS, LandingAttempt, newest_whole_attempt
from rekognition_tables.loose.files import flatten_loose
from rekognition_tables.operations.names import OPERATIONS, Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.results_root.layout import JOB_ID, Layout, ResultKey
from rekognition_tables.settings import Settings
from rekognition_tables.warehouse.load import load, load_and_publish

NOW = datetime(2026, 5, 1, tzinfo=UTC)


class Log:
    """What a task writes to its log."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def warning(self, message: str, *values: Any) -> None:
        self.lines.append(message % values)

    error = info = warning


@few
@given(name=HOSTILE)
def test_a_job_id_or_token_is_a_name_or_refused(name: str) -> None:
    with root() as (layout, _):
        request = StartRequest("label_detection", name, 1, "1", "r", {}, NOW)
        ways: list[Any] = [
            lambda: ResultKey.of("label_detection", name),
            lambda: layout.job("label_detection", name),
            lambda: layout.request("label_detection", name),
            lambda: request.claim(layout),
            lambda: note_started(layout, replace(request, token="t"), name),
            lambda: note_started(layout, request, "job"),
            lambda: note_committed(layout, "label_detection", name),
            lambda: note_given_up(layout, "label_detection", name, "x"),
        ]
        for way in ways:
            if JOB_ID.fullmatch(name):
                way()
            else:
                with pytest.raises(ValueError, match="is not 1-64") as refused:
                    way()
                assert is_one_line(str(refused.value))


@few
@given(name=HOSTILE, member=HOSTILE, operation=st.sampled_from(OPERATIONS))
def test_a_sentence_of_an_error_is_one_line(name: str, member: str, operation: str) -> None:
    assert is_one_line(one_line(name))
    errors = [
        RequestRefused(f"{operation} of {name} failed with {member}.", operation=operation),
        ResultsError(name, advice=member),
        ValueError(f"{name} is no {member}"),
    ]
    for error in errors:
        log = Log()
        with pytest.raises(AirflowException) as told, told_to_airflow(log):
            raise error
        assert all(map(is_one_line, [*log.lines, str(told.value)])), log.lines


@few
@given(name=HOSTILE, body=HOSTILE, api=st.sampled_from(["StartLabelDetection", "'; --\n"]))
def test_a_message_of_a_queue_names_a_job_or_nothing(name: str, body: str, api: str) -> None:
    inner = json.dumps({"JobId": name, "API": api})
    for message in (body, inner, json.dumps({"Message": inner}), json.dumps({"Message": body})):
        try:
            found = completion_of(message).job_id
        except ValueError as error:
            found = ""
            refused = str(error)
        assert JOB_ID.fullmatch(found) or is_one_line(refused)


class Bucket:
    """As much of S3 as planning writes to."""

    def __init__(self) -> None:
        self.put: dict[str, bytes] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **_: Any) -> dict[str, str]:
        self.put[f"{Bucket}/{Key}"] = Body
        return {}


@few
@given(keys=st.lists(HOSTILE, min_size=1, max_size=4, unique=True), job_name=HOSTILE)
def test_keys_go_through_plans_and_manifests_as_they_are(keys: list[str], job_name: str) -> None:
    things = tuple(MediaObject("bucket", key, None, "etag", 1, NOW) for key in keys)
    s3: Any = Bucket()
    put_manifest(s3, things, S3Uri("out", "prefix"))
    ((place, body),) = s3.put.items()
    assert place.startswith("out/prefix/input-manifests/")
    lines = body.decode().split("\n")[:-1]
    assert [json.loads(line)["source-ref"] for line in lines] == [
        f"s3://bucket/{key}" for key in keys
    ]
    for line in lines:
        _source_ref("s3://out/m", 1, line.encode())
    with root() as (layout, _):
        members = {"JobName": job_name, "JobTag": job_name}
        request = StartRequest.of("media_analysis", "1", "r", members)
        write_plan(layout, "media_analysis", [PlannedRequest(request, things)])
        assert {key for _, key, _ in taken(layout, "media_analysis")} == set(keys)
        assert [one.request["JobName"] for one in planned_requests(layout, "media_analysis")] == [
            job_name
        ]
        request.claim(layout)


@few
@given(line=HOSTILE)
def test_a_bad_line_of_a_manifest_is_told_in_one_line(line: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        _source_ref("s3://out/m", 1, line.encode())
    assert is_one_line(str(refused.value))


@settings(few, max_examples=6)
@given(folder=FOLDERS, key=HOSTILE, name=HOSTILE, job_name=HOSTILE)
@example(folder="\\*", key="key", name="name", job_name="job")
def test_what_others_named_reaches_the_tables_as_it_is(
    folder: str, key: str, name: str, job_name: str
) -> None:
    """From a result's bytes to the published file, in a folder of a hostile name too."""
    with root() as (outer, _):
        layout = Layout.at(outer.root / folder)
        label = {"Name": name, "ParentName": "", "Confidence": 99.0, "TaxonomyLevel": 1}
        found = {"ModerationLabels": [label], "ModerationModelVersion": name}
        line = {"source-ref": f"s3://bucket/{key}", "detect-moderation-labels": found}
        attempt = LandingAttempt.resume_or_begin(layout, ResultKey.of("media_analysis", "job"))
        told = {"JobId": "job", "JobName": job_name, "Status": "SUCCEEDED"}
        attempt.add_document("description.json", json.dumps(told).encode())
        attempt.add_manifest([json.dumps(line).encode() + b"\n"])
        attempt.succeed(mode="bulk", status="SUCCEEDED")
        assert flatten(layout, attempt.key).reconciled
        warehouse = Path(str(layout.root)) / "warehouse" / "rekognition.duckdb"
        published = warehouse.with_name("published.duckdb")
        report = load_and_publish(layout, warehouse, published)
        assert report.loaded == (attempt.key,)
        with duckdb.connect(str(published), read_only=True) as con:
            asked = "SELECT source_ref_key FROM moderation_images"
            assert con.execute(asked).fetchall() == [(key,)]
            assert con.execute("SELECT name FROM moderation_labels").fetchall() == [(name,)]
            asked = "SELECT job_name FROM media_analysis_jobs"
            assert con.execute(asked).fetchall() == [(job_name,)]


def test_a_warehouse_that_duckdb_cannot_write_is_refused_before_it_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "who?"
    with pytest.raises(ResultsError, match=r"has a \? in its path.* REKOGNITION_WAREHOUSE_URI"):
        load(Layout.at(str(tmp_path)), folder / "rekognition.duckdb")
    assert not list(folder.glob("*.duckdb"))


@pytest.mark.parametrize("operation", VIDEO_OPERATIONS)
@few
@given(job_id=HOSTILE, tag=HOSTILE, name=HOSTILE)
def test_a_loose_page_writes_under_out_or_nowhere(
    operation: Operation, job_id: str, tag: str, name: str
) -> None:
    spec = VIDEO_OPERATIONS[operation]
    element = {"Timestamp": 0, spec.required.split(".")[0]: {"Name": name, "Confidence": 1.0}}
    page = {
        "JobStatus": "SUCCEEDED",
        "JobId": job_id,
        "JobTag": tag,
        "Video": {"S3Object": {"Bucket": "b", "Name": name}},
        spec.elements: [element],
    }
    with root() as (layout, _):
        out = Path(str(layout.root)) / "out"
        file = Path(str(layout.root)) / "page.json"
        for told, given_id in ((page, None), ({**page, "JobId": None}, job_id)):
            file.write_text(json.dumps(told))
            arguments = ([UPath(file)], operation, UPath(out))
            if JOB_ID.fullmatch(job_id):
                flatten_loose(*arguments, job_id=given_id)  # type: ignore[arg-type]
            else:
                with pytest.raises(ResultsError):
                    flatten_loose(*arguments, job_id=given_id)  # type: ignore[arg-type]
        assert {path.suffix for path in out.rglob("*") if path.is_file()} <= {".parquet"}


@few
@given(name=HOSTILE)
def test_a_changed_commit_or_attempt_names_no_file_elsewhere(name: str) -> None:
    with root() as (layout, outer):
        secret = outer / "one" / "two" / "kept"
        secret.write_bytes(b"kept")
        key = ResultKey.of("media_analysis", "job")
        file = TableFile("labels", f"tables/{name}/../../kept", 1, "0")
        Commit(key, "00001", 1, NOW, NOW, (file,)).write(layout)
        with pytest.raises(ResultsError, match="is no commit"):
            read_commit(layout, key)
        attempt = LandingAttempt.resume_or_begin(layout, key)
        attempt.add_document("description.json", b"{}")
        attempt.succeed(status="SUCCEEDED")
        path = Path(str(attempt.path)) / SUCCESS
        told = json.loads(path.read_text())
        told["files"] = [asdict(attempt.files[0]) | {"name": f"../{name}"}]
        path.write_text(json.dumps(told))
        with pytest.raises(ResultsError, match="damaged") as refused:
            newest_whole_attempt(layout, key)
        assert is_one_line(str(refused.value))
        assert secret.read_bytes() == b"kept"


TEXTS = sorted(f.name for f in fields(Settings) if isinstance(f.default, str))
NUMBERS = sorted(f.name for f in fields(Settings) if not isinstance(f.default, str))


@few
@given(text=HOSTILE, name=st.sampled_from(TEXTS), number=st.sampled_from(NUMBERS))
def test_a_hostile_setting_is_taken_as_it_is_or_refused_in_one_line(
    text: str, name: str, number: str
) -> None:
    may_be: Allowed = Settings.__dataclass_fields__[name].metadata["allowed"]
    if may_be.takes(text):
        assert getattr(Settings.from_env({f"REKOGNITION_{name.upper()}": text}), name) == text
    else:
        with pytest.raises(ValueError, match=name.upper()) as unfit:
            Settings.from_env({f"REKOGNITION_{name.upper()}": text})
        assert is_one_line(str(unfit.value))
    with pytest.raises(ValueError, match=number.upper()) as refused:
        Settings.from_env({f"REKOGNITION_{number.upper()}": text})
    assert is_one_line(str(refused.value))
