"""The answers of a media analysis as msgspec Structs; a test holds them against botocore's model.

Every member may be absent (the service's model requires none), so each defaults to None without
being typed so: an explicit null fails the typed decode, and the slow road decides. Unknown members
fail it too, so nothing is dropped unseen. Without cyclic collection and equality, since millions of
these live for one batch each.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, field

ABSENT: Any = None
Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]  # what a BIGINT holds


class Answer(Struct, gc=False, eq=False, forbid_unknown_fields=True):
    """What every shape below shares."""


class S3Object(Answer):
    Bucket: str = ABSENT
    Name: str = ABSENT
    Version: str = ABSENT


class Located(Answer):
    """Input and ManifestSummary: an object's place."""

    S3Object: S3Object = ABSENT


# GetMediaAnalysisJob: https://docs.aws.amazon.com/rekognition/latest/APIReference/API_GetMediaAnalysisJob.html


class ModerationConfig(Answer):
    MinConfidence: float = ABSENT
    ProjectVersion: str = ABSENT


class OperationsConfig(Answer):
    DetectModerationLabels: ModerationConfig = ABSENT


class FailureDetails(Answer):
    Code: str = ABSENT
    Message: str = ABSENT


class OutputConfig(Answer):
    S3Bucket: str = ABSENT
    S3KeyPrefix: str = ABSENT


class ModelVersions(Answer):
    Moderation: str = ABSENT


class Results(Answer):
    S3Object: S3Object = ABSENT
    ModelVersions: ModelVersions = ABSENT


class MediaAnalysisJob(Answer):
    """One body of GetMediaAnalysisJob. Its times are epoch seconds."""

    JobId: str = ABSENT
    JobName: str = ABSENT
    OperationsConfig: OperationsConfig = ABSENT
    Status: str = ABSENT
    FailureDetails: FailureDetails = ABSENT
    CreationTimestamp: float = ABSENT
    CompletionTimestamp: float = ABSENT
    Input: Located = ABSENT
    OutputConfig: OutputConfig = ABSENT
    KmsKeyId: str = ABSENT
    Results: Results = ABSENT
    ManifestSummary: Located = ABSENT


# Result manifest and summary: https://docs.aws.amazon.com/rekognition/latest/dg/moderation-bulk-analysis.html


class ModerationLabel(Answer):
    Confidence: float = ABSENT
    Name: str = ABSENT
    ParentName: str = ABSENT
    TaxonomyLevel: Whole = ABSENT


class ContentType(Answer):
    Confidence: float = ABSENT
    Name: str = ABSENT


class Moderation(Answer):
    """What DetectModerationLabels returns for one image."""

    ModerationLabels: list[ModerationLabel] = ABSENT
    ModerationModelVersion: str = ABSENT
    ContentTypes: list[ContentType] = ABSENT
    ProjectVersion: str = ABSENT


class ManifestLine(Answer):
    """One line of the result manifest."""

    source_ref: str = field(default=ABSENT, name="source-ref")
    moderation: Moderation = field(default=ABSENT, name="detect-moderation-labels")


class Statistics(Answer):
    total: Whole = field(default=ABSENT, name="total-json-lines")
    valid: Whole = field(default=ABSENT, name="valid-json-lines")
    invalid: Whole = field(default=ABSENT, name="invalid-json-lines")


class SummaryError(Answer):
    """AWS's guide spells `line-numer`; the right spelling is taken too."""

    line_numer: Whole = field(default=ABSENT, name="line-numer")
    line_number: Whole = field(default=ABSENT, name="line-number")
    source_ref: str = field(default=ABSENT, name="source-ref")
    code: str = ABSENT
    message: str = ABSENT

    def __post_init__(self) -> None:
        if self.line_number is None:
            self.line_number = self.line_numer


class ManifestSummary(Answer):
    version: str = ABSENT
    statistics: Statistics = ABSENT
    errors: list[SummaryError] = ABSENT
