"""A results root whose published file has a video of two labels."""

from __future__ import annotations

from pathlib import Path

from committed import commit_result, video, video_rows

from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.load import load_and_publish


def publish(root: Path) -> Path:
    """Load two labels under `root`; the published file."""
    layout = Layout.at(str(root))
    commit_result(layout, video("v1"), video_rows(["Cat", "Dog"]))
    published = root / "published" / "rekognition.duckdb"
    load_and_publish(layout, root / "warehouse" / "rekognition.duckdb", published)
    return published
