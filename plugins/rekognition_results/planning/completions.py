"""What SNS says of ended video jobs, as it comes out of an SQS queue.

https://docs.aws.amazon.com/rekognition/latest/dg/video-notification-payload.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rekognition_results.aws.calls import explained
from rekognition_tables.errors import brief
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.results_root.layout import JOB_ID

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

AT_ONCE = 10  # messages of ReceiveMessage and DeleteMessageBatch, at most
BATCHES_AT_MOST = 500  # of one run: the next one takes the rest
STARTED_BY = {spec.start: name for name, spec in VIDEO_OPERATIONS.items()}  # by SNS's `API`
SqsMessage = dict[str, str]  # MessageId, ReceiptHandle, Body


@dataclass(frozen=True)
class Completion:
    """A job that ended, and when: None where the message does not say it."""

    operation: Operation
    job_id: str
    ended_at: datetime | None


def completion_of(body: str) -> Completion:
    """What a message tells. ValueError says why it is none of ours."""
    try:
        told = json.loads(body)
        if isinstance(told, dict) and "JobId" not in told and "Message" in told:
            told = json.loads(told["Message"])  # SNS's envelope, unless delivery is raw
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError(f"It is no JSON ({error}).") from None
    if not isinstance(told, dict):
        raise ValueError("It is no JSON object.")
    api = told.get("API")
    operation = STARTED_BY.get(api) if isinstance(api, str) else None
    if operation is None:
        raise ValueError(f"Its API is {brief(api)}, not {' or '.join(map(repr, STARTED_BY))}.")
    job_id = told.get("JobId")
    if not isinstance(job_id, str) or not JOB_ID.fullmatch(job_id):
        raise ValueError(f"Its JobId is {brief(job_id)}, which is none.")
    return Completion(operation, job_id, _moment(told.get("Timestamp")))


def _moment(millis: Any) -> datetime | None:
    """Milliseconds since 1970, as a moment that has been."""
    try:
        return min(datetime.fromtimestamp(millis / 1000, UTC), datetime.now(UTC))
    except (TypeError, ValueError, OverflowError, OSError):
        return None


@dataclass(frozen=True)
class CompletionQueue:
    """An SQS queue that a topic of video jobs publishes to."""

    sqs: SQSClient
    url: str

    def batches(self, events: Mapping[Any, Any]) -> Iterator[list[SqsMessage]]:
        """Messages that the asset's watcher received, then what else is there, ten at a time.

        What the watcher received stays hidden in the queue for a while: its events bring it.
        """
        watched = [message for message in _messages_of(events) if "ReceiptHandle" in message]
        for start in range(0, len(watched), AT_ONCE):
            yield watched[start : start + AT_ONCE]
        for _ in range(BATCHES_AT_MOST):
            with explained("ReceiveMessage", self.url):
                answer: Any = self.sqs.receive_message(
                    QueueUrl=self.url, MaxNumberOfMessages=AT_ONCE, WaitTimeSeconds=1
                )
            if not answer.get("Messages"):
                return
            yield answer["Messages"]

    def delete(self, messages: list[SqsMessage]) -> int:
        """Delete a batch; give how many could not be, since they were received again meanwhile."""
        entries: Any = [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
            for number, message in enumerate(messages)
        ]
        with explained("DeleteMessageBatch", self.url):
            answer = self.sqs.delete_message_batch(QueueUrl=self.url, Entries=entries)
        return len(answer.get("Failed", ()))


def _messages_of(events: Mapping[Any, Any]) -> Iterator[SqsMessage]:
    for asset in events:
        for event in events[asset]:
            payload = (event.extra or {}).get("payload")
            yield from (payload or {}).get("message_batch", ()) if isinstance(payload, dict) else ()
