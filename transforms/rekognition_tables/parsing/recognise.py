"""Recognises a record by its members: ours to flatten, or another one to refuse by its name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

import msgspec

from rekognition_tables.operations.names import MEDIA_ANALYSIS, Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS, VideoOperation
from rekognition_tables.parsing.answers import ANSWERS

RESULT_LINES = "a result manifest"
WANTED = {
    **{name: spec.get for name, spec in VIDEO_OPERATIONS.items()},
    MEDIA_ANALYSIS: RESULT_LINES,
}
ABOUT = {
    "GetMediaAnalysisJob": "a job's description",
    "ListMediaAnalysisJobs": "descriptions of jobs",
}
OF_AN_IMAGE = re.compile(r"Detect|Recognize|Compare|Index|Search.*ByImage")
# What SDKs and the CLI add to an answer.
ADDED = {"ResponseMetadata", "$metadata", "ResultMetadata", "HttpStatusCode", "ContentLength"}
DEEPEST = 4  # levels to look for an answer that somebody wrapped
MEMBERS_NAMED = 5
MEMBERS_LOOKED_AT = 1_000  # for another spelling, or an answer inside


@dataclass(frozen=True)
class Kind:
    """`said` names it in a sentence, `answer` the operation of Amazon's that answers so.

    `could_be`: which of our operations it may be of.
    """

    said: str
    could_be: tuple[Operation, ...] = ()
    summary: bool = False  # a manifest summary, which belongs beside a manifest
    advice: str = ""
    answer: str = ""

    @property
    def operation(self) -> Operation | None:
        """The one operation that it is of without doubt."""
        return self.could_be[0] if len(self.could_be) == 1 else None

    def refusal(self, operation: Operation | None) -> str:
        """Why it is not taken for `operation`, or for any of ours."""
        *most, last = WANTED.values()
        wanted = WANTED[operation] if operation else f"{', '.join(most)} or {last}"
        return f"It is {self.said}, not {wanted}. {self.advice}".strip()


def kind_of(record: Any) -> Kind:
    """Look at one decoded JSON value."""
    if record is msgspec.NODEFAULT:
        return Kind("no JSON")
    if record is msgspec.UNSET:
        return Kind("larger than any answer")
    if not isinstance(record, dict):
        name = {list: "array", str: "string", bool: "boolean", type(None): "null"}
        return Kind(f"a JSON {name.get(type(record), 'number')}")
    some = dict(islice(record.items(), MEMBERS_LOOKED_AT))
    found = _plain_kind(record) or _respelled(some) or _wrapped(some)
    if found:
        return found
    names = ", ".join(json.dumps(str(name)[:40]) for name in list(record)[:MEMBERS_NAMED])
    return Kind(f"no answer known here (its members: {names})" if names else "an empty object")


def _plain_kind(record: Mapping[str, Any]) -> Kind | None:
    return (
        _manifest_line(record)
        or _summary(record)
        or _message(record)
        or _video_page(record)
        or _answer(record)
    )


def _manifest_line(line: Mapping[str, Any]) -> Kind | None:
    if "source-ref" not in line:
        return None
    others = set(line) - {"source-ref"}
    if "detect-moderation-labels" in others:
        return Kind(RESULT_LINES, (MEDIA_ANALYSIS,))
    if not others:
        return Kind("an input manifest, which holds no results")
    if any(name.endswith("-metadata") for name in others):
        return Kind("a Ground Truth manifest, which holds no results of Rekognition")
    return Kind(f"{RESULT_LINES} without an answer", (MEDIA_ANALYSIS,))


def _summary(record: Mapping[str, Any]) -> Kind | None:
    statistics = record.get("statistics")
    if not isinstance(statistics, dict) or "total-json-lines" not in statistics:
        return None
    return Kind(
        "a manifest summary",
        summary=True,
        advice="Give it together with its result manifest, in the same folder.",
    )


def _message(record: Mapping[str, Any]) -> Kind | None:
    """What SNS, SQS and Lambda carry, and what the service sends when it refuses."""
    names = set(record)
    if {"Type", "MessageId", "Message"} <= names or {"JobId", "Status", "API"} <= names:
        return Kind("an SNS message that a job ended")
    if {"MessageId", "Body"} <= names or {"messageId", "body"} <= names:
        return Kind("an SQS message")
    if "Records" in names or (names and names <= {"Messages", *ADDED}):
        return Kind("an event or a list of messages")
    error = record.get("Error")
    if "__type" in names or (isinstance(error, dict) and "Code" in error):
        return Kind("an error that the service answered")
    return None


def _video_page(page: Mapping[str, Any]) -> Kind | None:
    """A page of a video operation: by the elements of its list, or by what no other page has."""
    status = page.get("JobStatus")
    if isinstance(status, dict) and "Value" in status:
        return Kind(
            'an answer whose JobStatus is an object with a "Value", as a .NET serialiser writes it',
            advice="Save the text in its place (jq '.JobStatus = .JobStatus.Value' FILE).",
        )
    there = {name: _objects(page.get(spec.elements)) for name, spec in VIDEO_OPERATIONS.items()}
    for name, spec in VIDEO_OPERATIONS.items():
        own = {spec.required.partition(".")[0], "Timestamp"}
        if any(own & one.keys() for one in there[name]):
            return _page_of(spec)
    if status is None:
        return None
    for name, spec in VIDEO_OPERATIONS.items():
        of_an_image = any("Name" in one for one in there[name])
        if not of_an_image and (spec.elements in page or spec.model_version in page):
            return _page_of(spec)
    best = _best(page)
    ours = tuple(name for name, spec in VIDEO_OPERATIONS.items() if spec.get in best)
    if status == "SUCCEEDED" or not ours:
        return None
    said = f"an answer of any video operation (JobStatus {str(status)[:40]!r}, no results)"
    return Kind(said, ours, advice="Say which with --operation.")


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _page_of(spec: VideoOperation) -> Kind:
    return Kind(f"an answer of {spec.get}", (spec.name,), answer=spec.get)


def _answer(record: Mapping[str, Any]) -> Kind | None:
    if "Blocks" in record:
        return Kind("an answer of Amazon Textract (it has Blocks)")
    best = _best(record)
    if not best:
        return None
    exactly = [name for name in best if _described()[name].keys() == record.keys() - ADDED]
    best = exactly or best
    if len(best) > 1:
        more = " or another operation" if len(best) > 3 else ""
        said = " or ".join(best[:3]) + more
        return Kind(f"an answer of {said}, and its members do not say which")
    (name,) = best
    if name == "DetectModerationLabels":
        return Kind(
            f"an answer of {name} (an image), one image's answer",
            advice='A line of a result manifest is {"source-ref": "s3://...", '
            '"detect-moderation-labels": ANSWER}.',
            answer=name,
        )
    about = ABOUT.get(name) or ("an image" if OF_AN_IMAGE.match(name) else "")
    return Kind(f"an answer of {name}{f' ({about})' if about else ''}", answer=name)


def _respelled(record: Mapping[str, Any]) -> Kind | None:
    """The same members as another serialiser spells them: jobStatus, job_status."""
    pascal = _pascal(record)
    if set(pascal) == set(record):
        return None
    lines = {"SourceRef": "source-ref", "DetectModerationLabels": "detect-moderation-labels"}
    found = _plain_kind({lines.get(name, name): value for name, value in pascal.items()})
    if found is None:
        return None
    changed = next(name for name in record if name not in pascal)
    return Kind(
        f"{found.said} with members spelt as another SDK's serialiser does "
        f"({json.dumps(changed[:40])})",
        advice="Save the answer as the service names its members.",
    )


def _pascal(value: Any, deep: int = 2) -> Any:
    if isinstance(value, list):
        return [_pascal(one, deep) for one in value[:1]]
    if not isinstance(value, dict) or not deep:
        return value
    return {
        "".join(word[:1].upper() + word[1:] for word in re.split(r"[_-]", str(name))): _pascal(
            one, deep - 1
        )
        for name, one in value.items()
    }


def _wrapped(record: Mapping[str, Any]) -> Kind | None:
    found = _inside(record, "", DEEPEST)
    if found is None:
        return None
    path, kind, in_text = found
    unpack = f"jq '{path} | fromjson'" if in_text else f"jq '{path}'"
    return Kind(
        f"wrapped: {kind.said} is inside, at `{path}`",
        advice=f"Take it out ({unpack} FILE > NEW).",
    )


def _inside(value: Any, path: str, deep: int) -> tuple[str, Kind, bool] | None:
    """Where in a value an answer is, what it is, and whether it is JSON in a text."""
    if isinstance(value, list) and deep:
        return _look(value[0], f"{path}[]", deep, False) if value else None
    if isinstance(value, dict) and deep:
        for name, member in value.items():
            plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
            below = f"{path}.{name}" if plain else f"{path or '.'}[{json.dumps(name[:40])}]"
            if found := _look(member, below, deep, False):
                return found
    return None


def _look(value: Any, path: str, deep: int, in_text: bool) -> tuple[str, Kind, bool] | None:
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return _look(json.loads(value), path, deep - 1, True)
        except (ValueError, RecursionError):
            return None
    if isinstance(value, dict) and (kind := _plain_kind(value)) and kind.could_be:
        return path, kind, in_text
    return _inside(value, path, deep - 1)


@cache
def _described() -> dict[str, dict[str, frozenset[str]]]:
    """Every answer's members; those of the elements where two operations name a list alike."""
    answers = {}
    for name, members in ANSWERS.items():
        found = re.findall(r"(\w+)(?:\[([^]]*)\])?", members)
        answers[name] = {member: frozenset(inside.split()) for member, inside in found}
    return answers


def _best(record: Mapping[str, Any]) -> list[str]:
    """The operations whose answer has most of the members; none where most are of no answer."""
    there = {name: value for name, value in record.items() if value is not None}
    points = {name: _points(there, members) for name, members in _described().items()}
    most = max(points.values())
    foreign = len(set(there) - ADDED) - most[0]
    return [name for name, found in points.items() if found == most] if most[0] > foreign else []


def _points(record: Mapping[str, Any], members: Mapping[str, frozenset[str]]) -> tuple[int, int]:
    """How many members are this answer's, and how well the elements of its lists fit.

    Nothing where a list has elements of another answer.
    """
    points = fitting = 0
    for name in record.keys() & members.keys():
        inside, value = members[name], record[name]
        first = value[0] if isinstance(value, list) and value else None
        if inside and isinstance(value, dict):
            return 0, 0
        if inside and isinstance(first, dict) and first:
            if not inside & first.keys():
                return 0, 0
            fitting += len(inside & first.keys()) - len(inside - first.keys())
        points += 1
    return points, fitting
