"""The work of the pipeline by a plain script: boto3, threads, json_normalize, Parquet, DuckDB.

    python -m benchmarks.of_pipeline.peer URL BUCKET FOLDER VIDEO...

It keeps no raw answers, resumes nothing, checks nothing and knows no video that was done before.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pandas as pd
from botocore.config import Config

from local.environment import REGION

AT_ONCE = (
    20  # video jobs of an account: https://docs.aws.amazon.com/general/latest/gr/rekognition.html
)
LOOK_SECONDS = 2.0  # as the local Airflow's REKOGNITION_WAITER_DELAY
LISTS = ("Parents", "Aliases", "Categories", "Instances")


def main(url: str, bucket: str, folder: Path, videos: list[str]) -> None:
    config = Config(max_pool_connections=AT_ONCE, retries={"mode": "standard", "max_attempts": 10})
    session = boto3.Session("local", "local", region_name=REGION)
    client = session.client("rekognition", endpoint_url=url, config=config)

    def one(video: str) -> None:
        write(folder, *labels(client, bucket, video))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(one, videos))
    with duckdb.connect(str(folder / "peer.duckdb")) as con:
        for table in ("labels", *LISTS):
            files = f"{folder}/*.{table}.parquet"
            con.execute(f"CREATE TABLE {table} AS FROM read_parquet('{files}', union_by_name=true)")


def labels(client: Any, bucket: str, video: str) -> tuple[str, list[dict[str, Any]]]:
    """The job's id and every label of the video."""
    place = {"S3Object": {"Bucket": bucket, "Name": video}}
    job_id = client.start_label_detection(Video=place, MinConfidence=50.0)["JobId"]
    while (page := client.get_label_detection(JobId=job_id))["JobStatus"] == "IN_PROGRESS":
        time.sleep(LOOK_SECONDS)
    if page["JobStatus"] != "SUCCEEDED":
        raise RuntimeError(f"{video}: {page}")
    found = page["Labels"]
    while token := page.get("NextToken"):
        page = client.get_label_detection(JobId=job_id, NextToken=token)
        found += page["Labels"]
    return job_id, found


def write(folder: Path, job_id: str, found: list[dict[str, Any]]) -> None:
    """A Parquet file for the labels, and one for each list in them."""
    rows = [{**entry, "job_id": job_id, "label_index": n} for n, entry in enumerate(found)]
    every = pd.json_normalize(rows).drop(columns=[f"Label.{name}" for name in LISTS])
    every.to_parquet(folder / f"{job_id}.labels.parquet", compression="zstd")
    for name in LISTS:
        table = pd.json_normalize(rows, ["Label", name], ["job_id", "label_index"])
        table = table.drop(columns="DominantColors", errors="ignore")
        table.to_parquet(folder / f"{job_id}.{name}.parquet", compression="zstd")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4:])
