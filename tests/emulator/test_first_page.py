"""AWS's own samples begin to page with an empty NextToken: it is the first page."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulated import Call, Media

from rekognition_emulator import Emulator
from rekognition_emulator.videos.operation import VideoOperation


def content(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what differs from call to call."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@pytest.fixture
def job(operation: VideoOperation, emulator: Emulator, media: Media, both: Call) -> dict[str, str]:
    """A request for the results of an ended video job, beside two bulk jobs."""
    started: dict[str, str] = both(operation.start, **media.video(labels="25"))
    for name in ("first", "second"):
        both("StartMediaAnalysisJob", **media.images(), JobName=name)
    emulator.clock.advance(2)
    return {"JobId": started["JobId"]}


def test_an_empty_token_is_the_first_page_of_get(
    operation: VideoOperation, both: Call, job: dict[str, str]
) -> None:
    first = both(operation.get, **job, MaxResults=20)
    assert content(both(operation.get, **job, MaxResults=20, NextToken="")) == content(first)
    assert len(first[operation.elements]) == 20


def test_an_empty_token_is_the_first_page_of_list(both: Call, job: dict[str, str]) -> None:
    first = both("ListMediaAnalysisJobs", MaxResults=1)
    assert content(both("ListMediaAnalysisJobs", MaxResults=1, NextToken="")) == content(first)
    assert [one["JobName"] for one in first["MediaAnalysisJobs"]] == ["second"]


def test_an_empty_token_cannot_be_dead(
    operation: VideoOperation, both: Call, job: dict[str, str], emulator: Emulator
) -> None:
    emulator.faults.dead_tokens()
    page = both(operation.get, **job, MaxResults=20, NextToken="")
    with pytest.raises(ClientError, match="InvalidPaginationToken"):
        both(operation.get, **job, MaxResults=20, NextToken=page["NextToken"])
