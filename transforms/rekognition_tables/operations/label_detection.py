"""Tables of GetLabelDetection: one video's labels, in the order the service sent them."""

from __future__ import annotations

from rekognition_tables.operations.columns import (
    GET_LABELS,
    INTEGER,
    PERCENT,
    REAL,
    TEXT,
    Member,
    Position,
    Table,
    s3_object,
    table,
)
from rekognition_tables.operations.names import LABEL_DETECTION

LABEL_INDEX = Position(
    "label_index", "Position of the label in the whole result, over all pages.", "Labels"
)
INSTANCE_INDEX = Position(
    "instance_index", "Position of the instance in its label.", "Labels.Label.Instances"
)
COLOR_INDEX = Position(
    "color_index",
    "Position of the colour in its instance.",
    "Labels.Label.Instances.DominantColors",
)
VIDEO = (LABEL_DETECTION,)
MOMENT = "milliseconds from the start of the video"
RATIO = "ratio of the frame, 0 to 1"


def _names(name: str, position: str, member: str, about: str) -> Table:
    own = Position(position, f"Position in the label's {member}.", f"Labels.Label.{member}")
    columns = [Member("Name", TEXT, "Name, as the label taxonomy spells it.")]
    return table(name, about, VIDEO, [LABEL_INDEX, own], columns, GET_LABELS, repeating=True)


_LABEL_DETECTION_JOBS = table(
    "label_detection_jobs",
    "One row per video result: the job, its video and how it was asked. FAILED jobs too.",
    VIDEO,
    [],
    [
        Member("JobStatus", TEXT, "SUCCEEDED or FAILED."),
        Member("StatusMessage", TEXT, "Why the job failed."),
        Member("VideoMetadata.Codec", TEXT, "Compression of the video."),
        Member("VideoMetadata.DurationMillis", INTEGER, "Length.", "milliseconds"),
        Member("VideoMetadata.Format", TEXT, "Container."),
        Member("VideoMetadata.FrameRate", REAL, "Frame rate.", "frames per second"),
        Member("VideoMetadata.FrameHeight", INTEGER, "Height.", "pixels"),
        Member("VideoMetadata.FrameWidth", INTEGER, "Width.", "pixels"),
        Member("VideoMetadata.ColorRange", TEXT, "FULL or LIMITED."),
        Member("LabelModelVersion", TEXT, "Model that found the labels."),
        *s3_object("Video", "the video"),
        Member("JobTag", TEXT, "Tag given at the start."),
        Member("GetRequestMetadata.SortBy", TEXT, "Order, as the service says it."),
        Member(
            "GetRequestMetadata.AggregateBy",
            TEXT,
            "Form, as the service says it; older responses say nothing.",
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
        Member(
            "Timestamp",
            INTEGER,
            "Moment of the frame; in SEGMENTS the start of the stretch.",
            MOMENT,
        ),
        Member("Label.Name", TEXT, "Name, as the label taxonomy spells it."),
        Member("Label.Confidence", REAL, "How sure the model is.", PERCENT),
        Member("StartTimestampMillis", INTEGER, "Start of the stretch.", MOMENT),
        Member("EndTimestampMillis", INTEGER, "End of the stretch.", MOMENT),
        Member("DurationMillis", INTEGER, "Length of the stretch.", "milliseconds"),
    ],
    GET_LABELS,
    wrapper="Label",
)

_LABEL_INSTANCES = table(
    "label_instances",
    "One row per box: where in the frame the label was seen. The same box can stand under several labels.",
    VIDEO,
    [LABEL_INDEX, INSTANCE_INDEX],
    [
        Member("BoundingBox.Width", REAL, "Width of the box.", RATIO),
        Member("BoundingBox.Height", REAL, "Height of the box.", RATIO),
        Member("BoundingBox.Left", REAL, "Left edge of the box.", RATIO),
        Member("BoundingBox.Top", REAL, "Top edge of the box.", RATIO),
        Member("Confidence", REAL, "How sure the model is of the box.", PERCENT),
    ],
    GET_LABELS,
)

_LABEL_INSTANCE_DOMINANT_COLORS = table(
    "label_instance_dominant_colors",
    "One row per dominant colour of an instance.",
    VIDEO,
    [LABEL_INDEX, INSTANCE_INDEX, COLOR_INDEX],
    [
        Member("Red", INTEGER, "Red part.", "0 to 255"),
        Member("Blue", INTEGER, "Blue part.", "0 to 255"),
        Member("Green", INTEGER, "Green part.", "0 to 255"),
        Member("HexCode", TEXT, "The colour as #rrggbb."),
        Member("CSSColor", TEXT, "Nearest CSS colour name."),
        Member("SimplifiedColor", TEXT, "One of 12 plain colour names."),
        Member("PixelPercent", REAL, "Share of the pixels.", PERCENT),
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
