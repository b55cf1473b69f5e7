"""The command ``rekognition-emulator``."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from pathlib import Path

import boto3
from botocore.config import Config

from emulator import sample_media
from emulator.clock import Clock
from emulator.server import Emulator
from emulator.state import StateInUse, StateTooOld


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; exit status 0, or 1 with the reason if it cannot start."""
    options = _parser().parse_args(arguments)
    if options.recordings is not None and not options.recordings.is_dir():
        print(f"no folder of recordings: {options.recordings}", file=sys.stderr)
        return 1
    emulator = Emulator(
        port=options.port,
        host=options.host,
        state=options.state,
        recordings=options.recordings,
        seconds_per_video_job=options.seconds_per_video_job,
        seconds_per_bulk_job=options.seconds_per_bulk_job,
        seed=options.seed,
        clock=Clock.manual(time.time()) if options.manual_clock else None,
    )
    try:
        emulator.start()
    except (OSError, StateInUse, StateTooOld) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    if options.sample_media:
        _fill(options, emulator.url)
    print(f"Rekognition emulator listening on {emulator.url}", flush=True)
    ended.wait()
    emulator.stop()
    return 0


def _fill(options: argparse.Namespace, url: str) -> None:
    session = boto3.Session("local", "local", region_name="us-east-1")
    paths = Config(s3={"addressing_style": "path"})
    s3 = session.client("s3", endpoint_url=url, config=paths)
    media_bucket, output_bucket = options.sample_media
    sample_media.fill(s3, media_bucket, output_bucket, options.recordings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rekognition-emulator",
        description="S3, SNS, SQS, STS and Rekognition's asynchronous jobs on one local port.",
    )
    parser.add_argument("--port", type=int, default=4566, help="0 picks a free port (default 4566)")
    parser.add_argument("--host", default="127.0.0.1", help="address to bind (default 127.0.0.1)")
    parser.add_argument(
        "--state", type=Path, help="folder that keeps objects and jobs over restarts"
    )
    parser.add_argument("--recordings", type=Path, help="folder of recorded responses to serve")
    parser.add_argument(
        "--sample-media",
        nargs=2,
        metavar=("MEDIA_BUCKET", "OUTPUT_BUCKET"),
        help="make both buckets, with sample images and videos in the first",
    )
    parser.add_argument(
        "--seconds-per-video-job", type=float, default=2.0, help="default %(default)s"
    )
    parser.add_argument(
        "--seconds-per-bulk-job", type=float, default=1.0, help="default %(default)s"
    )
    parser.add_argument(
        "--manual-clock", action="store_true", help="time stands until POST /_emulator/clock"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the faults (default 0)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
