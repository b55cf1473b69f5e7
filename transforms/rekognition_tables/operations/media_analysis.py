"""Tables of GetMediaAnalysisJob, its result manifest and its manifest summary."""

from __future__ import annotations

import pyarrow as pa

from rekognition_tables.operations.columns import (
    API,
    GET_MEDIA,
    INSTANT,
    INTEGER,
    MANIFESTS,
    REAL,
    TEXT,
    Table,
    column,
    percent,
    s3_object,
    table,
)
from rekognition_tables.results_root.layout import MEDIA_ANALYSIS

IMAGE_INDEX = ("image_index", "Line number in the result manifest minus one.")
IMAGES = (MEDIA_ANALYSIS,)

_MEDIA_ANALYSIS_JOBS = table(
    "media_analysis_jobs",
    "One row per bulk image-moderation job, or per run image by image. FAILED jobs too.",
    IMAGES,
    [],
    [
        column(
            "mode",
            TEXT,
            "`bulk`, or `image` for DetectModerationLabels called image by image.",
            null=False,
        ),
        column("job_name", TEXT, "Name given at the start.", "JobName"),
        column(
            "operations_config_detect_moderation_labels_min_confidence",
            REAL,
            "Lowest confidence asked for.",
            "OperationsConfig.DetectModerationLabels.MinConfidence",
            "percent, 0 to 100",
        ),
        column(
            "operations_config_detect_moderation_labels_project_version",
            TEXT,
            "Custom moderation adapter (ARN).",
            "OperationsConfig.DetectModerationLabels.ProjectVersion",
        ),
        column("status", TEXT, "SUCCEEDED or FAILED.", "Status"),
        column("failure_details_code", TEXT, "Why the job failed.", "FailureDetails.Code"),
        column(
            "failure_details_message",
            TEXT,
            "Why the job failed, in words.",
            "FailureDetails.Message",
        ),
        column("creation_timestamp", INSTANT, "When the job was made.", "CreationTimestamp"),
        column("completion_timestamp", INSTANT, "When the job ended.", "CompletionTimestamp"),
        *s3_object("input_", "Input", "the input manifest"),
        column("output_config_s3_bucket", TEXT, "Bucket for the results.", "OutputConfig.S3Bucket"),
        column(
            "output_config_s3_key_prefix",
            TEXT,
            "Prefix for the results.",
            "OutputConfig.S3KeyPrefix",
        ),
        column("kms_key_id", TEXT, "KMS key of the results.", "KmsKeyId"),
        *s3_object("results_", "Results", "the result manifest"),
        column(
            "results_model_versions_moderation",
            TEXT,
            "Model that found the labels.",
            "Results.ModelVersions.Moderation",
        ),
        *s3_object("manifest_summary_", "ManifestSummary", "the manifest summary"),
    ],
    GET_MEDIA,
)

_MODERATION_IMAGES = table(
    "moderation_images",
    "One row per image of a result manifest, images without labels too. A manifest can name an image twice.",
    IMAGES,
    [IMAGE_INDEX],
    [
        column(
            "source_ref", TEXT, "The image as the manifest names it: s3://bucket/key.", "source-ref"
        ),
        column("source_ref_bucket", TEXT, "Bucket of the image."),
        column("source_ref_key", TEXT, "Key of the image, with its # and ? kept."),
        column(
            "source_ref_etag",
            TEXT,
            "ETag of the image when its request was planned here; NULL where nobody knows it.",
        ),
        column(
            "moderation_model_version",
            TEXT,
            "Model that looked at the image.",
            "detect-moderation-labels.ModerationModelVersion",
        ),
        column(
            "project_version",
            TEXT,
            "Custom moderation adapter (ARN).",
            "detect-moderation-labels.ProjectVersion",
        ),
    ],
    MANIFESTS,
)

_MODERATION_LABELS = table(
    "moderation_labels",
    "One row per moderation label of an image.",
    IMAGES,
    [IMAGE_INDEX, ("label_index", "Position of the label in its image.")],
    [
        column(
            "name", TEXT, "Name of the label.", "detect-moderation-labels.ModerationLabels.Name"
        ),
        column(
            "parent_name",
            TEXT,
            'Name of its parent, "" at the root.',
            "detect-moderation-labels.ModerationLabels.ParentName",
        ),
        column(
            "taxonomy_level",
            INTEGER,
            "1 at the root; absent before model 7.",
            "detect-moderation-labels.ModerationLabels.TaxonomyLevel",
        ),
        percent("How sure the model is.", "detect-moderation-labels.ModerationLabels.Confidence"),
    ],
    API + "API_ModerationLabel.html",
)

_MODERATION_CONTENT_TYPES = table(
    "moderation_content_types",
    "One row per content type of an image (animated, illustrated, ...).",
    IMAGES,
    [IMAGE_INDEX, ("content_type_index", "Position of the content type in its image.")],
    [
        column(
            "name", TEXT, "Name of the content type.", "detect-moderation-labels.ContentTypes.Name"
        ),
        percent("How sure the model is.", "detect-moderation-labels.ContentTypes.Confidence"),
    ],
    API + "API_ContentType.html",
)


def _statistic(name: str, comment: str) -> pa.Field:
    member = "statistics." + name.removeprefix("statistics_").replace("_", "-")
    return column(name, INTEGER, comment, member, "lines")


_MANIFEST_SUMMARIES = table(
    "manifest_summaries",
    "One row per manifest summary: how many lines of the input the service could use.",
    IMAGES,
    [],
    [
        column("version", TEXT, "Version of the summary's format.", "version"),
        _statistic("statistics_total_json_lines", "Lines of the input manifest."),
        _statistic("statistics_valid_json_lines", "Lines that were analysed."),
        _statistic("statistics_invalid_json_lines", "Lines that were not."),
    ],
    MANIFESTS,
)

_MANIFEST_ERRORS = table(
    "manifest_errors",
    "One row per input line that the service did not analyse.",
    IMAGES,
    [("error_index", "Position in the summary's errors.")],
    [
        column("line_number", INTEGER, "Line of the input manifest.", "errors.line-number"),
        column("source_ref", TEXT, "The image the line names.", "errors.source-ref"),
        column("code", TEXT, "Kind of error.", "errors.code"),
        column("message", TEXT, "The error in words.", "errors.message"),
    ],
    MANIFESTS,
)

MEDIA_ANALYSIS_TABLES: tuple[Table, ...] = (
    _MEDIA_ANALYSIS_JOBS,
    _MODERATION_IMAGES,
    _MODERATION_LABELS,
    _MODERATION_CONTENT_TYPES,
    _MANIFEST_SUMMARIES,
    _MANIFEST_ERRORS,
)
