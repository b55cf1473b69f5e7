"""deploy/iam allows what the code asks of Amazon, and nothing besides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowFailException
from aws_calls import IAM, READER, RECORDER, Grant, Need, grants
from moto.sns.models import SNSBackend
from roads import (
    ACCOUNT,
    MEDIA,
    OUTPUT,
    PREFIX,
    ROLE,
    ROOT,
    Account,
    account,
    catalog,
    context,
    walk,
)
from upath import UPath

from rekognition_results.operators.label_detection import RekognitionPlanLabelDetectionOperator
from rekognition_tables.flatten.commits import commits
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.results_root.s3 import owners
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.lake.ducklake import DuckLake, S3Access

# Airflow's own, when it looks for plugins that collect lineage.
pytestmark = pytest.mark.filterwarnings("ignore:GitWildMatchPattern:DeprecationWarning")


@dataclass(frozen=True)
class Walked:
    """What every road needed: of the pipeline's role, of a reader's, of Rekognition's for SNS."""

    there: Account
    pipeline: set[Need]
    readers: set[Need]
    published_to: set[str]


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    with pytest.MonkeyPatch.context() as patch, account(patch) as there:
        published: set[str] = set()
        honest = SNSBackend.publish

        def publish(backend: SNSBackend, message: str, arn: str, **more: object) -> str:
            published.add(arn)
            return str(honest(backend, message, arn=arn, **more))

        patch.setattr(SNSBackend, "publish", publish)
        pipeline = walk(there, tmp_path_factory.mktemp("warehouse"), patch)
        yield Walked(there, pipeline, read_tables(there), published)


def read_tables(there: Account) -> set[Need]:
    """A reader goes from the commits to the Parquet files, as docs/connect.md says."""
    RECORDER.taken()
    root = UPath(ROOT, endpoint_url=there.amazon.url, key=READER, secret="x")
    found = [root / file.path for commit in commits(Layout(root)) for file in commit.files]
    assert found
    assert all(path.read_bytes() for path in found)
    access = S3Access(READER, "x", region="us-east-1", endpoint_url=there.amazon.url)
    lake = DuckLake(f"ducklake:sqlite:{catalog()}", f"{ROOT}/lake", access)
    with read_only(lake) as con:  # few rows stand in the catalog itself
        assert con.execute("SELECT name FROM labels").fetchall()
    return {need for need in RECORDER.taken() if need.who == READER}


def refused(allowed: list[Grant], needed: set[Need]) -> list[Need]:
    return [need for need in needed if not any(grant.allows(need) for grant in allowed)]


def unused(allowed: list[Grant], needed: set[Need]) -> list[Grant]:
    return [grant for grant in allowed if not any(grant.allows(need) for need in needed)]


def test_the_pipeline_s_policy_is_what_the_pipeline_asks_for(walked: Walked) -> None:
    allowed = grants("pipeline.json", **walked.there.names())
    assert refused(allowed, walked.pipeline) == []
    assert unused(allowed, walked.pipeline) == []


def test_the_readers_policy_is_what_a_reader_asks_for(walked: Walked) -> None:
    allowed = grants("readers.json", **walked.there.names())
    assert refused(allowed, walked.readers) == []
    assert unused(allowed, walked.readers) == []


def test_rekognition_s_role_may_publish_where_it_publishes(walked: Walked) -> None:
    allowed = grants("rekognition-sns.json", **walked.there.names())
    assert {grant.resource for grant in allowed} == walked.published_to
    assert {grant.action for grant in allowed} == {"sns:Publish"}
    trust = json.loads((IAM / "rekognition-sns-trust.json").read_text())["Statement"]
    passed = [need for need in walked.pipeline if need.action == "iam:PassRole"]
    assert [need.resource for need in passed] == [ROLE]
    assert [one["Principal"] for one in trust] == [
        {"Service": dict(need.context)["iam:PassedToService"]} for need in passed
    ]
    assert [one["Action"] for one in trust] == ["sts:AssumeRole"]


def test_results_landing_and_tables_have_keys_of_their_own(walked: Walked) -> None:
    s3 = walked.there.client("s3")
    used: dict[str, set[str]] = {}
    for bucket in ("results", OUTPUT):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for one in page["Contents"]:
                key = one["Key"].removeprefix("rekognition/")
                head = s3.head_object(Bucket=bucket, Key=one["Key"])
                of = "bulk" if bucket == OUTPUT else key.split("/")[0]
                if "input-manifests" not in key:
                    used.setdefault(of, set()).add(head.get("SSEKMSKeyId", ""))
    s3.close()
    keys = walked.there.keys
    assert used["tables"] == used["commits"] == used["lake"] == {keys["TABLES_KEY"]}
    assert used["bulk"] == {keys["OUTPUT_KEY"]}
    for folder in ("plans", "requests", "jobs", "raw"):
        assert used[folder] == {keys["LANDING_KEY"]}, folder


@pytest.mark.parametrize("policy", sorted(path.name for path in IAM.glob("*.json")))
def test_no_policy_has_a_wildcard_that_is_not_an_object_s(policy: str) -> None:
    for statement in json.loads((IAM / policy).read_text())["Statement"]:
        actions = statement["Action"]
        assert not any(
            "*" in action for action in ([actions] if str(actions) == actions else actions)
        )
        for resource in [statement.get("Resource", [])]:
            for one in [resource] if isinstance(resource, str) else resource:
                assert "*" not in one.removesuffix("/*") or statement["Sid"] == "StartAndReadJobs"


def test_an_action_that_is_not_allowed_would_be_noticed(walked: Walked) -> None:
    allowed = grants("pipeline.json", **walked.there.names())
    without = [grant for grant in allowed if grant.action != "s3:DeleteObject"]
    assert {need.action for need in refused(without, walked.pipeline)} == {"s3:DeleteObject"}
    more = [*allowed, Grant("More", "s3:PutBucketPolicy", "*", ())]
    assert [grant.sid for grant in unused(more, walked.pipeline)] == ["More"]


@pytest.mark.parametrize(
    "policy, need",
    [
        ("pipeline.json", Need("", "s3:DeleteObject", "arn:aws:s3:::results/somebody-else/x")),
        ("pipeline.json", Need("", "s3:GetObject", "arn:aws:s3:::output/bulk-of-another/x")),
        ("pipeline.json", Need("", "s3:ListBucket", "arn:aws:s3:::results")),
        (
            "readers.json",
            Need("", "s3:ListBucket", "arn:aws:s3:::results", (("s3:prefix", f"{PREFIX}/raw/"),)),
        ),
        ("readers.json", Need("", "s3:GetObject", f"arn:aws:s3:::results/{PREFIX}/raw/x")),
    ],
)
def test_what_is_not_ours_is_not_allowed(policy: str, need: Need, walked: Walked) -> None:
    assert refused(grants(policy, **walked.there.names()), {need}) == [need]


@pytest.mark.parametrize("owner", ["210987654321", f"results={ACCOUNT}, {MEDIA}=210987654321"])
def test_a_bucket_of_another_owner_is_refused(
    owner: str, walked: Walked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REKOGNITION_BUCKET_OWNER", owner)
    plan = RekognitionPlanLabelDetectionOperator(
        task_id="plan", results_uri=str(tmp_path), media_uri=f"s3://{MEDIA}/videos/"
    )
    with pytest.raises(AirflowFailException, match="HeadBucket of s3://media failed with 403"):
        plan.execute(context())


def test_an_owner_that_is_no_account_is_one_sentence() -> None:
    with pytest.raises(ValueError, match="write an account of 12 digits"):
        owners("me")
    assert owners(f" {ACCOUNT} ,media=210987654321") == {"": ACCOUNT, "media": "210987654321"}
