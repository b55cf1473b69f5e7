"""README and the other pages: their commands, links and tables are those of the code."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from transforms.tables import TABLES

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
]
MAKEFILE = (ROOT / "Makefile").read_text()


def test_every_table_has_its_page_linked_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text()
    for name in TABLES:
        assert f"[`{name}`](docs/tables/{name}.md)" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_command_is_one_of_the_makefile(page: Path) -> None:
    for target in re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(), re.MULTILINE):
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), f"make {target}"
