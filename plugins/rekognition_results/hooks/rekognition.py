"""Amazon Rekognition's asynchronous jobs: start, get, list."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook
from botocore.exceptions import ClientError

from rekognition_results.aws.callers import CallerByFrames
from rekognition_results.aws.calls import explained
from rekognition_results.hooks.bodies import ENVELOPES, BodyListener
from rekognition_tables.errors import ResultsError, ServiceBusy
from rekognition_tables.jobs.request_row import job_input
from rekognition_tables.operations.columns import snake_case

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

    from rekognition_tables.operations.spec import ManifestOperation, VideoOperation

    Base = AwsGenericHook[RekognitionClient]
else:
    Base = AwsGenericHook

LIST_SIZE = 100  # MaxResults of ListMediaAnalysisJobs, at most
CUT_SHORT_TRIES = 5
RETRIES = {"mode": "standard", "total_max_attempts": 8}  # about a minute of backoff


class MediaAnalysisJob(msgspec.Struct, frozen=True):
    """What of GetMediaAnalysisJob steers the pipeline; `body` is all of it."""

    JobId: str
    Status: str
    FailureDetails: dict[str, str] | None = None
    Results: dict[str, Any] | None = None
    ManifestSummary: dict[str, Any] | None = None
    OutputConfig: dict[str, str] | None = None
    body: bytes = b""


@dataclass(frozen=True)
class VideoPage:
    """One page of a video operation: the verbatim `body`, and what of it steers the pipeline."""

    body: bytes
    job_status: str
    status_message: str | None
    next_token: str | None


class RekognitionHook(CallerByFrames, Base):
    """Interact with Amazon Rekognition; each method raises a ResultsError when Amazon refuses.

    https://docs.aws.amazon.com/rekognition/latest/APIReference/

    :param aws_conn_id: Airflow connection of the AWS account.
    :param region_name, verify, config: as of every hook of the Amazon provider.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["client_type"] = "rekognition"
        if isinstance(config := kwargs.get("config") or {}, dict):
            kwargs["config"] = {"retries": RETRIES, **config}
        super().__init__(*args, **kwargs)

    @cached_property
    def conn(self) -> RekognitionClient:
        """The client; making one may ask Amazon for a role's credentials."""
        with explained("Connecting", f"connection {self.aws_conn_id}"):
            return super().conn

    @cached_property
    def _listeners(self) -> dict[str, BodyListener]:
        return {operation: BodyListener(self.conn, operation) for operation in ENVELOPES}

    def account(self) -> str:
        """The account that the connection leads to."""
        with explained("GetCallerIdentity", f"connection {self.aws_conn_id}"):
            return str(self.account_id)

    @property
    def region(self) -> str:
        """The region that the calls go to."""
        return self.conn.meta.region_name

    def start(self, spec: VideoOperation | ManifestOperation, request: dict[str, Any]) -> str:
        """Start a job of this operation; give its JobId.

        `request` goes over the wire as it stands, and if need be again: without a
        ClientRequestToken it gets one, so that sending it again starts no second job.
        """
        stop_at_full_quota(self.conn)
        source = job_input(request)
        same = {"ClientRequestToken": uuid.uuid4().hex, **request}
        call = getattr(self.conn, snake_case(spec.start))
        about = f"s3://{source.get('Bucket')}/{source.get('Name')}"
        answer, _ = self._whole(spec.start, about, lambda: call(**same))
        return str(answer["JobId"])

    def get_media_analysis_job(self, job_id: str) -> MediaAnalysisJob:
        """The job, with the body as the service sent it."""
        _, body = self._whole(
            "GetMediaAnalysisJob",
            f"job {job_id}",
            lambda: self.conn.get_media_analysis_job(JobId=job_id),
        )
        try:
            job = msgspec.json.decode(body, type=MediaAnalysisJob)
        except msgspec.ValidationError as error:
            raise ResultsError(
                f"GetMediaAnalysisJob of job {job_id} answers in a form that is not known "
                f"({error}): update this program, or correct the endpoint of the connection."
            ) from error
        return msgspec.structs.replace(job, body=body)

    def list_media_analysis_jobs(self) -> Iterator[dict[str, Any]]:
        """Every bulk job of the account and region, the newest first, as boto3 gives it."""
        request: dict[str, Any] = {"MaxResults": LIST_SIZE}
        while True:
            page, _ = self._whole(
                "ListMediaAnalysisJobs",
                "the account",
                lambda: self.conn.list_media_analysis_jobs(**request),
            )
            yield from page["MediaAnalysisJobs"]
            if not page.get("NextToken"):
                return
            request["NextToken"] = page["NextToken"]

    def page(
        self,
        spec: VideoOperation,
        job_id: str,
        aggregate_by: str | None = None,
        sort_by: str | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> VideoPage:
        """One page. `max_results`: how many elements, at most and usually `spec.page_size`.

        Without `aggregate_by` and `sort_by` it is in the operation's usual form and order, where
        the operation has these at all.
        """
        given = {
            "AggregateBy": aggregate_by or spec.forms[0],
            "SortBy": sort_by or spec.sort_by,
            "NextToken": next_token,
        }
        request: Any = {name: value for name, value in given.items() if value}
        request |= {"JobId": job_id, "MaxResults": max_results or spec.page_size}
        call = getattr(self.conn, snake_case(spec.get))
        answer, body = self._whole(spec.get, f"job {job_id}", lambda: call(**request))
        return VideoPage(
            body, answer["JobStatus"], answer.get("StatusMessage"), answer.get("NextToken")
        )

    def pages(
        self,
        spec: VideoOperation,
        job_id: str,
        aggregate_by: str | None = None,
        next_token: str | None = None,
    ) -> Iterator[VideoPage]:
        """Every page in time order, from the one that `next_token` names to the last."""
        while True:
            page = self.page(spec, job_id, aggregate_by, next_token=next_token)
            yield page
            if page.next_token is None:
                return
            next_token = page.next_token

    def _whole(
        self, operation: str, about: str, call: Callable[[], Any]
    ) -> tuple[dict[str, Any], bytes]:
        """The answer and its body; one that came cut short is asked for again."""
        listener = self._listeners[operation]
        for _ in range(CUT_SHORT_TRIES):
            with explained(operation, about):
                answer = call()
            if listener.last is not None:
                return answer, listener.last
        raise ServiceBusy(
            f"{operation} of {about} came cut short {CUT_SHORT_TRIES} times. Check the network.",
            operation=operation,
        )


def stop_at_full_quota(client: Any) -> None:
    """Tell of LimitExceededException at once.

    botocore takes it for throttling and would try again for a minute, in a task that holds a slot.
    """
    event = "needs-retry.rekognition"
    client.meta.events.register_first(event, _full_quota, unique_id="rekognition-results-quota")


def _full_quota(response: Any, operation: Any, **_: Any) -> None:
    if response and response[1].get("Error", {}).get("Code") == "LimitExceededException":
        raise ClientError(response[1], operation.name)
