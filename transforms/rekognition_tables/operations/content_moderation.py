"""Moderation of videos: StartContentModeration, GetContentModeration.

https://docs.aws.amazon.com/rekognition/latest/dg/procedure-moderate-videos.html
"""

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
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VideoOperation
from rekognition_tables.operations.table import table
from rekognition_tables.operations.video import (
    AGGREGATE_BY,
    METADATA,
    MIN_CONFIDENCE,
    SEGMENT,
    SORT_BY,
    TIMESTAMP,
    jobs_table,
)

NAME: Operation = "content_moderation"
PAGE = API + "API_GetContentModeration.html"
LABEL_INDEX = Position(
    "label_index", "Position of the label in the whole result, over all pages.", "ModerationLabels"
)
CONTENT_TYPE_INDEX = Position(
    "content_type_index",
    "Position of the content type in its label.",
    "ModerationLabels.ContentTypes",
)
_table = partial(table, operations=(NAME,), aws_page=PAGE, forms=True)

_VIDEO_MODERATION_LABELS = _table(
    "video_moderation_labels",
    "One row per moderation label found at a moment (TIMESTAMPS) or over a stretch (SEGMENTS) of a video.",
    [LABEL_INDEX],
    [
        TIMESTAMP,
        Member("ModerationLabel.Confidence", REAL, "How sure the model is.", PERCENT),
        Member("ModerationLabel.Name", TEXT, "Name of the label."),
        Member("ModerationLabel.ParentName", TEXT, 'Name of its parent, "" at the root.'),
        Member("ModerationLabel.TaxonomyLevel", INTEGER, "1 at the root; absent before model 7."),
        *SEGMENT,
    ],
    wrapper="ModerationLabel",
)

_VIDEO_MODERATION_LABEL_CONTENT_TYPES = _table(
    "video_moderation_label_content_types",
    "One row per content type (animated, illustrated, ...) of what a moderation label was found in.",
    [LABEL_INDEX, CONTENT_TYPE_INDEX],
    [
        Member("Confidence", REAL, "How sure the model is.", PERCENT),
        Member("Name", TEXT, "Name of the content type."),
    ],
)

OPERATION = VideoOperation(
    name=NAME,
    api="ContentModeration",
    title="Video moderation",
    schema_version=1,
    elements="ModerationLabels",
    required="ModerationLabel.Name",
    model_version="ModerationModelVersion",
    aggregations=("TIMESTAMPS", "SEGMENTS"),
    sort_by="TIMESTAMP",
    request=(MIN_CONFIDENCE,),
    tables=(
        jobs_table(
            NAME,
            PAGE,
            [*METADATA, Member("ModerationModelVersion", TEXT, "Model that found the labels.")],
            [SORT_BY, AGGREGATE_BY],
            forms=True,
        ),
        _VIDEO_MODERATION_LABELS,
        _VIDEO_MODERATION_LABEL_CONTENT_TYPES,
    ),
)
