"""A loader in a process of its own that says when it begins, so that a test can kill it."""

from __future__ import annotations

import sys
from pathlib import Path

from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.load import load_and_publish


def main(root: str, warehouse: str, published: str, everything: str = "") -> None:
    print("begins", flush=True)
    load_and_publish(Layout.at(root), Path(warehouse), Path(published), everything=bool(everything))
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
