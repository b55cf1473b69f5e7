"""Requests and jobs: one token for one thing asked, and a memory that nothing rewrites."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from upath import UPath

from rekognition_tables.jobs.requests import (
    JobRecord,
    StartRequest,
    given_up_tokens,
    job_of,
    note_committed,
    note_given_up,
    note_started,
    read_job,
    read_request,
    uncommitted_tokens,
)
from rekognition_tables.operations.names import MEDIA_ANALYSIS
from rekognition_tables.results_root.files import create
from rekognition_tables.results_root.layout import Layout

MEMBERS: dict[str, Any] = {
    "Video": {"S3Object": {"Bucket": "media", "Name": "a.mp4"}},
    "MinConfidence": 50.0,
    "Features": ["GENERAL_LABELS"],
}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path))


def asked(members: dict[str, Any] = MEMBERS, **other: Any) -> StartRequest:
    given = {"operation": "label_detection", "account": "111122223333", "region": "eu-west-1"}
    return StartRequest.of(**{**given, "members": members, **other})


def reversed_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reversed_order(value[key]) for key in reversed(value)}
    return value


NAMES = st.text(max_size=3)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | NAMES
INNER = st.dictionaries(NAMES, LEAVES | st.lists(LEAVES, max_size=2), max_size=3)
SHAPES = st.dictionaries(NAMES, LEAVES | INNER, max_size=4)


@given(SHAPES)
def test_the_order_of_keys_does_not_change_the_token(members: dict[str, Any]) -> None:
    assert asked(reversed_order(members)).token == asked(members).token


@pytest.mark.parametrize(
    "changed",
    [
        asked(account="444455556666"),
        asked(region="us-east-1"),
        asked(operation=MEDIA_ANALYSIS),
        asked(generation=2),
        asked({**MEMBERS, "MinConfidence": 50.5}),
        asked({**MEMBERS, "JobTag": ""}),
        asked({**MEMBERS, "Features": []}),
        asked({**MEMBERS, "Video": {"S3Object": {"Bucket": "media", "Name": "b.mp4"}}}),
        asked({k: v for k, v in MEMBERS.items() if k != "Features"}),
    ],
)
def test_whatever_else_is_asked_has_another_token(changed: StartRequest) -> None:
    assert changed.token != asked().token


@pytest.mark.parametrize("members", [MEMBERS, {}, {"JobTag": "ü 猫"}])
def test_a_token_is_what_aws_takes(members: dict[str, Any]) -> None:
    assert re.fullmatch(r"[a-zA-Z0-9_-]{64}", asked(members).token)


def test_the_token_goes_over_the_wire_with_the_members() -> None:
    request = asked()
    assert request.request == {**MEMBERS, "ClientRequestToken": request.token}
    assert "ClientRequestToken" not in MEMBERS


def test_the_next_generation_asks_the_same_under_a_new_token() -> None:
    first = asked(etag="e1")
    second = first.next_generation()
    assert second.etag == "e1"
    assert (first.generation, second.generation) == (1, 2)
    assert second.token == asked(generation=2).token != first.token
    assert second.request == {**MEMBERS, "ClientRequestToken": second.token}
    assert second.next_generation().token == asked(generation=3).token


def test_a_claimed_request_is_read_back_word_for_word(layout: Layout) -> None:
    request = asked({"JobTag": "ü \u2028", "MinConfidence": 50.1})
    assert request.claim(layout) == request
    assert read_request(layout, "label_detection", request.token) == request
    assert read_request(layout, MEDIA_ANALYSIS, request.token) is None


def test_a_claim_never_changes_what_stands(layout: Layout) -> None:
    first = asked().claim(layout)
    stands = layout.request("label_detection", first.token)
    before = stands.read_bytes()
    later = asked()
    assert later.created_at > first.created_at
    assert later.claim(layout) == first
    assert stands.read_bytes() == before
    assert sorted(path.name for path in stands.parent.iterdir()) == sorted([stands.name, "open"])


def test_a_request_that_vanishes_while_it_is_claimed_is_not_sent(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked().claim(layout)
    monkeypatch.setattr("rekognition_tables.jobs.requests.read_if_there", lambda path: None)
    with pytest.raises(FileNotFoundError, match="restore it before starting"):
        asked().claim(layout)


def test_a_request_is_open_until_its_result_is_committed(layout: Layout) -> None:
    one, two = asked().claim(layout), asked(generation=2).claim(layout)
    note_started(layout, one, "job-1")
    assert uncommitted_tokens(layout, "label_detection") == {one.token, two.token}
    note_committed(layout, "label_detection", one.token)
    note_committed(layout, "label_detection", one.token)
    assert uncommitted_tokens(layout, "label_detection") == {two.token}
    assert uncommitted_tokens(layout, MEDIA_ANALYSIS) == set()
    asked().claim(layout)
    assert uncommitted_tokens(layout, "label_detection") == {two.token}


def test_a_claim_that_was_cut_short_leaves_a_request_that_is_open(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(path: UPath, data: bytes) -> bool:
        if path.name.endswith(".json"):
            raise KeyboardInterrupt
        return create(path, data)

    with monkeypatch.context() as dies:
        dies.setattr("rekognition_tables.jobs.requests.create", die)
        with pytest.raises(KeyboardInterrupt):
            asked().claim(layout)
    token = asked().token
    assert uncommitted_tokens(layout, "label_detection") == {token}
    assert asked().claim(layout).token == token
    assert uncommitted_tokens(layout, "label_detection") == {token}


def test_what_is_given_up_stays_open_until_it_is_committed(layout: Layout) -> None:
    token = asked().claim(layout).token
    note_given_up(layout, "label_detection", token, "The video is gone.")
    assert given_up_tokens(layout, "label_detection") == {token}
    assert uncommitted_tokens(layout, "label_detection") == {token}
    note_committed(layout, "label_detection", token)
    assert given_up_tokens(layout, "label_detection") == set()
    assert uncommitted_tokens(layout, "label_detection") == set()


def test_what_was_given_up_is_taken_up_when_its_job_is_looked_at_again(layout: Layout) -> None:
    request = asked().claim(layout)
    ours = note_started(layout, request, "job-1")
    note_given_up(layout, "label_detection", request.token, "The video is gone.")
    assert ours.taken_up(layout) == ours
    assert given_up_tokens(layout, "label_detection") == set()
    assert uncommitted_tokens(layout, "label_detection") == {request.token}
    found = replace(ours, job_id="job-2", token=None, given_up="They are gone.")
    found.write(layout)
    assert found.taken_up(layout) == replace(found, given_up=None)
    assert read_job(layout, "label_detection", "job-2") == replace(found, given_up=None)


def test_the_answer_to_a_start_leads_from_the_token_to_the_job(layout: Layout) -> None:
    request = asked().claim(layout)
    assert job_of(layout, "label_detection", request.token) is None
    record = note_started(layout, request, "job-1")
    assert job_of(layout, "label_detection", request.token) == "job-1"
    assert read_job(layout, "label_detection", "job-1") == record
    assert (record.token, record.generation, record.found_by) == (request.token, 1, "started_here")
    assert (record.account, record.region) == ("111122223333", "eu-west-1")


def test_an_answer_noted_twice_keeps_the_first_time_and_the_status(layout: Layout) -> None:
    request = asked().claim(layout)
    ended = note_started(layout, request, "job-1").finished(layout, "SUCCEEDED")
    assert note_started(layout, request, "job-1") == ended
    assert read_job(layout, "label_detection", "job-1") == ended


def test_a_job_found_before_its_answer_was_noted_learns_who_started_it(layout: Layout) -> None:
    """A start that was answered and not written down, a listing, and the start's next try."""
    request = asked(operation=MEDIA_ANALYSIS).claim(layout)
    found = JobRecord(
        MEDIA_ANALYSIS, "j", None, None, "list_media_analysis_jobs", None, None, request.created_at
    ).finished(layout, "SUCCEEDED")
    record = note_started(layout, request, "j")
    assert (record.token, record.generation, record.found_by) == (request.token, 1, "started_here")
    assert (record.started_at, record.status) == (found.started_at, "SUCCEEDED")
    assert record.finished_seen_at == found.finished_seen_at
    assert read_job(layout, MEDIA_ANALYSIS, "j") == record


def test_the_moment_a_job_was_first_seen_finished_stays(layout: Layout) -> None:
    record = note_started(layout, asked(), "job-1")
    assert (record.status, record.finished_seen_at) == (None, None)
    seen = record.finished(layout, "FAILED")
    assert seen.finished_seen_at is not None
    assert seen.finished(layout, "FAILED") is seen
    assert read_job(layout, "label_detection", "job-1") == seen


def test_a_job_that_nobody_noted_is_not_there(layout: Layout) -> None:
    assert read_job(layout, "label_detection", "job-1") is None


def test_a_request_file_tells_what_a_person_wants_to_know(layout: Layout) -> None:
    request = asked().claim(layout)
    told = json.loads(layout.request("label_detection", request.token).read_bytes())
    assert told == {
        "operation": "label_detection",
        "token": request.token,
        "generation": 1,
        "objects": "",
        "etag": None,
        "account": "111122223333",
        "region": "eu-west-1",
        "request": request.request,
        "created_at": request.created_at.isoformat(),
    }
