"""Videos through the whole pipeline, a real Airflow, from a run's trigger to published rows.

    python -m benchmarks.pipeline [--videos 20 200] [--labels 3000]

Scheduler, triggerer, DAG processor and api-server run as `make up` starts them, beside the local
Amazon. `label_detection` takes the videos, `load_warehouse` runs when tables are announced. Beside
it the same work by a plain script (`benchmarks.of_pipeline.peer`), which has nothing but the rows
at its end. CPU is user and system time of all processes, the local Amazon left out; it runs from
the trigger until both DAGs have ended, and what Airflow burns by being there is in it.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from benchmarks.emulator import Client
from benchmarks.of_pipeline.process_cpu import EMULATOR, cpu_by_role
from benchmarks.of_pipeline.running_airflow import (
    RUN_SECONDS,
    RunningAirflow,
    running_airflow,
    wait_for,
)
from benchmarks.results import machine, put_section
from local.environment import local_amazon

BUCKET, PREFIX = "benchmark", "videos/"
LOOK_SECONDS = 0.2  # between two looks at the published file
IDLE_SECONDS = 20.0
LOADED = "SELECT job_id FROM loads WHERE operation = 'label_detection' AND loaded_at IS NOT NULL"


@dataclass(frozen=True)
class Figures:
    """`delays` are seconds from each job's end to its row; `idle` is CPU-s a minute before."""

    videos: int
    wall: float
    cpu: dict[str, float]
    idle: float
    delays: list[float]
    peer_wall: float
    peer_cpu: float

    @property
    def cpu_a_video(self) -> float:
        return _all(self.cpu) / self.videos

    def rows(self) -> str:
        middle, worst = statistics.median(self.delays), max(self.delays)
        return (
            f"| {self.videos:,} | ours | {self.wall:.1f} | {self.cpu_a_video:.2f} | {middle:.1f} "
            f"| {worst:.1f} |\n"
            f"| {self.videos:,} | boto3 and threads | {self.peer_wall:.1f} "
            f"| {self.peer_cpu / self.videos:.2f} | - | - |"
        )

    def roles(self) -> str:
        told = ", ".join(
            f"{role} {seconds / self.videos:.2f}"
            for role, seconds in sorted(self.cpu.items(), key=lambda one: -one[1])
            if role != EMULATOR
        )
        return (
            f"- {self.videos:,} videos, CPU-s a video: {told}; not in the sum: {EMULATOR} "
            f"{self.cpu[EMULATOR] / self.videos:.2f}. Airflow idle: {self.idle:.1f} CPU-s a minute."
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--videos", type=int, nargs="+", default=[20])
    parser.add_argument("--labels", type=int, default=3000, help="of each video")
    arguments = parser.parse_args()
    found = [measure(videos, arguments.labels) for videos in arguments.videos]
    lines = [
        machine(),
        f"Videos of {arguments.labels:,} labels, from the run's trigger to the last row in the "
        "published file.\n",
        "| videos | | wall s | CPU-s a video | a job's end to its row: median s | worst s |",
        "|--:|---|--:|--:|--:|--:|",
        *(one.rows() for one in found),
        "",
        *(one.roles() for one in found),
    ]
    print("\n".join(lines))
    put_section("The whole pipeline", "\n".join(lines))


def measure(videos: int, labels: int) -> Figures:
    names = [f"{PREFIX}{number:05}.mp4" for number in range(videos)]
    with TemporaryDirectory() as folder:
        root = Path(folder) / "results"
        root.mkdir()
        uri = f"s3://{BUCKET}/{PREFIX}"
        with running_airflow(root, {"REKOGNITION_VIDEOS_URI": uri}) as airflow:
            put_videos(airflow.amazon, names, labels)
            airflow.settle()
            wall, cpu, idle, seen = _through_airflow(airflow, root, videos)
        _refuse_other_rows(root / "published" / "rekognition.duckdb", "labels", videos * labels)
        delays = [seen[job] - ended for job, ended in job_ends(root / "emulator").items()]
        peer = by_the_peer(Path(folder) / "peer", names, labels)
    return Figures(videos, wall, cpu, idle, delays, *peer)


def put_videos(url: str, names: list[str], labels: int) -> None:
    client = Client(url)
    client.s3("PUT", BUCKET)
    for name in names:
        content = b"\0\0\0\x18ftypmp42" + name.encode()
        client.s3("PUT", f"{BUCKET}/{name}", content, labels=str(labels))


def _through_airflow(
    airflow: RunningAirflow, root: Path, videos: int
) -> tuple[float, dict[str, float], float, dict[str, float]]:
    """Wall and CPU seconds, CPU-s a minute before, and when each job's row was published."""
    before = cpu_by_role(airflow.pid)
    time.sleep(IDLE_SECONDS)
    begun_cpu = cpu_by_role(airflow.pid)
    idle = (_all(begun_cpu) - _all(before)) / IDLE_SECONDS * 60
    seen: dict[str, float] = {}
    published = root / "published" / "rekognition.duckdb"
    begun = time.time()
    wait_for(lambda: airflow.trigger("label_detection"), RUN_SECONDS)
    wait_for(lambda: _look(published, seen) == videos, RUN_SECONDS, LOOK_SECONDS)
    for dag_id in ("label_detection", "load_warehouse"):
        wait_for(partial(airflow.all_ended, dag_id), RUN_SECONDS)
    cpu = {
        role: seconds - begun_cpu.get(role, 0.0)
        for role, seconds in cpu_by_role(airflow.pid).items()
    }
    return max(seen.values()) - begun, cpu, idle, seen


def _look(published: Path, seen: dict[str, float]) -> int:
    """Note the jobs that are new in the published file; how many there are."""
    if published.exists():
        now = time.time()
        with duckdb.connect(str(published), read_only=True) as con:
            for (job_id,) in con.execute(LOADED).fetchall():
                seen.setdefault(job_id, now)
    return len(seen)


def job_ends(state: Path) -> dict[str, float]:
    """When each job ended, by the journal in the local Amazon's state folder."""
    entries = map(json.loads, (state / "jobs.jsonl").read_text().splitlines())
    return {entry["ended"]: entry["at"] for entry in entries if "ended" in entry}


def by_the_peer(folder: Path, names: list[str], labels: int) -> tuple[float, float]:
    """Wall and CPU seconds of the plain script, its imports included."""
    folder.mkdir()
    with local_amazon(folder / "emulator", None, folder / "emulator.log") as url:
        put_videos(url, names, labels)
        command = [sys.executable, "-m", "benchmarks.of_pipeline.peer", url, BUCKET, str(folder)]
        begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*command, *names], check=True)
        wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    _refuse_other_rows(folder / "peer.duckdb", "labels", len(names) * labels)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _refuse_other_rows(database: Path, table: str, wanted: int) -> None:
    with duckdb.connect(str(database), read_only=True) as con:
        (there,) = con.execute(f"SELECT count(*) FROM {table}").fetchall()[0]
    if there != wanted:
        raise RuntimeError(f"{database.name} has {there:,} rows in {table}, not {wanted:,}.")


def _all(cpu: dict[str, float]) -> float:
    """Without the local Amazon: Amazon's own is not ours to pay."""
    return sum(seconds for role, seconds in cpu.items() if role != EMULATOR)


if __name__ == "__main__":
    main()
