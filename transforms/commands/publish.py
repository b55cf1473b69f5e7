"""`publish`: a new copy of the warehouse where readers look."""

from __future__ import annotations

import argparse
import json

from transforms.settings import Settings
from transforms.warehouse import publish


def run(options: argparse.Namespace, settings: Settings) -> int:
    place = publish(
        settings.warehouse_path, settings.published_path, lock_timeout=settings.lock_timeout
    )
    print(json.dumps({"published": str(place)}) if options.json else f"Published: {place}")
    return 0
