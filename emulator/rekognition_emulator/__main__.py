"""The command ``rekognition-emulator``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rekognition_emulator import what_to_install


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; exit status 0, or 1 with the reason if it cannot start."""
    options = _parser().parse_args(arguments)
    try:
        from rekognition_emulator.command import serve
    except ModuleNotFoundError as missing:
        print(f"cannot start: {what_to_install(missing)}", file=sys.stderr)
        return 1
    return serve(options)


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
