"""Tables of GetLabelDetection: one video's labels, in the order the service sent them."""

from __future__ import annotations

import pyarrow as pa

from rekognition_tables.operations.columns import (
    GET_LABELS,
    INTEGER,
    REAL,
    TEXT,
    Table,
    column,
    percent,
    s3_object,
    table,
)
from rekognition_tables.results_root.layout import LABEL_DETECTION

LABEL_INDEX = ("label_index", "Position of the label in the whole result, over all pages.")
INSTANCE_INDEX = ("instance_index", "Position of the instance in its label.")
VIDEO = (LABEL_DETECTION,)


def _millis(name: str, comment: str, member: str) -> pa.Field:
    return column(name, INTEGER, comment, member, "milliseconds from the start of the video")


def _box(side: str, comment: str) -> pa.Field:
    member = f"Labels.Label.Instances.BoundingBox.{side.title()}"
    return column(f"bounding_box_{side}", REAL, comment, member, "ratio of the frame, 0 to 1")


def _names(name: str, position: str, member: str, about: str) -> Table:
    return table(
        name,
        about,
        VIDEO,
        [LABEL_INDEX, (position, f"Position in the label's {member}.")],
        [
            column(
                "name",
                TEXT,
                "Name, as the label taxonomy spells it.",
                f"Labels.Label.{member}.Name",
            )
        ],
        GET_LABELS,
    )


_LABEL_DETECTION_JOBS = table(
    "label_detection_jobs",
    "One row per video result: the job, its video and how it was asked. FAILED jobs too.",
    VIDEO,
    [],
    [
        column("job_status", TEXT, "SUCCEEDED or FAILED.", "JobStatus"),
        column("status_message", TEXT, "Why the job failed.", "StatusMessage"),
        column("video_metadata_codec", TEXT, "Compression of the video.", "VideoMetadata.Codec"),
        column(
            "video_metadata_duration_millis",
            INTEGER,
            "Length.",
            "VideoMetadata.DurationMillis",
            "milliseconds",
        ),
        column("video_metadata_format", TEXT, "Container.", "VideoMetadata.Format"),
        column(
            "video_metadata_frame_rate",
            REAL,
            "Frame rate.",
            "VideoMetadata.FrameRate",
            "frames per second",
        ),
        column(
            "video_metadata_frame_height", INTEGER, "Height.", "VideoMetadata.FrameHeight", "pixels"
        ),
        column(
            "video_metadata_frame_width", INTEGER, "Width.", "VideoMetadata.FrameWidth", "pixels"
        ),
        column("video_metadata_color_range", TEXT, "FULL or LIMITED.", "VideoMetadata.ColorRange"),
        column("label_model_version", TEXT, "Model that found the labels.", "LabelModelVersion"),
        *s3_object("video_", "Video", "the video"),
        column("job_tag", TEXT, "Tag given at the start.", "JobTag"),
        column(
            "get_request_metadata_sort_by",
            TEXT,
            "Order, as the service says it.",
            "GetRequestMetadata.SortBy",
        ),
        column(
            "get_request_metadata_aggregate_by",
            TEXT,
            "Form, as the service says it; older responses say nothing.",
            "GetRequestMetadata.AggregateBy",
        ),
    ],
    GET_LABELS,
)

_LABELS = table(
    "labels",
    "One row per label found at a moment (TIMESTAMPS) or over a stretch (SEGMENTS) of a video.",
    VIDEO,
    [LABEL_INDEX],
    [
        _millis(
            "timestamp",
            "Moment of the frame; in SEGMENTS the start of the stretch.",
            "Labels.Timestamp",
        ),
        column("name", TEXT, "Name, as the label taxonomy spells it.", "Labels.Label.Name"),
        percent("How sure the model is.", "Labels.Label.Confidence"),
        _millis("start_timestamp_millis", "Start of the stretch.", "Labels.StartTimestampMillis"),
        _millis("end_timestamp_millis", "End of the stretch.", "Labels.EndTimestampMillis"),
        column(
            "duration_millis",
            INTEGER,
            "Length of the stretch.",
            "Labels.DurationMillis",
            "milliseconds",
        ),
    ],
    GET_LABELS,
)

_LABEL_INSTANCES = table(
    "label_instances",
    "One row per box: where in the frame the label was seen. The same box can stand under several labels.",
    VIDEO,
    [LABEL_INDEX, INSTANCE_INDEX],
    [
        _box("width", "Width of the box."),
        _box("height", "Height of the box."),
        _box("left", "Left edge of the box."),
        _box("top", "Top edge of the box."),
        percent("How sure the model is of the box.", "Labels.Label.Instances.Confidence"),
    ],
    GET_LABELS,
)


def _color(name: str, member: str, kind: pa.DataType, comment: str, unit: str = "") -> pa.Field:
    return column(name, kind, comment, f"Labels.Label.Instances.DominantColors.{member}", unit)


_LABEL_INSTANCE_DOMINANT_COLORS = table(
    "label_instance_dominant_colors",
    "One row per dominant colour of an instance.",
    VIDEO,
    [LABEL_INDEX, INSTANCE_INDEX, ("color_index", "Position of the colour in its instance.")],
    [
        _color("red", "Red", INTEGER, "Red part.", "0 to 255"),
        _color("blue", "Blue", INTEGER, "Blue part.", "0 to 255"),
        _color("green", "Green", INTEGER, "Green part.", "0 to 255"),
        _color("hex_code", "HexCode", TEXT, "The colour as #rrggbb."),
        _color("css_color", "CSSColor", TEXT, "Nearest CSS colour name."),
        _color("simplified_color", "SimplifiedColor", TEXT, "One of 12 plain colour names."),
        _color("pixel_percent", "PixelPercent", REAL, "Share of the pixels.", "percent, 0 to 100"),
    ],
    GET_LABELS,
)

LABEL_DETECTION_TABLES: tuple[Table, ...] = (
    _LABEL_DETECTION_JOBS,
    _LABELS,
    _LABEL_INSTANCES,
    _LABEL_INSTANCE_DOMINANT_COLORS,
    _names("label_parents", "parent_index", "Parents", "One row per parent of a label."),
    _names("label_aliases", "alias_index", "Aliases", "One row per alias of a label."),
    _names("label_categories", "category_index", "Categories", "One row per category of a label."),
)
