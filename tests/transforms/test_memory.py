"""Memory stays flat: 300 MB a process for 350 MB of pages and for ten times as much."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from landed import label

from rekognition_tables.landing.attempts import LandingAttempt
from rekognition_tables.results_root.layout import Layout, ResultKey

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = ResultKey.of("label_detection", "job-1")
CODE = """
import resource, sys
from rekognition_tables.flatten.results import flatten
from rekognition_tables.results_root.layout import Layout, ResultKey
rows = flatten(Layout.at(sys.argv[1]), ResultKey.of("label_detection", "job-1")).row_counts
print(rows["labels"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def land(root: Path, pages: int) -> None:
    """Pages of 350 KB: 1,000 labels with boxes and names."""
    box = dict.fromkeys(("Width", "Height", "Left", "Top"), 0.123456789)
    labels = [
        label(
            f"Label {n}",
            Instances=[{"BoundingBox": box, "Confidence": 99.123456}] * (n % 3 == 0),
            Parents=[{"Name": f"Parent {n % 50}"}, {"Name": f"Parent {n % 7}"}],
            Aliases=[{"Name": f"Alias {n}"}] * (n % 6 == 0),
            Categories=[{"Name": "Vehicles and Automotive"}],
        )
        for n in range(1_000)
    ]
    text = json.dumps({"JobStatus": "SUCCEEDED", "JobId": "job-1", "Labels": labels})
    attempt = LandingAttempt.resume_or_begin(Layout.at(str(root)), KEY)
    for left in range(pages - 1, -1, -1):
        token = f', "NextToken": "{left}"' if left else ""
        now = text[:-1].replace('"Timestamp": 0', f'"Timestamp": {pages - left}')
        attempt.add_page((now + token + "}").encode(), str(left) if left else None)
    attempt.succeed()


def peak(root: Path) -> tuple[int, int]:
    """Labels written, and the most megabytes a process of its own had in memory."""
    command = [sys.executable, "-c", CODE, str(root)]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    labels, megabytes = told.split()
    return int(labels), int(megabytes)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_memory_is_the_same_at_ten_times_the_input(tmp_path: Path) -> None:
    found = {}
    for pages in (1_000, 10_000):
        land(tmp_path / str(pages), pages)
        labels, found[pages] = peak(tmp_path / str(pages))
        assert labels == pages * 1_000
    assert max(found.values()) <= 300
    assert found[10_000] < 1.2 * found[1_000]
