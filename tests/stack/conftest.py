"""The environment of the system under test: what `make env` writes, and results on S3."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.env_file import EXAMPLE, filled

# Two workers that share no disk: everything that both must see is on S3 or in PostgreSQL.
SHARED_NOTHING = {
    "REKOGNITION_WAREHOUSE_URI": "ducklake:postgres:",
    "DAGS_ARE_PAUSED_AT_CREATION": "True",  # the test says which run, and when
    "REKOGNITION_SCHEDULE": "none",
    "REKOGNITION_WAITER_DELAY": "2",
    "WORKERS": "2",
    "WORKER_CONCURRENCY": "2",
}


@pytest.fixture(scope="session")
def env_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("env") / ".env"
    changed = tuple(f"{name}=" for name in SHARED_NOTHING)
    lines = [
        line for line in filled(EXAMPLE.read_text()).splitlines() if not line.startswith(changed)
    ]
    lines += [f"{name}={value}" for name, value in SHARED_NOTHING.items()]
    path.write_text("\n".join(lines) + "\n")
    return path
