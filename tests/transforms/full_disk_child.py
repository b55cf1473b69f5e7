"""Loads on a disk that gets full, then grows: `full_disk_child.py FOLDER DISK MB`.

Run by `unshare --map-root-user --mount`, so that DISK can be a tmpfs of its own, seen by this
process alone. The results root is in FOLDER, warehouse and published file on DISK. Prints what
happened as one line of JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from committed import commit_result, video, video_rows

from rekognition_tables.errors import ResultsError
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.load import load_and_publish

LABELS = 20_000


def mounted(disk: str, megabytes: int, *more: str) -> None:
    options = ",".join([*more, f"size={megabytes}m"])
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], check=True)


def labels(published: Path) -> dict[str, int]:
    with read_only(published) as con:
        return dict(con.execute("SELECT job_id, count(*) FROM labels GROUP BY ALL").fetchall())


def main(folder: str, disk: str, megabytes: str) -> None:
    mounted(disk, int(megabytes))
    layout, warehouse = Layout.at(f"{folder}/results"), Path(disk, "w.duckdb")
    published = Path(disk, "published.duckdb")
    names = [f"Label {number * 7919 % 10007}" for number in range(LABELS)]
    errors: list[str] = []
    seen: list[int] = []
    while not errors:
        commit_result(layout, video(f"v{len(seen)}"), video_rows(names))
        try:
            load_and_publish(layout, warehouse, published)
        except ResultsError as error:
            errors.append(str(error))
        seen.append(len(labels(published)))
    told: dict[str, object] = {"errors": errors, "seen": seen}
    mounted(disk, 500, "remount")
    load_and_publish(layout, warehouse, published)
    told["after"] = labels(published)
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
