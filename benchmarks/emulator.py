"""How fast the emulator is: start-up, 10,000 bulk jobs from start to result, 1,000 full pages.

    python -m benchmarks.emulator [--jobs N] [--pages N] [--json]

The emulator is held to one core where the system allows it; the calls are made by a plain HTTP
client on another, so that boto3's own parsing is not measured. Prints one figure a line.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
LABELS_A_PAGE = 1000
IMAGE = b"\xff\xd8\xff\xe0benchmark"
BUCKET = "benchmark"


class Client:
    """Calls without signing: the emulator reads the credential's scope and no signature."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc

    def rekognition(self, operation: str, **request: Any) -> Any:
        """One Rekognition call; gives the decoded answer."""
        return json.loads(self.rekognition_bytes(operation, **request))

    def rekognition_bytes(self, operation: str, **request: Any) -> bytes:
        """One Rekognition call; gives the body as it came."""
        headers = {"X-Amz-Target": f"RekognitionService.{operation}"} | _scope("rekognition")
        return self._send("POST", "/", json.dumps(request).encode(), headers)

    def s3(self, method: str, path: str, body: bytes = b"", **metadata: str) -> bytes:
        """One S3 call; gives the body."""
        headers = {f"x-amz-meta-{name}": text for name, text in metadata.items()}
        return self._send(method, f"/{path}", body, headers | _scope("s3"))

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        connection = http.client.HTTPConnection(self._host)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content


def main() -> int:
    """Measure and print; exit status 1 if pages come slower than 100 a second."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--pages", type=int, default=1_000)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    options = parser.parse_args()
    figures: dict[str, float] = {}
    with _emulator(figures) as (client, process_id):
        _prepare(client, options.pages)
        _jobs(client, options.jobs, figures)
        _pages(client, options.pages, figures)
        figures["peak memory, MB"] = _peak_megabytes(process_id)
    if options.json:
        print(json.dumps(figures))
    else:
        for name, figure in figures.items():
            print(f"{name:<40}{figure:>12,.1f}")
    return 0 if figures["pages of 1,000 labels a second"] >= 100 else 1


@contextmanager
def _emulator(figures: dict[str, float]) -> Iterator[tuple[Client, int]]:
    command = [sys.executable, "-m", "rekognition_emulator", "--port", "0"]
    command += ["--seconds-per-bulk-job", "0.2", "--seconds-per-video-job", "0.1"]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        figures["start-up, seconds"] = time.perf_counter() - begun
        figures["memory at start, MB"] = _peak_megabytes(process.pid)
        _share_cores(process.pid)
        yield Client(url), process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def _share_cores(server: int) -> None:
    """The emulator on one core, this client on the others."""
    if not hasattr(os, "sched_setaffinity"):
        return
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, cores[1:])
        for thread in os.listdir(f"/proc/{server}/task"):  # noqa: PTH208
            os.sched_setaffinity(int(thread), cores[:1])


def _prepare(client: Client, pages: int) -> None:
    client.s3("PUT", BUCKET)
    client.s3("PUT", f"{BUCKET}/image.jpg", IMAGE)
    line = json.dumps({"source-ref": f"s3://{BUCKET}/image.jpg"})
    client.s3("PUT", f"{BUCKET}/manifest.jsonl", line.encode())
    client.s3("PUT", f"{BUCKET}/long.mp4", b"long", labels=str(pages * LABELS_A_PAGE))


def _jobs(client: Client, count: int, figures: dict[str, float]) -> None:
    """Start jobs, list them until all have ended, and get each with its results from S3."""
    request = {
        "OperationsConfig": {"DetectModerationLabels": {}},
        "Input": {"S3Object": {"Bucket": BUCKET, "Name": "manifest.jsonl"}},
        "OutputConfig": {"S3Bucket": BUCKET, "S3KeyPrefix": "out"},
    }

    def start(number: int) -> None:
        client.rekognition("StartMediaAnalysisJob", ClientRequestToken=f"b{number}", **request)

    figures["jobs started a second"] = _rate(count, start)
    begun = time.perf_counter()
    while any(job["Status"] != "SUCCEEDED" for job in _list(client)):
        time.sleep(0.1)
    figures["seconds until all have ended"] = time.perf_counter() - begun
    begun = time.perf_counter()
    listed = list(_list(client))
    figures["jobs listed a second"] = len(listed) / (time.perf_counter() - begun)
    if len(listed) != count:
        raise RuntimeError(f"started {count} jobs, listed {len(listed)}")

    def collect(number: int) -> None:
        job = client.rekognition("GetMediaAnalysisJob", JobId=listed[number]["JobId"])
        place = job["Results"]["S3Object"]
        if IMAGE_REFERENCE not in client.s3("GET", f"{place['Bucket']}/{place['Name']}"):
            raise RuntimeError(f"no result in {place}")

    figures["jobs collected a second (with S3)"] = _rate(count, collect)


IMAGE_REFERENCE = f'"s3://{BUCKET}/image.jpg"'.encode()


def _list(client: Client) -> Iterator[dict[str, Any]]:
    more: dict[str, str] = {}
    while True:
        page = client.rekognition("ListMediaAnalysisJobs", MaxResults=100, **more)
        yield from page["MediaAnalysisJobs"]
        if "NextToken" not in page:
            return
        more = {"NextToken": page["NextToken"]}


def _pages(client: Client, count: int, figures: dict[str, float]) -> None:
    """One video's labels from the first page to the last."""
    video = {"S3Object": {"Bucket": BUCKET, "Name": "long.mp4"}}
    job_id = client.rekognition("StartLabelDetection", Video=video)["JobId"]
    while client.rekognition("GetLabelDetection", JobId=job_id)["JobStatus"] == "IN_PROGRESS":
        time.sleep(0.05)
    sizes: list[int] = []
    more: dict[str, str] = {}
    begun = time.perf_counter()
    while True:
        body = client.rekognition_bytes("GetLabelDetection", JobId=job_id, **more)
        sizes.append(len(body))
        # The token is the last member: no need to parse 250 KB to find it.
        tail = body[-200:]
        if b'"NextToken":"' not in tail:
            break
        more = {"NextToken": tail.split(b'"NextToken":"')[1].split(b'"')[0].decode()}
    seconds = time.perf_counter() - begun
    if len(sizes) != count:
        raise RuntimeError(f"wanted {count} pages, got {len(sizes)}")
    figures["pages of 1,000 labels a second"] = count / seconds
    figures["KB a page"] = sum(sizes) / len(sizes) / 1024


def _rate(count: int, call: Callable[[int], None]) -> float:
    begun = time.perf_counter()
    for number in range(count):
        call(number)
    return count / (time.perf_counter() - begun)


def _scope(service: str) -> dict[str, str]:
    scope = f"AKIAEXAMPLE/20260101/us-east-1/{service}/aws4_request"
    return {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    }


def _peak_megabytes(process_id: int) -> float:
    status = Path(f"/proc/{process_id}/status")
    if not status.exists():
        return float("nan")
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
