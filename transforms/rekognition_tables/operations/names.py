"""The operations by name, and what is known of each without its tables. Imports nothing."""

from __future__ import annotations

from typing import Literal

Operation = Literal["media_analysis", "label_detection"]
AggregateBy = Literal["TIMESTAMPS", "SEGMENTS"]

MEDIA_ANALYSIS: Operation = "media_analysis"
LABEL_DETECTION: Operation = "label_detection"
OPERATIONS: tuple[Operation, ...] = (MEDIA_ANALYSIS, LABEL_DETECTION)

# How an operation answers: with one result manifest, or page by page.
ANSWERS: dict[Operation, Literal["manifest", "pages"]] = {
    MEDIA_ANALYSIS: "manifest",
    LABEL_DETECTION: "pages",
}
# What may be asked of it as AggregateBy, the usual one first; None where there is no such choice.
FORMS: dict[Operation, tuple[AggregateBy | None, ...]] = {
    MEDIA_ANALYSIS: (None,),
    LABEL_DETECTION: ("TIMESTAMPS", "SEGMENTS"),
}

# Tables that results of every operation have rows in.
OF_EVERY_OPERATION = frozenset({"job_requests", "quarantined_records", "unknown_fields"})

# What the columns of an operation's tables mean: rekognition_tables.operations.tables says when to
# raise one.
SCHEMA_VERSIONS: dict[Operation, int] = {MEDIA_ANALYSIS: 2, LABEL_DETECTION: 2}
