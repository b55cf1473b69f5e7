"""What every test may use: the recordings, and an Airflow home that nobody else has."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import looked_up_once
import pytest
from airflow_process import Airflow, started
from aws_calls import PIPELINE, READER, RECORDER, grants

ROOT = Path(__file__).resolve().parent.parent
RECORDINGS = ROOT.parent / "shared" / "recordings"

# A shell lets what it starts in the background ignore Ctrl-C, which some tests press.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Airflow reads its environment when it is first imported: each test process has a home of its own.
_HOME = tempfile.mkdtemp(prefix="airflow-home-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ.update(
    {
        "AIRFLOW_HOME": _HOME,
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{_HOME}/airflow.db",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
)
for name in [name for name in os.environ if name.startswith("REKOGNITION_")]:
    del os.environ[name]


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Recorded service responses; a test that needs them skips where they are not."""
    if not RECORDINGS.is_dir():
        pytest.skip(f"recorded responses are not part of the project: {RECORDINGS} is missing")
    return RECORDINGS


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    """One that has run nothing: each order finds a metadata database without runs."""
    with started(tmp_path_factory.mktemp("airflow")) as running:
        yield running


def pytest_collection_finish() -> None:
    """Watch what tests ask of the emulator, in processes whose tests have one."""
    if front := sys.modules.get("rekognition_emulator.http.application"):
        RECORDER.install(front.Front)
    looked_up_once.install()


@pytest.fixture(autouse=True)
def what_was_asked_of_amazon_is_allowed() -> Iterator[None]:
    """By deploy/iam, whatever the buckets are called; tests/security looks at resources too."""
    RECORDER.taken()
    yield
    policies = {READER: "readers.json"}
    for need in RECORDER.taken():
        allowed = grants(policies.get(need.who, "pipeline.json"))
        assert any(grant.allows(need, anywhere=True) for grant in allowed), (
            f"{PIPELINE} needs {need.action} on {need.resource}: add it to deploy/iam."
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests go first, so that no worker is left alone with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
