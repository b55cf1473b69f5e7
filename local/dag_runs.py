"""DAG runs in this process: `dag.test()` on a fresh metadata database, with its logs in a file."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def output_to(log: Path) -> Iterator[None]:
    """Send what this process prints to a file: Airflow's logs are many."""
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [(stream, os.dup(stream)) for stream in (1, 2)]
    with log.open("a") as file:
        for stream, _ in kept:
            os.dup2(file.fileno(), stream)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for stream, old in kept:
                os.dup2(old, stream)
                os.close(old)


def fresh_database(home: Path) -> None:
    """An Airflow home with an empty metadata database and our pools."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    from airflow.utils.db import initdb

    initdb()
    make_pools()


def make_pools() -> None:
    """The pools that the DAGs name."""
    from airflow.models.pool import Pool

    from rekognition_results.dag_defaults import POOLS

    for name, (slots, description) in POOLS.items():
        Pool.create_or_update_pool(name, slots, description, include_deferred=False)


def dag_bag() -> dict[str, Any]:
    """The DAGs of this checkout, by id. RuntimeError when one does not import."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag()
    if bag.import_errors:
        raise RuntimeError("; ".join(f"{k}: {v}" for k, v in bag.import_errors.items()))
    return dict(bag.dags)
