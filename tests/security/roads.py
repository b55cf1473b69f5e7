"""Every road of the pipeline on S3, with versions, KMS keys and owners: what it asks of Amazon."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import moto.s3.models
import s3fs.core
from aws_calls import PIPELINE, RECORDER, Need

from rekognition_emulator import Clock, Emulator
from rekognition_emulator.sample_media import image, video
from rekognition_results.aws.storage import results_layout
from rekognition_results.operators.collect import (
    RekognitionCollectMediaAnalysisJobsOperator,
    RekognitionReceiveCompletionsOperator,
)
from rekognition_results.operators.expiry import RekognitionCheckExpiringResultsOperator
from rekognition_results.operators.image_mode import (
    RekognitionLandModerationOperator,
    RekognitionStartModerationOperator,
)
from rekognition_results.operators.media_analysis import (
    RekognitionLandMediaAnalysisOperator,
    RekognitionPlanMediaAnalysisOperator,
    RekognitionStartMediaAnalysisJobOperator,
)
from rekognition_results.operators.reflatten import RekognitionReflattenOperator
from rekognition_results.operators.results import (
    RekognitionFlattenOperator,
    RekognitionLoadWarehouseOperator,
)
from rekognition_results.operators.videos import (
    RekognitionLandVideoResultOperator,
    RekognitionPlanVideoJobsOperator,
    RekognitionStartVideoJobOperator,
)
from rekognition_results.sensors.media_analysis import RekognitionMediaAnalysisJobSensor
from rekognition_results.sensors.videos import RekognitionVideoJobSensor
from rekognition_tables.landing.attempts import newest_whole_attempt
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.results_root.layout import ResultKey

REGION, ACCOUNT = "us-east-1", "123456789012"
MEDIA, OUTPUT, RESULTS, PREFIX = "media", "output", "results", "rekognition"
ROOT = f"s3://{RESULTS}/{PREFIX}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/SNS-ROLE"
OWNER = {"aws_access_key_id": "owner", "aws_secret_access_key": "owner", "region_name": REGION}


@dataclass
class Account:
    """An account with media, keys, a topic and its queue, and the pipeline's connection to it."""

    amazon: Emulator
    keys: dict[str, str]
    topic: str
    queue: str

    def client(self, service: str) -> Any:
        return boto3.client(service, endpoint_url=self.amazon.url, **OWNER)

    def names(self) -> dict[str, str]:
        """What stands for the names in capitals of deploy/iam."""
        names = {"MEDIA_BUCKET": MEDIA, "OUTPUT_BUCKET": OUTPUT, "RESULTS_BUCKET": RESULTS}
        names |= {name: arn.rpartition("/")[2] for name, arn in self.keys.items()}
        names |= {
            "IMAGES_PREFIX": "images",
            "VIDEOS_PREFIX": "videos",
            "OUTPUT_PREFIX": "bulk",
            "RESULTS_PREFIX": PREFIX,
            "REGION": REGION,
            "ACCOUNT": ACCOUNT,
        }
        names["COMPLETIONS_TOPIC"] = self.topic.rpartition(":")[2]
        return names | {"COMPLETIONS_QUEUE": self.queue.rpartition("/")[2]}


@contextmanager
def account(environ: Any) -> Iterator[Account]:
    """`environ` is a MonkeyPatch: the pipeline finds settings and connection in the environment."""
    with Emulator(clock=Clock.manual()) as amazon:
        made = Account(amazon, {}, "", "")
        kms, sns, sqs, s3 = (made.client(name) for name in ("kms", "sns", "sqs", "s3"))
        for name in ("MEDIA_KEY", "OUTPUT_KEY", "LANDING_KEY", "TABLES_KEY"):
            made.keys[name] = kms.create_key()["KeyMetadata"]["Arn"]
        made.topic = sns.create_topic(Name="ended-videos")["TopicArn"]
        made.queue = sqs.create_queue(QueueName="completions")["QueueUrl"]
        queue_arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:completions"
        sns.subscribe(TopicArn=made.topic, Protocol="sqs", Endpoint=queue_arn)
        for bucket in (MEDIA, OUTPUT, RESULTS):
            s3.create_bucket(Bucket=bucket)
        versions = {"Status": "Enabled"}
        s3.put_bucket_versioning(Bucket=OUTPUT, VersioningConfiguration=versions)
        encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": made.keys["MEDIA_KEY"]}
        s3.put_object(Bucket=MEDIA, Key="images/a.jpg", Body=image("a"), **encrypted)
        s3.put_object(Bucket=MEDIA, Key="videos/old/a.mp4", Body=video("old"))
        s3.put_bucket_versioning(Bucket=MEDIA, VersioningConfiguration=versions)
        s3.put_object(Bucket=MEDIA, Key="videos/new/a.mp4", Body=video("a"), **encrypted)
        told = {
            "conn_type": "aws",
            "login": PIPELINE,
            "password": "secret",
            "extra": {"region_name": REGION, "endpoint_url": amazon.url},
        }
        environ.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(told))
        environ.setenv("REKOGNITION_BUCKET_OWNER", ACCOUNT)
        environ.setenv("REKOGNITION_LANDING_KMS_KEY_ID", made.keys["LANDING_KEY"])
        environ.setenv("REKOGNITION_TABLES_KMS_KEY_ID", made.keys["TABLES_KEY"])
        yield made
        for client in (kms, sns, sqs, s3):
            client.close()


def catalog() -> Path:
    """The catalog of the DuckLake whose data are in S3."""
    return Path(os.environ["AIRFLOW_HOME"]) / "catalog.sqlite"


def context(**more: Any) -> dict[str, Any]:
    run = SimpleNamespace(run_after=datetime.now(UTC))
    return {
        "ti": SimpleNamespace(try_number=1, max_tries=0, xcom_push=lambda **_: None),
        "dag_run": run,
        **more,
    }


def run(operator: Any, task_id: str = "task", **arguments: Any) -> Any:
    return operator(task_id=task_id, results_uri=ROOT, **arguments).execute(context())


def walk(there: Account, warehouse: Path, environ: Any) -> set[Need]:
    """Take every road once; what the pipeline needed for it."""
    RECORDER.taken()
    environ.setenv("REKOGNITION_WAREHOUSE_URI", str(warehouse / "rekognition.duckdb"))
    jobs: dict[Operation, str] = {"media_analysis": _bulk(there)}
    jobs |= {operation: _videos(there, operation) for operation in VIDEO_OPERATIONS}
    _image_by_image()
    _jobs_of_others(there)
    _tables(jobs, environ)
    return {need for need in RECORDER.taken() if need.who == PIPELINE}


def _bulk(there: Account) -> str:
    output = {"output_uri": f"s3://{OUTPUT}/bulk", "min_confidence": 50}
    plan = RekognitionPlanMediaAnalysisOperator
    images = {"media_uri": f"s3://{MEDIA}/images/", "kms_key_id": there.keys["OUTPUT_KEY"]}
    (token,) = run(plan, **images, **output)
    ready = there.client("s3").list_objects_v2(Bucket=OUTPUT)["Contents"][0]["Key"]
    run(plan, manifest_uri=f"s3://{OUTPUT}/{ready}", **output)
    job_id: str = run(RekognitionStartMediaAnalysisJobOperator, token=token)
    there.amazon.clock.advance(60)
    run(RekognitionMediaAnalysisJobSensor, job_id=job_id)
    run(RekognitionLandMediaAnalysisOperator, job_id=job_id)
    return job_id


def _videos(there: Account, operation: Operation) -> str:
    plan = partial(RekognitionPlanVideoJobsOperator, operation=operation)
    start = partial(RekognitionStartVideoJobOperator, operation=operation)
    told = {"sns_topic_arn": there.topic, "sns_role_arn": ROLE}
    (token,) = run(plan, media_uri=f"s3://{MEDIA}/videos/new/", **told)
    job_id: str = run(start, token=token)
    (token,) = run(plan, media_uri=f"s3://{MEDIA}/videos/old/", max_jobs=2)[-1:]
    run(start, token=token)
    there.amazon.clock.advance(60)
    run(RekognitionVideoJobSensor, operation=operation, job_id=job_id)
    run(RekognitionLandVideoResultOperator, operation=operation, job_id=job_id)
    return job_id


def _image_by_image() -> None:
    plan = RekognitionPlanMediaAnalysisOperator
    images = {"media_uri": f"s3://{MEDIA}/images/", "output_uri": f"s3://{OUTPUT}/bulk/images"}
    root = f"{ROOT}/image-mode"  # where the image is not taken yet
    (token,) = plan(task_id="plan", results_uri=root, **images).execute(context())
    start = RekognitionStartModerationOperator(
        task_id="start", results_uri=root, token=token, mode="image"
    )
    job_id = start.execute(context())
    RekognitionLandModerationOperator(task_id="land", results_uri=root, job_id=job_id).execute(
        context()
    )


def _jobs_of_others(there: Account) -> None:
    run(RekognitionCollectMediaAnalysisJobsOperator)
    found = run(RekognitionReceiveCompletionsOperator, queue_url=there.queue)
    assert len(found) <= len(VIDEO_OPERATIONS)
    run(RekognitionCheckExpiringResultsOperator, within_hours=1)


def _tables(jobs: dict[Operation, str], environ: Any) -> None:
    bulk = jobs["media_analysis"]
    for operation, job_id in jobs.items():
        run(RekognitionFlattenOperator, operation=operation, job_id=job_id)
    run(RekognitionLoadWarehouseOperator)
    with environ.context() as lake:
        lake.setenv("REKOGNITION_WAREHOUSE_URI", f"ducklake:sqlite:{catalog()}")
        lake.setenv("REKOGNITION_WAREHOUSE_DATA_URI", f"{ROOT}/lake")
        run(RekognitionLoadWarehouseOperator)
    # Landed again on another day: the older files go.
    layout = results_layout(ROOT, "aws_default")
    attempt = newest_whole_attempt(layout, ResultKey.of("media_analysis", bulk))
    assert attempt is not None
    success = attempt.path / "_SUCCESS.json"
    told = json.loads(success.read_bytes())
    told["landed_at"] = (attempt.landed_at - timedelta(days=1)).isoformat()
    success.write_bytes(json.dumps(told).encode())
    run(RekognitionReflattenOperator, job_ids=[bulk])
    _a_large_file(layout, environ)


def _a_large_file(layout: Any, environ: Any) -> None:
    """A table of more than 100 MiB goes in parts, and a refused part ends them all."""
    beside = Path(os.environ["AIRFLOW_HOME"]) / "large.parquet"
    beside.write_bytes(bytes(3_000_000))
    large = (layout.root / "tables" / "labels" / "large.parquet").path
    with environ.context() as small:
        small.setattr(s3fs.core, "calculate_chunksize", lambda *_, **__: 1_000_000)
        for least in (5_000_000, 1_000):
            small.setattr(moto.s3.models, "S3_UPLOAD_PART_MIN_SIZE", least)
            try:
                layout.root.fs.put_file(str(beside), large)
            except OSError:
                assert least == 5_000_000
    layout.root.fs.rm_file(large)
    beside.unlink()
