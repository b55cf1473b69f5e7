"""Video labels: plan, start, land.

https://docs.aws.amazon.com/rekognition/latest/dg/labels-detecting-labels-video.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rekognition_results.hooks.rekognition import LabelDetectionPage
from rekognition_results.links.label_detection import LabelDetectionLink
from rekognition_results.operators.land import LandResultOperator
from rekognition_results.operators.plan import PlanJobsOperator
from rekognition_results.operators.start import StartJobOperator
from rekognition_results.planning.parameters import check, labels_of, names_of, number
from rekognition_results.planning.planner import Members, without_nothing
from rekognition_results.planning.s3_listing import VIDEOS
from rekognition_results.sensors.waiting import label_detection_status
from rekognition_results.triggers.label_detection import RekognitionLabelDetectionTrigger
from rekognition_tables.allowed_values import FEATURES
from rekognition_tables.errors import IncompleteResults, ServiceBusy, WrongParameter
from rekognition_tables.jobs.plans import MediaObject
from rekognition_tables.landing.attempts import Attempt, LandingAttempt
from rekognition_tables.operations.names import LABEL_DETECTION
from rekognition_tables.results_root.layout import Layout, ResultKey

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FINAL = ("SUCCEEDED", "FAILED")
FILTERS = {
    "LabelInclusionFilters": "label_inclusion_filters",
    "LabelExclusionFilters": "label_exclusion_filters",
    "LabelCategoryInclusionFilters": "label_category_inclusion_filters",
    "LabelCategoryExclusionFilters": "label_category_exclusion_filters",
}


class RekognitionPlanLabelDetectionOperator(PlanJobsOperator):
    """Plan one job for each video under a prefix.

    The members of StartLabelDetection are left out when empty. (templated)

    :param min_confidence: percent
    :param features, label_inclusion_filters, label_exclusion_filters,
        label_category_inclusion_filters, label_category_exclusion_filters: a list, or JSON of one
    :param job_tag, sns_topic_arn, sns_role_arn: text
    :return: tokens of the requests to start; the other parameters are PlanJobsOperator's
    """

    operation = LABEL_DETECTION
    kind = VIDEOS
    objects_per_job = 1
    template_fields: Sequence[str] = (
        *PlanJobsOperator.template_fields,
        "min_confidence",
        "features",
        *FILTERS.values(),
        "job_tag",
        "sns_topic_arn",
        "sns_role_arn",
    )

    def __init__(
        self,
        *,
        min_confidence: float | str | None = None,
        features: Sequence[str] | str = (),
        label_inclusion_filters: Sequence[str] | str = (),
        label_exclusion_filters: Sequence[str] | str = (),
        label_category_inclusion_filters: Sequence[str] | str = (),
        label_category_exclusion_filters: Sequence[str] | str = (),
        job_tag: str | None = None,
        sns_topic_arn: str | None = None,
        sns_role_arn: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.min_confidence = min_confidence
        self.features = features
        self.label_inclusion_filters = label_inclusion_filters
        self.label_exclusion_filters = label_exclusion_filters
        self.label_category_inclusion_filters = label_category_inclusion_filters
        self.label_category_exclusion_filters = label_category_exclusion_filters
        self.job_tag = job_tag
        self.sns_topic_arn = sns_topic_arn
        self.sns_role_arn = sns_role_arn

    def requests(
        self, s3: S3Client, things: Iterable[MediaObject]
    ) -> Iterator[tuple[Members, tuple[MediaObject, ...]]]:
        for thing in things:
            yield self._members(thing), (thing,)

    def check_parameters(self) -> None:
        super().check_parameters()
        if bool(self.sns_topic_arn) != bool(self.sns_role_arn):
            raise WrongParameter("sns_topic_arn and sns_role_arn go together: give both or none.")
        for feature in names_of("features", self.features):
            check("features", feature, FEATURES)
        filters = self._filters()
        for what in ("Label", "LabelCategory"):
            both = {*filters[f"{what}InclusionFilters"]} & {*filters[f"{what}ExclusionFilters"]}
            if both:
                raise WrongParameter(
                    f"{', '.join(sorted(both))}: included and excluded, in one request."
                )

    def _filters(self) -> dict[str, list[str]]:
        return {member: labels_of(name, getattr(self, name)) for member, name in FILTERS.items()}

    def _members(self, video: MediaObject) -> Members:
        return without_nothing(
            {
                "Video": {
                    "S3Object": {
                        "Bucket": video.bucket,
                        "Name": video.key,
                        "Version": video.version,
                    }
                },
                "MinConfidence": number(self.min_confidence),
                "NotificationChannel": {
                    "SNSTopicArn": self.sns_topic_arn,
                    "RoleArn": self.sns_role_arn,
                },
                "JobTag": self.job_tag,
                "Features": names_of("features", self.features),
                "Settings": {"GeneralLabels": self._filters()},
            }
        )


class RekognitionStartLabelDetectionOperator(StartJobOperator):
    """StartLabelDetection, for a planned request or for one that is given here.

    https://docs.aws.amazon.com/rekognition/latest/APIReference/API_StartLabelDetection.html

    :param video: `{"S3Object": {"Bucket": ..., "Name": ..., "Version": ...}}`. (templated)
    :param min_confidence: percent. (templated)
    :param notification_channel: `{"SNSTopicArn": ..., "RoleArn": ...}`. (templated)
    :param features: `["GENERAL_LABELS"]`, or JSON of it. (templated)
    :param settings: `{"GeneralLabels": {"LabelInclusionFilters": [...], ...}}`. (templated)
    :param job_tag, client_request_token: text; left out when empty. (templated)
    :return: the job id; the other parameters are StartJobOperator's
    """

    operation = LABEL_DETECTION
    trigger_class = RekognitionLabelDetectionTrigger
    job_status = label_detection_status
    operator_extra_links = (LabelDetectionLink(),)
    link = LabelDetectionLink
    template_fields: Sequence[str] = (
        *StartJobOperator.template_fields,
        "video",
        "min_confidence",
        "notification_channel",
        "features",
        "settings",
        "job_tag",
        "client_request_token",
    )

    def __init__(
        self,
        *,
        video: dict[str, Any] | None = None,
        min_confidence: float | str | None = None,
        notification_channel: dict[str, str] | None = None,
        features: Sequence[str] | str = (),
        settings: dict[str, Any] | None = None,
        job_tag: str | None = None,
        client_request_token: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.video = video
        self.min_confidence = min_confidence
        self.notification_channel = notification_channel
        self.features = features
        self.settings = settings
        self.job_tag = job_tag
        self.client_request_token = client_request_token

    def members(self) -> Members:
        return {
            "Video": self.video,
            "MinConfidence": number(self.min_confidence),
            "NotificationChannel": self.notification_channel,
            "Features": names_of("features", self.features),
            "Settings": self.settings,
            "JobTag": self.job_tag,
            "ClientRequestToken": self.client_request_token,
        }

    def call(self, request: dict[str, Any]) -> str:
        return self.hook.start_label_detection(request)

    def link_facts(self, request: dict[str, Any], job_id: str) -> dict[str, str]:
        video = request["Video"]["S3Object"]
        return {"bucket": video["Bucket"], "object_name": video["Name"]}


class RekognitionLandLabelDetectionOperator(LandResultOperator):
    """Land every page of GetLabelDetection in time order, going on after the last whole part.

    :param aggregate_by: TIMESTAMPS or SEGMENTS; each is a result of its own. (templated)
    """

    operation = LABEL_DETECTION
    template_fields: Sequence[str] = (*LandResultOperator.template_fields, "aggregate_by")

    def __init__(self, *, aggregate_by: str = "TIMESTAMPS", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.aggregate_by = aggregate_by

    @property
    def key(self) -> ResultKey:
        return ResultKey.of(LABEL_DETECTION, self.job_id, self.aggregate_by)

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
        facts = {"status": last.job_status, "sort_by": "TIMESTAMP", **self.origin()}
        if last.job_status == "FAILED":
            facts["failure"] = last.status_message or "no reason given"
        return attempt.succeed(**facts)

    def _add_pages(self, attempt: LandingAttempt) -> LabelDetectionPage:
        """Land what is missing; give the last page."""
        if attempt.pages_finished:
            return self.hook.get_label_detection(self.job_id, self.aggregate_by, max_results=1)
        for page in self.hook.label_detection_pages(
            self.job_id, self.aggregate_by, attempt.next_token
        ):
            if page.job_status not in FINAL:
                raise ServiceBusy(
                    f"Job {self.job_id} is {page.job_status}: wait for it, then land it."
                )
            attempt.add_page(page.body, page.next_token)
        return page
