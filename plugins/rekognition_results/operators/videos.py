"""Video jobs of any operation: plan, start, land.

https://docs.aws.amazon.com/rekognition/latest/dg/api-video.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rekognition_results.hooks.rekognition import VideoPage
from rekognition_results.links.videos import VideoLink
from rekognition_results.operators.land import LandResultOperator
from rekognition_results.operators.plan import PlanJobsOperator
from rekognition_results.operators.start import StartJobOperator
from rekognition_results.planning.planner import Members, without_nothing
from rekognition_results.planning.request_members import members_of
from rekognition_results.planning.s3_listing import VIDEOS
from rekognition_results.planning.video_task import VideoTask, checked
from rekognition_results.sensors.waiting import video_status
from rekognition_results.triggers.job import FINAL, JobTrigger
from rekognition_results.triggers.videos import RekognitionVideoJobTrigger
from rekognition_tables.errors import IncompleteResults, ServiceBusy, WrongParameter
from rekognition_tables.jobs.plans import MediaObject
from rekognition_tables.landing.attempts import Attempt, LandingAttempt
from rekognition_tables.results_root.layout import Layout, ResultKey

if TYPE_CHECKING:
    from airflow.sdk import Context
    from mypy_boto3_s3 import S3Client


class RekognitionPlanVideoJobsOperator(VideoTask, PlanJobsOperator):
    """Plan one job for each video under a prefix.

    :param operation: `label_detection`, `content_moderation`, ... (templated)
    :param request_members: what else Start... is sent, by argument name: those in `request` of
        `rekognition_tables/operations/{operation}.py`. A list may be JSON of one; what is empty is
        left out. (templated)
    :param job_tag, sns_topic_arn, sns_role_arn: text, left out when empty. (templated)
    :return: tokens of the requests to start; the other parameters are PlanJobsOperator's
    """

    kind = VIDEOS
    objects_per_job = 1
    template_fields: Sequence[str] = (
        *PlanJobsOperator.template_fields,
        "operation",
        "request_members",
        "job_tag",
        "sns_topic_arn",
        "sns_role_arn",
    )

    def __init__(
        self,
        *,
        operation: str,
        request_members: Mapping[str, Any] | None = None,
        job_tag: str | None = None,
        sns_topic_arn: str | None = None,
        sns_role_arn: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.operation = checked(operation)
        self.request_members = request_members
        self.job_tag = job_tag
        self.sns_topic_arn = sns_topic_arn
        self.sns_role_arn = sns_role_arn

    def asked(self) -> Mapping[str, Any]:
        """Values of the request's own members, by argument name."""
        return self.request_members or {}

    def requests(
        self, s3: S3Client, things: Iterable[MediaObject]
    ) -> Iterator[tuple[Members, tuple[MediaObject, ...]]]:
        own = members_of(self.spec, self.asked())
        for thing in things:
            yield self._of_every_operation(thing) | own, (thing,)

    def check_parameters(self) -> None:
        super().check_parameters()
        if bool(self.sns_topic_arn) != bool(self.sns_role_arn):
            raise WrongParameter("sns_topic_arn and sns_role_arn go together: give both or none.")
        members_of(self.spec, self.asked())

    def _of_every_operation(self, video: MediaObject) -> Members:
        place = {"Bucket": video.bucket, "Name": video.key, "Version": video.version}
        channel = {"SNSTopicArn": self.sns_topic_arn, "RoleArn": self.sns_role_arn}
        return without_nothing(
            {
                "Video": {"S3Object": place},
                "NotificationChannel": channel,
                "JobTag": self.job_tag,
            }
        )


class RekognitionStartVideoJobOperator(VideoTask, StartJobOperator):
    """Start... of a video operation, for a planned request or for one that is given here.

    https://docs.aws.amazon.com/rekognition/latest/dg/api-video.html

    :param operation: `label_detection`, `content_moderation`, ... (templated)
    :param video: `{"S3Object": {"Bucket": ..., "Name": ..., "Version": ...}}`. (templated)
    :param request_members: as of RekognitionPlanVideoJobsOperator. (templated)
    :param notification_channel: `{"SNSTopicArn": ..., "RoleArn": ...}`. (templated)
    :param job_tag, client_request_token: text; left out when empty. (templated)
    :return: the job id; the other parameters are StartJobOperator's
    """

    job_status = video_status
    operator_extra_links = (VideoLink(),)
    template_fields: Sequence[str] = (
        *StartJobOperator.template_fields,
        "operation",
        "video",
        "request_members",
        "notification_channel",
        "job_tag",
        "client_request_token",
    )

    def __init__(
        self,
        *,
        operation: str,
        video: dict[str, Any] | None = None,
        request_members: Mapping[str, Any] | None = None,
        notification_channel: dict[str, str] | None = None,
        job_tag: str | None = None,
        client_request_token: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.operation = checked(operation)
        self.video = video
        self.request_members = request_members
        self.notification_channel = notification_channel
        self.job_tag = job_tag
        self.client_request_token = client_request_token

    def members(self) -> Members:
        return {
            "Video": self.video,
            **self.own_members(),
            "NotificationChannel": self.notification_channel,
            "JobTag": self.job_tag,
            "ClientRequestToken": self.client_request_token,
        }

    def own_members(self) -> Members:
        """The members that not every video operation has."""
        return members_of(self.spec, self.request_members or {}) if self.video else {}

    def trigger(self, **given: Any) -> JobTrigger:
        return RekognitionVideoJobTrigger(operation=self.operation, **given)

    def keep_link(self, context: Context, request: dict[str, Any], job_id: str) -> None:
        video = request["Video"]["S3Object"]
        VideoLink.keep(context, self, bucket=video["Bucket"], object_name=video["Name"])


class RekognitionLandVideoResultOperator(VideoTask, LandResultOperator):
    """Land every page of Get... in time order, going on after the last whole part.

    :param operation: `label_detection`, `content_moderation`, ... (templated)
    :param aggregate_by: TIMESTAMPS or SEGMENTS, of an operation that has both: each is a result of
        its own. The operation's usual form when empty. (templated)
    """

    template_fields: Sequence[str] = (
        *LandResultOperator.template_fields,
        "operation",
        "aggregate_by",
    )

    def __init__(self, *, operation: str, aggregate_by: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.operation = checked(operation)
        self.aggregate_by = aggregate_by

    @property
    def key(self) -> ResultKey:
        return ResultKey.of(self.spec.name, self.job_id, self.aggregate_by)

    def land(self, layout: Layout) -> Attempt:
        attempt = LandingAttempt.resume_or_begin(layout, self.key)
        if attempt.resumed:
            self.log.info("Going on after %d parts of an earlier try.", len(attempt.files))
        try:
            last = self._add_pages(attempt)
        except IncompleteResults as error:
            if not error.another_lander:
                attempt.abandon(str(error))
            raise
        facts = {"status": last.job_status, **self.origin()}
        if self.spec.sort_by:
            facts["sort_by"] = self.spec.sort_by
        if last.job_status == "FAILED":
            facts["failure"] = last.status_message or "no reason given"
        return attempt.succeed(**facts)

    def _add_pages(self, attempt: LandingAttempt) -> VideoPage:
        """Land what is missing; give the last page."""
        spec, form = self.spec, attempt.key.aggregate_by
        if attempt.pages_finished:
            return self.hook.page(spec, self.job_id, form, max_results=1)
        for page in self.hook.pages(spec, self.job_id, form, attempt.next_token):
            if page.job_status not in FINAL:
                raise ServiceBusy(
                    f"Job {self.job_id} is {page.job_status}: wait for it, then land it."
                )
            attempt.add_page(page.body, page.next_token)
        return page
