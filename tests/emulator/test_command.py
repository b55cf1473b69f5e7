"""The command in a process of its own: how it ends, and what it says without its extra."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from emulated import MEDIA, OUTPUT, REGION, Clients, Media
from emulator_process import ROOT, command
from test_subscribers import Subscriber, Topic

# `docker stop` waits for 10 seconds.
SECONDS = 5
# An emulator whose jobs take a minute of work each.
AT_WORK = """
import sys, time
from rekognition_emulator.images import bulk_run
from rekognition_emulator.__main__ import main
bulk_run.moderate = lambda *_: time.sleep(60)
sys.exit(main())
"""
THE_EXTRA = ("moto", "boto3", "werkzeug", "flask")


def end(process: subprocess.Popen[str]) -> None:
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert time.monotonic() - began < SECONDS


def prepared(session: Any, url: str) -> Clients:
    clients = Clients(session, url)
    for bucket in (MEDIA, OUTPUT):
        place = {"LocationConstraint": REGION}
        clients("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    return clients


@pytest.fixture
def slow() -> Iterator[Subscriber]:
    subscriber = Subscriber(hold=True)
    yield subscriber
    subscriber.close()


def test_sigterm_ends_it_beside_a_subscriber_that_does_not_answer(
    session: Any, slow: Subscriber
) -> None:
    with command("--seconds-per-video-job", "0") as (process, url):
        clients = prepared(session, url)
        topic = Topic(clients, "done")
        topic.subscribe("http", slow.url)
        start = clients("rekognition").start_label_detection
        topic.start(lambda _, **request: dict(start(**request)), Media(clients("s3")))
        assert slow.asked.wait(30)
        end(process)
        clients.close()


def test_sigterm_ends_it_within_a_call_that_is_held_back() -> None:
    with command() as (process, url):
        order = json.dumps({"verb": "delay", "seconds": 120}).encode()
        urllib.request.urlopen(f"{url}/_emulator/faults", data=order).close()
        connection = http.client.HTTPConnection(urlsplit(url).netloc)
        target = {"X-Amz-Target": "RekognitionService.ListMediaAnalysisJobs"}
        connection.request("POST", "/", body=b"{}", headers=target)
        wait_until(url, lambda counters: counters["calls"] == {"ListMediaAnalysisJobs": 1})
        end(process)
        connection.close()


def test_sigterm_ends_it_within_a_long_job_which_runs_again_at_the_next_start(
    session: Any, tmp_path: Path
) -> None:
    arguments = ("--state", str(tmp_path), "--seconds-per-bulk-job", "0")
    with command(*arguments, program=("-c", AT_WORK)) as (process, url):
        clients = prepared(session, url)
        request = Media(clients("s3")).images()
        job_id = clients("rekognition").start_media_analysis_job(**request)["JobId"]
        end(process)
        clients.close()
    with command(*arguments) as (process, url):
        wait_until(url, lambda counters: counters["images_analysed"] != {})
        clients = Clients(session, url)
        found = clients("rekognition").list_media_analysis_jobs()["MediaAnalysisJobs"]
        assert [job["JobId"] for job in found] == [job_id]
        clients.close()
        end(process)


def wait_until(url: str, reached: Any) -> None:
    """Look at the counters again and again."""
    while True:
        with urllib.request.urlopen(f"{url}/_emulator/counters") as answer:
            if reached(json.load(answer)):
                return


@pytest.fixture
def without_the_extra(tmp_path: Path) -> dict[str, str]:
    """The environment of an interpreter that has every library but those of the extra."""
    site = tmp_path / "site-packages"
    site.mkdir()
    for path in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if not path.name.startswith(THE_EXTRA):
            (site / path.name).symlink_to(path)
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join((str(ROOT / "emulator"), str(site))),
    }


def run(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    # -S leaves this environment's own packages out
    full = [sys.executable, "-S", *arguments]
    return subprocess.run(
        full, env=environ, cwd="/", capture_output=True, text=True, check=False, timeout=60
    )


def test_without_its_extra_it_says_what_to_install(without_the_extra: dict[str, str]) -> None:
    # as it is installed
    script = "import sys; from rekognition_emulator.__main__ import main; sys.exit(main())"
    done = run(without_the_extra, "-c", script)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("cannot start: the emulator needs ")
    assert line.endswith("pip install 'rekognition-results[emulator]'")
    assert run(without_the_extra, "-m", "rekognition_emulator", "--help").returncode == 0


def test_so_does_the_import(without_the_extra: dict[str, str]) -> None:
    assert run(without_the_extra, "-c", "from rekognition_emulator import Clock").returncode == 0
    done = run(without_the_extra, "-c", "from rekognition_emulator import Emulator")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: the emulator needs ")
    assert last.endswith("pip install 'rekognition-results[emulator]'")
