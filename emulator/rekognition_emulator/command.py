"""What the command does once its libraries are there."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time

import boto3
from botocore.config import Config

from rekognition_emulator import sample_media
from rekognition_emulator.engine.clock import Clock
from rekognition_emulator.http.server import Emulator
from rekognition_emulator.storage.state import StateInUse, StateTooOld

# `docker stop` kills after 10 seconds. What is not written by then begins again at the next start.
SECONDS_TO_STOP = 4.0


def serve(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; exit status 0, or 1 with the reason if it cannot start."""
    try:
        emulator = _emulator(options).start()
    except (OSError, RuntimeError, ValueError, StateInUse, StateTooOld) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    if options.sample_media:
        _fill(options, emulator.url)
    print(f"Rekognition emulator listening on {emulator.url}", flush=True)
    ended.wait()
    _stop(emulator)
    return 0


def _stop(emulator: Emulator) -> None:
    """End in order, or, when a job takes too long, at once: the state folder allows a kill."""
    stopping = threading.Thread(target=emulator.stop, name="emulator-stop", daemon=True)
    stopping.start()
    stopping.join(SECONDS_TO_STOP)
    if stopping.is_alive():
        print("ended while a job was at work: it begins again with the state folder", flush=True)
        os._exit(0)


def _emulator(options: argparse.Namespace) -> Emulator:
    return Emulator(
        port=options.port,
        host=options.host,
        state=options.state,
        recordings=options.recordings,
        seconds_per_video_job=options.seconds_per_video_job,
        seconds_per_bulk_job=options.seconds_per_bulk_job,
        seed=options.seed,
        clock=Clock.manual(time.time()) if options.manual_clock else None,
    )


def _fill(options: argparse.Namespace, url: str) -> None:
    session = boto3.Session("local", "local", region_name="us-east-1")
    paths = Config(s3={"addressing_style": "path"})
    s3 = session.client("s3", endpoint_url=url, config=paths)
    media_bucket, output_bucket = options.sample_media
    sample_media.fill(s3, media_bucket, output_bucket, options.recordings)
