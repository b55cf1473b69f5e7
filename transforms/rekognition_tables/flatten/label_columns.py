"""GetLabelDetection's labels as the columns of their tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from rekognition_tables.operations.columns import INTEGER, REAL, TEXT
from rekognition_tables.parsing.arrow_columns import Reading, values_of
from rekognition_tables.parsing.lines import Positions
from rekognition_tables.parsing.name_lists import NameLists
from rekognition_tables.parsing.shapes import Shape

NAME_LISTS = {
    "Parents": ("label_parents", "parent_index"),
    "Aliases": ("label_aliases", "alias_index"),
    "Categories": ("label_categories", "category_index"),
}

Columns = dict[str, Any]


def label_tables(
    reading: Reading,
    names: dict[str, NameLists],
    shape: Shape,
    found: Sequence[Any],
    index: Positions,
) -> dict[str, Columns]:
    """The columns of every table of labels; `index` is each label's position in the result."""
    label_shape = shape.objects["Label"]
    labels = reading.objects(shape, found, "Label")
    reading.extras(shape, found)
    reading.extras(label_shape, labels)
    tables: dict[str, Columns] = {
        "labels": {
            "label_index": index,
            "timestamp": reading.column(shape, found, "Timestamp", INTEGER),
            "name": reading.column(label_shape, labels, "Name", TEXT),
            "confidence": reading.column(label_shape, labels, "Confidence", REAL),
            "start_timestamp_millis": reading.column(shape, found, "StartTimestampMillis", INTEGER),
            "end_timestamp_millis": reading.column(shape, found, "EndTimestampMillis", INTEGER),
            "duration_millis": reading.column(shape, found, "DurationMillis", INTEGER),
        }
    }
    for member, (table, position) in NAME_LISTS.items():
        lists = values_of(label_shape.base, member)(labels)
        lengths, named = names[member].read(reading, label_shape.objects[member], lists)
        tables[table] = {
            "label_index": np.repeat(index, lengths),
            position: places(lengths),
            "name": named,
        }
    tables |= _instance_tables(reading, label_shape, labels, index)
    return tables


def _instance_tables(
    reading: Reading, label_shape: Shape, labels: Sequence[Any], index: Positions
) -> dict[str, Columns]:
    shape = label_shape.objects["Instances"]
    box_shape = shape.objects["BoundingBox"]
    found, lengths = reading.lists(label_shape, labels, "Instances")
    boxes = reading.objects(shape, found, "BoundingBox")
    reading.extras(shape, found)
    reading.extras(box_shape, boxes)
    columns: Columns = {
        "label_index": np.repeat(index, lengths),
        "instance_index": places(lengths),
        "confidence": reading.column(shape, found, "Confidence", REAL),
    }
    for side in ("Width", "Height", "Left", "Top"):
        columns[f"bounding_box_{side.lower()}"] = reading.column(box_shape, boxes, side, REAL)
    colors, counts = reading.lists(shape, found, "DominantColors")
    return {
        "label_instances": columns,
        "label_instance_dominant_colors": _color_columns(
            reading, shape.objects["DominantColors"], colors, counts, columns
        ),
    }


_COLORS: dict[str, tuple[str, pa.DataType]] = {
    "red": ("Red", INTEGER),
    "blue": ("Blue", INTEGER),
    "green": ("Green", INTEGER),
    "hex_code": ("HexCode", TEXT),
    "css_color": ("CSSColor", TEXT),
    "simplified_color": ("SimplifiedColor", TEXT),
    "pixel_percent": ("PixelPercent", REAL),
}


def _color_columns(
    reading: Reading, shape: Shape, colors: Sequence[Any], counts: Positions, instances: Columns
) -> Columns:
    reading.extras(shape, colors)
    columns: Columns = {
        "label_index": np.repeat(instances["label_index"], counts),
        "instance_index": np.repeat(instances["instance_index"], counts),
        "color_index": places(counts),
    }
    for name, (member, kind) in _COLORS.items():
        columns[name] = reading.column(shape, colors, member, kind)
    return columns


def places(lengths: Positions) -> Positions:
    """0, 1, ... for each list of these lengths."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    counted: Positions = np.arange(total, dtype=np.int64)
    counted -= np.repeat(ends - lengths, lengths)
    return counted
