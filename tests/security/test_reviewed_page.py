"""SECURITY.md names a test for each threat, and none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "SECURITY.md").read_text()
GUARDED = PAGE.partition("## What is guarded")[2].partition("## What is not")[0]
ROWS = [line.strip("|").split("|") for line in GUARDED.splitlines() if line.startswith("| ")]


def test_every_threat_says_what_stops_it_and_which_tests_try_it() -> None:
    header, *threats = ROWS
    assert [cell.strip() for cell in header] == ["threat", "who", "what stops it", "test"]
    assert len(threats) > 20
    for threat, _, stops, tests in threats:
        named = re.findall(r"\]\((tests/[^)]+)\)", tests)
        assert stops.strip(), threat
        assert named, threat
        assert [path for path in named if not (ROOT / path).is_file()] == [], threat


def test_every_reviewed_attack_is_in_the_table() -> None:
    files = {path.name for path in (ROOT / "tests").rglob("test_reviewed_*.py")}
    assert files - {Path(__file__).name} == set(re.findall(r"test_reviewed_\w+\.py", GUARDED))
