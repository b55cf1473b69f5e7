"""`make licences`: the licence of every package in every uv.lock, as docs/licences.md.

What a package says of itself is read from its metadata in the environment beside the lock, newest
form first: License-Expression, classifiers, License. Exit status 1 when a licence is none of those
that are allowed.
"""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from rekognition_tables.settings import CHECKOUT

PAGE = CHECKOUT / "docs" / "licences.md"
# Each folder with a lock, and what is installed from it.
LOCKS = {
    "": "the program, its image, its tests, its benchmarks, and what builds it",
    "bi/superset": "`make bi` and Superset's image",
    "docs/examples/dbt": "the example of dbt",
}
PERMISSIVE = frozenset(
    (
        *("MIT", "MIT-0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "ISC"),
        *("PSF-2.0", "CNRI-Python", "Zlib", "CC0-1.0", "Unlicense", "AFL-2.1", "Artistic-1.0"),
        *("MIT-CMU", "ZPL-2.1", "any-OSI"),
    )
)
# For a library that is installed beside ours and not changed: its source is on PyPI.
WEAK_COPYLEFT = frozenset({"MPL-2.0", "LGPL-2.1", "LGPL-3.0-only", "LGPL-3.0-or-later", "LGPL"})
ALLOWED = PERMISSIVE | WEAK_COPYLEFT
# Classifiers and free text, as SPDX names them.
SPDX = {
    "Apache Software License": "Apache-2.0",
    "Apache License": "Apache-2.0",
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Simplified BSD": "BSD-2-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "Artistic License": "Artistic-1.0",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "GNU General Public License (GPL)": "GPL",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
}
# What does not say it in its metadata, or is installed on other systems or Pythons only; as their
# repositories say.
ELSEWHERE = {
    "async-timeout": "Apache-2.0",
    "brotlicffi": "MIT",
    "editables": "MIT",
    "hatchling": "MIT",
    "httpx2-jsfetch": "BSD-3-Clause",
    "openlineage-sql": "Apache-2.0",
    "polyline": "MIT",
    "pysimdjson": "MIT",
    "pywin32": "PSF-2.0",
    "pyyaml-ft": "MIT",
    "trove-classifiers": "Apache-2.0",
    "tzdata": "Apache-2.0",
    "waitress": "ZPL-2.1",
    "win-precise-time": "MIT",
}


@dataclass(frozen=True)
class Package:
    """One package of the lock."""

    name: str
    version: str
    licence: str

    @property
    def is_allowed(self) -> bool:
        """Every part of an expression joined by AND, any of one joined by OR."""
        return _allowed(self.licence)


def _allowed(licence: str) -> bool:
    if licence.startswith("(") and licence.endswith(")"):
        licence = licence[1:-1]
    for word, ask in ((" AND ", all), (" OR ", any)):
        if word in licence:
            return ask(_allowed(part) for part in licence.split(word))
    return licence in ALLOWED


def lock(folder: str) -> dict[str, Any]:
    return tomllib.loads((CHECKOUT / folder / "uv.lock").read_text())


def locked(folder: str) -> list[tuple[str, str]]:
    """Name and version of every package in a lock, those that build ours included, but ours."""
    found = lock(folder)
    built = found.get("manifest", {}).get("build-constraints", [])
    return sorted(
        {(one["name"], one["specifier"].removeprefix("==")) for one in built}
        | {
            (one["name"], one["version"])
            for one in found["package"]
            if not {"editable", "virtual"} & one["source"].keys()
        }
    )


def licence_of(name: str, folder: str) -> str | None:
    """What a package says of its licence; None when it is not installed or says nothing."""
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    told = _installed(folder).get(name)
    if told is None:
        return None
    if expression := told.get_all("License-Expression"):
        return str(expression[0])
    of_licences = [one for one in told.get_all("Classifier") or [] if one.startswith("License ::")]
    names = [one.rpartition(" :: ")[2] for one in of_licences]
    named = [SPDX.get(one, one) for one in names if one not in ("OSI Approved", "DFSG approved")]
    free = str((told.get_all("License") or [""])[0]).strip().partition("\n")[0]
    return " OR ".join(named) or SPDX.get(free, free) or None


@cache
def _installed(folder: str) -> dict[str, metadata.PackageMetadata]:
    """The packages of a lock's environment; none when it is not made."""
    places = (CHECKOUT / folder / ".venv").glob("lib/python*/site-packages")
    found = metadata.distributions(path=[str(place) for place in places])
    return {re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower(): one.metadata for one in found}


def packages(folder: str) -> list[Package]:
    return [
        Package(name, version, licence_of(name, folder) or "?") for name, version in locked(folder)
    ]


def page(found: dict[str, list[Package]]) -> str:
    """docs/licences.md."""
    lines = [
        "# Licences",
        "",
        "Made by `make licences` from every `uv.lock` and what each package says of itself. Ours",
        "is Apache-2.0. None of them is copied into this repository. Where a package may be had",
        "under several licences, one of them is enough.",
        "",
        f"Allowed: {', '.join(sorted(ALLOWED))}.",
    ]
    for folder, some in found.items():
        lines += ["", f"## {Path(folder, 'uv.lock')}", "", f"For {LOCKS[folder]}.", ""]
        lines += ["| package | version | licence |", "|---|---|---|"]
        lines += [f"| {one.name} | {one.version} | {one.licence} |" for one in some]
    return "\n".join(lines) + "\n"


def main() -> int:
    found = {folder: packages(folder) for folder in LOCKS}
    PAGE.write_text(page(found))
    every = [one for some in found.values() for one in some]
    bad = [one for one in every if not one.is_allowed]
    for one in bad:
        print(f"{one.name} {one.version} is under {one.licence}, which is not allowed here.")
    print(f"{len({one.name for one in every})} packages in {PAGE}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
