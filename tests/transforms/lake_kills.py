"""Loaders of a lake that are killed: `python lake_kills.py ROOT LAKE DATA SEED KILLS`.

Again and again a result is committed and another one is flattened again; a loader is killed after
a time that the seed tells; what readers see then is whole; and the next loader ends the work. All
the while one reader asks. Ends after KILLS loaders that were still at work when the
kill struck. Processes are forked, as in lake_processes.py.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from typing import Any

from committed import commit_result, video, video_rows
from lake_processes import FOUND, WANTED, begun, ended, reader, stop

from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.lake.ducklake import DuckLake
from rekognition_tables.warehouse.load import load


def loads(layout: Layout, lake: DuckLake) -> dict[str, Any]:
    return {"loaded": len(load(layout, lake).loaded)}


def asks(layout: Layout, lake: DuckLake) -> dict[str, Any]:
    with read_only(lake) as con:
        found, wanted = con.execute(FOUND).fetchall(), con.execute(WANTED).fetchall()
    return {"whole": found == wanted, "results": len(found)}


def struck(layout: Layout, lake: DuckLake, after: float) -> bool:
    """Whether a loader that is killed after so many seconds was still at work."""
    child, out = begun(loads, layout, lake)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    return "error" in ended((child, out), told=False)


def kill_loaders(layout: Layout, lake: DuckLake, moments: random.Random, kills: int) -> int:
    """How many results are loaded at the end."""
    usual, killed, there = 0.0, 0, 1
    for number in range(2, 4 * kills + 2):  # some loaders end before the kill
        commit_result(layout, video(f"v{number}"), video_rows(["Dog"] * 50))
        commit_result(layout, video("v0"), video_rows(["Cat"] * (50 + number)), generation=number)
        if usual:
            killed += struck(layout, lake, moments.uniform(0, usual))
            seen = ended(begun(asks, layout, lake), told=False)
            assert "error" not in seen, seen
            assert seen["whole"], seen
            assert seen["results"] in (there, there + 1), seen
        start = time.perf_counter()
        told = ended(begun(loads, layout, lake), told=False)
        assert "error" not in told, told
        usual = time.perf_counter() - start
        there += 1
        if killed == kills:
            return there
    raise AssertionError(f"only {killed} loaders were still at work when the kill struck")


def main(root: str, uri: str, data: str, seed: str, kills: str) -> None:
    signal.signal(signal.SIGUSR1, stop)
    layout, lake = Layout.at(root), DuckLake(uri, data)
    commit_result(layout, video("v0"), video_rows(["Cat"] * 50))
    assert ended(begun(loads, layout, lake), told=False) == {"loaded": 1}
    watcher = begun(reader, layout, lake)
    try:
        there = kill_loaders(layout, lake, random.Random(int(seed)), int(kills))
    except BaseException:
        os.kill(watcher[0], signal.SIGKILL)  # or who reads what this prints waits for it
        raise
    told = ended(watcher, told=True)
    assert "error" not in told, told
    assert told["asked"] > 1, told
    assert (told["torn"], told["last"]) == (0, there), told


if __name__ == "__main__":
    main(*sys.argv[1:])
