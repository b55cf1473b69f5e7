"""What the tables of video operations share."""

from __future__ import annotations

from collections.abc import Iterable

from rekognition_tables import allowed_values as allowed
from rekognition_tables.operations.columns import INTEGER, REAL, TEXT, Column, Member, s3_object
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import RequestMember
from rekognition_tables.operations.table import Table, table

MOMENT = "milliseconds from the start of the video"
MILLISECONDS = "milliseconds"
RATIO = "ratio of the frame, 0 to 1"
METADATA = (
    Member("VideoMetadata.Codec", TEXT, "Compression of the video."),
    Member("VideoMetadata.DurationMillis", INTEGER, "Length.", MILLISECONDS),
    Member("VideoMetadata.Format", TEXT, "Container."),
    Member("VideoMetadata.FrameRate", REAL, "Frame rate.", "frames per second"),
    Member("VideoMetadata.FrameHeight", INTEGER, "Height.", "pixels"),
    Member("VideoMetadata.FrameWidth", INTEGER, "Width.", "pixels"),
    Member("VideoMetadata.ColorRange", TEXT, "FULL or LIMITED."),
)
SORT_BY = Member("GetRequestMetadata.SortBy", TEXT, "Order, as the service says it.")
AGGREGATE_BY = Member(
    "GetRequestMetadata.AggregateBy",
    TEXT,
    "Form, as the service says it; older responses say nothing.",
)
SEGMENT = (
    Member("StartTimestampMillis", INTEGER, "Start of the stretch.", MOMENT),
    Member("EndTimestampMillis", INTEGER, "End of the stretch.", MOMENT),
    Member("DurationMillis", INTEGER, "Length of the stretch.", MILLISECONDS),
)
TIMESTAMP = Member(
    "Timestamp", INTEGER, "Moment of the frame; in SEGMENTS the start of the stretch.", MOMENT
)
MIN_CONFIDENCE = RequestMember(
    "MinConfidence",
    "min_confidence",
    "Lowest confidence that Rekognition returns, percent.",
    allowed.PERCENT,
)


def jobs_table(
    operation: Operation,
    aws_page: str,
    of_the_operation: Iterable[Member | Column],
    asked: Iterable[Member] = (),
    forms: bool = False,
) -> Table:
    """`{operation}_jobs`: what the pages say of the job, besides what each has `of_the_operation`.

    `asked`: what the service says of how it was asked.
    """
    return table(
        f"{operation}_jobs",
        "One row per video result: the job, its video and how it was asked. FAILED jobs too.",
        [],
        [
            Member("JobStatus", TEXT, "SUCCEEDED or FAILED."),
            Member("StatusMessage", TEXT, "Why the job failed."),
            *of_the_operation,
            *s3_object("Video", "the video"),
            Member("JobTag", TEXT, "Tag given at the start."),
            *asked,
        ],
        operations=(operation,),
        aws_page=aws_page,
        forms=forms,
    )
