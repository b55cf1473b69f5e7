"""Text in videos: StartTextDetection, GetTextDetection."""

from __future__ import annotations

from functools import partial

from rekognition_tables.operations.columns import (
    API,
    INTEGER,
    PERCENT,
    REAL,
    TEXT,
    Member,
    Position,
)
from rekognition_tables.operations.spec import VideoOperation
from rekognition_tables.operations.table import table
from rekognition_tables.operations.video import METADATA, MOMENT, RATIO, jobs_table

NAME = "text_detection"
PAGE = API + "API_GetTextDetection.html"
TEXT_INDEX = Position("text_index", "Position of the text in the result.", "TextDetections")
POINT_INDEX = Position(
    "polygon_index",
    "Position of the point in its polygon.",
    "TextDetections.TextDetection.Geometry.Polygon",
)
_table = partial(table, operations=(NAME,), aws_page=PAGE)

OPERATION = VideoOperation(
    name=NAME,
    api="TextDetection",
    title="Text in videos",
    schema_version=1,
    elements="TextDetections",
    required="TextDetection.DetectedText",
    model_version="TextModelVersion",
    sort_by=None,
    request=(),
    tables=(
        jobs_table(
            NAME, PAGE, [*METADATA, Member("TextModelVersion", TEXT, "Model that read the text.")]
        ),
        _table(
            "text_detections",
            "One row per line or word seen at a moment of a video.",
            [TEXT_INDEX],
            [
                Member("Timestamp", INTEGER, "Moment of the frame.", MOMENT),
                Member("TextDetection.DetectedText", TEXT, "What is written."),
                Member("TextDetection.Type", TEXT, "LINE or WORD."),
                Member("TextDetection.Id", INTEGER, "Number of the text in its frame."),
                Member("TextDetection.Confidence", REAL, "How sure the model is.", PERCENT),
            ],
            wrapper="TextDetection",
        ),
        _table(
            "text_detection_polygon_points",
            "One row per corner of a text.",
            [TEXT_INDEX, POINT_INDEX],
            [Member("X", REAL, "From the left.", RATIO), Member("Y", REAL, "From above.", RATIO)],
        ),
    ),
)
