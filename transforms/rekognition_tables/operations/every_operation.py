"""Tables of the pipeline itself, for results of every operation: request, quarantine, ledger."""

from __future__ import annotations

from rekognition_tables import allowed_values as allowed
from rekognition_tables.operations.columns import (
    BYTES,
    COUNTS,
    FLAG,
    GUIDE,
    INSTANT,
    INTEGER,
    MANIFESTS,
    PERCENT,
    REAL,
    TEXT,
    TEXTS,
    Column,
    Member,
    s3_object,
)
from rekognition_tables.operations.names import OPERATIONS
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.operations.table import table


def _asked() -> list[Column]:
    """What requests of video operations ask for, each column once."""
    members = [one for spec in VIDEO_OPERATIONS.values() for one in spec.request]
    columns: dict[str, Column] = {}
    for one in members:
        kind = TEXTS if one.at_most else REAL if one.allowed is allowed.PERCENT else TEXT
        unit = PERCENT if one.allowed is allowed.PERCENT else ""
        columns.setdefault(one.argument, Column(one.argument, kind, one.about, one.path, unit))
    return list(columns.values())


JOB_REQUESTS = table(
    "job_requests",
    "How the job came to be: the request that was sent, word for word, or how a job of others was found.",
    [],
    [
        Column(
            "token",
            TEXT,
            "ClientRequestToken; NULL for a job started elsewhere.",
            "ClientRequestToken",
        ),
        Column(
            "generation", INTEGER, "1, and one more for each paid new start after a FAILED job."
        ),
        Column(
            "found_by",
            TEXT,
            "`started_here`, `list_media_analysis_jobs`, `sns_notification` or `job_id`.",
        ),
        Column("account", TEXT, "The AWS account that ran the job."),
        Column("region", TEXT, "The AWS region that ran the job."),
        Column("request", TEXT, "The whole request as JSON."),
        *s3_object("Input", "what was analysed: the input manifest, or the video"),
        Column(
            "input_etag",
            TEXT,
            "ETag of that object when the job was planned; NULL where no plan saw it.",
        ),
        *_asked(),
        Member("ProjectVersion", TEXT, "Custom moderation adapter (ARN)."),
        Member("NotificationChannel.SNSTopicArn", TEXT, "Topic told at the end."),
        Member("NotificationChannel.RoleArn", TEXT, "Role that may tell it."),
        Member("JobTag", TEXT, "Tag of the job."),
        Member("JobName", TEXT, "Name of the job."),
        Member("OutputConfig.S3Bucket", TEXT, "Bucket for the results."),
        Member("OutputConfig.S3KeyPrefix", TEXT, "Prefix for the results."),
        Member("KmsKeyId", TEXT, "KMS key for the results."),
        Column("started_at", INSTANT, "When the start was answered; NULL where nobody told it."),
        Column("finished_seen_at", INSTANT, "When the job was first seen finished."),
        Column("landed_at", INSTANT, "When its result was landed.", null=False),
    ],
    operations=OPERATIONS,
    aws_page=GUIDE + "api-video.html",
)

QUARANTINED_RECORDS = table(
    "quarantined_records",
    "One row per record that could not be read as what it should be: nothing is dropped in silence.",
    [],
    [
        Column("file", TEXT, "The landed file that holds the record.", null=False),
        Column(
            "line_number",
            INTEGER,
            "Line, from 1: of the result manifest, or of the pages one a line.",
            null=False,
        ),
        Column(
            "label_index", INTEGER, "The label that was put aside; NULL when it is the whole line."
        ),
        Column(
            "byte_offset",
            INTEGER,
            "Where the record begins in the uncompressed file.",
            unit="bytes",
            null=False,
        ),
        Column("reason", TEXT, "What is wrong with it.", null=False),
        Column("record", BYTES, "The record's bytes as received.", null=False),
    ],
    operations=OPERATIONS,
    aws_page=MANIFESTS,
    key=("file", "line_number", "label_index"),
)

UNKNOWN_FIELDS = table(
    "unknown_fields",
    "One row per JSON path that no column holds yet. The bytes stay landed; flatten again once it has one.",
    [],
    [
        Column("path", TEXT, "JSON path, list positions as [].", null=False),
        Column("count", INTEGER, "How often it was there.", null=False),
        Column("example", TEXT, "One value, as JSON, cut at 1,000 characters."),
    ],
    operations=OPERATIONS,
    aws_page=GUIDE + "api-video.html",
    key=("path",),
)

# What views tell of a job whose rows are held back, or in no table of its own.
OF_THE_JOB = (
    Column("status", TEXT, "SUCCEEDED or FAILED, as the service said."),
    Column("status_message", TEXT, "Why the job failed, in words."),
    Column("account", TEXT, "The AWS account that ran the job."),
    Column("region", TEXT, "The AWS region that ran the job."),
    Column("found_by", TEXT, "How the job became known; `started_here` for our own."),
    *s3_object("Input", "what was analysed: the input manifest, or the video"),
    Column("started_at", INSTANT, "When the start was answered; NULL where nobody told it."),
    Column("finished_at", INSTANT, "When it ended; of a video, when it was first seen finished."),
    Column("images", INTEGER, "Lines that a bulk job analysed, and charges.", unit="images"),
    Column("video_metadata_duration_millis", INTEGER, "Length.", unit="milliseconds"),
    Column("lines_sent", INTEGER, "Lines of the input manifest, by the manifest summary."),
    Column("lines_analysed", INTEGER, "Of these, lines that were analysed, by the summary."),
    Column("lines_refused", INTEGER, "Of these, lines that could not be read, by the summary."),
    Column(
        "lines_received",
        INTEGER,
        "Lines of the result manifest: those written and those in quarantine.",
    ),
)

LOADS = table(
    "loads",
    "The ledger: one row per result, what was written from it, and whether that is all the service said there was.",
    [],
    [
        Column("attempt", TEXT, "The landing attempt that was read."),
        Column("schema_version", INTEGER, "Version of these tables.", null=False),
        Column("row_counts", COUNTS, "Rows written, by table.", null=False),
        Column(
            "reconciled", FLAG, "What the service said it returned is what was written.", null=False
        ),
        Column("reason", TEXT, "Why it does not reconcile; NULL when it does."),
        Column("accepted_reason", TEXT, "Why somebody released it all the same."),
        *OF_THE_JOB,
        Column(
            "held_back",
            FLAG,
            GUIDE,
            "Its rows are kept out of the other tables until it is accepted.",
            null=False,
        ),
        Column("landed_at", INSTANT, "When the attempt was landed whole."),
        Column("flattened_at", INSTANT, "When the files were written."),
        Column("loaded_at", INSTANT, "When the rows were loaded."),
    ],
    operations=OPERATIONS,
    aws_page=GUIDE + "api-video.html",
)
