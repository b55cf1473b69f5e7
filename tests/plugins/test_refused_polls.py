"""A poll that is refused: with another client it may be answered, else every wait is told."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoRegionError
from shared_polls import events
from waiting_jobs import SENSORS, fired, running_job

from rekognition_emulator import Emulator
from rekognition_results.hooks.rekognition import RekognitionHook
from rekognition_results.triggers.label_detection import RekognitionLabelDetectionTrigger

ONCE = {"retries": {"total_max_attempts": 1}}
CREDENTIALS = (
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)
NO_ROLE = ClientError({"Error": {"Code": "AccessDenied", "Message": "sts"}}, "AssumeRole")


class Client:
    """Answers a number of calls, and then refuses the credentials."""

    meta = SimpleNamespace(region_name="us-east-1")

    def __init__(self, *answers: str, refusal: str = CREDENTIALS[0]) -> None:
        self.answers = list(answers)
        self.refusal = ClientError({"Error": {"Code": refusal}}, "GetLabelDetection")

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def get_label_detection(self, **_: Any) -> dict[str, str]:
        if not self.answers:
            raise self.refusal
        return {"JobStatus": self.answers.pop(0)}


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Have the hook give these clients, the last one again and again; gives those it gave."""

    def to(*clients: Any) -> list[Any]:
        given: list[Any] = []

        async def get_async_conn(_: Any) -> Any:
            client = clients[min(len(given), len(clients) - 1)]
            given.append(client)
            if isinstance(client, Exception):
                raise client
            return client

        monkeypatch.setattr(RekognitionHook, "get_async_conn", get_async_conn)
        monkeypatch.setenv("REKOGNITION_VIDEO_LOOKS_PER_SECOND", "1000")
        return given

    return to


def two_waits(**more: Any) -> list[Any]:
    given = {"started": 0.0, "waiter_delay": 0.05, "first_look": 0.01} | more
    return [RekognitionLabelDetectionTrigger(job_id=job_id, **given) for job_id in ("1", "2")]


@pytest.mark.parametrize("code", CREDENTIALS)
def test_after_a_key_was_rotated_the_poll_goes_on_with_a_new_client(
    code: str, connects: Callable[..., list[Any]]
) -> None:
    running = ["IN_PROGRESS"] * 5
    old, new = Client(*running, refusal=code), Client(*running, "SUCCEEDED", "SUCCEEDED")
    given = connects(old, new)
    assert {event["status"] for event in events(two_waits())} == {"success"}
    assert given == [old, new]


def test_credentials_that_a_new_client_has_not_either_end_every_wait(
    connects: Callable[..., list[Any]],
) -> None:
    given = connects(Client("IN_PROGRESS", "IN_PROGRESS"), Client())
    told = events(two_waits(waiter_delay=0.5))
    assert [event["status"] for event in told] == ["error", "error"]
    assert all("ExpiredTokenException" in event["message"] for event in told)
    assert len(given) == 2


@pytest.mark.parametrize("refusal, says", [(NO_ROLE, "AccessDenied"), (NoRegionError(), "region")])
def test_what_is_refused_while_connecting_is_told_at_once(
    refusal: Exception, says: str, connects: Callable[..., list[Any]]
) -> None:
    given = connects(refusal)
    told = events(two_waits(waiter_delay=600.0))  # the poll looks for waits every second
    assert [event["status"] for event in told] == ["error", "error"]
    assert all(says in event["message"] for event in told)
    assert len(given) <= 4  # two before anybody waits


@pytest.mark.parametrize("kind", SENSORS)
def test_one_refusal_of_the_credentials_is_outlived(kind: str, s3: Any, amazon: Emulator) -> None:
    job_id = running_job(kind, s3)
    amazon.clock.advance(60)
    amazon.faults.error("ExpiredTokenException", times=1)
    trigger = SENSORS[kind](task_id="wait", job_id=job_id).trigger(
        job_id=job_id, started=0.0, waiter_delay=0.01, first_look=0.01, botocore_config=ONCE
    )
    assert fired(trigger)["job_status"] == "SUCCEEDED"
