"""Hostile words on the command line: one sentence, and nothing outside the results root."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hostile import HOSTILE, few, is_one_line, root
from hypothesis import given, settings
from hypothesis import strategies as st

from rekognition_tables.cli.main import main

COMMANDS = [
    ["flatten", "{}"],
    ["flatten", "--operation", "label_detection", "--out", "out", "{}"],
    ["flatten", "--job-id", "{}"],
    ["accept", "{}", "--reason", "{}"],
    ["accept", "{}", "{}", "--reason", "x"],
    ["sql", "SELECT '{}"],
    ["{}"],
]


@settings(few, max_examples=15)
@given(text=HOSTILE, command=st.sampled_from(COMMANDS))
def test_a_hostile_argument_is_answered_in_one_line(text: str, command: list[str]) -> None:
    with root() as (layout, _), pytest.MonkeyPatch.context() as patch:
        patch.chdir(str(layout.root))
        patch.setenv("REKOGNITION_RESULTS_URI", str(layout.root))
        said = _Lines()
        patch.setattr("sys.stderr", said)
        try:
            status = main([word.replace("{}", text) for word in command])
        except SystemExit as left:
            status = int(str(left.code))
        assert status in (1, 2)
        assert said.text.endswith("\n")
        assert all(map(is_one_line, said.text.splitlines() if said.usage else [said.text[:-1]]))


class _Lines:
    """A standard error; argparse writes its usage, of several lines, there too."""

    def __init__(self) -> None:
        self.text = ""

    @property
    def usage(self) -> bool:
        return self.text.startswith("usage:")

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


def test_a_name_that_is_too_long_is_no_crash_of_the_command(tmp_path: Path) -> None:
    ran = subprocess.run(
        [
            "rekognition-results",
            "flatten",
            "x" * 5_000,
            "--operation",
            "label_detection",
            "--out",
            "o",
        ],
        env=os.environ | {"REKOGNITION_RESULTS_URI": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
