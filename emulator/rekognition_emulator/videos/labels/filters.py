"""Which labels a job returns: its threshold and its four label filters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rekognition_emulator.videos.labels.taxonomy import Label, labels
from rekognition_emulator.videos.sightings import DEFAULT_MIN_CONFIDENCE, Sightings, at_least


def selected(seen: Sightings, request: dict[str, Any]) -> NDArray[np.int64]:
    """Rows that StartLabelDetection's request lets through, ordered by timestamp, then name."""
    allowed = np.array([passes(label, request) for label in labels()])
    sure = at_least(seen, request.get("MinConfidence", DEFAULT_MIN_CONFIDENCE))
    return np.flatnonzero(sure & allowed[seen.label])


def passes(label: Label, request: dict[str, Any]) -> bool:
    """Whether the request's four label filters let a label through.

    A label or its category must be named where there are inclusion filters; an exclusion wins.
    """
    filters = request.get("Settings", {}).get("GeneralLabels", {})
    categories = set(label.categories)
    if label.name in filters.get("LabelExclusionFilters", ()):
        return False
    if categories & set(filters.get("LabelCategoryExclusionFilters", ())):
        return False
    names = filters.get("LabelInclusionFilters", ())
    wanted = filters.get("LabelCategoryInclusionFilters", ())
    if not names and not wanted:
        return True
    return label.name in names or bool(categories & set(wanted))
