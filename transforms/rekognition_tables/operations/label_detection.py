"""Labels of videos: StartLabelDetection, GetLabelDetection.

https://docs.aws.amazon.com/rekognition/latest/dg/labels-detecting-labels-video.html
"""

from __future__ import annotations

from functools import partial

from rekognition_tables import allowed_values as allowed
from rekognition_tables.operations.columns import (
    API,
    INTEGER,
    PERCENT,
    REAL,
    TEXT,
    Member,
    Position,
    snake_case,
)
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import RequestMember, VideoOperation
from rekognition_tables.operations.table import Table, table
from rekognition_tables.operations.video import (
    AGGREGATE_BY,
    METADATA,
    MIN_CONFIDENCE,
    RATIO,
    SEGMENT,
    SORT_BY,
    TIMESTAMP,
    jobs_table,
)

NAME: Operation = "label_detection"
PAGE = API + "API_GetLabelDetection.html"
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
_table = partial(table, operations=(NAME,), aws_page=PAGE, forms=True)


def _names(name: str, position: str, member: str, about: str) -> Table:
    own = Position(position, f"Position in the label's {member}.", f"Labels.Label.{member}")
    columns = [Member("Name", TEXT, "Name, as the label taxonomy spells it.")]
    return _table(name, about, [LABEL_INDEX, own], columns, repeating=True)


_LABELS = _table(
    "labels",
    "One row per label found at a moment (TIMESTAMPS) or over a stretch (SEGMENTS) of a video.",
    [LABEL_INDEX],
    [
        TIMESTAMP,
        Member("Label.Name", TEXT, "Name, as the label taxonomy spells it."),
        Member("Label.Confidence", REAL, "How sure the model is.", PERCENT),
        *SEGMENT,
    ],
    wrapper="Label",
)

_LABEL_INSTANCES = _table(
    "label_instances",
    "One row per box: where in the frame the label was seen. The same box can stand under several labels.",
    [LABEL_INDEX, INSTANCE_INDEX],
    [
        Member("BoundingBox.Width", REAL, "Width of the box.", RATIO),
        Member("BoundingBox.Height", REAL, "Height of the box.", RATIO),
        Member("BoundingBox.Left", REAL, "Left edge of the box.", RATIO),
        Member("BoundingBox.Top", REAL, "Top edge of the box.", RATIO),
        Member("Confidence", REAL, "How sure the model is of the box.", PERCENT),
    ],
)

_LABEL_INSTANCE_DOMINANT_COLORS = _table(
    "label_instance_dominant_colors",
    "One row per dominant colour of an instance.",
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
)


def _filter(member: str, about: str) -> RequestMember:
    argument = snake_case(member)
    path = f"Settings.GeneralLabels.{member}"
    return RequestMember(path, argument, about, allowed.LABEL, allowed.LABELS_AT_MOST)


OPERATION = VideoOperation(
    name=NAME,
    api="LabelDetection",
    title="Video labels",
    schema_version=2,
    elements="Labels",
    required="Label.Name",
    model_version="LabelModelVersion",
    aggregations=("TIMESTAMPS", "SEGMENTS"),
    sort_by="TIMESTAMP",
    request=(
        MIN_CONFIDENCE,
        RequestMember("Features", "features", "Features to detect.", allowed.FEATURES, at_most=1),
        _filter("LabelInclusionFilters", "Only these labels."),
        _filter("LabelExclusionFilters", "Not these labels."),
        _filter("LabelCategoryInclusionFilters", "Only labels of these categories."),
        _filter("LabelCategoryExclusionFilters", "No labels of these categories."),
    ),
    never_both=(
        ("label_inclusion_filters", "label_exclusion_filters"),
        ("label_category_inclusion_filters", "label_category_exclusion_filters"),
    ),
    tables=(
        jobs_table(
            NAME,
            PAGE,
            [*METADATA, Member("LabelModelVersion", TEXT, "Model that found the labels.")],
            [SORT_BY, AGGREGATE_BY],
            forms=True,
        ),
        _LABELS,
        _LABEL_INSTANCES,
        _LABEL_INSTANCE_DOMINANT_COLORS,
        _names("label_parents", "parent_index", "Parents", "One row per parent of a label."),
        _names("label_aliases", "alias_index", "Aliases", "One row per alias of a label."),
        _names(
            "label_categories", "category_index", "Categories", "One row per category of a label."
        ),
    ),
)
