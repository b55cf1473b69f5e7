"""Every package of the lock has its hash, and a licence that is allowed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from local.licences import ELSEWHERE, PAGE, Package, licence_of, locked

ROOT = Path(__file__).resolve().parents[2]
LOCK: dict[str, Any] = tomllib.loads((ROOT / "uv.lock").read_text())
SHA256 = re.compile(r"sha256:[0-9a-f]{64}")


def on_the_page() -> list[Package]:
    rows = re.findall(r"^\| (\S+) \| (\S+) \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    return [Package(*row) for row in rows if row[0] != "package"]


def test_every_file_of_the_lock_has_its_hash() -> None:
    assert len(LOCK["package"]) > 100
    for package in LOCK["package"]:
        if package["source"] == {"editable": "."}:
            continue
        files = [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
        assert files, package["name"]
        for file in files:
            assert SHA256.fullmatch(file["hash"]), file


def test_every_package_comes_from_the_package_index() -> None:
    sources = {str(package["source"]) for package in LOCK["package"]}
    assert sources == {"{'editable': '.'}", "{'registry': 'https://pypi.org/simple'}"}


def test_the_page_of_licences_is_the_lock_s() -> None:
    assert [(one.name, one.version) for one in on_the_page()] == locked(), "run make licences"
    for one in on_the_page():
        said = licence_of(one.name)
        assert said is None or one.licence == said, f"{one.name}: run make licences"


def test_every_licence_is_allowed() -> None:
    assert [one for one in on_the_page() if not one.is_allowed] == []
    assert set(ELSEWHERE) <= {name for name, _ in locked()}


@pytest.mark.parametrize(
    "licence, allowed",
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("AGPL-3.0-only AND (Apache-2.0 OR MIT)", False),
        ("?", False),
    ],
)
def test_all_that_is_joined_by_and_must_be_allowed(licence: str, allowed: bool) -> None:
    assert Package("some", "1", licence).is_allowed == allowed
