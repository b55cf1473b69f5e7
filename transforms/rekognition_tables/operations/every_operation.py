"""Tables of the pipeline itself, for results of every operation: request, quarantine, ledger."""

from __future__ import annotations

from rekognition_tables.operations.columns import (
    API,
    BYTES,
    COUNTS,
    FLAG,
    GET_LABELS,
    INSTANT,
    INTEGER,
    MANIFESTS,
    PERCENT,
    REAL,
    TEXT,
    TEXTS,
    Member,
    column,
    s3_object,
    table,
)
from rekognition_tables.operations.names import OPERATIONS

JOB_REQUESTS = table(
    "job_requests",
    "How the job came to be: the request that was sent, word for word, or how a job of others was found.",
    OPERATIONS,
    [],
    [
        column(
            "token",
            TEXT,
            "ClientRequestToken; NULL for a job started elsewhere.",
            "ClientRequestToken",
        ),
        column(
            "generation", INTEGER, "1, and one more for each paid new start after a FAILED job."
        ),
        column(
            "found_by",
            TEXT,
            "`started_here`, `list_media_analysis_jobs`, `sns_notification` or `job_id`.",
        ),
        column("account", TEXT, "The AWS account that ran the job."),
        column("region", TEXT, "The AWS region that ran the job."),
        column("request", TEXT, "The whole request as JSON."),
        *s3_object("Input", "what was analysed: the input manifest, or the video"),
        column(
            "input_etag",
            TEXT,
            "ETag of that object when the job was planned; NULL where no plan saw it.",
        ),
        Member("MinConfidence", REAL, "Lowest confidence asked for.", PERCENT),
        Member("Features", TEXTS, "Features asked for."),
        Member("LabelInclusionFilters", TEXTS, "Labels asked for."),
        Member("LabelExclusionFilters", TEXTS, "Labels left out."),
        Member("LabelCategoryInclusionFilters", TEXTS, "Categories asked for."),
        Member("LabelCategoryExclusionFilters", TEXTS, "Categories left out."),
        Member("ProjectVersion", TEXT, "Custom moderation adapter (ARN)."),
        Member("NotificationChannel.SNSTopicArn", TEXT, "Topic told at the end."),
        Member("NotificationChannel.RoleArn", TEXT, "Role that may tell it."),
        Member("JobTag", TEXT, "Tag of the job."),
        Member("JobName", TEXT, "Name of the job."),
        Member("OutputConfig.S3Bucket", TEXT, "Bucket for the results."),
        Member("OutputConfig.S3KeyPrefix", TEXT, "Prefix for the results."),
        Member("KmsKeyId", TEXT, "KMS key for the results."),
        column("started_at", INSTANT, "When the start was answered; NULL where nobody told it."),
        column("finished_seen_at", INSTANT, "When the job was first seen finished."),
        column("landed_at", INSTANT, "When its result was landed.", null=False),
    ],
    API + "API_StartLabelDetection.html",
)

QUARANTINED_RECORDS = table(
    "quarantined_records",
    "One row per record that could not be read as what it should be: nothing is dropped in silence.",
    OPERATIONS,
    [],
    [
        column("file", TEXT, "The landed file that holds the record.", null=False),
        column(
            "line_number",
            INTEGER,
            "Line, from 1: of the result manifest, or of the pages one a line.",
            null=False,
        ),
        column(
            "label_index", INTEGER, "The label that was put aside; NULL when it is the whole line."
        ),
        column(
            "byte_offset",
            INTEGER,
            "Where the record begins in the uncompressed file.",
            unit="bytes",
            null=False,
        ),
        column("reason", TEXT, "What is wrong with it.", null=False),
        column("record", BYTES, "The record's bytes as received.", null=False),
    ],
    MANIFESTS,
    key=("file", "line_number", "label_index"),
)

UNKNOWN_FIELDS = table(
    "unknown_fields",
    "One row per JSON path that no column holds yet. The bytes stay landed; flatten again once it has one.",
    OPERATIONS,
    [],
    [
        column("path", TEXT, "JSON path, list positions as [].", null=False),
        column("count", INTEGER, "How often it was there.", null=False),
        column("example", TEXT, "One value, as JSON, cut at 1,000 characters."),
    ],
    GET_LABELS,
    key=("path",),
)

# What views tell of a job whose rows are held back, or in no table of its own.
OF_THE_JOB = (
    column("status", TEXT, "SUCCEEDED or FAILED, as the service said."),
    column("status_message", TEXT, "Why the job failed, in words."),
    column("account", TEXT, "The AWS account that ran the job."),
    column("region", TEXT, "The AWS region that ran the job."),
    column("found_by", TEXT, "How the job became known; `started_here` for our own."),
    *s3_object("Input", "what was analysed: the input manifest, or the video"),
    column("started_at", INSTANT, "When the start was answered; NULL where nobody told it."),
    column("finished_at", INSTANT, "When it ended; of a video, when it was first seen finished."),
    column("images", INTEGER, "Lines that a bulk job analysed, and charges.", unit="images"),
    column("video_metadata_duration_millis", INTEGER, "Length.", unit="milliseconds"),
    column("lines_sent", INTEGER, "Lines of the input manifest, by the manifest summary."),
    column("lines_analysed", INTEGER, "Of these, lines that were analysed, by the summary."),
    column("lines_refused", INTEGER, "Of these, lines that could not be read, by the summary."),
    column(
        "lines_received",
        INTEGER,
        "Lines of the result manifest: those written and those in quarantine.",
    ),
)

LOADS = table(
    "loads",
    "The ledger: one row per result, what was written from it, and whether that is all the service said there was.",
    OPERATIONS,
    [],
    [
        column("attempt", TEXT, "The landing attempt that was read."),
        column("schema_version", INTEGER, "Version of these tables.", null=False),
        column("row_counts", COUNTS, "Rows written, by table.", null=False),
        column(
            "reconciled", FLAG, "What the service said it returned is what was written.", null=False
        ),
        column("reason", TEXT, "Why it does not reconcile; NULL when it does."),
        column("accepted_reason", TEXT, "Why somebody released it all the same."),
        *OF_THE_JOB,
        column(
            "held_back",
            FLAG,
            "Its rows are kept out of the other tables until it is accepted.",
            null=False,
        ),
        column("landed_at", INSTANT, "When the attempt was landed whole."),
        column("flattened_at", INSTANT, "When the files were written."),
        column("loaded_at", INSTANT, "When the rows were loaded."),
    ],
    GET_LABELS,
)
