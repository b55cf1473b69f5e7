"""Bad input gets one sentence that says what to do, before it costs money."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from pipeline_steps import (
    OUTPUT,
    land_images,
    plan_images,
    plan_videos,
    put_images,
    start_images,
)

from rekognition_emulator import Emulator
from rekognition_results.aws.calls import from_client_error, told_to_airflow
from rekognition_results.observability import callbacks
from rekognition_results.observability.callbacks import failure_sentence
from rekognition_tables.results_root.layout import Layout

pytestmark = pytest.mark.usefixtures("s3")


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ({"media_uri": "s3://nowhere/images/"}, "no such bucket: correct the URI"),
        ({"media_uri": "s3://media/empty/"}, "nothing under s3://media/empty/: correct the URI"),
        ({"media_uri": "https://media/x"}, "'https://media/x', which is not s3://bucket/prefix"),
        ({"media_uri": ""}, "the prefix of the images is '': write it as s3://bucket/prefix"),
        ({"output_uri": ""}, "output_uri is '': write it as s3://bucket/prefix"),
        ({"output_uri": "s3://media"}, "give it a prefix of its own"),
        ({"min_confidence": "much"}, "is 'much', which is not a number from 0 to 100"),
        ({"min_confidence": "101"}, "is '101', which is not a number from 0 to 100"),
        ({"max_jobs": "0"}, "max_jobs is '0', which is not a whole number from 1 to 1024"),
        ({"max_jobs": "1.5"}, "which is not a whole number"),
        ({"job_name": "every night"}, "job_name is 'every night', which is not 1 to 64 of"),
        ({"region_name": "Frankfurt"}, "region is 'Frankfurt', which is not a region such as"),
        ({"manifest_version": "v1"}, "manifest_version is given without a manifest_uri"),
        ({"modified_after": "yesterday"}, "'yesterday', which is not a time such as 2026-01-31T"),
        (
            {"modified_after": "2026-02-01", "modified_before": "2026-02-01T00:00:00Z"},
            "which is not before modified_before",
        ),
        ({"manifest_uri": "s3://output/none.jsonl"}, "no such object: correct the URI"),
    ],
)
def test_a_plan_refuses_with_a_sentence(
    arguments: dict[str, Any],
    sentence: str,
    s3: Any,
    layout: Layout,
    context: dict[str, Any],
    amazon: Emulator,
) -> None:
    put_images(s3, "images/a.jpg")
    with pytest.raises(AirflowFailException, match=sentence) as refused:
        plan_images(layout, **arguments).execute(context)
    assert "\n" not in str(refused.value)
    assert amazon.counters.jobs_started.total() == 0


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (
            {"features": "Person"},
            r"features is 'Person', which is no list of names: write it as \[",
        ),
        ({"features": '{"a": 1}'}, r"write it as \["),
        ({"features": ["GENERAL"]}, "features is 'GENERAL', which is not GENERAL_LABELS"),
        ({"label_inclusion_filters": "[1]"}, r"write it as \["),
        ({"label_inclusion_filters": ["x" * 51]}, "which is not a label's name of at most 50"),
        ({"label_exclusion_filters": ["Car"] * 101}, "has 101 labels, more than 100"),
        ({"sns_topic_arn": "arn:aws:sns:eu-west-1:111122223333:t"}, "give both or none"),
        (
            {"label_inclusion_filters": ["Car"], "label_exclusion_filters": ["Car"]},
            "Car: included and excluded",
        ),
    ],
)
def test_a_plan_of_videos_refuses_with_a_sentence(
    arguments: dict[str, Any], sentence: str, s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    s3.put_object(Bucket="media", Key="videos/a.mp4", Body=b"x")
    with pytest.raises(AirflowFailException, match=sentence) as refused:
        plan_videos(layout, **arguments).execute(context)
    assert "Start a new run with it corrected" in str(refused.value)
    assert "lear it" not in failure_sentence(SimpleNamespace(task_id="plan"), told(refused.value))


def told(error: BaseException) -> Any:
    """What Airflow's callback is told of."""
    return callbacks._cause(error)


def test_a_bucket_in_another_region_is_named_with_its_region(
    layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    there = boto3.client("s3", endpoint_url=amazon.url, region_name="eu-west-1", **keys)
    there.create_bucket(
        Bucket="abroad", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    there.put_object(Bucket="abroad", Key="images/a.jpg", Body=b"\xff\xd8\xff")
    there.close()
    with pytest.raises(AirflowFailException, match="Bucket abroad is in eu-west-1, but the jobs"):
        plan_images(layout, media_uri="s3://abroad/images/").execute(context)


@pytest.mark.parametrize("operation", ["HeadBucket", "ListObjectsV2", "GetObject"])
def test_a_denied_key_says_what_to_allow(operation: str) -> None:
    from botocore.exceptions import ClientError

    answer = {"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}
    ours = from_client_error(operation, "s3://media/x", ClientError(answer, operation))
    assert str(ours) == (
        f"{operation} of s3://media/x failed with AccessDenied (Access Denied). Allow the "
        "connection's role to read it (and its KMS key), or correct it; where "
        "REKOGNITION_BUCKET_OWNER is set, the bucket must be that account's."
    )


def test_a_result_that_is_gone_from_s3_is_named(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_images(s3, "images/a.jpg")
    (token,) = plan_images(layout).execute(context)
    job_id = start_images(layout, token).execute(context)
    amazon.clock.advance(60)
    for found in s3.list_objects_v2(Bucket=OUTPUT, Prefix="rekognition/")["Contents"]:
        if found["Key"].endswith("results.jsonl"):
            s3.delete_object(Bucket=OUTPUT, Key=found["Key"])
    with pytest.raises(AirflowException, match="There is no such object"):
        land_images(layout, job_id).execute(context)


def test_an_unreachable_amazon_is_one_sentence(
    layout: Layout, context: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = {"region_name": "us-east-1", "endpoint_url": "http://127.0.0.1:1"}
    told = {"conn_type": "aws", "login": "x", "password": "x", "extra": nobody}
    monkeypatch.setenv("AIRFLOW_CONN_NOBODY", json.dumps(told))
    plan = plan_images(layout, aws_conn_id="nobody")
    plan.botocore_config = {"retries": {"total_max_attempts": 1}}
    with pytest.raises(AirflowException, match=r"got no answer.*Check network and endpoint"):
        plan.execute(context)


def test_a_bug_is_not_hidden_behind_a_sentence() -> None:
    with pytest.raises(KeyError), told_to_airflow(None):
        raise KeyError("a bug")
