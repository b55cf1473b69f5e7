"""Tables of GetMediaAnalysisJob, its result manifest and its manifest summary."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from rekognition_tables.operations.columns import (
    API,
    INSTANT,
    INTEGER,
    MANIFESTS,
    PERCENT,
    REAL,
    TEXT,
    Column,
    Member,
    Position,
    s3_object,
)
from rekognition_tables.operations.names import MEDIA_ANALYSIS
from rekognition_tables.operations.spec import ManifestOperation, Price
from rekognition_tables.operations.table import table

RESULT = "detect-moderation-labels"
IMAGE_INDEX = Position("image_index", "Line number in the result manifest minus one.", "")
LABEL_INDEX = Position(
    "label_index", "Position of the label in its image.", f"{RESULT}.ModerationLabels"
)
CONTENT_TYPE_INDEX = Position(
    "content_type_index", "Position of the content type in its image.", f"{RESULT}.ContentTypes"
)
ERROR_INDEX = Position("error_index", "Position in the summary's errors.", "errors")
_table = partial(table, operations=(MEDIA_ANALYSIS,))

_MEDIA_ANALYSIS_JOBS = _table(
    "media_analysis_jobs",
    "One row per bulk image-moderation job, or per run image by image. FAILED jobs too.",
    [],
    [
        Column(
            "mode",
            TEXT,
            "`bulk`, or `image` for DetectModerationLabels called image by image.",
            null=False,
        ),
        Member("JobName", TEXT, "Name given at the start."),
        Member(
            "OperationsConfig.DetectModerationLabels.MinConfidence",
            REAL,
            "Lowest confidence asked for.",
            PERCENT,
        ),
        Member(
            "OperationsConfig.DetectModerationLabels.ProjectVersion",
            TEXT,
            "Custom moderation adapter (ARN).",
        ),
        Member("Status", TEXT, "SUCCEEDED or FAILED."),
        Member("FailureDetails.Code", TEXT, "Why the job failed."),
        Member("FailureDetails.Message", TEXT, "Why the job failed, in words."),
        Member("CreationTimestamp", INSTANT, "When the job was made."),
        Member("CompletionTimestamp", INSTANT, "When the job ended."),
        *s3_object("Input", "the input manifest"),
        Member("OutputConfig.S3Bucket", TEXT, "Bucket for the results."),
        Member("OutputConfig.S3KeyPrefix", TEXT, "Prefix for the results."),
        Member("KmsKeyId", TEXT, "KMS key of the results."),
        *s3_object("Results", "the result manifest"),
        Member("Results.ModelVersions.Moderation", TEXT, "Model that found the labels."),
        *s3_object("ManifestSummary", "the manifest summary"),
    ],
    aws_page=API + "API_GetMediaAnalysisJob.html",
)

_MODERATION_IMAGES = _table(
    "moderation_images",
    "One row per image of a result manifest, images without labels too. A manifest can name an image twice.",
    [IMAGE_INDEX],
    [
        Member("source-ref", TEXT, "The image as the manifest names it: s3://bucket/key."),
        Column("source_ref_bucket", TEXT, "Bucket of the image."),
        Column("source_ref_key", TEXT, "Key of the image, with its # and ? kept."),
        Column(
            "source_ref_etag",
            TEXT,
            "ETag of the image when its request was planned here; NULL where nobody knows it.",
        ),
        Member(f"{RESULT}.ModerationModelVersion", TEXT, "Model that looked at the image."),
        Member(f"{RESULT}.ProjectVersion", TEXT, "Custom moderation adapter (ARN)."),
    ],
    aws_page=MANIFESTS,
    wrapper=RESULT,
)

_MODERATION_LABELS = _table(
    "moderation_labels",
    "One row per moderation label of an image.",
    [IMAGE_INDEX, LABEL_INDEX],
    [
        Member("Name", TEXT, "Name of the label."),
        Member("ParentName", TEXT, 'Name of its parent, "" at the root.'),
        Member("TaxonomyLevel", INTEGER, "1 at the root; absent before model 7."),
        Member("Confidence", REAL, "How sure the model is.", PERCENT),
    ],
    aws_page=API + "API_ModerationLabel.html",
)

_MODERATION_CONTENT_TYPES = _table(
    "moderation_content_types",
    "One row per content type of an image (animated, illustrated, ...).",
    [IMAGE_INDEX, CONTENT_TYPE_INDEX],
    [
        Member("Name", TEXT, "Name of the content type."),
        Member("Confidence", REAL, "How sure the model is.", PERCENT),
    ],
    aws_page=API + "API_ContentType.html",
)

_MANIFEST_SUMMARIES = _table(
    "manifest_summaries",
    "One row per manifest summary: how many lines of the input the service could use.",
    [],
    [
        Member("version", TEXT, "Version of the summary's format."),
        Member("statistics.total-json-lines", INTEGER, "Lines of the input manifest.", "lines"),
        Member("statistics.valid-json-lines", INTEGER, "Lines that were analysed.", "lines"),
        Member("statistics.invalid-json-lines", INTEGER, "Lines that were not.", "lines"),
    ],
    aws_page=MANIFESTS,
)

_MANIFEST_ERRORS = _table(
    "manifest_errors",
    "One row per input line that the service did not analyse.",
    [ERROR_INDEX],
    [
        Member("line-number", INTEGER, "Line of the input manifest."),
        Member("source-ref", TEXT, "The image the line names."),
        Member("code", TEXT, "Kind of error."),
        Member("message", TEXT, "The error in words."),
    ],
    aws_page=MANIFESTS,
)

OPERATION = ManifestOperation(
    name=MEDIA_ANALYSIS,
    api="MediaAnalysisJob",
    title="Bulk image moderation",
    schema_version=2,
    price=Price(
        "0.001",
        "image",
        "2026-10-07",
        "https://aws.amazon.com/rekognition/pricing/ (us-east-1, image analysis group 2, "
        "first million a month)",
    ),
    # Its results stand in a bucket of ours; Amazon keeps its details for so long:
    # https://docs.aws.amazon.com/rekognition/latest/APIReference/API_GetMediaAnalysisJob.html
    results_kept=timedelta(days=365),
    tables=(
        _MEDIA_ANALYSIS_JOBS,
        _MODERATION_IMAGES,
        _MODERATION_LABELS,
        _MODERATION_CONTENT_TYPES,
        _MANIFEST_SUMMARIES,
        _MANIFEST_ERRORS,
    ),
)
