"""Amazon Rekognition's asynchronous jobs: start, get, list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import msgspec
from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook

from rekognition_results.failures import explained
from rekognition_results.hooks.page_bytes import PageBytes
from transforms.errors import IncompleteResults

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

    Base = AwsGenericHook[RekognitionClient]
else:
    Base = AwsGenericHook

PAGE_SIZE = 1000  # MaxResults of GetLabelDetection, at most
LIST_SIZE = 100  # MaxResults of ListMediaAnalysisJobs, at most
RETRIES = {"mode": "standard", "total_max_attempts": 8}  # about a minute of backoff


class MediaAnalysisJob(msgspec.Struct, frozen=True):
    """What of GetMediaAnalysisJob steers the pipeline; `body` is all of it."""

    JobId: str
    Status: str
    FailureDetails: dict[str, str] | None = None
    Results: dict[str, Any] | None = None
    ManifestSummary: dict[str, Any] | None = None
    OutputConfig: dict[str, str] | None = None
    CreationTimestamp: float | None = None
    body: bytes = b""


@dataclass(frozen=True)
class LabelDetectionPage:
    """One page: the verbatim `body`, and what of it steers the pipeline."""

    body: bytes
    job_status: str
    status_message: str | None
    next_token: str | None


class RekognitionHook(Base):
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
    def page_bytes(self) -> PageBytes:
        return PageBytes(self.conn)

    def start_media_analysis_job(self, request: dict[str, Any]) -> str:
        """Start a bulk analysis; give its JobId. `request` goes over the wire as it stands."""
        about = (
            f"s3://{request['Input']['S3Object']['Bucket']}/{request['Input']['S3Object']['Name']}"
        )
        with explained("StartMediaAnalysisJob", about):
            return str(self.conn.start_media_analysis_job(**request)["JobId"])

    def start_label_detection(self, request: dict[str, Any]) -> str:
        """Start a video analysis; give its JobId."""
        about = (
            f"s3://{request['Video']['S3Object']['Bucket']}/{request['Video']['S3Object']['Name']}"
        )
        with explained("StartLabelDetection", about):
            return str(self.conn.start_label_detection(**request)["JobId"])

    def get_media_analysis_job(self, job_id: str) -> MediaAnalysisJob:
        """The job, with the body as the service sent it."""
        kept: list[bytes] = []

        def keep(response_dict: dict[str, Any], **_: Any) -> None:
            kept[:] = [response_dict["body"]]

        events = self.conn.meta.events
        event = "before-parse.rekognition.GetMediaAnalysisJob"
        events.register(event, keep)
        try:
            with explained("GetMediaAnalysisJob", f"job {job_id}"):
                self.conn.get_media_analysis_job(JobId=job_id)
        finally:
            events.unregister(event, keep)
        job = msgspec.json.decode(kept[0], type=MediaAnalysisJob)
        return msgspec.structs.replace(job, body=kept[0])

    def list_media_analysis_jobs(self) -> Iterator[dict[str, Any]]:
        """Every bulk job of the account and region, the newest first, as boto3 gives it."""
        more: dict[str, Any] = {}
        while True:
            with explained("ListMediaAnalysisJobs", "the account"):
                page = self.conn.list_media_analysis_jobs(MaxResults=LIST_SIZE, **more)
            yield from cast("list[dict[str, Any]]", page["MediaAnalysisJobs"])
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}

    def get_label_detection(
        self,
        job_id: str,
        aggregate_by: str = "TIMESTAMPS",
        sort_by: str = "TIMESTAMP",
        next_token: str | None = None,
        max_results: int = PAGE_SIZE,
    ) -> LabelDetectionPage:
        """One page. `max_results` is 1 to 1,000 labels; a page of 1,000 is about 350 KB."""
        listener = self.page_bytes
        more = {"NextToken": next_token} if next_token else {}
        with explained("GetLabelDetection", f"job {job_id}"):
            answer: Any = self.conn.get_label_detection(
                JobId=job_id,
                AggregateBy=cast("Any", aggregate_by),
                SortBy=cast("Any", sort_by),
                MaxResults=max_results,
                **cast("Any", more),
            )
        if listener.last is None:
            raise IncompleteResults(f"GetLabelDetection of job {job_id} came without a body.")
        return LabelDetectionPage(
            listener.last,
            answer["JobStatus"],
            answer.get("StatusMessage"),
            answer.get("NextToken"),
        )

    def label_detection_pages(
        self, job_id: str, aggregate_by: str, next_token: str | None = None
    ) -> Iterator[LabelDetectionPage]:
        """Every page in time order, from the one that `next_token` names to the last."""
        while True:
            page = self.get_label_detection(job_id, aggregate_by, next_token=next_token)
            yield page
            if page.next_token is None:
                return
            next_token = page.next_token
