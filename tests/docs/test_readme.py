"""README and the other pages: their commands, links and tables are those of the code."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from rekognition_tables.operations.tables import TABLES

ROOT = Path(__file__).resolve().parent.parent.parent


def project_files() -> list[Path]:
    """Without git, which a downloaded archive lacks: all but environments, caches and results."""
    found = []
    for folder, below, files in os.walk(ROOT):
        below[:] = [one for one in below if one not in ("var", "__pycache__") and one[0] != "."]
        found += [Path(folder, name) for name in files]
    return sorted(found)


FILES = project_files()
PAGES = [path for path in FILES if path.suffix == ".md"]
TEXTS = [path for path in FILES if path.suffix in (".md", ".py", ".sql", ".yaml")]
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
    for target in re.findall(r"(?:^|`)make ([a-z][a-z0-9-]+)", page.read_text(), re.MULTILINE):
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), f"make {target}"


def test_programs_are_called_without_uv_which_make_may_have_brought_itself() -> None:
    calls = re.compile(r"\buv run\b|\.tools/bin/uv run")
    found = [path for path in TEXTS if path != Path(__file__) and calls.search(path.read_text())]
    assert found == []
