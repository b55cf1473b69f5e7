"""`make licences`: the licence of every package in uv.lock, as docs/licences.md.

What a package says of itself is read from its metadata, newest form first: License-Expression,
classifiers, License. Exit status 1 when a licence is none of those that are allowed.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata

from transforms.settings import CHECKOUT

PAGE = CHECKOUT / "docs" / "licences.md"
OURS = "rekognition-results"
PERMISSIVE = frozenset(
    (
        *("MIT", "MIT-0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "ISC"),
        *("PSF-2.0", "CNRI-Python", "Zlib", "CC0-1.0", "Unlicense", "AFL-2.1", "Artistic-1.0"),
    )
)
# For a library that is installed beside ours and not changed: its source is on PyPI.
WEAK_COPYLEFT = frozenset({"MPL-2.0", "LGPL-3.0-only", "LGPL"})
ALLOWED = PERMISSIVE | WEAK_COPYLEFT
# Classifiers and free text, as SPDX names them.
SPDX = {
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "BSD License": "BSD",
    "3-Clause BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "Artistic License": "Artistic-1.0",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL",
    "GNU General Public License (GPL)": "GPL",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
}
# What does not say it in its metadata, or is installed on other systems or Pythons only; as their
# repositories say.
ELSEWHERE = {
    "async-timeout": "Apache-2.0",
    "httpx2-jsfetch": "BSD-3-Clause",
    "openlineage-sql": "Apache-2.0",
    "pysimdjson": "MIT",
    "pywin32": "PSF-2.0",
    "pyyaml-ft": "MIT",
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


def locked() -> list[tuple[str, str]]:
    """Name and version of every package in the lock but our own."""
    lock = tomllib.loads((CHECKOUT / "uv.lock").read_text())
    found = {(one["name"], one.get("version", "")) for one in lock["package"]}
    return sorted(one for one in found if one[0] != OURS)


def licence_of(name: str) -> str | None:
    """What a package says of its licence; None when it is not installed or says nothing."""
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    if expression := told.get_all("License-Expression"):
        return str(expression[0])
    of_licences = [one for one in told.get_all("Classifier") or [] if one.startswith("License ::")]
    names = [one.rpartition(" :: ")[2] for one in of_licences]
    named = [SPDX.get(one, one) for one in names if one not in ("OSI Approved", "DFSG approved")]
    free = str((told.get_all("License") or [""])[0]).strip().partition("\n")[0]
    return " OR ".join(named) or SPDX.get(free, free) or None


def packages() -> list[Package]:
    return [Package(name, version, licence_of(name) or "?") for name, version in locked()]


def page(found: list[Package]) -> str:
    """docs/licences.md."""
    lines = [
        "# Licences",
        "",
        "Made by `make licences` from `uv.lock` and what each package says of itself, those of the",
        "tests and benchmarks included. Ours is Apache-2.0. None of them is copied into this",
        "repository. Where a package may be had under several licences, one of them is enough.",
        "",
        f"Allowed: {', '.join(sorted(ALLOWED))}.",
        "",
        "| package | version | licence |",
        "|---|---|---|",
    ]
    lines += [f"| {one.name} | {one.version} | {one.licence} |" for one in found]
    return "\n".join(lines) + "\n"


def main() -> int:
    found = packages()
    PAGE.write_text(page(found))
    bad = [one for one in found if not one.is_allowed]
    for one in bad:
        print(f"{one.name} {one.version} is under {one.licence}, which is not allowed here.")
    print(f"{len(found)} packages in {PAGE}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
