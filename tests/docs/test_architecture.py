"""The page on architecture names every folder, with what its package says of itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text()


@pytest.mark.parametrize(
    "package",
    [
        "transforms/rekognition_tables",
        "plugins/rekognition_results",
        "emulator/rekognition_emulator",
    ],
)
def test_every_folder_is_listed_with_its_own_words(package: str) -> None:
    _, _, section = PAGE.partition(f"| folder of `{Path(package).name}` |")
    listed = dict(re.findall(r"^\| `(\w+)/` \| (.*) \|$", section.partition("\n\n")[0], re.M))
    says = {}
    for path in (ROOT / package).glob("*/__init__.py"):
        about = ast.get_docstring(ast.parse(path.read_text()))
        says[path.parent.name] = (about or "").splitlines()[0]
    assert listed == says
