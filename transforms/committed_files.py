"""The Parquet files that commits name: on this machine, with the checksum of their commit."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from transforms.commits import Commit, TableFile
from transforms.errors import IncompleteResults
from transforms.files import is_local, local
from transforms.layout import Layout

DOWNLOADS_AT_ONCE = 16  # each waits for the object store most of its time
ADVICE = "Flatten that result again (`rekognition-results flatten`), then load."


def fetch(layout: Layout, commits: Iterable[Commit], folder: Path) -> dict[str, list[Path]]:
    """Where each table's files of these commits can be read, in the commits' order.

    Files of a remote results root are copied to `folder`; local ones are read where they are.
    IncompleteResults, with `file`, when one is gone or is not what its commit says.
    """
    wanted = [(commit, file) for commit in commits for file in commit.files]
    with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
        places = pool.map(lambda one: _fetch_one(layout, one[0], one[1], folder), wanted)
        found: dict[str, list[Path]] = {}
        for (_, file), place in zip(wanted, places, strict=True):
            found.setdefault(file.table, []).append(place)
    return found


def _fetch_one(layout: Layout, commit: Commit, file: TableFile, folder: Path) -> Path:
    path = layout.root / file.path
    try:
        if is_local(path):
            place = local(path)
        else:
            place = folder / hashlib.sha256(file.path.encode()).hexdigest()
            with path.open("rb") as source, place.open("wb") as target:
                shutil.copyfileobj(source, target, 2**20)
        with place.open("rb") as data:
            digest = hashlib.file_digest(data, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise _incomplete(commit, file, f"{path} is gone.") from error
    if digest != file.sha256:
        raise _incomplete(commit, file, f"{path} does not have the checksum in its commit.")
    return place


def _incomplete(commit: Commit, file: TableFile, what: str) -> IncompleteResults:
    return IncompleteResults(
        what,
        operation=commit.key.operation,
        job_id=commit.key.job_id,
        attempt=commit.attempt,
        file=file.path,
        advice=ADVICE,
    )
