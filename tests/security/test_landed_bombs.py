"""Small landed files that would be far more: refused or read, and never in much memory or time."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from bombs import CHILD, in_a_process_of_its_own

from rekognition_tables.errors import ResultsError
from rekognition_tables.flatten.results import flatten
from rekognition_tables.landing.attempts import SUCCESS, LandingAttempt
from rekognition_tables.limits import MAX_LINE_BYTES, Limits, values_in
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.results_root.layout import Layout, ResultKey

MEGABYTES = 320  # of which the imports take 80
SECONDS = 15  # of CPU; most take less than one
MIB = 2**20
MANIFEST = ResultKey.of("media_analysis", "bomb")
MODERATED = b'{"source-ref":"s3://b/k","detect-moderation-labels":{"ModerationLabels":['
ENVELOPE = b'{"JobStatus":"SUCCEEDED","JobId":"bomb",'
INSTANCES = b'"Labels":[{"Label":{"Name":"x","Instances":['
GOOD = MODERATED + b"]}}\n"
NAMED = b'{"Name":"x"}'


def land_manifest(root: Path, chunks: Iterator[bytes], summary: bytes = b"") -> None:
    attempt = LandingAttempt.resume_or_begin(Layout.at(str(root)), MANIFEST)
    attempt.add_document("description.json", b'{"JobId":"bomb","Status":"SUCCEEDED"}')
    attempt.add_manifest(chunks)
    if summary:
        attempt.add_document("summary.json", summary)
    attempt.succeed(status="SUCCEEDED")


def land_page(root: Path, body: bytes, operation: Operation = "label_detection") -> None:
    key = ResultKey.of(operation, "bomb")
    attempt = LandingAttempt.resume_or_begin(Layout.at(str(root)), key)
    attempt.add_page(body, None)
    attempt.succeed()


def keys(count: int) -> bytes:
    return b",".join(b'"%07d":0' % number for number in range(count))


def many(element: bytes, count: int) -> bytes:
    return b",".join([element] * count)


MANIFESTS: dict[str, tuple[Callable[[], Iterator[bytes]], str]] = {
    "two million lines": (lambda: iter([b"{}\n" * 2_000_000]), "It has 2,000,000 lines"),
    "bad lines": (lambda: iter([b"{}\n" * 99_000]), "4951 of at most 99000 records"),
    "depth": (
        lambda: iter([b'{"source-ref":"s3://b/k","x":' + b"[" * MIB + b"]" * MIB + b"}\n"]),
        "1 of at most 1 records",
    ),
    "size": (lambda: iter([b'{"x":"' + b"x" * (15 * MIB) + b'"}\n']), "1 of at most 1 records"),
    "keys": (
        lambda: iter([GOOD[:-2] + b"," + keys(1_000_000) + b"}\n"]),
        "1 of at most 1 records",
    ),
    "list": (
        lambda: iter([MODERATED + many(b"{}", 5_000_000) + b"]}}\n"]),
        "1 of at most 1 records",
    ),
    "lists as long as may be": (
        lambda: iter([MODERATED + many(NAMED, 8_000) + b"]}}\n"] * 300),
        'accepted {"job_requests": 1, "media_analysis_jobs": 1, "moderation_images": 300, '
        '"moderation_labels": 2400000}',
    ),
    "as many bad bytes as may be": (
        lambda: iter([GOOD * 19, b"x" * (15 * MIB) + b"\n"] * 20),
        '"quarantined_records": 20',
    ),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_landed_manifest_takes_little(name: str, tmp_path: Path) -> None:
    chunks, sentence = MANIFESTS[name]
    land_manifest(tmp_path, chunks())
    assert_little(tmp_path, "media_analysis", sentence)


BODIES: dict[str, tuple[Callable[[], bytes], str]] = {
    "depth": (
        lambda: b'{"Labels":' + b"[" * MIB + b"]" * MIB + b"}",
        "1048577 values is over the limit of 524288",
    ),
    "depth in the limit": (
        lambda: b'{"Labels":' + b"[" * 500_000 + b"]" * 500_000 + b"}",
        "nested too deeply",
    ),
    "size": (
        lambda: ENVELOPE + b'"Labels":[' + b" " * (9 * MIB) + b"]}",
        "is over the limit of 8388608",
    ),
    "keys": (lambda: ENVELOPE + keys(1_000_000) + b"}", "is over the limit of 8388608"),
    "keys in the limit": (
        lambda: ENVELOPE + b'"Labels":[],' + keys(520_000) + b"}",
        "More than 1000 members that nobody described",
    ),
    "labels": (
        lambda: ENVELOPE + b'"Labels":[' + many(b"{}", 2_000_000) + b"]}",
        "4000003 values is over the limit of 524288",
    ),
    "bad labels": (
        lambda: ENVELOPE + b'"Labels":[' + many(b"5", 500_000) + b"]}",
        "51 of at most 1000 records",
    ),
}


@pytest.mark.parametrize("operation", VIDEO_OPERATIONS)
@pytest.mark.parametrize("name", BODIES)
def test_a_landed_page_takes_little(name: str, operation: Operation, tmp_path: Path) -> None:
    body, sentence = BODIES[name]
    elements = f'"{VIDEO_OPERATIONS[operation].elements}"'.encode()
    land_page(tmp_path, body().replace(b'"Labels"', elements, 1), operation)
    assert_little(tmp_path, operation, sentence)


def test_as_many_instances_as_may_be_take_little(tmp_path: Path) -> None:
    land_page(tmp_path, ENVELOPE + INSTANCES + many(b"{}", 260_000) + b"]}}]}")
    counts = (
        '{"job_requests": 1, "label_detection_jobs": 1, "labels": 1, "label_instances": 260000}'
    )
    assert_little(tmp_path, "label_detection", f"accepted {counts}")


def test_a_landed_part_that_unpacks_to_far_more_is_not_unpacked(tmp_path: Path) -> None:
    land_page(tmp_path, ENVELOPE + b'"Labels":[]}')
    folder = tmp_path / "raw/label_detection/bomb/00001"
    press = zstandard.ZstdCompressor().compressobj()
    bomb = b"".join(press.compress(b" " * MIB) for _ in range(400)) + press.flush()
    told = json.loads((folder / SUCCESS).read_text())
    told["files"][0] |= {
        "sha256": hashlib.sha256(bomb).hexdigest(),
        "size": len(bomb),
        "raw_size": 400 * MIB,
    }
    (folder / SUCCESS).write_text(json.dumps(told))
    (folder / told["files"][0]["name"]).write_bytes(bomb)
    assert_little(tmp_path, "label_detection", "has 419,430,400 bytes, over 201,326,592")


@pytest.mark.parametrize(
    "summary, sentence",
    [
        (b'{"errors":[' + many(b"{}", 2_000_000) + b"]}", "summary.json has 4,000,001 values"),
        (b'{"version":"' + b"1" * (33 * MIB) + b'"}', "summary.json has 34,603,022 bytes"),
    ],
    ids=["list", "size"],
)
def test_a_landed_summary_takes_little(summary: bytes, sentence: str, tmp_path: Path) -> None:
    land_manifest(tmp_path, iter([GOOD]), summary)
    assert_little(tmp_path, "media_analysis", sentence)


def assert_little(root: Path, operation: str, sentence: str) -> None:
    told = in_a_process_of_its_own("landed", root, operation)
    assert sentence in told["told"], told
    assert told["megabytes"] < MEGABYTES, told
    assert told["seconds"] < SECONDS, told


def test_what_a_process_takes_is_seen_and_what_its_parent_took_is_not() -> None:
    parents = b"x" * (200 * MIB)
    took = []
    for code in ("", "taken = b'x' * (200 << 20); "):
        code = f"from bomb_child import peak_megabytes; {code}print(peak_megabytes())"
        command = [sys.executable, "-c", code]
        path = f"{CHILD.parent}:{CHILD.parents[2]}"
        ran = subprocess.run(
            command, env={"PYTHONPATH": path}, capture_output=True, text=True, check=True
        )
        took.append(int(ran.stdout))
    assert len(parents) == 200 * MIB
    assert took[0] < 150
    assert 180 <= took[1] - took[0] <= 220


def test_a_setting_lets_a_larger_page_through(tmp_path: Path) -> None:
    """What is refused for its size is not abandoned: it is flattened from where it was landed."""
    land_page(tmp_path, ENVELOPE + b'"Labels":[' + many(b'{"Label":{"Name":"x"}}', 1_000) + b"]}")
    layout, key = Layout.at(str(tmp_path)), ResultKey.of("label_detection", "bomb")
    with pytest.raises(ResultsError, match="raise REKOGNITION_MAX_LINE_BYTES"):
        flatten(layout, key, max_line_bytes=2_000)
    assert flatten(layout, key, max_line_bytes=64_000).row_counts["labels"] == 1_000


def test_the_largest_that_the_service_may_return_is_far_below_the_limits() -> None:
    box: dict[str, Any] = dict.fromkeys(("Width", "Height", "Left", "Top"), 0.12345678901234567)
    name = {"Name": "N" * 40}
    crowd = [{"BoundingBox": box, "Confidence": 99.12345886230469}] * 20
    label = {"Name": "N" * 40, "Confidence": 99.12345886230469, "Instances": crowd}
    label |= {"Parents": [name] * 5, "Aliases": [name] * 3, "Categories": [name] * 2}
    page = json.dumps({"Labels": [{"Timestamp": 123456789, "Label": label}] * 1_000}).encode()
    limits = Limits()
    assert 2 * len(page) < MAX_LINE_BYTES
    assert 2 * values_in(page) < limits.page_values
    finding = {"Name": "N" * 40, "ParentName": "N" * 40, "TaxonomyLevel": 3, "Confidence": 99.1234}
    answer = {"ModerationLabels": [finding] * 100, "ContentTypes": [name] * 50}
    line = {
        "source-ref": "s3://" + "b" * 63 + "/" + "," * 1_024,
        "detect-moderation-labels": answer,
    }
    assert 8 * values_in(json.dumps(line).encode()) < limits.line_values
    assert 64 * len(json.dumps(line).encode()) < MAX_LINE_BYTES
