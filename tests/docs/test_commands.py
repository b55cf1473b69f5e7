"""docs/commands.md tells every command and option there is, and none that there is not."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest

from rekognition_tables.cli.main import parser

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "commands.md").read_text()
(COMMANDS,) = (
    action.choices for action in parser()._actions if isinstance(action, argparse._SubParsersAction)
)
EXAMPLES = [
    command.removeprefix("rekognition-results ").partition(" <")[0].partition(" >")[0]
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
    for command in line.split(" | ")
]


def test_every_command_has_its_section() -> None:
    assert sorted(re.findall(r"^## (.*)", PAGE, re.MULTILINE)) == sorted(COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_option_is_told(command: str) -> None:
    for action in COMMANDS[command]._actions:
        for option in action.option_strings:
            if option not in ("-h", "--help"):
                assert f"`{option}`" in PAGE or f" {option} " in PAGE


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_understood(example: str) -> None:
    parser().parse_args(shlex.split(example))


def test_every_command_has_an_example() -> None:
    assert {example.split()[0] for example in EXAMPLES} == set(COMMANDS)
