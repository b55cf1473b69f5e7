"""A reader in a process of its own: asks without pause until it is told to stop.

Prints, as one line of JSON, how often it asked, how many answers were torn, and how many results
it saw: every number, and the last one, asked for after it was told to stop. As docs/connect.md
says, it connects anew for each question, or keeps one connection open with `snapshot`.
"""

from __future__ import annotations

import json
import os
import sys
import threading

import duckdb

QUERY = "SELECT job_id, count(*) FROM labels GROUP BY job_id ORDER BY job_id"
WANTED = "SELECT job_id, row_counts['labels'] FROM loads ORDER BY job_id"


def main(published: str, mode: str) -> None:
    os.nice(10)  # loads go first, or eight readers would leave them nothing of two cores
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    print("reads", flush=True)
    asked, torn, seen, last = 0, 0, set(), False
    kept = connect(published) if mode == "snapshot" else None
    while not last:
        last = stop.is_set()
        con = kept or connect(published)
        found, wanted = con.execute(QUERY).fetchall(), con.execute(WANTED).fetchall()
        torn += found != wanted
        seen.add(len(found))
        asked += 1
        if not kept:
            con.close()
    print(json.dumps({"asked": asked, "torn": torn, "seen": sorted(seen), "last": len(found)}))


def connect(published: str) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(":memory:")
    con.execute(f"ATTACH '{published}' AS rekognition (READ_ONLY)")
    con.execute("USE rekognition")
    return con


if __name__ == "__main__":
    main(*sys.argv[1:])
