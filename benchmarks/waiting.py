"""How waits scale: many deferred waits in one triggerer process, against the local Amazon.

    python -m benchmarks.waiting [--kind bulk|video] [--waits 1000]
        [--waiter-delay 10] [--looks-per-second 2.5] [--spread 60]

Starts that many jobs, which end at moments spread over `--spread` seconds, and waits for all of
them as Airflow's TriggerRunner does. Prints calls a minute, memory, and the delay from a job's end
to its trigger's event. Without --kind: bulk jobs, then video jobs, and as many video jobs as an
account may run at once.

A bulk job is asked for every `--waiter-delay` seconds, however many there are. Video jobs have no
list: each costs a call, so that their interval is the delay or jobs / looks per second, whichever
is longer. It is printed as the effective interval.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from benchmarks.emulator import Client
from local.environment import airflow_environment, local_amazon_environment
from rekognition_tables.settings import Settings

BUCKET = "benchmark"
JOB_SECONDS = 45.0  # from a job's start to its end
VIDEO_JOBS_AT_ONCE = (
    20  # of an account: https://docs.aws.amazon.com/general/latest/gr/rekognition.html
)
LOOKS = {
    "bulk": ("ListMediaAnalysisJobs", "GetMediaAnalysisJob"),
    "video": ("GetLabelDetection",),
}


def main() -> int:
    arguments = _arguments()
    if arguments.kind is None:
        return _each_kind(sys.argv[1:], arguments.waits)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(airflow_environment(Path(folder) / "airflow"))
        os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "ERROR"
        os.environ["REKOGNITION_VIDEO_LOOKS_PER_SECOND"] = str(arguments.looks_per_second)
        spawned = multiprocessing.get_context("spawn")
        here, there = spawned.Pipe()
        amazon = spawned.Process(target=_amazon, args=(there, arguments.waits))
        amazon.start()
        try:
            url = str(here.recv())
            os.environ.update(local_amazon_environment(url))
            _print(arguments, measure(url, arguments))
        finally:
            here.send("stop")
            amazon.join()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    rate = Settings().video_looks_per_second
    parser.add_argument("--kind", choices=LOOKS)
    parser.add_argument("--waits", type=int, default=1000)
    parser.add_argument("--waiter-delay", type=float, default=10.0, help="seconds between looks")
    parser.add_argument(
        "--looks-per-second", type=float, default=rate, help="at video jobs, in all"
    )
    parser.add_argument("--spread", type=float, default=60.0, help="seconds between the job starts")
    return parser.parse_args()


def _each_kind(given: list[str], waits: int) -> int:
    """Each in a process of its own, so that memory is of one kind."""
    failed = 0
    for kind, count in (("bulk", waits), ("video", waits), ("video", VIDEO_JOBS_AT_ONCE)):
        command = [sys.executable, "-m", "benchmarks.waiting", *given]
        failed += subprocess.run([*command, "--kind", kind, "--waits", str(count)]).returncode != 0
        print(flush=True)
    return failed


def _amazon(pipe: Connection, jobs: int) -> None:
    """The emulator, in a process of its own, for as many jobs at once as are waited for."""
    from rekognition_emulator import Emulator

    with Emulator(
        port=0,
        seconds_per_bulk_job=JOB_SECONDS,
        seconds_per_video_job=JOB_SECONDS,
        video_jobs_at_once=jobs,
    ) as emulator:
        pipe.send(emulator.url)
        pipe.recv()


def measure(url: str, arguments: argparse.Namespace) -> dict[str, float]:
    """The figures, by what they say."""
    client = Client(url)
    client.s3("PUT", BUCKET)
    client.s3("PUT", f"{BUCKET}/a.jpg", b"\xff\xd8\xff\xe0benchmark")
    client.s3("PUT", f"{BUCKET}/m.jsonl", b'{"source-ref": "s3://benchmark/a.jpg"}\n')
    client.s3("PUT", f"{BUCKET}/a.mp4", b"\0\0\0\x18ftypmp42benchmark", labels="20")
    ended, before, seconds = asyncio.run(_wait_for_all(client, arguments))
    with urlopen(f"{url}/_emulator/counters") as answer:
        calls = json.loads(answer.read())["calls"]
    looks = {operation: calls.get(operation, 0) for operation in LOOKS[arguments.kind]}
    delays = [fired - end for end, fired in ended.values()]
    interval = arguments.waiter_delay
    if arguments.kind == "video":
        interval = max(interval, arguments.waits / arguments.looks_per_second)
    return {
        "effective interval between two looks at a job, s": interval,
        "median delay from a job's end to its event, s": statistics.median(delays),
        "longest delay, s": max(delays),
        "calls a minute": sum(looks.values()) / seconds * 60,
        **{f"calls of {operation}": count for operation, count in looks.items()},
        "memory of the process, MB": _peak_megabytes(),
        "memory of the waits, MB": _peak_megabytes() - before,
        "seconds in all": seconds,
    }


async def _wait_for_all(
    client: Client, arguments: argparse.Namespace
) -> tuple[dict[str, tuple[float, float]], float, float]:
    """When each job ended and when its event came, memory before the waits, how long it took."""
    from airflow.jobs.triggerer_job_runner import TriggerRunner

    from rekognition_results.triggers.label_detection import RekognitionLabelDetectionTrigger
    from rekognition_results.triggers.media_analysis import RekognitionMediaAnalysisJobTrigger

    triggers: dict[str, Any] = {
        "bulk": RekognitionMediaAnalysisJobTrigger,
        "video": RekognitionLabelDetectionTrigger,
    }
    runner, ended = TriggerRunner(), {}

    async def wait(number: int, job_id: str, end: float) -> None:
        trigger = triggers[arguments.kind](
            job_id=job_id, started=time.time(), waiter_delay=arguments.waiter_delay
        )
        runner.triggers[number] = {"name": job_id, "events": 0}  # type: ignore[typeddict-item]
        await runner.run_trigger(number, trigger)
        ended[job_id] = (end, time.time())

    before, began = _peak_megabytes(), time.time()
    async with asyncio.TaskGroup() as waits:
        for number in range(arguments.waits):
            job_id = await asyncio.to_thread(_start, client, arguments.kind)
            waits.create_task(wait(number, job_id, time.time() + JOB_SECONDS))
            due = began + number * arguments.spread / arguments.waits
            await asyncio.sleep(max(0.0, due - time.time()))
    return ended, before, time.time() - began


def _start(client: Client, kind: str) -> str:
    if kind == "video":
        video = {"S3Object": {"Bucket": BUCKET, "Name": "a.mp4"}}
        return str(client.rekognition("StartLabelDetection", Video=video)["JobId"])
    told = client.rekognition(
        "StartMediaAnalysisJob",
        Input={"S3Object": {"Bucket": BUCKET, "Name": "m.jsonl"}},
        OperationsConfig={"DetectModerationLabels": {}},
        OutputConfig={"S3Bucket": BUCKET},
    )
    return str(told["JobId"])


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _print(arguments: argparse.Namespace, figures: dict[str, float]) -> None:
    pace = f", {arguments.looks_per_second:g} a second" if arguments.kind == "video" else ""
    what = f"{arguments.waits} {arguments.kind} jobs"
    print(f"| {what}, a look every {arguments.waiter_delay:g} s{pace} | |")
    print("|---|--:|")
    for name, figure in figures.items():
        print(f"| {name} | {figure:,.1f} |")


if __name__ == "__main__":
    sys.exit(main())
