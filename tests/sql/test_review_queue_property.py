"""The review queue of random manifests, worked out again in plain Python from the lines alone."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from moderated import Job, Label, Line, analysed, ask

from rekognition_tables.warehouse.sql_files import SQL

# name, parent and level, as models 6 and 7 send them, one of neither
NAMES = {
    "6.1": [
        ("Explicit Nudity", "", None),
        ("Nudity", "Explicit Nudity", None),
        ("Female Swimwear Or Underwear", "Suggestive", None),
        ("Alcohol", "", None),
    ],
    "7.0": [
        ("Explicit", "", 1),
        ("Exposed Male Genitalia", "Explicit Nudity", 3),
        ("Alcohol", "", 1),
        ("Drinking", "Alcohol Use", 3),
        ("Spam", "", 1),
    ],
}
KEYS = [f"{number:02d}.jpg" for number in range(12)]  # many: an example costs a second of loads
Row = tuple[Any, ...]


def settings_rows(name: str) -> list[dict[str, str]]:
    with Path(SQL, "settings", f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


THRESHOLDS = {
    row["category"]: float(row["min_confidence"]) for row in settings_rows("review_thresholds")
}
CATEGORIES = {
    (row["model_major"], row["name"]): (row["category"], row["category_7"])
    for row in settings_rows("moderation_taxonomy")
}


@st.composite
def jobs(draw: st.DrawFn) -> list[Job]:
    made = []
    for number in range(draw(st.integers(2, 5))):
        lowest = draw(st.sampled_from([None, 50, 60, 80, 90, 95]))
        model = draw(st.sampled_from(sorted(NAMES)))
        etags = {key: draw(st.sampled_from([None, "e1", "e1", "e2"])) for key in KEYS}
        lines = []
        for key in draw(st.lists(st.sampled_from(KEYS), min_size=8, max_size=20)):
            kinds = draw(st.lists(st.sampled_from(NAMES[model]), max_size=4, unique=True))
            sure = st.integers(lowest or 50, 99)
            labels = [Label(name, draw(sure), parent, level) for name, parent, level in kinds]
            lines.append(Line(key, labels, etags[key], model))
        made.append(Job(lines, lowest, created=number))
    return made


def queued(jobs: Sequence[Job], key: str) -> Row | None:
    """What the queue must say of an image, from the lines that name it."""
    analyses = []
    for number, job in enumerate(jobs):
        lines = [line for line in job.lines if line.key == key]
        if lines:
            surest: dict[tuple[str, str], Label] = {}
            for one in (label for line in lines for label in line.labels):
                known = surest.get((one.name, one.parent))
                if known is None or one.confidence > known.confidence:
                    surest[one.name, one.parent] = one
            lowest = 50.0 if job.min_confidence is None else float(job.min_confidence)
            major = lines[0].model.partition(".")[0]
            analyses.append((number, lowest, lines[0].etag, major, list(surest.values())))
    known_etags = [etag for _, _, etag, _, _ in analyses if etag]
    current = known_etags[-1] if known_etags else None
    rows: list[tuple[Label, str, int]] = []
    for wanted in {category_of(a[3], one)[1] for a in analyses for one in a[4]}:
        threshold = THRESHOLDS.get(wanted, THRESHOLDS[""])
        for number, lowest, etag, major, labels in reversed(analyses):
            found = [
                (one, category_of(major, one)[0], number)
                for one in labels
                if category_of(major, one)[1] == wanted and one.confidence >= threshold
            ]
            if found and etag in (None, current):
                rows += found
                break
            if lowest <= threshold:
                break
    if not rows:
        return None
    worst, category, number = min(
        rows,
        key=lambda row: (-row[0].confidence, row[1], -(row[0].level or 0), row[0].name),
    )
    newest, lowest = analyses[-1][:2]
    categories = sorted({category for _, category, _ in rows})
    newer = lowest if newest > number else None
    return (key, category, worst.name, worst.confidence, len(rows), categories, newer)


def category_of(major: str, label: Label) -> tuple[str, str]:
    """Its category, and the name by which its threshold goes."""
    own, seven = CATEGORIES.get((major, label.name), (label.name, ""))
    return own, seven or own


@pytest.mark.slow
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],  # to shrink one would take minutes of loads
    suppress_health_check=list(HealthCheck),
)
@given(jobs())
def test_the_queue_is_what_the_lines_say(made: list[Job]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        published = analysed(Path(folder), {f"job-{n}": job for n, job in enumerate(made)})
        query = (
            "SELECT source_ref_key, category, name, confidence, findings, categories,"
            " newer_min_confidence FROM review_queue ORDER BY source_ref_key"
        )
        wanted = [row for key in KEYS if (row := queued(made, key))]
        assert ask(published, query) == wanted
