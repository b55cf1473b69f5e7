"""Two loaders and four readers of one lake: `python lake_processes.py ROOT LAKE DATA COMMITS`.

All are processes of their own. The loaders load without pause while results are committed, new
ones and ones flattened again; the readers ask some times a second, each time on a new connection.
Prints what each did as one line of JSON. Processes are forked, so that they begin at once; nothing
of DuckDB is alive then.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import pandas  # noqa: F401  # Arrow imports it at its first array: here once for all
from committed import commit_result, video, video_rows

from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.lake.ducklake import DuckLake
from rekognition_tables.warehouse.load import load

FOUND = "SELECT job_id, count(*) FROM labels GROUP BY job_id ORDER BY job_id"
WANTED = "SELECT job_id, row_counts['labels'] FROM loads ORDER BY job_id"
PAUSE = 0.2  # seconds between a reader's questions, which take nearly as long
stopped = False


def stop(*_: object) -> None:
    global stopped
    stopped = True


def loader(layout: Layout, lake: DuckLake) -> dict[str, Any]:
    loads, results = 0, 0
    while True:
        last = stopped  # one more load after the word to stop: nothing may be left
        results += len(load(layout, lake).loaded)
        loads += 1
        if last:
            return {"loads": loads, "results": results}


def reader(layout: Layout, lake: DuckLake) -> dict[str, Any]:
    os.nice(10)  # loads go first, or four readers would leave them nothing of two cores
    asked, torn = 0, 0
    while True:
        last = stopped  # one more question after the word to stop: it sees the last load
        with read_only(lake) as con:
            con.execute("BEGIN")  # or a load may come in between: docs/warehouse.md
            found, wanted = con.execute(FOUND).fetchall(), con.execute(WANTED).fetchall()
            con.execute("COMMIT")
        torn += found != wanted
        asked += 1
        time.sleep(PAUSE)
        if last:
            return {"asked": asked, "torn": torn, "last": len(found)}


def begun(work: Callable[[Layout, DuckLake], dict[str, Any]], *at: Any) -> tuple[int, int]:
    """Process number, and the end of the pipe that tells what it did."""
    out, into = os.pipe()
    child = os.fork()
    if not child:
        try:
            told = json.dumps(work(*at))
        except BaseException as error:
            told = json.dumps({"error": f"{type(error).__name__}: {error}"})
        os.write(into, told.encode())
        os._exit(0)
    os.close(into)
    return child, out


def ended(child: tuple[int, int], *, told: bool) -> dict[str, Any]:
    pid, out = child
    if told:
        os.kill(pid, signal.SIGUSR1)
    with os.fdopen(out) as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return json.loads(said) if said else {"error": "it died"}


def main(root: str, uri: str, data: str, commits: str) -> None:
    signal.signal(signal.SIGUSR1, stop)
    layout, lake = Layout.at(root), DuckLake(uri, data)
    commit_result(layout, video("v000"), video_rows(["Cat"] * 50))
    first = begun(lambda *at: {"loaded": len(load(*at).loaded)}, layout, lake)
    told = [ended(first, told=False)]  # readers need something to read
    loaders = [begun(loader, layout, lake) for _ in range(2)]
    readers = [begun(reader, layout, lake) for _ in range(4)]
    for number in range(int(commits)):
        key = video(f"v{number * 2 // 3:03d}")  # every third one takes the place of another
        commit_result(layout, key, video_rows(["Dog"] * (number + 1)), generation=number + 2)
    told += [ended(child, told=True) for child in loaders]
    told += [ended(child, told=True) for child in readers]
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
