"""Every package of every lock has its hash, and a licence that is allowed."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

from local.licences import ELSEWHERE, LOCKS, PAGE, Package, licence_of, lock, locked

ROOT = Path(__file__).resolve().parents[2]
SHA256 = re.compile(r"sha256:[0-9a-f]{64}")
every_lock = pytest.mark.parametrize("folder", LOCKS, ids=lambda folder: folder or "root")


def on_the_page(folder: str) -> list[Package]:
    sections = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.M | re.S))
    assert set(sections) == {str(Path(one, "uv.lock")) for one in LOCKS}
    table = sections[str(Path(folder, "uv.lock"))]
    rows = re.findall(r"^\| (\S+) \| (\S+) \| (.+) \|$", table, re.MULTILINE)
    return [Package(*row) for row in rows if row[0] != "package"]


def test_no_lock_is_left_out() -> None:
    found = set()
    for folder, below, files in os.walk(ROOT):
        below[:] = [one for one in below if not one.startswith((".", "var"))]
        if "uv.lock" in files:
            found.add(str(Path(folder).relative_to(ROOT)).removeprefix("."))
    assert found == set(LOCKS)


@every_lock
def test_every_file_of_the_lock_has_its_hash(folder: str) -> None:
    packages = lock(folder)["package"]
    assert len(packages) > 50
    for package in packages:
        if package["source"] in ({"editable": "."}, {"virtual": "."}):
            continue
        files = [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
        assert files, package["name"]
        for file in files:
            assert SHA256.fullmatch(file["hash"]), file


@every_lock
def test_every_package_comes_from_one_index(folder: str) -> None:
    sources = [package["source"] for package in lock(folder)["package"]]
    ours = [one for one in sources if one in ({"editable": "."}, {"virtual": "."})]
    assert len(ours) == 1
    others = [one for one in sources if one not in ours]
    assert all(one.keys() == {"registry"} for one in others)
    assert len({one["registry"] for one in others}) == 1


def test_what_builds_the_project_has_its_version() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    pinned = {one["name"]: one["specifier"] for one in lock("")["manifest"]["build-constraints"]}
    assert set(asked) <= set(pinned)
    assert all(re.fullmatch(r"==[\d.]+", specifier) for specifier in pinned.values())


def test_the_image_takes_uv_by_its_hash() -> None:
    commands = (ROOT / "Dockerfile").read_text().replace("\\\n", "").splitlines()
    (install,) = [line for line in commands if "pip install" in line]
    assert "--require-hashes" in install
    assert len(SHA256.findall(install)) == 2  # x86-64 and ARM


@every_lock
def test_the_page_of_licences_is_the_lock_s(folder: str) -> None:
    found = on_the_page(folder)
    assert [(one.name, one.version) for one in found] == locked(folder), "run make licences"
    for one in found:
        said = licence_of(one.name, folder)
        assert said is None or one.licence == said, f"{one.name}: run make licences"


def test_every_licence_is_allowed() -> None:
    assert [one for folder in LOCKS for one in on_the_page(folder) if not one.is_allowed] == []
    assert set(ELSEWHERE) <= {name for folder in LOCKS for name, _ in locked(folder)}


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
