"""A log beside a published file: DuckDB adds the rows in it to what every reader of the file sees.

DuckDB keeps such logs beside a file that it writes to. Nobody writes to a published one, so there a
log is left by a reader that could write and died, or was put there to forge rows. Readers take in
`.wal`; the other two are a writer's, and are refused with it.
"""

from __future__ import annotations

import logging
from pathlib import Path

from rekognition_tables.errors import ResultsError

ENDINGS = (".wal", ".wal.checkpoint", ".wal.recovery")  # as DuckDB 1.5 names them
log = logging.getLogger(__name__)


def refuse_stray_logs(published: Path) -> None:
    """ResultsError when a log is beside the file."""
    for stray in _logs(published):
        raise ResultsError(
            f"{stray} would change what {published.name} shows, and no load puts it there.",
            path=str(stray),
            advice="Find out who did, and run `rekognition-results publish`, which removes it.",
        )


def remove_stray_logs(published: Path) -> None:
    for stray in _logs(published):
        stray.unlink(missing_ok=True)
        log.warning(
            "%s was removed: it would have changed what readers see. Who writes there?", stray
        )


def _logs(published: Path) -> list[Path]:
    found = (published.with_name(published.name + ending) for ending in ENDINGS)
    return [one for one in found if one.exists() or one.is_symlink()]
