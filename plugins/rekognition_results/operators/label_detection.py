"""Video labels: plan, start, land. RekognitionPlanVideoJobsOperator and its like do all of it.

https://docs.aws.amazon.com/rekognition/latest/dg/labels-detecting-labels-video.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rekognition_results.operators.land import LandResultOperator
from rekognition_results.operators.plan import PlanJobsOperator
from rekognition_results.operators.start import StartJobOperator
from rekognition_results.operators.videos import (
    RekognitionLandVideoResultOperator,
    RekognitionPlanVideoJobsOperator,
    RekognitionStartVideoJobOperator,
)
from rekognition_results.planning.parameters import names_of, number
from rekognition_results.planning.planner import Members
from rekognition_results.triggers.label_detection import RekognitionLabelDetectionTrigger
from rekognition_tables.operations.names import Operation

LABEL_DETECTION: Operation = "label_detection"
REQUEST_MEMBERS = (
    "min_confidence",
    "features",
    "label_inclusion_filters",
    "label_exclusion_filters",
    "label_category_inclusion_filters",
    "label_category_exclusion_filters",
)


class RekognitionPlanLabelDetectionOperator(RekognitionPlanVideoJobsOperator):
    """Plan one job for each video under a prefix.

    The members of StartLabelDetection are left out when empty. (templated)

    :param min_confidence: percent
    :param features, label_inclusion_filters, label_exclusion_filters,
        label_category_inclusion_filters, label_category_exclusion_filters: a list, or JSON of one
    :param job_tag, sns_topic_arn, sns_role_arn: text
    :return: tokens of the requests to start; the other parameters are PlanJobsOperator's
    """

    template_fields: Sequence[str] = (
        *PlanJobsOperator.template_fields,
        *REQUEST_MEMBERS,
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
        **kwargs: Any,
    ) -> None:
        super().__init__(operation=LABEL_DETECTION, **kwargs)
        self.min_confidence = min_confidence
        self.features = features
        self.label_inclusion_filters = label_inclusion_filters
        self.label_exclusion_filters = label_exclusion_filters
        self.label_category_inclusion_filters = label_category_inclusion_filters
        self.label_category_exclusion_filters = label_category_exclusion_filters

    def asked(self) -> Mapping[str, Any]:
        return {name: getattr(self, name) for name in REQUEST_MEMBERS}


class RekognitionStartLabelDetectionOperator(RekognitionStartVideoJobOperator):
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

    trigger = staticmethod(RekognitionLabelDetectionTrigger)
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
        min_confidence: float | str | None = None,
        features: Sequence[str] | str = (),
        settings: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(operation=LABEL_DETECTION, **kwargs)
        self.min_confidence = min_confidence
        self.features = features
        self.settings = settings

    def own_members(self) -> Members:
        return {
            "MinConfidence": number(self.min_confidence),
            "Features": names_of("features", self.features),
            "Settings": self.settings,
        }


class RekognitionLandLabelDetectionOperator(RekognitionLandVideoResultOperator):
    """RekognitionLandVideoResultOperator of `label_detection`.

    :param aggregate_by: TIMESTAMPS or SEGMENTS; each is a result of its own. (templated)
    """

    template_fields: Sequence[str] = (*LandResultOperator.template_fields, "aggregate_by")

    def __init__(self, *, aggregate_by: str = "TIMESTAMPS", **kwargs: Any) -> None:
        super().__init__(operation=LABEL_DETECTION, aggregate_by=aggregate_by, **kwargs)
