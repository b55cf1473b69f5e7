"""How waits scale: many deferred waits in one triggerer process, against the local Amazon.

    uv run --no-sync python -m benchmarks.waiting [--waits 1000] [--waiter-delay 10] [--spread 60]

Starts that many bulk jobs, which end at moments spread over `--spread` seconds, and waits for all
of them as Airflow's TriggerRunner does. Prints calls a minute, memory, and the delay from a job's
end to its trigger's event.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from benchmarks.emulator import Client
from local.environment import READY, airflow_environment, local_amazon_environment

BUCKET = "benchmark"
BULK_JOB_SECONDS = 45.0  # from a job's start to its end


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(airflow_environment(Path(folder) / "airflow"))
        os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "ERROR"
        command = [sys.executable, "-m", "emulator", "--port", "0"]
        command += ["--seconds-per-bulk-job", str(BULK_JOB_SECONDS)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as amazon:
            try:
                assert amazon.stdout is not None
                ready = READY.search(amazon.stdout.readline())
                assert ready is not None
                os.environ.update(local_amazon_environment(ready[1]))
                _print(arguments, measure(ready[1], arguments))
            finally:
                amazon.terminate()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--waits", type=int, default=1000)
    parser.add_argument("--waiter-delay", type=float, default=10.0, help="seconds between looks")
    parser.add_argument("--spread", type=float, default=60.0, help="seconds between the job starts")
    return parser.parse_args()


def measure(url: str, arguments: argparse.Namespace) -> dict[str, float]:
    """The figures, by what they say."""
    client = Client(url)
    client.s3("PUT", BUCKET)
    client.s3("PUT", f"{BUCKET}/a.jpg", b"\xff\xd8\xff\xe0benchmark")
    client.s3("PUT", f"{BUCKET}/m.jsonl", b'{"source-ref": "s3://benchmark/a.jpg"}\n')
    fired, before, seconds = asyncio.run(_wait_for_all(client, arguments))
    with urlopen(f"{url}/_emulator/counters") as answer:
        calls = json.loads(answer.read())["calls"]
    looks = calls.get("ListMediaAnalysisJobs", 0) + calls.get("GetMediaAnalysisJob", 0)
    delays = [fired[job["JobId"]] - job["CompletionTimestamp"] for job in _all_jobs(client)]
    return {
        "calls in all": looks,
        "calls a minute": looks / seconds * 60,
        "of them ListMediaAnalysisJobs": calls.get("ListMediaAnalysisJobs", 0),
        "memory of the process, MB": _peak_megabytes(),
        "memory of the waits, MB": _peak_megabytes() - before,
        "median delay from a job's end to its event, s": statistics.median(delays),
        "longest delay, s": max(delays),
        "seconds in all": seconds,
    }


async def _wait_for_all(
    client: Client, arguments: argparse.Namespace
) -> tuple[dict[str, float], float, float]:
    """When each job's event came, memory before the waits, and how long it all took."""
    from airflow.jobs.triggerer_job_runner import TriggerRunner

    from rekognition_results.triggers.media_analysis import RekognitionMediaAnalysisJobTrigger

    runner, fired = TriggerRunner(), {}

    async def wait(number: int, job_id: str) -> None:
        trigger = RekognitionMediaAnalysisJobTrigger(
            job_id=job_id, started=time.time(), waiter_delay=arguments.waiter_delay
        )
        runner.triggers[number] = {"name": job_id, "events": 0}
        await runner.run_trigger(number, trigger)
        fired[job_id] = time.time()

    before, began = _peak_megabytes(), time.time()
    async with asyncio.TaskGroup() as waits:
        for number in range(arguments.waits):
            job_id = await asyncio.to_thread(_start, client)
            waits.create_task(wait(number, job_id))
            due = began + number * arguments.spread / arguments.waits
            await asyncio.sleep(max(0.0, due - time.time()))
    return fired, before, time.time() - began


def _start(client: Client) -> str:
    place = {"S3Object": {"Bucket": BUCKET, "Name": "m.jsonl"}}
    told = client.rekognition(
        "StartMediaAnalysisJob",
        Input=place,
        OperationsConfig={"DetectModerationLabels": {}},
        OutputConfig={"S3Bucket": BUCKET},
    )
    return str(told["JobId"])


def _all_jobs(client: Client) -> Iterator[dict[str, Any]]:
    more: dict[str, str] = {}
    while True:
        page = client.rekognition("ListMediaAnalysisJobs", MaxResults=100, **more)
        yield from page["MediaAnalysisJobs"]
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _print(arguments: argparse.Namespace, figures: dict[str, float]) -> None:
    print(f"| {arguments.waits} waits, a look every {arguments.waiter_delay:g} s | |")
    print("|---|--:|")
    for name, figure in figures.items():
        print(f"| {name} | {figure:,.1f} |")


if __name__ == "__main__":
    main()
