"""However a right answer was saved: it is read, refused by name or told, never silently less."""

from __future__ import annotations

import gzip
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import zstandard
from cases import Flattened, through_the_library
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from saved import ENCODINGS, FORMS, READ, REFUSED, Answer, answers, cut, outputs, values, videos

from rekognition_tables.parsing.answers import ANSWERS
from rekognition_tables.parsing.recognise import _described

UNCHECKED = "cannot be checked"
PACKED = (bytes, gzip.compress, zstandard.compress)
many = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def flattened(texts: list[str], encoding: str, pack: Any = bytes, given: Any = None) -> Flattened:
    """What becomes of files with these texts; their tables are read before they go."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number}.json") for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_bytes(pack(text.encode(encoding)))
        found = through_the_library(paths, given, Path(folder, "out"))
        tables = {name: found.rows(name) for name in ("labels", "moderation_images")}
        quarantined, nothing = found.rows("quarantined_records"), found.wrote_nothing
    return Read(found, tables, quarantined, nothing)


class Read(Flattened):
    def __init__(self, found: Flattened, tables: Any, quarantined: Any, nothing: bool) -> None:
        super().__init__(found.out, found.failed, found.refusals, found.results)
        self.tables, self.quarantined, self.nothing = tables, quarantined, nothing

    @property
    def labels(self) -> list[tuple[int, str]]:
        return [(row["timestamp"], row["name"]) for row in self.tables["labels"]]

    @property
    def told(self) -> str:
        reasons = [str(result["reason"]) for result in self.results]
        return " ".join([self.refusals, *reasons])


def labels_of(answer: Answer) -> list[tuple[int, str]]:
    return [(one["Timestamp"], one["Label"]["Name"]) for one in answer["Labels"]]


@many
@given(
    videos(),
    st.lists(st.integers(1, 3), max_size=3),
    st.sampled_from(sorted(READ)),
    st.sampled_from(sorted(FORMS)),
    st.sampled_from(ENCODINGS),
    st.sampled_from(PACKED),
    st.sampled_from([None, "label_detection"]),
)
def test_a_whole_video_is_read_whole(
    video: Answer,
    sizes: list[int],
    serialiser: str,
    form: str,
    encoding: str,
    pack: Any,
    operation: str | None,
) -> None:
    pages = [READ[serialiser](page) for page in cut(video, sizes)]
    found = flattened([FORMS[form](pages)], encoding, pack, operation)
    assert (found.failed, found.refusals) == (False, "")
    assert found.labels == labels_of(video)
    assert UNCHECKED in found.told
    segments = "EndTimestampMillis" in video["Labels"][0]
    assert found.results[0]["aggregate_by"] == ("SEGMENTS" if segments else "TIMESTAMPS")


@many
@given(videos(), st.lists(st.integers(1, 2), min_size=1, max_size=4), st.data())
def test_pages_in_files_are_read_whole_or_told(
    video: Answer, sizes: list[int], data: st.DataObject
) -> None:
    pages = cut(video, sizes)
    numbers = range(len(pages))
    some = st.lists(st.sampled_from(numbers), min_size=1, max_size=6)
    order = data.draw(st.permutations(numbers) | some)
    found = flattened([json.dumps(pages[number]) for number in order], "utf-8")
    given_ = sorted({label for number in order for label in labels_of(pages[number])})
    assert sorted(found.labels) == given_  # each label once
    if not found.failed:
        # Where whole pages are of one moment, their order is the one that was given.
        assert [moment for moment, _ in found.labels] == [moment for moment, _ in given_]
        assert len(set(order)) == len(order)
        assert len(pages) - 1 in order
        assert UNCHECKED in found.told
    if set(order) == set(range(len(pages))) and len(order) == len(pages):
        assert not found.failed


@many
@given(videos(), st.lists(st.integers(1, 2), min_size=1, max_size=4), st.booleans(), st.booleans())
def test_a_merged_video_is_read_and_told(
    video: Answer, sizes: list[int], keeps_token: bool, last_twice: bool
) -> None:
    pages = cut(video, sizes)
    merged = {**video, "Labels": video["Labels"] + (pages[-1]["Labels"] if last_twice else [])}
    if keeps_token:
        merged["NextToken"] = "T0"
    found = flattened([json.dumps(merged)], "utf-8")
    assert found.labels == labels_of(video)
    assert ("looks merged" in found.told) == keeps_token
    assert ("that are there before" in found.told) == last_twice
    assert len(found.quarantined) == (len(pages[-1]["Labels"]) if last_twice else 0)
    assert found.failed == (keeps_token or last_twice)


@many
@given(
    videos(),
    st.sampled_from(sorted(REFUSED)),
    st.sampled_from(sorted(FORMS)),
    st.sampled_from([None, "label_detection"]),
)
def test_what_somebody_put_around_a_video_is_refused(
    video: Answer, serialiser: str, form: str, operation: str | None
) -> None:
    found = flattened([FORMS[form]([REFUSED[serialiser](video)])], "utf-8", given=operation)
    assert found.failed
    assert found.nothing
    words = {"camelCase": "another SDK", ".NET": ".NET"}.get(serialiser, "is inside, at `.")
    assert words in found.refusals


@many
@given(videos())
def test_latin_1_is_read_where_it_is_ascii_and_refused_elsewhere(video: Answer) -> None:
    text = json.dumps(video, ensure_ascii=False).encode("latin-1", "replace")
    found = flattened([text.decode("latin-1")], "latin-1")
    if text.isascii():
        assert len(found.labels) == len(video["Labels"])
    else:
        assert found.nothing
        assert re.search(r"byte 0x[0-9A-F]{2} at offset [\d,]+ is not UTF-8", found.refusals)


@settings(many, max_examples=80)
@given(
    answers(),
    st.sampled_from(sorted(READ)),
    st.sampled_from(sorted(FORMS)),
    st.sampled_from([None, "label_detection", "media_analysis"]),
)
def test_an_answer_of_another_operation_is_refused_by_its_name(
    answer: tuple[str, Answer], serialiser: str, form: str, operation: str | None
) -> None:
    name, members = answer
    found = flattened([FORMS[form]([READ[serialiser](members)])], "utf-8", given=operation)
    assert found.failed
    assert found.nothing
    if operation != "media_analysis" or form == "documents":
        assert name in found.refusals or "do not say which" in found.refusals


@many
@given(
    st.lists(values(outputs()["DetectModerationLabels"]), min_size=1, max_size=4),
    st.sampled_from(ENCODINGS),
    st.sampled_from(sorted(FORMS)),
    st.sampled_from(["whole", "no answer", "null answer", "camelCase"]),
    st.sampled_from([None, "media_analysis"]),
)
def test_images_are_read_quarantined_or_refused(
    images: list[Answer], encoding: str, form: str, fault: str, operation: str | None
) -> None:
    lines: list[Answer] = [
        {"source-ref": f"s3://b/{n}", "detect-moderation-labels": one}
        for n, one in enumerate(images)
    ]
    if fault == "no answer":
        del lines[-1]["detect-moderation-labels"]
    elif fault == "null answer":
        lines[-1]["detect-moderation-labels"] = None
    elif fault == "camelCase":
        lines[-1] = {"sourceRef": "s3://b/k", "detectModerationLabels": images[-1]}
    found = flattened([FORMS[form](lines)], encoding, given=operation)
    read = len(found.tables["moderation_images"])
    if form != "lines":
        assert found.nothing
        assert found.failed
    elif fault == "whole":
        assert (found.failed, read) == (False, len(lines))
        assert UNCHECKED in found.told
    else:
        assert found.failed
        assert found.nothing or read + len(found.quarantined) == len(lines)
        assert read == (0 if found.nothing else len(lines) - 1)


def test_every_answer_of_the_service_is_described() -> None:
    told = {
        name: {
            member: frozenset(inside.member.members)
            for member, inside in shape.members.items()
            if inside.type_name == "list" and inside.member.type_name == "structure"
        }
        | {name: frozenset() for name in shape.members if shape.members[name].type_name != "list"}
        for name, shape in outputs().items()
    }
    described = _described()
    assert {name: set(shape.members) for name, shape in outputs().items()} == {
        name: set(members) for name, members in described.items()
    }, "transforms/rekognition_tables/parsing/answers.py lacks an operation or a member"
    for name, members in described.items():
        for member, inside in members.items():
            assert not inside or inside == told[name][member], f"{name}.{member} in answers.py"
    assert set(ANSWERS) == set(outputs())
