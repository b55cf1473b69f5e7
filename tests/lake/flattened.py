"""Two results that are large enough to be encoded and compressed, and what readers are asked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.flatten_input import LABELS_PER_PAGE, land_manifests, page
from rekognition_tables.flatten.commits import Commit
from rekognition_tables.flatten.results import flatten
from rekognition_tables.landing.attempts import LandingAttempt
from rekognition_tables.operations.arrow_types import INTEGER, REAL
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.results_root.layout import Layout, ResultKey

PAGES = 40
DAMAGED = 7  # labels that are quarantined


def bodies(job_id: str) -> list[bytes]:
    """A video's pages, with what fills the tables of quarantined records and unknown members."""
    made = [page(job_id, number, number == PAGES - 1) for number in range(PAGES)]
    made[0] = made[0].replace(b'{"Timestamp":', b'{"Shot": 7, "Timestamp":')
    made[1] = made[1].replace(b'"Label": {', b'"Label": 0, "Was": {', DAMAGED)
    return made


def video(layout: Layout) -> Commit:
    key = ResultKey.of("label_detection", "video")
    attempt = LandingAttempt.resume_or_begin(layout, key)
    made = bodies(key.job_id)
    for left, body in enumerate(made, 1 - len(made)):
        attempt.add_page(body, f"token-{PAGES + left - 1:08d}" if left else None)
    attempt.succeed()
    return flatten(layout, key)


def images(root: Path) -> Commit:
    (key,) = land_manifests(root, 1)
    return flatten(Layout.at(str(root)), key)


def questions(root: Path, commits: Iterable[Commit]) -> dict[str, Any]:
    """Each table's file, its columns, and those of them that are numbers, by result and table."""
    asked = {}
    for commit in commits:
        for file in commit.files:
            schema = TABLES[file.table].schema
            asked[f"{commit.key.operation}: {file.table}"] = {
                "file": str(root / file.path),
                "columns": schema.names,
                "numbers": [field.name for field in schema if field.type in (INTEGER, REAL)],
            }
    return asked


def sent_confidences(job_id: str) -> list[float]:
    """Of the labels that are not quarantined, as the pages say them."""
    labels = [label for body in bodies(job_id) for label in json.loads(body)["Labels"]]
    assert len(labels) == PAGES * LABELS_PER_PAGE
    return [label["Label"]["Confidence"] for label in labels if label["Label"]]
