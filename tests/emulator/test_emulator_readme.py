"""The README's Python runs, and its tables name what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from emulated import ACCESS

from rekognition_emulator.__main__ import _parser
from rekognition_emulator.http.control import VERBS

README = Path(__file__).resolve().parents[2] / "emulator" / "README.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_the_snippets_run(snippet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ACCESS.items():
        monkeypatch.setenv(name.upper(), value)
    exec(compile(snippet, str(README), "exec"), {})


def test_every_option_and_verb_is_described() -> None:
    text = README.read_text()
    for action in _parser()._actions:
        for option in action.option_strings:
            assert option in ("-h", "--help") or f"`{option}`" in text
    for verb in VERBS:
        assert f"| `{verb}` |" in text
