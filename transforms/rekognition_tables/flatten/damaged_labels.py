"""A result manifest's line in which some labels are damaged: the others, and where those are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rekognition_tables.parsing.shapes import Shape
from rekognition_tables.parsing.strict import (
    Findings,
    Refused,
    byte_spans,
    split_member,
    split_object,
    strict_json,
    typed,
)

LABELS = "ModerationLabels"


@dataclass(frozen=True)
class BadLabel:
    """`offset`: bytes from the beginning of the line."""

    index: int
    offset: int
    record: bytes
    reason: str


@dataclass(frozen=True)
class OneLine:
    """`kept`: the positions of the labels that it has; `bad`: those that are quarantined."""

    found: Any
    kept: list[int]
    bad: list[BadLabel]

    @classmethod
    def whole(cls, found: Any) -> OneLine:
        labels = found.moderation.ModerationLabels if found.moderation else None
        return cls(found, list(range(len(labels or ()))), [])


@dataclass(frozen=True)
class Rest:
    """`value`: the line without its bad labels; `kept`: the positions of the others."""

    value: Any
    kept: list[int]
    bad: list[BadLabel]


def without_bad_labels(text: str, result: str, root: Shape) -> Rest:
    """Refused when the line is damaged outside its labels. `result`: the member with the answer."""
    line, (start, end) = split_member(text, result)
    answer = text[start:end]
    members, spans = split_object(answer, LABELS)
    shape = root.objects[result].objects[LABELS]
    before = len(text[:start].encode())
    good, kept, bad = [], list[int](), list[BadLabel]()
    at = zip(spans or [], byte_spans(answer, spans or []), strict=True)
    for index, ((first, last), (offset, _)) in enumerate(at):
        try:
            label = strict_json(answer[first:last])
            if not isinstance(typed(label, shape, Findings()).Name, str):
                raise Refused("The label has no Name.")
        except Refused as refused:
            record = answer[first:last].encode()
            bad.append(BadLabel(index, before + offset, record, refused.reason))
        else:
            good.append(label)
            kept.append(index)
    return Rest(line | {result: members | {LABELS: good}}, kept, bad)
