"""Loaders of a lake that are killed: `python lake_kills.py ROOT LAKE DATA FIRST_SEED LAST_SEED`.

For each seed a result is committed and another one is flattened again; a loader is killed after a
time that the seed tells; what readers see then is whole; and the next loader ends the work. Prints
how many loaders were still at work when the kill struck. Processes are forked, as in
lake_processes.py.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from typing import Any

from committed import commit_result, video, video_rows
from lake_processes import FOUND, WANTED, begun, ended

from transforms.layout import Layout
from transforms.warehouse.connection import read_only
from transforms.warehouse.ducklake import DuckLake
from transforms.warehouse.load import load


def loads(layout: Layout, lake: DuckLake) -> dict[str, Any]:
    return {"loaded": len(load(layout, lake).loaded)}


def asks(layout: Layout, lake: DuckLake) -> dict[str, Any]:
    with read_only(lake) as con:
        found, wanted = con.execute(FOUND).fetchall(), con.execute(WANTED).fetchall()
    return {"whole": found == wanted, "results": len(found)}


def main(root: str, uri: str, data: str, first: str, last: str) -> None:
    layout, lake = Layout.at(root), DuckLake(uri, data)
    commit_result(layout, video("v0"), video_rows(["Cat"] * 50))
    assert ended(begun(loads, layout, lake), told=False) == {"loaded": 1}
    usual, killed, there = 0.0, 0, 1
    for count, seed in enumerate(range(int(first), int(last)), 2):
        commit_result(layout, video(f"v{count}"), video_rows(["Dog"] * 50))
        commit_result(layout, video("v0"), video_rows(["Cat"] * (50 + count)), generation=count)
        child, out = begun(loads, layout, lake)
        if usual:
            time.sleep(random.Random(seed).uniform(0, usual))
            os.kill(child, signal.SIGKILL)
            struck = "error" in ended((child, out), told=False)
            killed += struck
            seen = ended(begun(asks, layout, lake), told=False)
            assert seen["whole"], seen
            assert seen["results"] in (there, there + 1), seen
            child, out = begun(loads, layout, lake)
        start = time.perf_counter()
        assert "error" not in (told := ended((child, out), told=False)), told
        usual = time.perf_counter() - start
        there += 1
        assert ended(begun(asks, layout, lake), told=False) == {"whole": True, "results": there}
    print(killed)


if __name__ == "__main__":
    main(*sys.argv[1:])
