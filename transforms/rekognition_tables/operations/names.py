"""The operations by name: a module of this folder is called like each. Imports nothing."""

from __future__ import annotations

from typing import Literal, get_args

Operation = Literal["media_analysis", "label_detection", "content_moderation"]
AggregateBy = Literal["TIMESTAMPS", "SEGMENTS"]

OPERATIONS: tuple[Operation, ...] = get_args(Operation)

MEDIA_ANALYSIS: Operation = "media_analysis"

# Tables that results of every operation have rows in.
OF_EVERY_OPERATION = frozenset({"job_requests", "quarantined_records", "unknown_fields"})
