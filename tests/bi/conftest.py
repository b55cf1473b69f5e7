"""Superset as `make bi` starts it, on a week of results, and a browser that is logged in."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rekognition_tables.results_root.layout import Layout

if TYPE_CHECKING:  # the tests that need neither browser nor Airflow do not pay for their import
    from analysed_media import Studio
    from dashboards import Dashboards
    from playwright.sync_api import Browser, StorageState, ViewportSize

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120_000.0  # milliseconds; on two free cores a dashboard takes about 10 seconds
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Results:
    """A results root, and the environment of commands that work on it."""

    root: Path
    studio: Studio

    @property
    def published(self) -> Path:
        return self.root / "published" / "rekognition.duckdb"

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "REKOGNITION"))}
        return kept | {"REKOGNITION_RESULTS_URI": str(self.root)}

    def start_load(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "rekognition_tables.cli.main", "load"]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment)


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Results]:
    """A week of analysed media, loaded and published; its studio is open for more."""
    from analysed_media import a_week, studio

    root = tmp_path_factory.mktemp("bi") / "results"
    with studio(Layout.at(str(root))) as open_studio:
        a_week(open_studio)
        week = Results(root, open_studio)
        assert week.start_load().wait() == 0
        yield week


@dataclass(frozen=True)
class Superset:
    """A running one: its address, its state folder, and what it printed until it was up."""

    url: str
    home: Path
    printed: str

    @property
    def password(self) -> str:
        return (self.home / "admin-password").read_text().strip()


@pytest.fixture(scope="session")
def superset(results: Results) -> Iterator[Superset]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "bi.start", "--port", str(port)],
        cwd=ROOT,
        env=results.environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if line.startswith("Log in as admin"):
                break
        assert "Log in as admin" in printed, "bi.start ended; its logs are in superset/"
        yield Superset(f"http://127.0.0.1:{port}", results.root / "superset", printed)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    assert path, "there is no chromium on the PATH: `make test-bi` installs Debian's"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def logged_in(browser: Browser, superset: Superset) -> StorageState:
    """The cookies of a person who gave the generated password on the log-in page."""
    from dashboards import Dashboards

    with browser.new_context() as context:
        context.set_default_timeout(PATIENCE)
        Dashboards(context.new_page(), superset.url).log_in(superset.password)
        return context.storage_state()


@pytest.fixture
def dashboards(
    browser: Browser, superset: Superset, logged_in: StorageState
) -> Iterator[Dashboards]:
    """A page that is logged in, high enough for a whole dashboard."""
    from dashboards import Dashboards

    size: ViewportSize = {"width": 1600, "height": 5600}
    with browser.new_context(viewport=size, timezone_id="UTC", storage_state=logged_in) as context:
        context.set_default_timeout(PATIENCE)
        yield Dashboards(context.new_page(), superset.url)
