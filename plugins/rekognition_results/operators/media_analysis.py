"""Bulk image moderation: plan, start, land.

https://docs.aws.amazon.com/rekognition/latest/dg/moderation-bulk-analysis.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rekognition_results.aws.calls import explained
from rekognition_results.aws.storage import s3_client
from rekognition_results.hooks.rekognition import MediaAnalysisJob
from rekognition_results.links.media_analysis import MediaAnalysisJobsLink
from rekognition_results.operators.land import LandResultOperator
from rekognition_results.operators.plan import PlanJobsOperator
from rekognition_results.operators.start import StartJobOperator
from rekognition_results.planning.input_manifests import MANIFEST_BYTES, read_manifest
from rekognition_results.planning.parameters import number
from rekognition_results.planning.planner import (
    IMAGES_PER_JOB,
    Members,
    in_manifests,
    without_nothing,
)
from rekognition_results.planning.s3_listing import IMAGES, S3Uri
from rekognition_results.sensors.waiting import media_analysis_status
from rekognition_results.triggers.job import FINAL, JobTrigger
from rekognition_results.triggers.media_analysis import RekognitionMediaAnalysisJobTrigger
from rekognition_tables.errors import ResultsError, ServiceBusy, WrongParameter
from rekognition_tables.jobs.plans import MediaObject
from rekognition_tables.jobs.requests import read_job, read_request
from rekognition_tables.landing.attempts import Attempt, LandingAttempt
from rekognition_tables.operations.names import MEDIA_ANALYSIS
from rekognition_tables.results_root.layout import Layout

if TYPE_CHECKING:
    from airflow.sdk import Context
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

CHUNK = 2**20


class RekognitionPlanMediaAnalysisOperator(PlanJobsOperator):
    """Plan bulk jobs for the images under a prefix, or for a ready-made input manifest.

    :param manifest_uri: `s3://bucket/key` of an input manifest, instead of a prefix. (templated)
    :param manifest_version: its S3 version. (templated)
    :param min_confidence: percent; project_version, kms_key_id, job_name: members of
        StartMediaAnalysisJob, left out when empty. (templated)
    :param output_uri: where Rekognition writes, and where input manifests go. (templated)
    :return: tokens of the requests to start; the other parameters are PlanJobsOperator's
    """

    operation = MEDIA_ANALYSIS
    kind = IMAGES
    objects_per_job = IMAGES_PER_JOB
    template_fields: Sequence[str] = (
        *PlanJobsOperator.template_fields,
        "manifest_uri",
        "manifest_version",
        "min_confidence",
        "project_version",
        "kms_key_id",
        "job_name",
    )

    def __init__(
        self,
        *,
        manifest_uri: str | None = None,
        manifest_version: str | None = None,
        min_confidence: float | str | None = None,
        project_version: str | None = None,
        kms_key_id: str | None = None,
        job_name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.manifest_uri = manifest_uri
        self.manifest_version = manifest_version
        self.min_confidence = min_confidence
        self.project_version = project_version
        self.kms_key_id = kms_key_id
        self.job_name = job_name

    def check_parameters(self) -> None:
        super().check_parameters()
        _ = self.output_place
        if self.manifest_version and not self.manifest_uri:
            raise WrongParameter("manifest_version is given without a manifest_uri: give both.")

    def ready_made(self, s3: S3Client) -> MediaObject | None:
        if not self.manifest_uri:
            return None
        uri = S3Uri.parse(self.manifest_uri, "manifest_uri")
        return read_manifest(s3, uri, self.manifest_version or None)

    def pinned(self, things: Sequence[MediaObject]) -> Sequence[MediaObject]:
        """A line of an input manifest names no version: only a ready-made manifest has one."""
        return super().pinned(things) if self.manifest_uri else things

    def requests(
        self, s3: S3Client, things: Iterable[MediaObject]
    ) -> Iterator[tuple[Members, tuple[MediaObject, ...]]]:
        if self.manifest_uri:
            for thing in things:
                yield self._members(S3Uri(thing.bucket, thing.key), thing.version), (thing,)
            return
        yield from in_manifests(s3, things, self.output_place, self._members)

    def _members(self, manifest: S3Uri, version: str | None = None) -> Members:
        place = {"Bucket": manifest.bucket, "Name": manifest.key, "Version": version}
        moderation = {
            "MinConfidence": number(self.min_confidence),
            "ProjectVersion": self.project_version,
        }
        given = {
            "JobName": self.job_name,
            "Input": {"S3Object": place},
            "OutputConfig": {
                "S3Bucket": self.output_place.bucket,
                "S3KeyPrefix": self.output_place.key.strip("/"),
            },
            "KmsKeyId": self.kms_key_id,
        }
        # Which detection to run must be said, even when there is nothing more to say of it.
        config = {"DetectModerationLabels": without_nothing(moderation)}
        return {**without_nothing(given), "OperationsConfig": config}


class RekognitionStartMediaAnalysisJobOperator(StartJobOperator):
    """StartMediaAnalysisJob, for a planned request or for one that is given here.

    https://docs.aws.amazon.com/rekognition/latest/APIReference/API_StartMediaAnalysisJob.html

    :param input: `{"S3Object": {"Bucket": ..., "Name": ..., "Version": ...}}`, the input manifest.
        (templated)
    :param operations_config: `{"DetectModerationLabels": {"MinConfidence": ...,
        "ProjectVersion": ...}}`. (templated)
    :param output_config: `{"S3Bucket": ..., "S3KeyPrefix": ...}`. (templated)
    :param job_name, kms_key_id, client_request_token: text; left out when empty. (templated)
    :return: the job id; the other parameters are StartJobOperator's
    """

    operation = MEDIA_ANALYSIS
    job_status = media_analysis_status
    operator_extra_links = (MediaAnalysisJobsLink(),)
    template_fields: Sequence[str] = (
        *StartJobOperator.template_fields,
        "input",
        "operations_config",
        "output_config",
        "job_name",
        "kms_key_id",
        "client_request_token",
    )

    def __init__(
        self,
        *,
        input: dict[str, Any] | None = None,
        operations_config: dict[str, Any] | None = None,
        output_config: dict[str, Any] | None = None,
        job_name: str | None = None,
        kms_key_id: str | None = None,
        client_request_token: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.input = input
        self.operations_config = operations_config
        self.output_config = output_config
        self.job_name = job_name
        self.kms_key_id = kms_key_id
        self.client_request_token = client_request_token

    def members(self) -> Members:
        return {
            "Input": self.input,
            "OperationsConfig": self.operations_config,
            "OutputConfig": self.output_config,
            "JobName": self.job_name,
            "KmsKeyId": self.kms_key_id,
            "ClientRequestToken": self.client_request_token,
        }

    def trigger(self, **given: Any) -> JobTrigger:
        return RekognitionMediaAnalysisJobTrigger(**given)

    def keep_link(self, context: Context, request: dict[str, Any], job_id: str) -> None:
        MediaAnalysisJobsLink.keep(context, self, job_id=job_id)


class RekognitionLandMediaAnalysisOperator(LandResultOperator):
    """Land a bulk job: its description, result manifest and manifest summary, as they stand in S3.

    A FAILED job has a description, and sometimes a summary; they are landed too.
    """

    operation = MEDIA_ANALYSIS
    operator_extra_links = (MediaAnalysisJobsLink(),)

    @cached_property
    def s3(self) -> S3Client:
        return s3_client(self)

    def keep_link(self, context: Context) -> None:
        MediaAnalysisJobsLink.keep(context, self, job_id=self.job_id)

    def land(self, layout: Layout) -> Attempt:
        job = self.hook.get_media_analysis_job(self.job_id)
        if job.Status not in FINAL:
            raise ServiceBusy(f"Job {self.job_id} is {job.Status}: wait for it, then land it.")
        attempt = LandingAttempt.resume_or_begin(layout, self.key)
        attempt.add_document("description.json", job.body)
        results, summary = _place(job, "Results"), _place(job, "ManifestSummary")
        asked = self._output_config(layout, job)
        for place in filter(None, (results, summary)):
            self._check_is_asked_for(place, asked)
        facts = {"mode": "bulk", "status": job.Status, **self.origin()}
        if results:
            answer = self._open(results)
            facts["results_version"] = answer.get("VersionId")
            attempt.add_manifest(self._body(results, answer))
        if summary:
            answer = self._open(summary)
            facts["summary_version"] = answer.get("VersionId")
            attempt.add_document("summary.json", self._document(summary, answer))
        if job.FailureDetails:
            facts["failure"] = "{Code}: {Message}".format_map(
                {"Code": "no code", "Message": "no message", **job.FailureDetails}
            )
        return attempt.succeed(**facts)

    def _output_config(self, layout: Layout, job: MediaAnalysisJob) -> dict[str, str]:
        """Where the results were asked for: our request says it, else the job itself."""
        record = read_job(layout, self.operation, self.job_id)
        request = (
            read_request(layout, self.operation, record.token) if record and record.token else None
        )
        asked = request.request["OutputConfig"] if request else job.OutputConfig
        return asked or {}

    def _check_is_asked_for(self, place: dict[str, str], asked: dict[str, str]) -> None:
        """ResultsError for results elsewhere than where the job was told to write.

        `bulk` does not stand for `bulk-of-others`. What Amazon puts between prefix and name is not
        documented: a slash, or the job's id at once. Without a prefix the bucket is the place.
        """
        prefix = asked.get("S3KeyPrefix", "")
        under = (f"{prefix.rstrip('/')}/", f"{prefix}{self.job_id}") if prefix else ("",)
        if place["Bucket"] != asked.get("S3Bucket") or not place["Name"].startswith(under):
            raise ResultsError(
                f"Job {self.job_id} names results at s3://{place['Bucket']}/{place['Name']}, but "
                f"was to write under s3://{asked.get('S3Bucket')}/{prefix}: they are not read. "
                "Find out who answers for Amazon at the endpoint of this connection."
            )

    def _open(self, place: dict[str, str]) -> GetObjectOutputTypeDef:
        """The object, at the version that the job says it wrote."""
        which: dict[str, Any] = {"Bucket": place["Bucket"], "Key": place["Name"]}
        if place.get("Version"):
            which["VersionId"] = place["Version"]
        with explained("GetObject", f"s3://{place['Bucket']}/{place['Name']}"):
            return self.s3.get_object(**which)

    def _body(self, place: dict[str, str], answer: GetObjectOutputTypeDef) -> Iterator[bytes]:
        """Its bytes. Cut short, it raises."""
        with explained("GetObject", f"s3://{place['Bucket']}/{place['Name']}"):
            yield from answer["Body"].iter_chunks(CHUNK)

    def _document(self, place: dict[str, str], answer: GetObjectOutputTypeDef) -> bytes:
        """All of them, for what is held in memory."""
        if answer["ContentLength"] > MANIFEST_BYTES:
            raise ResultsError(
                f"s3://{place['Bucket']}/{place['Name']} has {answer['ContentLength']:,} bytes, "
                f"and what tells of 10,000 lines has less than {MANIFEST_BYTES:,}: look at it "
                "before anything reads it."
            )
        return b"".join(self._body(place, answer))


def _place(job: MediaAnalysisJob, member: str) -> dict[str, str] | None:
    """The S3Object of Results or ManifestSummary, None when the job has none."""
    told: dict[str, Any] = getattr(job, member) or {}
    return told.get("S3Object")
