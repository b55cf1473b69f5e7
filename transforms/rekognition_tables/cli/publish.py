"""`publish`: a new copy of the warehouse where readers look."""

from __future__ import annotations

import argparse
import json

from rekognition_tables.settings import Settings
from rekognition_tables.warehouse.lake.ducklake import DuckLake
from rekognition_tables.warehouse.load import publish


def run(options: argparse.Namespace, settings: Settings) -> int:
    warehouse, published = settings.warehouse, settings.published
    if isinstance(warehouse, DuckLake) or isinstance(published, DuckLake):
        told = f"Readers read {warehouse} itself: there is nothing to publish."
        print(json.dumps({"published": None}) if options.json else told)
        return 0
    place = publish(warehouse, published, lock_timeout=settings.lock_timeout)
    print(json.dumps({"published": str(place)}) if options.json else f"Published: {place}")
    return 0
